//! Storing a finished request, whatever is there already, and telling what became of it.

use super::rule::{make_rule, offer, Stage};
use super::{aws_options, not_stored, Context};
use crate::apply::{apply, Outcome, Trouble};
use crate::arn::SecretArn;
use crate::aws::{AwsError, Kind, Place, Secrets, Session};
use crate::cli::IfExists;
use crate::failure::{Failure, Stored};
use crate::input::draft::Draft;
use crate::name::SecretName;
use crate::output::Output;
use crate::plan::{Existing, Observed, Plan, Request, StoredValue};
use crate::region::RegionName;
use crate::report::{Action, SecretReport, Verification};
use crate::shell::quote;
use crate::status::Status;

pub const DOUBTFUL_KEY: &str = "the secret names a KMS key; if it is not the default aws/secretsmanager, ECR cannot read the secret";

/// A finished request on its way into Secrets Manager.
pub struct Store<'a> {
    draft: &'a Draft,
    request: &'a Request,
    secrets: Secrets,
    place: &'a Place,
    context: &'a Context<'a>,
    warnings: Vec<String>,
    verification: Verification,
    session: &'a Session,
    /// The rule to make, once the secret is there.
    stage: Option<Stage<'a>>,
    /// Whether someone is there, who can be offered a rule.
    offers: bool,
}

impl<'a> Store<'a> {
    pub fn new(
        draft: &'a Draft,
        request: &'a Request,
        session: &'a Session,
        context: &'a Context<'a>,
        warnings: Vec<String>,
        verification: Verification,
    ) -> Self {
        Self {
            draft,
            request,
            secrets: session.secrets(),
            place: session.place(),
            context,
            warnings,
            verification,
            session,
            stage: None,
            offers: false,
        }
    }

    pub fn with_rule(self, stage: Option<Stage<'a>>) -> Self {
        Self { stage, ..self }
    }

    /// For whoever sits at a terminal, and was not asked for a rule by an option.
    pub fn offering_one(self) -> Self {
        let offers = !self.draft.yes;
        Self { offers, ..self }
    }

    /// Applies the plan. The first call tells whether the secret exists, where nobody looked before.
    pub async fn carry_out(mut self, plan: Plan<'_>) -> Result<(), Failure> {
        let error = match apply(&plan, &self.secrets, self.context.progress).await {
            Ok(outcome) => return self.report(&plan, outcome).await,
            Err(error) => error,
        };
        if plan.existing.is_some() || !matches!(error.kind, Kind::Exists | Kind::PendingDeletion) {
            return Err(self.failed(&plan, error));
        }
        let name = &self.request.name;
        let existing = match self
            .session
            .inventory()
            .describe(name.as_str())
            .await
            .map(Observed::of)
        {
            Ok(Observed::Active(existing)) => existing,
            Ok(Observed::PendingDeletion { due }) => {
                return Err(pending_deletion(name, Some(&due), &self.aws_options()))
            }
            Err(_) if error.kind == Kind::PendingDeletion => {
                return Err(pending_deletion(name, None, &self.aws_options()))
            }
            Err(_) if self.draft.if_exists == IfExists::Fail => {
                return Err(already_exists(name, None))
            }
            Err(cause) => {
                return Err(cause.into_failure(
                    &format!("{name} exists, and could not be looked at"),
                    self.place,
                ))
            }
            Ok(Observed::Absent) => return Err(self.failed(&plan, error)),
        };
        match self.draft.if_exists {
            IfExists::Fail => Err(already_exists(name, Some(&existing))),
            IfExists::Skip => {
                report_skipped(
                    self.draft,
                    &existing,
                    &self.place.region,
                    self.warnings,
                    self.verification,
                    self.context.output,
                    self.stage,
                )
                .await
            }
            IfExists::Update => {
                let existing = self.compare(existing).await?;
                let plan = Plan::to_update(self.request, existing);
                match apply(&plan, &self.secrets, self.context.progress).await {
                    Ok(outcome) => self.report(&plan, outcome).await,
                    Err(error) => Err(self.failed(&plan, error)),
                }
            }
        }
    }

    /// Looks up what decides which steps an existing secret needs, side by side.
    pub async fn compare(&mut self, mut existing: Box<Existing>) -> Result<Box<Existing>, Failure> {
        let request = self.request;
        let policy = async {
            match &request.policy {
                Some(_) => self.secrets.policy(&existing.secret.arn).await,
                None => Ok(None),
            }
        };
        let (value, policy) = tokio::join!(
            self.secrets.compare(&existing.secret.arn, &request.value),
            policy
        );
        let cannot_read = |error: &AwsError| error.kind == Kind::Denied;
        let failed = |error: AwsError| {
            error.into_failure(
                &format!("{} exists, and could not be looked at", request.name),
                self.place,
            )
        };
        existing.value = match value {
            Err(error) if cannot_read(&error) => {
                self.warn("the stored credentials may not be read (secretsmanager:GetSecretValue), so a new version is stored without comparing");
                StoredValue::Unknown
            }
            value => value.map_err(failed)?,
        };
        existing.policy = match policy {
            Err(error) if cannot_read(&error) => None,
            policy => policy.map_err(failed)?,
        };
        if existing.secret.doubtful_key().is_some() {
            self.warn(DOUBTFUL_KEY);
        }
        Ok(existing)
    }

    fn aws_options(&self) -> String {
        aws_options(self.context.global, Some(&self.place.region))
    }

    fn warn(&mut self, warning: &str) {
        self.context.output.warn(warning);
        self.warnings.push(warning.to_owned());
    }

    fn failed(&self, plan: &Plan<'_>, error: AwsError) -> Failure {
        let purpose = plan
            .steps
            .first()
            .map_or("store the credentials", |step| step.purpose());
        let name = self.request.name.as_str();
        let what = format!("could not {purpose}: {name} in {}", self.place.region);
        not_stored(error, &what, name, self.place, &self.aws_options())
    }

    async fn report(mut self, plan: &Plan<'_>, outcome: Outcome) -> Result<(), Failure> {
        let Outcome {
            arn,
            version_id,
            mut steps,
            failed,
        } = outcome;
        if let Some((step, trouble)) = failed {
            let what = format!(
                "{} is stored, but could not {}",
                self.request.name,
                step.purpose()
            );
            let mut failure = match trouble {
                Trouble::Aws(error) => error.into_failure(&what, self.place),
                Trouble::Replicas(failed) => {
                    Failure::new(Status::Partial, "partial", what)
                        .why(failed.join("\n"))
                        .fix("where a secret of that name is there already: add --force-overwrite-replica-secret")
                }
            };
            let again = self
                .draft
                .command_line(self.context.global, false, IfExists::Update);
            let mended = failure.fix.take().map_or_else(
                || "mend that, then ".to_owned(),
                |fix| format!("{fix}\nthen "),
            );
            failure.fix = Some(format!("{mended}finish it with: {again}"));
            failure.status = Status::Partial;
            failure.code = "partial";
            failure.why = Some(
                format!("the secret is {arn}\n{}", failure.why.unwrap_or_default())
                    .trim_end()
                    .to_owned(),
            );
            if let Some(stage) = &self.stage {
                steps.extend(stage.not_tried(&arn));
            }
            failure.stored = Some(Stored { arn, steps });
            return Err(failure);
        }
        if plan.existing.is_none() && self.draft.rule.is_none() && self.offers {
            let Self {
                draft,
                session,
                context,
                warnings,
                ..
            } = &mut self;
            let offered = offer(draft, session, context, warnings).await;
            self.stage = offered.map_err(|failure| Failure {
                stored: Some(Stored {
                    arn: arn.clone(),
                    steps: steps.clone(),
                }),
                ..failure
            })?;
        }
        let rule = make_rule(self.stage.as_ref(), &self.request.name, &arn, &mut steps).await?;
        let (rule, said) = rule.unzip();
        let rule_code = self.draft.rule_code(Some(&arn))?;
        let action = match &plan.existing {
            None => Action::Created,
            Some(_) if plan.steps.is_empty() => Action::Unchanged,
            Some(_) => Action::Updated,
        };
        let report = SecretReport {
            arn: Some(arn),
            version_id,
            region: Some(self.place.region.clone()),
            steps,
            rule,
            rule_code,
            warnings: self.warnings,
            verification: self.verification,
            ..match &plan.existing {
                None => SecretReport::of(action, self.request),
                Some(existing) => SecretReport::of(action, self.request).with(existing),
            }
        };
        let next = report.next_steps(
            self.request.upstream,
            self.context.global.profile.as_deref(),
        );
        give(&report, self.context.output)?;
        self.context.output.note(&next);
        if let Some(said) = said {
            self.context.output.note(&said);
        }
        Ok(())
    }
}

/// Reports a secret that exists and is left as it is. What is in it was not looked at.
pub async fn report_skipped(
    draft: &Draft,
    existing: &Existing,
    region: &RegionName,
    mut warnings: Vec<String>,
    verification: Verification,
    output: &Output,
    stage: Option<Stage<'_>>,
) -> Result<(), Failure> {
    if existing.secret.doubtful_key().is_some() {
        output.warn(DOUBTFUL_KEY);
        warnings.push(DOUBTFUL_KEY.to_owned());
    }
    let (Some(upstream), Some(name)) = (draft.upstream, draft.name_or_default()) else {
        return Err(Failure::usage("the registry is missing"));
    };
    let mut steps = Vec::new();
    let rule = make_rule(stage.as_ref(), &name, &existing.secret.arn, &mut steps).await?;
    let (rule, said) = rule.unzip();
    let report = SecretReport {
        rule,
        rule_code: draft.rule_code(Some(&existing.secret.arn))?,
        steps,
        arn: Some(existing.secret.arn.clone()),
        version_id: existing
            .secret
            .version_with("AWSCURRENT")
            .map(str::to_owned),
        region: Some(region.clone()),
        warnings,
        verification,
        upstream_registry_url: draft.address().map(|address| address.to_string()),
        ..SecretReport::new(Action::Skipped, upstream, None, &name).with(existing)
    };
    output.note(&format!(
        "{} exists already; it was left as it is",
        report.name
    ));
    give(&report, output)?;
    if let Some(said) = said {
        output.note(&said);
    }
    Ok(())
}

/// Writes the result.
pub fn give(report: &SecretReport, output: &Output) -> Result<(), Failure> {
    let arn = report.arn.as_ref().map(SecretArn::as_str);
    let text = report.rule_code.as_deref().or(arn);
    super::give_text(report, text, arn, output)
}

/// The failure for a name that is taken.
pub fn already_exists(name: &SecretName, existing: Option<&Existing>) -> Failure {
    let failure = Failure::new(
        Status::SecretState,
        "secret-exists",
        format!("the secret {name} exists already"),
    );
    let failure = match existing {
        Some(existing) => failure.why(format!("it is {}", existing.secret.arn)),
        None => failure,
    };
    failure.fix("store the credentials as its new version: --if-exists update\nor leave it as it is: --if-exists skip\nor choose another name: --name")
}

/// The failure for a name that is free only when a recovery window ends.
pub fn pending_deletion(name: &SecretName, due: Option<&str>, aws_options: &str) -> Failure {
    let message = format!("the secret {name} is scheduled for deletion");
    let failure = Failure::new(Status::SecretState, "secret-pending-deletion", message);
    let failure = match due {
        Some(due) => failure.why(format!(
            "it is kept until {due}, and its name is taken as long"
        )),
        None => failure,
    };
    let name = quote(name.as_str());
    failure.fix(format!(
        "take it back: ecr-ptc restore {name}{aws_options}\n\
         then run this again with --if-exists update, or choose another --name"
    ))
}

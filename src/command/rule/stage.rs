//! A rule on its way into ECR: looked at before anything is written, made after the secret is there.

use super::refuse_region_without_rules;
use crate::apply::{apply_rule, RuleOutcome, RuleTrouble};
use crate::arn::SecretArn;
use crate::aws::{Ecr, Place, Session};
use crate::command::{aws_options, Context};
use crate::failure::Failure;
use crate::name::{RepositoryPrefix, SecretName};
use crate::report::{RuleSummary, StepReport, StepStatus};
use crate::rule::{Change, Rule, RuleRequest, RuleStep, Usage};
use crate::shell::{option, quote};
use crate::status::Status;

/// A rule that is wanted, and what was there before.
pub struct Stage<'a> {
    wanted: RuleRequest,
    observed: Option<Rule>,
    ecr: Ecr,
    place: Place,
    context: &'a Context<'a>,
}

/// The rule with this prefix, if there is one.
///
/// # Errors
/// Status 2 in a Region without rules; what AWS says, where it cannot be looked at.
pub async fn find_rule(
    prefix: &RepositoryPrefix,
    session: &Session,
) -> Result<Option<Rule>, Failure> {
    refuse_region_without_rules(session.region())?;
    session.ecr().find(prefix.as_str()).await.map_err(|error| {
        let what = format!("could not see whether there is a rule {prefix}");
        error.into_failure(&what, &session.place_of_ecr())
    })
}

/// A rule that ECR calls valid.
pub struct Done {
    pub summary: RuleSummary,
    pub steps: Vec<StepReport>,
    /// What was done and how to pull, for people.
    pub said: String,
}

/// A rule that is not what was wanted.
pub struct Undone {
    pub failure: Failure,
    pub steps: Vec<StepReport>,
    /// Whether the rule is there all the same, made or changed by now, and ECR does not validate it.
    pub is_partial: bool,
}

impl<'a> Stage<'a> {
    /// Looks whether the rule can be made or repointed; nothing is written.
    ///
    /// # Errors
    /// Status 2 in a Region without rules, 3 where the prefix belongs to another registry.
    pub async fn prepare(
        wanted: RuleRequest,
        session: &Session,
        context: &'a Context<'a>,
    ) -> Result<Self, Failure> {
        let observed = find_rule(&wanted.prefix, session).await?;
        Self::of(wanted, observed, session, context)
    }

    /// For a rule that was looked at.
    ///
    /// # Errors
    /// Status 3 where the prefix belongs to another registry.
    pub fn of(
        wanted: RuleRequest,
        observed: Option<Rule>,
        session: &Session,
        context: &'a Context<'a>,
    ) -> Result<Self, Failure> {
        wanted.change(observed.as_ref(), None).map_err(|conflict| {
            let options = aws_options(context.global, Some(session.region()));
            Failure::new(Status::SecretState, "rule-exists", conflict).fix(format!(
                "choose another prefix, or delete that rule first: ecr-ptc rule delete {}{options}",
                wanted.prefix
            ))
        })?;
        Ok(Self {
            wanted,
            observed,
            ecr: session.ecr(),
            place: session.place_of_ecr(),
            context,
        })
    }

    /// What the rule needs, for a secret of this ARN; none where the secret is still to be made.
    fn change(&self, arn: Option<&SecretArn>) -> Change {
        let change = self.wanted.change(self.observed.as_ref(), arn);
        // That the rule is for another registry was seen before.
        change.unwrap_or(Change::Update)
    }

    /// The rule and what it needs, for a review.
    pub fn in_review(&self, arn: Option<&SecretArn>) -> (&RuleRequest, Change) {
        (&self.wanted, self.change(arn))
    }

    pub fn not_tried(&self, arn: &SecretArn) -> Vec<StepReport> {
        self.change(Some(arn)).reports(StepStatus::NotTried)
    }

    /// Makes the rule use the secret of this ARN, and has ECR validate it.
    pub async fn carry_out(&self, secret: &SecretName, arn: &SecretArn) -> Result<Done, Undone> {
        let Self {
            wanted,
            ecr,
            place,
            context,
            ..
        } = self;
        let change = self.change(Some(arn));
        context.progress.touches_rule(wanted.prefix.as_str());
        let RuleOutcome { steps, failed } =
            apply_rule(wanted, change, arn, ecr, context.output).await;
        if let Some((step, trouble)) = failed {
            let is_invalid = matches!(trouble, RuleTrouble::Invalid(_));
            return Err(Undone {
                failure: self.failure_of(step, trouble, secret),
                is_partial: is_invalid || (step == RuleStep::Validate && change != Change::Nothing),
                steps,
            });
        }
        let usage = Usage::of(wanted, arn, &place.region);
        let profile = context.global.profile.as_deref();
        let profile = profile.map(|name| format!(" {}", option("--profile", name)));
        let RuleRequest { prefix, url, .. } = wanted;
        let done = match change {
            Change::Create => format!("The rule {prefix} is made: {url}, with {secret}."),
            Change::Update => format!("The rule {prefix} ({url}) now uses {secret}."),
            Change::Nothing => format!("The rule {prefix} ({url}) uses {secret} already."),
        };
        Ok(Done {
            summary: RuleSummary::done(change, wanted, secret, arn, &usage),
            steps,
            said: format!(
                "{done}\nECR says that it is valid.\n\n{}",
                usage.commands(&profile.unwrap_or_default())
            ),
        })
    }

    fn failure_of(&self, step: RuleStep, trouble: RuleTrouble, secret: &SecretName) -> Failure {
        let RuleRequest {
            prefix, upstream, ..
        } = &self.wanted;
        let again = self.command_line(secret);
        match trouble {
            RuleTrouble::Aws(error) => {
                let what = format!(
                    "could not {} the rule {prefix} in {}",
                    step.purpose(),
                    self.place.region
                );
                let mut failure = error.into_failure(&what, &self.place);
                let mended = failure.fix.take().map_or_else(
                    || "mend that, then ".to_owned(),
                    |fix| format!("{fix}\nthen "),
                );
                failure.fix = Some(format!("{mended}run: {again}"));
                failure
            }
            RuleTrouble::Invalid(words) => {
                let what = format!("ECR says that the rule {prefix} is invalid");
                Failure::new(Status::Partial, "rule-invalid", what)
                    .why(format!("ECR says: {words}"))
                    .fix(format!(
                        "the likely causes: the token has expired, was revoked or may not pull; the username is not the token's;\n\
                         the value of the secret is not {{\"username\":…,\"accessToken\":…}}; its key is not aws/secretsmanager;\n\
                         its resource policy denies ECR's role. Needed are {}, and {}.\n\
                         Store new credentials (ecr-ptc create --registry {} --if-exists update), then run: {again}",
                        upstream.username, upstream.token, upstream.kind
                    ))
            }
        }
    }

    /// The command that finishes the work, or does it again.
    pub fn command_line(&self, secret: &SecretName) -> String {
        let RuleRequest {
            prefix,
            upstream,
            url,
        } = &self.wanted;
        let host = match upstream.url {
            Some(_) => String::new(),
            None => format!(" --upstream-registry-url {url}"),
        };
        format!(
            "ecr-ptc rule set {prefix} --secret {} --registry {}{host}{}",
            quote(secret.as_str()),
            upstream.kind,
            aws_options(self.context.global, Some(&self.place.region))
        )
    }
}

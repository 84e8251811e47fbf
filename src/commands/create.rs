//! `create`: stores credentials in a new secret.

use super::context::Context;
use super::find::{find_pending_rule, refuse_region_without_rules};
use super::login::{ask_for_a_good_token, warn_of_credentials, Login};
use super::rule::{rule_result, wants_repointing};
use super::store::{
    already_exists, pending_deletion, plan_update, read_value, report_stored, secret_report,
    UNKNOWN_KEY,
};
use crate::aws::{Kind, Session, Settings};
use crate::cli::{CreateArgs, Global, IfExists};
use crate::input::create_input::CreateInput;
use crate::input::request::Request;
use crate::input::{why_not_ask, Prompter};
use crate::model::name::{RepositoryPrefix, SecretName};
use crate::model::region::Region;
use crate::model::rule::Rule;
use crate::output::failure::Failure;
use crate::output::hint::Hints;
use crate::output::report::{Action, RuleSummary, SecretReport, StepStatus, Verification};
use crate::output::status::Status;
use crate::output::{Redactor, Warnings};
use crate::plan::apply::{apply, Outcome};
use crate::plan::confirm::{confirm, Consent, Question};
use crate::plan::{Existing, Observed, PendingRule, Plan};

/// Reads the options and the token. Before any thread exists, since a variable with the token is
/// taken out of the environment.
///
/// # Errors
/// Status 2, with everything that is wrong or missing.
pub fn read(
    args: CreateArgs,
    global: &Global,
    redactor: &Redactor,
) -> Result<CreateInput, Failure> {
    CreateInput::from_args(args, global, why_not_ask(global), redactor)
}

/// What `create` has gathered, ready to be planned.
struct Create<'a> {
    input: CreateInput,
    request: Request,
    verification: Verification,
    rule: Option<PendingRule>,
    session: Session,
    context: &'a Context<'a>,
    warnings: Warnings<'a>,
}

/// Gathers the rest, shows it, asks, stores and reports.
///
/// # Errors
/// The [`Failure`] to show; status 8 where the secret is stored and a later step failed.
pub async fn run(mut input: CreateInput, context: &Context<'_>) -> Result<Status, Failure> {
    let settings = context.settings().await?;
    let login = Login::new(&input, &settings);
    if input.dry_run {
        return Box::pin(dry_run(input, &settings, &login, context)).await;
    }
    let mut warnings = context.output.warnings();
    if !context.can_ask() {
        login
            .agree_to_host(&input, None, context, &mut warnings)
            .await?;
    }
    let mut session = context.open(settings).await?;
    refuse_replica_at_home(&input, session.region())?;
    let mut observed = Observed::NotLooked;
    let prompter = context.can_ask().then(|| context.prompter());
    if let Some(prompter) = &prompter {
        // The AWS side first, so that nobody types a token for nothing.
        session.identify_caller().await?;
        prompter
            .ask_all_but_the_token(&mut input, context.output)
            .await?;
        observed = look(&input, &session).await?;
    }
    let rule = pending_rule(&input, &session).await?;
    if let (Observed::Active(existing), IfExists::Skip) = (&observed, input.if_exists) {
        drop(prompter);
        let verification = Verification::skipped("nothing is stored");
        return skip(
            &input,
            existing,
            rule,
            verification,
            &session,
            context,
            warnings,
        )
        .await;
    }
    let verification = if let Some(prompter) = &prompter {
        let agreed = login.agree_to_host(&input, Some(prompter), context, &mut warnings);
        agreed.await?;
        prompter.ask_expiry(&mut input).await?;
        ask_for_a_good_token(prompter, &mut input, &login, context, &mut warnings).await?
    } else {
        warn_of_credentials(&input, &mut warnings);
        let (tried, ()) = tokio::join!(login.attempt(&input), async {
            if login.is_wanted() {
                session.fetch_credentials().await;
            }
        });
        login.judge(tried?, context.output, &mut warnings)?
    };
    let request = input.finish()?;
    warn(&input, &request, Some(session.region()), &mut warnings);
    let create = Create {
        input,
        request,
        verification,
        rule,
        session,
        context,
        warnings,
    };
    Box::pin(create.store(observed, prompter)).await
}

impl Create<'_> {
    /// Plans, asks and stores. Where nobody looked before, the first call tells whether the secret
    /// exists, and then it is planned once more.
    async fn store(
        mut self,
        mut observed: Observed,
        prompter: Option<Prompter>,
    ) -> Result<Status, Failure> {
        let (context, yes) = (self.context, self.input.yes);
        loop {
            let plan = self.plan(&mut observed).await?;
            let consent = Consent::of(prompter.as_ref(), yes);
            let question = Question::YesOrNo("Store it?");
            let target = self.session.target();
            confirm(&plan, target, question, consent, context.output).await?;
            let action = match &observed {
                Observed::Active(_) if plan.changes_secret() => Action::Updated,
                Observed::Active(_) => Action::Unchanged,
                _ => Action::Created,
            };
            let outcome = apply(plan, &self.session, context.progress, context.output).await;
            if !matches!(observed, Observed::NotLooked) || !outcome.is_refused_as_existing() {
                drop(prompter);
                return self.report(action, &observed, outcome).await;
            }
            let hints = self.session.hints();
            let name = &self.request.name;
            observed = match self.session.secrets().describe(name.as_str()).await {
                Ok(secret) => Observed::from(secret),
                Err(_) if outcome.is_refused_as_pending() => {
                    return Err(name_is_taken(name, None, &hints))
                }
                Err(_) if self.input.if_exists == IfExists::Fail => {
                    return Err(already_exists(name, None))
                }
                Err(error) => {
                    let what = format!("{name} exists, and could not be looked at");
                    return Err(error.into_failure(&what, self.session.service()));
                }
            };
            match (&observed, self.input.if_exists) {
                (Observed::Active(existing), IfExists::Fail) => {
                    return Err(already_exists(name, Some(existing)))
                }
                (Observed::Active(existing), IfExists::Skip) => {
                    return skip(
                        &self.input,
                        existing,
                        self.rule,
                        self.verification,
                        &self.session,
                        context,
                        self.warnings,
                    )
                    .await;
                }
                (Observed::Absent, _) => {
                    outcome.complete(&self.session, &hints, None)?;
                    return Ok(Status::Done);
                }
                _ => {}
            }
        }
    }

    async fn plan(&mut self, observed: &mut Observed) -> Result<Plan, Failure> {
        let rule = self.rule.as_ref();
        let existing = match observed {
            Observed::Active(existing) => existing,
            Observed::PendingDeletion { due } => {
                let hints = self.session.hints();
                return Err(name_is_taken(&self.request.name, Some(due), &hints));
            }
            Observed::Absent | Observed::NotLooked => {
                let is_new = matches!(observed, Observed::Absent);
                let plan = Plan::create(&self.request, is_new, rule);
                return plan.map_err(|error| Failure::usage(error.to_string()));
            }
        };
        let policy = async {
            match &self.request.policy {
                Some(_) => self.session.secrets().policy(&existing.secret.arn).await,
                None => Ok(None),
            }
        };
        let value = read_value(&existing.secret, false, &self.session, &mut self.warnings);
        let (value, policy) = tokio::join!(value, policy);
        existing.value = value?;
        existing.policy = match policy {
            Err(error) if error.kind == Kind::Denied => None,
            policy => policy.map_err(|error| {
                let what = format!("{} exists, and could not be looked at", self.request.name);
                error.into_failure(&what, self.session.service())
            })?,
        };
        plan_update(&self.request, existing, rule, &mut self.warnings)
    }

    async fn report(
        mut self,
        action: Action,
        observed: &Observed,
        outcome: Outcome,
    ) -> Result<Status, Failure> {
        let context = self.context;
        let hints = self.session.hints();
        let finish = self.input.command_line_to_finish();
        let mut outcome = outcome.complete(&self.session, &hints, Some(&finish))?;
        let mut rule = self.rule.take();
        if action == Action::Created && self.input.rule.is_none() && self.offers_rule() {
            rule = self.offer_rule(&outcome).await?;
            if let Some(rule) = &rule {
                let session = &self.session;
                let mut plan = Plan::set_rule(rule, outcome.subject.clone());
                plan.is_stored = true;
                let made = apply(plan, session, context.progress, context.output).await;
                outcome = made.after(outcome.steps).complete(session, &hints, None)?;
            }
        }
        let (session, subject) = (&self.session, &outcome.subject);
        let rule = rule.as_ref();
        let rule = rule.and_then(|rule| rule_result(rule, subject, session, &hints));
        let (rule, rule_note) = rule.unzip();
        let arn = subject.arn.clone();
        let existing = match observed {
            Observed::Active(existing) => Some(&existing.secret),
            _ => None,
        };
        let report = SecretReport {
            version_id: subject.shown_version(session.redactor()),
            region: Some(session.region().clone()),
            steps: outcome.steps.clone(),
            rule,
            rule_code: self.input.rule_code(arn.as_ref())?,
            warnings: self.warnings.into_texts(),
            verification: self.verification,
            ..secret_report(action, &self.request, existing)
        };
        let report = SecretReport { arn, ..report };
        let next = report.next_steps(self.request.upstream, &hints);
        report_stored(
            &report,
            context,
            &[&next, rule_note.as_deref().unwrap_or_default()],
        )
    }

    /// Whether someone is there who can be offered a rule, and one is possible.
    fn offers_rule(&self) -> bool {
        let upstream = self.request.upstream;
        let prefix =
            upstream.and_then(|upstream| RepositoryPrefix::parse(upstream.rule_prefix).ok());
        let fits = prefix.is_some_and(|prefix| self.input.rule_with(prefix).is_ok());
        let region = self.session.region();
        self.context.can_ask() && !self.input.yes && fits && region.has_pull_through_cache()
    }

    /// Asks whether a rule is wanted, or the one that points at a former secret of this name. Where there
    /// are more of those, the others are warned of. A no leaves all as it is.
    ///
    /// # Errors
    /// Status 8 where the rule that is wanted cannot be made.
    async fn offer_rule(&mut self, outcome: &Outcome) -> Result<Option<PendingRule>, Failure> {
        let (session, context) = (&self.session, self.context);
        let (Some(upstream), name) = (self.request.upstream, &self.request.name) else {
            return Ok(None);
        };
        context.output.say("\nThe secret is stored");
        // Nobody asked for it, so whatever keeps the rules from being looked at is not told.
        let rules = session.rules_in_passing().await.unwrap_or_default();
        // These credentials are no use to a rule for another registry.
        let is_stale = |rule: &&Rule| {
            rule.secret() == Some(name.as_str()) && rule.upstream() == Some(upstream)
        };
        let mut stale = rules.iter().filter(is_stale);
        let rule = if let Some(rule) = stale.next() {
            let hints = session.hints();
            for other in stale {
                self.warnings
                    .add(&hints.repoint_warning(other, name.as_str()));
            }
            match rule.as_wanted() {
                Some(wanted) if wants_repointing(rule, context).await => {
                    super::find::pending_rule(wanted, Some(rule.clone()), session)
                }
                _ => return Ok(None),
            }
        } else {
            let prefix = context.prompter().ask_rule(upstream.rule_prefix).await;
            let Some(prefix) = prefix else {
                return Ok(None);
            };
            let wanted = self.input.rule_with(prefix)?;
            match find_pending_rule(Some(wanted), session).await {
                Ok(Some(rule)) => Ok(rule),
                Ok(None) => return Ok(None),
                Err(failure) => Err(failure),
            }
        };
        rule.map(Some)
            .map_err(|failure| outcome.stored_but(failure))
    }
}

/// Leaves a secret that exists as it is, and makes its rule. What is in it is not looked at.
async fn skip(
    input: &CreateInput,
    existing: &Existing,
    rule: Option<PendingRule>,
    verification: Verification,
    session: &Session,
    context: &Context<'_>,
    mut warnings: Warnings<'_>,
) -> Result<Status, Failure> {
    if existing.secret.unknown_key().is_some() {
        warnings.add(UNKNOWN_KEY);
    }
    let hints = session.hints();
    let plan = Plan::skip(existing, rule.as_ref());
    let outcome = apply(plan, session, context.progress, context.output).await;
    let finish = input.command_line_to_finish();
    let outcome = outcome.complete(session, &hints, Some(&finish))?;
    let subject = &outcome.subject;
    let rule = rule.as_ref();
    let rule = rule.and_then(|rule| rule_result(rule, subject, session, &hints));
    let (rule, rule_note) = rule.unzip();
    let report = SecretReport {
        arn: subject.arn.clone(),
        version_id: subject.shown_version(session.redactor()),
        region: Some(session.region().clone()),
        rule,
        rule_code: input.rule_code(subject.arn.as_ref())?,
        steps: outcome.steps,
        warnings: warnings.into_texts(),
        verification,
        ..skipped_report(input, existing)?
    };
    let left = format!("{} exists already; it was left as it is", report.name);
    context.output.note(&left);
    report_stored(
        &report,
        context,
        &[rule_note.as_deref().unwrap_or_default()],
    )
}

/// What is known of a secret that is left as it is.
fn skipped_report(input: &CreateInput, existing: &Existing) -> Result<SecretReport, Failure> {
    let open = || Failure::usage("the registry is missing");
    Ok(SecretReport {
        schema_version: 1,
        action: Action::Skipped,
        arn: None,
        name: input.name_or_default().ok_or_else(open)?.to_string(),
        version_id: None,
        region: None,
        registry: input.upstream.ok_or_else(open)?.kind,
        username: None,
        upstream_registry_url: input.address().map(|address| address.to_string()),
        kms_key: existing.secret.key().to_owned(),
        replica_regions: existing
            .secret
            .working_replica_regions()
            .into_iter()
            .map(str::to_owned)
            .collect(),
        rule: None,
        rule_code: None,
        steps: Vec::new(),
        warnings: Vec::new(),
        verification: Verification::skipped("nothing is stored"),
    })
}

/// The dry run: everything up to the first call. No code that writes knows of it.
async fn dry_run(
    mut input: CreateInput,
    settings: &Settings,
    login: &Login,
    context: &Context<'_>,
) -> Result<Status, Failure> {
    let output = context.output;
    let mut warnings = output.warnings();
    let target = settings.target();
    if let Some(region) = &target.region {
        refuse_replica_at_home(&input, region)?;
    }
    let verification = if context.can_ask() {
        let prompter = context.prompter();
        prompter.ask_all_but_the_token(&mut input, output).await?;
        login
            .agree_to_host(&input, Some(&prompter), context, &mut warnings)
            .await?;
        prompter.ask_expiry(&mut input).await?;
        ask_for_a_good_token(&prompter, &mut input, login, context, &mut warnings).await?
    } else {
        login
            .agree_to_host(&input, None, context, &mut warnings)
            .await?;
        warn_of_credentials(&input, &mut warnings);
        let tried = login.attempt(&input).await?;
        login.judge(tried, output, &mut warnings)?
    };
    let request = input.finish()?;
    let rule_code = input.rule_code(None)?;
    let wanted = input.rule_request()?;
    if let (Some(region), Some(_)) = (&target.region, &wanted) {
        refuse_region_without_rules(region)?;
    }
    let wanted = wanted.filter(|_| rule_code.is_none());
    if target.region.is_none() {
        input
            .warnings
            .push("no Region is set; the real run needs one, by --region or AWS_REGION".to_owned());
    }
    let rule = wanted.and_then(|wanted| PendingRule::new(wanted, None).ok());
    let plan = Plan::create(&request, false, rule.as_ref());
    let plan = plan.map_err(|error| Failure::usage(error.to_string()))?;
    output.note(&format!("This would be done:\n{}", plan.review(&target)));
    warn(&input, &request, target.region.as_ref(), &mut warnings);
    output.note(
        "Nothing was sent to AWS: this was a dry run, and whether the secret exists was not looked at",
    );
    let report = SecretReport {
        region: target.region.clone(),
        steps: plan.reports(StepStatus::Planned),
        rule_code,
        rule: rule.map(|rule| RuleSummary::planned(&rule.wanted, request.name.as_str())),
        warnings: warnings.into_texts(),
        verification,
        ..secret_report(Action::DryRun, &request, None)
    };
    report_stored(&report, context, &[])
}

/// The rule that is asked for, looked at before anything is written.
async fn pending_rule(
    input: &CreateInput,
    session: &Session,
) -> Result<Option<PendingRule>, Failure> {
    match input.rule_request()? {
        Some(_) if input.print.is_some() => {
            refuse_region_without_rules(session.region()).map(|()| None)
        }
        wanted => find_pending_rule(wanted, session).await,
    }
}

/// The same for who wants to store credentials under that name.
fn name_is_taken(name: &SecretName, due: Option<&str>, hints: &Hints) -> Failure {
    pending_deletion(name, due, hints)
        .then_fix("run this again with --if-exists update; or choose another --name")
}

/// The service refuses a replica in the secret's own Region; better to say so before it is asked.
fn refuse_replica_at_home(input: &CreateInput, region: &Region) -> Result<(), Failure> {
    if input.replicas.contains(region) {
        let message = format!("--replica-region {region} is the Region of the secret itself");
        return Err(Failure::usage(message).fix("leave that Region out of --replica-region"));
    }
    Ok(())
}

/// Whether the secret exists, before anyone types a token for nothing. A caller who may not look is
/// not kept from trying.
async fn look(input: &CreateInput, session: &Session) -> Result<Observed, Failure> {
    let Some(name) = input.name_or_default() else {
        return Ok(Observed::NotLooked);
    };
    let observed = match session.secrets().describe(name.as_str()).await {
        Ok(secret) => Observed::from(secret),
        Err(error) if error.kind == Kind::Denied => return Ok(Observed::NotLooked),
        Err(error) => {
            let what = format!("could not see whether {name} exists");
            return Err(error.into_failure(&what, session.service()));
        }
    };
    match observed {
        Observed::Active(existing) if input.if_exists == IfExists::Fail => {
            Err(already_exists(&name, Some(&existing)))
        }
        Observed::PendingDeletion { due } => {
            let hints = session.hints();
            Err(name_is_taken(&name, Some(&due), &hints))
        }
        observed => Ok(observed),
    }
}

/// What is odd about the request itself.
fn warn(
    input: &CreateInput,
    request: &Request,
    region: Option<&Region>,
    warnings: &mut Warnings<'_>,
) {
    for warning in input.warnings.iter().chain(&request.name.warnings()) {
        warnings.add(warning);
    }
    if let Some(region) = region.filter(|region| !region.has_pull_through_cache()) {
        warnings.add(&format!(
            "ECR has no pull through cache in {region}, so no rule can use the secret there"
        ));
    }
}

//! `create`: stores credentials in a new secret.

use super::rule::{refuse_region_without_rules, Stage};
use super::store::{already_exists, give, pending_deletion, report_skipped, Store};
use super::verify::{Login, Tried, TRIES};
use super::{aws_options, cancelled, open_session, Context};
use crate::aws::{Kind, Session, Settings};
use crate::cli::{CreateArgs, Global, IfExists};
use crate::env;
use crate::failure::Failure;
use crate::input::draft::Draft;
use crate::input::person::Person;
use crate::output::{is_at_a_terminal, Output};
use crate::plan::{Observed, Plan, Request, Review, Target};
use crate::region::{has_pull_through_cache, RegionName};
use crate::report::{Action, RuleSummary, SecretReport, StepStatus, Verification};
use crate::rule::Change;
use crate::status::Status;

/// Reads the options and the token. Before any thread exists, since a variable with the token is
/// taken out of the environment.
///
/// # Errors
/// Status 2, with everything that is wrong or missing.
pub fn read(args: CreateArgs, global: &Global) -> Result<Draft, Failure> {
    Draft::from_args(args, global, why_not_ask(global))
}

/// Gathers the rest, shows it, asks, stores and reports.
///
/// # Errors
/// The [`Failure`] to show; status 8 where the secret is stored and a later step failed.
pub async fn run(draft: Draft, context: &Context<'_>) -> Result<(), Failure> {
    let settings = Settings::read(context.global).await?;
    let target = settings.target();
    if draft.dry_run {
        if let Some(region) = &target.region {
            refuse_replica_at_home(&draft, region)?;
        }
        let login = Login::prepare(&draft, &settings);
        return rehearse(draft, target, &login, context).await;
    }
    let login = Login::prepare(&draft, &settings);
    let can_ask = why_not_ask(context.global).is_none();
    let of_host = if can_ask {
        None
    } else {
        login.agree_to_host(&draft, None, context).await?
    };
    let mut session = open_session(settings, context).await?;
    refuse_replica_at_home(&draft, session.region())?;
    if !can_ask {
        let request = draft.finish()?;
        let stage = stage_of(&draft, &session, context).await?;
        let mut warnings = warnings_of(&draft, &request, Some(session.region()), context.output);
        warnings.extend(of_host);
        warnings.extend(suspicions_of(&draft, context.output));
        let beside = async {
            if login.is_wanted() {
                session.fetch_credentials().await;
            }
        };
        let (tried, ()) = tokio::join!(login.attempt(&draft), beside);
        let verification = login.settle(tried?, &mut warnings, context.output)?;
        let store = Store::new(&draft, &request, &session, context, warnings, verification)
            .with_rule(stage);
        return store.carry_out(Plan::to_create(&request)).await;
    }
    ask_and_store(draft, target, &session, &login, context).await
}

/// The way at a terminal: the AWS side first, so that nobody types a token for nothing.
async fn ask_and_store(
    mut draft: Draft,
    mut target: Target,
    session: &Session,
    login: &Login,
    context: &Context<'_>,
) -> Result<(), Failure> {
    let output = context.output;
    let person = Person::meet(context.global, output);
    target.caller = session.caller().await?;
    person.ask_all_but_the_token(&mut draft, output).await?;
    let observed = look_first(&draft, session, context).await?;
    let stage = stage_of(&draft, session, context).await?;
    if let (Some(Observed::Active(existing)), IfExists::Skip) = (&observed, draft.if_exists) {
        let warnings = draft.warnings.clone();
        let verification = Verification::skipped("nothing is stored");
        return report_skipped(
            &draft,
            existing,
            session.region(),
            warnings,
            verification,
            output,
            stage,
        )
        .await;
    }
    let of_host = login.agree_to_host(&draft, Some(&person), context).await?;
    person.ask_expiry(&mut draft).await?;
    let (tried, suspicions) = ask_for_a_good_token(&person, &mut draft, login, output).await?;
    let request = draft.finish()?;
    let mut warnings = warnings_of(&draft, &request, Some(session.region()), output);
    warnings.extend(of_host);
    warnings.extend(suspicions);
    let verification = login.settle(tried, &mut warnings, output)?;
    let mut store = Store::new(&draft, &request, session, context, warnings, verification);
    let is_new = matches!(observed, Some(Observed::Absent));
    let plan = match observed {
        Some(Observed::Active(existing)) => {
            Plan::to_update(&request, store.compare(existing).await?)
        }
        _ => Plan::to_create(&request),
    };
    let arn = plan.existing.as_ref().map(|existing| &existing.secret.arn);
    let rule = stage.as_ref().map(|stage| stage.in_review(arn));
    let changes_rule = rule.is_some_and(|(_, change)| change != Change::Nothing);
    let review = Review {
        plan: &plan,
        target: &target,
        is_new,
        rule,
    };
    let review = format!("\nThis will be done:\n{review}\n");
    if plan.steps.is_empty() && !changes_rule {
        // Nothing to agree to.
    } else if draft.yes {
        output.note(&review);
    } else {
        output.say(&review);
        if !person.agrees().await? {
            return Err(cancelled(Status::Cancelled));
        }
    }
    drop(person);
    store.with_rule(stage).offering_one().carry_out(plan).await
}

/// Asks for the token until the registry does not refuse it, [`TRIES`] times at most; with what came
/// of the last login, and what is odd about the token.
pub async fn ask_for_a_good_token(
    person: &Person,
    draft: &mut Draft,
    login: &Login,
    output: &Output,
) -> Result<(Tried, Vec<String>), Failure> {
    let mut left = TRIES;
    loop {
        person.ask_token(draft, output).await?;
        let suspicions = suspicions_of(draft, output);
        let tried = login.attempt(draft).await?;
        left -= 1;
        if left == 0 || !tried.is_refused() {
            return Ok((tried, suspicions));
        }
        output.say(&tried.refusal());
        draft.forget_token();
    }
}

/// The dry run: everything up to the first call. No code that writes knows of it.
async fn rehearse(
    mut draft: Draft,
    target: Target,
    login: &Login,
    context: &Context<'_>,
) -> Result<(), Failure> {
    let Context { global, output, .. } = context;
    let of_host;
    let (tried, suspicions) = if why_not_ask(global).is_none() {
        let person = Person::meet(global, output);
        person.ask_all_but_the_token(&mut draft, output).await?;
        of_host = login.agree_to_host(&draft, Some(&person), context).await?;
        person.ask_expiry(&mut draft).await?;
        ask_for_a_good_token(&person, &mut draft, login, output).await?
    } else {
        of_host = login.agree_to_host(&draft, None, context).await?;
        let suspicions = suspicions_of(&draft, output);
        (login.attempt(&draft).await?, suspicions)
    };
    let request = draft.finish()?;
    let rule_code = draft.rule_code(None)?;
    let rule = draft.rule_request()?;
    if let (Some(region), Some(_)) = (&target.region, &rule) {
        refuse_region_without_rules(region)?;
    }
    let rule = rule.filter(|_| rule_code.is_none());
    if target.region.is_none() {
        let warning = "no Region is set; the real run needs one, by --region or AWS_REGION";
        draft.warnings.push(warning.to_owned());
    }
    let plan = Plan::to_create(&request);
    let review = Review {
        plan: &plan,
        target: &target,
        is_new: false,
        rule: rule.as_ref().map(|rule| (rule, Change::Create)),
    };
    output.note(&format!("This would be done:\n{review}"));
    let mut warnings = warnings_of(&draft, &request, target.region.as_ref(), output);
    warnings.extend(of_host);
    warnings.extend(suspicions);
    let verification = login.settle(tried, &mut warnings, output)?;
    output.note("Nothing was sent to AWS: this was a dry run, and the secret is taken for one that does not exist.");
    let mut steps = plan.reports(StepStatus::Planned);
    if rule.is_some() {
        steps.extend(Change::Create.reports(StepStatus::Planned));
    }
    let report = SecretReport {
        region: target.region.clone(),
        steps,
        rule_code,
        rule: rule.map(|rule| RuleSummary::planned(&rule, &request.name)),
        warnings,
        verification,
        ..SecretReport::of(Action::DryRun, &request)
    };
    give(&report, output)
}

/// The rule that is asked for, looked at before anything is written.
async fn stage_of<'a>(
    draft: &Draft,
    session: &Session,
    context: &'a Context<'a>,
) -> Result<Option<Stage<'a>>, Failure> {
    match draft.rule_request()? {
        Some(_) if draft.print.is_some() => {
            refuse_region_without_rules(session.region()).map(|()| None)
        }
        Some(wanted) => Stage::prepare(wanted, session, context).await.map(Some),
        None => Ok(None),
    }
}

/// The service refuses a replica in the secret's own Region; better to say so before it is asked.
fn refuse_replica_at_home(draft: &Draft, region: &RegionName) -> Result<(), Failure> {
    if draft.replicas.iter().any(|replica| replica == region) {
        return Err(Failure::usage(format!(
            "--replica-region {region} is the Region of the secret itself"
        ))
        .fix("leave that Region out of --replica-region"));
    }
    Ok(())
}

/// Why nothing can be asked here; none where it can.
pub fn why_not_ask(global: &Global) -> Option<&'static str> {
    if global.no_input {
        Some("--no-input or ECR_PTC_NO_INPUT is set")
    } else if env::is_ci() {
        Some("the variable CI is set")
    } else if !is_at_a_terminal() {
        Some("standard input or standard error is not a terminal")
    } else {
        None
    }
}

/// Whether the secret exists, before anyone types a token for nothing. A caller who may not look is
/// not kept from trying.
async fn look_first(
    draft: &Draft,
    session: &Session,
    context: &Context<'_>,
) -> Result<Option<Observed>, Failure> {
    let Some(name) = draft.name_or_default() else {
        return Ok(None);
    };
    let observed = match session
        .inventory()
        .describe(name.as_str())
        .await
        .map(Observed::of)
    {
        Ok(observed) => observed,
        Err(error) if error.kind == Kind::Denied => return Ok(None),
        Err(error) => {
            let what = format!("could not see whether {name} exists");
            return Err(error.into_failure(&what, session.place()));
        }
    };
    match observed {
        Observed::Active(existing) if draft.if_exists == IfExists::Fail => {
            Err(already_exists(&name, Some(&existing)))
        }
        Observed::PendingDeletion { due } => {
            let options = aws_options(context.global, Some(session.region()));
            Err(pending_deletion(&name, Some(&due), &options))
        }
        observed => Ok(Some(observed)),
    }
}

/// What is odd about the credentials; shown before they are tried, and kept for the report.
pub fn suspicions_of(draft: &Draft, output: &Output) -> Vec<String> {
    let suspicions = draft.suspicions();
    for suspicion in &suspicions {
        output.warn(suspicion);
    }
    suspicions
}

/// Everything else to be warned of; shown, and kept for the report.
fn warnings_of(
    draft: &Draft,
    request: &Request,
    region: Option<&RegionName>,
    output: &Output,
) -> Vec<String> {
    let mut warnings = draft.warnings.clone();
    warnings.extend(request.name.warnings());
    if let Some(region) = region.filter(|region| !has_pull_through_cache(region)) {
        warnings.push(format!(
            "ECR has no pull through cache in {region}, so no rule can use the secret there"
        ));
    }
    for warning in &warnings {
        output.warn(warning);
    }
    warnings
}

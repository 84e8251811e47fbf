//! `check`: what ECR would trip over, in one secret or in all, and in the rules that use them.

use std::sync::Arc;

use super::find::{find, read};
use super::mend::mend;
use super::survey::{survey, Survey};
use super::trial::Trial;
use super::uses::Uses;
use super::{done, open_session, wants_yes, Context};
use crate::aws::{Kind, Session, Settings};
use crate::cli::{CheckArgs, Verify};
use crate::date::Date;
use crate::failure::Failure;
use crate::finding::{counted, in_words, not_read, of_key, of_secret, of_value, Level, Measure};
use crate::name::Named;
use crate::report::CheckReport;
use crate::status::Status;

/// What is asked for, checked.
struct Wanted {
    named: Option<Named>,
    fix: bool,
    yes: bool,
    max_age: Option<i64>,
    expiring_within: i64,
}

/// Checks one secret or all, mends one where that is asked for, and reports what is left.
///
/// # Errors
/// The [`Failure`] to show. Findings are no failure: with an error among them it ends with status 9.
pub async fn run(args: CheckArgs, context: &Context<'_>) -> Result<Status, Failure> {
    let wanted = Wanted::read(&args, context)?;
    let settings = Settings::read(context.global).await?;
    let trial = Trial::read(&args, settings.network())?.map(Arc::new);
    let session = open_session(settings, context).await?;
    let measure = Measure {
        today: Date::today(),
        max_age: wanted.max_age,
        expiring_within: wanted.expiring_within,
        region: session.region().to_owned(),
        profile: context.global.profile.clone(),
    };
    let mut mended = None;
    let survey = match &wanted.named {
        None => survey(&session, measure, trial, context).await?,
        Some(named) if wanted.fix => {
            let (changes, survey) = mend(named, wanted.yes, &session, &measure, context).await?;
            mended = Some(changes);
            survey
        }
        Some(named) => check_one(named, &session, &measure, trial.as_deref(), context).await?,
    };
    report(survey, mended, context)
}

impl Wanted {
    fn read(args: &CheckArgs, context: &Context<'_>) -> Result<Self, Failure> {
        let named = args.name.as_deref().map(read).transpose()?;
        if args.fix && named.is_none() {
            return Err(
                Failure::usage("--fix mends one secret, and no NAME is given")
                    .fix("see what there is to mend: ecr-ptc check"),
            );
        }
        let may_log_in_elsewhere =
            args.login.verify == Verify::Always && args.login.upstream_registry_url.is_some();
        if args.yes && !args.fix && !may_log_in_elsewhere {
            return Err(Failure::usage(
                "--yes answers the question of --fix, or whether --verify always may log in at the \
                 host of --upstream-registry-url; neither is given",
            )
            .fix("leave --yes out, or add --fix"));
        }
        let wanted = Self {
            named,
            fix: args.fix,
            yes: args.yes,
            max_age: args
                .max_age
                .as_deref()
                .map(|days| days_of("--max-age", days))
                .transpose()?,
            expiring_within: args
                .expiring_within
                .as_deref()
                .map_or(Ok(30), |days| days_of("--expiring-within", days))?,
        };
        if wanted.fix {
            wants_yes("check --fix", wanted.yes, context)?;
        }
        Ok(wanted)
    }
}

fn days_of(option: &str, text: &str) -> Result<i64, Failure> {
    match text.parse::<u16>() {
        Ok(days) => Ok(days.into()),
        Err(_) => Err(Failure::usage(format!(
            "{option} takes a number of days, up to 65535"
        ))),
    }
}

async fn check_one(
    named: &Named,
    session: &Session,
    measure: &Measure,
    trial: Option<&Trial>,
    context: &Context<'_>,
) -> Result<Survey, Failure> {
    let inventory = session.inventory();
    let (secret, rules) = tokio::join!(
        Box::pin(find(named, session, &inventory, context)),
        session.rules()
    );
    let mut secret = secret?;
    let mut uses = Uses::begin(rules, Some(&secret), session);
    let mut findings = uses.look_at(&mut secret, measure);
    if secret.deleted.is_some() {
        return Ok(uses.survey_of_one(findings, session, measure).await);
    }
    if let Some(trial) = trial {
        trial.agree_to_host(&secret, context).await?;
    }
    findings.extend(of_secret(&secret, measure));
    let keys = session.keys();
    let (kind, value) = tokio::join!(keys.kind(&secret), inventory.value(&secret.arn));
    findings.extend(of_key(&secret, &kind, measure));
    match value {
        Ok(value) => {
            findings.extend(of_value(&secret, value.as_ref(), measure));
            if let (Some(trial), Some(content)) = (trial, &value) {
                findings.extend(trial.findings(&secret, content, measure).await);
            }
        }
        Err(error) if matches!(error.kind, Kind::Denied | Kind::Refused) => {
            findings.push(not_read(Some(&secret), &error.in_words(), measure));
        }
        Err(error) => {
            let what = format!(
                "could not read the value of {}",
                crate::output::escaped(&secret.name)
            );
            return Err(error.into_failure(&what, session.place()));
        }
    }
    Ok(uses.survey_of_one(findings, session, measure).await)
}

fn report(
    survey: Survey,
    mended: Option<Vec<String>>,
    context: &Context<'_>,
) -> Result<Status, Failure> {
    let Survey {
        checked,
        checked_rules,
        mut findings,
    } = survey;
    findings.sort_by(|one, other| {
        (&one.secret, one.level, one.code, &one.message).cmp(&(
            &other.secret,
            other.level,
            other.code,
            &other.message,
        ))
    });
    let text = in_words(&findings);
    let some = |number: usize, what: &str| {
        let plural = if number == 1 { "" } else { "s" };
        format!("{number} {what}{plural}")
    };
    let rules = checked_rules.map(|number| format!(" and {}", some(number, "rule")));
    let summary = format!(
        "{}{} checked: {}",
        some(checked, "secret"),
        rules.unwrap_or_default(),
        counted(&findings)
    );
    let has_errors = findings.iter().any(|finding| finding.level == Level::Error);
    let report = CheckReport {
        schema_version: 1,
        checked,
        checked_rules,
        findings,
        mended,
    };
    done(
        context.output,
        Some(text.as_str()).filter(|text| !text.is_empty()),
        &report,
    )?;
    context.output.note(&summary);
    Ok(if has_errors {
        Status::Problems
    } else {
        Status::Done
    })
}

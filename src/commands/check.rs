//! `check`: finds problems that would break pulls, in secrets and rules, and fixes some of them.

mod fix;
mod pulls;

use self::fix::{Fix, Fixed};
pub use self::pulls::Pulls;
use super::context::Context;
use super::find::{find_secret, read_name, refuse_read_only};
use super::verification::agree_to_host;
use crate::aws::{Network, Session};
use crate::check::{
    scan, summary, to_text, unreadable, CheckReport, Criteria, Finding, Level, LoginCheck,
    OneSecret, ProvenPull, Scan,
};
use crate::cli::{CheckArgs, FailOn, Verify};
use crate::input::image_list::{read_pulls, GivenImage};
use crate::input::options::host;
use crate::model::date::Date;
use crate::model::name::SecretId;
use crate::model::registries::{LoginRegistry, ANY_AZURE_HOST};
use crate::model::rule::RuleUsage;
use crate::model::stored_value::Reading;
use crate::output::document::Document;
use crate::output::failure::Failure;
use crate::output::hint::Hints;
use crate::output::shell::option;
use crate::output::status::Status;
use crate::output::Text;
use crate::registry::Address;

/// The options, checked.
struct CheckInput {
    id: Option<SecretId>,
    pulls: Vec<GivenImage>,
    fix: bool,
    yes: bool,
    max_age: Option<i64>,
    expiring_within: i64,
    fail_on: Level,
}

/// Checks one secret or all, fixes them with `--fix`, and reports the findings. The status is
/// 9 for findings that `--fail-on` names, else 7 if a registry could not be reached.
pub async fn run(args: CheckArgs, context: &Context<'_>) -> Result<Status, Failure> {
    let input = CheckInput::read(&args, context)?;
    let settings = context.settings()?;
    let hints = context.global.hints();
    let network = settings.network().clone();
    let login = login_check(&args, input.id.as_ref(), &network, &hints)?;
    let mut session = context.open(settings).await?;
    if input.fix && !input.yes {
        context.identify(&mut session).await?;
    }
    let (mut just_fixed, mut only, mut fixed) = (Vec::new(), None, None);
    if let Some(id) = &input.id {
        let found = look_up(id, &input, login.as_ref(), &session, context).await?;
        (only, fixed) = (Some(found.0), found.1);
    } else if input.fix {
        let planned = Box::pin(Fix::find_all(login.as_ref(), &session)).await?;
        just_fixed.extend(planned.iter().map(|fix| fix.secret.clone()));
        let finish = input.fix_all_again(login.is_some(), &session.hints());
        let fix = fix::fix(planned, None, input.yes, Some(&finish), &session, context);
        fixed = Some(Box::pin(fix).await?);
    }
    let criteria = Criteria {
        today: Date::today(),
        max_age: input.max_age,
        expiring_within: input.expiring_within,
        region: session.region().to_string(),
        hints: session.hints(),
    };
    let pulls = match input.pulls {
        images if images.is_empty() => None,
        images => {
            let tests_logins = args.verify != Verify::Never;
            let pulls = Pulls::log_in(images, network, tests_logins, &mut session, context);
            Some(pulls.await?)
        }
    };
    let progress = |checked| {
        context
            .output
            .progress(format!("Secrets checked: {checked}"));
    };
    let scan = scan(
        only,
        &just_fixed,
        &session,
        &criteria,
        login.as_ref(),
        progress,
    );
    let mut scan = match Box::pin(scan).await {
        // Nodes and jobs that pull usually may not list secrets.
        Err(failure) if pulls.is_some() && failure.status() == Status::Denied => {
            Scan::without_secrets(failure, &session).await
        }
        scan => scan?,
    };
    let pulls = match pulls {
        Some(pulls) => Some(Box::pin(pulls.prove(&mut scan, &criteria, &session)).await?),
        None => None,
    };
    report(scan, pulls, fixed, criteria, input.fail_on, context)
}

/// Looks up one secret and the rules, and fixes the secret with `--fix`.
async fn look_up(
    id: &SecretId,
    input: &CheckInput,
    login: Option<&LoginCheck>,
    session: &Session,
    context: &Context<'_>,
) -> Result<(OneSecret, Option<Fixed>), Failure> {
    let (secret, rules) = tokio::join!(find_secret(id, session), session.rules());
    let mut secret = secret?;
    let usage = RuleUsage::new(&secret, rules.as_deref().ok());
    // Before the fix: if the answer is no, nothing was written.
    let foreign = login.and_then(|login| login.foreign_host(&usage));
    if let Some(host) = foreign.filter(|_| secret.deleted.is_none()) {
        let mut warnings = context.output.warnings();
        agree_to_host(&host, input.yes, None, context, &mut warnings).await?;
    }
    if input.fix {
        refuse_read_only(&secret, ("check", " --fix"), session)?;
    }
    let (mut reading, mut fixed) = (None, None);
    if input.fix {
        let value = session.secrets().value(&secret.arn).await;
        let value = value.map_err(|error| unreadable(error, &secret, session))?;
        let login = login.map(|login| (login, &usage));
        let mut planned = Vec::new();
        reading = Some(Reading::Nothing);
        if let Some(value) = value {
            let (fix, value) = Fix::find(secret.clone(), value, login).await?;
            reading = Some(Reading::Value(value));
            planned.push(fix);
        }
        let changed = planned.first().map(|fix| fix.secret.clone());
        let name = Some(secret.name.as_str());
        let fix = fix::fix(planned, name, input.yes, None, session, context);
        fixed = Some(Box::pin(fix).await?);
        secret = changed.unwrap_or(secret);
    }
    let found = OneSecret {
        secret,
        reading,
        rules,
    };
    Ok((found, fixed))
}

/// How to test the stored credentials; `None` without `--verify always`. Without NAME, only an
/// Azure host can be given.
fn login_check(
    args: &CheckArgs,
    id: Option<&SecretId>,
    network: &Network,
    hints: &Hints,
) -> Result<Option<LoginCheck>, Failure> {
    let given = args.host.upstream_registry_url.as_deref();
    let named = id.and_then(SecretId::registry);
    let given = named.map_or(Ok(given), |registry| host(registry, given));
    let given = given?.map(Address::parse).transpose().map_err(|fault| {
        Failure::usage(format!("--upstream-registry-url {fault}")).fix(format!(
            "for example: --upstream-registry-url {ANY_AZURE_HOST}"
        ))
    })?;
    if args.verify != Verify::Always {
        return Ok(None);
    }
    if let (Some(given), None) = (&given, id) {
        let mut open = LoginRegistry::all().filter(|upstream| upstream.fixed_host().is_none());
        if !open.any(|upstream| given.foreign_to(upstream).is_none()) {
            let host = option("--upstream-registry-url", &given.to_string());
            let message = format!(
                "{given} is not an Azure host; without NAME, --upstream-registry-url must be one, \
                 such as {ANY_AZURE_HOST}"
            );
            return Err(Failure::usage(message)
                .why("the credentials of other registries go to the registry's own host")
                .fix(format!(
                    "remove --upstream-registry-url, or name the secret: {}",
                    hints.check("NAME", &format!(" --verify always {host}"))
                )));
        }
    }
    Ok(Some(LoginCheck {
        network: network.clone(),
        given,
        is_for_one: id.is_some(),
    }))
}

impl CheckInput {
    fn read(args: &CheckArgs, context: &Context<'_>) -> Result<Self, Failure> {
        let id = args.name.as_deref();
        let hints = context.global.hints();
        let id = id.map(|name| read_name("NAME", name, &hints)).transpose()?;
        let may_log_in_elsewhere =
            args.verify == Verify::Always && args.host.upstream_registry_url.is_some();
        if args.yes && !args.fix && !may_log_in_elsewhere {
            return Err(Failure::usage(
                "--yes has no effect without --fix, or --verify always with \
                 --upstream-registry-url",
            )
            .fix("remove --yes, or add --fix"));
        }
        let input = Self {
            id,
            pulls: read_pulls(&args.pull)?,
            fix: args.fix,
            yes: args.yes,
            max_age: args.max_age,
            expiring_within: args.expiring_within,
            fail_on: match args.fail_on {
                FailOn::Error => Level::Error,
                FailOn::Warning => Level::Warning,
                FailOn::Note => Level::Note,
            },
        };
        if input.fix {
            context.refuse_without_yes("check --fix", input.yes)?;
        }
        Ok(input)
    }

    /// The command that makes the fixes that are left.
    fn fix_all_again(&self, with_login: bool, hints: &Hints) -> String {
        let verify = if with_login { " --verify always" } else { "" };
        let yes = if self.yes { " --yes" } else { "" };
        hints.command(&format!("check --fix{verify}{yes}"))
    }
}

fn report(
    scan: Scan,
    pulls: Option<Vec<ProvenPull>>,
    fixed: Option<Fixed>,
    criteria: Criteria,
    fail_on: Level,
    context: &Context<'_>,
) -> Result<Status, Failure> {
    let Scan {
        checked,
        checked_rules,
        mut findings,
        ..
    } = scan;
    findings.sort_by(|one, other| {
        let key = |finding: &Finding| {
            (
                // Notes about rules come last.
                finding.secret.is_none() && finding.level == Level::Note,
                finding.secret.clone(),
                finding.level,
                finding.code,
                finding.message.clone(),
            )
        };
        key(one).cmp(&key(other))
    });
    let done = fixed.as_ref().and_then(Fixed::done);
    let not_done = fixed
        .as_ref()
        .and_then(|fixed| fixed.why_nothing(&findings));
    let after_the_fix = done.as_ref().map_or("", |_| " after the fix");
    let found = Some(to_text(&findings, &criteria.hints)).filter(|text| !text.is_empty());
    let pulled = pulls.iter().flatten().filter_map(ProvenPull::to_text);
    let text: Vec<String> = done.into_iter().chain(pulled).chain(found).collect();
    let text = text.join("\n");
    let some = |number: usize, what: &str| {
        let plural = if number == 1 { "" } else { "s" };
        format!("{number} {what}{plural}")
    };
    let rules = checked_rules.map(|number| format!(" and {}", some(number, "rule")));
    let note = format!(
        "{}{} checked{after_the_fix}: {}",
        some(checked, "secret"),
        rules.unwrap_or_default(),
        summary(&findings)
    );
    let status = status_of(&findings, fail_on);
    let report = CheckReport {
        checked,
        checked_rules,
        region: criteria.region,
        findings,
        pulls,
        fix: fixed.map(Fixed::into_report),
    };
    context.show(
        (!text.is_empty()).then_some(Text::Words(&text)),
        &Document::new(report),
    )?;
    if let Some(not_done) = not_done {
        context.output.note(&not_done);
    }
    context.output.note(&note);
    Ok(status)
}

/// 9 for a finding of this level or a worse one, 7 if another try may find something else.
fn status_of(findings: &[Finding], fail_on: Level) -> Status {
    let is_problem = |finding: &Finding| finding.level <= fail_on && !finding.is_temporary;
    if findings.iter().any(is_problem) {
        Status::Problems
    } else if findings.iter().any(|finding| finding.is_temporary) {
        Status::Temporary
    } else {
        Status::Done
    }
}

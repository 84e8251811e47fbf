//! `check`: what ECR would trip over, in one secret or in all, and in the rules that use them; and
//! what of it can be fixed without guessing.

mod fix;

use self::fix::Fixed;
use super::context::Context;
use super::find::{find_secret, read_name};
use super::login::agree_to_host;
use crate::aws::{Kind, Session};
use crate::check::{
    inspect, scan, summary, to_text, CheckReport, Criteria, Finding, Level, LoginCheck, Rules, Scan,
};
use crate::cli::{CheckArgs, Verify};
use crate::model::date::Date;
use crate::model::name::SecretId;
use crate::model::rule::{Rule, RuleUsage};
use crate::model::secret::Secret;
use crate::model::stored_value::Reading;
use crate::output::escaped;
use crate::output::failure::Failure;
use crate::output::status::Status;
use crate::registry::TokenInfo;

/// What is asked for, checked.
struct CheckInput {
    id: Option<SecretId>,
    fix: bool,
    yes: bool,
    max_age: Option<i64>,
    expiring_within: i64,
}

/// Checks one secret or all, fixes one where that is asked for, and reports what is left.
///
/// # Errors
/// The [`Failure`] to show. Findings are no failure: with an error among them it ends with status
/// 9.
pub async fn run(args: CheckArgs, context: &Context<'_>) -> Result<Status, Failure> {
    let input = CheckInput::read(&args, context)?;
    let settings = context.settings()?;
    let named = input.id.as_ref().and_then(SecretId::registry);
    let hints = context.global.hints();
    let login = LoginCheck::new(&args, named, settings.network(), &hints)?;
    let mut session = context.open(settings).await?;
    if input.fix && !input.yes {
        context.identify(&mut session).await?;
    }
    let criteria = Criteria {
        today: Date::today(),
        max_age: input.max_age,
        expiring_within: input.expiring_within,
        region: session.region().to_string(),
        hints: session.hints(),
    };
    let progress = |checked| {
        context
            .output
            .progress(&format!("secrets looked at: {checked}"));
    };
    let (scan, fixed) = match &input.id {
        None => (
            scan(&session, &criteria, login.as_ref(), progress).await?,
            None,
        ),
        Some(id) => {
            let rules = session.rules();
            let (secret, rules) = tokio::join!(find_secret(id, &session), rules);
            let mut found = Found {
                secret: secret?,
                reading: None,
                token_info: None,
            };
            // Before the fix: whoever says no is told that nothing was written.
            if let Some(login) = &login {
                let rules = rules.as_deref().ok();
                found
                    .agree_to_host(login, rules, input.yes, context)
                    .await?;
            }
            let fixed = if input.fix {
                let (login, rules) = (login.as_ref(), rules.as_deref().ok());
                let fixed = found.fix(input.yes, login, rules, &session, context);
                Some(Box::pin(fixed).await?)
            } else {
                None
            };
            let rules = Rules::new(rules, Some(&found.secret), &session);
            let scan = found.check(rules, &session, &criteria, login.as_ref());
            (Box::pin(scan).await?, fixed)
        }
    };
    report(scan, fixed, criteria, context)
}

impl CheckInput {
    fn read(args: &CheckArgs, context: &Context<'_>) -> Result<Self, Failure> {
        let id = args.name.as_deref();
        let hints = context.global.hints();
        let id = id.map(|name| read_name("NAME", name, &hints)).transpose()?;
        if args.fix && id.is_none() {
            return Err(
                Failure::usage("--fix fixes one secret, and no NAME is given").fix(format!(
                    "see what there is to fix: {}",
                    hints.command("check")
                )),
            );
        }
        let may_log_in_elsewhere =
            args.verify == Verify::Always && args.host.upstream_registry_url.is_some();
        if args.yes && !args.fix && !may_log_in_elsewhere {
            return Err(Failure::usage(
                "--yes answers the question of --fix, or whether --verify always may log in at the \
                 host of --upstream-registry-url; neither is given",
            )
            .fix("leave --yes out, or add --fix"));
        }
        let input = Self {
            id,
            fix: args.fix,
            yes: args.yes,
            max_age: args.max_age,
            expiring_within: args.expiring_within,
        };
        if input.fix {
            context.refuse_without_yes("check --fix", input.yes)?;
        }
        Ok(input)
    }
}

/// The one secret that is checked.
struct Found {
    secret: Secret,
    /// Its value, where it was read.
    reading: Option<Reading>,
    /// What its registry tells of the token, where it was asked.
    token_info: Option<TokenInfo>,
}

impl Found {
    /// Has a host agreed to that is not the one of the secret's registry.
    ///
    /// # Errors
    /// Status 2 where nobody can be asked and nobody said yes, 130 where the answer is no.
    async fn agree_to_host(
        &self,
        login: &LoginCheck,
        rules: Option<&[Rule]>,
        yes: bool,
        context: &Context<'_>,
    ) -> Result<(), Failure> {
        let usage = RuleUsage::new(&self.secret, rules);
        match login
            .foreign_host(&usage)
            .filter(|_| self.secret.deleted.is_none())
        {
            Some(host) => {
                let mut warnings = context.output.warnings();
                agree_to_host(&host, yes, None, context, &mut warnings).await
            }
            None => Ok(()),
        }
    }

    /// Checks the secret and the rules that refer to it.
    async fn check(
        self,
        mut rules: Rules,
        session: &Session,
        criteria: &Criteria,
        login: Option<&LoginCheck>,
    ) -> Result<Scan, Failure> {
        let Self {
            secret,
            reading,
            token_info,
        } = self;
        rules.see(&secret);
        let keys = session.keys();
        let reading = async {
            match reading {
                Some(reading) => Ok(Some(reading)),
                None if secret.deleted.is_some() => Ok(None),
                None => read(&secret, session).await.map(Some),
            }
        };
        let (key, reading) = tokio::join!(keys.kind(&secret), reading);
        let reading = reading?;
        let mut findings = inspect(&secret, &key, reading.as_ref(), rules.get(), criteria);
        if let (Some(login), Some(Reading::Value(value))) = (login, &reading) {
            findings.extend(
                login
                    .inspect(&secret, value, rules.get(), criteria, token_info)
                    .await,
            );
        }
        Ok(rules.finish_one(findings, session, criteria).await)
    }
}

async fn read(secret: &Secret, session: &Session) -> Result<Reading, Failure> {
    match session.secrets().value(&secret.arn).await {
        Ok(value) => Ok(value.map_or(Reading::Nothing, Reading::Value)),
        Err(error) if matches!(error.kind, Kind::Denied | Kind::Refused) => {
            Ok(Reading::Refused(error.summary()))
        }
        Err(error) => {
            let what = format!("could not read the value of {}", escaped(&secret.name));
            Err(error.into_failure(&what, &session.service().of_secret(&secret.name)))
        }
    }
}

fn report(
    scan: Scan,
    fixed: Option<Fixed>,
    criteria: Criteria,
    context: &Context<'_>,
) -> Result<Status, Failure> {
    let Scan {
        checked,
        checked_rules,
        mut findings,
    } = scan;
    findings.sort_by(|one, other| {
        let key = |finding: &Finding| {
            (
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
    let text: Vec<String> = done.into_iter().chain(found).collect();
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
    let has_errors = findings.iter().any(|finding| finding.level == Level::Error);
    let report = CheckReport {
        schema_version: 1,
        checked,
        checked_rules,
        region: criteria.region,
        findings,
        fix: fixed.map(Fixed::into_report),
    };
    context.show(Some(text.as_str()).filter(|text| !text.is_empty()), &report)?;
    if let Some(not_done) = not_done {
        context.output.note(&not_done);
    }
    context.output.note(&note);
    Ok(if has_errors {
        Status::Problems
    } else {
        Status::Done
    })
}

//! `rule set`: creates or switches a rule and asks ECR to validate it.

use super::{consent_to_switch, rule_result, switch_back};
use crate::aws::Session;
use crate::commands::context::Context;
use crate::commands::find::{
    find_pending_rule, look_for, no_such_secret, pending_deletion, refuse_managed, warn_of_key,
    warn_of_region, why_prefix,
};
use crate::model::account::AccountId;
use crate::model::name::{SecretId, SecretName};
use crate::model::registries::{account_of_ecr, LoginRegistry};
use crate::model::rule::RuleRequest;
use crate::model::secret::Secret;
use crate::output::failure::Failure;
use crate::output::report::{InRegion, Report, RuleResult};
use crate::output::rule_hint::role_for;
use crate::output::status::Status;
use crate::plan::Subject;
use crate::plan::{Observed, PendingRule, Plan};

/// `id` names the secret, if the registry requires login.
pub async fn run(
    wanted: RuleRequest,
    id: Option<&SecretId>,
    yes: bool,
    context: &Context<'_>,
) -> Result<Status, Failure> {
    let mut session = context.session().await?;
    let hints = session.hints();
    let upstream = wanted.upstream.with_login();
    let may_need_role = account_of_ecr(wanted.url.as_str()).is_some() && wanted.role.is_none();
    let account = async {
        if may_need_role {
            session.account().await
        } else {
            None
        }
    };
    let (secret, rule, account) = tokio::join!(
        find_for_rule(id, upstream, &session),
        find_pending_rule(wanted, &session),
        account
    );
    let (secret, rule) = (secret?, rule?);
    refuse_without_role(&rule, rule.account().or(account))?;
    let mut warnings = context.output.warnings();
    warn_of_region(session.region(), &mut warnings);
    if let Some(secret) = &secret {
        warn_of_key(secret, &mut warnings);
    }
    let subject = secret.as_ref().map(Subject::from).unwrap_or_default();
    let mut plan = Plan::set_rule(&rule, subject);
    let back = switch_back(Some(&rule), &plan.subject.name, &hints);
    let consent = consent_to_switch(&mut plan, Some(&rule), yes, &mut session, context).await?;
    let outcome = context.carry_out(plan, consent, None, &session).await;
    let outcome = outcome.map_err(|failure| match back {
        Some(back) if failure.status() == Status::Partial => {
            failure.or_fix(&format!("or switch back: {back}"))
        }
        _ => failure,
    })?;
    let result = rule_result(&rule, &outcome.subject, &session, &hints);
    let (RuleResult { action, rule }, note) = result;
    let region = session.region();
    let report = Report {
        action,
        details: InRegion { rule, region },
        steps: outcome.steps,
        warnings: warnings.into_texts(),
    };
    context.report(&report, &[&note])
}

/// Refuses a rule that pulls from another account's Amazon ECR without a role.
fn refuse_without_role(rule: &PendingRule, account: Option<AccountId>) -> Result<(), Failure> {
    let (url, account) = (rule.wanted.url.as_str(), account.map(|id| id.to_string()));
    let missing = account.and_then(|account| role_for(url, &account));
    let (Some(missing), None) = (missing, &rule.wanted.role) else {
        return Ok(());
    };
    let message = format!("{url} belongs to another account, and --custom-role-arn is missing");
    Err(Failure::usage(message)
        .why("to pull from another account, ECR needs an IAM role in this account")
        .fix(format!("add {missing}")))
}

/// Looks up the secret for a rule; `None` without login.
async fn find_for_rule(
    id: Option<&SecretId>,
    upstream: Option<LoginRegistry>,
    session: &Session,
) -> Result<Option<Secret>, Failure> {
    let Some(id) = id else {
        return Ok(None);
    };
    let hints = session.hints();
    let observed = look_for(id, session).await?;
    let found = observed.as_ref();
    let found = found.and_then(|secret| SecretName::parse(&secret.name).ok());
    let default = id.or_default();
    let expected = default.as_ref().unwrap_or(id).secret_name();
    let name = found.as_ref().unwrap_or(expected);
    match Observed::from(observed) {
        Observed::Active(existing) => {
            refuse_managed(&existing.secret)?;
            Ok(Some(existing.secret))
        }
        Observed::PendingDeletion { due } => Err(pending_deletion(name, Some(&due), &hints)
            .or_fix("or name another secret: --secret NAME")),
        Observed::Absent | Observed::NotLooked => {
            let message = no_such_secret(id, session);
            let create = hints.create(name.as_str(), upstream, "");
            let why = why_prefix(id, session).await;
            let place = || "the secret must be in the account and Region of the rule".into();
            Err(
                Failure::new(Status::SecretState, "secret-not-found", message)
                    .why(why.unwrap_or_else(place))
                    .fix(format!("store the credentials first: {create}")),
            )
        }
    }
}

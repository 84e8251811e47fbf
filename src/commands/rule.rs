//! `rule`: the pull through cache rules that use the secrets.

mod choose_rule;
mod rule_delete;
mod rule_list;
mod rule_set;

use super::context::Context;
use super::find::read_name;
use crate::aws::Session;
use crate::cli::RuleCommand;
use crate::input::rule_options::{proposed_prefix, read_rule_set};
use crate::model::name::SecretId;
use crate::model::rule::RuleInCode;
use crate::output::document::Document;
use crate::output::failure::Failure;
use crate::output::hint::Hints;
use crate::output::pull::Pull;
use crate::output::report::{Action, RuleCode, RuleDetails, RuleResult};
use crate::output::shell::option;
use crate::output::status::Status;
use crate::output::{escaped, Text, CHECK_MARK};
use crate::plan::confirm::{Consent, Question};
use crate::plan::Subject;
use crate::plan::{PendingRule, Plan};

pub async fn run(command: RuleCommand, context: &Context<'_>) -> Result<Status, Failure> {
    match command {
        RuleCommand::List(args) => rule_list::run(args.print, context).await,
        RuleCommand::Delete(args) => rule_delete::run(&args, context).await,
        RuleCommand::Set(mut args) => {
            let hints = context.global.hints();
            let named = args.secret.as_deref();
            let named = named.map(|name| read_name("--secret", name, &hints));
            let named = named.transpose()?;
            if args.prefix.is_none() && context.can_ask() {
                let usual = proposed_prefix(&args, named.as_ref());
                args.prefix = Some(context.prompter().ask_prefix(usual).await?);
            }
            let (wanted, secret) = read_rule_set(&args, named, &hints)?;
            let Some(language) = args.print else {
                return rule_set::run(wanted, secret.as_ref(), args.yes, context).await;
            };
            let name = secret.as_ref().map(|secret| {
                refuse_two_names(secret)?;
                Ok::<_, Failure>(secret.secret_name().for_rule()?)
            });
            let code = language.code(&[RuleInCode {
                rule: &wanted,
                secret: name.transpose()?,
                arn: None,
                exists: false,
                has_template: false,
            }]);
            let document = Document::new(RuleCode { rule_code: &code });
            context.show(Some(Text::Exact(&code)), &document)
        }
    }
}

/// Refuses a name that could mean either of two secrets.
fn refuse_two_names(secret: &SecretId) -> Result<(), Failure> {
    let Some(default) = secret.or_default() else {
        return Ok(());
    };
    let (name, default) = (secret.name(), default.secret_name());
    let message =
        format!("--secret could mean {name} or {default}; --print does not look up either");
    Err(Failure::usage(message).fix(format!(
        "give the full name: {} or {}",
        option("--secret", name),
        option("--secret", default.as_str())
    )))
}

/// The command that switches a rule back, if it will switch to a secret with this name from
/// another.
pub fn switch_back(rule: Option<&PendingRule>, name: &str, hints: &Hints) -> Option<String> {
    let (rule, used) = rule?.switched_from(name)?;
    Some(hints.rule_switch_back(rule, used))
}

/// Refuses to switch a rule to a secret with another name if there is no terminal and no `--yes`.
pub fn refuse_switch_without_yes(
    rule: Option<&PendingRule>,
    name: &str,
    yes: bool,
    context: &Context<'_>,
) -> Result<(), Failure> {
    let Some((rule, used)) = rule.and_then(|rule| rule.switched_from(name)) else {
        return Ok(());
    };
    let [prefix, used, name] = [&rule.ecr_repository_prefix, used, name].map(escaped);
    let what = format!("switching rule {prefix} from {used} to {name}");
    context.refuse_without_yes(&what, yes)
}

/// The consent for a plan that may switch a rule from one secret to another. Other changes of a
/// rule need none.
pub async fn consent_to_switch(
    plan: &mut Plan,
    rule: Option<&PendingRule>,
    yes: bool,
    session: &mut Session,
    context: &Context<'_>,
) -> Result<Consent<'static>, Failure> {
    let name = &plan.subject.name;
    let Some(back) = switch_back(rule, name, &session.hints()) else {
        return Ok(Consent::NotNeeded);
    };
    refuse_switch_without_yes(rule, name, yes, context)?;
    if !yes {
        context.identify(session).await?;
    }
    plan.review.row("switch back", &back);
    Ok(context.consent(Question::Write("Switch it?"), yes))
}

/// The report of a rule that was created, switched or validated, for scripts and for people.
pub fn rule_result(
    rule: &PendingRule,
    secret: &Subject,
    session: &Session,
    hints: &Hints,
) -> (RuleResult, String) {
    let (arn, wanted) = (secret.arn.as_ref(), &rule.wanted);
    let account = secret
        .account()
        .or_else(|| Some(rule.account()?.to_string()));
    let action = rule.action(arn);
    let (prefix, source, name) = (&wanted.prefix, wanted.source(), &secret.name);
    let pull = account.map(|account| Pull::new(wanted, &account, session.region()));
    let done = match (action, wanted.has_login()) {
        (Action::Created, true) => format!("Created rule {prefix} for {source}, using {name}"),
        (Action::Updated, true) => format!("Switched rule {prefix} for {source} to {name}"),
        (_, true) => format!("Rule {prefix} for {source} already uses {name}"),
        (Action::Created, false) => format!("Created rule {prefix} for {source}"),
        (Action::Updated, false) => format!("Switched rule {prefix} for {source} to the role"),
        (_, false) => format!("Rule {prefix} for {source} already exists"),
    };
    let verdict = if wanted.has_login() {
        format!("{CHECK_MARK}ECR validated the rule")
    } else {
        "The rule needs no credentials".to_owned()
    };
    let commands = pull.as_ref().map_or_else(
        || {
            "ECR did not report the account of the rule, so its repository URI is unknown"
                .to_owned()
        },
        |pull| pull.commands(hints),
    );
    let back = switch_back(Some(rule), name, hints);
    let back = back.map_or_else(String::new, |back| format!("\n  to switch back: {back}"));
    let note = format!("{CHECK_MARK}{done}{back}\n{verdict}\n\n{commands}");
    let rule = RuleDetails {
        // An invalid rule would have been a failure.
        is_valid: wanted.has_login().then_some(true),
        repository_uri: pull.as_ref().map(Pull::base),
        pull: pull.as_ref().map(Pull::pull),
        ..RuleDetails::new(wanted, name, arn)
    };
    (RuleResult { action, rule }, note)
}

//! `create --dry-run`: the review alone.

use super::look::refuse_replica_at_home;
use crate::aws::Settings;
use crate::commands::context::Context;
use crate::commands::find::warn_of_region;
use crate::commands::login::{ask_for_good_credentials, warn_of_credentials, Login};
use crate::commands::store::stored_secret;
use crate::input::create_input::CreateInput;
use crate::output::failure::Failure;
use crate::output::report::{Action, Report, RuleDetails, RuleResult, StepStatus, StoredSecret};
use crate::output::status::Status;
use crate::plan::{PendingRule, Plan};

/// The dry run: everything up to the first call. No code that writes knows of it.
pub async fn dry_run(
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
        prompter.ask_registry(&mut input).await?;
        login
            .agree_to_host(&input, Some(&prompter), context, &mut warnings)
            .await?;
        prompter.ask_account(&mut input, output).await?;
        ask_for_good_credentials(&prompter, &mut input, login, context, &mut warnings).await?
    } else {
        login
            .agree_to_host(&input, None, context, &mut warnings)
            .await?;
        warn_of_credentials(&input, &mut warnings);
        let tried = login.attempt(&input, output).await?;
        login.judge(tried, &mut input, output, &mut warnings)?
    };
    let request = input.finish()?;
    let rule_code = input.rule_code(None)?;
    let wanted = input.rule_request()?;
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
    for warning in input.warnings.iter().chain(&request.name.warnings()) {
        warnings.add(warning);
    }
    if let Some(region) = &target.region {
        warn_of_region(region, &mut warnings);
    }
    output.note(
        "Nothing was sent to AWS: this was a dry run, and whether the secret exists was not \
         looked at",
    );
    let report = Report {
        action: Action::DryRun,
        details: StoredSecret {
            region: target.region.clone(),
            rule_code,
            rule: rule.map(|rule| RuleResult {
                action: Action::DryRun,
                rule: RuleDetails::new(&rule.wanted, request.name.as_str(), None),
            }),
            ..stored_secret(&request, None, &[], verification)
        },
        steps: plan.reports(StepStatus::Planned),
        warnings: warnings.into_texts(),
    };
    context.report(&report, &[])
}

//! `create --dry-run`: shows what would be done. It sends nothing to AWS.

use super::look::refuse_replica_at_home;
use super::stored::stored_secret;
use crate::aws::Settings;
use crate::commands::context::Context;
use crate::commands::find::warn_of_region;
use crate::commands::verification::{verify, Login};
use crate::input::create_input::CreateInput;
use crate::output::document::StepStatus;
use crate::output::failure::Failure;
use crate::output::report::{Action, Report, RuleDetails, RuleResult, StoredSecret};
use crate::output::status::Status;
use crate::output::{paint, Color};
use crate::plan::{PendingRule, Plan};

pub async fn run(
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
    let prompter = context.can_ask().then(|| context.prompter());
    let person = prompter.as_ref();
    if let Some(prompter) = person {
        prompter.ask_registry(&mut input).await?;
    }
    login
        .agree_to_host(&input, person, context, &mut warnings)
        .await?;
    if let Some(prompter) = person {
        prompter.ask_account(&mut input, output).await?;
    }
    let verification = verify(&mut input, None, person, login, context, &mut warnings).await?;
    drop(prompter);
    let request = input.finish()?;
    let rule_code = input.rule_code(None)?;
    let wanted = input.rule_request()?;
    let wanted = wanted.filter(|_| rule_code.is_none());
    let rule = wanted.map(PendingRule::without_lookup);
    let plan = Plan::create(&request, &verification, false, rule.as_ref());
    let plan = plan.map_err(|error| Failure::usage(error.to_string()))?;
    for warning in input.warnings.iter().chain(&request.name.warnings()) {
        warnings.add(warning);
    }
    match &target.region {
        Some(region) => warn_of_region(region, &mut warnings),
        None => {
            warnings.add("no Region is set; a real run needs --region or AWS_REGION");
        }
    }
    let title = paint(Color::Bold, "Review:");
    output.note(&format!(
        "\n{title}\n{}\n",
        Plan::review(std::slice::from_ref(&plan), &target)
    ));
    output.note("Dry run: nothing was written; existing secrets and rules were not checked");
    let rule = rule.map(|rule| RuleResult {
        action: Action::DryRun,
        rule: RuleDetails::new(&rule.wanted, request.name.as_str(), None),
    });
    let report = Report {
        action: Action::DryRun,
        details: StoredSecret {
            region: target.region.clone(),
            rule,
            rule_code,
            ..stored_secret(&request, None, &[], verification)
        },
        steps: plan.reports(StepStatus::Planned),
        warnings: warnings.into_texts(),
    };
    context.report(&report, &[])
}

//! `rule`: the pull through cache rules that use the secrets.

mod after_secret;
mod delete;
mod list;
mod set;
mod stage;

pub use after_secret::{make_rule, offer, repoint};
pub use stage::{find_rule, Stage};

use super::{why_not_ask, Context};
use crate::cli::{Global, RuleCommand};
use crate::failure::Failure;
use crate::input::rule::rule_request;
use crate::name::{RepositoryPrefix, SecretName};
use crate::region::{has_pull_through_cache, RegionName};
use crate::report::RuleCode;
use crate::rule::{Language, RuleRequest};
use crate::status::Status;

/// A command on rules, with valid options.
pub enum Rules {
    Set(RuleRequest, SecretName),
    Print(RuleRequest, SecretName, Language),
    List,
    /// `asks` where nobody has said yes before.
    Delete {
        prefix: RepositoryPrefix,
        asks: bool,
    },
}

/// Reads the options; nothing is sent yet.
///
/// # Errors
/// Status 2, with everything that is wrong or missing.
pub fn read(command: RuleCommand, global: &Global) -> Result<Rules, Failure> {
    match command {
        RuleCommand::List => Ok(Rules::List),
        RuleCommand::Set(args) => {
            let (wanted, secret) = rule_request(&args)?;
            Ok(match args.print {
                Some(language) => Rules::Print(wanted, secret, language),
                None => Rules::Set(wanted, secret),
            })
        }
        RuleCommand::Delete(args) => {
            let prefix = RepositoryPrefix::parse(&args.prefix).map_err(|fault| {
                Failure::usage(fault).fix("see which rules there are: ecr-ptc rule list")
            })?;
            if let (false, Some(why)) = (args.yes, why_not_ask(global)) {
                return Err(Failure::usage(
                    "deleting a rule wants a yes, and nothing can be asked here",
                )
                .why(why)
                .fix(format!("ecr-ptc rule delete {prefix} --yes")));
            }
            Ok(Rules::Delete {
                prefix,
                asks: !args.yes,
            })
        }
    }
}

/// # Errors
/// The [`Failure`] to show; status 8 where the rule is there and ECR says that it is invalid.
pub async fn run(rules: Rules, context: &Context<'_>) -> Result<(), Failure> {
    match rules {
        Rules::Set(wanted, secret) => set::run(&wanted, &secret, context).await,
        Rules::Print(wanted, secret, language) => {
            let secret = secret
                .for_rule()
                .map_err(|fault| Failure::usage(fault.to_string()))?;
            let code = wanted.code(language, secret, None);
            let report = RuleCode {
                schema_version: 1,
                rule_code: &code,
            };
            context
                .output
                .result(Some(&code), &report)
                .map_err(|error| {
                    let message = format!("standard output cannot be written: {error}");
                    Failure::new(Status::Failed, "output", message)
                })
        }
        Rules::List => list::run(context).await,
        Rules::Delete { prefix, asks } => delete::run(&prefix, asks, context).await,
    }
}

/// Before anything is written: there are Regions without pull through cache.
///
/// # Errors
/// Status 2 in such a Region.
pub fn refuse_region_without_rules(region: &RegionName) -> Result<(), Failure> {
    if has_pull_through_cache(region) {
        return Ok(());
    }
    Err(Failure::new(
        Status::Usage,
        "no-pull-through-cache",
        format!("ECR has no pull through cache in {region}"),
    )
    .fix("choose another Region: --region REGION"))
}

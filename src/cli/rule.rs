//! The words of `rule`.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};

use super::registry::AnyRegistryWord;
use super::values::{such_as, AnySecret, ROLE};
use crate::model::name::RepositoryPrefix;
use crate::model::registries::{NamedRegistry, Registry};
use crate::model::rule::{Language, RoleArn};

/// Makes, lists and deletes the ECR pull through cache rules that use the secrets
#[derive(Debug, Subcommand)]
pub enum RuleCommand {
    Set(Box<RuleSetArgs>),
    List(RuleListArgs),
    Delete(RuleDeleteArgs),
}

/// Makes a rule, or points it at another secret, and asks ECR to validate it
///
/// A rule says that images under a prefix of this registry come from an upstream registry. If there
/// is no such rule, it is created; if it uses another secret, it is switched to this one, after a
/// review and a question, or with --yes where nothing can be asked. Then ECR reads the secret and
/// logs in with it. What is printed is how the names of the images begin.
///
/// Amazon ECR Public, Quay, Kubernetes and another account's Amazon ECR need no secret.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ecr-ptc rule set docker-hub --registry docker-hub
  ecr-ptc rule set team/azure --secret ecr-pullthroughcache/azure \\
    --registry azure --upstream-registry-url NAME.azurecr.io
  ecr-ptc rule set quay --registry quay
  ecr-ptc rule set docker-hub --registry docker-hub \\
    --print terraform >rule.tf")]
pub struct RuleSetArgs {
    /// The repository prefix: 2 to 30 characters, or ROOT
    #[arg(value_name = "PREFIX", value_parser = such_as(RepositoryPrefix::parse, "team/images"))]
    pub prefix: RepositoryPrefix,
    /// The secret: its name, with or without ecr-pullthroughcache/, or its ARN [default:
    /// ecr-pullthroughcache/KIND]
    #[arg(long, value_name = "NAME", value_parser = AnySecret, hide_possible_values = true)]
    pub secret: Option<String>,
    /// The upstream registry, if the name of the secret does not say it
    #[arg(long, value_name = "KIND", value_parser = AnyRegistryWord)]
    pub registry: Option<NamedRegistry<&'static Registry>>,
    /// The host of the upstream registry; needed for Azure and for another Amazon ECR
    #[arg(long, value_name = "HOST")]
    pub upstream_registry_url: Option<String>,
    #[command(flatten)]
    pub part: UpstreamPrefixOption,
    /// The IAM role by which ECR pulls from another account's Amazon ECR
    #[arg(long, value_name = "ARN", value_parser = such_as(RoleArn::parse, ROLE))]
    pub custom_role_arn: Option<RoleArn>,
    /// Print the rule as code, and send nothing
    #[arg(long, value_name = "LANGUAGE", value_parser = language())]
    pub print: Option<Language>,
    /// Do not ask before the rule is switched from another secret to this one
    #[arg(short, long)]
    pub yes: bool,
}

/// Lists the rules of this account and Region, with ECR's own verdict on each
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ecr-ptc rule list -o json
  ecr-ptc rule list --print terraform >rules.tf")]
pub struct RuleListArgs {
    /// Print all rules as code, with what imports them
    #[arg(long, value_name = "LANGUAGE", value_parser = language())]
    pub print: Option<Language>,
}

fn language() -> impl TypedValueParser<Value = Language> {
    let words = [Language::Terraform, Language::CloudFormation].map(Language::word);
    PossibleValuesParser::new(words).map(|word| {
        if word == Language::Terraform.word() {
            Language::Terraform
        } else {
            Language::CloudFormation
        }
    })
}

/// The part of the upstream registry that a rule is for.
#[derive(Clone, Debug, Default, Args)]
pub struct UpstreamPrefixOption {
    /// What the names of the images begin with upstream, left out in the names here [default: all
    /// of the registry]
    #[arg(
        long,
        value_name = "PREFIX",
        requires = "prefix",
        value_parser = such_as(RepositoryPrefix::parse, "library")
    )]
    pub upstream_repository_prefix: Option<RepositoryPrefix>,
}

/// The rule of a secret.
#[derive(Debug, Default, Args)]
pub struct RulePrefix {
    /// Make or update the rule with this repository prefix, and validate it
    #[arg(
        long = "rule",
        value_name = "PREFIX",
        value_parser = such_as(RepositoryPrefix::parse, "team/images")
    )]
    pub prefix: Option<RepositoryPrefix>,
    #[command(flatten)]
    pub part: UpstreamPrefixOption,
}

/// The rule that `create` makes after the secret.
#[derive(Debug, Default, Args)]
pub struct RuleOption {
    #[command(flatten, next_help_heading = "The rule")]
    pub rule: RulePrefix,
    /// Print the rule as code instead of making it; only the secret is stored
    #[arg(
        long,
        value_name = "LANGUAGE",
        requires = "prefix",
        value_parser = language(),
        help_heading = "The rule"
    )]
    pub print: Option<Language>,
}

/// Deletes a rule; images that are cached already stay
#[derive(Debug, Args)]
#[command(after_help = "Example: ecr-ptc rule delete docker-hub --yes")]
pub struct RuleDeleteArgs {
    /// The repository prefix of the rule
    #[arg(value_name = "PREFIX", value_parser = such_as(RepositoryPrefix::parse, "team/images"))]
    pub prefix: RepositoryPrefix,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
}

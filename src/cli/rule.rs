//! The options of `rule`.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};

use super::registry::AnyRegistryWord;
use super::values::{such_as, AnySecret, ROLE};
use crate::model::arn::RoleArn;
use crate::model::name::RepositoryPrefix;
use crate::model::registries::{NamedRegistry, Registry};
use crate::model::rule::Language;

/// Create, list and delete pull through cache rules
#[derive(Debug, Subcommand)]
pub enum RuleCommand {
    Set(Box<RuleSetArgs>),
    List(RuleListArgs),
    Delete(RuleDeleteArgs),
}

/// Create a rule or switch it to another secret, and validate it
///
/// A rule maps a repository prefix in your ECR registry to an upstream registry. If the rule does
/// not exist, it is created. If it uses another secret, it is switched to this one, after a
/// confirmation or with --yes. Then ECR validates it: it reads the secret and logs in. The result
/// is the start of the image names.
///
/// Amazon ECR Public, Quay, Kubernetes and Amazon ECR in another account need no secret.
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
    /// Repository prefix: 2 to 30 characters, or ROOT [default: ask at the terminal]
    #[arg(value_name = "PREFIX", value_parser = such_as(RepositoryPrefix::parse, "team/images"))]
    pub prefix: Option<RepositoryPrefix>,
    /// Name of the secret, with or without ecr-pullthroughcache/, or its ARN [default:
    /// ecr-pullthroughcache/KIND]
    #[arg(long, value_name = "NAME", value_parser = AnySecret, hide_possible_values = true)]
    pub secret: Option<String>,
    /// The upstream registry, if the secret's name doesn't show it
    #[arg(long, value_name = "KIND", value_parser = AnyRegistryWord)]
    pub registry: Option<NamedRegistry<&'static Registry>>,
    /// Host of the registry; required for Azure and for Amazon ECR in another account
    #[arg(long, value_name = "HOST")]
    pub upstream_registry_url: Option<String>,
    #[command(flatten)]
    pub part: UpstreamPrefixOption,
    /// IAM role that ECR uses to pull from Amazon ECR in another account
    #[arg(long, value_name = "ARN", value_parser = such_as(RoleArn::parse, ROLE))]
    pub custom_role_arn: Option<RoleArn>,
    /// Print the rule as code, without calling AWS
    #[arg(long, value_name = "LANGUAGE", value_parser = language())]
    pub print: Option<Language>,
    /// Skip the confirmation when switching from another secret
    #[arg(short, long)]
    pub yes: bool,
}

/// List the rules of this account and Region, and whether ECR validates them
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ecr-ptc rule list -o json
  ecr-ptc rule list --print terraform >rules.tf")]
pub struct RuleListArgs {
    /// Print all rules as code that imports them, with repository creation templates to start from
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

/// The part of the upstream registry that a rule covers.
#[derive(Clone, Debug, Default, Args)]
pub struct UpstreamPrefixOption {
    /// Upstream path that the rule maps, left out of the names in ECR [default: the whole registry]
    #[arg(
        long,
        value_name = "PREFIX",
        requires = "prefix",
        value_parser = such_as(RepositoryPrefix::parse, "library"),
        hide_short_help = true
    )]
    pub upstream_repository_prefix: Option<RepositoryPrefix>,
}

/// The rule to create or switch with the secret.
#[derive(Debug, Default, Args)]
pub struct RulePrefix {
    /// Create or switch the rule with this repository prefix, and validate it
    #[arg(
        long = "rule",
        value_name = "PREFIX",
        value_parser = such_as(RepositoryPrefix::parse, "team/images")
    )]
    pub prefix: Option<RepositoryPrefix>,
    #[command(flatten)]
    pub part: UpstreamPrefixOption,
}

/// The rule that `create` adds after the secret.
#[derive(Debug, Default, Args)]
pub struct RuleOption {
    #[command(flatten, next_help_heading = "The rule")]
    pub rule: RulePrefix,
    /// Print the rule as code instead of creating it
    #[arg(
        long,
        value_name = "LANGUAGE",
        requires = "prefix",
        value_parser = language(),
        hide_short_help = true,
        help_heading = "The rule"
    )]
    pub print: Option<Language>,
}

/// Delete a rule; cached images stay
#[derive(Debug, Args)]
#[command(after_help = "Example: ecr-ptc rule delete docker-hub --yes")]
pub struct RuleDeleteArgs {
    /// Repository prefix of the rule [default: choose at the terminal]
    #[arg(value_name = "PREFIX", value_parser = such_as(RepositoryPrefix::parse, "team/images"))]
    pub prefix: Option<RepositoryPrefix>,
    /// Skip the confirmation
    #[arg(short, long)]
    pub yes: bool,
}

//! A rule as code, for those who keep their infrastructure in files. The secret is not part of it:
//! its value would stand in a state file or a template.

use super::{RuleRequest, RuleSecretName};
use crate::model::arn::SecretArn;

/// The languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Terraform,
    CloudFormation,
}

impl Language {
    /// The word of the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Terraform => "terraform",
            Self::CloudFormation => "cloudformation",
        }
    }
}

impl RuleRequest {
    /// The rule in a language, without a line end. Every value in it is of a type whose characters
    /// need no escape in either language: prefixes, host, role, and a name that ECR takes.
    ///
    /// `secret` is the one that it logs in with, where it has a login. `arn` is that of the secret,
    /// where it is known; left out where it is another's, since nothing else says of which
    /// characters it is.
    pub fn code(
        &self,
        language: Language,
        secret: Option<RuleSecretName<'_>>,
        arn: Option<&SecretArn>,
    ) -> String {
        match language {
            Language::Terraform => self.terraform(secret),
            Language::CloudFormation => self.cloudformation(secret, arn),
        }
    }

    /// The part of the registry that it is for, and the role, where they are said.
    fn upstream_prefix_and_role(&self) -> (Option<String>, Option<String>) {
        let part = self.upstream_prefix.as_ref();
        let part = part.filter(|part| part.path().is_some());
        let role = self.role.as_ref();
        let quoted = |text: &dyn std::fmt::Display| format!("\"{text}\"");
        (part.map(|part| quoted(part)), role.map(|role| quoted(role)))
    }

    fn terraform(&self, secret: Option<RuleSecretName<'_>>) -> String {
        let label = self.label();
        let data = secret.map(|secret| {
            format!(
                r#"# ECR reads the registry credentials from this secret; its value has no place in a state file.
data "aws_secretsmanager_secret" "{label}" {{
  name = "{secret}"
}}

"#
            )
        });
        let of_secret = || format!("data.aws_secretsmanager_secret.{label}.arn");
        let (part, role) = self.upstream_prefix_and_role();
        let arguments = [
            (
                "ecr_repository_prefix",
                Some(format!("\"{}\"", self.prefix)),
            ),
            ("upstream_registry_url", Some(format!("\"{}\"", self.url))),
            ("upstream_repository_prefix", part),
            ("credential_arn", secret.map(|_| of_secret())),
            ("custom_role_arn", role),
        ];
        let arguments = arguments
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        let arguments: Vec<(&str, String)> = arguments.collect();
        // As `terraform fmt` writes them.
        let width = arguments.iter().map(|(name, _)| name.len()).max();
        let width = width.unwrap_or_default();
        let lines = arguments.iter();
        let lines: Vec<String> = lines
            .map(|(name, value)| format!("  {name:<width$} = {value}"))
            .collect();
        format!(
            "{}resource \"aws_ecr_pull_through_cache_rule\" \"{label}\" {{\n{}\n}}",
            data.unwrap_or_default(),
            lines.join("\n")
        )
    }

    fn cloudformation(
        &self,
        secret: Option<RuleSecretName<'_>>,
        arn: Option<&SecretArn>,
    ) -> String {
        let Self {
            prefix,
            upstream,
            url,
            ..
        } = self;
        let parameters = secret.map(|secret| parameters(secret, arn));
        let (part, role) = self.upstream_prefix_and_role();
        let properties = [
            ("UpstreamRepositoryPrefix", part),
            (
                "CredentialArn",
                secret.map(|_| "!Ref CredentialArn".to_owned()),
            ),
            ("CustomRoleArn", role),
        ];
        let properties: String = properties
            .into_iter()
            .filter_map(|(name, value)| Some(format!("\n      {name}: {}", value?)))
            .collect();
        format!(
            r#"AWSTemplateFormatVersion: "2010-09-09"
Description: "ECR pull through cache rule {prefix}"
{parameters}Resources:
  PullThroughCacheRule:
    Type: AWS::ECR::PullThroughCacheRule
    Properties:
      EcrRepositoryPrefix: "{prefix}"
      UpstreamRegistry: "{kind}"
      UpstreamRegistryUrl: "{url}"{properties}"#,
            parameters = parameters.unwrap_or_default(),
            kind = upstream.kind
        )
    }

    /// The prefix as a name in Terraform: letters, digits and underscores, not a digit first.
    fn label(&self) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let label: String = self.prefix.as_str().chars().map(plain).collect();
        if label.starts_with(|c: char| c.is_ascii_digit()) {
            format!("rule_{label}")
        } else {
            label
        }
    }
}

/// The ARN of the secret as a parameter, with a line end.
fn parameters(secret: RuleSecretName<'_>, arn: Option<&SecretArn>) -> String {
    let default = arn
        .filter(|arn| arn.name() == secret.as_str())
        .map(|arn| format!("\n    Default: \"{arn}\""))
        .unwrap_or_default();
    format!(
        r#"Parameters:
  CredentialArn:
    # The whole ARN; it ends in a hyphen and six random characters:
    # aws secretsmanager describe-secret --secret-id {secret} --query ARN --output text
    Description: "ARN of the secret {secret}"
    Type: String{default}
    AllowedPattern: "arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{{12}}:secret:ecr-pullthroughcache/.+"
"#
    )
}

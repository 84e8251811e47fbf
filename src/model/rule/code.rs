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
    /// need no escape in either language: prefix, host, and a name that ECR takes.
    ///
    /// `arn` is that of the secret, where it is known; left out where it is another's, since
    /// nothing else says of which characters it is.
    pub fn code(
        &self,
        language: Language,
        secret: RuleSecretName<'_>,
        arn: Option<&SecretArn>,
    ) -> String {
        match language {
            Language::Terraform => self.terraform(secret),
            Language::CloudFormation => self.cloudformation(secret, arn),
        }
    }

    fn terraform(&self, secret: RuleSecretName<'_>) -> String {
        let Self { prefix, url, .. } = self;
        let label = self.label();
        format!(
            r#"# ECR reads the registry credentials from this secret; its value has no place in a state file.
data "aws_secretsmanager_secret" "{label}" {{
  name = "{secret}"
}}

resource "aws_ecr_pull_through_cache_rule" "{label}" {{
  ecr_repository_prefix = "{prefix}"
  upstream_registry_url = "{url}"
  credential_arn        = data.aws_secretsmanager_secret.{label}.arn
}}"#
        )
    }

    fn cloudformation(&self, secret: RuleSecretName<'_>, arn: Option<&SecretArn>) -> String {
        let Self {
            prefix,
            upstream,
            url,
        } = self;
        let default = arn
            .filter(|arn| arn.name() == secret.as_str())
            .map(|arn| format!("\n    Default: \"{arn}\""))
            .unwrap_or_default();
        format!(
            r#"AWSTemplateFormatVersion: "2010-09-09"
Description: "ECR pull through cache rule {prefix}"
Parameters:
  CredentialArn:
    # The whole ARN; it ends in a hyphen and six random characters:
    # aws secretsmanager describe-secret --secret-id {secret} --query ARN --output text
    Description: "ARN of the secret {secret}"
    Type: String{default}
    AllowedPattern: "arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{{12}}:secret:ecr-pullthroughcache/.+"
Resources:
  PullThroughCacheRule:
    Type: AWS::ECR::PullThroughCacheRule
    Properties:
      EcrRepositoryPrefix: "{prefix}"
      UpstreamRegistry: "{kind}"
      UpstreamRegistryUrl: "{url}"
      CredentialArn: !Ref CredentialArn"#,
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

//! A rule as code, for those who keep their infrastructure in files. The secret is not part of it:
//! its value would stand in a state file or a template.

use super::RuleRequest;
use crate::name::SecretName;

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
    /// The rule in a language, without a line end. Every value in it is of characters that need no
    /// escape in either language: prefix, host and name were checked for what ECR takes.
    ///
    /// `arn` is that of the secret, where it is known.
    pub fn code(&self, language: Language, secret: &SecretName, arn: Option<&str>) -> String {
        match language {
            Language::Terraform => self.terraform(secret),
            Language::CloudFormation => self.cloudformation(secret, arn),
        }
    }

    fn terraform(&self, secret: &SecretName) -> String {
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

    fn cloudformation(&self, secret: &SecretName, arn: Option<&str>) -> String {
        let Self {
            prefix,
            upstream,
            url,
        } = self;
        let default = arn
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

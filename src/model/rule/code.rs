//! Writes rules as Terraform or CloudFormation. The secret's value is not included, because it
//! would end up in a state file or a template.

use super::RuleRequest;
use crate::model::arn::SecretArn;
use crate::model::name::{RepositoryPrefix, RuleSecretName};

/// The output languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Terraform,
    CloudFormation,
}

/// A rule to write as code. All values are of types that need no escaping in either language.
#[derive(Debug)]
pub struct RuleInCode<'a> {
    pub rule: &'a RuleRequest,
    /// The secret it uses, if its registry requires login.
    pub secret: Option<RuleSecretName<'a>>,
    /// The ARN of the secret, if known. It is written only if its name is that of `secret`.
    pub arn: Option<&'a SecretArn>,
    /// Whether the rule exists, so it must be imported.
    pub exists: bool,
    /// Whether a repository creation template applies to its repositories. If not, one to start
    /// from is added as a comment.
    pub has_template: bool,
}

/// Above a repository creation template that is a comment.
const UNCOMMENT: &str =
    "# Cached images stay until a lifecycle policy removes them. To start from this one, uncomment \
     it:\n";

impl Language {
    /// The value on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Terraform => "terraform",
            Self::CloudFormation => "cloudformation",
        }
    }

    /// The rules as one file, without a newline at the end.
    pub fn code(self, rules: &[RuleInCode<'_>]) -> String {
        match self {
            Self::Terraform => {
                let rules: Vec<String> = rules.iter().map(RuleInCode::terraform).collect();
                rules.join("\n\n")
            }
            Self::CloudFormation => cloudformation(rules),
        }
    }
}

impl RuleInCode<'_> {
    /// The upstream prefix and the role, quoted, if they are set. An existing rule names the prefix
    /// even if it is `ROOT`, so that an import shows no difference.
    fn upstream_prefix_and_role(&self) -> (Option<String>, Option<String>) {
        let part = self.rule.upstream_prefix.as_ref();
        let part = part.filter(|part| self.exists || part.path().is_some());
        let role = self.rule.role.as_ref();
        let quoted = |text: &dyn std::fmt::Display| format!("\"{text}\"");
        (part.map(|part| quoted(part)), role.map(|role| quoted(role)))
    }

    fn terraform(&self) -> String {
        let RuleRequest { prefix, url, .. } = self.rule;
        let label = terraform_label(prefix);
        let data = self.secret.map(|secret| {
            format!(
                r#"# ECR reads the registry credentials from this secret. Keep its value out of the state file.
data "aws_secretsmanager_secret" "{label}" {{
  name = "{secret}"
}}

"#
            )
        });
        let of_secret = || format!("data.aws_secretsmanager_secret.{label}.arn");
        let (part, role) = self.upstream_prefix_and_role();
        let arguments = [
            ("ecr_repository_prefix", Some(format!("\"{prefix}\""))),
            ("upstream_registry_url", Some(format!("\"{url}\""))),
            ("upstream_repository_prefix", part),
            ("credential_arn", self.secret.map(|_| of_secret())),
            ("custom_role_arn", role),
        ];
        let arguments = arguments
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        let arguments: Vec<(&str, String)> = arguments.collect();
        // Aligned as by `terraform fmt`.
        let width = arguments.iter().map(|(name, _)| name.len()).max();
        let width = width.unwrap_or_default();
        let lines = arguments.iter();
        let lines: Vec<String> = lines
            .map(|(name, value)| format!("  {name:<width$} = {value}"))
            .collect();
        let import = if self.exists {
            format!(
                r#"

import {{
  to = aws_ecr_pull_through_cache_rule.{label}
  id = "{prefix}"
}}"#
            )
        } else {
            String::new()
        };
        let template = self.template(|| terraform_template(&label, prefix));
        let template = template.map(|template| format!("\n\n{}", template.trim_end()));
        format!(
            "{}resource \"aws_ecr_pull_through_cache_rule\" \"{label}\" {{\n{}\n}}{import}{}",
            data.unwrap_or_default(),
            lines.join("\n"),
            template.unwrap_or_default()
        )
    }

    /// A repository creation template as a comment, unless one applies already.
    fn template(&self, code: impl FnOnce() -> String) -> Option<String> {
        let comment = |line: &str| format!("{}\n", format!("# {line}").trim_end());
        let lines = || code().lines().map(comment).collect::<String>();
        (!self.has_template).then(|| format!("{UNCOMMENT}{}", lines()))
    }

    /// The suffix of the rule's names in a template; empty for a new rule, which is the only one.
    fn logical_name(&self) -> String {
        if self.exists {
            cloudformation_label(&self.rule.prefix)
        } else {
            String::new()
        }
    }

    /// The parameter for the secret's ARN, with a newline.
    fn parameter(&self) -> Option<String> {
        let secret = self.secret?;
        let default = self
            .arn
            .filter(|arn| arn.name() == secret.as_str())
            .map(|arn| format!("\n    Default: \"{arn}\""))
            .unwrap_or_default();
        Some(format!(
            r#"  CredentialArn{name}:
    # The complete ARN; it ends with a hyphen and six random characters:
    # aws secretsmanager describe-secret --secret-id {secret} --query ARN --output text
    Description: "ARN of the secret {secret}"
    Type: String{default}
    AllowedPattern: "arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{{12}}:secret:ecr-pullthroughcache/.+"
"#,
            name = self.logical_name()
        ))
    }

    /// The rule as a resource, with a newline.
    fn resource(&self) -> String {
        let RuleRequest {
            prefix,
            upstream,
            url,
            ..
        } = self.rule;
        let (part, role) = self.upstream_prefix_and_role();
        let name = self.logical_name();
        let properties = [
            ("UpstreamRepositoryPrefix", part),
            (
                "CredentialArn",
                self.secret.map(|_| format!("!Ref CredentialArn{name}")),
            ),
            ("CustomRoleArn", role),
        ];
        let properties: String = properties
            .into_iter()
            .filter_map(|(name, value)| Some(format!("      {name}: {}\n", value?)))
            .collect();
        let template = self.template(|| cloudformation_template(&name, prefix));
        // CloudFormation requires a deletion policy for an import.
        let policies = if self.exists {
            "    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n"
        } else {
            ""
        };
        format!(
            r#"  PullThroughCacheRule{name}:
    Type: AWS::ECR::PullThroughCacheRule
{policies}    Properties:
      EcrRepositoryPrefix: "{prefix}"
      UpstreamRegistry: "{kind}"
      UpstreamRegistryUrl: "{url}"
{properties}{template}"#,
            kind = upstream.kind,
            template = template.unwrap_or_default()
        )
    }
}

fn cloudformation(rules: &[RuleInCode<'_>]) -> String {
    let description = match rules {
        [only] => format!("ECR pull through cache rule {}", only.rule.prefix),
        _ => "ECR pull through cache rules".to_owned(),
    };
    let import = if rules.iter().any(|rule| rule.exists) {
        "# These rules exist: create the stack with existing resources. Each is identified by its\n\
         # EcrRepositoryPrefix. What does not exist can be added to the stack only afterwards.\n"
    } else {
        ""
    };
    let parameters: String = rules.iter().filter_map(RuleInCode::parameter).collect();
    let parameters = match parameters.as_str() {
        "" => String::new(),
        parameters => format!("Parameters:\n{parameters}"),
    };
    let resources: String = rules.iter().map(RuleInCode::resource).collect();
    format!(
        r#"{import}AWSTemplateFormatVersion: "2010-09-09"
Description: "{description}"
{parameters}Resources:
{}"#,
        resources.trim_end()
    )
}

// Both count from the day of caching. By the last pull, ECR can only archive images, which cannot
// be pulled then. Images without a tag may be in use: by digest, or as one of several platforms.
//
// Source: Lifecycle policy properties in Amazon ECR, in the ECR user guide.

fn terraform_template(label: &str, prefix: &RepositoryPrefix) -> String {
    format!(
        r#"resource "aws_ecr_repository_creation_template" "{label}" {{
  prefix      = "{prefix}"
  applied_for = ["PULL_THROUGH_CACHE"]

  lifecycle_policy = jsonencode({{
    rules = [{{
      rulePriority = 1
      selection    = {{ tagStatus = "any", countType = "sinceImagePushed", countUnit = "days", countNumber = 30 }}
      action       = {{ type = "expire" }}
    }}]
  }})
}}"#
    )
}

fn cloudformation_template(name: &str, prefix: &RepositoryPrefix) -> String {
    format!(
        r#"  RepositoryCreationTemplate{name}:
    Type: AWS::ECR::RepositoryCreationTemplate
    Properties:
      Prefix: "{prefix}"
      AppliedFor: [PULL_THROUGH_CACHE]
      LifecyclePolicy: |
        {{"rules": [{{
          "rulePriority": 1,
          "selection": {{"tagStatus": "any", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 30}},
          "action": {{"type": "expire"}}
        }}]}}"#
    )
}

/// The prefix as a Terraform name: letters, digits and underscores, with no digit first. It is
/// unique, because prefixes other than `ROOT` have no upper case.
fn terraform_label(prefix: &RepositoryPrefix) -> String {
    let label = label(prefix, |c| match c {
        '-' => "_",
        '_' => "_Underscore_",
        '.' => "_Dot_",
        _ => "_Slash_",
    });
    if label.starts_with(|c: char| c.is_ascii_digit()) {
        format!("Rule_{label}")
    } else {
        label
    }
}

/// The prefix as a CloudFormation name: letters and digits.
fn cloudformation_label(prefix: &RepositoryPrefix) -> String {
    label(prefix, |c| match c {
        '-' => "Dash",
        '_' => "Underscore",
        '.' => "Dot",
        _ => "Slash",
    })
}

fn label(prefix: &RepositoryPrefix, separator: fn(char) -> &'static str) -> String {
    let mut label = String::new();
    for c in prefix.as_str().trim_end_matches('/').chars() {
        if c.is_ascii_alphanumeric() {
            label.push(c);
        } else {
            label.push_str(separator(c));
        }
    }
    label
}

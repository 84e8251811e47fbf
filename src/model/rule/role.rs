//! [`RoleArn`]: the role that ECR uses to pull from another account's registry.

use std::fmt;

use crate::model::arn::Arn;
use crate::model::invalid::Invalid;

/// ECR's `customRoleArn`: the ARN of an IAM role in the account of the rule. It has only ASCII
/// letters, digits and `:/_+=,.@-`, so it needs no quoting in a shell, YAML or Terraform.
///
/// Source: `customRoleArn` of CreatePullThroughCacheRule in the ECR API reference, and role names
/// in the IAM user guide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleArn(Arn);

impl RoleArn {
    /// The error does not repeat the text.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"/_+=,.@-".contains(&byte);
        let fits = |arn: &Arn| {
            let name = arn.resource().strip_prefix("role/").unwrap_or_default();
            arn.service() == "iam"
                && !arn.account().is_empty()
                && !name.is_empty()
                && name.bytes().all(allowed)
        };
        let arn = Arn::parse(text).ok().filter(fits).map(Self);
        arn.ok_or_else(|| Invalid::new("not the ARN of an IAM role"))
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for RoleArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_role_is_one() {
        for text in [
            "arn:aws:iam::111122223333:role/ecr",
            "arn:aws-cn:iam::111122223333:role/team/a_b+c=d,e.f@g-h",
        ] {
            assert_eq!(
                RoleArn::parse(text).map(|arn| arn.to_string()),
                Ok(text.to_owned())
            );
        }
        for text in [
            "",
            "ecr",
            "arn:aws:iam::aws:role/ecr",
            "arn:aws:iam:::role/ecr",
            "arn:aws:iam::111122223333:role/",
            "arn:aws:iam::111122223333:user/me",
            "arn:aws:iam::111122223333:role/a b",
            "arn:aws:iam::111122223333:role/$(id)",
            "arn:aws:sts::111122223333:assumed-role/ecr/me",
        ] {
            assert!(RoleArn::parse(text).is_err(), "{text}");
        }
    }
}

//! [`Arn`], and the ARN of a secret ([`SecretArn`]), of a Lambda function ([`LambdaArn`]) and of a
//! role ([`RoleArn`]).

use std::fmt;

use serde::Serialize;

use crate::model::account::AccountId;
use crate::model::invalid::Invalid;
use crate::model::name::MAX_CHARACTERS;
use crate::model::region::Region;

/// The longest ARN, in characters.
const MAX_ARN: usize = 2_048;

/// `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`, up to 2,048 characters on one line. Region and
/// account are valid or empty. The resource may contain any printable character, so quote or escape
/// it.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Arn(String);

impl Arn {
    /// The error does not repeat the text.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let no_arn = || Invalid::new("a value that is not an ARN");
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", partition, service, region, account, resource] = parts[..] else {
            return Err(no_arn());
        };
        let is_word = |text: &str| {
            text.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        };
        let ends_the_line = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
        let fits = partition.starts_with("aws")
            && is_word(partition)
            && !service.is_empty()
            && is_word(service)
            && (region.is_empty() || Region::from_host_label(region).is_some())
            && (account.is_empty() || AccountId::parse(account).is_ok())
            && !resource.is_empty()
            && !resource.contains(ends_the_line);
        if fits && text.chars().count() > MAX_ARN {
            let message = format!("an ARN of more than {MAX_ARN} characters");
            return Err(Invalid::new(message));
        }
        fits.then(|| Self(text.to_owned())).ok_or_else(no_arn)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn part(&self, number: usize) -> &str {
        self.0.splitn(6, ':').nth(number).unwrap_or_default()
    }

    pub fn service(&self) -> &str {
        self.part(2)
    }

    /// Empty if the resource belongs to no Region.
    pub fn region(&self) -> &str {
        self.part(3)
    }

    /// Empty if the resource belongs to no account.
    pub fn account(&self) -> &str {
        self.part(4)
    }

    /// The part after the account.
    pub fn resource(&self) -> &str {
        self.part(5)
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The complete ARN of a secret, with a Region and an account. It ends with the secret's name, a
/// hyphen, and six random letters or digits.
///
/// Source: `SecretARNType` in the Secrets Manager API reference, and What's in a secret in its
/// guide.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct SecretArn(Arn);

/// The hyphen and the six characters at the end.
const END: usize = 7;

impl SecretArn {
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let arn = Arn::parse(text)?;
        let is_of_secret = || {
            let rest = arn.resource().strip_prefix("secret:")?;
            let (name, end) = rest.split_at_checked(rest.len().checked_sub(END)?)?;
            let end = end.strip_prefix('-')?;
            let fits = arn.service() == "secretsmanager"
                && !arn.region().is_empty()
                && !arn.account().is_empty()
                && (1..=MAX_CHARACTERS).contains(&name.chars().count())
                && end.bytes().all(|byte| byte.is_ascii_alphanumeric());
            fits.then_some(())
        };
        match is_of_secret() {
            Some(()) => Ok(Self(arn)),
            None => Err(Invalid::new("an ARN that is not the ARN of a secret")),
        }
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub fn region(&self) -> &str {
        self.0.region()
    }

    /// Twelve digits.
    pub fn account(&self) -> &str {
        self.0.account()
    }

    /// The name of the secret, without the random characters.
    pub fn name(&self) -> &str {
        let resource = self.0.resource();
        &resource["secret:".len()..resource.len() - END]
    }
}

impl fmt::Display for SecretArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The ARN of a Lambda function, or of one of its versions:
/// `…:lambda:REGION:ACCOUNT:function:NAME`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LambdaArn(Arn);

impl LambdaArn {
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let fits = |arn: &Arn| {
            let name = arn.resource().strip_prefix("function:").unwrap_or_default();
            let is_word = |word: &str| {
                let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-_$".contains(&b);
                !word.is_empty() && word.bytes().all(allowed)
            };
            arn.service() == "lambda"
                && Region::parse(arn.region()).is_ok()
                && !arn.account().is_empty()
                && name.split(':').all(is_word)
                && name.split(':').count() <= 2
        };
        let arn = Arn::parse(text).ok().filter(fits).map(Self);
        arn.ok_or_else(|| Invalid::new("not the ARN of a Lambda function"))
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for LambdaArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

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
    use proptest::prelude::*;

    const ARN: &str =
        "arn:aws-us-gov:secretsmanager:us-gov-east-1:111122223333:secret:ecr-pullthroughcache/a-b-AbC1eF";

    fn secret(name: &str) -> String {
        format!("arn:aws:secretsmanager:us-east-1:111122223333:secret:{name}")
    }

    #[test]
    fn an_arn_of_a_secret_has_its_parts() {
        let arn = SecretArn::parse(ARN).unwrap();
        assert_eq!((arn.as_str(), arn.to_string().as_str()), (ARN, ARN));
        let parts = (arn.region(), arn.account(), arn.name());
        assert_eq!(
            parts,
            ("us-gov-east-1", "111122223333", "ecr-pullthroughcache/a-b")
        );
        assert_eq!(serde_json::to_string(&arn).unwrap(), format!("\"{ARN}\""));
        for name in ["x", "é", "it's two\"", "👩\u{200d}👩", &"é".repeat(512)] {
            let arn = SecretArn::parse(&secret(&format!("{name}-ABCDEF"))).unwrap();
            assert_eq!(arn.name(), name);
        }
    }

    #[test]
    fn invalid_arns_of_secrets() {
        const NO_ARN: &str = "not an ARN";
        const NO_SECRET: &str = "not the ARN of a secret";
        const TOO_LONG: &str = "more than 2048";
        for (text, fault) in [
            ("", NO_ARN),
            ("arn:aws:secretsmanager:us-east-1:111122223333", NO_ARN),
            (
                "arn:aws:secretsmanager:us-east-1:11112222333:secret:x-AbCdEf",
                NO_ARN,
            ),
            (
                "arn:aws:secretsmanager:us-east-1:1111222233334:secret:x-AbCdEf",
                NO_ARN,
            ),
            (
                "arn:aws:secretsmanager:us-east-1:A';touch PWN;:secret:x-AbCdEf",
                NO_ARN,
            ),
            (
                "arn:aws:secretsmanager:us east:111122223333:secret:x-AbCdEf",
                NO_ARN,
            ),
            (
                "arn:aws:secretsmanager:-east:111122223333:secret:x-AbCdEf",
                NO_ARN,
            ),
            (
                "arn:AWS:secretsmanager:us-east-1:111122223333:secret:x-AbCdEf",
                NO_ARN,
            ),
            (
                "arn:aws:secretsmanager::111122223333:secret:x-AbCdEf",
                NO_SECRET,
            ),
            (
                "arn:aws:secretsmanager:us-east-1::secret:x-AbCdEf",
                NO_SECRET,
            ),
            (
                "arn:aws:s3:us-east-1:111122223333:secret:x-AbCdEf",
                NO_SECRET,
            ),
            (&secret("x"), NO_SECRET),
            (&secret("-AbCdEf"), NO_SECRET),
            (&secret("x-AbCdE"), NO_SECRET),
            (&secret("x-AbCdE/"), NO_SECRET),
            (&secret("x-AbCdéé"), NO_SECRET),
            (&secret(&format!("{}-AbCdEf", "é".repeat(513))), NO_SECRET),
            (&secret("x\n-AbCdEf"), NO_ARN),
            (&secret("x\u{1b}[2J-AbCdEf"), NO_ARN),
            (&secret("x\u{9b}-AbCdEf"), NO_ARN),
            (&secret("x\u{2028}-AbCdEf"), NO_ARN),
            (&format!("{ARN}\n"), NO_ARN),
            (&secret(&"x".repeat(2_048)), TOO_LONG),
        ] {
            let found = SecretArn::parse(text).unwrap_err().to_string();
            assert!(found.contains(fault), "{text:?}: {found}");
        }
    }

    #[test]
    fn arns_of_functions() {
        let function = "arn:aws:lambda:us-east-1:111122223333:function:rotate";
        for good in [
            function,
            &format!("{function}:12"),
            &format!("{function}:$LATEST"),
        ] {
            assert_eq!(LambdaArn::parse(good).unwrap().as_str(), good);
        }
        for bad in [
            "rotate",
            "arn:aws:s3:us-east-1:111122223333:function:x",
            "arn:aws:lambda:us-east-1:1:function:x",
            "arn:aws:lambda::111122223333:function:x",
            "arn:aws:lambda:us-east-1:111122223333:layer:x",
            &format!("{function}:1:2"),
            &format!("{function}:"),
            &format!("{function} x"),
            &format!("{function}'"),
        ] {
            assert!(LambdaArn::parse(bad).is_err(), "{bad}");
        }
        let long = format!("{function}{}", "x".repeat(MAX_ARN));
        assert!(LambdaArn::parse(&long).is_err());
    }

    proptest! {
        #[test]
        fn an_arn_is_one_line_and_keeps_its_text(
            text in "arn:aws[a-z-]{0,3}:(secretsmanager|s3):(us-east-1)?:([0-9]{11,13})?:secret:\\PC{0,20}(-[a-zA-Z0-9]{6})?|\\PC{0,60}|.{0,60}"
        ) {
            if let Ok(arn) = Arn::parse(&text) {
                prop_assert_eq!(arn.as_str(), &text);
                prop_assert!(!text.contains(char::is_control) && text.lines().count() == 1);
            }
            if let Ok(arn) = SecretArn::parse(&text) {
                prop_assert!(AccountId::parse(arn.account()).is_ok() && !arn.name().is_empty());
                let whole = format!(":{}:secret:{}-", arn.account(), arn.name());
                prop_assert!(text.contains(&whole), "{}", text);
            }
        }
    }

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

//! AWS Regions and the partitions they are in.

use std::fmt;

use serde::Serialize;

use crate::model::invalid::Invalid;

/// The name of an AWS Region, such as `eu-central-1`: pattern `([a-z]+-)+\d+`, up to 128
/// characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Region(String);

impl Region {
    /// The error shows the form of a Region's name.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let mut parts = text.split('-').rev();
        let number = parts
            .next()
            .is_some_and(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
        let mut words = 0;
        let all_words = parts.all(|part| {
            words += 1;
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase())
        });
        if number && all_words && words > 0 && text.len() <= 128 {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new(format!(
                "{text:?} is not a Region; a Region looks like eu-central-1"
            )))
        }
    }

    /// A name that can be part of a host, as a local AWS may call its Region: ASCII letters, digits
    /// and hyphens, up to 128, not a hyphen first.
    pub fn from_host_label(text: &str) -> Option<Self> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let fits =
            (1..=128).contains(&text.len()) && !text.starts_with('-') && text.bytes().all(allowed);
        fits.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Region {
    /// Whether AWS documents ECR pull through cache there. It may exist even so.
    ///
    /// Source: <https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html>
    pub fn has_documented_rules(&self) -> bool {
        !["cn-", "us-gov-"]
            .iter()
            .any(|partition| self.0.starts_with(partition))
    }

    /// The DNS suffix of AWS hosts there.
    pub fn dns_suffix(&self) -> &'static str {
        self.partition().dns_suffix
    }

    /// The part of AWS that the Region is in.
    pub fn partition(&self) -> &'static Partition {
        let mut partitions = PARTITIONS.iter();
        let found = partitions.find(|partition| self.0.starts_with(partition.region_start));
        found.unwrap_or(&COMMERCIAL)
    }

    /// Whether an account can use the Region only after enabling it. All Regions launched after
    /// March 20, 2019 need that, so the list of the others does not grow.
    ///
    /// Source: <https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html>
    pub fn needs_enabling(&self) -> bool {
        *self.partition() == COMMERCIAL && !ENABLED_BY_DEFAULT.contains(&self.as_str())
    }
}

/// A part of AWS with Regions and accounts of its own.
#[derive(Debug, PartialEq, Eq)]
pub struct Partition {
    /// As ARNs name it.
    pub id: &'static str,
    pub title: &'static str,
    /// What the names of its Regions begin with.
    region_start: &'static str,
    dns_suffix: &'static str,
}

impl Partition {
    /// The partition of an ARN. `None` if it is unknown.
    pub fn of_arn(arn: &str) -> Option<&'static Self> {
        let id = arn.strip_prefix("arn:")?.split(':').next()?;
        let mut all = PARTITIONS.iter().chain([&COMMERCIAL]);
        all.find(|partition| partition.id == id)
    }

    /// Whether its accounts are those of most customers.
    pub fn is_commercial(&self) -> bool {
        *self == COMMERCIAL
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

const fn partition(
    id: &'static str,
    title: &'static str,
    region_start: &'static str,
    dns_suffix: &'static str,
) -> Partition {
    Partition {
        id,
        title,
        region_start,
        dns_suffix,
    }
}

const COMMERCIAL: Partition = partition("aws", "commercial AWS", "", "amazonaws.com");

/// The other partitions.
///
/// Source: partitions.json, as AWS ships it with its SDKs.
const PARTITIONS: [Partition; 7] = [
    partition("aws-cn", "AWS China", "cn-", "amazonaws.com.cn"),
    partition(
        "aws-us-gov",
        "AWS GovCloud (US)",
        "us-gov-",
        "amazonaws.com",
    ),
    partition(
        "aws-eusc",
        "the AWS European Sovereign Cloud",
        "eusc-",
        "amazonaws.eu",
    ),
    partition("aws-iso-b", "AWS Secret Cloud", "us-isob-", "sc2s.sgov.gov"),
    partition(
        "aws-iso-f",
        "the AWS partition aws-iso-f",
        "us-isof-",
        "csp.hci.ic.gov",
    ),
    partition(
        "aws-iso-e",
        "the AWS partition aws-iso-e",
        "eu-isoe-",
        "cloud.adc-e.uk",
    ),
    partition("aws-iso", "AWS Top Secret Cloud", "us-iso-", "c2s.ic.gov"),
];

/// The Regions that every account has.
const ENABLED_BY_DEFAULT: [&str; 17] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names() {
        for region in [
            "us-east-1",
            "ap-southeast-7",
            "us-isob-east-1",
            "eusc-de-east-1",
            "xx-new-9",
        ] {
            assert!(Region::parse(region).is_ok(), "{region}");
        }
        for region in [
            "",
            "us",
            "us-east",
            "US-EAST-1",
            "us-east-1 ",
            "-1",
            "us--1",
            "us-e4st-1",
            "1",
        ] {
            assert!(Region::parse(region).is_err(), "{region}");
        }
    }

    #[test]
    fn hosts_by_name() {
        for (region, host) in [
            ("eu-central-1", "amazonaws.com"),
            ("cn-north-1", "amazonaws.com.cn"),
            ("us-gov-west-1", "amazonaws.com"),
            ("eusc-de-east-1", "amazonaws.eu"),
            ("us-isob-east-1", "sc2s.sgov.gov"),
            ("us-iso-east-1", "c2s.ic.gov"),
        ] {
            let region = Region::parse(region).unwrap();
            assert_eq!(region.dns_suffix(), host);
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "[a-z0-9-]{0,140}|\\PC{0,300}") {
            if Region::parse(&text).is_ok() {
                prop_assert!(Region::from_host_label(&text).is_some());
            }
            if let Some(region) = Region::from_host_label(&text) {
                let _ = region.dns_suffix();
            }
        }
    }
}

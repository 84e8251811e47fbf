//! [`Region`]: the name of an AWS Region, and the DNS suffix of its hosts.

use std::fmt;

use serde::Serialize;

use crate::model::invalid::Invalid;

/// The name of an AWS Region, such as `eu-central-1`: pattern `([a-z]+-)+\d+`, up to 128
/// characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Region(String);

impl Region {
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

    /// Accepts any name that can be part of a host, for local AWS emulators: up to 128 ASCII
    /// letters, digits and hyphens, with no hyphen first.
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
    /// Whether ECR pull through cache is documented for the Region. It may exist in others too.
    ///
    /// Source: <https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html>
    pub fn has_documented_rules(&self) -> bool {
        !["cn-", "us-gov-"]
            .iter()
            .any(|partition| self.0.starts_with(partition))
    }

    /// The DNS suffix of AWS services in the Region.
    pub fn dns_suffix(&self) -> &'static str {
        self.partition_and_suffix().1
    }

    /// The partition in the ARNs there.
    pub fn partition(&self) -> &'static str {
        self.partition_and_suffix().0
    }

    fn partition_and_suffix(&self) -> (&'static str, &'static str) {
        let mut partitions = PARTITIONS.into_iter();
        let found = partitions.find(|(start, ..)| self.0.starts_with(start));
        found.map_or(("aws", "amazonaws.com"), |(_, name, suffix)| (name, suffix))
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The partitions and DNS suffixes by prefix of the Region's name; the default is `aws` and
/// `amazonaws.com`.
///
/// Source: partitions.json, as AWS ships it with its SDKs.
const PARTITIONS: [(&str, &str, &str); 7] = [
    ("cn-", "aws-cn", "amazonaws.com.cn"),
    ("us-gov-", "aws-us-gov", "amazonaws.com"),
    ("eusc-", "aws-eusc", "amazonaws.eu"),
    ("us-isob-", "aws-iso-b", "sc2s.sgov.gov"),
    ("us-isof-", "aws-iso-f", "csp.hci.ic.gov"),
    ("eu-isoe-", "aws-iso-e", "cloud.adc-e.uk"),
    ("us-iso-", "aws-iso", "c2s.ic.gov"),
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
        let china = Region::parse("cn-north-1").unwrap();
        assert_eq!(china.partition(), "aws-cn");
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

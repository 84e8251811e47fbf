//! AWS Regions: their names, the partitions they are in, and which of them we know.

use std::fmt;

use serde::Serialize;

/// The name of an AWS Region, such as `eu-central-1`: pattern `([a-z]+-)+\d+`, up to 128 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RegionName(String);

impl RegionName {
    /// # Errors
    /// A sentence that shows the form of a Region's name.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = text.split('-').rev();
        let number = parts
            .next()
            .is_some_and(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
        let mut words = 0;
        let all_words = parts.all(|part| {
            words += 1;
            !part.is_empty()
                && part
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() && !b.is_ascii_uppercase())
        });
        if number && all_words && words > 0 && text.len() <= 128 {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!(
                "{text:?} is not the name of a Region; they look like eu-central-1"
            ))
        }
    }

    /// A name that can be part of a host, as a local AWS may call its Region: ASCII letters, digits
    /// and hyphens, up to 128, not a hyphen first.
    pub fn of_host_label(text: &str) -> Option<Self> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let fits =
            (1..=128).contains(&text.len()) && !text.starts_with('-') && text.bytes().all(allowed);
        fits.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RegionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether ECR pull through cache exists in a Region. Secrets Manager exists in all of them.
///
/// Source: <https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html>
pub fn has_pull_through_cache(region: &RegionName) -> bool {
    !["cn-", "us-gov-"]
        .iter()
        .any(|partition| region.0.starts_with(partition))
}

/// Partitions by the beginning of their Regions' names: the word in an ARN, and the end of a host.
/// The first that fits counts; the standard partition is the last.
///
/// Source: partitions.json, as AWS ships it with its SDKs.
const PARTITIONS: [(&str, &str, &str); 8] = [
    ("cn-", "aws-cn", "amazonaws.com.cn"),
    ("us-gov-", "aws-us-gov", "amazonaws.com"),
    ("eusc-", "aws-eusc", "amazonaws.eu"),
    ("us-isob-", "aws-iso-b", "sc2s.sgov.gov"),
    ("us-isof-", "aws-iso-f", "csp.hci.ic.gov"),
    ("eu-isoe-", "aws-iso-e", "cloud.adc-e.uk"),
    ("us-iso-", "aws-iso", "c2s.ic.gov"),
    ("", "aws", "amazonaws.com"),
];

/// The partition that a Region belongs to, by its name: the second part of an ARN.
pub fn partition(region: &RegionName) -> &'static str {
    row(region).1
}

/// What the hosts of AWS services in a Region end in.
pub fn dns_suffix(region: &RegionName) -> &'static str {
    row(region).2
}

fn row(region: &RegionName) -> (&'static str, &'static str, &'static str) {
    let found = PARTITIONS
        .into_iter()
        .find(|(start, ..)| region.0.starts_with(start));
    found.unwrap_or(("", "aws", "amazonaws.com"))
}

/// The Regions with Secrets Manager, as of November 2026. There will be more: this list is only for
/// advice where one cannot be reached, never a reason not to try.
///
/// Source: the endpoints and partitions that AWS ships with botocore.
const KNOWN: [&str; 46] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-isoe-west-1",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eusc-de-east-1",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-iso-east-1",
    "us-iso-west-1",
    "us-isob-east-1",
    "us-isob-west-1",
    "us-isof-east-1",
    "us-isof-south-1",
    "us-west-1",
    "us-west-2",
];

/// For a name that is none of the Regions we know, the nearest that is.
pub fn nearest_to_unknown(region: &RegionName) -> Option<&'static str> {
    let name = region.as_str();
    if KNOWN.contains(&name) {
        return None;
    }
    KNOWN
        .into_iter()
        .min_by_key(|known| strsim::damerau_levenshtein(name, known))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names() {
        for region in KNOWN.iter().chain(&["us-isob-east-1", "xx-new-9"]) {
            assert!(RegionName::parse(region).is_ok(), "{region}");
        }
        for region in [
            "",
            "us",
            "us-east",
            "US-EAST-1",
            "us-east-1 ",
            "-1",
            "us--1",
            "1",
        ] {
            assert!(RegionName::parse(region).is_err(), "{region}");
        }
    }

    #[test]
    fn a_local_aws_may_call_its_region_what_a_host_can_have() {
        for region in ["local", "us-e4st-1", "US-EAST-1", &"x".repeat(128)] {
            let parsed = RegionName::of_host_label(region);
            assert_eq!(parsed.as_ref().map(RegionName::as_str), Some(region));
        }
        for region in ["", "-x", "a b", "a.b", "é", "a;b", "a\n", &"x".repeat(129)] {
            assert_eq!(RegionName::of_host_label(region), None, "{region:?}");
        }
    }

    #[test]
    fn partitions_by_name() {
        for (region, arn, host) in [
            ("eu-central-1", "aws", "amazonaws.com"),
            ("cn-north-1", "aws-cn", "amazonaws.com.cn"),
            ("us-gov-west-1", "aws-us-gov", "amazonaws.com"),
            ("eusc-de-east-1", "aws-eusc", "amazonaws.eu"),
            ("us-isob-east-1", "aws-iso-b", "sc2s.sgov.gov"),
            ("us-iso-east-1", "aws-iso", "c2s.ic.gov"),
        ] {
            let region = RegionName::parse(region).unwrap();
            assert_eq!((partition(&region), dns_suffix(&region)), (arn, host));
        }
    }

    #[test]
    fn a_near_miss_finds_its_region() {
        let nearest = |name: &str| nearest_to_unknown(&RegionName::parse(name).unwrap());
        assert_eq!(nearest("us-east-1"), None);
        assert_eq!(nearest("us-eest-1"), Some("us-east-1"));
        assert_eq!(nearest("eu-centrel-1"), Some("eu-central-1"));
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "[a-z0-9-]{0,140}|\\PC{0,300}") {
            if RegionName::parse(&text).is_ok() {
                prop_assert!(RegionName::of_host_label(&text).is_some());
            }
            if let Some(region) = RegionName::of_host_label(&text) {
                let _ = (partition(&region), dns_suffix(&region), nearest_to_unknown(&region));
            }
        }
    }
}

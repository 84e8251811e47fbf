//! [`UpstreamUrl`]: the host that ECR pulls from.

use std::fmt;

use serde::Serialize;

use crate::model::invalid::Invalid;

/// ECR's `upstreamRegistryUrl`: a host, such as `registry-1.docker.io`, perhaps with a port or a
/// path. It has up to 2,048 ASCII letters, digits and `.-_:/`, starting with a letter or digit, so
/// it needs no quoting in a shell, YAML or Terraform.
///
/// Source: `upstreamRegistryUrl` of CreatePullThroughCacheRule in the API reference, and the hosts
/// of the upstream registries in the ECR user guide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UpstreamUrl(String);

impl UpstreamUrl {
    /// The error does not repeat the text.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:/".contains(&byte);
        let fits = text.len() <= 2_048
            && text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text.bytes().all(allowed);
        fits.then(|| Self(text.to_owned()))
            .ok_or_else(|| Invalid::new("a value that is not an upstream registry URL"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UpstreamUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hosts_of_upstream_registries() {
        for text in [
            "registry-1.docker.io",
            "me.azurecr.io",
            "111122223333.dkr.ecr.us-east-1.amazonaws.com",
            "registry.example:5000/team_a/x",
        ] {
            assert_eq!(UpstreamUrl::parse(text).unwrap().as_str(), text);
        }
        for text in [
            "",
            ".io",
            "-x.io",
            "x y",
            "x;touch PWN;.azurecr.io",
            "x\n.io",
            "x\".io",
            "$(id).io",
            "é.io",
            "user@host",
            &"x".repeat(2_049),
        ] {
            assert!(UpstreamUrl::parse(text).is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_url_needs_no_quotes(text in "[a-z0-9./:_-]{0,30}|\\PC{0,30}|.{0,30}") {
            if let Ok(url) = UpstreamUrl::parse(&text) {
                prop_assert_eq!(crate::output::shell::quote(url.as_str()), text);
            }
        }
    }
}

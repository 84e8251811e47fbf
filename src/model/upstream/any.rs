//! [`AnyUpstream`]: all upstream registries of ECR, and the table of those without a login.

use super::{Upstream, PLACEHOLDER, UPSTREAMS};
use crate::model::account::AccountId;
use crate::model::region::Region;

/// An upstream registry that wants no credentials: ECR pulls from it without, or by a role.
///
/// Source: Creating a pull through cache rule, Amazon ECR user guide.
#[derive(Debug, PartialEq, Eq)]
pub struct OpenUpstream {
    /// ECR's own value of `upstreamRegistry`.
    pub kind: &'static str,
    /// Other words people use for it on the command line, its host among them.
    pub aliases: &'static [&'static str],
    /// The name that people know it by.
    pub title: &'static str,
    /// ECR's `upstreamRegistryUrl`; none where each account has a host of its own.
    pub url: Option<&'static str>,
    /// The repository prefix that the ECR user guide has in its examples.
    pub rule_prefix: &'static str,
    /// A small image that anyone may pull, by its path at the registry.
    pub example_image: &'static str,
}

/// Stands for the host of another account's registry, where it is not known.
pub const ANY_ECR_HOST: &str = "ACCOUNT.dkr.ecr.REGION.amazonaws.com";

/// Every registry without a login.
static OPEN_UPSTREAMS: [OpenUpstream; 4] = [
    OpenUpstream {
        kind: "ecr-public",
        aliases: &["public.ecr.aws"],
        title: "Amazon ECR Public",
        url: Some("public.ecr.aws"),
        rule_prefix: "ecr-public",
        example_image: "docker/library/alpine:latest",
    },
    OpenUpstream {
        kind: "quay",
        aliases: &["quay.io"],
        title: "Quay",
        url: Some("quay.io"),
        rule_prefix: "quay",
        example_image: "prometheus/busybox:latest",
    },
    OpenUpstream {
        kind: "k8s",
        aliases: &["kubernetes", "registry.k8s.io"],
        title: "Kubernetes",
        url: Some("registry.k8s.io"),
        rule_prefix: "kubernetes",
        example_image: "pause:3.10",
    },
    OpenUpstream {
        kind: "ecr",
        aliases: &[],
        title: "Amazon ECR",
        url: None,
        rule_prefix: "ecr",
        example_image: PLACEHOLDER,
    },
];

impl OpenUpstream {
    /// Finds a registry by its kind, an alias or its host; letter case does not matter.
    pub fn find(word: &str) -> Option<&'static Self> {
        match AnyUpstream::find(word)? {
            AnyUpstream::Open(upstream) => Some(upstream),
            AnyUpstream::WithLogin(_) => None,
        }
    }

    /// Whether ECR takes this host for it: the one in the table, or that of an account in a Region.
    pub fn owns(&self, host: &str) -> bool {
        match self.url {
            Some(url) => host == url,
            None => account_of(host).is_some(),
        }
    }

    /// The host that ECR pulls from, for people.
    pub fn host(&self) -> &'static str {
        self.url.unwrap_or(ANY_ECR_HOST)
    }

    /// Why no secret goes with it, in one sentence.
    pub fn why_no_secret(&self) -> String {
        let Self { title, url, .. } = self;
        match url {
            Some(_) => format!("{title} needs no credentials: ECR pulls its public images without"),
            None => format!("{title} needs no credentials: ECR pulls from it by an IAM role"),
        }
    }
}

/// The account whose private registry is at this host: `ACCOUNT.dkr.ecr.REGION.SUFFIX`.
fn account_of(host: &str) -> Option<AccountId> {
    let (account, rest) = host.split_once(".dkr.ecr.")?;
    let (region, suffix) = rest.split_once('.')?;
    let region = Region::from_host_label(region)?;
    (region.dns_suffix() == suffix)
        .then(|| AccountId::parse(account).ok())
        .flatten()
}

/// An upstream registry of ECR pull through cache, with or without a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnyUpstream {
    WithLogin(&'static Upstream),
    Open(&'static OpenUpstream),
}

impl AnyUpstream {
    /// All that ECR has: those with a login first.
    pub fn all() -> impl Iterator<Item = Self> {
        let open = OPEN_UPSTREAMS.iter().map(Self::Open);
        UPSTREAMS.iter().map(Self::WithLogin).chain(open)
    }

    /// Finds a registry by its kind, an alias or its host; letter case does not matter.
    pub fn find(word: &str) -> Option<Self> {
        let word = word.to_ascii_lowercase();
        Self::all().find(|upstream| {
            upstream.kind() == word
                || upstream.aliases().contains(&word.as_str())
                || upstream.owns(&word)
        })
    }

    /// The registry, where it wants a login.
    pub fn with_login(self) -> Option<&'static Upstream> {
        match self {
            Self::WithLogin(upstream) => Some(upstream),
            Self::Open(_) => None,
        }
    }

    /// ECR's own value of `upstreamRegistry`.
    pub fn kind(self) -> &'static str {
        match self {
            Self::WithLogin(upstream) => upstream.kind,
            Self::Open(upstream) => upstream.kind,
        }
    }

    /// Other words for it, its host among them.
    pub fn aliases(self) -> &'static [&'static str] {
        match self {
            Self::WithLogin(upstream) => upstream.aliases,
            Self::Open(upstream) => upstream.aliases,
        }
    }

    /// The name that people know it by.
    pub fn title(self) -> &'static str {
        match self {
            Self::WithLogin(upstream) => upstream.title,
            Self::Open(upstream) => upstream.title,
        }
    }

    /// ECR's `upstreamRegistryUrl`; none where each customer has a host of their own.
    pub fn url(self) -> Option<&'static str> {
        match self {
            Self::WithLogin(upstream) => upstream.url,
            Self::Open(upstream) => upstream.url,
        }
    }

    /// The host that ECR pulls from, for people.
    pub fn host(self) -> &'static str {
        match self {
            Self::WithLogin(upstream) => upstream.host(),
            Self::Open(upstream) => upstream.host(),
        }
    }

    /// Whether ECR takes this host for it.
    pub fn owns(self, host: &str) -> bool {
        match self {
            Self::WithLogin(upstream) => upstream.owns(host),
            Self::Open(upstream) => upstream.owns(host),
        }
    }

    /// The repository prefix that is usual for a rule.
    pub fn rule_prefix(self) -> &'static str {
        match self {
            Self::WithLogin(upstream) => upstream.rule_prefix,
            Self::Open(upstream) => upstream.rule_prefix,
        }
    }

    /// An image to try a rule with, by its path at the registry.
    pub fn example_image(self) -> &'static str {
        match self {
            Self::WithLogin(upstream) => upstream.example_image,
            Self::Open(upstream) => upstream.example_image,
        }
    }
}

impl From<&'static Upstream> for AnyUpstream {
    fn from(upstream: &'static Upstream) -> Self {
        Self::WithLogin(upstream)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_finds_one_registry() {
        for upstream in AnyUpstream::all() {
            for word in upstream.aliases().iter().chain([&upstream.kind()]) {
                let found = AnyUpstream::find(&word.to_uppercase());
                assert_eq!(found, Some(upstream), "{word}");
            }
        }
        assert_eq!(AnyUpstream::find("gcr"), None);
        assert_eq!(AnyUpstream::all().count(), 9);
    }

    #[test]
    fn the_private_registry_of_an_account_has_a_host_of_its_own() {
        let owns = |host: &str| OpenUpstream::find("ecr").unwrap().owns(host);
        for host in [
            "111122223333.dkr.ecr.us-east-1.amazonaws.com",
            "111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn",
        ] {
            assert!(owns(host), "{host}");
        }
        for host in [
            "",
            "11112222333.dkr.ecr.us-east-1.amazonaws.com",
            "a11122223333.dkr.ecr.us-east-1.amazonaws.com",
            "111122223333.dkr.ecr.us-east-1.amazonaws.com.cn",
            "111122223333.dkr.ecr.cn-north-1.amazonaws.com",
            "111122223333.dkr.ecr..amazonaws.com",
            "111122223333.dkr.ecr.us-east-1.amazonaws.com.evil.io",
            "111122223333.dkr.ecr.us-east-1.evil.io/x.amazonaws.com",
            "x.111122223333.dkr.ecr.us-east-1.amazonaws.com",
            "111122223333.dkr.ecr.us-east-1.amazonaws.com/x",
            "public.ecr.aws",
        ] {
            assert!(!owns(host), "{host}");
        }
    }
}

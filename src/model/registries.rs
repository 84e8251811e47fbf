//! [`REGISTRIES`]: the table of ECR's upstream registries.

mod named;

pub use named::{why_unsupported, NamedRegistry};

use std::ops::Deref;

use crate::model::account::AccountId;
use crate::model::region::Region;

/// An upstream registry of ECR pull through cache.
///
/// Sources: the ECR user guide, Creating a pull through cache rule, and
/// <https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-secret.html>
#[derive(Debug)]
pub struct Registry {
    /// ECR's `upstreamRegistry` value.
    pub kind: &'static str,
    /// The name people know it by.
    pub title: &'static str,
    /// A short title, for tables.
    pub short_title: &'static str,
    /// The host that ECR pulls from.
    pub host: Host,
    /// Hosts in the names of its images, the usual one first. Empty if each customer has its own.
    pub image_hosts: &'static [&'static str],
    /// Former hosts of the same images.
    pub old_hosts: &'static [&'static str],
    /// Other names for it on the command line; none is a host in image names.
    pub aliases: &'static [&'static str],
    /// Mirrors run by others: a host, perhaps with a path. Only for hints of `image`.
    pub mirrors: &'static [&'static str],
    /// The repository prefix that the ECR console or user guide proposes for a rule.
    pub rule_prefix: &'static str,
    /// A small image to test a rule with, by its path at the registry, or [`PLACEHOLDER`].
    pub example_image: &'static str,
    /// How to log in. `None` if ECR needs no credentials.
    pub login: Option<Login>,
}

/// The host that ECR pulls from, its `upstreamRegistryUrl`.
#[derive(Clone, Copy, Debug)]
pub enum Host {
    /// The same host for everyone.
    Fixed(&'static str),
    /// Each customer or account has its own host.
    PerCustomer {
        /// A placeholder for an unknown host.
        example: &'static str,
        /// What such a host is called.
        what: &'static str,
        /// Who has such a host: a customer or an account.
        whose: &'static str,
        is_one: fn(&str) -> bool,
    },
}

/// How to log in to a registry, and what is known about its tokens.
#[derive(Debug, PartialEq, Eq)]
pub struct Login {
    /// What belongs in the username field.
    pub username: &'static str,
    /// The kind of token, with the least scope that works.
    pub token: &'static str,
    /// Where to create such a token: a page, or a command.
    pub token_source: &'static str,
    /// Where to find a token's expiry date: a page, or a command.
    pub expiry_place: &'static str,
    /// The API that reports a token's expiry date and scopes.
    pub token_api: Option<TokenApi>,
    /// The token endpoint in its challenge: a URL, or a path at the registry's own host.
    pub realm: &'static str,
    /// The service in its challenge, if it is not the host.
    pub service: Option<&'static str>,
    /// Whether its token endpoint returns 400 for rejected credentials.
    pub rejects_with_400: bool,
    /// What 403 from the token endpoint means, if it is not just a rejection.
    pub forbidden_means: Option<&'static str>,
    /// What a successful login proves, and what it does not.
    pub proves: &'static str,
    /// The keys of this registry's logins in Docker's configuration, the one Docker uses first.
    /// Empty if each customer has its own host.
    pub docker_keys: &'static [&'static str],
}

/// A registry of the table that requires login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoginRegistry {
    pub registry: &'static Registry,
    pub login: &'static Login,
}

/// An API of the registry's owner that reports about the token used to call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenApi {
    /// Every response has the token's expiry date and scopes in its headers.
    GitHub,
    /// A dedicated endpoint returns them as JSON.
    GitLab,
}

impl TokenApi {
    /// Sources: <https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api>,
    /// <https://docs.gitlab.com/api/personal_access_tokens/>
    pub fn url(self) -> &'static str {
        match self {
            Self::GitHub => "https://api.github.com/",
            Self::GitLab => "https://gitlab.com/api/v4/personal_access_tokens/self",
        }
    }
}

/// A placeholder for an image at a registry without public images.
pub const PLACEHOLDER: &str = "REPOSITORY:TAG";

/// A placeholder for the unknown host of an Azure registry.
pub const ANY_AZURE_HOST: &str = "NAME.azurecr.io";

const AZURE: Host = Host::PerCustomer {
    example: ANY_AZURE_HOST,
    what: "the login server of an Azure container registry",
    whose: "customer",
    is_one: is_azure_host,
};

const PRIVATE_ECR: Host = Host::PerCustomer {
    example: "ACCOUNT.dkr.ecr.REGION.amazonaws.com",
    what: "the host of a private Amazon ECR registry",
    whose: "account",
    is_one: is_private_ecr_host,
};

/// All upstream registries of ECR: those that require login first, the most common first.
pub static REGISTRIES: [Registry; 9] = [
    Registry {
        kind: "docker-hub",
        title: "Docker Hub",
        short_title: "Docker Hub",
        host: Host::Fixed("registry-1.docker.io"),
        image_hosts: &[
            "docker.io",
            "index.docker.io",
            "registry-1.docker.io",
            "registry.hub.docker.com",
        ],
        old_hosts: &[],
        aliases: &["dockerhub", "docker", "hub.docker.com"],
        mirrors: &["mirror.gcr.io"],
        rule_prefix: "docker-hub",
        example_image: "library/alpine:latest",
        login: Some(Login {
            username:
                "your Docker ID (not your e-mail address), or the organization's name with an \
            organization token",
            token: "a personal access token with the permission \"Read-only\", or an organization \
            token with pull access",
            token_source: "https://app.docker.com/settings/personal-access-tokens",
            expiry_place: "https://app.docker.com/settings/personal-access-tokens",
            token_api: None,
            realm: "https://auth.docker.io/token",
            service: Some("registry.docker.io"),
            rejects_with_400: false,
            forbidden_means: None,
            proves: "that the username and token are valid, but not that they can pull every image",
            docker_keys: &[
                "https://index.docker.io/v1/",
                "index.docker.io",
                "docker.io",
                "registry-1.docker.io",
                "registry.hub.docker.com",
            ],
        }),
    },
    Registry {
        kind: "github-container-registry",
        title: "GitHub Container Registry",
        short_title: "GitHub",
        host: Host::Fixed("ghcr.io"),
        image_hosts: &["ghcr.io"],
        old_hosts: &["docker.pkg.github.com"],
        aliases: &["ghcr", "github"],
        mirrors: &["lscr.io/linuxserver"],
        rule_prefix: "github",
        example_image: "stefanprodan/podinfo:latest",
        login: Some(Login {
            username: "your GitHub login",
            token:
                "a personal access token (classic) with the scope read:packages, authorized for \
            organizations with SAML SSO",
            token_source: "https://github.com/settings/tokens/new?scopes=read:packages",
            expiry_place: "https://github.com/settings/tokens",
            token_api: Some(TokenApi::GitHub),
            realm: "/token",
            service: None,
            rejects_with_400: false,
            forbidden_means: None,
            proves: "that the token is valid, but not that it can pull every image, which \
                       requires read:packages and, for some organizations, SAML authorization",
            docker_keys: &["ghcr.io", "docker.pkg.github.com"],
        }),
    },
    Registry {
        kind: "azure-container-registry",
        title: "Microsoft Azure Container Registry",
        short_title: "Azure",
        host: AZURE,
        image_hosts: &[],
        old_hosts: &[],
        aliases: &["acr", "azure"],
        mirrors: &[],
        rule_prefix: "azure",
        example_image: PLACEHOLDER,
        login: Some(Login {
            username:
                "the name of the registry's token, or the application ID of a service principal",
            token:
                "a password of a token with the action content/read, or the secret of a service \
            principal with the role AcrPull",
            token_source: "az acr token create -r NAME -n TOKEN --scope-map _repositories_pull",
            expiry_place: "az acr token show -r NAME -n TOKEN --query credentials.passwords",
            token_api: None,
            realm: "/oauth2/token",
            service: None,
            rejects_with_400: false,
            forbidden_means: None,
            proves: "that the name and password are valid, but not that they can pull every image",
            docker_keys: &[],
        }),
    },
    Registry {
        kind: "gitlab-container-registry",
        title: "GitLab Container Registry",
        short_title: "GitLab",
        host: Host::Fixed("registry.gitlab.com"),
        image_hosts: &["registry.gitlab.com"],
        old_hosts: &[],
        aliases: &["gitlab"],
        mirrors: &[],
        rule_prefix: "gitlab",
        example_image: "gitlab-org/release-cli:latest",
        login: Some(Login {
            username: "your GitLab username, or the username of the deploy token",
            token: "a personal, group or project access token, or a deploy token, with the scope \
            read_registry",
            token_source:
                "https://gitlab.com/-/user_settings/personal_access_tokens?scopes=read_registry",
            expiry_place: "https://gitlab.com/-/user_settings/personal_access_tokens",
            token_api: Some(TokenApi::GitLab),
            realm: "https://gitlab.com/jwt/auth",
            service: Some("container_registry"),
            rejects_with_400: false,
            forbidden_means: Some("the token is valid, but lacks the scope read_registry"),
            proves: "that the token is valid and has a registry scope, but not that it can pull \
                       every image or that the username is right, which matters only for deploy \
                       tokens",
            docker_keys: &["registry.gitlab.com"],
        }),
    },
    Registry {
        kind: "chainguard",
        title: "Chainguard",
        short_title: "Chainguard",
        host: Host::Fixed("cgr.dev"),
        image_hosts: &["cgr.dev"],
        old_hosts: &[],
        aliases: &["cgr"],
        mirrors: &[],
        rule_prefix: "chainguard",
        example_image: "chainguard/static:latest",
        login: Some(Login {
            username: "the identity ID of the pull token (ORGANIZATION-ID/IDENTITY-ID)",
            token: "a pull token, valid for 30 days unless created with --ttl",
            token_source: "chainctl auth pull-token create --output=json",
            expiry_place: "chainctl iam identities list",
            token_api: None,
            realm: "/token",
            service: None,
            rejects_with_400: true,
            forbidden_means: None,
            proves: "that the pull token is valid, but not that it can pull every image",
            docker_keys: &["cgr.dev"],
        }),
    },
    Registry {
        kind: "ecr-public",
        title: "Amazon ECR Public",
        short_title: "Amazon ECR Public",
        host: Host::Fixed("public.ecr.aws"),
        image_hosts: &["public.ecr.aws"],
        old_hosts: &[],
        aliases: &[],
        mirrors: &[],
        rule_prefix: "ecr-public",
        example_image: "docker/library/alpine:latest",
        login: None,
    },
    Registry {
        kind: "quay",
        title: "Quay",
        short_title: "Quay",
        host: Host::Fixed("quay.io"),
        image_hosts: &["quay.io"],
        old_hosts: &[],
        aliases: &[],
        mirrors: &[],
        rule_prefix: "quay",
        example_image: "prometheus/busybox:latest",
        login: None,
    },
    Registry {
        kind: "k8s",
        title: "Kubernetes",
        short_title: "Kubernetes",
        host: Host::Fixed("registry.k8s.io"),
        image_hosts: &["registry.k8s.io"],
        old_hosts: &["k8s.gcr.io"],
        aliases: &["kubernetes"],
        mirrors: &[],
        rule_prefix: "kubernetes",
        example_image: "pause:3.10",
        login: None,
    },
    Registry {
        kind: "ecr",
        title: "Amazon ECR",
        short_title: "Amazon ECR",
        host: PRIVATE_ECR,
        image_hosts: &[],
        old_hosts: &[],
        aliases: &[],
        mirrors: &[],
        rule_prefix: "ecr",
        example_image: PLACEHOLDER,
        login: None,
    },
];

impl Registry {
    /// Finds a registry by its kind, an alias or a host of its images, ignoring case.
    pub fn find(word: &str) -> Option<&'static Self> {
        let is = |known: &&str| known.eq_ignore_ascii_case(word);
        let by_word = |registry: &&Self| is(&registry.kind) || registry.aliases.iter().any(is);
        REGISTRIES
            .iter()
            .find(by_word)
            .or_else(|| Self::of_images_at(word))
    }

    /// Finds the registry whose images have this host in their name.
    pub fn of_images_at(host: &str) -> Option<&'static Self> {
        let host = canonical_host(host);
        REGISTRIES.iter().find(|registry| {
            let mut hosts = registry.image_hosts.iter().chain(registry.old_hosts);
            registry.owns(&host) || hosts.any(|known| *known == host)
        })
    }

    /// All names for it except its kind.
    pub fn words(&self) -> impl Iterator<Item = &'static str> {
        let words = [self.aliases, self.image_hosts, self.old_hosts];
        words.into_iter().flatten().copied()
    }

    /// The registry with its login. `None` if it requires no credentials.
    pub fn with_login(&'static self) -> Option<LoginRegistry> {
        let login = self.login.as_ref()?;
        Some(LoginRegistry {
            registry: self,
            login,
        })
    }

    /// The host that ECR pulls from. `None` if each customer has its own.
    pub fn fixed_host(&self) -> Option<&'static str> {
        match self.host {
            Host::Fixed(host) => Some(host),
            Host::PerCustomer { .. } => None,
        }
    }

    /// The host that ECR pulls from, or a placeholder, for people.
    pub fn shown_host(&self) -> &'static str {
        match self.host {
            Host::Fixed(host) | Host::PerCustomer { example: host, .. } => host,
        }
    }

    /// Whether ECR pulls from the registry at this host (in lower case, without a port).
    pub fn owns(&self, host: &str) -> bool {
        match self.host {
            Host::Fixed(own) => host == own,
            Host::PerCustomer { is_one, .. } => is_one(host),
        }
    }

    /// A sentence on why a registry without a login requires no secret.
    pub fn why_no_secret(&self) -> String {
        let title = self.title;
        match self.host {
            Host::Fixed(_) => {
                format!("{title} requires no credentials: ECR pulls only its public images")
            }
            Host::PerCustomer { .. } => {
                format!("{title} requires no credentials: ECR uses an IAM role")
            }
        }
    }
}

/// `kind` identifies the row.
impl PartialEq for Registry {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl Eq for Registry {}

impl LoginRegistry {
    /// All registries that require login, the most common first.
    pub fn all() -> impl Iterator<Item = Self> {
        REGISTRIES.iter().filter_map(Registry::with_login)
    }

    /// Like [`Registry::find`], among those that require login.
    pub fn find(word: &str) -> Option<Self> {
        Registry::find(word)?.with_login()
    }
}

impl Deref for LoginRegistry {
    type Target = Registry;

    fn deref(&self) -> &Registry {
        self.registry
    }
}

/// A host in the form for comparisons: in lower case, without port 443.
pub fn canonical_host(host: &str) -> String {
    let host = host.to_ascii_lowercase();
    host.strip_suffix(":443").unwrap_or(&host).to_owned()
}

/// A word without `https://` and what may follow a host: a slash, and the `/v1/` or `/v2/` in the
/// names of Docker's logins.
pub fn without_scheme(word: &str) -> &str {
    let scheme = "https://";
    let rest = match word.get(..scheme.len()) {
        Some(start) if start.eq_ignore_ascii_case(scheme) => &word[scheme.len()..],
        _ => word,
    };
    let rest = rest.trim_end_matches('/');
    let mut apis = ["/v1", "/v2"].into_iter();
    apis.find_map(|api| rest.strip_suffix(api)).unwrap_or(rest)
}

/// The host that ECR pulls an image from, given the host in the image's name.
pub fn upstream_host(host: &str) -> String {
    let fixed = Registry::of_images_at(host).and_then(Registry::fixed_host);
    fixed.map_or_else(|| canonical_host(host), str::to_owned)
}

/// Whether a host is one label under `azurecr.io`. ECR does not document support for the sovereign
/// clouds (azurecr.cn, azurecr.us).
fn is_azure_host(host: &str) -> bool {
    host.strip_suffix(".azurecr.io").is_some_and(|label| {
        // A DNS label has up to 63 bytes (RFC 1035).
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (1..=63).contains(&label.len()) && label.bytes().all(allowed)
    })
}

/// The account of the private Amazon ECR registry at this host. `None` for other registries.
pub fn account_of_ecr(host: &str) -> Option<&str> {
    is_private_ecr_host(host).then(|| host.split('.').next())?
}

/// Whether a host is a private Amazon ECR registry: `ACCOUNT.dkr.ecr.REGION.SUFFIX`.
fn is_private_ecr_host(host: &str) -> bool {
    let parts = || {
        let (account, rest) = host.split_once(".dkr.ecr.")?;
        let (region, suffix) = rest.split_once('.')?;
        Some((account, Region::from_host_label(region)?, suffix))
    };
    parts().is_some_and(|(account, region, suffix)| {
        region.dns_suffix() == suffix && AccountId::parse(account).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_finds_one_registry() {
        for registry in &REGISTRIES {
            for word in registry.words().chain([registry.kind]) {
                assert_eq!(
                    Registry::find(&word.to_uppercase()),
                    Some(registry),
                    "{word}"
                );
            }
        }
        for word in [
            "gcr",
            "lscr.io",
            "mirror.gcr.io",
            "docker.io:80",
            "docker:443",
            "",
        ] {
            assert_eq!(Registry::find(word), None, "{word}");
        }
        assert_eq!(LoginRegistry::find("quay"), None);
        assert_eq!(LoginRegistry::all().count(), 5);
    }

    /// A website serves no images, and a mirror does not share its registry's name or logins.
    #[test]
    fn hosts_of_images_are_not_names_of_logins() {
        for registry in &REGISTRIES {
            for host in registry.mirrors {
                let host = host.split('/').next().unwrap();
                assert_eq!(Registry::find(host), None, "{host}");
                let is_key = |r: LoginRegistry| r.login.docker_keys.contains(&host);
                assert!(!LoginRegistry::all().any(is_key), "{host}");
            }
            for alias in registry.aliases {
                assert_eq!(Registry::of_images_at(alias), None, "{alias}");
            }
        }
    }

    #[test]
    fn hosts_compare_without_case_and_the_usual_port() {
        for (host, upstream) in [
            ("GHCR.IO", "ghcr.io"),
            ("ghcr.io:443", "ghcr.io"),
            ("Docker.PKG.github.com:443", "ghcr.io"),
            ("registry.hub.docker.com", "registry-1.docker.io"),
            ("k8s.gcr.io", "registry.k8s.io"),
            ("ME.azurecr.io:443", "me.azurecr.io"),
            ("ghcr.io:80", "ghcr.io:80"),
            ("Example.com", "example.com"),
        ] {
            assert_eq!(upstream_host(host), upstream, "{host}");
        }
    }

    #[test]
    fn only_the_registrys_own_host_is_its_own() {
        let owns = |kind: &str, host: &str| Registry::find(kind).unwrap().owns(host);
        assert!(owns("docker-hub", "registry-1.docker.io"));
        assert!(owns("ghcr", "ghcr.io"));
        for host in [
            "me.azurecr.io",
            "contoso.azurecr.io",
            "contoso-a1b2c3d4e5f6.azurecr.io",
        ] {
            assert!(owns("acr", host), "{host}");
        }
        for host in [
            "",
            "azurecr.io",
            ".azurecr.io",
            "me.azurecr.io.evil.com",
            "evil.com/me.azurecr.io",
            "me.evil.azurecr.io",
            "me.azurecr.io:8443",
            "me.azurecr.io.",
            "meazurecr.io",
            "me_1.azurecr.io",
            "m\u{e9}.azurecr.io",
            "contoso.azurecr.cn",
            "contoso.azurecr.us",
            "registry-1.docker.io",
        ] {
            assert!(!owns("acr", host), "{host}");
        }
        for host in ["docker.io", "registry-1.docker.io.evil.com", "ghcr.io"] {
            assert!(!owns("docker-hub", host), "{host}");
        }
    }

    #[test]
    fn the_private_registry_of_an_account_has_a_host_of_its_own() {
        let owns = |host: &str| Registry::find("ecr").unwrap().owns(host);
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

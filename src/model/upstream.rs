//! The upstream registries that need credentials: one table of what is known of each.

mod any;
mod named;

pub use any::{AnyUpstream, OpenUpstream, ANY_ECR_HOST};
pub use named::NamedRegistry;

/// An upstream registry of ECR pull through cache that needs a login.
///
/// The others are [`OpenUpstream`]. Source:
/// <https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-secret.html>
#[derive(Debug, PartialEq, Eq)]
pub struct Upstream {
    /// ECR's own value of `upstreamRegistry`.
    pub kind: &'static str,
    /// Other words people use for it on the command line, its host among them.
    pub aliases: &'static [&'static str],
    /// The name that people know it by.
    pub title: &'static str,
    /// The same in a word or two, for a table.
    pub short_title: &'static str,
    /// ECR's `upstreamRegistryUrl`; none where each customer has a host of their own.
    pub url: Option<&'static str>,
    /// What belongs into the username field.
    pub username: &'static str,
    /// The kind of token, with the least scope that works.
    pub token: &'static str,
    /// Where such a token is made: a page, or a command.
    pub token_source: &'static str,
    /// The repository prefix that the ECR console proposes for a rule.
    pub rule_prefix: &'static str,
    /// A small image that anyone with credentials may pull, by its path at the registry. Azure has
    /// none: each customer's registry has other images.
    pub example_image: &'static str,
    /// Its token endpoint, as its challenge names it: a URL, or a path at the registry's own host.
    pub realm: &'static str,
    /// The service that its challenge names, where that is not its host.
    pub service: Option<&'static str>,
    /// Whether its token endpoint says 400 to credentials that it refuses.
    pub refuses_with_400: bool,
    /// What it means where that says 403, if it is more than a refusal.
    pub forbidden_means: Option<&'static str>,
    /// What a passed login proves, and what it does not.
    pub login_proves: &'static str,
    /// Docker's key for it, where that is not the host.
    pub docker_key: Option<&'static str>,
    /// What tells when a token ends and what it may do, beside the token itself.
    pub token_api: Option<TokenApi>,
    /// Where a person sees when a token ends: a page, or a command.
    pub expiry_place: &'static str,
}

/// An API of the registry's owner that tells of the token that it is asked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenApi {
    /// Any call is answered with what is known of the token in its headers.
    GitHub,
    /// A call is for that alone, and answered in JSON.
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

/// Stands for an image, where nobody but the customer knows one.
pub const PLACEHOLDER: &str = "REPOSITORY:TAG";

/// Stands for the host of a registry of Azure, where it is not known.
pub const ANY_AZURE_HOST: &str = "NAME.azurecr.io";

/// Every registry that we know, the commonest first.
pub static UPSTREAMS: [Upstream; 5] = [
    Upstream {
        kind: "docker-hub",
        aliases: &[
            "dockerhub",
            "docker",
            "docker.io",
            "hub.docker.com",
            "index.docker.io",
            "registry-1.docker.io",
        ],
        title: "Docker Hub",
        short_title: "Docker Hub",
        url: Some("registry-1.docker.io"),
        username: "your Docker ID (not the e-mail address), or the organization's name with an \
            organization token",
        token: "a personal access token with the permission \"Read-only\", or an organization \
            token that may pull",
        token_source: "https://app.docker.com/settings/personal-access-tokens",
        rule_prefix: "docker-hub",
        example_image: "library/alpine:latest",
        realm: "https://auth.docker.io/token",
        service: Some("registry.docker.io"),
        refuses_with_400: false,
        forbidden_means: None,
        login_proves: "that the username and the token match and are valid, but not that they \
                       may pull every image",
        docker_key: Some("https://index.docker.io/v1/"),
        token_api: None,
        expiry_place: "https://app.docker.com/settings/personal-access-tokens",
    },
    Upstream {
        kind: "github-container-registry",
        aliases: &["ghcr", "github", "ghcr.io"],
        title: "GitHub Container Registry",
        short_title: "GitHub",
        url: Some("ghcr.io"),
        username: "your GitHub login",
        token: "a personal access token (classic) with the scope read:packages, authorized for \
            organizations that use SAML",
        token_source: "https://github.com/settings/tokens/new?scopes=read:packages",
        rule_prefix: "github",
        example_image: "stefanprodan/podinfo:latest",
        realm: "/token",
        service: None,
        refuses_with_400: false,
        forbidden_means: None,
        login_proves: "that the token is valid, but not that it may pull every image: that needs \
                       read:packages, and for some organizations SAML authorization",
        docker_key: None,
        token_api: Some(TokenApi::GitHub),
        expiry_place: "https://github.com/settings/tokens",
    },
    Upstream {
        kind: "azure-container-registry",
        aliases: &["acr", "azure"],
        title: "Microsoft Azure Container Registry",
        short_title: "Azure",
        url: None,
        username: "the name of the registry's token, or the application ID of a service principal",
        token: "a password of a token with the action content/read, or the secret of a service \
            principal with the role AcrPull",
        token_source: "az acr token create -r NAME -n TOKEN --scope-map _repositories_pull",
        rule_prefix: "azure",
        example_image: PLACEHOLDER,
        realm: "/oauth2/token",
        service: None,
        refuses_with_400: false,
        forbidden_means: None,
        login_proves: "that the name and the password match and are valid, but not that they may \
                       pull every image",
        docker_key: None,
        token_api: None,
        expiry_place: "az acr token show -r NAME -n TOKEN --query credentials.passwords",
    },
    Upstream {
        kind: "gitlab-container-registry",
        aliases: &["gitlab", "registry.gitlab.com"],
        title: "GitLab Container Registry",
        short_title: "GitLab",
        url: Some("registry.gitlab.com"),
        username: "your GitLab username, or the username of the deploy token",
        token: "a personal, group or project access token, or a deploy token, with the scope \
            read_registry",
        token_source:
            "https://gitlab.com/-/user_settings/personal_access_tokens?scopes=read_registry",
        rule_prefix: "gitlab",
        example_image: "gitlab-org/release-cli:latest",
        realm: "https://gitlab.com/jwt/auth",
        service: Some("container_registry"),
        refuses_with_400: false,
        forbidden_means: Some("the token is valid, but has no scope read_registry"),
        login_proves: "that the token is valid and has a registry scope, but not that it may \
                       pull every image; nor does it prove the username, which matters for \
                       deploy tokens only",
        docker_key: None,
        token_api: Some(TokenApi::GitLab),
        expiry_place: "https://gitlab.com/-/user_settings/personal_access_tokens",
    },
    Upstream {
        kind: "chainguard",
        aliases: &["cgr", "cgr.dev"],
        title: "Chainguard",
        short_title: "Chainguard",
        url: Some("cgr.dev"),
        username: "the identity ID of the pull token (ORGANIZATION-ID/IDENTITY-ID)",
        token: "a pull token; it is valid for 30 days, or as long as --ttl says",
        token_source: "chainctl auth pull-token create --output=json",
        rule_prefix: "chainguard",
        example_image: "chainguard/static:latest",
        realm: "/token",
        service: None,
        refuses_with_400: true,
        forbidden_means: None,
        login_proves: "that the pull token is valid, but not that it may pull every image",
        docker_key: None,
        token_api: None,
        expiry_place: "chainctl iam identities list",
    },
];

impl Upstream {
    /// Finds a registry by its kind, an alias or its host; letter case does not matter.
    pub fn find(word: &str) -> Option<&'static Self> {
        AnyUpstream::find(word)?.with_login()
    }

    /// The host that ECR pulls from, for people.
    pub fn host(&self) -> &'static str {
        self.url.unwrap_or(ANY_AZURE_HOST)
    }

    /// Whether ECR pulls from the registry at this host: the one in the table, or for Azure the
    /// login server of a customer, which is one label under a domain that is Microsoft's. ECR
    /// documents none of the sovereign clouds (azurecr.cn, azurecr.us).
    pub fn owns(&self, host: &str) -> bool {
        // A label of DNS has up to 63 bytes (RFC 1035).
        let is_label = |name: &str| {
            (1..=63).contains(&name.len())
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        match self.url {
            Some(url) => host == url,
            None => host.strip_suffix(".azurecr.io").is_some_and(is_label),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_finds_one_registry() {
        for upstream in &UPSTREAMS {
            for word in upstream.aliases.iter().chain([&upstream.kind]) {
                assert_eq!(
                    Upstream::find(&word.to_uppercase()),
                    Some(upstream),
                    "{word}"
                );
            }
        }
        assert_eq!(Upstream::find("quay"), None);
    }

    #[test]
    fn only_the_registrys_own_host_is_its_own() {
        let owns = |kind: &str, host: &str| Upstream::find(kind).unwrap().owns(host);
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
}

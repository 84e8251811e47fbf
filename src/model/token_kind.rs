//! [`TokenKind`]: recognizes tokens by their prefix, and knows where they can work.

use std::ops::Range;

use crate::model::name::PREFIX;
use crate::model::registries::LoginRegistry;

/// A kind of access token, recognized by its prefix.
#[derive(Debug, PartialEq, Eq)]
pub struct TokenKind {
    prefix: &'static str,
    /// A word for scripts. Words are only ever added.
    pub word: &'static str,
    /// For people, with its article.
    pub title: &'static str,
    /// The kind of the registry it belongs to; `None` if several use such tokens.
    registry: Option<&'static str>,
    /// Why ECR cannot pull with it from its own registry, or not for long.
    trouble: Option<&'static str>,
}

const DOCKER: Option<&str> = Some("docker-hub");
const GITHUB: Option<&str> = Some("github-container-registry");
const GITLAB: Option<&str> = Some("gitlab-container-registry");

/// Sources: each registry's documentation of its token formats.
#[rustfmt::skip]
static KINDS: [TokenKind; 12] = [
    kind("dckr_pat_", "docker-hub-personal", "a Docker Hub personal access token", DOCKER),
    kind("dckr_oat_", "docker-hub-organization", "a Docker Hub organization access token", DOCKER),
    kind("ghp_", "github-classic", "a GitHub personal access token (classic)", GITHUB),
    kind("github_pat_", "github-fine-grained", "a GitHub fine-grained personal access token",
        GITHUB)
        .but("GitHub Packages accepts only classic ones"),
    kind("ghs_", "github-app-installation", "a GitHub App or workflow token", GITHUB)
        .but("it expires within an hour or when the job ends, and cannot read private packages"),
    kind("gho_", "github-oauth", "a GitHub OAuth token", GITHUB)
        .but("it belongs to a program's login, and may expire with it"),
    kind("ghu_", "github-app-user", "a GitHub App user token", GITHUB)
        .but("it expires after a few hours"),
    kind("glpat-", "gitlab-access", "a GitLab personal, group or project access token", GITLAB),
    kind("gldt-", "gitlab-deploy", "a GitLab deploy token", GITLAB),
    kind("glcbt-", "gitlab-job", "a GitLab CI job token", GITLAB)
        .but("it expires when the job ends"),
    kind("eyJ", "jwt", "a JSON Web Token", None),
    kind("", "uuid", "a UUID, like older Docker Hub personal access tokens", None),
];

/// The prefixes of GitLab tokens that no container registry accepts. They are only hidden.
const HIDDEN: [&str; 7] = [
    "glrt-", "glptt-", "gloas-", "glft-", "glimt-", "glagent-", "glsoat-",
];

/// The shortest token, in bytes. Shorter words with a token's prefix are names.
const SHORTEST: usize = 12;

/// The username of tokens from `az acr login --expose-token`, which expire after three hours.
const AZURE_TOKEN_USER: &str = "00000000-0000-0000-0000-000000000000";

const fn kind(
    prefix: &'static str,
    word: &'static str,
    title: &'static str,
    registry: Option<&'static str>,
) -> TokenKind {
    TokenKind {
        prefix,
        word,
        title,
        registry,
        trouble: None,
    }
}

impl TokenKind {
    const fn but(mut self, trouble: &'static str) -> Self {
        self.trouble = Some(trouble);
        self
    }

    /// The kind of a token; `None` if unknown.
    pub fn of(token: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| match kind.prefix {
            "" => is_uuid(token),
            prefix => token.starts_with(prefix),
        })
    }

    /// Whether a word that should not be a token contains a registry token or a signed JSON Web
    /// Token, so no message may repeat it. White space, quotation marks or a username with a colon
    /// before it are ignored.
    pub fn is_in_the_wrong_place(word: &str) -> bool {
        word.split(':').any(|part| {
            let part = part.trim_start_matches(|c: char| !c.is_alphanumeric());
            let is_web_token = || part.starts_with("eyJ") && part.contains(".eyJ");
            let is_hidden = || HIDDEN.iter().any(|start| part.starts_with(start));
            let is_registrys = || Self::of(part).is_some_and(|kind| kind.registry.is_some());
            part.len() >= SHORTEST && (is_registrys() || is_hidden() || is_web_token())
        })
    }

    /// The byte ranges in a text of words that look like registry tokens, except secret names after
    /// [`PREFIX`].
    pub fn places_in(text: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
        let is_of_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
        let mut next = 0;
        let places = text.split(move |byte| !is_of_word(byte)).map(move |word| {
            let (start, end) = (next, next + word.len());
            next = end + 1;
            // The letter of an escape such as `\n` is not part of the word.
            let is_escape = !word.is_empty() && text[..start].ends_with(b"\\");
            start + usize::from(is_escape)..end
        });
        places.filter(|place| {
            let word = std::str::from_utf8(&text[place.clone()]).unwrap_or_default();
            let is_name = || text[..place.start].ends_with(PREFIX.as_bytes());
            Self::is_in_the_wrong_place(word) && !is_name()
        })
    }

    /// Whether only one registry has such tokens.
    pub fn belongs_to_a_registry(&self) -> bool {
        self.registry.is_some()
    }

    /// Why such a token cannot work for a registry, as text that follows "it is TITLE, and".
    pub fn trouble_at(&self, upstream: LoginRegistry, username: Option<&str>) -> Option<String> {
        if self.registry.is_some_and(|own| own != upstream.kind) {
            return Some(format!("{} does not accept such tokens", upstream.title));
        }
        if upstream.kind == "azure-container-registry"
            && self.word == "jwt"
            && username == Some(AZURE_TOKEN_USER)
        {
            return Some("tokens from az acr login --expose-token expire after 3 hours".to_owned());
        }
        self.trouble.map(str::to_owned)
    }
}

/// Whether a word looks like a token, known or not, so no message may repeat it.
pub fn looks_like_a_token(word: &str) -> bool {
    let is_long = word.chars().count() >= 24 && !word.contains(['/', '\\', ' ']);
    is_long || TokenKind::is_in_the_wrong_place(word)
}

fn is_uuid(token: &str) -> bool {
    token.len() == 36
        && token.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trouble(token: &str, registry: &str, username: &str) -> Option<String> {
        TokenKind::of(token)?.trouble_at(LoginRegistry::find(registry).unwrap(), Some(username))
    }

    #[test]
    fn kinds_by_their_beginning() {
        let word = |token: &str| TokenKind::of(token).map(|kind| kind.word);
        assert_eq!(word("dckr_pat_abc"), Some("docker-hub-personal"));
        assert_eq!(word("github_pat_abc"), Some("github-fine-grained"));
        assert_eq!(word("glptt-abc"), None);
        assert_eq!(word("eyJhbGciOi"), Some("jwt"));
        assert_eq!(word("0a0a0a0a-1234-1234-1234-0a0a0a0a0a0a"), Some("uuid"));
        assert_eq!(word("0a0a0a0a-1234-1234-1234-0a0a0a0a0a0"), None);
        assert_eq!(word(""), None);
        assert_eq!(word("anything"), None);
    }

    #[test]
    fn a_token_is_recognized_in_the_place_of_a_name() {
        for word in [
            "dckr_pat_abcdef",
            "ghp_0123456789",
            "glpat-0123456789",
            "glrt-0123456789",
            " \t\u{feff}ghp_0123456789",
            "\"dckr_oat_abcdef\"",
            "me:dckr_pat_abcdef",
            "eyJhbGciOi.eyJzdWIi.c2ln",
        ] {
            assert!(TokenKind::is_in_the_wrong_place(word), "{word}");
        }
        for word in [
            "",
            ":",
            "ghp_me",
            "glpat-anna",
            "gitlab-ci-token",
            "gitlab+deploy-token-1",
            "x-access-token",
            "eyJohn.Smith.1980",
            "0a0a0a0a-1234-1234-1234-0a0a0a0a0a0a",
            "my-ghp_0123456789",
            "arn:aws:secretsmanager:us-east-1:1:secret:ecr-pullthroughcache/x-AbCdEf",
        ] {
            assert!(!TokenKind::is_in_the_wrong_place(word), "{word}");
        }
    }

    #[test]
    fn trouble_is_reported_only_if_known() {
        assert_eq!(trouble("dckr_pat_abc", "docker-hub", "me"), None);
        assert!(trouble("dckr_pat_abc", "ghcr", "me").is_some());
        assert!(trouble("github_pat_abc", "ghcr", "me").is_some_and(|why| why.contains("classic")));
        assert!(trouble("glcbt-abc", "gitlab", "me").is_some());
        assert_eq!(trouble("glpat-abc", "gitlab", "me"), None);
        assert_eq!(trouble("eyJabc", "azure", "app-id"), None);
        assert!(trouble("eyJabc", "azure", AZURE_TOKEN_USER).is_some());
        assert_eq!(trouble("eyJabc", "chainguard", AZURE_TOKEN_USER), None);
        assert_eq!(trouble("unknown", "ghcr", "me"), None);
    }

    #[test]
    fn words_that_look_like_tokens() {
        for word in [
            "dckr_pat_abcdef",
            "ghp_0123456789",
            "glpat-0123456789",
            "abc8Q~Zxy.12345678901234567890",
        ] {
            assert!(looks_like_a_token(word), "{word}");
        }
        for word in [
            "TOKEN",
            "./secrets/docker-hub-token.txt",
            "glossary",
            "CI_REGISTRY_TOKEN",
        ] {
            assert!(!looks_like_a_token(word), "{word}");
        }
    }
}

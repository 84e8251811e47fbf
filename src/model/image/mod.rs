//! [`ImageReference`]: the name of an image, in the grammar of the Distribution project.

mod cached;
#[cfg(test)]
mod image_tests;

pub use cached::{rule_of, RulesByHost};

use std::fmt;

use crate::model::name::is_path_component;
use crate::model::registries::Registry;

/// The name of an image with its registry, as `docker pull` understands it.
///
/// `reference := name [ ":" tag ] [ "@" digest ]`, `name := [ domain "/" ] path`. The default domain
/// is Docker Hub, where a path of one component is under `library/`. Source: the overview of
/// <https://pkg.go.dev/github.com/distribution/reference>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageReference {
    /// A host, perhaps with a port.
    domain: String,
    /// Components separated by slashes.
    path: String,
    tag: Option<String>,
    digest: Option<String>,
}

/// Why a text is not an [`ImageReference`]. The message does not repeat the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageFault {
    #[error("it is empty")]
    Empty,
    #[error("it contains a control character, such as the \\r of a Windows line ending")]
    Control,
    #[error("it starts with a scheme; leave out https://")]
    Scheme,
    #[error("it contains a variable that was not replaced")]
    Unfilled,
    #[error("it is 64 hexadecimal digits, which Docker treats as an image ID")]
    Identifier,
    #[error("its repository contains an upper-case letter; repositories are lower case")]
    UpperCase,
    #[error("its registry is not a host with an optional port")]
    Domain,
    #[error("its repository is not lower-case letters and digits, separated by . _ - or /")]
    Path,
    #[error("its repository has more than 255 characters")]
    TooLong,
    #[error("its tag is not 1 to 128 letters, digits and . _ - (with no . or - first)")]
    Tag,
    #[error(
        "its digest is not sha256: and 64 lower-case hexadecimal digits (or sha384:, sha512:)"
    )]
    Digest,
}

/// Docker Hub's domain in image names.
const HUB: &str = "docker.io";

/// The longest repository, in characters. Source: `RepositoryNameTotalLengthMax` there.
const MAX_PATH: usize = 255;

impl ImageReference {
    pub fn parse(text: &str) -> Result<Self, ImageFault> {
        if text.is_empty() {
            return Err(ImageFault::Empty);
        }
        if text.contains(char::is_control) {
            return Err(ImageFault::Control);
        }
        if text.contains("://") {
            return Err(ImageFault::Scheme);
        }
        if text.contains('$') || text.contains("{{") {
            return Err(ImageFault::Unfilled);
        }
        if text.len() == 64 && text.bytes().all(is_hex) {
            return Err(ImageFault::Identifier);
        }
        let (name, tag, digest) = parts(text);
        let (domain, path) = match name.split_once('/') {
            Some((first, path)) if is_domain_first(first) => (first, path),
            _ => (HUB, name),
        };
        let is_hub = Registry::of_images_at(domain) == Registry::of_images_at(HUB);
        let (domain, path) = match is_hub {
            true if !path.contains('/') => (HUB, format!("library/{path}")),
            true => (HUB, path.to_owned()),
            false => (domain, path.to_owned()),
        };
        if !is_domain(domain) {
            return Err(ImageFault::Domain);
        }
        if path.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(ImageFault::UpperCase);
        }
        if !path.split('/').all(is_path_component) {
            return Err(ImageFault::Path);
        }
        if path.len() > MAX_PATH {
            return Err(ImageFault::TooLong);
        }
        if !tag.is_none_or(is_tag) {
            return Err(ImageFault::Tag);
        }
        if !digest.is_none_or(is_digest) {
            return Err(ImageFault::Digest);
        }
        Ok(Self {
            domain: domain.to_owned(),
            path,
            tag: tag.map(str::to_owned),
            digest: digest.map(str::to_owned),
        })
    }

    /// The text with its name, but not its tag, in lower case. `None` if that is not a valid image
    /// either.
    pub fn in_lower_case(text: &str) -> Option<String> {
        let (name, _, _) = parts(text);
        let text = name.to_lowercase() + &text[name.len()..];
        Self::parse(&text).is_ok().then_some(text)
    }

    /// Whether the name includes a digest.
    pub fn has_digest(&self) -> bool {
        self.digest.is_some()
    }

    /// The host of the registry, perhaps with a port.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The repository, without the registry.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The tag or the digest by which a registry is asked for it: the digest if it has both.
    pub fn version(&self) -> &str {
        let version = self.digest.as_ref().or(self.tag.as_ref());
        version.map_or("latest", String::as_str)
    }

    /// The tag and the digest at the end of the name.
    fn end(&self) -> String {
        let tag = self.tag.as_ref().map(|tag| format!(":{tag}"));
        let digest = self.digest.as_ref().map(|digest| format!("@{digest}"));
        tag.into_iter().chain(digest).collect()
    }
}

/// The full name, always with the registry.
impl fmt::Display for ImageReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}{}", self.domain, self.path, self.end())
    }
}

/// The name with its registry, the tag and the digest.
fn parts(text: &str) -> (&str, Option<&str>, Option<&str>) {
    let (rest, digest) = match text.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (text, None),
    };
    // A colon before the last slash belongs to a port.
    let last = rest.rfind('/').map_or(0, |slash| slash + 1);
    match rest[last..].split_once(':') {
        Some((end, tag)) => (&rest[..last + end.len()], Some(tag), digest),
        None => (rest, None, digest),
    }
}

/// Whether the part before the first slash is a registry and not part of a repository.
fn is_domain_first(first: &str) -> bool {
    let has_upper_case = first.bytes().any(|byte| byte.is_ascii_uppercase());
    first == "localhost" || first.contains(['.', ':']) || has_upper_case
}

fn is_domain(domain: &str) -> bool {
    if let Some(rest) = domain.strip_prefix('[') {
        let is_address =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| is_hex(byte) || byte == b':');
        return rest.split_once(']').is_some_and(|(address, port)| {
            let is_end = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
            is_address(address) && is_end
        });
    }
    let (host, port) = match domain.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (domain, None),
    };
    let is_label = |label: &str| {
        label.starts_with(|c: char| c.is_ascii_alphanumeric())
            && label.ends_with(|c: char| c.is_ascii_alphanumeric())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    host.split('.').all(is_label) && port.is_none_or(is_port)
}

fn is_port(port: &str) -> bool {
    !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_tag(tag: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    (1..=128).contains(&tag.len()) && !tag.starts_with(['.', '-']) && tag.bytes().all(allowed)
}

/// Accepts the algorithms of the OCI image specification, and sha384 as the Go package does.
pub fn is_digest(digest: &str) -> bool {
    let Some((algorithm, hex)) = digest.split_once(':') else {
        return false;
    };
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return false,
    };
    let is_lower_hex = |byte: u8| is_hex(byte) && !byte.is_ascii_uppercase();
    hex.len() == length && hex.bytes().all(is_lower_hex)
}

fn is_hex(byte: u8) -> bool {
    byte.is_ascii_hexdigit()
}

//! [`ManifestRequest`]: an image's manifest, asked for at the account's own Amazon ECR registry.

use std::time::Duration;

use serde::de::IgnoredAny;
use serde::Deserialize;

use super::words::{after, is_page, is_redirect, words_of};
use crate::aws::{Answer, Fault, Network};
use crate::model::image::{is_digest, ImageReference};
use crate::output::escaped;
use crate::output::status::Status;

/// All kinds of manifest, since ECR serves only a kind that is accepted, also for a digest.
const ACCEPT: &str = "application/vnd.oci.image.index.v1+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, \
    application/vnd.oci.image.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.v2+json";

/// The request for a manifest, as any client sends it for a pull.
pub struct ManifestRequest<'a> {
    pub network: &'a Network,
    /// The `Authorization` header, which goes to the host of the image alone.
    pub login: &'a str,
    pub time_out: Duration,
}

/// A manifest that arrived.
#[derive(Debug, Default)]
pub struct Manifest {
    /// `None` if the registry does not report it.
    pub digest: Option<String>,
    /// The platforms of an image for several, such as `linux/amd64`.
    pub platforms: Vec<String>,
}

/// Why no manifest arrived.
#[derive(Debug)]
pub enum ManifestFault {
    Refused(Refusal),
    /// Whatever answered, if anything, was not the registry. The status says whether to try again.
    NoAnswer {
        status: Status,
        why: String,
        fix: Option<&'static str>,
    },
}

/// An error of the registry's own.
#[derive(Debug, Default)]
pub struct Refusal {
    pub status: u16,
    /// The error code, such as `NAME_UNKNOWN`; empty if there is none.
    pub code: String,
    /// The registry's words, safe to show; the end of a long text is left out.
    pub words: String,
    /// The whole message, to look for what AWS denied.
    pub message: String,
}

impl ManifestRequest<'_> {
    /// Sends it once, and follows no redirect.
    pub async fn send(&self, image: &ImageReference) -> Result<Manifest, ManifestFault> {
        let host = image.domain();
        let url = format!(
            "https://{host}/v2/{}/manifests/{}",
            image.path(),
            image.version()
        );
        let headers = [
            ("user-agent", concat!("ecr-ptc/", env!("CARGO_PKG_VERSION"))),
            ("accept", ACCEPT),
            ("authorization", self.login),
        ];
        let client = self.network.http_client();
        match tokio::time::timeout(self.time_out, client.get(&url, &headers)).await {
            Ok(Ok(answer)) => read(&answer, image),
            Ok(Err(fault)) => Err(ManifestFault::on_the_way(&fault, host)),
            Err(_) => Err(ManifestFault::no_answer(
                Status::Temporary,
                format!(
                    "{host} did not respond within {} seconds",
                    self.time_out.as_secs()
                ),
            )),
        }
    }
}

impl ManifestFault {
    fn no_answer(status: Status, why: String) -> Self {
        let fix = None;
        Self::NoAnswer { status, why, fix }
    }

    fn on_the_way(fault: &Fault, host: &str) -> Self {
        Self::NoAnswer {
            status: if fault.is_of_configuration() {
                Status::Configuration
            } else {
                Status::Temporary
            },
            why: format!("{host} cannot be reached: {fault}"),
            fix: fault.fix(),
        }
    }
}

fn read(answer: &Answer, image: &ImageReference) -> Result<Manifest, ManifestFault> {
    let (host, status) = (image.domain(), answer.status);
    let not_registry = |what: &str| {
        let why = format!("{host} {what}, so the response did not come from Amazon ECR");
        Err(ManifestFault::no_answer(Status::Configuration, why))
    };
    let words = words_of(&answer.body).unwrap_or_default();
    match status {
        429 | 500..=599 => {
            let wait = answer.header("retry-after").next();
            let wait = wait.map(|text| format!("; try again {}", after(text)));
            let words = if words.is_empty() {
                words
            } else {
                format!(": {words}")
            };
            let why = format!(
                "{host} returned {status}{words}{}",
                wait.unwrap_or_default()
            );
            Err(ManifestFault::no_answer(Status::Temporary, why))
        }
        _ if is_redirect(answer) => {
            let to = answer.header("location").next().unwrap_or("nowhere");
            not_registry(&format!("redirects to {}", escaped(to)))
        }
        _ if is_page(answer) => not_registry(&format!("returned {status} with a web page")),
        200 => match manifest(answer, image) {
            Some(manifest) => Ok(manifest),
            None => not_registry("returned no manifest"),
        },
        400..=499 => Err(ManifestFault::Refused(Refusal {
            status,
            code: first_error(&answer.body, "code"),
            message: first_error(&answer.body, "message"),
            words,
        })),
        _ => not_registry(&format!("returned {status}")),
    }
}

/// The manifest in an answer. `None` if it is none, or that of another digest.
fn manifest(answer: &Answer, image: &ImageReference) -> Option<Manifest> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Document {
        schema_version: u8,
        manifests: Option<Vec<Entry>>,
        layers: Option<Vec<IgnoredAny>>,
    }
    #[derive(Deserialize)]
    struct Entry {
        platform: Option<Platform>,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Platform {
        os: String,
        architecture: String,
        variant: Option<String>,
    }
    let document: Document = serde_json::from_slice(&answer.body).ok()?;
    if document.schema_version != 2 || (document.manifests.is_none() && document.layers.is_none()) {
        return None;
    }
    let mut digests = answer.header("docker-content-digest");
    let reported = digests.find(|digest| is_digest(digest));
    let asked = image.has_digest().then(|| image.version());
    if reported
        .zip(asked)
        .is_some_and(|(reported, asked)| reported != asked)
    {
        return None;
    }
    let mut platforms = Vec::new();
    let entries = document.manifests.into_iter().flatten();
    for platform in entries.filter_map(|entry| entry.platform) {
        let parts = [
            Some(platform.os),
            Some(platform.architecture),
            platform.variant,
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        let name = escaped(&parts.join("/"));
        // Signatures and attestations are of no platform.
        if !matches!(&*parts[0], "" | "unknown") && !platforms.contains(&name) {
            platforms.push(name);
        }
    }
    let digest = reported.or(asked).map(str::to_owned);
    Some(Manifest { digest, platforms })
}

/// A member of the first error in an answer; empty if there is none.
fn first_error(body: &[u8], member: &str) -> String {
    let body: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let text = body["errors"][0][member].as_str();
    escaped(text.unwrap_or_default())
}

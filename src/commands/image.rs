//! `image`: under which name an image is pulled through this registry.

use serde::Serialize;

use super::context::Context;
use crate::aws::Session;
use crate::cli::ImageArgs;
use crate::input::image::{read_images, waits_for_a_person, GivenImage};
use crate::model::count::count;
use crate::model::name::SecretName;
use crate::model::registries::{upstream_host, Registry};
use crate::model::rule::{free_prefix, Rule};
use crate::output::escaped;
use crate::output::failure::Failure;
use crate::output::pull::{is_registry_host, registry_host};
use crate::output::report::Document;
use crate::output::shell::quote;
use crate::output::status::Status;
use crate::output::Output;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Named<'a> {
    /// As it was given.
    image: &'a str,
    /// None where no rule is for it.
    ecr_image: Option<String>,
    /// The prefix of the rule; none where it is in this registry already.
    rule: Option<&'a str>,
}

/// Reads which images are meant, from the command line and standard input.
///
/// # Errors
/// Status 2.
pub fn read(args: &ImageArgs, output: &Output) -> Result<Vec<GivenImage>, Failure> {
    if waits_for_a_person(args) {
        output.note("Reading the names of images, one a line; Ctrl-D ends them");
    }
    let images = read_images(args)?;
    if images.is_empty() {
        output.note("There are no images on standard input");
    }
    Ok(images)
}

/// Looks at the rules and at the account, side by side, and prints a name for each image.
///
/// # Errors
/// Status 3 where an image has no rule: nothing is printed then, unless `keep_going`.
pub async fn run(
    images: &[GivenImage],
    keep_going: bool,
    context: &Context<'_>,
) -> Result<Status, Failure> {
    if images.is_empty() {
        return context.show(None, &[(); 0]);
    }
    let mut session = context.session().await?;
    let (ecr, place) = (session.ecr(), session.ecr_service());
    let (rules, identified) = tokio::join!(ecr.rules(), session.identify_caller());
    let rules = rules.map_err(|error| {
        let what = format!("could not look at the rules in {}", session.region());
        error.into_failure(&what, &place)
    })?;
    identified?;
    let account = account(&rules, &session)?;
    let host = registry_host(&account, session.region());
    let named: Vec<Named<'_>> = images
        .iter()
        .map(|image| {
            let domain = image.reference.domain();
            let is_here = is_registry_host(domain, &account, session.region());
            name(image, is_here, &rules, &host)
        })
        .collect();
    let without: Vec<&GivenImage> = images
        .iter()
        .zip(&named)
        .filter(|(_, named)| named.ecr_image.is_none())
        .map(|(image, _)| image)
        .collect();
    let missing = (!without.is_empty()).then(|| no_rule(&without, images.len(), &rules, &session));
    if keep_going || missing.is_none() {
        let lines = named.iter().filter_map(|named| named.ecr_image.as_deref());
        let lines: Vec<&str> = lines.collect();
        let text = (!lines.is_empty()).then(|| lines.join("\n"));
        let named: Vec<_> = named.into_iter().map(Document::new).collect();
        context.show(text.as_deref(), &named)?;
    }
    missing.map_or(Ok(Status::Done), Err)
}

/// The account, as STS says or else the rules.
fn account(rules: &[Rule], session: &Session) -> Result<String, Failure> {
    let caller = session.target().caller.as_ref();
    let of_rule = || rules.iter().find_map(|rule| rule.registry_id.clone());
    let account = caller.map(|caller| caller.account.to_string());
    account.or_else(of_rule).ok_or_else(|| {
        Failure::new(
            Status::Temporary,
            "account-not-known",
            "the account is not known, which is in the names of the images",
        )
        .why("AWS STS cannot be reached, and there is no rule that tells it")
        .fix("try again where STS can be reached")
    })
}

fn name<'a>(image: &'a GivenImage, is_here: bool, rules: &'a [Rule], host: &str) -> Named<'a> {
    let (ecr_image, rule) = match image.reference.cached(rules, host) {
        _ if is_here => (Some(image.reference.to_string()), None),
        Some((name, rule)) => (Some(name), Some(rule.ecr_repository_prefix.as_str())),
        None => (None, None),
    };
    Named {
        image: &image.text,
        ecr_image,
        rule,
    }
}

/// That no rule is for these images, with the rules to make beside those that are there.
fn no_rule(without: &[&GivenImage], of: usize, rules: &[Rule], session: &Session) -> Failure {
    let region = session.region();
    let message = match without {
        [only] => format!("there is no rule for {} in {region}", escaped(&only.text)),
        several => {
            let texts: Vec<String> = several.iter().map(|image| escaped(&image.text)).collect();
            format!(
                "there is no rule in {region} for {} of {}:\n{}",
                several.len(),
                count(of, "image"),
                texts.join("\n")
            )
        }
    };
    let mut fixes = Vec::new();
    for image in without {
        let domain = image.reference.domain();
        let fix = match (image.reference.upstream(), image.reference.mirrored()) {
            (Some(upstream), _) => rule_to_make(upstream, domain, rules, session),
            (None, Some(same)) => {
                let name = quote(&same.to_string());
                let image = session.hints().command(&format!("image {name}"));
                format!(
                    "ECR cannot pull from {domain}, but from {}: {image}",
                    same.domain()
                )
            }
            (None, None) => {
                format!("ECR has no pull through cache for {domain}: pull it from there")
            }
        };
        if !fixes.contains(&fix) {
            fixes.push(fix);
        }
    }
    let failure = Failure::new(Status::SecretState, "rule-not-found", message);
    failure.fix(fixes.join("\n"))
}

/// How to create a rule for a registry at this host: with its usual prefix, or one that is free.
fn rule_to_make(upstream: &Registry, host: &str, rules: &[Rule], session: &Session) -> String {
    let prefix = free_prefix(upstream, rules);
    let name = upstream.login.as_ref();
    let name = name.and_then(|_| SecretName::of_registry(upstream));
    let secret = name.as_ref().map(SecretName::as_str);
    let host = upstream_host(host);
    let command = session.hints().new_rule(&prefix, upstream, &host, secret);
    let stored = secret.map_or("", |_| ", once the credentials are stored");
    format!("make it{stored}: {command}")
}

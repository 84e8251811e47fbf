//! `image`: the name under which an image is pulled through this registry.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::context::Context;
use crate::aws::Session;
use crate::cli::ImageArgs;
use crate::input::image_list::{read_images, waits_for_a_person, GivenImage, GivenImages};
use crate::model::count::count;
use crate::model::image::RulesByHost;
use crate::model::name::SecretName;
use crate::model::registries::{upstream_host, Registry};
use crate::model::rule::{free_prefix, Rule, UpstreamUrl};
use crate::output::document::Document;
use crate::output::failure::Failure;
use crate::output::pull::{is_registry_host, registry_host};
use crate::output::rule_hint::role_for;
use crate::output::shell::quote;
use crate::output::status::Status;
use crate::output::{escaped, Output, Text};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Named<'a> {
    /// As given.
    image: &'a str,
    /// `None` if no rule matches it.
    ecr_image: Option<String>,
    /// The prefix of the rule; `None` if the image is already in this registry.
    rule: Option<&'a str>,
}

/// Reads the images from the command line and standard input.
pub fn read(args: &ImageArgs, output: &Output) -> Result<GivenImages, Failure> {
    if waits_for_a_person(args) {
        output.note("Enter image names, one a line; Ctrl-D to finish");
    }
    let given = read_images(args)?;
    if given.images.is_empty() {
        output.note("No images on standard input");
    }
    Ok(given)
}

/// Prints a name for each image. If an image has no rule, prints nothing unless `keep_going`.
pub async fn run(
    given: GivenImages,
    keep_going: bool,
    context: &Context<'_>,
) -> Result<Status, Failure> {
    let GivenImages { images, rejected } = given;
    if images.is_empty() {
        return context.show(None, &[(); 0]);
    }
    let mut session = context.session().await?;
    let (ecr, place) = (session.ecr(), session.ecr_service());
    let (rules, identified) = tokio::join!(ecr.rules(), session.identify_caller());
    let rules = rules.map_err(|error| {
        let what = format!("could not list the rules in {}", session.region());
        error.into_failure(&what, &place)
    })?;
    identified?;
    let account = account(&rules, &session)?;
    let host = registry_host(&account, session.region());
    let by_host = RulesByHost::new(&rules);
    let named: Vec<Named<'_>> = images
        .iter()
        .map(|image| {
            let domain = image.reference.domain();
            let is_here = is_registry_host(domain, &account, session.region());
            name(image, is_here, &by_host, &host)
        })
        .collect();
    let without: Vec<&GivenImage> = images
        .iter()
        .zip(&named)
        .filter(|(_, named)| named.ecr_image.is_none())
        .map(|(image, _)| image)
        .collect();
    let missing =
        (!without.is_empty()).then(|| no_rule(&without, images.len(), &rules, &account, &session));
    if keep_going || missing.is_none() {
        let lines = named.iter().filter_map(|named| named.ecr_image.as_deref());
        let lines: Vec<&str> = lines.collect();
        let text = (!lines.is_empty()).then(|| lines.join("\n"));
        let documents: Vec<_> = named.iter().map(Document::new).collect();
        context.show(text.as_deref().map(Text::Exact), &documents)?;
        let cached = images.iter().zip(&named);
        let by_digest = cached
            .filter(|(image, named)| image.reference.has_digest() && named.rule.is_some())
            .count();
        if by_digest > 0 {
            context.output.warn(&format!(
                "{} named by digest; ECR may not fetch a digest it has not cached, so pull the \
                 image by its tag first",
                match by_digest {
                    1 => "1 image is".to_owned(),
                    several => format!("{several} images are"),
                }
            ));
        }
    }
    match (rejected, missing) {
        (Some(rejected), Some(missing)) => Err(rejected.and(missing)),
        (rejected, missing) => rejected.or(missing).map_or(Ok(Status::Done), Err),
    }
}

/// The account, from STS or else from a rule.
pub(super) fn account(rules: &[Rule], session: &Session) -> Result<String, Failure> {
    let caller = session.target().caller.as_ref();
    let of_rule = || rules.iter().find_map(|rule| rule.registry_id.clone());
    let account = caller.map(|caller| caller.account.to_string());
    account.or_else(of_rule).ok_or_else(|| {
        Failure::new(
            Status::Temporary,
            "account-not-known",
            "the account is unknown, but it is part of the image names",
        )
        .why("AWS STS cannot be reached, and no rule reports it")
        .fix("try again when STS can be reached")
    })
}

fn name<'a>(
    image: &'a GivenImage,
    is_here: bool,
    rules: &RulesByHost<'a>,
    host: &str,
) -> Named<'a> {
    let (name, rule) = match image.reference.cached(rules, host) {
        _ if is_here => (Some(image.reference.to_string()), None),
        Some((name, rule)) => (Some(name), Some(rule.ecr_repository_prefix.as_str())),
        None => (None, None),
    };
    Named {
        image: &image.text,
        ecr_image: name.map(|name| format!("{}{name}", image.before)),
        rule,
    }
}

/// The images of one registry that have no rule.
struct Missing<'a> {
    /// The host in their names.
    domain: &'a str,
    /// The registry ECR pulls them from; `None` if ECR does not support it.
    upstream: Option<&'static Registry>,
    is_mirror: bool,
    count: usize,
    /// The first few, without duplicates.
    examples: Vec<&'a GivenImage>,
    has_more: bool,
}

/// The most registries an error names, and the most images of each.
const MOST_REGISTRIES: usize = 20;
const MOST_EXAMPLES: usize = 3;

/// The failure for images without a rule, with the rules to create.
pub(super) fn no_rule(
    without: &[&GivenImage],
    of: usize,
    rules: &[Rule],
    account: &str,
    session: &Session,
) -> Failure {
    let region = session.region();
    let missing = by_registry(without);
    let message = match without {
        [only] => format!("no rule for {} in {region}", escaped(&only.text)),
        several => {
            let (number, of) = (several.len(), count(of, "image"));
            let mut lines = format!("no rule in {region} for {number} of {of}:");
            let (shown, rest) = missing.split_at(missing.len().min(MOST_REGISTRIES));
            for Missing {
                domain,
                examples,
                has_more,
                count: number,
                ..
            } in shown
            {
                let _ = write!(lines, "\n{domain}: {}", count(number, "image"));
                for image in examples {
                    let _ = write!(lines, "\n  {}", escaped(&image.text));
                }
                lines.push_str(if *has_more { "\n  …" } else { "" });
            }
            if !rest.is_empty() {
                let images = rest.iter().map(|missing| missing.count).sum::<usize>();
                let images = count(images, "image");
                let _ = write!(lines, "\n{} other registries: {images}", rest.len());
            }
            lines
        }
    };
    let (mut fixes, mut rules) = (Vec::new(), rules.to_vec());
    let can_pull = |missing: &&Missing<'_>| missing.upstream.is_some() || missing.is_mirror;
    for missing in missing.iter().filter(can_pull).take(MOST_REGISTRIES) {
        match missing.upstream {
            Some(upstream) => {
                fixes.push(rule_to_make(
                    upstream,
                    missing.domain,
                    &mut rules,
                    account,
                    session,
                ));
            }
            None => fixes.extend(missing.examples.iter().filter_map(|image| {
                let same = image.reference.mirrored()?;
                let name = quote(&format!("{}{same}", image.before));
                let command = session.hints().command(&format!("image {name}"));
                let (mirror, domain) = (missing.domain, same.domain());
                Some(format!(
                    "ECR cannot pull from {mirror}; use {domain}: {command}"
                ))
            })),
        }
    }
    let others = missing.iter().filter(|missing| !can_pull(missing));
    let mut others = others.map(|missing| missing.domain);
    let named: Vec<&str> = others.by_ref().take(MOST_REGISTRIES).collect();
    match (named.as_slice(), others.count()) {
        ([], _) => {}
        ([only], 0) => fixes.push(format!(
            "ECR does not support {only}: pull directly from it"
        )),
        (several, more) => {
            let several = several.join(", ");
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            fixes.push(format!(
                "ECR does not support {several}{more}: pull directly from them"
            ));
        }
    }
    let failure = Failure::new(Status::SecretState, "rule-not-found", message);
    failure.fix(fixes.join("\n"))
}

/// The images without a rule by registry, supported registries first, then by number of images.
fn by_registry<'a>(without: &[&'a GivenImage]) -> Vec<Missing<'a>> {
    let mut missing: Vec<Missing<'_>> = Vec::new();
    let mut places = HashMap::new();
    for image in without {
        let domain = image.reference.domain();
        let is_mirror = image.reference.mirrored().is_some();
        let place = places
            .entry((upstream_host(domain), is_mirror))
            .or_insert(missing.len());
        if *place == missing.len() {
            missing.push(Missing {
                domain,
                upstream: image.reference.upstream(),
                is_mirror,
                count: 0,
                examples: Vec::new(),
                has_more: false,
            });
        }
        let group = &mut missing[*place];
        group.count += 1;
        if group
            .examples
            .iter()
            .all(|example| example.text != image.text)
        {
            if group.examples.len() < MOST_EXAMPLES {
                group.examples.push(image);
            } else {
                group.has_more = true;
            }
        }
    }
    missing.sort_by_key(|missing| {
        (
            missing.upstream.is_none(),
            !missing.is_mirror,
            Reverse(missing.count),
        )
    });
    missing
}

/// The command that creates a rule for a registry at this host, with a free prefix. The rule is
/// added to `rules`, so that the next one gets another prefix.
fn rule_to_make(
    upstream: &Registry,
    host: &str,
    rules: &mut Vec<Rule>,
    account: &str,
    session: &Session,
) -> String {
    let prefix = free_prefix(upstream, rules);
    let name = upstream.login.as_ref();
    let name = name.and_then(|_| SecretName::of_registry(upstream));
    let secret = name.as_ref().map(SecretName::as_str);
    let host = upstream_host(host);
    let command = session.hints().new_rule(&prefix, upstream, &host, secret);
    let role = role_for(&host, account).map(|role| format!(" {role}"));
    let role = role.unwrap_or_default();
    if let Ok(url) = UpstreamUrl::parse(&host) {
        rules.push(Rule::new(&prefix, upstream.kind, url));
    }
    let stored = secret.map_or("", |_| " after storing the credentials");
    format!("create the rule{stored}: {command}{role}")
}

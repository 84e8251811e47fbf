//! Reads the images for `image`.

use std::io::{self, IsTerminal as _};

use super::errors::InputErrors;
use crate::cli::ImageArgs;
use crate::env;
use crate::model::image::{ImageFault, ImageReference};
use crate::model::invalid::Invalid;
use crate::model::token_kind::TokenKind;
use crate::output::escaped_whole;
use crate::output::failure::Failure;

/// An image, and its original text.
#[derive(Debug)]
pub struct GivenImage {
    pub text: String,
    /// The text before the name, which is kept: a scheme, or an option of `docker pull`.
    pub before: String,
    pub reference: ImageReference,
}

/// All images from the command line and standard input.
#[derive(Debug)]
pub struct GivenImages {
    pub images: Vec<GivenImage>,
    /// The error for entries that are not images, if any.
    pub rejected: Option<Failure>,
}

/// The longest list to read from standard input, in bytes: about 200,000 images with digests.
const MAX_LIST: usize = 32 << 20;

/// The argument for standard input.
const STDIN: &str = "-";

const EXAMPLE: &str = "for example: ecr-ptc image nginx:1.27";

/// The schemes that Helm and Skopeo put before an image name.
const SCHEMES: [&str; 2] = ["oci://", "docker://"];

/// Whether the list is typed at a terminal.
pub fn waits_for_a_person(args: &ImageArgs) -> bool {
    args.references.iter().any(|text| text == STDIN) && io::stdin().is_terminal()
}

/// Reads the images from the command line, and from standard input for `-`, ignoring empty lines
/// and comments. Invalid entries are an error, unless `--keep-going` is given.
pub fn read_images(args: &ImageArgs) -> Result<GivenImages, Failure> {
    if args.references.is_empty() {
        return Err(Failure::usage("the image is missing").fix(EXAMPLE));
    }
    let mut images = Vec::new();
    let mut errors = InputErrors::default();
    let mut is_read = false;
    let mut add = |place: &str, text: &str| {
        images.extend(errors.keep(read_image(place, text), EXAMPLE));
    };
    for text in &args.references {
        if text != STDIN {
            add("REFERENCE", text);
        } else if !std::mem::replace(&mut is_read, true) {
            for (index, line) in read_list()?.split('\n').enumerate() {
                let line = without_comment(line);
                if !line.is_empty() {
                    add(&format!("line {}", index + 1), line);
                }
            }
        }
    }
    let rejected = (!errors.is_empty()).then(|| errors.into_failure());
    match rejected {
        Some(failure) if !args.keep_going || images.is_empty() => Err(failure),
        rejected => Ok(GivenImages { images, rejected }),
    }
}

/// Reads the images of `check --pull`.
pub fn read_pulls(texts: &[String]) -> Result<Vec<GivenImage>, Failure> {
    let mut errors = InputErrors::default();
    let images = texts.iter().filter_map(|text| {
        let image = read_image("--pull", text);
        errors.keep(image, "for example: ecr-ptc check --pull nginx:1.27")
    });
    let images = images.collect();
    if errors.is_empty() {
        Ok(images)
    } else {
        Err(errors.into_failure())
    }
}

/// Reads standard input. Invalid UTF-8 becomes U+FFFD, which no image contains.
fn read_list() -> Result<String, Failure> {
    let cannot = |why: &dyn std::fmt::Display| {
        Failure::usage(format!("could not read standard input: {why}"))
            .fix("write one image per line, in UTF-8: … | ecr-ptc image -")
    };
    let read = env::read_up_to(MAX_LIST, io::stdin().lock());
    let bytes = read.map_err(|error| cannot(&error))?;
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(cannot(&"it is UTF-16, which PowerShell writes by default"));
    }
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// A line without its comment and the white space around it.
fn without_comment(line: &str) -> &str {
    let mut comments = line.match_indices('#').map(|(at, _)| &line[..at]);
    let is_before = |text: &&str| text.is_empty() || text.ends_with(char::is_whitespace);
    comments.find(is_before).unwrap_or(line).trim()
}

fn read_image(place: &str, text: &str) -> Result<GivenImage, Invalid> {
    if TokenKind::places_in(text.as_bytes()).next().is_some() {
        let message = format!("{place} looks like an access token, so it is not shown");
        return Err(Invalid::new(message)
            .fix("use the name of an image; if it was a real token, revoke it at the registry"));
    }
    if text.contains(char::REPLACEMENT_CHARACTER) {
        let message = format!("could not read {place} of standard input: it is not UTF-8");
        return Err(Invalid::new(message));
    }
    let name = name_after_options(text);
    let before = &text[..text.len() - name.len()];
    let reference = ImageReference::parse(name).map_err(|fault| {
        let named = name_within(name);
        let why = match (fault, named) {
            (ImageFault::Control | ImageFault::Scheme, _) | (_, None) => fault.to_string(),
            (_, Some(_)) => "it contains more than an image name".to_owned(),
        };
        let message = format!(
            "{place} is not an image: \"{}\": {why}",
            escaped_whole(text)
        );
        let lower = (fault == ImageFault::UpperCase)
            .then(|| ImageReference::in_lower_case(name))
            .flatten();
        let fix = named
            .map(|named| format!("use only the name: {named}"))
            .or_else(|| Some(format!("use lowercase: {before}{}", lower?)));
        Invalid { message, fix }
    })?;
    Ok(GivenImage {
        before: before.to_owned(),
        text: text.to_owned(),
        reference,
    })
}

/// The name after `--platform` and a scheme.
fn name_after_options(text: &str) -> &str {
    let after_platform = || {
        let rest = text.strip_prefix("--platform")?;
        let value = rest.strip_prefix('=').unwrap_or(rest.trim_start());
        let (platform, rest) = value.split_once(char::is_whitespace)?;
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
        platform.chars().all(is_plain).then(|| rest.trim_start())
    };
    let name = after_platform().unwrap_or(text);
    let after_scheme = SCHEMES.iter().find_map(|scheme| name.strip_prefix(scheme));
    after_scheme.unwrap_or(name)
}

/// The image name in a line of YAML, JSON, a Dockerfile or a shell script.
fn name_within(line: &str) -> Option<&str> {
    let around = |c: char| c.is_whitespace() || c.is_control() || "\"'`,".contains(c);
    let mut rest = line;
    loop {
        let before = rest.len();
        rest = rest.trim_matches(around);
        for start in [
            "- ",
            "image:",
            "image\":",
            "FROM ",
            "docker pull ",
            "https://",
            "http://",
        ] {
            rest = rest.strip_prefix(start).unwrap_or(rest);
        }
        if rest.len() == before {
            break;
        }
    }
    (rest.len() < line.len() && ImageReference::parse(rest).is_ok()).then_some(rest)
}

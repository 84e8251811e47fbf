//! Which images `image` is asked about.

use std::io::{self, IsTerminal as _};

use super::errors::InputErrors;
use crate::cli::ImageArgs;
use crate::env;
use crate::model::image::{ImageFault, ImageReference};
use crate::model::invalid::Invalid;
use crate::model::token_kind::TokenKind;
use crate::output::escaped_whole;
use crate::output::failure::Failure;

/// An image, and how it was written.
#[derive(Debug)]
pub struct GivenImage {
    pub text: String,
    /// What comes before the name and is kept: a scheme, or the option of `docker pull`.
    pub before: String,
    pub reference: ImageReference,
}

/// What was given.
#[derive(Debug)]
pub struct GivenImages {
    pub images: Vec<GivenImage>,
    /// What is no image, if anything.
    pub rejected: Option<Failure>,
}

/// The longest list that is read from standard input, in bytes: some 200,000 images with digests.
const MAX_LIST: usize = 32 << 20;

/// What stands for standard input.
const STDIN: &str = "-";

const EXAMPLE: &str = "for example: ecr-ptc image nginx:1.27";

/// The schemes that Helm and Skopeo put before the name of an image.
const SCHEMES: [&str; 2] = ["oci://", "docker://"];

/// Whether the names are to be typed at a terminal.
pub fn waits_for_a_person(args: &ImageArgs) -> bool {
    args.references.iter().any(|text| text == STDIN) && io::stdin().is_terminal()
}

/// Reads the images from the command line, and from standard input where `-` stands there. Empty
/// lines and comments are left out.
///
/// # Errors
/// Status 2 if no image is named, or standard input cannot be read; also if anything is no image,
/// unless `--keep-going` is given.
pub fn read_images(args: &ImageArgs) -> Result<GivenImages, Failure> {
    if args.references.is_empty() {
        return Err(Failure::usage("which image is missing").fix(EXAMPLE));
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

/// The text of standard input. What is not UTF-8 is kept as U+FFFD, which no image has.
fn read_list() -> Result<String, Failure> {
    let cannot = |why: &dyn std::fmt::Display| {
        Failure::usage(format!("standard input cannot be read: {why}"))
            .fix("give one image a line, in UTF-8: … | ecr-ptc image -")
    };
    let read = env::read_up_to(MAX_LIST, io::stdin().lock());
    let bytes = read.map_err(|error| cannot(&error))?;
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(cannot(&"it is UTF-16, as PowerShell writes files"));
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
        let message = format!("{place} looks like an access token, so it is not repeated here");
        return Err(Invalid::new(message)
            .fix("give the name of an image; if it was a real token, revoke it at the registry"));
    }
    if text.contains(char::REPLACEMENT_CHARACTER) {
        let message = format!("{place} of standard input cannot be read: it is not UTF-8");
        return Err(Invalid::new(message));
    }
    let name = name_after_options(text);
    let before = &text[..text.len() - name.len()];
    let reference = ImageReference::parse(name).map_err(|fault| {
        let named = name_within(name);
        let why = match (fault, named) {
            (ImageFault::Control | ImageFault::Scheme, _) | (_, None) => fault.to_string(),
            (_, Some(_)) => "it is more than the name of an image".to_owned(),
        };
        let message = format!("{place} is no image: \"{}\": {why}", escaped_whole(text));
        let lower = (fault == ImageFault::UpperCase)
            .then(|| ImageReference::in_lower_case(name))
            .flatten();
        let fix = named
            .map(|named| format!("give only the name: {named}"))
            .or_else(|| Some(format!("write the name in lower case: {before}{}", lower?)));
        Invalid { message, fix }
    })?;
    Ok(GivenImage {
        before: before.to_owned(),
        text: text.to_owned(),
        reference,
    })
}

/// What follows the `--platform` of `docker pull` and a scheme.
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

/// The name of the image in a line of YAML, JSON, a Dockerfile or a shell.
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

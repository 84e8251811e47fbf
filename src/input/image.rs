//! Which images `image` is asked about.

use std::io::{self, IsTerminal as _};

use super::errors::InputErrors;
use crate::cli::ImageArgs;
use crate::env;
use crate::model::image::ImageReference;
use crate::model::token_kind::TokenKind;
use crate::output::escaped;
use crate::output::failure::Failure;

/// An image, and how it was written.
#[derive(Debug)]
pub struct GivenImage {
    pub text: String,
    pub reference: ImageReference,
}

/// The longest list that is read from standard input, in bytes: some 100,000 images.
const MAX_LIST: usize = 8 << 20;

/// What stands for standard input.
const STDIN: &str = "-";

const EXAMPLE: &str = "for example: ecr-ptc image nginx:1.27";

/// Whether the names are to be typed at a terminal.
pub fn waits_for_a_person(args: &ImageArgs) -> bool {
    args.references.iter().any(|text| text == STDIN) && io::stdin().is_terminal()
}

/// Reads the images from the command line, and from standard input where `-` stands there. Empty
/// lines, and lines that begin with #, are no images.
///
/// # Errors
/// Status 2, naming everything that is no image, or where standard input cannot be read.
pub fn read_images(args: &ImageArgs) -> Result<Vec<GivenImage>, Failure> {
    let mut texts = Vec::new();
    let mut is_read = false;
    for text in &args.references {
        if text == STDIN {
            if !std::mem::replace(&mut is_read, true) {
                texts.extend(read_list()?);
            }
        } else {
            texts.push(("REFERENCE".to_owned(), text.clone()));
        }
    }
    if args.references.is_empty() {
        return Err(Failure::usage("which image is missing").fix(EXAMPLE));
    }
    let mut errors = InputErrors::default();
    let images = texts.into_iter().filter_map(|(place, text)| {
        if TokenKind::places_in(text.as_bytes()).next().is_some() {
            errors.add(
                format!("{place} looks like an access token, so it is not repeated here"),
                "give the name of an image; if it was a real token, revoke it at the registry",
            );
            return None;
        }
        let reference = ImageReference::parse(&text)
            .map_err(|fault| format!("{place} is no image: \"{}\": {fault}", escaped(&text)));
        let reference = errors.keep(reference, EXAMPLE)?;
        Some(GivenImage { text, reference })
    });
    let images: Vec<GivenImage> = images.collect();
    if errors.is_empty() {
        Ok(images)
    } else {
        Err(errors.into_failure())
    }
}

/// The lines of standard input, and where each stands.
fn read_list() -> Result<Vec<(String, String)>, Failure> {
    let read = env::read_up_to(MAX_LIST, io::stdin().lock());
    let text = read.and_then(|bytes| String::from_utf8(bytes.to_vec()).map_err(io::Error::other));
    let text = text.map_err(|error| {
        Failure::usage(format!("standard input cannot be read: {error}"))
            .fix("give one image a line, in UTF-8: … | ecr-ptc image -")
    })?;
    let lines = text.trim_start_matches('\u{feff}').lines().enumerate();
    let lines = lines.map(|(index, line)| (index + 1, line.trim()));
    let images = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let images = images.map(|(number, line)| (format!("line {number}"), line.to_owned()));
    Ok(images.collect())
}

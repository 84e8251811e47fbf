//! The form of the files: sections with properties. It is the one of Python's `configparser`, as
//! the AWS CLI uses it, with comments behind values, as the SDKs have them.

use std::path::Path;

use super::Properties;
use crate::output::escaped;

/// A part of a file, from its head to the next.
#[derive(Debug)]
pub struct Section {
    /// What is in the brackets.
    pub head: String,
    /// The line of the head, from 1 on.
    pub line: usize,
    pub properties: Properties,
}

impl Section {
    /// What comes after this first word of the head.
    pub fn name_after(&self, word: &str) -> Option<&str> {
        let (first, name) = self.head.split_once(char::is_whitespace)?;
        (first == word).then(|| name.trim())
    }

    /// Where it begins, for people.
    pub fn place(&self, file: &Path) -> String {
        let file = escaped(&file.display().to_string());
        let head = escaped(&self.head);
        format!("[{head}] in line {} of {file}", self.line)
    }
}

/// What is wrong with a line. What is in the line may be secret, and is not told.
#[derive(Debug)]
pub struct Fault {
    pub line: usize,
    pub what: &'static str,
}

/// The value that lines with more indentation go on.
struct Open {
    key: String,
    indentation: usize,
}

/// # Errors
/// The first line that is neither a head, nor a property in a section, nor goes on with one.
pub fn sections(text: &str) -> Result<Vec<Section>, Fault> {
    let mut sections: Vec<Section> = Vec::new();
    let mut open: Option<Open> = None;
    for (number, line) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
        let fault = |what| Fault { line: number, what };
        let words = line.trim();
        if words.is_empty() || words.starts_with(['#', ';']) {
            continue;
        }
        let indentation = line.len() - line.trim_start().len();
        if let (Some(open), Some(section)) = (&open, sections.last_mut()) {
            if indentation > open.indentation {
                let value = section.properties.entry(open.key.clone()).or_default();
                let is_list = value.is_empty() || value.starts_with('\n');
                if is_list && key_and_value(words).is_none_or(|(key, _)| key.is_empty()) {
                    return Err(fault("a setting below another looks like key = value"));
                }
                value.push('\n');
                value.push_str(words);
                continue;
            }
        }
        if let Some(head) = words.strip_prefix('[') {
            let Some((head, _)) = head.split_once(']') else {
                return Err(fault("the head of a section ends with ]"));
            };
            sections.push(Section {
                head: head.trim().to_owned(),
                line: number,
                properties: Properties::new(),
            });
            open = None;
            continue;
        }
        let Some(section) = sections.last_mut() else {
            return Err(fault("it is before the head of the first section"));
        };
        let (key, value) = key_and_value(without_comment(words))
            .filter(|(key, _)| !key.is_empty())
            .ok_or_else(|| fault("a setting looks like key = value"))?;
        let key = key.to_ascii_lowercase();
        section.properties.insert(key.clone(), value.to_owned());
        open = Some(Open { key, indentation });
    }
    Ok(sections)
}

/// The two sides of the first `=` or `:`.
pub fn key_and_value(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(['=', ':'])?;
    Some((key.trim(), value.trim()))
}

/// A line up to a `#` or `;` that comes after a space.
fn without_comment(line: &str) -> &str {
    let after_space = |mark: char| {
        let mut at = line.match_indices(mark).map(|(at, _)| at);
        at.find(|at| line[..*at].ends_with(char::is_whitespace))
    };
    let end = ['#', ';'].into_iter().filter_map(after_space).min();
    end.map_or(line, |end| &line[..end])
}

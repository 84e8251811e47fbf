//! [`Facts`]: the properties of one thing, for scripts and for people.

use std::fmt::Write as _;

use serde::{Serialize, Serializer};
use serde_json::value::{to_raw_value, RawValue};

use super::{escaped, paint, Color};

/// The members of a JSON object for scripts, and rows of a label and a text for people.
#[derive(Debug, Default)]
pub struct Facts {
    members: Vec<(&'static str, Box<RawValue>)>,
    rows: String,
}

impl Facts {
    /// Adds a member for scripts.
    pub fn member(&mut self, name: &'static str, value: impl Serialize) {
        let value = to_raw_value(&value).unwrap_or_else(|_| RawValue::NULL.to_owned());
        self.members.push((name, value));
    }

    /// Adds a row for people. The text need not be trusted.
    pub fn row(&mut self, label: &str, text: &str) {
        let indent = &text[..text.len() - text.trim_start_matches(' ').len()];
        let label = paint(Color::Dim, &format!("{label:<12}"));
        let _ = writeln!(self.rows, "{label} {indent}{}", escaped(text));
    }

    /// Adds a member, and a row if there is a text.
    pub fn add(
        &mut self,
        name: &'static str,
        label: &str,
        value: impl Serialize,
        text: Option<String>,
    ) {
        self.member(name, value);
        if let Some(text) = text {
            self.row(label, &text);
        }
    }

    /// Adds a member and a row with the same text.
    pub fn text(&mut self, name: &'static str, label: &str, text: Option<&str>) {
        self.add(name, label, text, text.map(str::to_owned));
    }

    /// Adds a member with several values, and a row for each.
    pub fn each<T: Serialize>(
        &mut self,
        name: &'static str,
        label: &str,
        values: Option<&[T]>,
        text: impl Fn(&T) -> String,
    ) {
        self.member(name, values);
        for value in values.unwrap_or_default() {
            self.row(label, &text(value));
        }
    }

    /// The rows for people.
    pub fn to_text(&self) -> &str {
        self.rows.trim_end()
    }
}

impl Serialize for Facts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.members.iter().map(|(name, value)| (name, value)))
    }
}

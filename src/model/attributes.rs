//! The attributes of a secret besides its value: [`Description`], [`Tag`], [`ResourcePolicy`] and
//! [`Rotation`]. The limits are from the Secrets Manager API reference.

use std::fmt;

use crate::model::arn::LambdaArn;
use crate::model::count::count;
use crate::model::invalid::Invalid;

/// A description of up to 2,048 Unicode characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description(String);

/// The longest description, in Unicode characters.
const MAX_DESCRIPTION: usize = 2_048;

impl Description {
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        match text.chars().count() {
            0..=MAX_DESCRIPTION => Ok(Self(text.to_owned())),
            more => Err(Invalid::new(format!(
                "the description has {more} characters; the limit is {MAX_DESCRIPTION}"
            ))),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The most tags a secret can have.
pub const MAX_TAGS: usize = 50;

/// A tag: a key of 1 to 128 and a value of up to 256 Unicode characters. Tags are not encrypted.
///
/// Source: <https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    key: String,
    value: String,
}

impl Tag {
    /// Parses `KEY=VALUE`, split at the first `=`. The value may be empty.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let Some((key, value)) = text.split_once('=') else {
            return Err(Invalid::new("a tag has no '='; write it as KEY=VALUE"));
        };
        let (key_length, value_length) = (key.chars().count(), value.chars().count());
        if key_length == 0 {
            return Err(Invalid::new(
                "a tag has an empty key; write it as KEY=VALUE",
            ));
        }
        if key_length > 128 {
            return Err(Invalid::new(format!(
                "a tag key has {key_length} characters; the limit is 128"
            )));
        }
        if value_length > 256 {
            return Err(Invalid::new(format!(
                "a tag value has {value_length} characters; the limit is 256"
            )));
        }
        let is_in_keys = |c: char| {
            let is_space = c.is_whitespace() && !c.is_control();
            c.is_alphanumeric() || is_space || "+-=._:/@".contains(c)
        };
        if let Some(other) = key.chars().find(|c| !is_in_keys(*c)) {
            return Err(Invalid::new(format!(
                "a tag key contains {other:?}; AWS allows letters, numbers, spaces and + - = . _ \
                 : / @"
            )));
        }
        let is_reserved = |text: &str| {
            let start = text.get(..4);
            start.is_some_and(|start| start.eq_ignore_ascii_case("aws:"))
        };
        if is_reserved(key) || is_reserved(value) {
            let what = if is_reserved(key) {
                "tag key"
            } else {
                "tag value"
            };
            return Err(Invalid::new(format!(
                "a {what} starts with aws:, which is reserved for AWS"
            )));
        }
        Ok(Self {
            key: key.to_owned(),
            value: value.to_owned(),
        })
    }

    pub fn key(&self) -> &str {
        &self.key
    }

    pub fn value(&self) -> &str {
        &self.value
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.key, self.value)
    }
}

/// The longest resource policy, in Unicode characters.
pub const MAX_POLICY: usize = 20_480;

/// A resource policy: a JSON object of up to [`MAX_POLICY`] characters, with the path of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourcePolicy {
    pub path: String,
    text: String,
}

impl ResourcePolicy {
    pub fn parse(path: &str, text: &str) -> Result<Self, Invalid> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let characters = text.chars().count();
        if characters > MAX_POLICY {
            return Err(Invalid::new(format!(
                "the resource policy {path} has {characters} characters; the limit is {MAX_POLICY}"
            )));
        }
        match serde_json::from_str::<serde_json::Value>(text) {
            Ok(policy) if policy["Statement"].is_array() || policy["Statement"].is_object() => {
                Ok(Self {
                    path: path.to_owned(),
                    text: text.to_owned(),
                })
            }
            Ok(_) => Err(Invalid::new(format!(
                "the resource policy {path} is not a JSON object with a Statement"
            ))),
            Err(error) => Err(Invalid::new(format!(
                "the resource policy {path} is not JSON: {error}"
            ))),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether another policy has the same content, ignoring white space and the order of keys.
    pub fn is_same_as(&self, other: &str) -> bool {
        let parse = |text| serde_json::from_str::<serde_json::Value>(text).ok();
        parse(&self.text) == parse(other)
    }
}

/// Automatic rotation by a Lambda function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    pub lambda_arn: LambdaArn,
    pub schedule: Schedule,
    /// The rotation window, such as `3h`.
    pub duration: Option<String>,
    /// Whether the first rotation happens immediately, the service's default.
    pub immediately: bool,
}

/// When a secret is rotated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// Every 1 to 1,000 days.
    Days(u16),
    /// A `rate(…)` or `cron(…)` expression of up to 256 characters.
    Expression(String),
}

impl Schedule {
    /// Parses a `rate(…)` or `cron(…)` expression.
    pub fn expression(text: &str) -> Result<Self, Invalid> {
        let inside = ["rate(", "cron("]
            .iter()
            .find_map(|start| text.strip_prefix(start)?.strip_suffix(')'));
        let allowed = |c: char| c.is_ascii_alphanumeric() || "()#?*-/, ".contains(c);
        if inside.is_some_and(|inside| !inside.trim().is_empty())
            && text.len() <= 256
            && text.chars().all(allowed)
        {
            Ok(Self::Expression(text.to_owned()))
        } else {
            Err(Invalid::new(
                "a schedule is an expression such as 'rate(10 days)' or 'cron(0 8 1 * ? *)', up \
                 to 256 characters",
            ))
        }
    }
}

impl Rotation {
    /// Parses a rotation window: `1h` to `24h`.
    pub fn duration(text: &str) -> Result<String, Invalid> {
        match text
            .strip_suffix('h')
            .and_then(|hours| hours.parse::<u8>().ok())
        {
            Some(1..=24) if text.len() <= 3 && !text.starts_with('+') => Ok(text.to_owned()),
            _ => Err(Invalid::new("a rotation window is 1h to 24h")),
        }
    }
}

impl fmt::Display for Rotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schedule {
            Schedule::Days(days) => write!(f, "every {}", count(days, "day"))?,
            Schedule::Expression(expression) => f.write_str(expression)?,
        }
        if let Some(duration) = &self.duration {
            write!(f, " for {duration}")?;
        }
        write!(f, " by {}", self.lambda_arn)?;
        f.write_str(if self.immediately {
            ", first rotation immediately"
        } else {
            ", first rotation in the next window"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn descriptions_count_characters() {
        assert!(Description::parse(&"é".repeat(MAX_DESCRIPTION)).is_ok());
        assert!(Description::parse(&"x".repeat(MAX_DESCRIPTION + 1))
            .unwrap_err()
            .to_string()
            .contains("2049"));
    }

    #[test]
    fn tags_at_their_bounds() {
        let good = [
            format!("{}={}", "k".repeat(128), "é".repeat(256)),
            "k=".into(),
            "k=a=b".into(),
            "AW:S=1".into(),
            "größe +-._:/@ 1=v".into(),
            "k=#".into(),
        ];
        for tag in &good {
            assert_eq!(Tag::parse(tag).unwrap().to_string(), *tag);
        }
        let bad = [
            format!("{}=v", "k".repeat(129)),
            format!("k={}", "v".repeat(257)),
            "k".into(),
            "=v".into(),
            "Aws:x=1".into(),
            "x=AWS:y".into(),
            "a#b=1".into(),
            "a\tb=1".into(),
            "a\"b=1".into(),
        ];
        for tag in &bad {
            assert!(Tag::parse(tag).is_err(), "{tag}");
        }
    }

    #[test]
    fn policies_are_json_objects_within_the_bound() {
        let whole = r#"{"Statement":[]}"#;
        let padded = |length: usize| format!("{whole}{}", " ".repeat(length - whole.len()));
        assert!(ResourcePolicy::parse("p", &padded(MAX_POLICY)).is_ok());
        assert!(ResourcePolicy::parse("p", &padded(MAX_POLICY + 1)).is_err());
        for none in ["[]", "{}", r#"{"Statement":"x"}"#, r#"{"statement":[]}"#] {
            let fault = ResourcePolicy::parse("p", none).unwrap_err().to_string();
            assert!(fault.contains("JSON object with a Statement"), "{fault}");
        }
        assert!(ResourcePolicy::parse("p", "{,}")
            .unwrap_err()
            .to_string()
            .contains("line 1"));
        let policy = ResourcePolicy::parse("p", r#"{"a": 1, "Statement": {}}"#).unwrap();
        assert!(policy.is_same_as(r#"{"Statement":{},"a":1}"#) && !policy.is_same_as("{}"));
    }

    #[test]
    fn rotation_at_its_bounds() {
        for schedule in ["rate(10 days)", "cron(0 8 1 * ? *)"] {
            assert!(Schedule::expression(schedule).is_ok(), "{schedule}");
        }
        for schedule in [
            "rate()",
            "10 days",
            "cron(0 8;)",
            &format!("rate({})", "1".repeat(251)),
        ] {
            assert!(Schedule::expression(schedule).is_err(), "{schedule}");
        }
        assert!(Rotation::duration("1h").is_ok() && Rotation::duration("24h").is_ok());
        for duration in ["0h", "25h", "3", "h", "3m", "+3h"] {
            assert!(Rotation::duration(duration).is_err(), "{duration}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_a_parser_panic(text in "\\PC{0,300}") {
            let _ = (Description::parse(&text), Tag::parse(&text), ResourcePolicy::parse("p", &text));
            let _ = (Schedule::expression(&text), Rotation::duration(&text));
        }
    }
}

//! [`GivenWords`]: the command line as it was given, to be printed once more with what it takes to
//! go on.

use std::fmt;

use super::token::{showable, showable_name};
use crate::output::shell::{option, quote};

/// The words after the program's name, the subcommand first.
#[derive(Clone, Debug, Default)]
pub struct GivenWords {
    words: Vec<String>,
    /// Whether the token was read, so that what was named is no token itself.
    is_token_read: bool,
}

/// Options whose value may be a token in the wrong place.
const PATHS: [&str; 2] = ["--access-token-file", "--from-docker-config"];
const VARIABLE: &str = "--access-token-env";

impl GivenWords {
    pub fn new(words: &[String]) -> Self {
        Self {
            words: words.to_vec(),
            is_token_read: false,
        }
    }

    /// The token came from where the words say.
    #[must_use]
    pub fn with_token_read(self) -> Self {
        Self {
            is_token_read: true,
            ..self
        }
    }

    /// Whether one of these options is given, with its value in the same word or the next.
    pub fn has(&self, options: &[&str]) -> bool {
        self.words
            .iter()
            .any(|word| options.iter().any(|option| is_option(word, option)))
    }

    /// Leaves out an option with its value.
    #[must_use]
    pub fn without(self, option: &str) -> Self {
        let mut words = Vec::new();
        let mut rest = self.words.clone().into_iter();
        while let Some(word) = rest.next() {
            if word == option {
                rest.next();
            } else if !is_option(&word, option) {
                words.push(word);
            }
        }
        Self { words, ..self }
    }

    /// Adds an option, unless it is given.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        if !self.has(&[name]) {
            self.words.push(format!("{name}={value}"));
        }
        self
    }

    /// Has an option say this, whatever is given; without values, it says nothing.
    #[must_use]
    pub fn saying(self, names: &[&str], values: &[String]) -> Self {
        let is_said = |value: &String| {
            let together = names.iter().any(|name| {
                let whole = format!("{name}={value}");
                self.words.contains(&whole)
            });
            let apart = self
                .words
                .windows(2)
                .any(|pair| names.contains(&pair[0].as_str()) && pair[1] == *value);
            together || apart
        };
        if !values.is_empty() && values.iter().all(is_said) {
            return self;
        }
        let mut given = names.iter().fold(self, |given, name| given.without(name));
        if let Some(name) = names.first() {
            let said = values.iter().map(|value| format!("{name}={value}"));
            given.words.extend(said);
        }
        given
    }

    /// Adds a word that is no option.
    pub fn push(&mut self, word: &str) {
        self.words.push(word.to_owned());
    }

    /// Adds a flag, unless it is given.
    #[must_use]
    pub fn with_flag(mut self, name: &str) -> Self {
        if !self.has(&[name]) {
            self.words.push(name.to_owned());
        }
        self
    }
}

fn is_option(word: &str, option: &str) -> bool {
    match word.strip_prefix(option) {
        // The value of a short option may follow at once.
        Some(rest) => rest.is_empty() || rest.starts_with('=') || !option.starts_with("--"),
        None => false,
    }
}

/// For a shell. A value that may be a token in the wrong place is a placeholder.
impl fmt::Display for GivenWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ecr-ptc")?;
        let mut before = "";
        for word in &self.words {
            let (name, value) = match word.split_once('=') {
                Some((name, value)) if name.starts_with("--") => (name, Some(value)),
                _ => (before, None),
            };
            let shown = |value: &str| {
                if PATHS.contains(&name) {
                    showable(value.as_ref(), "PATH")
                } else if name == VARIABLE && !self.is_token_read {
                    showable_name(value, "VAR").to_owned()
                } else {
                    value.to_owned()
                }
            };
            match value {
                Some(value) if name == "--from-docker-config" => {
                    write!(f, " {name}={}", quote(&shown(value)))?;
                }
                Some(value) => write!(f, " {}", option(name, &shown(value)))?,
                None => write!(f, " {}", quote(&shown(word)))?,
            }
            before = word;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(words: &[&str]) -> GivenWords {
        GivenWords::new(&words.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn an_option_is_found_and_left_out_in_each_of_its_forms() {
        for words in [
            &["create", "--if-exists", "skip", "-y"][..],
            &["create", "--if-exists=skip", "-y"],
            &["create", "-y"],
        ] {
            let words = given(words)
                .without("--if-exists")
                .with("--if-exists", "update");
            assert_eq!(words.to_string(), "ecr-ptc create -y --if-exists update");
        }
        assert!(given(&["create", "-ume"]).has(&["--username", "-u"]));
        assert!(!given(&["create", "--user", "x"]).has(&["--username"]));
    }

    #[test]
    fn a_value_that_may_be_a_token_is_a_placeholder() {
        let token = "x".repeat(40);
        for (words, shown) in [
            (
                vec!["create", "--access-token-file", &token],
                "--access-token-file PATH",
            ),
            (
                vec!["create", "--access-token-env", &token],
                "--access-token-env VAR",
            ),
        ] {
            assert_eq!(given(&words).to_string(), format!("ecr-ptc create {shown}"));
            let joined = format!("{}={}", words[1], words[2]);
            let words = given(&["create", &joined]);
            assert_eq!(words.to_string(), format!("ecr-ptc create {shown}"));
        }
    }

    #[test]
    fn words_are_quoted_and_a_value_stays_one() {
        let words = given(&["create", "--name", "a b", "--description=-x y"]);
        let expected = "ecr-ptc create --name 'a b' --description='-x y'";
        assert_eq!(words.to_string(), expected);
    }
}

//! [`Change`]: the rows of the review that can be changed, and their prompts.

use super::Prompter;
use crate::input::create_input::CreateInput;
use crate::input::errors::InputErrors;
use crate::input::options::{check_tags, last_day};
use crate::model::attributes::{Description, Tag};
use crate::model::date::Date;
use crate::model::invalid::Invalid;
use crate::model::name::{RepositoryPrefix, SecretName, PREFIX};
use crate::model::secret::{default_description, Secret, EXPIRY_TAG};
use crate::output::failure::Failure;
use crate::output::{escaped, Output};

/// A row of the review that can be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The host, for a registry that is each customer's own.
    Host,
    Username,
    Token,
    Name,
    Description,
    ExpiresOn,
    Tags,
    Rule,
}

/// The answer that clears a value.
const NONE: &str = "-";

impl Prompter {
    /// Asks which row to change; `None` goes back to the review. `stored` is the existing secret.
    pub async fn ask_what_to_change(
        &self,
        input: &CreateInput,
        stored: Option<&Secret>,
    ) -> Result<Option<Change>, Failure> {
        let known = |text: Option<String>, none: &str| text.unwrap_or_else(|| none.to_owned());
        let username = input.username.as_ref().map(ToString::to_string);
        let name = input.name_or_default().map(|name| name.to_string());
        let expiry = input.expiry().map(|date| date.to_string());
        let rule = input.rule.as_ref().map(ToString::to_string);
        let host = customer_host(input);
        let host = host.map(|host| (Change::Host, format!("Azure registry: {host}")));
        let rows = [
            (
                Change::Username,
                format!("Username: {}", known(username, "")),
            ),
            (Change::Token, "Access token".to_owned()),
            (Change::Name, format!("Secret name: {}", known(name, ""))),
            (
                Change::Description,
                format!("Description: {}", self.description(input, stored)),
            ),
            (
                Change::ExpiresOn,
                format!("Expiry date: {}", known(expiry, "unknown")),
            ),
            (
                Change::Tags,
                format!("Tags: {}", known(self.tags(input, stored), "none")),
            ),
            (
                Change::Rule,
                format!("Rule prefix: {}", known(rule, "none")),
            ),
        ];
        let (changes, mut choices): (Vec<Change>, Vec<String>) =
            host.into_iter().chain(rows).unzip();
        choices.push("Back".to_owned());
        let chosen = self
            .choose("What do you want to change?", choices, 0)
            .await?;
        Ok(changes.get(chosen).copied())
    }

    /// Asks for one row; Enter alone keeps it. A change that would expose the token is undone.
    pub async fn change(
        &self,
        what: Change,
        input: &mut CreateInput,
        stored: Option<&Secret>,
        output: &Output,
    ) -> Result<(), Failure> {
        let before = input.clone();
        match what {
            Change::Host => input.address = Some(self.ask_azure(customer_host(input)).await?),
            Change::Username => self.correct_username(input).await?,
            Change::Token => input.forget_token(),
            Change::Name => input.name = Some(self.ask_name(input.name_or_default()).await?),
            Change::Description => {
                let present = self.description(input, stored);
                let shown = Some(present.clone());
                let text = self.text("Description", shown, "", Description::parse);
                let text = text.await?;
                if text.as_str() != present {
                    input.description = Some(text);
                }
            }
            Change::ExpiresOn => {
                input.expires_on = self.ask_expiry(input.expiry()).await?;
                input.tags.retain(|tag| tag.key() != EXPIRY_TAG);
                if let Some(warning) = input.end_warning() {
                    output.say(&format!("{warning}."));
                }
            }
            Change::Tags => {
                let mut tags = self.ask_tags(self.tags(input, stored), stored).await?;
                tags.retain(|tag| !stored.is_some_and(|secret| secret.has_tag(tag)));
                input.tags = tags;
            }
            Change::Rule => input.rule = self.ask_rule(input).await?,
        }
        if let Some(Err(fault)) = input.token.as_ref().map(|token| input.check_with(token)) {
            output.say(&format!("Not changed: {fault}."));
            *input = before;
        }
        Ok(())
    }

    /// Asks for a name that a rule can use, and offers to add the required prefix.
    pub async fn ask_name(&self, present: Option<SecretName>) -> Result<SecretName, Failure> {
        let present = present.map(|name| name.to_string());
        let parse = |text: &str| {
            let (name, is_whole) =
                SecretName::parse(text)
                    .map(|name| (name, true))
                    .or_else(|fault| {
                        let whole = SecretName::parse(&format!("{PREFIX}{text}"));
                        whole.map(|name| (name, false)).map_err(|_| fault)
                    })?;
            name.for_rule()?;
            Ok::<_, Invalid>((name, is_whole))
        };
        loop {
            let label = "Secret name";
            let (name, is_whole) = self.text(label, present.clone(), "", parse).await?;
            let offer = format!("The name must start with {PREFIX}. Use {name}?");
            if is_whole || self.confirm(offer, true).await? {
                return Ok(name);
            }
        }
    }

    /// Asks for the token's expiry date unless it is known; Enter alone skips it. Credentials that
    /// a command just issued don't wait for an answer.
    pub async fn ask_expiry_if_unknown(&self, input: &mut CreateInput) -> Result<(), Failure> {
        if input.expiry().is_none() && !input.yes && !input.is_issued() {
            input.expires_on = self.ask_expiry(None).await?;
        }
        Ok(())
    }

    /// Asks for the token's expiry date; `None` if it is unknown.
    async fn ask_expiry(&self, present: Option<Date>) -> Result<Option<Date>, Failure> {
        let label = match present {
            None => "Expiry date of the token".to_owned(),
            Some(_) => format!("Expiry date of the token ({NONE} if unknown)"),
        };
        let help = "such as 2027-01-31; Enter if unknown";
        let present = present.map(|date| date.to_string());
        let date = |text: &str| match text.trim() {
            "" | NONE => Ok(None),
            text => last_day(text).map(Some),
        };
        self.text(label, present, help, date).await
    }

    async fn ask_tags(
        &self,
        present: Option<String>,
        stored: Option<&Secret>,
    ) -> Result<Vec<Tag>, Failure> {
        let what = match stored {
            Some(_) => "stored ones are kept",
            None => "- for none",
        };
        let label = format!("Tags, such as team=platform, stage=test ({what})");
        self.text(label, present, "", parse_tags).await
    }

    /// Asks for the prefix of a rule; Enter alone takes the usual one.
    pub async fn ask_prefix(&self, usual: &str) -> Result<RepositoryPrefix, Failure> {
        let label = "Repository prefix of the rule";
        self.text(label, Some(usual.to_owned()), "", RepositoryPrefix::parse)
            .await
    }

    /// The given description, or else that of the existing secret, or else the default.
    fn description(&self, input: &CreateInput, stored: Option<&Secret>) -> String {
        match (&input.description, stored) {
            (Some(given), _) => given.as_str().to_owned(),
            (None, Some(secret)) => {
                let text = secret.description.clone();
                text.filter(|text| self.is_safe(text)).unwrap_or_default()
            }
            (None, None) => default_description(input.upstream).as_str().to_owned(),
        }
    }

    /// The tags on one line, with those of the existing secret that can be edited there; `None` if
    /// there are none.
    fn tags(&self, input: &CreateInput, stored: Option<&Secret>) -> Option<String> {
        let given = input.tags.iter().map(ToString::to_string);
        let is_kept = |key: &str| {
            let is_given = input.tags.iter().any(|tag| tag.key() == key);
            !is_given && key != EXPIRY_TAG && !key.starts_with("aws:")
        };
        // A value may look like several tags.
        let is_one = |text: &String| parse_tags(text).is_ok_and(|tags| tags.len() == 1);
        let stored = stored.iter().flat_map(|secret| &secret.tags);
        let stored = stored.filter(|(key, _)| is_kept(key));
        let stored = stored.map(|(key, value)| format!("{key}={value}"));
        let stored = stored.filter(|text| self.is_safe(text) && is_one(text));
        let tags: Vec<String> = given.chain(stored).collect();
        (!tags.is_empty()).then(|| tags.join(", "))
    }

    /// Whether a stored text may be shown at a prompt: it has no token and no control character.
    fn is_safe(&self, text: &str) -> bool {
        escaped(text) == text && self.prompts.redactor.redact(text) == text
    }

    async fn ask_rule(&self, input: &CreateInput) -> Result<Option<RepositoryPrefix>, Failure> {
        let label = format!("Repository prefix of the rule ({NONE} for none)");
        let present = input.rule.as_ref().map(ToString::to_string);
        let usual = input
            .upstream
            .map(|upstream| upstream.rule_prefix.to_owned());
        let prefix = |text: &str| match text.trim() {
            NONE => Ok(None),
            text => RepositoryPrefix::parse(text).map(Some),
        };
        self.text(label, present.or(usual), "", prefix).await
    }
}

/// The registry's host, if each customer has their own.
fn customer_host(input: &CreateInput) -> Option<String> {
    input
        .upstream
        .filter(|upstream| upstream.fixed_host().is_none())?;
    input.address.as_ref().map(ToString::to_string)
}

/// Parses tags separated by commas. A part without `=` belongs to the value before it.
fn parse_tags(text: &str) -> Result<Vec<Tag>, Invalid> {
    let mut texts: Vec<String> = Vec::new();
    for part in text
        .split(',')
        .filter(|_| !["", NONE].contains(&text.trim()))
    {
        match texts.last_mut() {
            Some(last) if !part.contains('=') => {
                last.push(',');
                last.push_str(part.trim_end());
            }
            _ => texts.push(part.trim().to_owned()),
        }
    }
    let tags: Result<Vec<Tag>, Invalid> = texts.iter().map(|text| Tag::parse(text)).collect();
    let (tags, mut errors) = (tags?, InputErrors::default());
    check_tags(&tags, None, &mut errors);
    errors.first().map(|()| tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_as_they_are_shown() {
        for (text, read) in [
            ("team=platform", "team=platform"),
            (" team=platform ,stage=a b", "team=platform, stage=a b"),
            ("who=a,b, c,stage=test", "who=a,b, c, stage=test"),
            ("-", ""),
            ("", ""),
        ] {
            let tags = parse_tags(text).unwrap();
            let tags: Vec<String> = tags.iter().map(ToString::to_string).collect();
            assert_eq!(tags.join(", "), read, "{text}");
        }
        assert!(parse_tags("a=1, a=2").is_err());
        assert!(parse_tags("a").is_err());
    }
}

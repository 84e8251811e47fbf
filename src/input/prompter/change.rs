//! What a review shows and can be changed there: [`Change`], and how each is asked for.

use super::Prompter;
use crate::input::create_input::CreateInput;
use crate::input::errors::InputErrors;
use crate::input::options::{check_tags, last_day};
use crate::input::request::default_description;
use crate::model::attributes::{Description, Tag};
use crate::model::date::Date;
use crate::model::invalid::Invalid;
use crate::model::name::{RepositoryPrefix, SecretName, PREFIX};
use crate::model::secret::EXPIRY_TAG;
use crate::output::failure::Failure;
use crate::output::Output;

/// A row of the review that can be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Username,
    Token,
    Name,
    Description,
    ExpiresOn,
    Tags,
    Rule,
}

/// What is typed for none of something.
const NONE: &str = "-";

impl Prompter {
    /// Which row is to be changed; `None` goes back to the review.
    pub async fn ask_what_to_change(&self, input: &CreateInput) -> Result<Option<Change>, Failure> {
        let known = |text: Option<String>, none: &str| text.unwrap_or_else(|| none.to_owned());
        let username = input.username.as_ref().map(ToString::to_string);
        let name = input.name_or_default().map(|name| name.to_string());
        let expiry = input.expiry().map(|date| date.to_string());
        let rule = input.rule.as_ref().map(ToString::to_string);
        let rows = [
            (
                Change::Username,
                format!("Username: {}", known(username, "")),
            ),
            (Change::Token, "Access token".to_owned()),
            (
                Change::Name,
                format!("Name of the secret: {}", known(name, "")),
            ),
            (
                Change::Description,
                format!("Description: {}", description(input)),
            ),
            (
                Change::ExpiresOn,
                format!("Expires on: {}", known(expiry, "not known")),
            ),
            (
                Change::Tags,
                format!("Tags: {}", known(tags(input), "none")),
            ),
            (
                Change::Rule,
                format!("Prefix of the rule: {}", known(rule, "none")),
            ),
        ];
        let (changes, mut choices): (Vec<Change>, Vec<String>) = rows.into_iter().unzip();
        choices.push("Nothing: back to the review".to_owned());
        let chosen = self.choose("What to change", choices, 0).await?;
        Ok(changes.get(chosen).copied())
    }

    /// Asks for one row again; Enter alone keeps it. What cannot stand beside the token is not
    /// taken.
    pub async fn change(
        &self,
        what: Change,
        input: &mut CreateInput,
        output: &Output,
    ) -> Result<(), Failure> {
        let before = input.clone();
        match what {
            Change::Username => self.correct_username(input).await?,
            Change::Token => input.forget_token(),
            Change::Name => input.name = Some(self.ask_name(input.name_or_default()).await?),
            Change::Description => {
                let description = self.text(
                    "Description",
                    Some(description(input)),
                    "",
                    Description::parse,
                );
                let description = description.await?;
                // Taking the default is not asking for it: an existing description stays.
                let default = default_description(input.upstream);
                input.description = Some(description).filter(|text| *text != default);
            }
            Change::ExpiresOn => {
                input.expires_on = self.ask_expiry(input.expiry()).await?;
                input.tags.retain(|tag| tag.key() != EXPIRY_TAG);
                if let Some(warning) = input.end_warning() {
                    output.say(&format!("{warning}."));
                }
            }
            Change::Tags => input.tags = self.ask_tags(tags(input)).await?,
            Change::Rule => input.rule = self.ask_rule(input).await?,
        }
        if let Some(Err(fault)) = input.token.as_ref().map(|token| input.check_with(token)) {
            output.say(&format!("Not taken: {fault}."));
            *input = before;
        }
        Ok(())
    }

    /// The name of the secret; the prefix that it needs is offered where it is missing.
    pub async fn ask_name(&self, present: Option<SecretName>) -> Result<SecretName, Failure> {
        let present = present.map(|name| name.to_string());
        let parse = |text: &str| {
            SecretName::parse(text)
                .map(|name| (name, true))
                .or_else(|fault| {
                    let whole = SecretName::parse(&format!("{PREFIX}{text}"));
                    whole.map(|name| (name, false)).map_err(|_| fault)
                })
        };
        loop {
            let label = "Name of the secret";
            let (name, is_whole) = self.text(label, present.clone(), "", parse).await?;
            let offer = format!("A name begins with {PREFIX}. Use {name}?");
            if is_whole || self.confirm(offer, true).await? {
                return Ok(name);
            }
        }
    }

    /// When the token ends; none where that is not known.
    async fn ask_expiry(&self, present: Option<Date>) -> Result<Option<Date>, Failure> {
        let label = format!("Last day of the token, such as 2027-01-31, or {NONE} if not known");
        let present = present.map(|date| date.to_string());
        let date = |text: &str| match text.trim() {
            "" | NONE => Ok(None),
            text => last_day(text).map(Some),
        };
        self.text(label, present, "", date).await
    }

    async fn ask_tags(&self, present: Option<String>) -> Result<Vec<Tag>, Failure> {
        let label = format!("Tags, such as team=platform, stage=test, or {NONE} for none");
        self.text(label, present, "", parse_tags).await
    }

    async fn ask_rule(&self, input: &CreateInput) -> Result<Option<RepositoryPrefix>, Failure> {
        let label = format!("Repository prefix of the rule, or {NONE} for none");
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

fn description(input: &CreateInput) -> String {
    let given = input.description.clone();
    let description = given.unwrap_or_else(|| default_description(input.upstream));
    description.as_str().to_owned()
}

/// The tags in one line; `None` where there are none.
fn tags(input: &CreateInput) -> Option<String> {
    let tags: Vec<String> = input.tags.iter().map(ToString::to_string).collect();
    (!tags.is_empty()).then(|| tags.join(", "))
}

/// Tags with a comma between each two. What has no `=` belongs to the value before.
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

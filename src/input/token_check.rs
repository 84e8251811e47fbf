//! Checks that a [`CreateInput`] does not expose its token.

use super::create_input::CreateInput;
use super::fixes;
use super::warnings::check_expiry;
use crate::model::attributes::{Description, ResourcePolicy, Tag};
use crate::model::credential::{AccessToken, Credential, Username};
use crate::model::invalid::Invalid;
use crate::model::name::{RepositoryPrefix, SecretName};
use crate::output::Redactor;

impl CreateInput {
    /// Rejects an expired token, a token that also appears in a readable place such as a tag, and
    /// credentials that are too large.
    pub fn check_with(&self, token: &AccessToken) -> Result<(), Invalid> {
        check_expiry(token, self.upstream)?;
        let redactor = Redactor::new();
        redactor.hide(token);
        let is_in = |text: &str| redactor.is_in(text);
        let is_in_tag = |text: &str| token.is_in(text) || is_in(text);
        let place_of_tag = |tag: &Tag| match tag {
            tag if is_in_tag(tag.key()) => Some("the key of a tag"),
            tag if is_in_tag(tag.value()) => Some("the value of a tag"),
            _ => None,
        };
        if let Some(place) = self.tags.iter().find_map(place_of_tag) {
            let message = format!("{place} contains the access token, and tags are not encrypted");
            return Err(Invalid::new(message).fix(fixes::shown_token("--tag", self.upstream)));
        }
        if let Some((place, option)) = self.place_of(is_in) {
            let message = format!(
                "the {place} contains the access token, which others can read there; \
                 revoke this token and use a new one"
            );
            return Err(Invalid::new(message).fix(fixes::shown_token(option, self.upstream)));
        }
        if let Some(username) = &self.username {
            let credential = Credential {
                username: username.clone(),
                token: token.clone(),
            };
            credential.to_value()?;
        }
        Ok(())
    }

    /// The readable place that contains the token, and its option.
    fn place_of(&self, is_in: impl Fn(&str) -> bool) -> Option<(&'static str, &'static str)> {
        let rotation = self.rotation.as_ref();
        let policy = self.policy.as_ref();
        let places = [
            ("name", "--name", self.name.as_ref().map(SecretName::as_str)),
            (
                "description",
                "--description",
                self.description.as_ref().map(Description::as_str),
            ),
            (
                "username",
                "--username",
                self.username.as_ref().map(Username::as_str),
            ),
            (
                "rule",
                "--rule",
                self.rule.as_ref().map(RepositoryPrefix::as_str),
            ),
            (
                "resource policy",
                "--resource-policy",
                policy.map(ResourcePolicy::as_str),
            ),
            (
                "path of the resource policy",
                "--resource-policy",
                policy.map(|policy| policy.path.as_str()),
            ),
            (
                "rotation function",
                "--rotation-lambda-arn",
                rotation.map(|rotation| rotation.lambda_arn.as_str()),
            ),
        ];
        let global = self.options.iter().map(|(place, value)| {
            let option = place.strip_prefix("value of ").unwrap_or(place);
            (*place, option, Some(value.as_str()))
        });
        let mut places = places.into_iter().chain(global);
        let found = places.find(|(_, _, text)| text.is_some_and(&is_in));
        found.map(|(place, option, _)| (place, option))
    }
}

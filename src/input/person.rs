//! [`Person`]: someone at the terminal, who is asked for what a draft leaves open.

use super::draft::{default_description, default_name, Draft};
use super::options::last_day;
use super::prompt::{asked, Guard, Prompter};
use crate::cli::Global;
use crate::credential::Username;
use crate::env;
use crate::failure::Failure;
use crate::name::SecretName;
use crate::output::{foreign, hide, Output};
use crate::secret::EXPIRY_TAG;
use crate::setting::Description;

/// Someone at the terminal, which is held while this lives.
pub struct Person {
    prompter: Prompter,
    _terminal: Guard,
}

impl Person {
    pub fn meet(global: &Global, output: &Output) -> Self {
        let plain = global.accessible || env::wants_plain_prompts();
        Self {
            prompter: Prompter::new(plain, output.colors_prompts()),
            _terminal: Guard::hold(plain),
        }
    }

    pub async fn ask_all_but_the_token(&self, draft: &mut Draft) -> Result<(), Failure> {
        let prompter = self.prompter;
        let upstream = match draft.upstream {
            Some(upstream) => upstream,
            None => asked(move || prompter.registry()).await?,
        };
        draft.upstream = Some(upstream);
        self.ask_username(draft).await?;
        if draft.name.is_none() {
            let default = default_name(upstream).map(|name| name.to_string());
            let check = |text: &str| {
                SecretName::parse(text)
                    .map(drop)
                    .map_err(|fault| fault.to_string())
            };
            let answer =
                asked(move || prompter.text("Name of the secret", default.as_deref(), "", check))
                    .await?;
            draft.name = SecretName::parse(&answer).ok();
        }
        if draft.description.is_none() {
            let default = default_description(upstream);
            let check = |text: &str| Description::parse(text).map(drop);
            let shown = default.clone();
            let answer =
                asked(move || prompter.text("Description", Some(shown.as_str()), "", check))
                    .await?;
            // Taking the default is not asking for it: an existing description stays.
            draft.description = Description::parse(&answer)
                .ok()
                .filter(|description| *description != default);
        }
        Ok(())
    }

    /// The code that the MFA device shows: six digits.
    pub async fn ask_mfa_code(&self, serial: &str) -> Result<String, Failure> {
        let prompter = self.prompter;
        let label = format!("MFA code of {}", foreign(serial));
        let check = |text: &str| {
            let digits = text.bytes().all(|byte| byte.is_ascii_digit());
            (text.len() == 6 && digits)
                .then_some(())
                .ok_or_else(|| "a code has six digits".to_owned())
        };
        asked(move || prompter.text(&label, None, "", check)).await
    }

    pub async fn ask_username(&self, draft: &mut Draft) -> Result<(), Failure> {
        if draft.username.is_some() {
            return Ok(());
        }
        let prompter = self.prompter;
        let help = draft.upstream.map_or("", |upstream| upstream.username);
        let check = |text: &str| {
            Username::parse(text)
                .map(drop)
                .map_err(|fault| fault.to_string())
        };
        let answer = asked(move || prompter.text("Username", None, help, check)).await?;
        draft.username = Username::parse(&answer).ok();
        Ok(())
    }

    /// When the token ends; Enter alone leaves it open.
    pub async fn ask_expiry(&self, draft: &mut Draft) -> Result<(), Failure> {
        let is_known = draft.tags.iter().any(|tag| tag.key() == EXPIRY_TAG);
        if draft.expires_on.is_some() || is_known || draft.yes {
            return Ok(());
        }
        let prompter = self.prompter;
        let help = "a date such as 2027-01-31, so that `check` can warn; Enter skips";
        let check = |text: &str| match text.trim() {
            "" => Ok(()),
            text => last_day(text).map(drop).map_err(without_option),
        };
        let answer = asked(move || prompter.text("Token expires on", None, help, check)).await?;
        draft.expires_on = last_day(answer.trim()).ok();
        Ok(())
    }

    pub async fn ask_token(&self, draft: &mut Draft, output: &Output) -> Result<(), Failure> {
        if let Some(token) = &draft.token {
            // It came with the options; what was answered since must go with it too.
            return draft.check_with(token).map_err(Failure::usage);
        }
        let prompter = self.prompter;
        if let Some(upstream) = draft.upstream {
            output.say(&format!(
                "Needed: {}.\nMade at: {}",
                upstream.token, upstream.token_source
            ));
        }
        let checks = draft.clone();
        let token = asked(move || prompter.token(|token| checks.check_with(token))).await?;
        hide(&token);
        draft.token = Some(token);
        Ok(())
    }

    pub async fn agrees(&self) -> Result<bool, Failure> {
        self.confirms("Store it?").await
    }

    /// Asks a question whose default is no.
    pub async fn confirms(&self, question: &'static str) -> Result<bool, Failure> {
        let prompter = self.prompter;
        asked(move || prompter.confirm(question)).await
    }

    /// Asks for a text to be typed as it is, where a mere yes is too easily said.
    pub async fn types(&self, label: &'static str, text: &str) -> Result<bool, Failure> {
        let prompter = self.prompter;
        let typed = asked(move || prompter.text(label, None, "", |_| Ok(()))).await?;
        Ok(typed.trim() == text)
    }
}

/// A fault of an option's value, said of an answer.
fn without_option(fault: String) -> String {
    match fault.split_once(": ") {
        Some((_, rest)) => rest.to_owned(),
        None => fault,
    }
}

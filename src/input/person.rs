//! [`Person`]: someone at the terminal, who is asked for what a draft leaves open.

use super::docker::Refusal;
use super::draft::{default_description, default_name, Draft};
use super::options::last_day;
use super::prompt::{asked, Guard, Prompter};
use super::terminal::{width, wrapped};
use super::token::TokenSource;
use crate::cli::{Global, Verify};
use crate::credential::Username;
use crate::env;
use crate::failure::Failure;
use crate::name::{RepositoryPrefix, SecretName};
use crate::output::{foreign, hide, Output};
use crate::registry::Address;
use crate::secret::EXPIRY_TAG;
use crate::setting::Description;
use crate::upstream::Upstream;

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

    pub async fn ask_all_but_the_token(
        &self,
        draft: &mut Draft,
        output: &Output,
    ) -> Result<(), Failure> {
        let prompter = self.prompter;
        let upstream = match draft.upstream {
            Some(upstream) => upstream,
            None => asked(move || prompter.registry()).await?,
        };
        draft.upstream = Some(upstream);
        self.ask_address(draft, upstream).await?;
        self.look_at_docker(draft, output).await?;
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
        if draft.expiry().is_some() || is_known || draft.yes {
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

    /// The same for a secret whose registry is known.
    pub async fn ask_address_of(&self, draft: &mut Draft) -> Result<(), Failure> {
        match draft.upstream {
            Some(upstream) => self.ask_address(draft, upstream).await,
            None => Ok(()),
        }
    }

    /// Where the registry is, if each customer has a host of their own and someone wants to know.
    async fn ask_address(&self, draft: &mut Draft, upstream: &Upstream) -> Result<(), Failure> {
        let is_dockers = matches!(draft.token_source, Some(TokenSource::Docker(_)));
        let is_needed = is_dockers || draft.verify != Verify::Never;
        if draft.address.is_some() || upstream.url.is_some() || !is_needed {
            return Ok(());
        }
        let check = |text: &str| match text {
            "" => Err("the name is empty".to_owned()),
            text => {
                let address = Address::parse(&azure_host(text));
                address.map(drop).map_err(|fault| format!("that {fault}"))
            }
        };
        let prompter = self.prompter;
        let help = "its name, or its host such as NAME.azurecr.io";
        let answer = asked(move || prompter.text("Azure registry", None, help, check)).await?;
        draft.address = Address::parse(&azure_host(&answer)).ok();
        Ok(())
    }

    /// Takes over Docker's login where that was asked for; offers to, where nothing else was. Only
    /// then a credential helper is run.
    async fn look_at_docker(&self, draft: &mut Draft, output: &Output) -> Result<(), Failure> {
        let is_dockers = matches!(draft.token_source, Some(TokenSource::Docker(_)));
        if is_dockers && draft.token.is_none() {
            return take_over_from_docker(draft).await.map_err(|refusal| {
                let failure = Failure::usage(refusal.message);
                let fix = refusal.fix.unwrap_or_else(|| {
                    "give the token in another way: ecr-ptc create --help".to_owned()
                });
                failure.fix(fix)
            });
        }
        let is_open = draft.username.is_none() && draft.token_source.is_none();
        if !is_open || !draft.docker_may_know() {
            return Ok(());
        }
        let prompter = self.prompter;
        let question = format!(
            "Docker seems to be logged in to {}. Take over its username and token?",
            draft
                .upstream
                .map_or("that registry", |upstream| upstream.title)
        );
        if asked(move || prompter.confirm(&question)).await? {
            draft.token_source = Some(TokenSource::Docker("".into()));
            match take_over_from_docker(draft).await {
                Ok(()) => {
                    if let Some(username) = &draft.username {
                        output.say(&format!("Taken over: the login of {username}."));
                    }
                }
                Err(refusal) => {
                    output.say(&format!("Not taken over: {}.", refusal.message));
                    draft.username = None;
                    draft.token_source = None;
                }
            }
        }
        Ok(())
    }

    pub async fn ask_token(&self, draft: &mut Draft, output: &Output) -> Result<(), Failure> {
        if let Some(token) = &draft.token {
            // It came with the options; what was answered since must go with it too.
            return draft.check_with(token).map_err(Failure::usage);
        }
        let prompter = self.prompter;
        if let Some(upstream) = draft.upstream {
            let needed = wrapped(&format!("Needed: {}.", upstream.token), width());
            output.say(&format!("{needed}\nMade at: {}", upstream.token_source));
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

    /// The prefix of the rule to make for the secret that is stored; none where the person wants
    /// none, or stops: the work itself is done.
    pub async fn ask_rule(&self, proposed: &'static str) -> Option<RepositoryPrefix> {
        let question = "Make the ECR pull through cache rule that uses it?";
        if !self.confirms(question).await.unwrap_or(false) {
            return None;
        }
        let prompter = self.prompter;
        let check = |text: &str| RepositoryPrefix::parse(text).map(drop);
        let answer =
            asked(move || prompter.text("Repository prefix", Some(proposed), "", check)).await;
        RepositoryPrefix::parse(&answer.ok()?).ok()
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

/// Reads Docker's configuration, and runs its helper, beside the runtime.
async fn take_over_from_docker(draft: &mut Draft) -> Result<(), Refusal> {
    let mut own = draft.clone();
    let work = move || own.take_over_from_docker().map(|()| own);
    match tokio::task::spawn_blocking(work).await {
        Ok(filled) => *draft = filled?,
        Err(_) => return Err("Docker's configuration could not be read".to_owned().into()),
    }
    Ok(())
}

/// The host of a registry of Azure's, by its name or as it is.
fn azure_host(text: &str) -> String {
    if text.contains(['.', ':']) {
        text.to_owned()
    } else {
        format!("{text}.azurecr.io")
    }
}

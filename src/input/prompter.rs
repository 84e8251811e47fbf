//! [`Prompter`]: asks at the terminal for what an input leaves open.

pub mod change;

use std::convert::Infallible;
use std::fmt::Display;

use super::create_input::CreateInput;
use super::prompt::{Prompts, YES_OR_NO};
use super::terminal::{has_room, Guard};
use super::token::TokenSource;
use crate::cli::Verify;
use crate::model::credential::Username;
use crate::model::invalid::Invalid;
use crate::model::registries::LoginRegistry;
use crate::output::failure::Failure;
use crate::output::Output;
use crate::registry::Address;

/// Asks at the terminal, which is held while this lives.
pub struct Prompter {
    prompts: Prompts,
    _terminal: Guard,
}

impl Prompter {
    pub fn new(output: &Output) -> Self {
        let plain = output.is_plain() || !has_room();
        let colors = output.colors_prompts();
        Self {
            prompts: Prompts {
                plain,
                colors,
                redactor: output.redactor().clone(),
            },
            _terminal: Guard::hold(),
        }
    }

    /// The registry, and where it is if that is needed.
    pub async fn ask_registry(&self, input: &mut CreateInput) -> Result<(), Failure> {
        if input.upstream.is_none() {
            input.upstream = Some(self.choose_registry().await?);
        }
        self.ask_address(input).await
    }

    /// The username, unless Docker has it: whoever is logged in there is asked first.
    pub async fn ask_account(
        &self,
        input: &mut CreateInput,
        output: &Output,
    ) -> Result<(), Failure> {
        self.look_at_docker(input, output).await?;
        if input.username.is_none() && input.credential_command().is_none() {
            self.correct_username(input).await?;
        }
        Ok(())
    }

    /// The username; Enter alone keeps the one that there is.
    pub async fn correct_username(&self, input: &mut CreateInput) -> Result<(), Failure> {
        let present = input.username.as_ref().map(ToString::to_string);
        let help = input
            .upstream
            .map_or("", |upstream| upstream.login.username);
        let username = self.text("Username", present, help, Username::parse);
        input.username = Some(username.await?);
        Ok(())
    }

    async fn choose_registry(&self) -> Result<LoginRegistry, Failure> {
        let all: Vec<_> = LoginRegistry::all().collect();
        let choices = all
            .iter()
            .map(|registry| format!("{} ({})", registry.title, registry.shown_host()));
        let chosen = self.choose("Registry", choices.collect(), 0).await?;
        Ok(all[chosen])
    }

    /// Asks for one of several choices, by its place among them; Enter alone takes that at `first`.
    pub async fn choose(
        &self,
        label: impl Into<String>,
        choices: Vec<String>,
        first: usize,
    ) -> Result<usize, Failure> {
        let label = label.into();
        self.prompts
            .ask(move |prompts| prompts.choose(&label, &choices, first))
            .await
    }

    /// The code that the MFA device shows: six digits. The serial number is safe to show.
    pub async fn ask_mfa_code(&self, serial: &str) -> Result<String, Failure> {
        let label = format!("MFA code of {serial}");
        let code = |text: &str| {
            let digits = text.bytes().all(|byte| byte.is_ascii_digit());
            if text.len() == 6 && digits {
                Ok(text.to_owned())
            } else {
                Err("a code has six digits")
            }
        };
        self.text(label, None, "", code).await
    }

    /// Where the registry is, if each customer has a host of their own and someone wants to know.
    pub async fn ask_address(&self, input: &mut CreateInput) -> Result<(), Failure> {
        let Some(upstream) = input.upstream else {
            return Ok(());
        };
        let is_dockers = matches!(input.token_source, Some(TokenSource::Docker(_)));
        // A rule needs it as well, and is proposed unless all is said with `--yes`.
        let is_needed = is_dockers || input.verify != Verify::Never || !input.yes;
        if input.address.is_some() || upstream.fixed_host().is_some() || !is_needed {
            return Ok(());
        }
        let address = |text: &str| match text {
            "" => Err(Invalid::new("the name is empty")),
            text => Address::parse(&azure_host(text))
                .map_err(|fault| Invalid::new(format!("that {fault}"))),
        };
        let help = "its name, or its host such as NAME.azurecr.io";
        let address = self.text("Azure registry", None, help, address).await?;
        input.address = Some(address);
        Ok(())
    }

    /// Takes over Docker's login where that was asked for; offers to, where nothing else was. Only
    /// then a credential helper is run.
    async fn look_at_docker(
        &self,
        input: &mut CreateInput,
        output: &Output,
    ) -> Result<(), Failure> {
        let is_dockers = matches!(input.token_source, Some(TokenSource::Docker(_)));
        if is_dockers && input.token.is_none() {
            return input.take_over_from_docker().await.map_err(|refusal| {
                let failure = Failure::usage(refusal.message);
                let fix = refusal.fix.unwrap_or_else(|| {
                    "give the token in another way: ecr-ptc create --help".to_owned()
                });
                failure.fix(fix)
            });
        }
        let is_open = input.username.is_none() && input.token_source.is_none();
        if !is_open || !input.docker_may_know() {
            return Ok(());
        }
        let title = input
            .upstream
            .map_or("that registry", |upstream| upstream.title);
        output.say(&format!("Docker seems to be logged in to {title}."));
        if self.confirm("Use its username and token?", false).await? {
            input.token_source = Some(TokenSource::Docker("".into()));
            match input.take_over_from_docker().await {
                Ok(()) => {
                    if let Some(username) = &input.username {
                        output.say(&format!("Used: the login of {username}."));
                    }
                }
                Err(refusal) => {
                    output.say(&format!("Not used: {}.", refusal.message));
                    input.username = None;
                    input.token_source = None;
                }
            }
        }
        Ok(())
    }

    pub async fn ask_token(&self, input: &mut CreateInput, output: &Output) -> Result<(), Failure> {
        if let Some(token) = &input.token {
            // It came with the options; what was answered since must go with it too.
            return input.check_with(token).map_err(Failure::from);
        }
        if let Some(upstream) = input.upstream {
            output.say(&format!(
                "Needed: {}.\nMade at: {}",
                upstream.login.token, upstream.login.token_source
            ));
        }
        let checks = input.clone();
        let token = self
            .prompts
            .ask(move |prompts| prompts.token(|token| checks.check_with(token)))
            .await?;
        output.redactor().hide(&token);
        input.token = Some(token);
        Ok(())
    }

    /// Asks for a line of text, until `parse` takes it.
    async fn text<T: Send + 'static, E: Display>(
        &self,
        label: impl Into<String>,
        default: Option<String>,
        help: &'static str,
        parse: impl Fn(&str) -> Result<T, E> + Send + 'static,
    ) -> Result<T, Failure> {
        let label = label.into();
        self.prompts
            .ask(move |prompts| prompts.text(&label, default.as_deref(), help, parse))
            .await
    }

    /// Asks whether something is to be done; Enter alone takes the default.
    pub async fn confirm(
        &self,
        question: impl Into<String>,
        default: bool,
    ) -> Result<bool, Failure> {
        let answers = YES_OR_NO.map(str::to_owned).to_vec();
        Ok(self
            .choose(question, answers, usize::from(!default))
            .await?
            == 0)
    }

    /// Asks for a text to be typed as it is, where a mere yes is too easily said.
    pub async fn confirm_by_typing(
        &self,
        label: &'static str,
        text: &str,
    ) -> Result<bool, Failure> {
        let text = text.to_owned();
        let is_it = move |typed: &str| Ok::<_, Infallible>(typed.trim() == text);
        self.text(label, None, "", is_it).await
    }
}

/// The host of a registry of Azure's, by its name or as it is.
fn azure_host(text: &str) -> String {
    if text.contains(['.', ':']) {
        text.to_owned()
    } else {
        format!("{text}.azurecr.io")
    }
}

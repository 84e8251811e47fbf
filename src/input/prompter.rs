//! [`Prompter`]: asks at the terminal for missing input.

pub mod change;

use std::cell::Cell;
use std::convert::Infallible;
use std::fmt::Display;

use super::create_input::CreateInput;
use super::image_list::GivenImage;
use super::prompt::{Prompts, YES_OR_NO};
use super::terminal::{has_room, Guard};
use super::token::TokenSource;
use super::warnings::NO_EMAIL;
use crate::cli::Verify;
use crate::model::credential::Username;
use crate::model::invalid::Invalid;
use crate::model::region::Region;
use crate::model::registries::LoginRegistry;
use crate::output::failure::Failure;
use crate::output::{escaped, Output};
use crate::registry::Address;

/// Asks at the terminal, and holds it while it exists.
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

    /// Asks for the registry, and for its host if required.
    pub async fn ask_registry(&self, input: &mut CreateInput) -> Result<(), Failure> {
        if input.upstream.is_none() {
            input.upstream = Some(self.choose_registry().await?);
        }
        self.ask_address(input).await
    }

    /// Asks for the username, after offering Docker's login if there is one.
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

    /// Asks for the username; Enter alone keeps the present one. An e-mail address for Docker Hub
    /// is accepted only the second time.
    pub async fn correct_username(&self, input: &mut CreateInput) -> Result<(), Failure> {
        let present = input.username.as_ref().map(ToString::to_string);
        let help = input
            .upstream
            .map_or("", |upstream| upstream.login.username);
        let is_hub = input.upstream.is_some_and(|it| it.kind == "docker-hub");
        let is_warned = Cell::new(false);
        let parse = move |text: &str| {
            let username = Username::parse(text)?;
            if text.contains(char::is_whitespace) {
                return Err(Invalid::new("a username has no spaces"));
            }
            if is_hub && text.contains('@') && !is_warned.replace(true) {
                return Err(Invalid::new(format!(
                    "{NO_EMAIL}; enter it again to use it anyway"
                )));
            }
            Ok(username)
        };
        let username = self.text("Username", present, help, parse);
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

    /// Asks for one of several choices and returns its index; Enter alone chooses `first`.
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

    /// Asks for the six-digit code of the MFA device. Its serial number is not secret.
    pub async fn ask_mfa_code(&self, serial: &str) -> Result<String, Failure> {
        let label = format!("MFA code for {serial}");
        let code = |text: &str| {
            let digits = text.bytes().all(|byte| byte.is_ascii_digit());
            if text.len() == 6 && digits {
                Ok(text.to_owned())
            } else {
                Err("an MFA code has six digits")
            }
        };
        self.text(label, None, "", code).await
    }

    /// Asks for the AWS Region.
    pub async fn ask_region(&self) -> Result<Region, Failure> {
        let help = "that of the pull through cache rule, such as us-east-1";
        self.text("AWS Region", None, help, Region::parse).await
    }

    /// Asks for the registry's host, if each customer has their own and it is required.
    pub async fn ask_address(&self, input: &mut CreateInput) -> Result<(), Failure> {
        let Some(upstream) = input.upstream else {
            return Ok(());
        };
        let is_dockers = matches!(input.token_source, Some(TokenSource::Docker(_)));
        // A rule requires it too, and is proposed unless `--yes` is given.
        let is_needed = is_dockers || input.verify != Verify::Never || !input.yes;
        if input.address.is_some() || upstream.fixed_host().is_some() || !is_needed {
            return Ok(());
        }
        input.address = Some(self.ask_azure(None).await?);
        Ok(())
    }

    async fn ask_azure(&self, present: Option<String>) -> Result<Address, Failure> {
        let help = "its name, or its host such as NAME.azurecr.io";
        self.text("Azure registry", present, help, azure_address)
            .await
    }

    /// Uses Docker's login if requested, or offers it if no other source is given. A credential
    /// helper runs only after a yes.
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
                    "use another source for the token: ecr-ptc create --help".to_owned()
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
            .map_or("the registry", |upstream| upstream.title);
        output.say(&format!("Docker seems to be logged in to {title}."));
        if self.confirm("Use its username and token?", false).await? {
            input.token_source = Some(TokenSource::Docker("".into()));
            match input.take_over_from_docker().await {
                Ok(()) => {
                    if let Some(username) = &input.username {
                        output.say(&format!("Using the credentials of {username}."));
                    }
                }
                Err(refusal) => {
                    output.say(&format!("Could not use them: {}.", refusal.message));
                    input.username = None;
                    input.token_source = None;
                }
            }
        }
        Ok(())
    }

    /// Asks for the token, unless an option provided it.
    pub async fn ask_token(&self, input: &mut CreateInput, output: &Output) -> Result<(), Failure> {
        if let Some(token) = &input.token {
            // Answers since then must not expose it.
            return input.check_with(token).map_err(Failure::from);
        }
        if let Some(upstream) = input.upstream {
            output.say(&format!(
                "You need {}.\nCreate one: {}",
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

    /// Asks for a line of text until `parse` accepts it.
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

    /// Asks for an image until `parse` accepts it. Enter alone takes the example, or else means
    /// none.
    pub async fn ask_image(
        &self,
        example: Option<&str>,
        parse: impl Fn(&str) -> Result<GivenImage, String> + Send + 'static,
    ) -> Result<Option<GivenImage>, Failure> {
        let parse = move |text: &str| match text.trim() {
            "" => Ok(None),
            text => parse(text).map(Some),
        };
        let (example, help) = (
            example.map(str::to_owned),
            "such as team/app:1; Enter skips",
        );
        self.text("Image", example, help, parse).await
    }

    /// Asks a yes-or-no question; Enter alone takes the default.
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

    /// Asks to type this text, to confirm what cannot be undone.
    pub async fn confirm_by_typing(
        &self,
        label: &'static str,
        text: &str,
    ) -> Result<bool, Failure> {
        let label = format!("{label} ({})", escaped(text));
        let text = text.to_owned();
        let is_it = move |typed: &str| Ok::<_, Infallible>(typed.trim() == text);
        self.text(label, None, "", is_it).await
    }
}

/// Parses the name or the host of an Azure registry.
///
/// Source: the naming rules for Microsoft.ContainerRegistry in the Azure documentation.
fn azure_address(text: &str) -> Result<Address, Invalid> {
    if text.contains(['.', ':']) {
        return Address::parse(text).map_err(|fault| Invalid::new(format!("that {fault}")));
    }
    let is_name = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_name || !(5..=50).contains(&text.len()) {
        return Err(Invalid::new(
            "an Azure registry name has 5 to 50 letters and digits",
        ));
    }
    Address::parse(&format!("{text}.azurecr.io"))
}

//! Trying the credentials at the registry, as `create` and `update` do it: whether, and what is
//! said then.

use std::time::Duration;

use super::context::Context;
use crate::aws::{AwsError, Network, Session, Settings};
use crate::cli::Verify;
use crate::input::create_input::CreateInput;
use crate::input::{ends_soon, why_not_ask, Prompter};
use crate::model::attributes::Tag;
use crate::model::credential::Username;
use crate::model::registries::{LoginRegistry, ANY_AZURE_HOST};
use crate::model::secret::{Secret, EXPIRY_TAG};
use crate::output::failure::Failure;
use crate::output::report::{VerdictWord, Verification};
use crate::output::status::Status;
use crate::output::{escaped, Output, Warnings};
use crate::plan::apply::Known;
use crate::registry::{log_in, ForeignHost, TokenInfo, Verdict};

/// How often a token is asked for that the registry takes; more bad logins may lock the account.
const TRIES: usize = 3;

/// How long to wait before each further login with credentials that a command has just issued: two
/// minutes in all. New passwords of Azure are rejected for up to a minute.
const WAITS: [Duration; 6] = [
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(15),
    Duration::from_secs(30),
    Duration::from_secs(30),
    Duration::from_secs(30),
];

/// The login at the registry, ready to be tried; or the reason not to.
pub struct Login {
    when: Verify,
    network: Result<Network, &'static str>,
}

/// What came of it, before it is shown.
pub struct Tried {
    upstream: LoginRegistry,
    username: String,
    info: TokenInfo,
    verification: Verification,
    /// What fixes a registry that cannot be asked, or credentials that it refused.
    fix: Option<String>,
}

impl Login {
    pub fn new(input: &CreateInput, settings: &Settings) -> Self {
        let network = match input.verify {
            Verify::Never => Err("not asked for: --verify never"),
            Verify::Auto if input.dry_run => {
                Err("a dry run sends nothing; with --verify always it does")
            }
            Verify::Auto | Verify::Always => Ok(settings.network().clone()),
        };
        Self {
            when: input.verify,
            network,
        }
    }

    /// Whether the registry will be asked.
    pub fn is_wanted(&self) -> bool {
        self.network.is_ok()
    }

    /// Has a host agreed to that is not the registry's own, before a token is asked for or sent.
    /// Where nothing will be sent there, it is only warned of.
    ///
    /// # Errors
    /// As of [`agree_to_host`].
    pub async fn agree_to_host(
        &self,
        input: &CreateInput,
        prompter: Option<&Prompter>,
        context: &Context<'_>,
        warnings: &mut Warnings<'_>,
    ) -> Result<(), Failure> {
        match input.foreign_host() {
            None => Ok(()),
            Some(host) if self.is_wanted() => {
                agree_to_host(&host, input.yes, prompter, context, warnings).await
            }
            Some(host) => {
                warnings.add(&host.to_string());
                Ok(())
            }
        }
    }

    /// Whether all that a login takes is known, so that it can be tried beside something else.
    pub fn is_ready(&self, input: &CreateInput) -> bool {
        let is_known = input.address().is_some() && input.credential().is_some();
        self.is_wanted() && is_known && input.upstream.is_some()
    }

    /// Logs in with what was given. Credentials that a command has just issued get time to become
    /// valid: after a rejection it logs in again, for two minutes. All others are sent once.
    ///
    /// # Errors
    /// Status 2 where something is missing still.
    pub async fn attempt(&self, input: &CreateInput, output: &Output) -> Result<Tried, Failure> {
        let waits: &[Duration] = if input.is_issued() { &WAITS } else { &[] };
        attempt_again(waits, output, async || {
            self.attempt_once(input, output).await
        })
        .await
    }

    async fn attempt_once(&self, input: &CreateInput, output: &Output) -> Result<Tried, Failure> {
        let open = || Failure::usage("the registry, the username or the access token is missing");
        let upstream = input.upstream.ok_or_else(open)?;
        let credential = input.credential().ok_or_else(open)?;
        let tried = |verdict, reason, fix| Tried {
            upstream,
            username: escaped(credential.username.as_str()),
            info: TokenInfo::default(),
            verification: Verification {
                verdict,
                reason,
                proves: (verdict == VerdictWord::Accepted).then_some(upstream.login.proves),
            },
            fix,
        };
        let network = match &self.network {
            Ok(network) => network,
            Err(why) => return Ok(tried(VerdictWord::Skipped, Some((*why).to_owned()), None)),
        };
        let Some(address) = input.address() else {
            let reason = format!("the host of the {} is not known", upstream.title);
            let fix = format!("add --upstream-registry-url {ANY_AZURE_HOST}");
            return Ok(tried(VerdictWord::Unknown, Some(reason), Some(fix)));
        };
        let what = format!("Trying the credentials at {}", upstream.title);
        let both = async {
            tokio::join!(
                log_in(network, upstream, &address, &credential),
                TokenInfo::of(network, upstream, &address, &credential.token)
            )
        };
        let (verdict, info) = output.while_waiting(&what, both).await;
        let tried = |verdict, reason, fix| Tried {
            info: info.clone(),
            ..tried(verdict, reason, fix)
        };
        Ok(match verdict {
            Verdict::Accepted => tried(VerdictWord::Accepted, None, None),
            Verdict::Rejected { reason } => {
                let kind = credential.token.kind();
                let is_organizations =
                    kind.is_some_and(|kind| kind.word == "docker-hub-organization");
                let username = if is_organizations {
                    "the organization's name, as for every organization token"
                } else {
                    upstream.login.username
                };
                let source = upstream.login.token_source;
                let fix = if input.is_issued() {
                    // They are lost, and the command would issue others.
                    format!("make a token by hand: {source}\nand store it by --access-token-stdin")
                } else {
                    format!(
                        "check the username: {username}\nmake a new token: {source}\n\
                         to store them anyway: --verify never"
                    )
                };
                tried(VerdictWord::Rejected, Some(reason), Some(fix))
            }
            Verdict::Unknown { reason, fix } => {
                tried(VerdictWord::Unknown, Some(reason), fix.map(str::to_owned))
            }
        })
    }

    /// Says what came of it, takes over what the registry told of the token, and goes on where that
    /// is wanted.
    ///
    /// # Errors
    /// Status 6 where the registry refused the credentials, 7 where it could not be asked and must.
    pub fn judge(
        &self,
        tried: Tried,
        input: &mut CreateInput,
        output: &Output,
        warnings: &mut Warnings<'_>,
    ) -> Result<Verification, Failure> {
        let Tried {
            upstream,
            username: _,
            info,
            verification,
            fix,
        } = &tried;
        let title = upstream.title;
        let reason = verification.reason.as_deref().unwrap_or_default();
        match verification.verdict {
            VerdictWord::Skipped => {}
            VerdictWord::Accepted => {
                let proves = upstream.login.proves;
                output.done(&format!(
                    "{title} accepts the credentials, which proves {proves}"
                ));
            }
            VerdictWord::Rejected => return Err(tried.into_failure()),
            VerdictWord::Unknown if self.when == Verify::Always => {
                let message = format!("the credentials could not be tried at {title}");
                let again = if input.is_issued() {
                    "try again later"
                } else {
                    "try again, or store them untried: --verify never"
                };
                let failure = Failure::new(Status::Temporary, "registry-unknown", message);
                let failure = failure.why(reason).fix(again);
                return Err(match fix {
                    Some(fix) => failure.first_fix(fix),
                    None => failure,
                });
            }
            VerdictWord::Unknown => {
                let fix = fix.as_ref().map(|fix| format!("; {fix}"));
                warnings.add(&format!(
                    "the credentials were not tried at {title}: {reason}{}",
                    fix.unwrap_or_default()
                ));
            }
        }
        for doubt in &info.doubts {
            warnings.add(doubt);
        }
        if let Some(end) = info.ends {
            input.told_end = Some((end, title));
            if let Some(warning) = ends_soon(end, &format!("on {end}")) {
                warnings.add(&warning);
            }
        }
        if let Some(warning) = input.end_warning() {
            warnings.add(&warning);
        }
        if verification.verdict == VerdictWord::Accepted && input.expiry().is_none() {
            tell_where_the_end_stands(*upstream, output);
        }
        Ok(tried.verification)
    }
}

/// For the registries that nobody can ask when a token ends.
fn tell_where_the_end_stands(upstream: LoginRegistry, output: &Output) {
    if upstream.login.token_api.is_none() {
        let (title, place) = (upstream.title, upstream.login.expiry_place);
        output.note(&format!(
            "{title} does not tell when a token ends; keep the date with --expires-on. It stands \
             here: {place}"
        ));
    }
}

impl Tried {
    fn is_refused(&self) -> bool {
        self.verification.verdict == VerdictWord::Rejected
    }

    /// For someone who is about to be asked again.
    fn refusal(&self) -> String {
        let reason = self.verification.reason.as_deref().unwrap_or_default();
        format!(
            "{} refused the credentials of {}: {reason}.\nNothing was written. Please give the \
             username and the token again.",
            self.upstream.title, self.username
        )
    }

    fn into_failure(self) -> Failure {
        let message = format!(
            "{} refused the credentials of {}",
            self.upstream.title, self.username
        );
        let reason = self.verification.reason.unwrap_or_default();
        let failure = Failure::new(Status::Refused, "registry-refused", message)
            .why(format!("{reason}; nothing was stored"));
        match self.fix {
            Some(fix) => failure.fix(fix),
            None => failure,
        }
    }
}

/// Attempts a login, and once more after each wait, as long as the registry rejects it.
async fn attempt_again(
    waits: &[Duration],
    output: &Output,
    attempt: impl AsyncFn() -> Result<Tried, Failure>,
) -> Result<Tried, Failure> {
    let mut tried = attempt().await?;
    for (index, wait) in waits.iter().enumerate() {
        if !tried.is_refused() {
            break;
        }
        if index == 0 {
            output.note(&format!(
                "{} rejected the new credentials: {}. New credentials may need a moment; trying \
                 again for up to two minutes",
                tried.upstream.title,
                tried.verification.reason.as_deref().unwrap_or_default()
            ));
        }
        let sleep = tokio::time::sleep(*wait);
        output
            .while_waiting("Waiting for the new credentials to work", sleep)
            .await;
        tried = attempt().await?;
    }
    Ok(tried)
}

/// Runs the credential command, if the credentials come from one. What it issues is lost if it
/// cannot be stored, so everything else is checked before, also the permission to write a secret
/// that exists. `stored` is the username that stays if the command names none.
pub async fn make_credentials(
    input: &mut CreateInput,
    existing: Option<&Secret>,
    stored: Option<Username>,
    session: &Session,
    context: &Context<'_>,
    warnings: &mut Warnings<'_>,
) -> Result<(), Failure> {
    let Some(command) = input.credential_command() else {
        return Ok(());
    };
    session.fetch_credentials().await?;
    if let Some(secret) = existing {
        prove_write(secret, session, warnings).await?;
    }
    let run = async {
        let child = command.start()?;
        context.progress.note_issued(Known::Maybe);
        command.finish(child).await
    };
    let output = context.output;
    let made = output.while_another_writes("Running the credential command", run);
    let made = made.await?;
    context.progress.note_issued(Known::Yes);
    input.take_made(made, stored)
}

/// Proves that new credentials could be stored in this secret, without changing it.
async fn prove_write(
    secret: &Secret,
    session: &Session,
    warnings: &mut Warnings<'_>,
) -> Result<(), Failure> {
    let refused = |error: AwsError, what: &str| {
        let name = escaped(&secret.name);
        let what = format!("{what} {name}, so the credential command was not run");
        error.into_failure(&what, &session.service().of_secret(&secret.name))
    };
    let secrets = session.secrets();
    let proof = secrets.prove_put(&secret.arn).await;
    if !proof.map_err(|error| refused(error, "could not store a new version of"))? {
        warnings.add(
            "the stored value could not be read, so it is not known whether a new version can \
             be stored",
        );
    }
    let date = secret.tag(EXPIRY_TAG);
    let tag = date.and_then(|date| Tag::parse(&format!("{EXPIRY_TAG}={date}")).ok());
    if let Some(tag) = tag {
        let proof = secrets.tag(&secret.arn, &[tag]).await;
        proof.map_err(|error| refused(error, "could not set the tags of"))?;
    }
    Ok(())
}

/// Warns of what makes it doubtful that the credentials work.
pub fn warn_of_credentials(input: &CreateInput, warnings: &mut Warnings<'_>) {
    for warning in input.credential_warnings() {
        warnings.add(&warning);
    }
}

/// Logs in with the new credentials, if that was not `tried` before; a person is asked again where
/// the registry refuses them. Where the registry is not known, nobody can be asked.
pub async fn verify(
    input: &mut CreateInput,
    tried: Option<Tried>,
    prompter: Option<&Prompter>,
    login: &Login,
    context: &Context<'_>,
    warnings: &mut Warnings<'_>,
) -> Result<Verification, Failure> {
    const WHY: &str =
        "the name of the secret does not say which registry it is for, and --registry is not \
         given";
    if input.upstream.is_some() {
        if let Some(prompter) = prompter {
            return ask_for_good_credentials(prompter, input, login, context, warnings).await;
        }
        warn_of_credentials(input, warnings);
        let tried = match tried {
            Some(tried) => tried,
            None => login.attempt(input, context.output).await?,
        };
        return login.judge(tried, input, context.output, warnings);
    }
    if let Some(prompter) = prompter {
        prompter.ask_token(input, context.output).await?;
    }
    warn_of_credentials(input, warnings);
    match input.verify {
        Verify::Never => Ok(Verification::skipped("not asked for: --verify never")),
        Verify::Auto => {
            warnings.add(&format!("the credentials were not tried: {WHY}"));
            Ok(Verification::skipped(WHY))
        }
        Verify::Always => Err(Failure::usage("the credentials cannot be tried")
            .why(WHY)
            .fix("add --registry KIND")),
    }
}

/// Asks for the token until the registry does not refuse it, three times at most, and says what
/// came of the last login. The username can be corrected each time.
///
/// # Errors
/// As of [`Login::judge`].
pub async fn ask_for_good_credentials(
    prompter: &Prompter,
    input: &mut CreateInput,
    login: &Login,
    context: &Context<'_>,
    warnings: &mut Warnings<'_>,
) -> Result<Verification, Failure> {
    let output = context.output;
    let mut left = TRIES;
    loop {
        prompter.ask_token(input, output).await?;
        // What is odd about a token that is refused is shown, and of no use to the report.
        let mut found = output.warnings();
        warn_of_credentials(input, &mut found);
        let tried = login.attempt(input, output).await?;
        left -= 1;
        if left == 0 || !tried.is_refused() || input.is_issued() {
            warnings.extend(found);
            return login.judge(tried, input, output, warnings);
        }
        output.say(&tried.refusal());
        prompter.correct_username(input).await?;
        input.forget_token();
    }
}

/// Has a host agreed to that is not the registry's own: by `--yes`, or by someone at the terminal.
///
/// # Errors
/// Status 2 where nobody can be asked, 130 where the answer is no.
pub async fn agree_to_host(
    host: &ForeignHost,
    yes: bool,
    prompter: Option<&Prompter>,
    context: &Context<'_>,
    warnings: &mut Warnings<'_>,
) -> Result<(), Failure> {
    const QUESTION: &str = "Try the credentials there anyway?";
    let warning = format!("{host}; the credentials are tried there");
    if yes {
        warnings.add(&warning);
        return Ok(());
    }
    if let Some(why) = why_not_ask(context.global) {
        let message = format!(
            "{host}; the credentials go there only after a yes, and nothing \
                               can be asked here"
        );
        return Err(Failure::usage(message).why(why).fix(format!(
            "name the registry's own host: --upstream-registry-url {}\nor, if that other host \
             may get the credentials: add --yes",
            host.upstream.shown_host()
        )));
    }
    context.output.say(&format!("{host}."));
    let agrees = match prompter {
        Some(prompter) => prompter.confirm(QUESTION, false).await?,
        None => context.prompter().confirm(QUESTION, false).await?,
    };
    if agrees {
        warnings.keep(&warning);
        Ok(())
    } else {
        Err(Failure::cancelled(Status::Cancelled))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::{Redactor, Style};
    use std::cell::Cell;

    /// How often a registry is asked that gives these verdicts, the last one again and again, and
    /// the verdict of the last login.
    fn attempts(verdicts: &[VerdictWord]) -> (usize, VerdictWord) {
        let asked = Cell::new(0);
        let output = Output::new(Style::default(), Redactor::new());
        let attempt = async || {
            let verdict = verdicts[asked.get().min(verdicts.len() - 1)];
            asked.set(asked.get() + 1);
            Ok(Tried {
                upstream: LoginRegistry::find("docker-hub").unwrap(),
                username: "me".to_owned(),
                info: TokenInfo::default(),
                verification: Verification {
                    verdict,
                    reason: None,
                    proves: None,
                },
                fix: None,
            })
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build();
        let waits = WAITS.map(|_| Duration::ZERO);
        let tried = runtime
            .unwrap()
            .block_on(attempt_again(&waits, &output, attempt));
        (asked.get(), tried.unwrap().verification.verdict)
    }

    #[test]
    fn only_a_rejection_of_new_credentials_is_tried_again_and_not_for_ever() {
        use VerdictWord::{Accepted, Rejected, Unknown};
        assert_eq!(WAITS.iter().sum::<Duration>(), Duration::from_mins(2));
        assert_eq!(attempts(&[Accepted]), (1, Accepted));
        assert_eq!(attempts(&[Rejected, Rejected, Accepted]), (3, Accepted));
        assert_eq!(attempts(&[Rejected, Unknown]), (2, Unknown));
        assert_eq!(attempts(&[Unknown]), (1, Unknown));
        assert_eq!(attempts(&[Rejected]), (7, Rejected));
    }
}

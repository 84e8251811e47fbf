//! Tests the credentials at the registry for `create` and `update`, and reports the result.

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
use crate::output::{escaped, paint, Color, Output, Warnings};
use crate::plan::apply::Known;
use crate::registry::{log_in, ForeignHost, TokenInfo, Verdict};

/// How often a person may try credentials. More failed logins may lock the account.
const TRIES: usize = 3;

/// The waits before further logins with new credentials, two minutes in all. Azure rejects new
/// passwords for up to a minute.
const WAITS: [Duration; 6] = [
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(15),
    Duration::from_secs(30),
    Duration::from_secs(30),
    Duration::from_secs(30),
];

/// The reason in the review and the report.
const VERIFY_NEVER: &str = "--verify never";

/// Whether and how to test the credentials.
pub struct Login {
    when: Verify,
    network: Result<Network, &'static str>,
}

/// The result of a login, before it is shown.
pub struct Tried {
    upstream: LoginRegistry,
    username: String,
    info: TokenInfo,
    verification: Verification,
    /// How to fix a rejection or an unreachable registry.
    fix: Option<String>,
}

impl Login {
    pub fn new(input: &CreateInput, settings: &Settings) -> Self {
        let network = match input.verify {
            Verify::Never => Err(VERIFY_NEVER),
            Verify::Auto if input.dry_run => Err("dry run; add --verify always to test them"),
            Verify::Auto | Verify::Always => Ok(settings.network().clone()),
        };
        Self {
            when: input.verify,
            network,
        }
    }

    /// Whether the credentials will be sent to the registry.
    pub fn is_wanted(&self) -> bool {
        self.network.is_ok()
    }

    /// Asks for agreement to a host that is not the registry's own. If nothing will be sent there,
    /// it only warns.
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

    /// Whether everything needed for a login is known.
    pub fn is_ready(&self, input: &CreateInput) -> bool {
        let is_known = input.address().is_some() && input.credential().is_some();
        self.is_wanted() && is_known && input.upstream.is_some()
    }

    /// Logs in once. Credentials that a command just issued are tried again for up to two minutes,
    /// as they may need time to become valid.
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
            let reason = format!("the host of the {} is unknown", upstream.title);
            let fix = format!("add --upstream-registry-url {ANY_AZURE_HOST}");
            return Ok(tried(VerdictWord::Unknown, Some(reason), Some(fix)));
        };
        let what = format!("Testing the credentials at {}", upstream.title);
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
                    "the name of the organization, for an organization token"
                } else {
                    upstream.login.username
                };
                let source = upstream.login.token_source;
                let fix = if input.is_issued() {
                    // Running the command again would only issue others.
                    format!(
                        "create a token by hand: {source}\nand store it with --access-token-stdin"
                    )
                } else {
                    format!(
                        "check the username: {username}\ncreate a new token: {source}\n\
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

    /// Reports the result and keeps the expiry date the registry reports. A rejection is a failure,
    /// and so is an unreachable registry with `--verify always`.
    fn judge(
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
            VerdictWord::Skipped if self.when == Verify::Never && !input.dry_run => {
                output.note(&format!("The credentials were not tested: {reason}"));
            }
            VerdictWord::Skipped => {}
            VerdictWord::Accepted => output.done(&format!(
                "{title} accepted the credentials (this does not prove that they can pull every \
                 image)"
            )),
            VerdictWord::Rejected => return Err(tried.into_failure()),
            VerdictWord::Unknown if self.when == Verify::Always => {
                let message = format!("could not verify the credentials at {title}");
                let again = if input.is_issued() {
                    "try again later"
                } else {
                    "try again, or store them untested: --verify never"
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
                    "could not verify the credentials: {reason}{}",
                    fix.unwrap_or_default()
                ));
            }
        }
        for doubt in &info.doubts {
            warnings.add(doubt);
        }
        if let Some(end) = info.expires {
            input.told_end = Some((end, title));
            if let Some(warning) = ends_soon(end, &format!("on {end}")) {
                warnings.add(&warning);
            }
        }
        if let Some(warning) = input.end_warning() {
            warnings.add(&warning);
        }
        if verification.verdict == VerdictWord::Accepted && input.expiry().is_none() {
            note_where_expiry_is_shown(*upstream, output);
        }
        Ok(tried.verification)
    }
}

/// For registries that don't report when a token expires.
fn note_where_expiry_is_shown(upstream: LoginRegistry, output: &Output) {
    if upstream.login.token_api.is_none() {
        let (title, place) = (upstream.title, upstream.login.expiry_place);
        output.note(&format!(
            "{title} does not report when a token expires. Look it up here and record it with \
             --expires-on: {place}"
        ));
    }
}

impl Tried {
    fn is_refused(&self) -> bool {
        self.verification.verdict == VerdictWord::Rejected
    }

    /// The rejection, for a person who is about to be asked again.
    fn refusal(&self) -> String {
        let reason = self.verification.reason.as_deref().unwrap_or_default();
        format!(
            "{} {} rejected the credentials of {}: {reason}.\nNothing was written. Enter the \
             username and token again.",
            paint(Color::Red, "error:"),
            self.upstream.title,
            self.username
        )
    }

    fn into_failure(self) -> Failure {
        let message = format!(
            "{} rejected the credentials of {}",
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

/// Attempts a login, and again after each wait while the registry rejects it.
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
                "{} rejected the new credentials: {}. New credentials may need a moment; retrying \
                 for up to two minutes",
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

/// Runs the credential command, if there is one, after proving that an existing secret can be
/// written. `stored` is the username to keep if the command prints none.
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

/// Proves that new credentials can be stored in this secret, without changing it.
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
            "the stored value could not be read, so it is unknown whether a new version can be \
             stored",
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

/// Warns if the credentials may not work.
pub fn warn_of_credentials(input: &CreateInput, warnings: &mut Warnings<'_>) {
    for warning in input.credential_warnings() {
        warnings.add(&warning);
    }
}

/// Tests the new credentials, unless they were `tried`. A person is asked again if the registry
/// rejects them.
pub async fn verify(
    input: &mut CreateInput,
    tried: Option<Tried>,
    prompter: Option<&Prompter>,
    login: &Login,
    context: &Context<'_>,
    warnings: &mut Warnings<'_>,
) -> Result<Verification, Failure> {
    const WHY: &str =
        "the registry is unknown: neither the name of the secret nor --registry says it";
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
        Verify::Never => {
            let reason = format!("The credentials were not tested: {VERIFY_NEVER}");
            context.output.note(&reason);
            Ok(Verification::skipped(VERIFY_NEVER))
        }
        Verify::Auto => {
            warnings.add(&format!("the credentials were not tested: {WHY}"));
            Ok(Verification::skipped(WHY))
        }
        Verify::Always => Err(Failure::usage("the credentials cannot be tested")
            .why(WHY)
            .fix("add --registry KIND")),
    }
}

/// Asks for the token, and again for the username and token if the registry rejects them, at most
/// three times.
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
        // Warnings about a rejected token don't belong in the report.
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

/// Asks for agreement to a host that is not the registry's own, unless `yes` is set.
pub async fn agree_to_host(
    host: &ForeignHost,
    yes: bool,
    prompter: Option<&Prompter>,
    context: &Context<'_>,
    warnings: &mut Warnings<'_>,
) -> Result<(), Failure> {
    const QUESTION: &str = "Send the credentials there anyway?";
    let warning = format!("{host}; the credentials are sent there");
    if yes {
        warnings.add(&warning);
        return Ok(());
    }
    if let Some(why) = why_not_ask(context.global) {
        let message = format!(
            "{host}; sending the credentials there needs confirmation, but there is no terminal"
        );
        return Err(Failure::usage(message).why(why).fix(format!(
            "use the registry's own host: --upstream-registry-url {}\nor, if you trust the other \
             host, add --yes",
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
        Err(Failure::canceled(Status::Canceled))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::{Redactor, Style};
    use std::cell::Cell;

    /// The number of logins at a registry that gives these verdicts, the last one repeatedly, and
    /// the last verdict.
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
    fn only_rejected_new_credentials_are_retried_and_not_forever() {
        use VerdictWord::{Accepted, Rejected, Unknown};
        assert_eq!(WAITS.iter().sum::<Duration>(), Duration::from_mins(2));
        assert_eq!(attempts(&[Accepted]), (1, Accepted));
        assert_eq!(attempts(&[Rejected, Rejected, Accepted]), (3, Accepted));
        assert_eq!(attempts(&[Rejected, Unknown]), (2, Unknown));
        assert_eq!(attempts(&[Unknown]), (1, Unknown));
        assert_eq!(attempts(&[Rejected]), (7, Rejected));
    }
}

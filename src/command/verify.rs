//! Trying the credentials at the registry, as a command does it: whether, and what it says then.

use super::{cancelled, why_not_ask, Context};
use crate::aws::{Network, Settings};
use crate::cli::Verify;
use crate::failure::Failure;
use crate::input::draft::Draft;
use crate::input::person::Person;
use crate::output::{escaped, Output};
use crate::registry::{log_in, ForeignHost, Verdict};
use crate::report::{VerdictWord, Verification};
use crate::status::Status;
use crate::upstream::Upstream;

/// How often a person is asked for a token that the registry takes; more bad logins may lock the
/// account.
pub const TRIES: usize = 3;

/// The login at the registry, ready to be tried; or the reason not to.
pub struct Login {
    when: Verify,
    way: Result<Network, &'static str>,
}

/// What came of it, before it is told.
pub struct Tried {
    upstream: &'static Upstream,
    username: String,
    verification: Verification,
    /// What mends a registry that cannot be asked, or credentials that it refused.
    fix: Option<String>,
}

impl Login {
    pub fn prepare(draft: &Draft, settings: &Settings) -> Self {
        let way = match draft.verify {
            Verify::Never => Err("not asked for: --verify never"),
            Verify::Auto if draft.dry_run => {
                Err("a dry run sends nothing; with --verify always it does")
            }
            Verify::Auto | Verify::Always => Ok(settings.network().clone()),
        };
        Self {
            when: draft.verify,
            way,
        }
    }

    /// Whether the registry will be asked.
    pub fn is_wanted(&self) -> bool {
        self.way.is_ok()
    }

    /// Has a host agreed to that is not the registry's own, before a token is asked for or sent. Gives
    /// the warning that was shown, for the report; where nothing will be sent, it is only shown.
    ///
    /// # Errors
    /// As of [`agree_to_host`].
    pub async fn agree_to_host(
        &self,
        draft: &Draft,
        person: Option<&Person>,
        context: &Context<'_>,
    ) -> Result<Option<String>, Failure> {
        let Some(host) = draft.foreign_host() else {
            return Ok(None);
        };
        if self.is_wanted() {
            return agree_to_host(&host, draft.yes, person, context)
                .await
                .map(Some);
        }
        let warning = host.to_string();
        context.output.warn(&warning);
        Ok(Some(warning))
    }

    /// Logs in with what the draft has, once.
    ///
    /// # Errors
    /// Status 2 where something is missing still.
    pub async fn attempt(&self, draft: &Draft) -> Result<Tried, Failure> {
        let open = || Failure::usage("the registry, the username or the access token is missing");
        let upstream = draft.upstream.ok_or_else(open)?;
        let credential = draft.credential().ok_or_else(open)?;
        let tried = |verdict, reason, fix| Tried {
            upstream,
            username: escaped(credential.username.as_str()),
            verification: Verification {
                verdict,
                reason,
                proves: (verdict == VerdictWord::Accepted).then_some(upstream.login_proves),
            },
            fix,
        };
        let network = match &self.way {
            Ok(network) => network,
            Err(why) => return Ok(tried(VerdictWord::Skipped, Some((*why).to_owned()), None)),
        };
        let Some(address) = draft.address() else {
            let reason = format!("the host of the {} is not known", upstream.title);
            let fix = "add --upstream-registry-url NAME.azurecr.io".to_owned();
            return Ok(tried(VerdictWord::Unknown, Some(reason), Some(fix)));
        };
        Ok(
            match log_in(network, upstream, &address, &credential).await {
                Verdict::Accepted => tried(VerdictWord::Accepted, None, None),
                Verdict::Rejected { reason } => {
                    let kind = credential.token.kind();
                    let is_organizations =
                        kind.is_some_and(|kind| kind.word == "docker-hub-organization");
                    let username = if is_organizations {
                        "the organization's name, as for every organization token"
                    } else {
                        upstream.username
                    };
                    let fix = format!(
                        "check the username: {username}\nmake a new token: {}\nto store them all the same: --verify never",
                        upstream.token_source
                    );
                    tried(VerdictWord::Rejected, Some(reason), Some(fix))
                }
                Verdict::Unknown { reason, fix } => {
                    tried(VerdictWord::Unknown, Some(reason), fix.map(str::to_owned))
                }
            },
        )
    }

    /// Says what came of it, and goes on where that is wanted.
    ///
    /// # Errors
    /// Status 6 where the registry refused the credentials, 7 where it could not be asked and must.
    pub fn settle(
        &self,
        tried: Tried,
        warnings: &mut Vec<String>,
        output: &Output,
    ) -> Result<Verification, Failure> {
        let Tried {
            upstream,
            username: _,
            verification,
            fix,
        } = &tried;
        let title = upstream.title;
        let reason = verification.reason.as_deref().unwrap_or_default();
        match verification.verdict {
            VerdictWord::Skipped => {}
            VerdictWord::Accepted => {
                let proves = upstream.login_proves;
                output.note(&format!(
                    "{title} accepts the credentials. That proves {proves}."
                ));
            }
            VerdictWord::Rejected => return Err(tried.into_failure()),
            VerdictWord::Unknown if self.when == Verify::Always => {
                let message = format!("the credentials could not be tried at {title}");
                let again = "try again, or store them untried: --verify never";
                let fix = fix.as_ref().map(|fix| format!("{fix}\n{again}"));
                let status = Status::Temporary;
                return Err(Failure::new(status, "registry-unknown", message)
                    .why(reason)
                    .fix(fix.unwrap_or_else(|| again.to_owned())));
            }
            VerdictWord::Unknown => {
                let fix = fix.as_ref().map(|fix| format!("; {fix}"));
                let warning = format!(
                    "the credentials were not tried at {title}: {reason}{}",
                    fix.unwrap_or_default()
                );
                output.warn(&warning);
                warnings.push(warning);
            }
        }
        Ok(tried.verification)
    }
}

/// Has a host agreed to that is not the registry's own: by `--yes`, or by someone at the terminal.
/// Gives the warning that was shown.
///
/// # Errors
/// Status 2 where nobody can be asked, 130 where the answer is no.
pub async fn agree_to_host(
    host: &ForeignHost,
    yes: bool,
    person: Option<&Person>,
    context: &Context<'_>,
) -> Result<String, Failure> {
    const QUESTION: &str = "Try the credentials there all the same?";
    let warning = format!("{host}; the credentials are tried there");
    if yes {
        context.output.warn(&warning);
        return Ok(warning);
    }
    if let Some(why) = why_not_ask(context.global) {
        let message =
            format!("{host}; nobody can be asked here whether the credentials may go there");
        return Err(Failure::usage(message).why(why).fix(format!(
            "name the registry's own host: --upstream-registry-url {}\n\
             or, where that other one may have the credentials: add --yes",
            host.upstream.host()
        )));
    }
    context.output.say(&format!("{host}."));
    let agrees = if let Some(person) = person {
        person.confirms(QUESTION).await?
    } else {
        let person = Person::meet(context.global, context.output);
        person.confirms(QUESTION).await?
    };
    if agrees {
        Ok(warning)
    } else {
        Err(cancelled(Status::Cancelled))
    }
}

impl Tried {
    pub fn is_refused(&self) -> bool {
        self.verification.verdict == VerdictWord::Rejected
    }

    /// For a person who is about to be asked again.
    pub fn refusal(&self) -> String {
        let reason = self.verification.reason.as_deref().unwrap_or_default();
        format!(
            "{} refused the credentials of {}: {reason}.\nPlease give another token; nothing was written.",
            self.upstream.title, self.username
        )
    }

    fn into_failure(self) -> Failure {
        let message = format!(
            "{} refused the credentials of {}",
            self.upstream.title, self.username
        );
        let mut failure = Failure::new(Status::Refused, "registry-refused", message);
        let reason = self.verification.reason.unwrap_or_default();
        failure.why = Some(format!("{reason}; nothing was stored"));
        failure.fix = self.fix;
        failure
    }
}

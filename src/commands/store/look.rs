//! What is looked at before anything is planned, and what is refused then.

use super::planned_rule::Rules;
use super::{NewVersion, Store};
use crate::aws::{Kind, Session};
use crate::cli::IfExists;
use crate::commands::choose::{chosen_secret, Selection};
use crate::commands::find::{pending_deletion, refuse_managed, refuse_read_only};
use crate::commands::login_test::{warn_of_credentials, Tried};
use crate::input::create_input::CreateInput;
use crate::input::Prompter;
use crate::model::credential::Username;
use crate::model::date::Date;
use crate::model::name::SecretName;
use crate::model::region::Region;
use crate::model::secret::{Secret, EXPIRY_TAG};
use crate::model::stored_value::StoredValue;
use crate::model::value_update::username_of;
use crate::output::escaped;
use crate::output::failure::Failure;
use crate::output::hint::Hints;
use crate::output::status::Status;
use crate::output::Warnings;
use crate::plan::{Existing, Observed};

/// What AWS has.
pub struct Looked {
    pub observed: Observed,
    pub rules: Rules,
}

/// Why a secret that exists is left as it is.
#[derive(Clone, Copy)]
pub enum Left {
    /// By `--if-exists skip`.
    Skipped,
    /// The stored token is valid until this day: by `--renew-within`.
    NotDue(Date),
}

impl Looked {
    /// The secret that exists.
    pub fn secret(&self) -> Option<&Secret> {
        self.existing().map(|existing| &existing.secret)
    }

    pub fn existing(&self) -> Option<&Existing> {
        match &self.observed {
            Observed::Active(existing) => Some(existing),
            _ => None,
        }
    }

    pub fn stored_username(&self) -> Option<Username> {
        username_of(self.existing()?.value.as_ref()?)
    }
}

impl Store<'_> {
    /// Looks at the secret and the rules, side by side. The registry is asked beside, unless a
    /// person is asked first, a command issues the credentials, or what AWS answers may end the
    /// work.
    pub async fn look(
        &mut self,
        version: Option<&NewVersion>,
        person: Option<&Prompter>,
    ) -> Result<(Option<Tried>, Looked), Failure> {
        if version.is_none() && person.is_none() {
            // What is wrong with the rule is reported before anything is sent.
            self.input.rule_request()?;
        }
        let may_end = self.input.if_exists == IfExists::Skip
            || version.is_some_and(|version| version.renew_within.is_some());
        let is_ready = person.is_none() && !may_end && self.login.is_ready(&self.input);
        let (tried, looked) = if is_ready {
            warn_of_credentials(&self.input, &mut self.warnings);
            let login = self.login.attempt(&self.input, self.context.output);
            // What AWS has against it ends the wait for the registry.
            let (tried, looked) = tokio::try_join!(login, self.look_at_aws(version, person))?;
            (Some(tried), looked)
        } else {
            (None, self.look_at_aws(version, person).await?)
        };
        if let (Some(secret), Some(_)) = (looked.secret(), version) {
            self.input.take_secret(secret);
            if let Rules::One(Some(rule)) = &looked.rules {
                self.input.take_registry_from(rule);
            }
        }
        Ok((tried, looked))
    }

    async fn look_at_aws(
        &self,
        version: Option<&NewVersion>,
        person: Option<&Prompter>,
    ) -> Result<Looked, Failure> {
        let (input, session) = (&self.input, &self.session);
        session.fetch_credentials().await?;
        let asks = person.is_some() && version.is_none() && !input.yes;
        let rules = async {
            match (&input.rule, version) {
                (Some(prefix), _) if !asks => Rules::one(prefix, input, session).await,
                (None, Some(_)) => Ok(Rules::NotLooked),
                (prefix, _) => Rules::of_region(prefix.as_ref(), session).await,
            }
        };
        let secret = async {
            match version {
                None => observe(input, session).await,
                Some(version) => {
                    let id = version.id.clone();
                    let chosen =
                        chosen_secret(id, Selection::Active, person, session, self.context);
                    let secret = Box::pin(chosen).await?;
                    refuse_read_only(&secret, ("update", ""), session)?;
                    Ok(Observed::from(Some(secret)))
                }
            }
        };
        let (observed, rules) = tokio::join!(secret, rules);
        let observed = observed?;
        if version.is_none() && !asks {
            refuse_what_exists(input, &observed, session)?;
        }
        Ok(Looked {
            observed,
            rules: rules?,
        })
    }

    /// The secret that is left as it is, and why.
    pub fn why_left<'l>(
        &mut self,
        looked: &'l Looked,
        version: Option<&NewVersion>,
    ) -> Option<(&'l Existing, Left)> {
        let existing = looked.existing()?;
        let left = match version {
            None if self.input.if_exists == IfExists::Skip => Left::Skipped,
            None => return None,
            Some(version) => {
                let days = version.renew_within?;
                Left::NotDue(lasts_longer(&existing.secret, days, &mut self.warnings)?)
            }
        };
        Some((existing, left))
    }

    /// Reads the value of a secret that exists, and its policy if there is one to compare with.
    /// `keeps_username` if the stored one stays unless another is given.
    pub async fn read_existing(
        &mut self,
        looked: &mut Looked,
        keeps_username: bool,
    ) -> Result<(), Failure> {
        let Observed::Active(existing) = &mut looked.observed else {
            return Ok(());
        };
        let needs_username = keeps_username
            && self.input.username.is_none()
            && self.input.credential_command().is_none();
        let policy = async {
            match &self.input.policy {
                Some(_) => self.session.secrets().policy(&existing.secret.arn).await,
                None => Ok(None),
            }
        };
        let value = read_value(
            &existing.secret,
            needs_username && !self.context.can_ask(),
            &self.session,
            &mut self.warnings,
        );
        let (value, policy) = tokio::join!(value, policy);
        existing.value = value?;
        existing.policy = match policy {
            Err(error) if error.kind == Kind::Denied => None,
            policy => policy.map_err(|error| {
                let name = &existing.secret.name;
                let what = format!("{name} exists, and could not be looked at");
                error.into_failure(&what, self.session.service())
            })?,
        };
        if needs_username {
            self.input.username = looked.stored_username();
        }
        Ok(())
    }

    /// Looks again after CreateSecret found that the secret exists. Afterwards `--if-exists`
    /// decides.
    pub async fn look_after(
        &self,
        name: &SecretName,
        is_pending: bool,
    ) -> Result<Observed, Failure> {
        let observed = match self.session.secrets().describe(name.as_str()).await {
            Ok(secret) => Observed::from(secret),
            Err(_) if is_pending => {
                return Err(name_is_taken(name, None, &self.session.hints()));
            }
            Err(_) if self.input.if_exists == IfExists::Fail => {
                return Err(already_exists(name, None));
            }
            Err(error) => {
                let what = format!("{name} exists, and could not be looked at");
                return Err(error.into_failure(&what, self.session.service()));
            }
        };
        refuse_what_exists(&self.input, &observed, &self.session)?;
        Ok(observed)
    }
}

/// The service refuses a replica in the secret's own Region; better to say so before it is asked.
pub fn refuse_replica_at_home(input: &CreateInput, region: &Region) -> Result<(), Failure> {
    if input.replicas.contains(region) {
        let message = format!("--replica-region {region} is the Region of the secret itself");
        return Err(Failure::usage(message).fix("leave that Region out of --replica-region"));
    }
    Ok(())
}

/// Whether the secret exists. A caller who may not look may write all the same.
pub async fn observe(input: &CreateInput, session: &Session) -> Result<Observed, Failure> {
    let Some(name) = input.name_or_default() else {
        return Ok(Observed::NotLooked);
    };
    match session.secrets().describe(name.as_str()).await {
        Ok(secret) => Ok(Observed::from(secret)),
        Err(error) if error.kind == Kind::Denied => Ok(Observed::NotLooked),
        Err(error) => {
            let what = format!("could not see whether {name} exists");
            Err(error.into_failure(&what, session.service()))
        }
    }
}

/// Refuses what was not asked for: a new version of a secret that exists, or a name that is free
/// only when a recovery window ends.
pub fn refuse_what_exists(
    input: &CreateInput,
    observed: &Observed,
    session: &Session,
) -> Result<(), Failure> {
    let Some(name) = input.name_or_default() else {
        return Ok(());
    };
    match observed {
        Observed::Active(existing) if input.if_exists == IfExists::Fail => {
            Err(already_exists(&name, Some(existing)))
        }
        // No rule works with a secret that ECR cannot read; one that is left alone is only named.
        Observed::Active(existing)
            if input.if_exists == IfExists::Update || input.rule.is_some() =>
        {
            refuse_managed(&existing.secret)
        }
        Observed::PendingDeletion { due } => Err(name_is_taken(&name, Some(due), &session.hints())),
        _ => Ok(()),
    }
}

/// The stored value; `None` where there is none, or this caller may not read it and need not. From
/// then on it is kept out of whatever is shown.
async fn read_value(
    secret: &Secret,
    is_needed: bool,
    session: &Session,
    warnings: &mut Warnings<'_>,
) -> Result<Option<StoredValue>, Failure> {
    match session.secrets().value(&secret.arn).await {
        Ok(stored) => Ok(stored),
        Err(error) if error.kind == Kind::Denied && !is_needed => {
            warnings.add(
                "this caller cannot read the stored value (secretsmanager:GetSecretValue), so a \
                 new version is stored without comparing, and other keys of the value are not \
                 kept",
            );
            Ok(None)
        }
        Err(error) => {
            let name = escaped(&secret.name);
            let what = if is_needed {
                format!("could not read the value of {name}, to keep its username")
            } else {
                format!("{name} exists, and could not be looked at")
            };
            let failure = error.into_failure(&what, &session.service().of_secret(&secret.name));
            Err(if failure.status() == Status::Denied {
                failure.or_fix("or give the username: --username NAME")
            } else {
                failure
            })
        }
    }
}

/// When the stored token expires, if that is more than so many days from now, in UTC. If that is
/// unknown, it warns, and the token is due.
fn lasts_longer(secret: &Secret, days: i64, warnings: &mut Warnings<'_>) -> Option<Date> {
    let why = match secret.expires_on() {
        Some(Ok(end)) => return Some(end).filter(|end| Date::today().days_until(*end) > days),
        Some(Err(_)) if secret.has_unknown_expiry() => "says so",
        Some(Err(_)) => "is not a date",
        None => "is missing",
    };
    let name = escaped(&secret.name);
    warnings.add(&format!(
        "when the token of {name} ends is not known: the tag {EXPIRY_TAG} {why}; so it is renewed"
    ));
    None
}

/// The failure for a name that is taken.
fn already_exists(name: &SecretName, existing: Option<&Existing>) -> Failure {
    let message = format!("the secret {name} exists already");
    let failure = Failure::new(Status::SecretState, "secret-exists", message);
    let failure = match existing {
        Some(existing) => failure.why(format!("it is {}", existing.secret.arn)),
        None => failure,
    };
    failure.fix(
        "store the credentials as its new version: --if-exists update\nor leave it as it \
        is: --if-exists skip\nor choose another name: --name",
    )
}

/// [`pending_deletion`] for who wants to store credentials under that name.
fn name_is_taken(name: &SecretName, due: Option<&str>, hints: &Hints) -> Failure {
    pending_deletion(name, due, hints)
        .then_fix("run this again with --if-exists update; or choose another --name")
}

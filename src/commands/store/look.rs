//! Looks up what exists before anything is planned, and refuses what cannot be done.

use super::planned_rule::Rules;
use super::{NewVersion, Store};
use crate::aws::{Kind, Session};
use crate::cli::IfExists;
use crate::commands::choose::{chosen_secret, Selection};
use crate::commands::find::{pending_deletion, refuse_managed, refuse_read_only};
use crate::commands::verification::{warn_of_credentials, Tried};
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

/// What exists in AWS.
pub struct Looked {
    pub observed: Observed,
    pub rules: Rules,
}

/// Why an existing secret is left unchanged.
#[derive(Clone, Copy)]
pub enum Left {
    /// `--if-exists skip`.
    Skipped,
    /// `--renew-within`: the stored token expires on this day.
    NotDue(Date),
}

impl Looked {
    /// The existing secret, if there is one.
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
    /// Looks up the secret and the rules, and at the same time tests the credentials, if they are
    /// known and the answers cannot make the test unnecessary.
    pub async fn look(
        &mut self,
        version: Option<&NewVersion>,
        person: Option<&Prompter>,
    ) -> Result<(Option<Tried>, Looked), Failure> {
        if version.is_none() && person.is_none() {
            // Reports a wrong rule before anything is sent.
            self.input.rule_request()?;
        }
        let may_end = self.input.if_exists == IfExists::Skip
            || version.is_some_and(|version| version.renew_within.is_some());
        let is_ready = person.is_none() && !may_end && self.login.is_ready(&self.input);
        let (tried, looked) = if is_ready {
            warn_of_credentials(&self.input, &mut self.warnings);
            let login = self.login.attempt(&self.input, self.context.output);
            // A failure at AWS ends the wait for the registry.
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

    /// The secret that is left unchanged, and why; `None` to go on.
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

    /// Reads the value of an existing secret, and its policy if the request has one.
    /// `keeps_username` means the stored username is the default.
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
                let what = format!("{name} exists, but could not be read");
                error.into_failure(&what, self.session.service())
            })?,
        };
        if needs_username {
            self.input.username = looked.stored_username();
        }
        Ok(())
    }

    /// Looks again after CreateSecret reported that the secret exists.
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
                let what = format!("{name} exists, but could not be read");
                return Err(error.into_failure(&what, self.session.service()));
            }
        };
        refuse_what_exists(&self.input, &observed, &self.session)?;
        Ok(observed)
    }
}

/// Refuses a replica in the secret's own Region, as AWS would.
pub fn refuse_replica_at_home(input: &CreateInput, region: &Region) -> Result<(), Failure> {
    if input.replicas.contains(region) {
        let message = format!("--replica-region {region} is the Region of the secret itself");
        return Err(Failure::usage(message).fix("remove that Region from --replica-region"));
    }
    Ok(())
}

/// Whether the secret exists. Access denied counts as "not looked up".
pub async fn observe(input: &CreateInput, session: &Session) -> Result<Observed, Failure> {
    let Some(name) = input.name_or_default() else {
        return Ok(Observed::NotLooked);
    };
    match session.secrets().describe(name.as_str()).await {
        Ok(secret) => Ok(Observed::from(secret)),
        Err(error) if error.kind == Kind::Denied => Ok(Observed::NotLooked),
        Err(error) => {
            let what = format!("could not look up {name}");
            Err(error.into_failure(&what, session.service()))
        }
    }
}

/// Refuses a name in use, unless `--if-exists` allows it.
fn refuse_what_exists(
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
        // ECR cannot read a managed secret, so no rule would work with it.
        Observed::Active(existing)
            if input.if_exists == IfExists::Update || input.rule.is_some() =>
        {
            refuse_managed(&existing.secret)
        }
        Observed::PendingDeletion { due } => Err(name_is_taken(&name, Some(due), &session.hints())),
        _ => Ok(()),
    }
}

/// The stored value; `None` if there is none, or if it is not needed and the caller may not read
/// it.
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
                "this caller cannot read the stored value (secretsmanager:GetSecretValue), so the \
                 new version is stored without comparison, and other keys of the value are not \
                 kept",
            );
            Ok(None)
        }
        Err(error) => {
            let name = escaped(&secret.name);
            let what = if is_needed {
                format!("could not read the username stored in {name}")
            } else {
                format!("{name} exists, but could not be read")
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

/// When the stored token expires, if that is more than this many days away; `None` if it should be
/// renewed.
fn lasts_longer(secret: &Secret, days: i64, warnings: &mut Warnings<'_>) -> Option<Date> {
    let why = match secret.expires_on() {
        Some(Ok(end)) => return Some(end).filter(|end| Date::today().days_until(*end) > days),
        Some(Err(_)) if secret.has_unknown_expiry() => "is unknown",
        Some(Err(_)) => "is not a date",
        None => "is missing",
    };
    let name = escaped(&secret.name);
    warnings.add(&format!(
        "the expiry date of {name} is unknown (the tag {EXPIRY_TAG} {why}), so the token is renewed"
    ));
    None
}

/// The failure for a name in use.
fn already_exists(name: &SecretName, existing: Option<&Existing>) -> Failure {
    let message = format!("the secret {name} already exists");
    let failure = Failure::new(Status::SecretState, "secret-exists", message);
    let failure = match existing {
        Some(existing) => failure.why(format!("its ARN is {}", existing.secret.arn)),
        None => failure,
    };
    failure.fix(
        "store the credentials as a new version: --if-exists update\nor leave it unchanged: \
         --if-exists skip\nor choose another name: --name",
    )
}

/// [`pending_deletion`], with how to store credentials under that name.
fn name_is_taken(name: &SecretName, due: Option<&str>, hints: &Hints) -> Failure {
    pending_deletion(name, due, hints)
        .then_fix("run this again with --if-exists update; or choose another --name")
}

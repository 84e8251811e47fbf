//! Questions at a terminal besides the credentials: an existing secret, and changes in the review.

use super::look::{observe, Looked};
use super::Store;
use crate::cli::IfExists;
use crate::commands::verification::ask_for_good_credentials;
use crate::input::prompter::change::Change;
use crate::input::Prompter;
use crate::model::date::ago;
use crate::model::rule::{Rule, RuleUsage};
use crate::output::escaped;
use crate::output::failure::Failure;
use crate::output::report::Verification;
use crate::output::status::Status;
use crate::plan::{Existing, Observed};

/// What to do about a name that is in use.
#[derive(Clone, Copy)]
enum WayOn {
    NextVersion,
    OtherName,
    Stop,
}

/// The choices if the secret with that name cannot get a new version.
const ELSEWHERE: [(WayOn, &str); 2] = [
    (WayOn::OtherName, "Use another name"),
    (WayOn::Stop, "Stop"),
];

impl Store<'_> {
    /// Asks which row of the review to change, and changes it.
    pub async fn change(
        &mut self,
        looked: &mut Looked,
        verification: &mut Verification,
        prompter: &Prompter,
    ) -> Result<(), Failure> {
        let output = self.context.output;
        let stored = looked.secret();
        let Some(what) = prompter.ask_what_to_change(&self.input, stored).await? else {
            return Ok(());
        };
        let address = self.input.address.clone();
        let username = self.input.username.clone();
        let name = self.input.name_or_default();
        let input = &mut self.input;
        prompter.change(what, input, stored, output).await?;
        match what {
            Change::Name if self.input.name_or_default() != name => {
                looked.observed = observe(&self.input, &self.session).await?;
                let keeps_username = self.choose_a_way_on(looked, prompter).await?;
                self.read_existing(looked, keeps_username).await
            }
            Change::Username if self.input.username == username => Ok(()),
            Change::Host if self.input.address == address => Ok(()),
            Change::Host | Change::Username | Change::Token => {
                let (login, context) = (&self.login, self.context);
                if what == Change::Host {
                    let (input, warnings) = (&self.input, &mut self.warnings);
                    let agreed = login.agree_to_host(input, Some(prompter), context, warnings);
                    agreed.await?;
                }
                prompter.ask_account(&mut self.input, output).await?;
                self.issue(looked).await?;
                let (input, warnings) = (&mut self.input, &mut self.warnings);
                let (login, context) = (&self.login, self.context);
                let tested = ask_for_good_credentials(prompter, input, login, context, warnings);
                *verification = tested.await?;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Asks what to do if the name is in use. Returns whether to store a new version.
    pub async fn choose_a_way_on(
        &mut self,
        looked: &mut Looked,
        prompter: &Prompter,
    ) -> Result<bool, Failure> {
        loop {
            let ways: &[(WayOn, &str)] = match &looked.observed {
                Observed::Active(existing) if self.input.if_exists == IfExists::Fail => {
                    self.context
                        .output
                        .say(&about(existing, looked.rules.all()));
                    if existing.secret.managed_by().is_some() {
                        &ELSEWHERE
                    } else {
                        &[
                            (WayOn::NextVersion, "Store the token as a new version"),
                            ELSEWHERE[0],
                            ELSEWHERE[1],
                        ]
                    }
                }
                Observed::PendingDeletion { due } => {
                    self.context.output.say(&self.about_deletion(due));
                    &ELSEWHERE
                }
                _ => return Ok(false),
            };
            let choices = ways.iter().map(|(_, words)| (*words).to_owned()).collect();
            let chosen = prompter
                .choose("What do you want to do?", choices, 0)
                .await?;
            match ways[chosen].0 {
                WayOn::NextVersion => {
                    self.input.if_exists = IfExists::Update;
                    return Ok(true);
                }
                WayOn::OtherName => {
                    let name = prompter.ask_name(self.input.name_or_default()).await?;
                    self.input.name = Some(name);
                    looked.observed = observe(&self.input, &self.session).await?;
                }
                WayOn::Stop => return Err(Failure::canceled(Status::Canceled)),
            }
        }
    }

    /// Describes a secret that is scheduled for deletion.
    fn about_deletion(&self, due: &str) -> String {
        let name = self.input.name_or_default();
        let name = name.map_or_else(String::new, |name| name.to_string());
        let restore = self.session.hints().restore(&name);
        format!(
            "The secret {name} is scheduled for deletion on {due}. Its name is in use until \
             then.\nTo cancel the deletion: {restore}"
        )
    }
}

/// Describes an existing secret.
fn about(existing: &Existing, rules: Option<&[Rule]>) -> String {
    let secret = &existing.secret;
    let changed = secret.last_changed.map(ago);
    let changed = changed.map_or_else(String::new, |when| format!(" It was changed {when}."));
    let usage = RuleUsage::new(secret, rules);
    let rules = match usage.prefixes().as_deref() {
        None => String::new(),
        Some([]) => " No rule uses it.".to_owned(),
        Some([only]) => format!(" Rule {only} uses it."),
        Some(several) => format!(" Rules {} use it.", several.join(", ")),
    };
    let managed = secret.managed_by();
    let managed = managed.map_or_else(String::new, |managed| {
        format!(" It is {managed}, so it cannot be changed here.")
    });
    let name = &secret.name;
    escaped(&format!(
        "The secret {name} already exists.{managed}{changed}{rules}"
    ))
}

//! `create` at a terminal: what only the person can know is asked, everything else is shown in the
//! review and can be changed there.

use super::look::look;
use super::store::Create;
use crate::cli::IfExists;
use crate::commands::login::ask_for_good_credentials;
use crate::input::prompter::change::Change;
use crate::input::Prompter;
use crate::model::date::ago;
use crate::model::rule::RuleUsage;
use crate::model::value_update::username_of;
use crate::output::escaped;
use crate::output::failure::Failure;
use crate::output::status::Status;
use crate::plan::{Existing, Observed};

/// What someone does about a name that is taken.
#[derive(Clone, Copy)]
enum WayOn {
    NextVersion,
    OtherName,
    Stop,
}

/// What there is to do where the secret of that name cannot have another version.
const ELSEWHERE: [(WayOn, &str); 2] = [
    (WayOn::OtherName, "Use another name"),
    (WayOn::Stop, "Stop"),
];

impl Create<'_> {
    /// Asks for the registry, and looks at its secret and the rules, side by side.
    pub async fn ask_what_to_make(&mut self, prompter: &Prompter) -> Result<(), Failure> {
        self.warn_of_region();
        prompter.ask_registry(&mut self.input).await?;
        let (observed, rules) = tokio::join!(
            look(&self.input, &self.session),
            self.session.rules_in_passing()
        );
        self.observed = observed?;
        self.is_read = false;
        self.rule.see(rules, &self.input, &self.session)?;
        self.choose_a_way_on(prompter).await?;
        if self.input.rule.is_none() {
            self.rule
                .propose(&mut self.input, &self.session, &mut self.warnings);
        }
        Ok(())
    }

    /// Asks for the username and the token, until the registry does not refuse them.
    pub async fn ask_for_credentials(&mut self, prompter: &Prompter) -> Result<(), Failure> {
        let context = self.context;
        prompter
            .ask_account(&mut self.input, context.output)
            .await?;
        self.issue_credentials().await?;
        let tried = ask_for_good_credentials(
            prompter,
            &mut self.input,
            &self.login,
            context,
            &mut self.warnings,
        );
        self.verification = tried.await?;
        Ok(())
    }

    /// Has one row of the review changed, and whatever follows from it.
    pub async fn change(&mut self, prompter: &Prompter) -> Result<(), Failure> {
        let output = self.context.output;
        let Some(what) = prompter.ask_what_to_change(&self.input).await? else {
            return Ok(());
        };
        let username = self.input.username.clone();
        let name = self.input.name_or_default();
        prompter.change(what, &mut self.input, output).await?;
        match what {
            Change::Token => self.ask_for_credentials(prompter).await,
            Change::Username if self.input.username != username => {
                self.ask_for_credentials(prompter).await
            }
            Change::Name if self.input.name_or_default() != name => {
                self.look_again().await?;
                self.choose_a_way_on(prompter).await
            }
            _ => Ok(()),
        }
    }

    /// Where the name is taken, tells of it, and asks what to do.
    async fn choose_a_way_on(&mut self, prompter: &Prompter) -> Result<(), Failure> {
        loop {
            let ways: &[(WayOn, &str)] = match &self.observed {
                Observed::Active(existing) if self.input.if_exists == IfExists::Fail => {
                    self.context.output.say(&self.about(existing));
                    if existing.secret.managed_by().is_some() {
                        &ELSEWHERE
                    } else {
                        &[
                            (WayOn::NextVersion, "Store the token as its next version"),
                            ELSEWHERE[0],
                            ELSEWHERE[1],
                        ]
                    }
                }
                Observed::PendingDeletion { due } => {
                    self.context.output.say(&self.about_deletion(due));
                    &ELSEWHERE
                }
                _ => return Ok(()),
            };
            let choices = ways.iter().map(|(_, words)| (*words).to_owned()).collect();
            let chosen = prompter.choose("What now?", choices, 0).await?;
            match ways[chosen].0 {
                WayOn::NextVersion => {
                    self.input.if_exists = IfExists::Update;
                    return self.keep_username().await;
                }
                WayOn::OtherName => {
                    let name = prompter.ask_name(self.input.name_or_default()).await?;
                    self.input.name = Some(name);
                    self.look_again().await?;
                }
                WayOn::Stop => return Err(Failure::cancelled(Status::Cancelled)),
            }
        }
    }

    async fn look_again(&mut self) -> Result<(), Failure> {
        self.observed = look(&self.input, &self.session).await?;
        self.is_read = false;
        Ok(())
    }

    /// The username that is stored, unless another was given.
    async fn keep_username(&mut self) -> Result<(), Failure> {
        if self.input.username.is_some() {
            return Ok(());
        }
        self.read_existing().await?;
        if let Observed::Active(existing) = &self.observed {
            self.input.username = existing.value.as_ref().and_then(username_of);
        }
        Ok(())
    }

    /// What is told of a secret that exists.
    fn about(&self, existing: &Existing) -> String {
        let secret = &existing.secret;
        let changed = secret.last_changed.map(ago);
        let changed = changed.map_or_else(String::new, |when| format!(" It was changed {when}."));
        let usage = RuleUsage::new(secret, self.rule.rules());
        let rules = match usage.prefixes().as_deref() {
            None => String::new(),
            Some([]) => " No rule uses it.".to_owned(),
            Some([only]) => format!(" The rule {only} uses it."),
            Some(several) => format!(" The rules {} use it.", several.join(", ")),
        };
        let managed = secret.managed_by();
        let managed = managed.map_or_else(String::new, |managed| {
            format!(" It is {managed}, so it is not changed here.")
        });
        let name = &secret.name;
        escaped(&format!(
            "The secret {name} exists already.{managed}{changed}{rules}"
        ))
    }

    /// What is told of a name that is free only when a recovery window ends.
    fn about_deletion(&self, due: &str) -> String {
        let name = self.input.name_or_default();
        let name = name.map_or_else(String::new, |name| name.to_string());
        let restore = self.session.hints().restore(&name);
        format!(
            "The secret {name} is scheduled for deletion on {due}, and its name is taken until \
             then.\nTo cancel the deletion: {restore}"
        )
    }
}

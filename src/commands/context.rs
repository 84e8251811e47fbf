//! [`Context`]: what every command that talks to AWS has at hand.

use serde::Serialize;

use crate::aws::{Options, Session, Settings};
use crate::cli::Global;
use crate::input::{why_not_ask, Prompter};
use crate::model::name::PREFIX;
use crate::output::failure::Failure;
use crate::output::report::{Action, Details, Document, Report};
use crate::output::status::Status;
use crate::output::table::Table;
use crate::output::{width, Output};
use crate::plan::apply::{apply, Outcome, Progress};
use crate::plan::confirm::{confirm, Answer, Consent, Question};
use crate::plan::Plan;

pub struct Context<'a> {
    pub global: &'a Global,
    pub output: &'a Output,
    pub progress: &'a Progress,
}

impl Context<'_> {
    /// Whether someone is at the terminal who can be asked.
    pub fn can_ask(&self) -> bool {
        why_not_ask(self.global).is_none()
    }

    /// Asks at the terminal, which is held while it lives.
    pub fn prompter(&self) -> Prompter {
        Prompter::new(self.output)
    }

    /// What is known of the AWS side before anything is sent.
    pub fn settings(&self) -> Result<Settings, Failure> {
        let global = self.global;
        let options = Options {
            profile: global.profile.clone(),
            region: global.region.clone(),
            endpoint_url: global.endpoint_url.clone(),
            ca_bundle: global.ca_bundle.clone(),
            cli_connect_timeout: global.cli_connect_timeout,
            cli_read_timeout: global.cli_read_timeout,
        };
        let settings = Settings::read(&options, self.output.redactor())?;
        if let Some(warning) = settings.warning() {
            self.output.warn(warning);
        }
        Ok(settings)
    }

    /// Opens AWS, with credentials.
    pub async fn open(&self, settings: Settings) -> Result<Session, Failure> {
        let session = self.open_without_credentials(settings).await?;
        session.fetch_credentials().await?;
        Ok(session)
    }

    /// Opens AWS, with a code from the person at the terminal where the profile needs one. The
    /// credentials are still to be fetched.
    pub async fn open_without_credentials(&self, settings: Settings) -> Result<Session, Failure> {
        let code = match settings.mfa_serial() {
            Some(serial) if self.can_ask() => Some(self.prompter().ask_mfa_code(serial).await?),
            _ => None,
        };
        Session::open(settings, code).await
    }

    /// Asks AWS who is calling, once, and says where the work will be done.
    ///
    /// # Errors
    /// As of [`Session::identify_caller`].
    pub async fn identify(&self, session: &mut Session) -> Result<(), Failure> {
        if session.target().caller.is_none() {
            session.identify_caller().await?;
            self.output.note(&session.target().to_string());
        }
        Ok(())
    }

    /// AWS for a command that asks before it takes something away, unless `yes` is said already.
    pub async fn session_to_review(&self, yes: bool) -> Result<Session, Failure> {
        let mut session = self.session().await?;
        if !yes {
            self.identify(&mut session).await?;
        }
        Ok(session)
    }

    /// The same as [`Self::open`], with the settings read.
    pub async fn session(&self) -> Result<Session, Failure> {
        self.open(self.settings()?).await
    }

    /// Refuses a command that takes something away where nobody can be asked and nobody said yes.
    ///
    /// # Errors
    /// Status 2.
    pub fn refuse_without_yes(&self, command: &str, yes: bool) -> Result<(), Failure> {
        match why_not_ask(self.global) {
            Some(why) if !yes => {
                let message = format!("{command} asks first, and nothing can be asked here");
                Err(Failure::usage(message).why(why).fix("add --yes"))
            }
            _ => Ok(()),
        }
    }

    /// The consent of a command that asks, unless `yes` is given.
    pub fn consent<'q>(&self, question: Question<'q>, yes: bool) -> Consent<'q> {
        if yes {
            Consent::Given
        } else {
            Consent::Asked(self.prompter(), question)
        }
    }

    /// Confirms a plan and makes its calls, with the terminal released. `finish` is the command
    /// that finishes the work if a later step fails.
    ///
    /// # Errors
    /// Status 130 if the answer is no, 8 if something is done and a later step failed.
    pub async fn carry_out(
        &self,
        plan: Plan,
        consent: Consent<'_>,
        finish: Option<&str>,
        session: &Session,
    ) -> Result<Outcome, Failure> {
        match confirm(&plan, session.target(), &consent, self.output).await? {
            Answer::Yes => drop(consent),
            Answer::Change => return Err(Failure::bug("carry_out: nothing can be changed")),
        }
        let outcome = apply(plan, session, self.progress, self.output).await;
        outcome.complete(session, finish)
    }

    /// Writes what was done: the result to standard output, and then notes on it. Where standard
    /// output cannot take the result, that says what is done all the same.
    pub fn report<D: Details>(
        &self,
        report: &Report<D>,
        notes: &[&str],
    ) -> Result<Status, Failure> {
        let done = match (report.details.secret(), report.action) {
            (Some(arn), _) => format!("the work itself is done; the secret is {arn}"),
            (None, Action::DryRun) => "nothing was written".to_owned(),
            (None, _) => "the work itself is done".to_owned(),
        };
        let text = report.details.result();
        let written = self.output.result(text, &Document::new(report));
        written.map_err(|error| Failure::output(&error).why(done))?;
        for note in notes.iter().filter(|note| !note.is_empty()) {
            self.output.note(note);
        }
        Ok(Status::Done)
    }

    /// Writes a table for people, as wide as their terminal, and says what it leaves out; elsewhere
    /// the table is whole. `below` comes after it; `list` are the words of the command that lists.
    pub fn show_table(
        &self,
        table: Option<Table>,
        below: &str,
        document: &impl Serialize,
        list: &str,
        session: &Session,
    ) -> Result<Status, Failure> {
        let width = self.output.is_on_a_screen().then(width).flatten();
        let rendered = table.map(|table| table.render(width));
        let text = rendered.as_ref().map(|table| match below {
            "" => table.text.clone(),
            below => format!("{}\n{below}", table.text),
        });
        let status = self.show(text.as_deref(), document)?;
        if rendered
            .as_ref()
            .is_some_and(|table| table.is_without_prefix)
        {
            let note = format!("{PREFIX}, which the names begin with, is left out");
            self.output.note(&note);
        }
        let left_out = rendered.map_or_else(Vec::new, |rendered| rendered.left_out);
        if !left_out.is_empty() {
            let all = session.hints().command(&format!("{list} -o json"));
            self.output.note(&format!(
                "The terminal is too narrow for {}\n  see all: {all}",
                left_out.join(", ")
            ));
        }
        Ok(status)
    }

    /// Writes the result of a command that only looks. A reader that has gone away is no failure.
    pub fn show(&self, text: Option<&str>, document: &impl Serialize) -> Result<Status, Failure> {
        match self.output.result(text, document) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(Failure::output(&error))
            }
            _ => Ok(Status::Done),
        }
    }
}

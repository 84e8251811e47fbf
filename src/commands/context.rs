//! [`Context`]: what every command that talks to AWS needs.

use serde::Serialize;

use crate::aws::{Options, Session, Settings, NO_REGION};
use crate::cli::Global;
use crate::input::{why_not_ask, Prompter};
use crate::model::name::PREFIX;
use crate::model::region::Region;
use crate::output::document::Document;
use crate::output::failure::Failure;
use crate::output::report::{Action, Details, Report};
use crate::output::status::Status;
use crate::output::table::Table;
use crate::output::{paint, width, Color, Output, Text};
use crate::plan::apply::{apply, Outcome, Progress};
use crate::plan::confirm::{confirm, Answer, Consent, Question};
use crate::plan::Plan;

pub struct Context<'a> {
    pub global: &'a Global,
    pub output: &'a Output,
    pub progress: &'a Progress,
}

impl Context<'_> {
    /// Whether a person at the terminal can be asked.
    pub fn can_ask(&self) -> bool {
        why_not_ask(self.global).is_none()
    }

    /// Takes the terminal to ask questions, until the prompter is dropped.
    pub fn prompter(&self) -> Prompter {
        Prompter::new(self.output)
    }

    /// Reads the AWS settings. Sends nothing.
    pub fn settings(&self) -> Result<Settings, Failure> {
        let region = self.global.region.as_deref().map(Region::parse);
        let region = region.transpose().map_err(|fault| {
            Failure::usage(format!("--region: {fault}"))
                .fix("use the code of the Region, such as --region us-east-1")
        })?;
        let settings = self.settings_in(region)?;
        if let Some(warning) = settings.warning() {
            self.output.warn(warning);
        }
        Ok(settings)
    }

    fn settings_in(&self, region: Option<Region>) -> Result<Settings, Failure> {
        let global = self.global;
        let options = Options {
            profile: global.profile.clone(),
            region,
            endpoint_url: global.endpoint_url.clone(),
            ca_bundle: global.ca_bundle.clone(),
            cli_connect_timeout: global.cli_connect_timeout,
            cli_read_timeout: global.cli_read_timeout,
        };
        Settings::read(&options, self.output.redactor())
    }

    /// Opens a session and fetches its credentials.
    pub async fn open(&self, settings: Settings) -> Result<Session, Failure> {
        let session = self.open_without_credentials(settings).await?;
        session.fetch_credentials().await?;
        Ok(session)
    }

    /// Opens a session, asking for an MFA code and for a missing Region. The credentials are
    /// fetched later.
    pub async fn open_without_credentials(&self, settings: Settings) -> Result<Session, Failure> {
        let code = match settings.mfa_serial() {
            Some(serial) if self.can_ask() => Some(self.prompter().ask_mfa_code(serial).await?),
            _ => None,
        };
        match Session::open(settings, code.clone()).await {
            Err(failure) if failure.code() == NO_REGION && self.can_ask() => {
                let region = self.prompter().ask_region().await?;
                Session::open(self.settings_in(Some(region))?, code).await
            }
            opened => opened,
        }
    }

    /// Asks AWS once who is calling, and shows the account, Region and profile.
    pub async fn identify(&self, session: &mut Session) -> Result<(), Failure> {
        if session.target().caller.is_none() {
            session.identify_caller().await?;
            self.output.note(&session.target().to_string());
        }
        Ok(())
    }

    /// A session for a command that asks before it removes something, unless `yes` is set.
    pub async fn session_to_review(&self, yes: bool) -> Result<Session, Failure> {
        let mut session = self.session().await?;
        if !yes {
            self.identify(&mut session).await?;
        }
        Ok(session)
    }

    /// Reads the settings and opens a session.
    pub async fn session(&self) -> Result<Session, Failure> {
        self.open(self.settings()?).await
    }

    /// Refuses a command that removes something if there is no terminal and no `--yes`.
    pub fn refuse_without_yes(&self, command: &str, yes: bool) -> Result<(), Failure> {
        match why_not_ask(self.global) {
            Some(why) if !yes => {
                let message = format!("{command} needs confirmation, but there is no terminal");
                Err(Failure::usage(message).why(why).fix("add --yes"))
            }
            _ => Ok(()),
        }
    }

    /// The consent of a command that asks, unless `yes` is set.
    pub fn consent<'q>(&self, question: Question<'q>, yes: bool) -> Consent<'q> {
        if yes {
            Consent::Given
        } else {
            Consent::Asked(self.prompter(), question)
        }
    }

    /// Asks for confirmation and makes the calls of a plan. `finish` is the command that finishes
    /// the work if a later step fails.
    pub async fn carry_out(
        &self,
        plan: Plan,
        consent: Consent<'_>,
        finish: Option<&str>,
        session: &Session,
    ) -> Result<Outcome, Failure> {
        let outcomes = self.carry_out_all(vec![plan], consent, finish, session);
        let mut outcomes = outcomes.await?.into_iter();
        outcomes
            .next()
            .ok_or_else(|| Failure::bug("carry_out: no outcome"))
    }

    /// The same for several plans, with one review and one question. The first step that fails ends
    /// it; what was done before is part of the failure.
    pub async fn carry_out_all(
        &self,
        plans: Vec<Plan>,
        consent: Consent<'_>,
        finish: Option<&str>,
        session: &Session,
    ) -> Result<Vec<Outcome>, Failure> {
        match confirm(&plans, session.target(), &consent, self.output).await? {
            Answer::Yes => drop(consent),
            Answer::Change => return Err(Failure::bug("carry_out: nothing can be changed")),
        }
        let mut outcomes = Vec::new();
        for plan in plans {
            let mut outcome = apply(plan, session, self.progress, self.output).await;
            if outcome.failed.is_some() && !outcomes.is_empty() {
                outcome.follows(&outcomes, self.progress);
            }
            outcomes.push(outcome.complete(session, finish)?);
        }
        Ok(outcomes)
    }

    /// Reports what was done: at a terminal in words with the ARN; in a pipe the ARN goes to
    /// standard output and the words to standard error.
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
        let notes = notes.iter().filter(|note| !note.is_empty());
        let notes = notes.copied().collect::<Vec<_>>().join("\n");
        let details = &report.details;
        let is_in_words = self.output.is_on_a_screen() && !notes.is_empty() && !details.is_code();
        let words = is_in_words.then(|| with_result(&notes, details.result()));
        let text = match &words {
            Some(words) => Some(Text::Words(words)),
            None => details.result().map(Text::Exact),
        };
        let written = self.output.result(text, &Document::new(report));
        written.map_err(|error| Failure::output(&error).why(done))?;
        if words.is_none() && !notes.is_empty() {
            self.output.note(&notes);
        }
        Ok(Status::Done)
    }

    /// Writes a table that fits the terminal and says what it hides; in a pipe the table is whole.
    /// `below` comes after it; `list` is the command that lists, for a hint.
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
        let status = self.show(text.as_deref().map(Text::Exact), document)?;
        let hint = |text: &str| self.output.note(&paint(Color::Dim, text));
        if rendered
            .as_ref()
            .is_some_and(|table| table.is_without_prefix)
        {
            hint(&format!("Names are shown without {PREFIX}"));
        }
        let left_out = rendered.map_or_else(Vec::new, |rendered| rendered.left_out);
        if !left_out.is_empty() {
            let all = session.hints().command(&format!("{list} -o json"));
            let columns = if left_out.len() == 1 {
                "column"
            } else {
                "columns"
            };
            hint(&format!(
                "{} {columns} hidden: terminal too narrow",
                left_out.join(", ")
            ));
            self.output.note(&format!("  see all: {all}"));
        }
        Ok(status)
    }

    /// Writes the result of a command that only reads. A closed pipe is not a failure.
    pub fn show(
        &self,
        text: Option<Text<'_>>,
        document: &impl Serialize,
    ) -> Result<Status, Failure> {
        match self.output.result(text, document) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(Failure::output(&error))
            }
            _ => Ok(Status::Done),
        }
    }
}

/// The words with the result, such as the ARN, on a line of its own after the first.
fn with_result(words: &str, result: Option<&str>) -> String {
    let Some(result) = result else {
        return words.to_owned();
    };
    let (first, rest) = words.split_once('\n').unwrap_or((words, ""));
    let rest = if rest.is_empty() {
        String::new()
    } else {
        format!("\n{rest}")
    };
    format!("{first}\n  {result}{rest}")
}

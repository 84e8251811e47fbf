//! [`confirm`]: a person says yes to a plan, or nothing is done.

use super::Plan;
use crate::aws::Target;
use crate::input::Prompter;
use crate::output::failure::Failure;
use crate::output::status::Status;
use crate::output::Output;

/// Whether a person has to say yes. It holds the terminal for as long as it may ask.
pub enum Consent<'a> {
    /// By `--yes`. The review is still shown.
    Given,
    /// The question is asked after the review.
    Asked(Prompter, Question<'a>),
    /// Nobody can be asked, and nothing is taken away. The review is not shown.
    NotNeeded,
}

impl<'a> Consent<'a> {
    /// For a command that takes nothing away. Without a prompter, a switch of a rule counts as
    /// confirmed by `--yes`, which it requires.
    pub fn of(
        prompter: Option<Prompter>,
        question: Question<'a>,
        yes: bool,
        is_switch: bool,
    ) -> Self {
        match prompter {
            None if !is_switch => Self::NotNeeded,
            Some(prompter) if !yes => Self::Asked(prompter, question),
            _ => Self::Given,
        }
    }

    /// The prompter, to ask for something else.
    pub fn into_prompter(self) -> Option<Prompter> {
        match self {
            Self::Asked(prompter, _) => Some(prompter),
            Self::Given | Self::NotNeeded => None,
        }
    }
}

/// What is asked, and what Enter alone answers.
#[derive(Clone, Copy, Debug)]
pub enum Question<'a> {
    /// Enter is yes: nothing is taken away.
    Write(&'static str),
    /// Enter is yes, and it can be answered that something is to be changed first.
    WriteOrChange(&'static str),
    /// The same where not all can be done that was asked for: Enter changes something.
    ChangeOrWrite(&'static str),
    /// Enter is no.
    TakeAway(&'static str),
    /// This text has to be typed, where a mere yes is too easily said.
    Typed(&'static str, &'a str),
}

/// What was answered, where it was not no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Yes,
    /// Something is to be changed first.
    Change,
}

impl Question<'_> {
    /// The answer; `None` is no.
    async fn ask(self, prompter: &Prompter) -> Result<Option<Answer>, Failure> {
        let is_yes = match self {
            Self::Write(question) => prompter.confirm(question, true).await?,
            Self::TakeAway(question) => prompter.confirm(question, false).await?,
            Self::Typed(label, text) => prompter.confirm_by_typing(label, text).await?,
            Self::WriteOrChange(question) | Self::ChangeOrWrite(question) => {
                let answers = ["Yes", "Change something", "No"].map(str::to_owned);
                let first = usize::from(matches!(self, Self::ChangeOrWrite(_)));
                let chosen = prompter.choose(question, answers.to_vec(), first);
                return Ok([Some(Answer::Yes), Some(Answer::Change), None][chosen.await?]);
            }
        };
        Ok(is_yes.then_some(Answer::Yes))
    }
}

/// Shows what will be done, and asks. A plan that changes nothing needs no yes.
///
/// # Errors
/// Status 130 where the answer is no.
pub async fn confirm(
    plan: &Plan,
    target: &Target,
    consent: &Consent<'_>,
    output: &Output,
) -> Result<Answer, Failure> {
    if plan.changes_nothing() {
        return Ok(Answer::Yes);
    }
    let review = format!("\nThis will be done:\n{}\n", plan.review(target));
    let answer = match consent {
        Consent::NotNeeded => Some(Answer::Yes),
        Consent::Given => {
            output.note(&review);
            Some(Answer::Yes)
        }
        Consent::Asked(prompter, question) => {
            output.say(&review);
            question.ask(prompter).await?
        }
    };
    answer.ok_or_else(|| Failure::cancelled(Status::Cancelled))
}

//! [`confirm`]: shows a plan and asks for confirmation.

use super::Plan;
use crate::aws::Target;
use crate::input::Prompter;
use crate::output::failure::Failure;
use crate::output::status::Status;
use crate::output::{paint, Color, Output};

/// Whether a plan needs confirmation. Holds the terminal if it does.
pub enum Consent<'a> {
    /// Confirmed by `--yes`. The review is still shown.
    Given,
    /// Asks this question after the review.
    Asked(Prompter, Question<'a>),
    /// No terminal, and nothing is removed. The review is not shown.
    NotNeeded,
}

impl<'a> Consent<'a> {
    /// For a command that removes nothing. Without a prompter, switching a rule needs `--yes`, so
    /// it counts as confirmed.
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

    /// The prompter, to ask something else.
    pub fn into_prompter(self) -> Option<Prompter> {
        match self {
            Self::Asked(prompter, _) => Some(prompter),
            Self::Given | Self::NotNeeded => None,
        }
    }
}

/// A question, and the answer that Enter gives.
#[derive(Clone, Copy, Debug)]
pub enum Question<'a> {
    /// Enter is Yes: nothing is removed.
    Write(&'static str),
    /// Enter is Yes; Change something is another answer.
    WriteOrChange(&'static str),
    /// Enter is Change something, since not everything requested can be done.
    ChangeOrWrite(&'static str),
    /// Enter is No.
    TakeAway(&'static str),
    /// The text must be typed: a plain Yes is too easy.
    Typed(&'static str, &'a str),
}

/// An answer other than No.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Yes,
    /// Change something first.
    Change,
}

impl Question<'_> {
    /// The answer; `None` means No.
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

/// Shows the review and asks once for all plans, unless they change nothing. The answer No is a
/// failure with status 130.
pub async fn confirm(
    plans: &[Plan],
    target: &Target,
    consent: &Consent<'_>,
    output: &Output,
) -> Result<Answer, Failure> {
    if plans.iter().all(Plan::changes_nothing) {
        return Ok(Answer::Yes);
    }
    let review = format!(
        "\n{}\n{}\n",
        paint(Color::Bold, "Review:"),
        Plan::review(plans, target)
    );
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
    answer.ok_or_else(|| Failure::canceled(Status::Canceled))
}

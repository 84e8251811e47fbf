//! [`confirm`]: a person says yes to a plan, or nothing is done.

use super::Plan;
use crate::aws::Target;
use crate::input::Prompter;
use crate::output::failure::Failure;
use crate::output::status::Status;
use crate::output::Output;

/// Whether a person has to say yes.
#[derive(Clone, Copy)]
pub enum Consent<'p> {
    /// By `--yes`: the review is shown all the same.
    Given,
    /// Asked for after the review.
    Asked(&'p Prompter),
    /// Nobody is there, and nothing is taken away: no review either.
    NotNeeded,
}

impl<'p> Consent<'p> {
    /// For a command that takes nothing away, whoever may be there.
    pub fn of(prompter: Option<&'p Prompter>, yes: bool) -> Self {
        match prompter {
            None => Self::NotNeeded,
            Some(_) if yes => Self::Given,
            Some(prompter) => Self::Asked(prompter),
        }
    }
}

/// What is asked; Enter alone is no.
#[derive(Clone, Copy, Debug)]
pub enum Question<'a> {
    YesOrNo(&'static str),
    /// This text has to be typed, where a mere yes is too easily said.
    Typed(&'static str, &'a str),
}

/// Shows what will be done, and asks. A plan that changes nothing needs no yes.
///
/// # Errors
/// Status 130 where the answer is no.
pub async fn confirm(
    plan: &Plan,
    target: &Target,
    question: Question<'_>,
    consent: Consent<'_>,
    output: &Output,
) -> Result<(), Failure> {
    if plan.changes_nothing() {
        return Ok(());
    }
    let review = format!("\nThis will be done:\n{}\n", plan.review(target));
    let agreed = match consent {
        Consent::NotNeeded => true,
        Consent::Given => {
            output.note(&review);
            true
        }
        Consent::Asked(prompter) => {
            output.say(&review);
            match question {
                Question::YesOrNo(question) => prompter.confirm(question).await?,
                Question::Typed(label, text) => prompter.confirm_by_typing(label, text).await?,
            }
        }
    };
    if agreed {
        Ok(())
    } else {
        Err(Failure::cancelled(Status::Cancelled))
    }
}

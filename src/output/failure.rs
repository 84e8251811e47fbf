//! [`Failure`]: how a command that did not succeed says so, to people and to scripts.

use std::error::Error;
use std::fmt::{self, Write as _};

use serde::Serialize;

use super::report::{Document, StepReport};
use super::status::Status;
use crate::model::arn::SecretArn;
use crate::model::invalid::Invalid;

/// What happened, why, and what fixes it, with the chain of causes as its source. Everything in it
/// may be shown.
#[derive(Debug)]
pub struct Failure {
    status: Status,
    code: &'static str,
    message: String,
    why: Option<String>,
    fix: Option<String>,
    aws: Option<AwsAnswer>,
    source: Option<anyhow::Error>,
    partial: Option<Partial>,
}

/// The parts of an AWS error answer that name it.
#[derive(Debug)]
pub struct AwsAnswer {
    pub error_code: Option<String>,
    pub request_id: Option<String>,
}

/// What is done all the same, where only a later step failed.
#[derive(Debug)]
struct Partial {
    /// The ARN of the secret, where it is about one.
    arn: Option<SecretArn>,
    steps: Vec<StepReport>,
}

impl Failure {
    /// `code` is a word for scripts, such as `secret-exists`: words are only ever added. `message`
    /// is what happened, in the user's terms: lower case, no full stop.
    pub fn new(status: Status, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            why: None,
            fix: None,
            aws: None,
            source: None,
            partial: None,
        }
    }

    /// Missing, malformed or conflicting input.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Status::Usage, "usage", message)
    }

    /// The end that a person, or a signal, chose before anything was written.
    pub fn cancelled(status: Status) -> Self {
        Self::new(status, "cancelled", "cancelled; nothing was written")
    }

    /// A panic at a place in the code.
    pub fn bug(place: &str) -> Self {
        let message = format!("this is a bug in ecr-ptc, at {place}");
        Self::new(Status::Failed, "bug", message)
            .fix("report it with this line and the command, without secrets")
    }

    /// Standard output cannot take the result.
    pub fn output(error: &std::io::Error) -> Self {
        let message = format!("standard output cannot be written: {error}");
        Self::new(Status::Failed, "output", message)
    }

    /// What happened.
    pub fn message(&self) -> &str {
        &self.message
    }

    pub fn status(&self) -> Status {
        self.status
    }

    pub fn why(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }

    /// Adds a line before the reason.
    pub fn first_why(mut self, line: &str) -> Self {
        self.why = Some(joined(Some(line), self.why.as_deref()));
        self
    }

    /// Adds a line after the reason.
    pub fn then_why(mut self, line: &str) -> Self {
        self.why = Some(joined(self.why.as_deref(), Some(line)));
        self
    }

    /// The command or the change that fixes it.
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    /// Adds a fix that comes before the others, unless it is the same.
    pub fn first_fix(mut self, fix: &str) -> Self {
        let others = self.fix.as_deref().filter(|others| *others != fix);
        self.fix = Some(joined(Some(fix), others));
        self
    }

    /// Adds another way to fix it.
    pub fn or_fix(mut self, fix: &str) -> Self {
        self.fix = Some(joined(self.fix.as_deref(), Some(fix)));
        self
    }

    /// Adds what is to be done once the rest is fixed.
    pub fn then_fix(mut self, fix: &str) -> Self {
        self.fix = Some(match self.fix {
            Some(first) => format!("{first}\nthen {fix}"),
            None => format!("fix that, then {fix}"),
        });
        self
    }

    /// Adds another failure of the same run. The status and the code stay.
    pub fn and(mut self, other: Self) -> Self {
        self.message = joined(Some(&self.message), Some(&other.message));
        match other.fix {
            Some(fix) => self.or_fix(&fix),
            None => self,
        }
    }

    /// What AWS answered.
    pub fn answered(mut self, aws: AwsAnswer) -> Self {
        self.aws = Some(aws);
        self
    }

    /// The chain of causes, for `--verbose`.
    pub fn caused_by(mut self, source: Option<anyhow::Error>) -> Self {
        self.source = source;
        self
    }

    /// That a part of the work is done. A `code` of its own replaces the one there is.
    pub fn partial(
        mut self,
        code: Option<&'static str>,
        arn: Option<SecretArn>,
        steps: Vec<StepReport>,
    ) -> Self {
        self.status = Status::Partial;
        self.code = code.unwrap_or(self.code);
        self.partial = Some(Partial { arn, steps });
        self
    }

    /// What happened and why on one line, and the fix under it: for a warning.
    pub fn in_one_line(&self) -> String {
        let why = self.why.as_ref().map(|why| format!(": {why}"));
        let fix = self
            .fix
            .as_ref()
            .map(|fix| format!("\n{}", indent("  ", fix)));
        let (why, fix) = (why.unwrap_or_default(), fix.unwrap_or_default());
        format!("{}{why}{fix}", self.message)
    }

    /// What fixes it, where that is known.
    pub fn into_fix(self) -> Option<String> {
        self.fix
    }

    fn steps(&self) -> &[StepReport] {
        self.partial.as_ref().map_or(&[], |partial| &partial.steps)
    }

    fn causes(&self) -> Vec<String> {
        let chain = self.source.iter().flat_map(anyhow::Error::chain);
        chain.map(ToString::to_string).collect()
    }

    /// The text for people; with `verbose`, also the causes and AWS's request ID.
    /// Lines after the first are indented, so that the end of the message can be seen.
    pub fn to_text(&self, verbose: bool) -> String {
        let mut text = indent("error: ", &self.message);
        let mut line = |label: &str, body: &str| {
            let _ = write!(text, "\n{}", indent(label, body));
        };
        if let Some(why) = &self.why {
            line("  why: ", why);
        }
        for step in self.steps() {
            line("  step: ", &format!("{} {}", step.step, step.status));
        }
        if let Some(fix) = &self.fix {
            line("  fix: ", fix);
        }
        if verbose {
            for cause in self.causes() {
                line("  cause: ", &cause);
            }
            if let Some(answer) = &self.aws {
                if let Some(code) = &answer.error_code {
                    line("  AWS error code: ", code);
                }
                if let Some(id) = &answer.request_id {
                    line("  AWS request ID: ", id);
                }
            }
        }
        text
    }

    /// The object for scripts: `{"schemaVersion":1,"error":{…}}`.
    pub fn to_json(&self, verbose: bool) -> String {
        let answer = self.aws.as_ref();
        let partial = self.partial.as_ref();
        let causes = self.causes();
        let whole = Document::new(FailureJson {
            error: ErrorJson {
                code: self.code,
                message: match &self.why {
                    Some(why) => format!("{}: {why}", self.message),
                    None => self.message.clone(),
                },
                hint: self.fix.as_deref(),
                aws_error_code: answer.and_then(|answer| answer.error_code.as_deref()),
                request_id: answer.and_then(|answer| answer.request_id.as_deref()),
                exit_code: self.status.number(),
                arn: partial.and_then(|partial| partial.arn.as_ref()),
                steps: partial.map(|partial| partial.steps.as_slice()),
                causes: (verbose && !causes.is_empty()).then_some(causes),
            },
        });
        serde_json::to_string(&whole)
            .unwrap_or_else(|_| unreachable!("strings and numbers have a JSON form"))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// A value that is not taken, with the fix that it has of its own.
impl From<Invalid> for Failure {
    fn from(Invalid { message, fix }: Invalid) -> Self {
        let failure = Self::usage(message);
        match fix {
            Some(fix) => failure.fix(fix),
            None => failure,
        }
    }
}

/// For what should not happen: an error without a status of its own.
impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        let message = error.to_string();
        let source = error.source().map(|source| anyhow::anyhow!("{source}"));
        Self::new(Status::Failed, "failed", message).caused_by(source)
    }
}

#[derive(Serialize)]
struct FailureJson<'a> {
    error: ErrorJson<'a>,
}

/// Its members are a contract: only ever added to.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorJson<'a> {
    code: &'a str,
    message: String,
    hint: Option<&'a str>,
    aws_error_code: Option<&'a str>,
    request_id: Option<&'a str>,
    exit_code: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    arn: Option<&'a SecretArn>,
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<&'a [StepReport]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    causes: Option<Vec<String>>,
}

fn joined(first: Option<&str>, second: Option<&str>) -> String {
    let lines: Vec<&str> = [first, second].into_iter().flatten().collect();
    lines.join("\n")
}

fn indent(label: &str, body: &str) -> String {
    let gap = format!("\n{}", " ".repeat(label.len()));
    format!("{label}{}", body.replace('\n', &gap))
}

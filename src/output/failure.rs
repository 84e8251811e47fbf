//! [`Failure`]: an error of a command, for people and for scripts.

use std::error::Error;
use std::fmt::{self, Write as _};

use serde::Serialize;

use super::document::{Document, StepReport};
use super::status::Status;
use crate::model::arn::SecretArn;
use crate::model::invalid::Invalid;

/// What happened, why, and how to fix it. Everything in it is safe to show.
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

/// The error code and request ID of an AWS answer.
#[derive(Debug)]
pub struct AwsAnswer {
    pub error_code: Option<String>,
    pub request_id: Option<String>,
}

/// What was done before a later step failed.
#[derive(Debug)]
struct Partial {
    /// The ARN of the secret; `None` if the work is not about one.
    arn: Option<SecretArn>,
    steps: Vec<StepReport>,
}

impl Failure {
    /// `code` is for scripts, such as `secret-exists`, and never changes. `message` is lower case,
    /// without a full stop.
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

    /// Canceled by a person or a signal before anything was written.
    pub fn canceled(status: Status) -> Self {
        Self::new(status, "canceled", "canceled; nothing was written")
    }

    /// A panic at this place in the code.
    pub fn bug(place: &str) -> Self {
        let message = format!("this is a bug in ecr-ptc, at {place}");
        Self::new(Status::Failed, "bug", message)
            .fix("report it with this line and the command, without secrets")
    }

    /// Standard output cannot be written.
    pub fn output(error: &std::io::Error) -> Self {
        let message = format!("could not write to standard output: {error}");
        Self::new(Status::Failed, "output", message)
    }

    /// What happened.
    pub fn message(&self) -> &str {
        &self.message
    }

    pub fn code(&self) -> &'static str {
        self.code
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

    /// The command or change that fixes it.
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    /// Adds a fix before the others, unless it is the same.
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

    /// Adds what to do after the other fixes.
    pub fn then_fix(mut self, fix: &str) -> Self {
        self.fix = Some(match self.fix {
            Some(first) => format!("{first}\nthen {fix}"),
            None => format!("fix that, then {fix}"),
        });
        self
    }

    /// Adds another failure of the same run. Status and code don't change.
    pub fn and(mut self, other: Self) -> Self {
        self.message = joined(Some(&self.message), Some(&other.message));
        match other.fix {
            Some(fix) => self.or_fix(&fix),
            None => self,
        }
    }

    /// Adds the answer of AWS.
    pub fn answered(mut self, aws: AwsAnswer) -> Self {
        self.aws = Some(aws);
        self
    }

    /// Adds the chain of causes, for `--verbose`.
    pub fn caused_by(mut self, source: Option<anyhow::Error>) -> Self {
        self.source = source;
        self
    }

    /// Marks the work as partly done. `code` replaces the code unless it is `None`.
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

    /// What happened and why on one line, with the fix below, for a warning.
    pub fn in_one_line(&self) -> String {
        let why = self.why.as_ref().map(|why| format!(": {why}"));
        let fix = self
            .fix
            .as_ref()
            .map(|fix| format!("\n{}", indent("  ", fix)));
        let (why, fix) = (why.unwrap_or_default(), fix.unwrap_or_default());
        format!("{}{why}{fix}", self.message)
    }

    /// The fix, if there is one.
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

    /// The text for people, with lines after the first indented. `verbose` adds the causes and the
    /// AWS request ID.
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

/// An invalid value, with its own fix.
impl From<Invalid> for Failure {
    fn from(Invalid { message, fix }: Invalid) -> Self {
        let failure = Self::usage(message);
        match fix {
            Some(fix) => failure.fix(fix),
            None => failure,
        }
    }
}

/// An unexpected error.
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

/// Its members are a contract: they are only added, never changed.
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

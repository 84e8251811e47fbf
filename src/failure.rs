//! [`Failure`]: how a command that did not succeed says so, to people and to scripts.

use std::fmt::Write as _;

use serde::Serialize;

use crate::arn::SecretArn;
use crate::report::StepReport;
use crate::status::Status;

/// What happened, why, and what mends it. Everything in it may be shown.
#[derive(Debug)]
pub struct Failure {
    pub status: Status,
    /// A word for scripts, such as `secret-exists`. Words are only ever added.
    pub code: &'static str,
    /// What happened, in the user's terms: lower case, no full stop.
    pub message: String,
    pub why: Option<String>,
    /// The command or the change that mends it.
    pub fix: Option<String>,
    /// What AWS answered, where it did.
    pub answer: Option<AwsAnswer>,
    /// The chain of causes, outermost first: for `--verbose`.
    pub causes: Vec<String>,
    /// What is stored all the same, where only a later step failed.
    pub stored: Option<Stored>,
}

/// The parts of an AWS error answer that name it.
#[derive(Debug)]
pub struct AwsAnswer {
    pub error_code: Option<String>,
    pub request_id: Option<String>,
}

/// A secret that was stored before a later step failed.
#[derive(Debug)]
pub struct Stored {
    pub arn: SecretArn,
    pub steps: Vec<StepReport>,
}

impl Failure {
    pub fn new(status: Status, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            why: None,
            fix: None,
            answer: None,
            causes: Vec::new(),
            stored: None,
        }
    }

    /// Missing, malformed or conflicting input.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Status::Usage, "usage", message)
    }

    pub fn why(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }

    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
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
        for step in self.stored.iter().flat_map(|stored| &stored.steps) {
            line("  step: ", &format!("{} {}", step.step, step.status));
        }
        if let Some(fix) = &self.fix {
            line("  fix: ", fix);
        }
        if verbose {
            for cause in &self.causes {
                line("  cause: ", cause);
            }
            if let Some(answer) = &self.answer {
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
        let answer = self.answer.as_ref();
        let error = ErrorJson {
            code: self.code,
            message: match &self.why {
                Some(why) => format!("{}: {why}", self.message),
                None => self.message.clone(),
            },
            hint: self.fix.as_deref(),
            aws_error_code: answer.and_then(|answer| answer.error_code.as_deref()),
            request_id: answer.and_then(|answer| answer.request_id.as_deref()),
            exit_code: self.status.number(),
            arn: self.stored.as_ref().map(|stored| stored.arn.as_str()),
            steps: self.stored.as_ref().map(|stored| stored.steps.as_slice()),
            causes: Some(self.causes.as_slice()).filter(|causes| verbose && !causes.is_empty()),
        };
        let whole = FailureJson {
            schema_version: 1,
            error,
        };
        serde_json::to_string(&whole)
            .unwrap_or_else(|_| unreachable!("strings and numbers have a JSON form"))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FailureJson<'a> {
    schema_version: u8,
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
    arn: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<&'a [StepReport]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    causes: Option<&'a [String]>,
}

fn indent(label: &str, body: &str) -> String {
    let gap = format!("\n{}", " ".repeat(label.len()));
    format!("{label}{}", body.replace('\n', &gap))
}

//! [`Document`] and [`StepReport`]: what the JSON of results and of errors shares.

use serde::Serialize;

/// A JSON object for scripts. Its members are a contract: they are only added, never changed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Document<T> {
    schema_version: u8,
    #[serde(flatten)]
    content: T,
}

impl<T> Document<T> {
    pub fn new(content: T) -> Self {
        Self {
            schema_version: 1,
            content,
        }
    }
}

/// A step and its status.
#[derive(Clone, Debug, Serialize)]
pub struct StepReport {
    pub step: &'static str,
    pub status: StepStatus,
}

/// The status of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepStatus {
    Done,
    Failed,
    /// Not tried, since an earlier step failed.
    NotTried,
    /// In a dry run.
    Planned,
}

impl StepReport {
    pub fn new(step: &'static str, status: StepStatus) -> Self {
        Self { step, status }
    }

    /// Whether it stored a new version of a secret.
    pub fn is_new_version(&self) -> bool {
        self.step == "put-secret-value" && self.status == StepStatus::Done
    }
}

impl std::fmt::Display for StepStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::NotTried => "not tried",
            Self::Planned => "planned",
        })
    }
}

//! Findings about secrets, rules and pulls.

mod check_report;
mod finding;
mod inspected;
mod login_check;
mod metadata;
mod pull_proof;
mod rules;
mod scan;
mod templates;
mod value;

pub use check_report::{summary, to_text, CheckReport, FixedSecrets};
pub use finding::{Finding, Level};
pub use inspected::Criteria;
pub use login_check::{expiry_to_keep, LoginCheck};
pub use pull_proof::{not_tried, statement_to_add, ProvenPull, PullProof, PullTarget};
pub use scan::{scan, unreadable, OneSecret, Scan};

//! The only module that uses the AWS SDK; none of its types leave it.

mod advice;
mod answers;
mod credentials;
mod ecr;
mod endpoints;
mod error;
mod kind;
mod kms;
mod network;
mod profiles;
mod proxy;
mod roles;
mod secrets_manager;
mod service;
mod session;
mod settings;
mod target;
mod transport;
mod trust;

pub use advice::{denied_action, EXPLICIT_DENY};
pub use ecr::{Ecr, Verdict, Verdicts};
pub use error::AwsError;
pub use kind::Kind;
pub use kms::Keys;
pub use network::{Answer, HttpClient, Network};
pub use secrets_manager::BATCH;
pub use service::Service;
pub use session::{Session, NO_REGION};
pub use settings::{Options, Settings};
pub use target::Target;
pub use transport::Fault;

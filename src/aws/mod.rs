//! Everything that knows the AWS SDK: its types stop here.

mod advice;
mod advice_ecr;
mod answers;
mod body_limit;
mod ecr;
mod endpoints;
mod error;
mod fetched;
mod http_client;

mod kms;
mod network;
mod options;
mod pages;

mod roles;
mod secrets_manager;
mod service;
mod session;
mod settings;
mod target;
mod transport;

pub use ecr::{Ecr, Verdict, Verdicts};
pub use error::{AwsError, Kind};
pub use http_client::{Answer, HttpClient};
pub use kms::Keys;
pub use network::Network;
pub use options::Options;
pub use secrets_manager::BATCH;
pub use service::Service;
pub use session::Session;
pub use settings::Settings;
pub use target::Target;
pub use transport::Fault;

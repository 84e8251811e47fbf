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
mod inventory;
mod kms;
mod network;
mod pages;
mod removal;
mod roles;
mod secrets;
mod session;
mod settings;
mod transport;
mod values;
mod versions;

pub use advice::Place;
pub use ecr::{Ecr, Verdict, Verdicts};
pub use error::{AwsError, Kind};
pub use http_client::{Answer, HttpClient};
pub use kms::Keys;
pub use network::Network;
pub use session::Session;
pub use settings::{Options, Settings, Target};
pub use transport::Fault;
pub use values::BATCH;

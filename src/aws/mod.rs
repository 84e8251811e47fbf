//! Everything that knows the AWS SDK: its types stop here.

mod advice;
mod advice_ecr;
mod answers;
mod browser;
mod ecr;
mod endpoints;
mod error;
mod fetched;
mod inventory;
mod keys;
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
pub use browser::{Answer, Browser};
pub use ecr::{Ecr, Verdict, Verdicts};
pub use error::{AwsError, Kind};
pub use inventory::Inventory;
pub use network::Network;
pub use secrets::{Created, Secrets};
pub use session::Session;
pub use settings::Settings;
pub use transport::Fault;
pub use values::{Reading, BATCH};

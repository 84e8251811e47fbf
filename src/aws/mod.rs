//! Everything that knows the AWS SDK: its types stop here.

mod advice;
mod endpoints;
mod error;
mod inventory;
mod keys;
mod network;
mod removal;
mod roles;
mod secrets;
mod session;
mod settings;
mod transport;
mod values;
mod versions;

pub use advice::Place;
pub use error::{AwsError, Kind};
pub use inventory::Inventory;
pub use secrets::{Created, Secrets};
pub use session::Session;
pub use settings::Settings;
pub use values::{Reading, BATCH};

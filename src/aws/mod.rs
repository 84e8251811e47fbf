//! Everything that knows the AWS SDK: its types stop here.

mod advice;
mod endpoints;
mod error;
mod network;
mod roles;
mod secrets;
mod session;
mod settings;
mod transport;

pub use advice::Place;
pub use error::{AwsError, Kind};
pub use secrets::{Created, Secrets};
pub use session::Session;
pub use settings::Settings;

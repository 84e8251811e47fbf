//! Everything that knows the AWS SDK: its types stop here.

mod error;
mod inventory;
mod keys;
mod removal;
mod secrets;
mod session;
mod values;

pub use error::{AwsError, Kind};
pub use inventory::Inventory;
pub use secrets::Secrets;
pub use session::{Session, Settings};
pub use values::{Reading, BATCH};

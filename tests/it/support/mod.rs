//! Starts real servers, terminals and the built program.

mod aws;
mod program;
#[cfg(unix)]
mod screen;

pub use aws::Account;
pub use program::{policy_file, Ended, Program, TOKEN};
#[cfg(unix)]
pub use screen::Screen;

//! Starts real servers, terminals and the built program.

mod aws;
mod elsewhere;
mod forms;
mod network;
mod program;
mod python;
pub mod registry;
#[cfg(unix)]
mod screen;
mod side_by_side;
mod wire;

#[cfg(unix)]
pub use aws::Request;
pub use aws::{read_request, Account};
pub use elsewhere::Elsewhere;
pub use forms::{base64_of_its_own, forms, whole_base64};
pub use network::{answer, Authority, Proxy, Web};
#[cfg(unix)]
pub use program::{executable, found};
pub use program::{policy_file, told, Ended, Program, Words, TOKEN};
pub use python::python;
pub use registry::Registry;
#[cfg(unix)]
pub use screen::Screen;
pub use side_by_side::side_by_side;
pub use wire::Wire;

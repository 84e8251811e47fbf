//! The built program against a local AWS, through pipes, files and terminals.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on fails where it stands"
)]

mod aws;
mod check;
#[cfg(unix)]
mod docs;
#[cfg(unix)]
mod golden;
mod input;
mod registry;
mod renewal;
mod rule;
mod secrecy;
mod secret;
mod support;
mod surface;

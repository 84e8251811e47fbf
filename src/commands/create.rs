//! `create`: stores credentials in a new secret.

use super::context::Context;
use super::store;
use crate::cli::{CreateArgs, Global};
use crate::input::create_input::CreateInput;
use crate::input::why_not_ask;
use crate::output::failure::Failure;
use crate::output::status::Status;
use crate::output::Redactor;

/// Reads the options and the token. Runs before any thread exists, since it removes the token's
/// variable from the environment.
pub fn read(
    args: CreateArgs,
    global: &Global,
    redactor: &Redactor,
) -> Result<CreateInput, Failure> {
    CreateInput::from_args(args, global, why_not_ask(global), redactor)
}

pub async fn run(input: CreateInput, context: &Context<'_>) -> Result<Status, Failure> {
    Box::pin(store::run(input, None, context)).await
}

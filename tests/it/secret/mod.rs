//! The life of a secret: made, updated, looked at, deleted, restored.

mod create;
mod exists;
mod failures;
mod life;
mod list;
mod show;
mod update;

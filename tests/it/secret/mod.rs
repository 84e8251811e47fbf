//! The life of a secret: made, updated, looked at, deleted, restored.

#[cfg(unix)]
mod chosen;
mod create;
mod exists;
mod failures;
mod life;
mod list;
mod managed;
mod named;
mod show;
mod update;

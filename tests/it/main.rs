//! The built program against a local AWS, through pipes, files and terminals.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on fails where it stands"
)]

#[cfg(unix)]
mod action;
mod aws_settings;
mod check;
mod check_all;
mod check_fix;
mod check_login;
mod check_rules;
mod create;
mod create_rule;
mod credentials;
mod docker_config;
mod exists;
mod failures;
#[cfg(unix)]
mod golden;
mod hostile_answers;
mod life;
mod list;
mod local_aws;
mod lost_answers;
mod network;
mod rule_code;
mod rule_errors;
mod rules;
mod rules_in_use;
mod secrecy;
mod service_errors;
mod show;
mod support;
mod surface;
mod swapped;
#[cfg(unix)]
mod terminal;
mod token;
mod trust;
mod update;
mod update_rule;
mod usage;
mod verify;
mod verify_hosts;
mod verify_options;
#[cfg(unix)]
mod verify_terminal;

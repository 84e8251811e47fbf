//! What the AWS CLI knows of settings, credentials, networks and errors, and what we make of it.

mod credentials;
pub mod errors;
mod instance;
mod local_aws;
mod lost_answers;
mod network;
mod settings;
mod sources;
mod trust;

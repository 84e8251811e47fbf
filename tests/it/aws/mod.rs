//! AWS settings, credentials, network and errors, compared with the AWS CLI.

mod credentials;
pub mod errors;
mod instance;
mod local_aws;
mod lost_answers;
mod network;
mod settings;
mod sources;
mod trust;

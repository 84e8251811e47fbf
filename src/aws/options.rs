//! [`Options`]: what the command line says of the AWS side.

/// What the command line says of the AWS side, unchecked.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub profile: Option<String>,
    pub region: Option<String>,
    pub endpoint_url: Option<String>,
    pub ca_bundle: Option<String>,
    pub cli_connect_timeout: Option<u64>,
    pub cli_read_timeout: Option<u64>,
}

//! What to do about AWS: the fixes in its errors that name options.

use super::shell::{option, quote};

/// The option for the endpoint, which may be at fault.
pub const ENDPOINT_URL: &str = "--endpoint-url";

pub const COMPLETE_ENDPOINT: &str =
    "leave out --endpoint-url to use AWS, or give a complete URL, such as --endpoint-url \
     http://localhost:5000";

/// If something else than AWS responded.
pub const CHECK_WAY: &str =
    "check the proxy (HTTPS_PROXY, NO_PROXY) and the endpoint (--endpoint-url, AWS_ENDPOINT_URL)";

pub const ADD_REGION: &str = "add --region REGION";

pub const ADD_REGION_OF_RULE: &str =
    "add --region REGION, the Region of the pull through cache rule";

pub const FIX_REGION: &str =
    "fix AWS_REGION, AWS_DEFAULT_REGION or the region of the profile, or add --region";

pub const OTHER_REGION: &str = "choose another Region: --region REGION";

/// Why there is no Region.
pub const REGION_NOT_SET: &str =
    "none is set by --region, AWS_REGION, AWS_DEFAULT_REGION, the region of the profile or the \
     instance metadata service";

pub const LOG_IN: &str =
    "log in as for the AWS CLI (aws configure, aws sso login, or AWS_* variables), or choose a \
     profile with --profile";

/// If this machine does not trust a certificate.
pub const TRUST_CA: &str =
    "if a proxy inspects TLS, or the endpoint is private, set --ca-bundle or AWS_CA_BUNDLE to the \
     file with its CA certificate";

/// If this machine has no CA certificates.
pub const INSTALL_CAS: &str =
    "install them (Debian and Alpine: the package ca-certificates), or set --ca-bundle, \
     AWS_CA_BUNDLE or SSL_CERT_FILE to a PEM file with them";

/// If the CA bundle cannot be used.
pub const CA_BUNDLE: &str =
    "set --ca-bundle, AWS_CA_BUNDLE, ca_bundle of the profile or REQUESTS_CA_BUNDLE to a PEM file \
     with CA certificates";

pub const RESOURCE_POLICY: &str =
    "fix the --resource-policy file; to see what is wrong: aws secretsmanager \
     validate-resource-policy --resource-policy file://PATH";

pub const UPSTREAM: &str =
    "check --registry and --upstream-registry-url: ECR supports a registry only under its own \
     host, and one that requires login only with a secret";

/// If Secrets Manager may not call the function that rotates.
pub const ALLOW_CALL: &str = "allow Secrets Manager to call the function:\n\
     aws lambda add-permission --function-name ARN --statement-id secretsmanager \\\n  \
     --action lambda:InvokeFunction --principal secretsmanager.amazonaws.com";

/// If a policy denies the creation of a secret, which may be for lack of a tag.
pub const MAYBE_ADD_TAG: &str =
    "such policies often require tags: if this one does, add --tag KEY=VALUE";

/// If a policy requires a tag with this key.
pub fn add_tag(key: &str) -> String {
    let tag = option("--tag", &format!("{key}=VALUE"));
    format!("add the tag that the policy requires, if the values fit: {tag}")
}

/// If the profile with this name does not exist.
pub fn create_profile(name: &str) -> String {
    let name = quote(name);
    format!("create it: aws configure --profile {name}; or leave out --profile and AWS_PROFILE")
}

/// If the profile with this name requires an MFA code, and nobody can be asked.
pub fn get_session(name: &str) -> String {
    let name = quote(name);
    format!(
        "get a session with the AWS CLI, which asks for the code, then run this again without \
         --profile:\neval \"$(aws configure export-credentials --profile {name} --format env)\""
    )
}

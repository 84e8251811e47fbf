//! Fixes for options: each shows the option with a value that works.

use crate::model::name::SecretName;
use crate::model::registries::{LoginRegistry, Registry, ANY_AZURE_HOST, REGISTRIES};
use crate::output::shell::option;

/// The fix for a resource policy that cannot be read.
pub const POLICY: &str = "use a readable file, such as --resource-policy policy.json";

/// An example of an option with a value.
fn such_as(name: &str, value: &str) -> String {
    format!("for example: {}", option(name, value))
}

/// The option (`--name` or `--secret`) with the registry's default name.
pub fn secret_name(option: &str, upstream: Option<LoginRegistry>) -> String {
    let default = default_name(upstream);
    such_as(option, default.as_ref().map_or("", SecretName::as_str))
}

/// The default name of the registry's secret, by default that of Docker Hub.
fn default_name(upstream: Option<LoginRegistry>) -> Option<SecretName> {
    SecretName::of_registry(upstream.map_or(&REGISTRIES[0], |upstream| upstream.registry))
}

/// The fix for a secret name that no rule can use.
pub fn name_for_rule(upstream: Option<LoginRegistry>) -> String {
    let default = default_name(upstream);
    let default = default.as_ref().map_or("", SecretName::as_str);
    format!("leave out --rule, or use a secret name such as {default}")
}

/// The usual prefix for a rule of this registry.
pub fn rule(upstream: Option<LoginRegistry>) -> &'static str {
    upstream.map_or("docker-hub", |upstream| upstream.rule_prefix)
}

/// The fix for the host, which is required only for Azure and private Amazon ECR.
pub fn host(upstream: Option<&'static Registry>) -> String {
    match upstream.and_then(Registry::fixed_host) {
        Some(own) => format!("leave out --upstream-registry-url: the registry is at {own}"),
        None => such_as(
            "--upstream-registry-url",
            upstream.map_or(ANY_AZURE_HOST, Registry::shown_host),
        ),
    }
}

/// The choices for a registry that requires login.
pub fn registry() -> String {
    one_of(LoginRegistry::all().map(|upstream| upstream.registry))
}

/// The choices among all registries.
pub fn any_registry() -> String {
    one_of(REGISTRIES.iter())
}

fn one_of(upstreams: impl Iterator<Item = &'static Registry>) -> String {
    let kinds: Vec<&str> = upstreams.map(|upstream| upstream.kind).collect();
    format!("add --registry KIND, with one of: {}", kinds.join(", "))
}

/// The fix for a token in an option's value, where others may have seen it.
pub fn shown_token(option: &str, upstream: Option<LoginRegistry>) -> String {
    let source = upstream.map_or("at the registry", |upstream| upstream.login.token_source);
    format!("create a new token: {source}\nleave the token out of {option}")
}

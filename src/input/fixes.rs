//! What fixes an option: the option with a value that works, for the registry that is meant.

use crate::model::name::SecretName;
use crate::model::registries::{LoginRegistry, Registry, ANY_AZURE_HOST, REGISTRIES};
use crate::output::shell::option;

/// Where a resource policy can be read.
pub const POLICY: &str = "give the path of a file that can be read, such as --resource-policy \
                          policy.json";

/// An option with a value that it takes.
fn such_as(name: &str, value: &str) -> String {
    format!("for example: {}", option(name, value))
}

/// The default name of the registry, by `--name` or `--secret`.
pub fn secret_name(option: &str, upstream: Option<LoginRegistry>) -> String {
    let default = default_name(upstream);
    such_as(option, default.as_ref().map_or("", SecretName::as_str))
}

/// The default name of the registry's secret, or of the commonest registry's.
fn default_name(upstream: Option<LoginRegistry>) -> Option<SecretName> {
    SecretName::of_registry(upstream.map_or(&REGISTRIES[0], |upstream| upstream.registry))
}

/// What to do with a rule whose secret has a name that no rule can use.
pub fn name_for_rule(upstream: Option<LoginRegistry>) -> String {
    let default = default_name(upstream);
    let default = default.as_ref().map_or("", SecretName::as_str);
    format!("leave out --rule, or use a secret with a name such as {default}")
}

/// The prefix that the ECR console proposes for a rule of this registry.
pub fn rule(upstream: Option<LoginRegistry>) -> &'static str {
    upstream.map_or("docker-hub", |upstream| upstream.rule_prefix)
}

/// The host of the registry, which only the customers of Azure and of ECR itself have to name.
pub fn host(upstream: Option<&'static Registry>) -> String {
    match upstream.and_then(Registry::fixed_host) {
        Some(own) => format!("leave out --upstream-registry-url: the registry is at {own}"),
        None => such_as(
            "--upstream-registry-url",
            upstream.map_or(ANY_AZURE_HOST, Registry::shown_host),
        ),
    }
}

/// A word for each registry with a login.
pub fn registry() -> String {
    one_of(LoginRegistry::all().map(|upstream| upstream.registry))
}

/// A word for each registry that there is.
pub fn any_registry() -> String {
    one_of(REGISTRIES.iter())
}

fn one_of(upstreams: impl Iterator<Item = &'static Registry>) -> String {
    let kinds: Vec<&str> = upstreams.map(|upstream| upstream.kind).collect();
    format!("add --registry KIND, which is one of: {}", kinds.join(", "))
}

/// What is to be done with a token that others may have seen, in the value of an option.
pub fn shown_token(option: &str, upstream: Option<LoginRegistry>) -> String {
    let source = upstream.map_or("at the registry", |upstream| upstream.login.token_source);
    format!("make a new token: {source}\nleave the token out of {option}")
}

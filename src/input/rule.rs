//! What `rule set` says, checked before the first call of any kind.

use super::options::Faults;
use crate::cli::RuleSetArgs;
use crate::failure::Failure;
use crate::input::draft::default_name;
use crate::name::{RepositoryPrefix, SecretName};
use crate::rule::{upstream_of, upstream_url, RuleRequest};

/// The rule, and the name of the secret that it is to use.
///
/// # Errors
/// Status 2, naming everything that is wrong.
pub fn rule_request(args: &RuleSetArgs) -> Result<(RuleRequest, SecretName), Failure> {
    let mut faults = Faults::default();
    let prefix = faults.keep(RepositoryPrefix::parse(&args.prefix));
    let secret = match (&args.secret, args.registry) {
        (Some(text), _) => faults.keep(
            SecretName::parse(text)
                .map_err(|fault| format!("--secret: {fault}"))
                .and_then(|name| name.check_for_rule().map(|()| name)),
        ),
        (None, Some(upstream)) => default_name(upstream),
        (None, None) => {
            faults
                .0
                .push("the secret is missing: --secret NAME, or --registry KIND".to_owned());
            None
        }
    };
    let upstream = args
        .registry
        .or_else(|| secret.as_ref().and_then(upstream_of));
    if let (Some(secret), None) = (&secret, upstream) {
        faults.0.push(format!(
            "the name {secret} does not say for which registry it is: --registry KIND"
        ));
    }
    let url = upstream.and_then(|upstream| {
        faults.keep(upstream_url(
            upstream,
            args.upstream_registry_url.as_deref(),
        ))
    });
    match (prefix, secret, upstream, url) {
        (Some(prefix), Some(secret), Some(upstream), Some(url)) if faults.0.is_empty() => Ok((
            RuleRequest {
                prefix,
                upstream,
                url,
            },
            secret,
        )),
        _ => Err(faults.into_failure(
            "such as: ecr-ptc rule set docker-hub --secret ecr-pullthroughcache/docker-hub",
        )),
    }
}

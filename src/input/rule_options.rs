//! Checks the options of a rule before the first call.

use super::create_input::CreateInput;
use super::errors::InputErrors;
use super::fixes;
use super::options::{check_rule, host};
use crate::cli::RuleSetArgs;
use crate::model::arn::SecretArn;
use crate::model::invalid::Invalid;
use crate::model::name::{RepositoryPrefix, SecretId, SecretName, PREFIX};
use crate::model::registries::{
    canonical_host, why_unsupported, without_scheme, Host, NamedRegistry, Registry,
};
use crate::model::rule::{Rule, RuleInCode, RuleRequest, UpstreamUrl};
use crate::model::secret::{registry_of, Secret};
use crate::output::failure::Failure;
use crate::output::hint::Hints;
use crate::output::shell::{option, quote};
use crate::registry::Address;

impl CreateInput {
    /// The requested rule, once the registry and the name are known.
    pub fn rule_request(&self) -> Result<Option<RuleRequest>, Failure> {
        match &self.rule {
            Some(prefix) => self.rule_with(prefix.clone()).map(Some),
            None => Ok(None),
        }
    }

    /// The rule as code, if `--print` is given. `arn` is the secret's.
    pub fn rule_code(&self, arn: Option<&SecretArn>) -> Result<Option<String>, Failure> {
        match (self.print, self.rule_request()?, self.name_or_default()) {
            (Some(language), Some(rule), Some(name)) => {
                let name = name.for_rule().map_err(|fault| {
                    let fix = fixes::name_for_rule(self.upstream);
                    Failure::from(fault).fix(fix)
                })?;
                Ok(Some(language.code(&[RuleInCode {
                    rule: &rule,
                    secret: Some(name),
                    arn,
                    exists: false,
                    has_template: false,
                }])))
            }
            _ => Ok(None),
        }
    }

    /// A rule with this prefix for the secret. Fails if no rule can use the secret's name, or if
    /// the registry's host is missing.
    fn rule_with(&self, prefix: RepositoryPrefix) -> Result<RuleRequest, Failure> {
        let open = || {
            Failure::usage(format!("the registry of the rule {prefix} is unknown"))
                .why("neither the secret's name nor an existing rule shows it")
                .fix(fixes::registry())
        };
        let upstream = self.upstream.ok_or_else(open)?;
        let name = self.name_or_default().ok_or_else(open)?;
        name.for_rule()
            .map_err(|fault| Failure::from(fault).fix(fixes::name_for_rule(Some(upstream))))?;
        let url =
            upstream_url(upstream.registry, self.upstream_host().as_deref()).map_err(|fault| {
                let failure = Failure::from(fault);
                if upstream.fixed_host().is_none() {
                    return failure;
                }
                let (prefix, host) = (prefix.as_str(), upstream.shown_host());
                let secret = Some(name.as_str());
                let by_itself = self.hints.new_rule(prefix, &upstream, host, secret);
                failure.or_fix(&format!(
                    "or create the rule separately, after the secret: {by_itself}"
                ))
            })?;
        Ok(RuleRequest {
            prefix,
            upstream: upstream.registry,
            url,
            upstream_prefix: self.upstream_prefix.clone(),
            role: None,
        })
    }

    /// Uses the name of the secret that was found or chosen, and its registry.
    pub fn take_secret(&mut self, secret: &Secret) {
        if self.name.is_none() {
            self.upstream = self.upstream.or_else(|| registry_of(&secret.name));
        }
        self.command = format!("update {}", quote(&secret.name));
        self.name = SecretName::parse(&secret.name).ok();
    }

    /// Uses the registry and host of an existing rule, unless the options give them.
    pub fn take_registry_from(&mut self, rule: &Rule) {
        let Some(upstream) = rule.upstream() else {
            return;
        };
        let is_the_same = *self.upstream.get_or_insert(upstream) == upstream;
        if let (true, None, Some(host)) = (is_the_same, &self.address, rule.own_host()) {
            self.address = Address::parse(host).ok();
        }
    }

    /// The host of the registry, if the options name one.
    fn upstream_host(&self) -> Option<String> {
        let address = self.address.as_ref().filter(|address| !address.is_plain());
        address.map(ToString::to_string)
    }
}

/// The rule, and its secret if the registry requires login: the named one, or else the registry's
/// default. The error names everything that is wrong.
pub fn read_rule_set(
    args: &RuleSetArgs,
    named: Option<SecretId>,
    hints: &Hints,
) -> Result<(RuleRequest, Option<SecretId>), Failure> {
    let mut errors = InputErrors::default();
    let registry = registry_of_rule(args, named.as_ref());
    if args.prefix.is_none() {
        let message = "the repository prefix of the rule is missing";
        errors.add(
            message,
            format!(
                "add it: {}",
                command_with_prefix(args, named.as_ref(), hints)
            ),
        );
    }
    let upstream = registry.as_ref().map(|registry| registry.upstream);
    let with_login = upstream.and_then(Registry::with_login);
    let secret = named.or_else(|| SecretId::of_registry(with_login?.registry));
    let url = args.upstream_registry_url.as_deref();
    let unsupported = url.filter(|_| upstream.is_none()).and_then(why_unsupported);
    let is_unsupported = unsupported.is_some();
    errors.keep(unsupported.map_or(Ok(()), Err), "");
    match (&secret, upstream) {
        _ if is_unsupported => {}
        (None, Some(_)) if with_login.is_none() => {}
        (Some(_), Some(open)) if with_login.is_none() => {
            errors.add(open.why_no_secret(), "leave out --secret");
        }
        (None, _) => {
            let message = "--secret NAME or --registry KIND is missing";
            errors.add(message, fixes::any_registry());
        }
        (Some(secret), None) => {
            let name = secret.name();
            let is_bare = |given: &&str| !given.starts_with(PREFIX) && !given.starts_with("arn:");
            let bare = args.secret.as_deref().filter(is_bare);
            let meant = bare.map(|given| {
                format!("; {given} stands for it, since ECR requires the prefix {PREFIX}")
            });
            let message = format!(
                "the name {name} does not show which registry it is for{}",
                meant.unwrap_or_default()
            );
            errors.add(message, fixes::any_registry());
        }
        (Some(_), Some(_)) => {}
    }
    if let (Some(secret), true) = (&secret, upstream.is_none() || with_login.is_some()) {
        let fit = secret.secret_name().for_rule();
        let fix = fixes::secret_name("--secret", with_login);
        errors.keep(fit, &fix);
    }
    let part = args.part.upstream_repository_prefix.clone();
    if let Some(prefix) = &args.prefix {
        check_rule(
            prefix,
            part.as_ref(),
            usual_prefix(registry.as_ref()),
            &mut errors,
        );
    }
    let other = upstream.filter(|upstream| upstream.kind != "ecr");
    if let (Some(_), Some(other)) = (&args.custom_role_arn, other) {
        errors.add(
            format!(
                "--custom-role-arn works only with --registry ecr: ECR uses no role to pull \
                 from {}",
                other.title
            ),
            "leave out --custom-role-arn",
        );
    }
    let url = registry.as_ref().and_then(|registry| {
        let fix = fixes::host(upstream);
        let host = host(registry, url);
        let host = errors.keep(host, &fix)?;
        errors.keep(upstream_url(registry.upstream, host), &fix)
    });
    match (args.prefix.clone(), upstream, url) {
        (Some(prefix), Some(upstream), Some(url)) if errors.is_empty() => {
            let wanted = RuleRequest {
                prefix,
                upstream,
                url,
                upstream_prefix: part,
                role: args.custom_role_arn.clone(),
            };
            Ok((wanted, secret))
        }
        _ => Err(errors.into_failure()),
    }
}

/// The usual prefix of the rule, to propose at a prompt.
pub fn proposed_prefix(args: &RuleSetArgs, secret: Option<&SecretId>) -> &'static str {
    usual_prefix(registry_of_rule(args, secret).as_ref())
}

fn usual_prefix(registry: Option<&NamedRegistry<&'static Registry>>) -> &'static str {
    registry.map_or(fixes::rule(None), |registry| registry.upstream.rule_prefix)
}

/// The rule's registry: the given one, or else the one in the secret's name or at the given host.
fn registry_of_rule(
    args: &RuleSetArgs,
    secret: Option<&SecretId>,
) -> Option<NamedRegistry<&'static Registry>> {
    let of_secret = |secret: &SecretId| {
        let named = secret.registry().map(NamedRegistry::to_any);
        let of_name = || Some(registry_of(secret.name())?.registry.into());
        named.or_else(of_name)
    };
    let at_host = || NamedRegistry::parse_any(args.upstream_registry_url.as_deref()?);
    let given = args.registry.clone();
    given.or_else(|| of_secret(secret?)).or_else(at_host)
}

/// The same command with a prefix, and with a registry if none is known.
fn command_with_prefix(args: &RuleSetArgs, secret: Option<&SecretId>, hints: &Hints) -> String {
    let kind = args
        .registry
        .as_ref()
        .map(|registry| registry.upstream.kind);
    let kind = kind.or_else(|| secret.is_none().then_some("docker-hub"));
    let options = [
        ("--registry", kind),
        ("--secret", args.secret.as_deref()),
        (
            "--upstream-registry-url",
            args.upstream_registry_url.as_deref(),
        ),
    ];
    let options = options.map(|(name, value)| {
        value.map_or_else(String::new, |value| format!(" {}", option(name, value)))
    });
    hints.command(&format!(
        "rule set {}{}",
        proposed_prefix(args, secret),
        options.concat()
    ))
}

/// The upstream URL of a rule: the registry's host, or the given one if each customer has their
/// own.
fn upstream_url(upstream: &'static Registry, given: Option<&str>) -> Result<UpstreamUrl, Invalid> {
    let title = upstream.title;
    let given = given.map(|host| canonical_host(without_scheme(host)));
    let own = given.as_deref().filter(|host| upstream.owns(host));
    let url = match (upstream.host, own, &given) {
        (_, Some(own), _) | (Host::Fixed(own), None, None) => own,
        (Host::Fixed(own), None, Some(_)) => {
            let message = format!("--upstream-registry-url: ECR supports only {own} for {title}");
            return Err(Invalid::new(message).fix(fixes::host(Some(upstream))));
        }
        (Host::PerCustomer { what, .. }, None, Some(_)) => {
            let message = format!("--upstream-registry-url is not {what}");
            return Err(Invalid::new(message).fix(fixes::host(Some(upstream))));
        }
        (Host::PerCustomer { example, whose, .. }, None, None) => {
            let message =
                format!("--upstream-registry-url is missing: {title} has a host for each {whose}");
            return Err(Invalid::new(message).fix(format!("add --upstream-registry-url {example}")));
        }
    };
    UpstreamUrl::parse(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        let azure = Registry::find("azure").unwrap();
        let hub = Registry::find("docker-hub").unwrap();
        for url in ["ME-1.azurecr.io:443", "https://me-1.azurecr.io/"] {
            assert_eq!(
                upstream_url(azure, Some(url)),
                Ok(UpstreamUrl::parse("me-1.azurecr.io").unwrap())
            );
        }
        for url in [
            None,
            Some(".azurecr.io"),
            Some("http://me.azurecr.io"),
            Some("me.azurecr.io/x"),
            Some("ghcr.io"),
        ] {
            assert!(upstream_url(azure, url).is_err(), "{url:?}");
        }
        for url in [None, Some("Registry-1.docker.io")] {
            assert_eq!(
                upstream_url(hub, url),
                Ok(UpstreamUrl::parse("registry-1.docker.io").unwrap())
            );
        }
        assert!(upstream_url(hub, Some("docker.io")).is_err());
    }
}

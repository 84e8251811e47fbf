//! What `rule set` says, checked before the first call of any kind.

use super::create_input::CreateInput;
use super::errors::InputErrors;
use super::fixes;
use crate::cli::RuleSetArgs;
use crate::model::arn::SecretArn;
use crate::model::name::{RepositoryPrefix, SecretId, SecretName};
use crate::model::rule::{upstream_of, upstream_url, Rule, RuleRequest};
use crate::model::secret::{registry_of, Secret};
use crate::model::upstream::{NamedRegistry, Upstream, UPSTREAMS};
use crate::output::failure::Failure;
use crate::output::hint::Hints;
use crate::registry::Address;

impl CreateInput {
    /// The rule that is asked for, once registry and name are known.
    ///
    /// # Errors
    /// Status 2 where no rule can use the secret, or the registry needs a host of its own.
    pub fn rule_request(&self) -> Result<Option<RuleRequest>, Failure> {
        match &self.rule {
            Some(prefix) => self.rule_with(prefix.clone()).map(Some),
            None => Ok(None),
        }
    }

    /// The rule as code, where that is asked for instead of the rule. `arn` is that of the secret.
    ///
    /// # Errors
    /// As of [`Self::rule_request`].
    pub fn rule_code(&self, arn: Option<&SecretArn>) -> Result<Option<String>, Failure> {
        match (self.print, self.rule_request()?, self.name_or_default()) {
            (Some(language), Some(rule), Some(name)) => {
                let name = name.for_rule().map_err(|fault| {
                    let fix = fixes::name_for_rule(self.upstream);
                    Failure::usage(fault.to_string()).fix(fix)
                })?;
                Ok(Some(rule.code(language, name, arn)))
            }
            _ => Ok(None),
        }
    }

    /// A rule with this prefix for the secret.
    ///
    /// # Errors
    /// As of [`Self::rule_request`].
    pub fn rule_with(&self, prefix: RepositoryPrefix) -> Result<RuleRequest, Failure> {
        let open = || {
            Failure::usage(format!("the registry of the rule {prefix} is not known"))
                .why("neither the name of the secret says it, nor a rule that is there")
                .fix(fixes::registry())
        };
        let upstream = self.upstream.ok_or_else(open)?;
        let name = self.name_or_default().ok_or_else(open)?;
        name.check_for_rule().map_err(|fault| {
            Failure::usage(fault.to_string()).fix(fixes::name_for_rule(Some(upstream)))
        })?;
        let url = upstream_url(upstream, self.upstream_host().as_deref()).map_err(|fault| {
            let failure = Failure::from(fault);
            if upstream.url.is_none() {
                return failure;
            }
            let by_itself = self
                .hints
                .rule_set_at_home(prefix.as_str(), upstream, name.as_str());
            failure.or_fix(&format!(
                "or make the rule by itself, after the secret: {by_itself}"
            ))
        })?;
        Ok(RuleRequest {
            prefix,
            upstream,
            url,
        })
    }

    /// Takes over the name of the secret that is there: what was given may be a word for its
    /// registry. Where it was chosen, nothing was given.
    pub fn take_secret(&mut self, secret: &Secret) {
        if self.name.is_none() {
            self.upstream = self.upstream.or_else(|| registry_of(&secret.name));
            self.given.push(&secret.name);
        }
        self.name = SecretName::parse(&secret.name).ok();
    }

    /// Takes over what the options leave open and the rule that is there tells: the registry, and
    /// its host where each customer has one of their own.
    pub fn take_registry_from(&mut self, rule: &Rule) {
        let Some(upstream) = rule.upstream() else {
            return;
        };
        let is_the_same = *self.upstream.get_or_insert(upstream) == upstream;
        if let (true, None, Some(host)) = (is_the_same, &self.address, rule.own_host()) {
            self.address = Address::parse(host).ok();
        }
    }

    /// The customer's own host of the registry, where the options name one.
    fn upstream_host(&self) -> Option<String> {
        let address = self.address.as_ref().filter(|address| !address.is_plain());
        address.map(ToString::to_string)
    }
}

/// The rule, and the secret that it is to use: the one that is named, or else the default one of
/// the registry.
///
/// # Errors
/// Status 2, naming everything that is wrong.
pub fn read_rule_set(
    args: &RuleSetArgs,
    named: Option<SecretId>,
    hints: &Hints,
) -> Result<(RuleRequest, SecretId), Failure> {
    let mut errors = InputErrors::default();
    let default = || SecretId::of_registry(args.registry.as_ref()?.upstream);
    let secret = named.or_else(default);
    let told = || {
        let secret = secret.as_ref()?;
        let of_name = || upstream_of(secret.secret_name()).map(NamedRegistry::from);
        secret.registry().cloned().or_else(of_name)
    };
    let registry = args.registry.clone().or_else(told);
    let upstream = registry.as_ref().map(|registry| registry.upstream);
    let prefix = RepositoryPrefix::parse(&args.prefix);
    let prefix = errors.keep(prefix, &such_as_rule(upstream, secret.as_ref(), hints));
    match (&secret, &registry) {
        (None, _) => {
            let message = "the secret is missing: --secret NAME, or --registry KIND";
            errors.add(message, fixes::registry());
        }
        (Some(secret), None) => {
            let name = secret.name();
            let message = format!("the name {name} does not say which registry it is for");
            errors.add(message, fixes::registry());
        }
        _ => {}
    }
    if let Some(secret) = &secret {
        let fit = secret.secret_name().check_for_rule();
        let fix = fixes::secret_name("--secret", None, upstream);
        errors.keep(fit.map_err(|fault| fault.to_string()), &fix);
    }
    let url = registry.as_ref().and_then(|registry| {
        let fix = fixes::host(upstream);
        let host = registry.host_or(args.upstream_registry_url.as_deref());
        let host = errors.keep(host, &fix)?;
        errors.keep(upstream_url(registry.upstream, host), &fix)
    });
    match (prefix, secret, upstream, url) {
        (Some(prefix), Some(secret), Some(upstream), Some(url)) if errors.is_empty() => {
            let rule = RuleRequest {
                prefix,
                upstream,
                url,
            };
            Ok((rule, secret))
        }
        _ => Err(errors.into_failure()),
    }
}

/// The usual rule for this registry and secret, as a command.
fn such_as_rule(
    upstream: Option<&'static Upstream>,
    secret: Option<&SecretId>,
    hints: &Hints,
) -> String {
    let upstream = upstream.unwrap_or(&UPSTREAMS[0]);
    let default = SecretId::of_registry(upstream);
    let fits = |secret: &&SecretId| secret.secret_name().check_for_rule().is_ok();
    let secret = secret.filter(fits).or(default.as_ref());
    let rule = hints.usual_rule(upstream, None, secret.map_or("", SecretId::name));
    format!("for example: {rule}")
}

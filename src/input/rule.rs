//! What `rule set` says, checked before the first call of any kind.

use super::create_input::CreateInput;
use super::options::InputErrors;
use crate::cli::RuleSetArgs;
use crate::model::arn::SecretArn;
use crate::model::name::{RepositoryPrefix, SecretId, SecretName};
use crate::model::rule::{upstream_of, upstream_url, Rule, RuleRequest};
use crate::model::secret::{registry_of, Secret};
use crate::model::upstream::NamedRegistry;
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
                let name = name
                    .for_rule()
                    .map_err(|fault| Failure::usage(fault.to_string()))?;
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
            Failure::usage(format!(
                "for which registry the rule {prefix} is to be is missing"
            ))
            .why("neither the name of the secret says it, nor a rule that is there")
            .fix("add --registry KIND")
        };
        let upstream = self.upstream.ok_or_else(open)?;
        let name = self.name_or_default().ok_or_else(open)?;
        name.check_for_rule()
            .map_err(|fault| Failure::usage(fault.to_string()))?;
        let url = upstream_url(upstream, self.upstream_host().as_deref()).map_err(|fault| {
            Failure::usage(fault).fix(if upstream.url.is_none() {
                "add --upstream-registry-url NAME.azurecr.io".to_owned()
            } else {
                format!(
                    "leave that out, or make the rule by itself, after the secret:\n{}",
                    self.hints
                        .rule_set_at_home(prefix.as_str(), upstream, name.as_str())
                )
            })
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
    let prefix = errors.keep(RepositoryPrefix::parse(&args.prefix));
    let default = || SecretId::of_registry(args.registry.as_ref()?.upstream);
    let secret = named.or_else(default);
    let told = || {
        let secret = secret.as_ref()?;
        let of_name = || upstream_of(secret.secret_name()).map(NamedRegistry::from);
        secret.registry().cloned().or_else(of_name)
    };
    let registry = args.registry.clone().or_else(told);
    match (&secret, &registry) {
        (None, _) => errors
            .0
            .push("the secret is missing: --secret NAME, or --registry KIND".to_owned()),
        (Some(secret), None) => errors.0.push(format!(
            "the name {} does not say for which registry it is: --registry KIND",
            secret.name()
        )),
        _ => {}
    }
    if let Some(secret) = &secret {
        errors.keep(secret.secret_name().check_for_rule());
    }
    let url = registry.as_ref().and_then(|registry| {
        let host = errors.keep(registry.host_or(args.upstream_registry_url.as_deref()))?;
        errors.keep(upstream_url(registry.upstream, host))
    });
    match (prefix, secret, registry, url) {
        (Some(prefix), Some(secret), Some(registry), Some(url)) if errors.0.is_empty() => {
            let upstream = registry.upstream;
            let rule = RuleRequest {
                prefix,
                upstream,
                url,
            };
            Ok((rule, secret))
        }
        _ => {
            let example = "rule set docker-hub --secret docker-hub";
            Err(errors.into_failure(&format!("such as: {}", hints.command(example))))
        }
    }
}

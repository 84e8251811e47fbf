//! The value of `--registry`.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::model::upstream::{NamedRegistry, Upstream, ANY_AZURE_HOST, UPSTREAMS};

/// Reads ECR's word for a registry, an alias of it, or its host. A refusal has the nearest word.
#[derive(Clone)]
pub struct RegistryWord;

impl TypedValueParser for RegistryWord {
    type Value = NamedRegistry;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<NamedRegistry, clap::Error> {
        let word = value.to_string_lossy();
        if let Some(named) = NamedRegistry::parse(&word) {
            return Ok(named);
        }
        let refusal = PossibleValuesParser::new(values()).parse_ref(command, argument, value);
        let mut refusal = refusal
            .err()
            .unwrap_or_else(|| clap::Error::new(ErrorKind::InvalidValue));
        refusal.remove(ContextKind::SuggestedValue);
        if let Some(near) = NamedRegistry::nearest(&word) {
            let near = ContextValue::String(near.to_owned());
            refusal.insert(ContextKind::SuggestedValue, near);
        }
        Err(refusal)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(values()))
    }
}

fn values() -> impl Iterator<Item = PossibleValue> {
    UPSTREAMS.iter().map(|upstream| {
        PossibleValue::new(upstream.kind)
            .aliases(upstream.aliases)
            .help(help(upstream))
    })
}

/// Its title, and the other words for it.
fn help(upstream: &Upstream) -> String {
    let mut words = upstream.aliases.to_vec();
    words.extend(upstream.url.is_none().then_some(ANY_AZURE_HOST));
    format!("{}; also {}", upstream.title, words.join(", "))
}

//! The value of `--registry`.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::error::ErrorKind;

use crate::model::registries::{LoginRegistry, NamedRegistry, Registry, REGISTRIES};

/// Parses a registry that requires login, by its ECR name, an alias, or its host.
#[derive(Clone)]
pub struct RegistryWord;

/// Parses any registry that ECR supports.
#[derive(Clone)]
pub struct AnyRegistryWord;

impl TypedValueParser for RegistryWord {
    type Value = NamedRegistry;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<NamedRegistry, clap::Error> {
        let named = NamedRegistry::parse(&value.to_string_lossy());
        named.ok_or_else(|| refusal(command, argument, value, with_login()))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(with_login().map(possible_value)))
    }
}

impl TypedValueParser for AnyRegistryWord {
    type Value = NamedRegistry<&'static Registry>;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<Self::Value, clap::Error> {
        let named = NamedRegistry::parse_any(&value.to_string_lossy());
        named.ok_or_else(|| refusal(command, argument, value, REGISTRIES.iter()))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(REGISTRIES.iter().map(possible_value)))
    }
}

fn with_login() -> impl Iterator<Item = &'static Registry> {
    LoginRegistry::all().map(|upstream| upstream.registry)
}

fn refusal(
    command: &clap::Command,
    argument: Option<&clap::Arg>,
    value: &OsStr,
    among: impl Iterator<Item = &'static Registry>,
) -> clap::Error {
    let values = PossibleValuesParser::new(among.map(possible_value));
    let refusal = values.parse_ref(command, argument, value);
    refusal
        .err()
        .unwrap_or_else(|| clap::Error::new(ErrorKind::InvalidValue))
}

/// A value for help and completion, with the title and aliases of the registry.
fn possible_value(upstream: &'static Registry) -> PossibleValue {
    let own_host = upstream
        .fixed_host()
        .is_none()
        .then_some(upstream.shown_host());
    let words: Vec<&str> = upstream.words().chain(own_host).collect();
    PossibleValue::new(upstream.kind)
        .aliases(upstream.words())
        .help(format!("{}; also {}", upstream.title, words.join(", ")))
}

//! [`AnyText`]: a value that may be anything, with what completion offers for it.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};

use crate::model::registries::LoginRegistry;

/// The subcommands, of which a value offers one: clap makes it before it has them all.
const SUBCOMMANDS: [&str; 12] = [
    "create",
    "update",
    "list",
    "show",
    "check",
    "delete",
    "restore",
    "rule",
    "image",
    "completions",
    "help",
    "man",
];
const SUBCOMMANDS_OF_RULE: [&str; 4] = ["set", "list", "delete", "help"];

/// Takes any text. Completion in a shell offers some, without asking AWS.
#[derive(Clone)]
pub struct AnyText {
    pub offered: fn() -> Vec<&'static str>,
}

impl AnyText {
    /// The name of a secret: the default ones are offered.
    pub const NAME: Self = Self {
        offered: default_names,
    };
    /// A word of a subcommand.
    pub const COMMAND: Self = Self {
        offered: || SUBCOMMANDS.to_vec(),
    };
    /// A word of a subcommand of `rule`.
    pub const RULE_COMMAND: Self = Self {
        offered: || SUBCOMMANDS_OF_RULE.to_vec(),
    };
}

impl TypedValueParser for AnyText {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let offered = (self.offered)().into_iter();
        Some(Box::new(offered.map(PossibleValue::new)))
    }
}

fn default_names() -> Vec<&'static str> {
    LoginRegistry::all().map(|upstream| upstream.kind).collect()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn every_subcommand_is_offered() {
        fn names(command: &clap::Command) -> Vec<&str> {
            let names = command.get_subcommands().map(clap::Command::get_name);
            names.collect()
        }
        let command = Cli::command();
        assert_eq!(names(&command), SUBCOMMANDS);
        let rule = command.find_subcommand("rule").unwrap();
        assert_eq!(names(rule), SUBCOMMANDS_OF_RULE);
    }
}

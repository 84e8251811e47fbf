//! Parsers of option values.

use std::ffi::OsStr;
use std::fmt::Display;

use clap::builder::{PossibleValue, RangedI64ValueParser, StringValueParser, TypedValueParser};

use crate::model::date::Date;
use crate::model::invalid::Invalid;
use crate::model::registries::LoginRegistry;

/// An example of a Lambda function ARN.
pub const FUNCTION: &str = "arn:aws:lambda:us-east-1:111122223333:function:rotate";

/// An example of an IAM role ARN.
pub const ROLE: &str = "arn:aws:iam::111122223333:role/ecr-pull-through-cache";

/// Adds an example of a valid value to the errors of a parser.
pub fn such_as<T, E: Display>(
    parse: fn(&str) -> Result<T, E>,
    example: &'static str,
) -> impl Fn(&str) -> Result<T, Invalid> + Clone {
    move |text| parse(text).map_err(|fault| Invalid::new(fault.to_string()).fix(example))
}

/// Parses an expiry date, which must not be in the past.
pub fn last_day(text: &str) -> Result<Date, Invalid> {
    /// Days from today to the example date.
    const DAYS: i64 = 90;
    let today = Date::today();
    let fault = match Date::parse(text) {
        Ok(date) if today.days_until(date) >= 0 => return Ok(date),
        Ok(date) => format!("{date} is in the past, so the token has expired"),
        Err(fault) => fault.to_string(),
    };
    Err(Invalid::new(fault).fix(today.after(DAYS).to_string()))
}

/// Parses a number of days.
pub fn days() -> RangedI64ValueParser<i64> {
    clap::value_parser!(i64).range(0..=65_535)
}

/// Parses a number of seconds, up to one day.
pub fn seconds() -> RangedI64ValueParser<u64> {
    RangedI64ValueParser::new().range(0..=86_400)
}

/// Accepts any text as the name of a secret. Shell completion offers the default names.
#[derive(Clone)]
pub struct AnySecret;

impl TypedValueParser for AnySecret {
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
        let names = LoginRegistry::all().map(|upstream| upstream.kind);
        Some(Box::new(names.map(PossibleValue::new)))
    }
}

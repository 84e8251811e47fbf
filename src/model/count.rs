//! [`count`]: a number with its noun in singular or plural.

use std::fmt::Display;

/// A number with its noun: `1 day`, `3 days`. `what` is a singular whose plural ends in `s`.
pub fn count(number: impl Display, what: &str) -> String {
    match number.to_string().as_str() {
        "1" => format!("1 {what}"),
        number => format!("{number} {what}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_has_no_plural() {
        assert_eq!(count(1, "character"), "1 character");
        assert_eq!(count(0, "rule"), "0 rules");
        assert_eq!(count(2_049_usize, "character"), "2049 characters");
    }
}

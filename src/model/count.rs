//! [`count`]: how many there are of something, in words.

use std::fmt::Display;

/// A number with what it counts: `1 day`, `3 days`. `what` is one of them, of a word whose plural
/// ends in `s`.
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

//! [`Pages`]: what keeps a listing from going on for ever. The SDK's paginators read on to the last
//! page, however many come; their own end at a repeated token is switched off, since it is without
//! a word, as if there were no more.

use std::collections::HashSet;

use super::error::AwsError;

/// The most pages of one listing. Secrets Manager takes 500,000 secrets in a Region, which is 5,000
/// full pages of ListSecrets; no other listing comes near that.
///
/// Source: <https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html>
const MOST_PAGES: usize = 10_000;

/// The pages of one listing so far, by the tokens that lead from one to the next.
#[derive(Debug)]
pub struct Pages {
    operation: &'static str,
    seen: HashSet<String>,
}

impl Pages {
    pub fn of(operation: &'static str) -> Self {
        Self {
            operation,
            seen: HashSet::new(),
        }
    }

    /// Notes the token that a page gave for the next one; an empty one is none, as the SDK has it.
    ///
    /// # Errors
    /// Where the token leads to a page that was read before, or to more than [`MOST_PAGES`].
    pub fn note(&mut self, token: Option<&str>) -> Result<(), AwsError> {
        let Some(token) = token.filter(|token| !token.is_empty()) else {
            return Ok(());
        };
        if !self.seen.insert(token.to_owned()) {
            let what = "a page that leads back to one before it";
            return Err(AwsError::malformed(self.operation, what));
        }
        if self.seen.len() >= MOST_PAGES {
            let what = "more pages than there can be";
            return Err(AwsError::malformed(self.operation, what));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_ends_where_it_comes_round_and_after_many_pages() {
        let mut pages = Pages::of("ListSecrets");
        for token in [Some("a"), Some("b"), Some(""), Some(""), None, None] {
            assert!(pages.note(token).is_ok(), "{token:?}");
        }
        assert!(pages.note(Some("a")).is_err());
        let mut pages = Pages::of("ListSecrets");
        let read = (0..).take_while(|page| pages.note(Some(&page.to_string())).is_ok());
        assert_eq!(read.count(), MOST_PAGES - 1);
    }
}

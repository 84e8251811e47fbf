//! [`Target`]: the account, Region and profile that a command works with.

use std::fmt;

use crate::model::account::AccountId;
use crate::model::arn::Arn;
use crate::model::region::Region;
use crate::output::escaped;

/// The account, Region and profile that a command works with.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// `None` in a dry run without a Region.
    pub region: Option<Region>,
    pub profile: Option<String>,
    pub endpoint: Option<String>,
    /// The caller according to STS, if it was looked up.
    pub caller: Option<Caller>,
}

/// On one line, for people.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let account = self
            .caller
            .as_ref()
            .map(|caller| ("Account", caller.account.to_string()));
        let region = self
            .region
            .as_ref()
            .map(|region| ("Region", region.to_string()));
        let profile = self
            .profile
            .as_ref()
            .map(|profile| ("profile", escaped(profile)));
        let parts = [account, region, profile].into_iter().flatten();
        let parts: Vec<String> = parts
            .map(|(what, which)| format!("{what} {which}"))
            .collect();
        f.write_str(&parts.join(", "))
    }
}

/// The caller according to STS.
#[derive(Clone, Debug)]
pub struct Caller {
    pub account: AccountId,
    pub arn: Arn,
}

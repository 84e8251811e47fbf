//! [`Target`]: where things are done, and as whom.

use std::fmt;

use crate::model::account::AccountId;
use crate::model::arn::Arn;
use crate::model::region::Region;
use crate::output::escaped;

/// Where things are done.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// `None` in a dry run without a Region.
    pub region: Option<Region>,
    pub profile: Option<String>,
    pub endpoint: Option<String>,
    /// Who AWS says is calling, where it was asked.
    pub caller: Option<Caller>,
}

/// In one line, for people.
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

/// Who AWS says is calling.
#[derive(Clone, Debug)]
pub struct Caller {
    pub account: AccountId,
    pub arn: Arn,
}

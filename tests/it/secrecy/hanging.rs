//! What hangs, or is waited for long: all at once, beside the tests that take the most of the
//! processor.

use crate::input::docker_config::{a_helper_has_half_a_minute, HANGING_HELPERS};
use crate::registry::login::a_registry_that_stalls_is_waited_for_only_so_long;
use crate::registry::token_info::an_api_that_stalls_is_waited_for_only_so_long;
use crate::support::side_by_side;

#[test]
fn nothing_that_hangs_is_waited_for_longer_than_its_limit() {
    let helpers =
        HANGING_HELPERS.map(|script| Box::new(move || a_helper_has_half_a_minute(script)));
    let helpers = helpers
        .into_iter()
        .map(|case| case as Box<dyn Fn() + Send + Sync>);
    let others: [Box<dyn Fn() + Send + Sync>; 2] = [
        Box::new(a_registry_that_stalls_is_waited_for_only_so_long),
        Box::new(an_api_that_stalls_is_waited_for_only_so_long),
    ];
    side_by_side(others.into_iter().chain(helpers), |case| case());
}

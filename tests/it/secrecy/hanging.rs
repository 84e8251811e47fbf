//! Who has the token, or gives it, and hangs: all at once, beside the tests that take the most of the
//! processor.

use crate::input::docker_config::{a_helper_has_half_a_minute, HANGING_HELPERS};
use crate::registry::login::a_registry_that_stalls_is_waited_for_only_so_long;
use crate::support::side_by_side;

#[test]
fn nothing_that_hangs_is_waited_for_longer_than_its_limit() {
    let helpers = HANGING_HELPERS.into_iter().map(Some);
    side_by_side([None].into_iter().chain(helpers), |case| match case {
        Some(script) => a_helper_has_half_a_minute(script),
        None => a_registry_that_stalls_is_waited_for_only_so_long(),
    });
}

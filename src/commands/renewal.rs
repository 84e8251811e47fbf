//! `update --renew-within`: whether the token that is stored is due for renewal.

use super::context::Context;
use crate::aws::Session;
use crate::model::date::Date;
use crate::model::secret::{Secret, EXPIRY_TAG};
use crate::output::escaped;
use crate::output::failure::Failure;
use crate::output::report::{Action, Report, StoredSecret, Verification};
use crate::output::status::Status;
use crate::output::Warnings;

/// When the token that is stored ends, if that is more than so many days from now, in UTC. Where it
/// is not known, that is warned of, and the token is due.
pub fn lasts_longer(
    secret: &Secret,
    days: Option<i64>,
    warnings: &mut Warnings<'_>,
) -> Option<Date> {
    let days = days?;
    let why = match secret.expires_on() {
        Some(Ok(end)) => return Some(end).filter(|end| Date::today().days_until(*end) > days),
        Some(Err(_)) if secret.has_unknown_expiry() => "says so",
        Some(Err(_)) => "is not a date",
        None => "is missing",
    };
    let name = escaped(&secret.name);
    warnings.add(&format!(
        "when the token of {name} ends is not known: the tag {EXPIRY_TAG} {why}; so it is renewed"
    ));
    None
}

/// Says that it is not due, and nothing was done.
pub fn report_not_due(
    secret: &Secret,
    end: Date,
    session: &Session,
    warnings: Warnings<'_>,
    context: &Context<'_>,
) -> Result<Status, Failure> {
    let verification = Verification::skipped("the token is not due for renewal");
    let report = Report {
        action: Action::Unchanged,
        details: StoredSecret::of(secret, session.region(), verification),
        steps: Vec::new(),
        warnings: warnings.into_texts(),
    };
    let name = escaped(&secret.name);
    let note = format!("The token of {name} lasts until {end}; nothing was written");
    context.report(&report, &[&note])
}

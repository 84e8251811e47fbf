//! Findings about a secret that don't depend on its value.

use super::finding::{Finding, Level};
use super::inspected::Inspected;
use crate::model::date::in_days;
use crate::model::name::{ends_like_an_arn, first_unsupported, PREFIX};
use crate::model::secret::{KeyKind, ManagedBy, EXPIRY_TAG};
use crate::output::escaped;

/// Findings about the name, the dates and the tags.
pub fn inspect_metadata(inspected: &Inspected<'_>) -> Vec<Finding> {
    let findings = [
        inspect_name(inspected),
        inspect_expiry(inspected),
        inspect_age(inspected),
    ];
    findings.into_iter().flatten().collect()
}

/// A finding about the KMS key.
pub fn inspect_key(inspected: &Inspected<'_>, kind: &KeyKind) -> Option<Finding> {
    let secret = inspected.secret;
    let key = secret.key();
    let default = inspected.hints.use_default_key(&secret.name);
    match kind {
        KeyKind::Default => None,
        KeyKind::Customer => {
            let message = format!(
                "the secret is encrypted with the customer managed key {key}, which ECR cannot \
                 use, so pulls fail for images that ECR has not cached"
            );
            let finding = inspected.finding(Level::Error, "customer-managed-key", message);
            Some(finding.fix(default))
        }
        KeyKind::Unknown(why) => {
            let message = format!(
                "cannot tell whether the KMS key {key} of the secret is the default key ({why}); \
                 with a customer managed key, pulls fail"
            );
            let finding = inspected.finding(Level::Warning, "unknown-key", message);
            Some(finding.fix(format!(
                "allow kms:DescribeKey on that key, or use the default key: {default}"
            )))
        }
    }
}

/// A finding if AWS rotates the secret, so ECR cannot read it. Nothing else of it is to be fixed
/// then.
pub fn inspect_manager(inspected: &Inspected<'_>) -> Option<Finding> {
    let secret = inspected.secret;
    let managed = secret.managed_by().filter(|_| secret.deleted.is_none())?;
    let (code, why) = match managed {
        ManagedBy::Rotation(_) => (
            "managed-external-secret",
            "AWS rotates it, and its value is in the partner's format, which ECR cannot read",
        ),
        // The names of such secrets don't begin with the prefix, so no rule can use them.
        ManagedBy::Service(_) => return None,
    };
    let message = format!(
        "the secret is {}: {why}, so pulls fail for images that ECR has not cached",
        escaped(&managed.to_string())
    );
    let name = better_name(&format!("{}-ecr", secret.name));
    let create = inspected.hints.create(&name, inspected.usage.upstream, "");
    let finding = inspected.finding(Level::Error, code, message);
    Some(finding.fix(format!(
        "leave it as it is, and store the credentials in another secret: {create}"
    )))
}

fn inspect_name(inspected: &Inspected<'_>) -> Option<Finding> {
    let name = inspected.secret.name.as_str();
    let (level, code, message) = if let Some(character) = first_unsupported(name) {
        let message = format!(
            "the name contains {character:?}, but ECR supports only ASCII letters, digits and \
             /_+=.@-, so no rule can use the secret"
        );
        (Level::Error, "name-not-accepted", message)
    } else if ends_like_an_arn(name) {
        let message = "the name ends with a hyphen and six characters, like the ARN of a secret; \
                       Secrets Manager may confuse it with another secret, so pulls may fail";
        (Level::Warning, "name-like-an-arn", message.to_owned())
    } else {
        return None;
    };
    let hints = &inspected.hints;
    let create = hints.create(&better_name(name), inspected.usage.upstream, "");
    let delete = hints.delete(name, "");
    let fix = format!(
        "a secret cannot be renamed; create another: {create}\n\
         then, once no rule uses this one: {delete}"
    );
    Some(inspected.finding(level, code, message).fix(fix))
}

/// The closest name that ECR supports.
fn better_name(name: &str) -> String {
    let rest = name.strip_prefix(PREFIX).unwrap_or(name);
    let allowed = |c: char| {
        if first_unsupported(c.encode_utf8(&mut [0; 4])).is_some() {
            '_'
        } else {
            c
        }
    };
    let mut better: String = PREFIX.chars().chain(rest.chars().map(allowed)).collect();
    if ends_like_an_arn(&better) {
        better.replace_range(better.len() - 7..better.len() - 6, "_");
    }
    better
}

fn inspect_expiry(inspected: &Inspected<'_>) -> Option<Finding> {
    let Inspected {
        secret, criteria, ..
    } = inspected;
    if secret.has_unknown_expiry() {
        let message = "the expiry date is unknown: the current token was stored without one, so \
                       check cannot warn before it expires";
        let finding = inspected.finding(Level::Warning, "expiry-unknown", message);
        return Some(finding.fix(format!(
            "record the date, with END as the token's last day, such as 2027-01-31:\n{}",
            inspected.hints.record_expiry(&secret.name, "END")
        )));
    }
    let Ok(date) = secret.expires_on()? else {
        let message = format!(
            "the tag {EXPIRY_TAG} is not a date such as 2027-01-31, so check cannot warn before \
             the token expires"
        );
        let tag = format!(
            "set the tag, with END as the token's last day, such as 2027-01-31:\n{}",
            inspected.hints.set_tag(&secret.name, EXPIRY_TAG, "END")
        );
        let finding = inspected.finding(Level::Warning, "expiry-not-a-date", message);
        return Some(finding.fix(tag));
    };
    let (level, code, message) = match criteria.today.days_until(date) {
        days @ ..0 => {
            let message = format!(
                "the token expired on {date}, {} ago, so pulls fail for images that ECR has not \
                 cached",
                in_days(-days)
            );
            (Level::Error, "token-expired", message)
        }
        days if days <= criteria.expiring_within => {
            let when = if days == 0 {
                "today".to_owned()
            } else {
                format!("in {}", in_days(days))
            };
            let message = format!(
                "the token expires on {date}, {when}; after that, pulls fail for images that ECR \
                 has not cached"
            );
            (Level::Warning, "token-expiring", message)
        }
        _ => return None,
    };
    let fix = inspected.hints.store_token(&secret.name);
    let finding = inspected.finding(level, code, message);
    Some(finding.fix(format!("store a new token: {fix}")))
}

fn inspect_age(inspected: &Inspected<'_>) -> Option<Finding> {
    let Inspected {
        secret, criteria, ..
    } = inspected;
    let max_age = criteria.max_age?;
    let changed = secret.last_changed.or(secret.created)?.date();
    let age = changed.days_until(criteria.today);
    if age <= max_age {
        return None;
    }
    let message = format!(
        "the secret was last changed {} ago, on {changed}; the limit is {}; pulls work until the \
         token expires",
        in_days(age),
        in_days(max_age)
    );
    let finding = inspected.finding(Level::Warning, "too-old", message);
    Some(finding.fix(inspected.renew()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_better_name_is_one_that_ecr_supports() {
        for (name, better) in [
            (
                "ecr-pullthroughcache/two words",
                "ecr-pullthroughcache/two_words",
            ),
            (
                "ecr-pullthroughcache/prod-github",
                "ecr-pullthroughcache/prod_github",
            ),
            (
                "ecr-pullthroughcache/é-abc123",
                "ecr-pullthroughcache/__abc123",
            ),
        ] {
            assert_eq!(better_name(name), better);
            assert_eq!(first_unsupported(better), None);
        }
    }
}

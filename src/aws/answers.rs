//! What an answer tells, as what it has to be.

use super::error::AwsError;
use crate::arn::SecretArn;
use crate::region::RegionName;

/// The ARN that an answer tells of a secret; of this name, where that is known.
///
/// # Errors
/// Where it is none, or another's.
pub fn secret_arn(
    operation: &'static str,
    told: Option<&str>,
    name: Option<&str>,
) -> Result<SecretArn, AwsError> {
    let arn = SecretArn::parse(told.unwrap_or_default())
        .map_err(|fault| AwsError::malformed(operation, &fault.to_string()))?;
    match name {
        Some(name) if arn.name() != name => {
            let what = "the ARN of another secret than the one that is meant";
            Err(AwsError::malformed(operation, what))
        }
        _ => Ok(arn),
    }
}

/// The Region that an answer names, where it names one.
///
/// # Errors
/// Where it is none.
pub fn region(
    operation: &'static str,
    told: Option<String>,
) -> Result<Option<RegionName>, AwsError> {
    let Some(name) = told.filter(|name| !name.is_empty()) else {
        return Ok(None);
    };
    let region = RegionName::of_host_label(&name);
    let region = region.ok_or_else(|| AwsError::malformed(operation, "a Region that is none"))?;
    Ok(Some(region))
}

//! [`Kind`]: what kind of error an answer is, by its code.

use super::transport::Fault;

/// The kinds of error that are handled differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Exists,
    PendingDeletion,
    NotFound,
    Denied,
    NoCredentials,
    BadCredentials,
    /// The account has not signed up for the service, or has not enabled the Region.
    NotSubscribed,
    /// The MFA code was not taken.
    Mfa,
    Clock,
    /// The endpoint, the Region or another setting makes no request that could be sent.
    Misconfigured,
    /// The service refuses the input.
    Refused,
    /// The resource policy is not one.
    Policy,
    /// The KMS key of the secret cannot be used.
    Key,
    Limit,
    /// A pull through cache rule with that prefix is there.
    RuleExists,
    RuleNotFound,
    /// ECR may not read the secret.
    SecretUnreadable,
    /// ECR does not take the upstream registry, or not like this.
    Upstream,
    /// Throttled, or an error of the service's own.
    Service,
    TimedOut,
    Unreachable,
    /// An answer that is not AWS's.
    NotAws,
    /// An answer of the right form, in which something is not what it has to be.
    Malformed,
    Other,
}

/// `message` and `http_status` where the code leaves it open.
pub fn kind_of_code(code: Option<&str>, message: Option<&str>, http_status: Option<u16>) -> Kind {
    let says = |words: &str| message.is_some_and(|message| message.contains(words));
    match code {
        Some("ResourceExistsException") => Kind::Exists,
        Some("InvalidRequestException")
            if says("scheduled for deletion")
                || says("marked for deletion")
                || says("marked deleted") =>
        {
            Kind::PendingDeletion
        }
        Some("ResourceNotFoundException" | "SecretNotFoundException") => Kind::NotFound,
        Some("PullThroughCacheRuleAlreadyExistsException") => Kind::RuleExists,
        Some("PullThroughCacheRuleNotFoundException") => Kind::RuleNotFound,
        Some("UnableToAccessSecretException") => Kind::SecretUnreadable,
        Some("UnsupportedUpstreamRegistryException") => Kind::Upstream,
        Some("AccessDeniedException" | "AccessDenied") if says("MultiFactorAuthentication") => {
            Kind::Mfa
        }
        Some("AccessDeniedException" | "AccessDenied") if says("Access to KMS is not allowed") => {
            Kind::Key
        }
        Some("AccessDeniedException" | "AccessDenied" | "UnauthorizedOperation") => Kind::Denied,
        Some("MalformedPolicyDocumentException" | "PublicPolicyException") => Kind::Policy,
        Some("EncryptionFailure" | "DecryptionFailure" | "UnableToDecryptSecretValueException") => {
            Kind::Key
        }
        Some(
            "ExpiredTokenException"
            | "ExpiredToken"
            | "UnrecognizedClientException"
            | "InvalidClientTokenId"
            | "InvalidAccessKeyId"
            | "MissingAuthenticationTokenException"
            | "MissingAuthenticationToken"
            | "NotAuthorized"
            | "UnauthorizedException"
            | "InvalidSignatureException"
            | "SignatureDoesNotMatch"
            | "IncompleteSignature"
            | "InvalidIdentityToken"
            | "InvalidIdentityTokenException",
        ) => {
            if says("Signature expired") || says("Signature not yet current") {
                Kind::Clock
            } else {
                Kind::BadCredentials
            }
        }
        Some("OptInRequired") => Kind::NotSubscribed,
        Some("RequestExpired" | "RequestTimeTooSkewed") => Kind::Clock,
        Some("LimitExceededException") => Kind::Limit,
        Some(
            "ThrottlingException"
            | "Throttling"
            | "TooManyRequestsException"
            | "InternalServiceError"
            | "ServiceUnavailable"
            | "ServiceUnavailableException"
            | "RequestLimitExceeded"
            | "SlowDown"
            | "InternalServerException"
            | "ServerException"
            | "InternalFailure",
        ) => Kind::Service,
        Some(_) if http_status.is_some_and(|status| status >= 500) => Kind::Service,
        Some(_) => Kind::Refused,
        None if http_status.is_some_and(|status| status >= 500) => Kind::Service,
        None => Kind::NotAws,
    }
}

/// An answer that could not be read: cut off, or not what AWS speaks.
pub fn kind_of_response(http_status: Option<u16>, fault: &Fault) -> Kind {
    match fault {
        Fault::Broken | Fault::TimedOut => Kind::Unreachable,
        _ => kind_of_code(None, None, http_status),
    }
}

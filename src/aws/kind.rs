//! [`Kind`]: classifies AWS errors; a table holds the status, code and fix for each kind.

use super::transport::Fault;
use crate::output::aws_hint;
use crate::output::status::Status;

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
    /// The MFA code was rejected.
    Mfa,
    Clock,
    /// The endpoint, the Region or another setting is invalid, so no request could be sent.
    Misconfigured,
    /// The service rejects the input.
    Refused,
    /// The resource policy is not valid.
    Policy,
    /// The KMS key of the secret cannot be used.
    Key,
    Limit,
    /// A pull through cache rule with that prefix exists.
    RuleExists,
    RuleNotFound,
    /// ECR is not allowed to read the secret.
    SecretUnreadable,
    /// ECR does not support the upstream registry, or not with these settings.
    Upstream,
    /// Throttling, or an internal error of the service.
    Service,
    TimedOut,
    Unreachable,
    /// The response did not come from AWS.
    NotAws,
    /// The response contains an impossible value.
    Malformed,
    Other,
}

/// A row of the table: for errors of this kind with one of these AWS error codes, or with any other
/// if it is the first row of the kind.
pub struct Row {
    kind: Kind,
    pub status: Status,
    /// The error code in JSON output.
    pub code: &'static str,
    aws_codes: &'static [&'static str],
    /// The fix, with placeholders such as `{region}`; empty if the command provides it.
    pub fix: &'static str,
}

const fn row(
    kind: Kind,
    status: Status,
    code: &'static str,
    aws_codes: &'static [&'static str],
    fix: &'static str,
) -> Row {
    Row {
        kind,
        status,
        code,
        aws_codes,
        fix,
    }
}

#[rustfmt::skip]
const ROWS: &[Row] = &[
    row(Kind::Exists, Status::SecretState, "secret-exists", &["ResourceExistsException"], ""),
    row(Kind::PendingDeletion, Status::SecretState, "secret-pending-deletion", &[], ""),
    row(Kind::NotFound, Status::SecretState, "secret-not-found",
        &["ResourceNotFoundException"], ""),
    row(Kind::NotFound, Status::SecretState, "secret-not-found", &["SecretNotFoundException"],
        "check that the secret is in the account and Region of the rule:\n{show}"),
    row(Kind::Denied, Status::Denied, "access-denied",
        &["AccessDeniedException", "AccessDenied", "UnauthorizedOperation"], ""),
    row(Kind::NoCredentials, Status::Configuration, "no-credentials", &[],
        aws_hint::LOG_IN),
    row(Kind::BadCredentials, Status::Configuration, "bad-credentials",
        &["ExpiredTokenException", "ExpiredToken",
          "MissingAuthenticationTokenException", "MissingAuthenticationToken", "NotAuthorized",
          "UnauthorizedException", "InvalidSignatureException", "SignatureDoesNotMatch",
          "IncompleteSignature", "InvalidIdentityToken", "InvalidIdentityTokenException",
          "IDPRejectedClaim"],
        "renew the AWS credentials; to test them: aws sts get-caller-identity"),
    // A Region that is not enabled, or one of another partition, returns these for
    // valid credentials too.
    row(Kind::BadCredentials, Status::Configuration, "bad-credentials",
        &["UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId",
          "AuthFailure"],
        "{place}renew the AWS credentials; to test them: aws sts \
         get-caller-identity"),
    row(Kind::NotSubscribed, Status::Configuration, "bad-credentials",
        &["OptInRequired", "RegionDisabledException", "SubscriptionRequiredException"],
        "{place}if the account is new, complete the sign-up: \
         https://portal.aws.amazon.com/billing/signup"),
    row(Kind::Mfa, Status::Configuration, "mfa", &[],
        "run the command again with the next code of the device; each code works only once"),
    row(Kind::Clock, Status::Configuration, "clock", &["RequestExpired", "RequestTimeTooSkewed"],
        "set the clock of this machine; AWS rejects requests if it is off by a few minutes"),
    row(Kind::Misconfigured, Status::Configuration, "misconfigured", &[],
        "check the endpoint (AWS_ENDPOINT_URL_…, endpoint_url of the profile), the Region, and the \
         settings for FIPS and dual-stack endpoints"),
    row(Kind::Refused, Status::Failed, "refused", &[],
        "correct the value that AWS rejected; -v shows the request ID for AWS support"),
    row(Kind::Policy, Status::Failed, "policy",
        &["MalformedPolicyDocumentException", "PublicPolicyException"],
        aws_hint::RESOURCE_POLICY),
    row(Kind::Key, Status::Failed, "kms-key", &["EncryptionFailure", "DecryptionFailure"],
        "ECR can use only secrets with the key aws/secretsmanager; see which key this one \
         has:\n{show}"),
    row(Kind::Key, Status::Failed, "kms-key", &["UnableToDecryptSecretValueException"],
        "ECR can use only secrets with the key aws/secretsmanager; see which key this one has, \
         and change it:\n{show}\n{default_key}"),
    row(Kind::Limit, Status::Failed, "limit", &["LimitExceededException"],
        "delete unused secrets: {list}\nor request a higher quota: \
         aws service-quotas list-service-quotas --service-code secretsmanager{options}"),
    row(Kind::RuleExists, Status::SecretState, "rule-exists",
        &["PullThroughCacheRuleAlreadyExistsException"], "see the existing rules: {rules}"),
    row(Kind::RuleNotFound, Status::SecretState, "rule-not-found",
        &["PullThroughCacheRuleNotFoundException"], "see the existing rules: {rules}"),
    // The role: https://docs.aws.amazon.com/AmazonECR/latest/userguide/slr-pullthroughcache.html
    row(Kind::SecretUnreadable, Status::Denied, "secret-unreadable",
        &["UnableToAccessSecretException"],
        "check that the resource policy of the secret does not deny the service-linked role \
         AWSServiceRoleForECRPullThroughCache, not even with NotPrincipal:\n{show}\nif the role \
         does not exist: aws iam create-service-linked-role --aws-service-name \
         pullthroughcache.ecr.amazonaws.com"),
    row(Kind::Upstream, Status::Failed, "upstream", &["UnsupportedUpstreamRegistryException"],
        aws_hint::UPSTREAM),
    row(Kind::Service, Status::Temporary, "aws-unavailable",
        &["ThrottlingException", "Throttling", "TooManyRequestsException", "InternalServiceError",
          "ServiceUnavailable", "ServiceUnavailableException", "RequestLimitExceeded", "SlowDown",
          "InternalServerException", "ServerException", "InternalFailure",
          "IDPCommunicationError"],
        "try again in a minute"),
    row(Kind::TimedOut, Status::Temporary, "timed-out", &[], "try again in a minute"),
    row(Kind::Unreachable, Status::Temporary, "unreachable", &[],
        "check the network, the proxy (HTTPS_PROXY) and the endpoint"),
    row(Kind::NotAws, Status::Configuration, "not-aws", &[], aws_hint::CHECK_WAY),
    row(Kind::Malformed, Status::Configuration, "not-aws", &[], aws_hint::CHECK_WAY),
    row(Kind::Other, Status::Failed, "failed", &[], ""),
];

/// The row for an error of this kind with this AWS error code.
pub fn row_of(kind: Kind, aws_code: Option<&str>) -> &'static Row {
    let mut rows = ROWS.iter().filter(|row| row.kind == kind);
    let has_code = |row: &&Row| aws_code.is_some_and(|code| row.aws_codes.contains(&code));
    rows.clone()
        .find(has_code)
        .or_else(|| rows.next())
        .expect("a row for each kind")
}

/// Classifies an AWS error code; `message` and `http_status` decide if the code is ambiguous or
/// missing.
pub fn kind_of_code(code: Option<&str>, message: Option<&str>, http_status: Option<u16>) -> Kind {
    let says = |words: &str| message.is_some_and(|message| message.contains(words));
    let is_server_error = http_status.is_some_and(|status| status >= 500);
    match code {
        None if is_server_error => Kind::Service,
        None => Kind::NotAws,
        Some("InvalidRequestException")
            if says("scheduled for deletion")
                || says("marked for deletion")
                || says("marked deleted") =>
        {
            Kind::PendingDeletion
        }
        Some("AccessDeniedException" | "AccessDenied") if says("MultiFactorAuthentication") => {
            Kind::Mfa
        }
        Some("AccessDeniedException" | "AccessDenied") if says("Access to KMS is not allowed") => {
            Kind::Key
        }
        Some(_) if says("Signature expired") || says("Signature not yet current") => Kind::Clock,
        Some(code) => match ROWS.iter().find(|row| row.aws_codes.contains(&code)) {
            Some(row) => row.kind,
            None if is_server_error => Kind::Service,
            None => Kind::Refused,
        },
    }
}

/// Classifies a response that could not be parsed.
pub fn kind_of_response(http_status: Option<u16>, fault: &Fault) -> Kind {
    match fault {
        Fault::Broken | Fault::TimedOut => Kind::Unreachable,
        _ => kind_of_code(None, None, http_status),
    }
}

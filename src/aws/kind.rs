//! [`Kind`]: what kind of error an AWS error code is, and what is known about that kind.

use super::transport::Fault;
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
    /// The endpoint, the Region or another setting makes no request that could be sent.
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
    /// ECR may not read the secret.
    SecretUnreadable,
    /// ECR does not support the upstream registry, or not like this.
    Upstream,
    /// Throttled, or an error of the service's own.
    Service,
    TimedOut,
    Unreachable,
    /// An answer that is not AWS's.
    NotAws,
    /// An answer of the right form with an impossible value in it.
    Malformed,
    Other,
}

/// What is known about an error with one of these AWS error codes, or else of this kind.
pub struct Row {
    kind: Kind,
    pub status: Status,
    /// The word for scripts.
    pub code: &'static str,
    aws_codes: &'static [&'static str],
    /// What fixes it, with placeholders such as `{region}`; empty if nothing here does.
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

const CHECK_WAY: &str = "check HTTPS_PROXY and NO_PROXY, --endpoint-url and AWS_ENDPOINT_URL";

#[rustfmt::skip]
const ROWS: &[Row] = &[
    row(Kind::Exists, Status::SecretState, "secret-exists", &["ResourceExistsException"], ""),
    row(Kind::PendingDeletion, Status::SecretState, "secret-pending-deletion", &[], ""),
    row(Kind::NotFound, Status::SecretState, "secret-not-found",
        &["ResourceNotFoundException"], ""),
    row(Kind::NotFound, Status::SecretState, "secret-not-found", &["SecretNotFoundException"],
        "the secret must be in the account and the Region of the rule; see whether it is:\n{show}"),
    row(Kind::Denied, Status::Denied, "access-denied",
        &["AccessDeniedException", "AccessDenied", "UnauthorizedOperation"], ""),
    row(Kind::NoCredentials, Status::Configuration, "no-credentials", &[],
        "log in as with the AWS CLI: aws configure, aws sso login, or AWS_* variables; or name a \
         --profile"),
    row(Kind::BadCredentials, Status::Configuration, "bad-credentials",
        &["ExpiredTokenException", "ExpiredToken", "InvalidAccessKeyId",
          "MissingAuthenticationTokenException", "MissingAuthenticationToken", "NotAuthorized",
          "UnauthorizedException", "InvalidSignatureException", "SignatureDoesNotMatch",
          "IncompleteSignature", "InvalidIdentityToken", "InvalidIdentityTokenException",
          "IDPRejectedClaim"],
        "renew the AWS credentials; to test them with the AWS CLI: aws sts get-caller-identity"),
    // Also what a Region that is not enabled answers to good credentials.
    row(Kind::BadCredentials, Status::Configuration, "bad-credentials",
        &["UnrecognizedClientException", "InvalidClientTokenId"],
        "renew the AWS credentials; to test them with the AWS CLI: aws sts get-caller-identity\nif \
         they work in another Region, enable this one for the account: aws account enable-region \
         --region-name {region}"),
    row(Kind::NotSubscribed, Status::Configuration, "bad-credentials", &["OptInRequired"],
        "if the account is new: finish its sign-up, \
         https://portal.aws.amazon.com/billing/signup\nif the Region has to be enabled first: aws \
         account enable-region --region-name {region}"),
    row(Kind::Mfa, Status::Configuration, "mfa", &[],
        "run it again with the next code of the device; each works once"),
    row(Kind::Clock, Status::Configuration, "clock", &["RequestExpired", "RequestTimeTooSkewed"],
        "set the clock of this machine; AWS refuses requests when it is more than some minutes \
         off"),
    row(Kind::Misconfigured, Status::Configuration, "misconfigured", &[],
        "check the endpoint (AWS_ENDPOINT_URL_…, endpoint_url of the profile), the Region, and the \
         settings for FIPS and dual-stack endpoints"),
    row(Kind::Refused, Status::Failed, "refused", &[],
        "change what AWS refuses; for AWS support, -v adds the request ID"),
    row(Kind::Policy, Status::Failed, "policy",
        &["MalformedPolicyDocumentException", "PublicPolicyException"],
        "fix the file of --resource-policy; to see what is wrong: aws secretsmanager \
         validate-resource-policy --resource-policy file://PATH"),
    row(Kind::Key, Status::Failed, "kms-key", &["EncryptionFailure", "DecryptionFailure"],
        "ECR reads only secrets with the key aws/secretsmanager; see which this one has:\n{show}"),
    row(Kind::Key, Status::Failed, "kms-key", &["UnableToDecryptSecretValueException"],
        "ECR reads only secrets with the key aws/secretsmanager; see which key this one has, and \
         change it:\n{show}\naws secretsmanager update-secret --secret-id {secret} --kms-key-id \
         alias/aws/secretsmanager{options}"),
    row(Kind::Limit, Status::Failed, "limit", &["LimitExceededException"],
        "delete secrets that nobody needs; see them: {list}\nor ask for a higher quota: aws \
         service-quotas list-service-quotas --service-code secretsmanager{options}"),
    row(Kind::RuleExists, Status::SecretState, "rule-exists",
        &["PullThroughCacheRuleAlreadyExistsException"], "see what it points at: {rules}"),
    row(Kind::RuleNotFound, Status::SecretState, "rule-not-found",
        &["PullThroughCacheRuleNotFoundException"], "see which there are: {rules}"),
    // The role: https://docs.aws.amazon.com/AmazonECR/latest/userguide/slr-pullthroughcache.html
    row(Kind::SecretUnreadable, Status::Denied, "secret-unreadable",
        &["UnableToAccessSecretException"],
        "ECR reads it with the service-linked role AWSServiceRoleForECRPullThroughCache; a \
         resource policy of the secret must not deny that role, also not by \
         NotPrincipal:\n{show}\nif the role is missing: aws iam create-service-linked-role \
         --aws-service-name pullthroughcache.ecr.amazonaws.com"),
    row(Kind::Upstream, Status::Failed, "upstream", &["UnsupportedUpstreamRegistryException"],
        "check --registry and --upstream-registry-url: ECR takes a registry only under its own \
         host, and one with a login only with a secret"),
    row(Kind::Service, Status::Temporary, "aws-unavailable",
        &["ThrottlingException", "Throttling", "TooManyRequestsException", "InternalServiceError",
          "ServiceUnavailable", "ServiceUnavailableException", "RequestLimitExceeded", "SlowDown",
          "InternalServerException", "ServerException", "InternalFailure",
          "IDPCommunicationError"],
        "try again in a minute"),
    row(Kind::TimedOut, Status::Temporary, "timed-out", &[], "try again in a minute"),
    row(Kind::Unreachable, Status::Temporary, "unreachable", &[],
        "check the network, the proxy (HTTPS_PROXY) and the endpoint"),
    row(Kind::NotAws, Status::Configuration, "not-aws", &[], CHECK_WAY),
    row(Kind::Malformed, Status::Configuration, "not-aws", &[], CHECK_WAY),
    row(Kind::Other, Status::Failed, "failed", &[], ""),
];

/// What is known about an error of this kind, with this AWS error code.
pub fn row_of(kind: Kind, aws_code: Option<&str>) -> &'static Row {
    let mut rows = ROWS.iter().filter(|row| row.kind == kind);
    let has_code = |row: &&Row| aws_code.is_some_and(|code| row.aws_codes.contains(&code));
    rows.clone()
        .find(has_code)
        .or_else(|| rows.next())
        .expect("a row for each kind")
}

/// `message` and `http_status` decide if the code does not.
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

/// The kind of an answer that could not be read: cut off, or not what AWS sends.
pub fn kind_of_response(http_status: Option<u16>, fault: &Fault) -> Kind {
    match fault {
        Fault::Broken | Fault::TimedOut => Kind::Unreachable,
        _ => kind_of_code(None, None, http_status),
    }
}

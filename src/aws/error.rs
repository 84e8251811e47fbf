//! [`AwsError`]: an error of the SDK, read once. Its `Debug` form can hold the whole request body,
//! token included, so it is never shown.

use std::error::Error;

use aws_sdk_secretsmanager::config::http::HttpResponse;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_secretsmanager::operation::RequestId;

use crate::failure::{AwsAnswer, Failure};
use crate::name::PREFIX;
use crate::output::foreign;
use crate::status::Status;

/// What went wrong with one operation.
#[derive(Debug)]
pub struct AwsError {
    operation: &'static str,
    pub kind: Kind,
    code: Option<String>,
    /// The service's own words, safe for a terminal.
    message: Option<String>,
    request_id: Option<String>,
    http_status: Option<u16>,
    causes: Vec<String>,
}

/// The kinds of error that are handled differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Exists,
    PendingDeletion,
    NotFound,
    Denied,
    NoCredentials,
    BadCredentials,
    Clock,
    /// The endpoint, the Region or another setting makes no request that could be sent.
    Misconfigured,
    /// The service refuses the input.
    Refused,
    Limit,
    /// Throttled, or an error of the service's own.
    Service,
    TimedOut,
    Unreachable,
    /// An answer that is not AWS's.
    NotAws,
    Other,
}

impl AwsError {
    pub fn of<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
        SdkError<E, HttpResponse>: RequestId,
    {
        let metadata = error.as_service_error().map(ProvideErrorMetadata::meta);
        let code = metadata.and_then(|metadata| metadata.code());
        let message = metadata.and_then(|metadata| metadata.message());
        let http_status = error
            .raw_response()
            .map(|response| response.status().as_u16());
        // What the service says is in its code and message; the rest would be a `Debug` form of them.
        let causes = match error {
            SdkError::ServiceError(_) => Vec::new(),
            other => causes_of(other),
        };
        let kind = match error {
            SdkError::ServiceError(_) => kind_of_code(code, message, http_status),
            SdkError::ResponseError(_) => kind_of_code(None, None, http_status),
            SdkError::TimeoutError(_) => Kind::TimedOut,
            SdkError::DispatchFailure(failure) if failure.is_timeout() => Kind::TimedOut,
            _ if is_about_credentials(error) => kind_of_credentials(&causes),
            SdkError::DispatchFailure(failure) if failure.is_user() => Kind::Misconfigured,
            SdkError::DispatchFailure(failure)
                if failure.is_other() && causes.iter().any(|cause| cause.contains("endpoint")) =>
            {
                Kind::Misconfigured
            }
            SdkError::ConstructionFailure(_) => Kind::Misconfigured,
            SdkError::DispatchFailure(_) => Kind::Unreachable,
            _ => Kind::Other,
        };
        Self {
            operation,
            kind,
            code: code.map(foreign),
            message: message.map(foreign),
            request_id: error.request_id().map(foreign),
            http_status,
            causes,
        }
    }

    /// Whether the service may have done what was asked, although no answer says so.
    pub fn may_have_worked(&self) -> bool {
        match self.kind {
            Kind::TimedOut => true,
            // A proxy that refuses has sent nothing on; one that garbles the answer has.
            Kind::NotAws => self.http_status.is_none_or(|status| status < 400),
            Kind::Service => self.http_status.is_some_and(|status| status >= 500),
            // The HTTP client says in which phase it failed.
            Kind::Unreachable => !self.causes.iter().any(|cause| cause.contains("(Connect)")),
            _ => false,
        }
    }

    /// The failure to show, where no command knows better.
    pub fn into_failure(self, what: &str, region: &str) -> Failure {
        let status = match self.kind {
            Kind::Exists | Kind::PendingDeletion | Kind::NotFound => Status::SecretState,
            Kind::Denied => Status::Denied,
            Kind::NoCredentials | Kind::BadCredentials | Kind::Clock | Kind::Misconfigured => {
                Status::Configuration
            }
            Kind::Service | Kind::TimedOut | Kind::Unreachable => Status::Temporary,
            Kind::Refused | Kind::Limit | Kind::NotAws | Kind::Other => Status::Failed,
        };
        let code = match self.kind {
            Kind::Exists => "secret-exists",
            Kind::PendingDeletion => "secret-pending-deletion",
            Kind::NotFound => "secret-not-found",
            Kind::Denied => "access-denied",
            Kind::NoCredentials => "no-credentials",
            Kind::BadCredentials => "bad-credentials",
            Kind::Clock => "clock",
            Kind::Misconfigured => "misconfigured",
            Kind::Refused => "refused",
            Kind::Limit => "limit",
            Kind::Service => "aws-unavailable",
            Kind::TimedOut => "timed-out",
            Kind::Unreachable => "unreachable",
            Kind::NotAws => "not-aws",
            Kind::Other => "failed",
        };
        let mut failure = Failure::new(status, code, what);
        failure.why = self.why(region);
        failure.fix = self.fix(region);
        failure.answer = Some(AwsAnswer {
            error_code: self.code,
            request_id: self.request_id,
        });
        failure.causes = self.causes;
        failure
    }

    /// What was refused and why, on one line: for a remark in passing.
    pub fn in_words(&self) -> String {
        let why = match (&self.message, &self.code) {
            _ if self.kind == Kind::Denied => "not allowed",
            (Some(text), _) | (None, Some(text)) => text,
            (None, None) => "no usable answer",
        };
        format!("{}: {why}", self.operation)
    }

    fn why(&self, region: &str) -> Option<String> {
        let innermost = self.causes.last();
        Some(match self.kind {
            Kind::NoCredentials => "no AWS credentials were found in the environment, the profile, the container or the instance".to_owned(),
            Kind::BadCredentials | Kind::Clock if self.message.is_none() => {
                format!("the AWS credentials cannot be used: {}", innermost.map_or("no reason given", String::as_str))
            }
            Kind::Misconfigured => "the endpoint, the Region or another AWS setting cannot be used".to_owned(),
            Kind::TimedOut => format!("AWS in {region} did not answer {} in time", self.operation),
            Kind::Unreachable => match innermost {
                Some(cause) => format!("AWS in {region} cannot be reached: {cause}"),
                None => format!("AWS in {region} cannot be reached"),
            },
            Kind::NotAws => {
                let status = self.http_status.map(|status| format!(" (HTTP {status})")).unwrap_or_default();
                format!("what answered{status} is not AWS: a proxy, or a wrong endpoint")
            }
            _ => match (&self.code, &self.message) {
                (Some(code), Some(message)) => format!("AWS says: {message} ({code})"),
                (Some(text), None) | (None, Some(text)) => format!("AWS says: {text}"),
                (None, None) => match self.http_status {
                    Some(status) => format!("AWS answered with HTTP {status} and no reason"),
                    None => innermost?.clone(),
                },
            },
        })
    }

    fn fix(&self, region: &str) -> Option<String> {
        Some(match self.kind {
            Kind::Misconfigured => "check AWS_ENDPOINT_URL_…, the endpoint and Region of the profile, and the proxy".to_owned(),
            Kind::Denied => self.mend_permission(region),
            Kind::NoCredentials => "log in as for the AWS CLI: aws configure, aws sso login, or AWS_* variables; or name a --profile".to_owned(),
            Kind::BadCredentials => "renew them, as with: aws sso login, or aws sts get-caller-identity to see who you are".to_owned(),
            Kind::Clock => "set the clock of this machine; AWS takes requests that are at most some minutes off".to_owned(),
            Kind::Service | Kind::TimedOut => "try again in a minute".to_owned(),
            Kind::Unreachable => format!("check the network, the proxy (HTTPS_PROXY), the endpoint and that the Region {region} exists"),
            Kind::NotAws => "check HTTPS_PROXY, --endpoint-url and AWS_ENDPOINT_URL".to_owned(),
            _ => return None,
        })
    }

    fn mend_permission(&self, region: &str) -> String {
        let message = self.message.as_deref().unwrap_or_default();
        if message.contains("cannot invoke") {
            return "let Secrets Manager call the function:\n\
                    aws lambda add-permission --function-name ARN --statement-id secretsmanager \\\n  \
                    --action lambda:InvokeFunction --principal secretsmanager.amazonaws.com"
                .to_owned();
        }
        if message.contains("explicit deny") {
            return "a policy forbids it; ask whoever keeps that policy".to_owned();
        }
        self.statement(region)
    }

    /// The policy statement that would allow what was refused.
    fn statement(&self, region: &str) -> String {
        let named = self
            .message
            .as_deref()
            .and_then(|message| message.split("not authorized to perform: ").nth(1));
        let action = named
            .and_then(|rest| rest.split_whitespace().next())
            .filter(|action| action.contains(':'));
        let action = action.map_or_else(
            || format!("secretsmanager:{}", self.operation),
            str::to_owned,
        );
        // These two know no resources.
        let resource = match action.as_str() {
            "secretsmanager:ListSecrets" | "secretsmanager:BatchGetSecretValue" => "*".to_owned(),
            _ => format!(
                "arn:{}:secretsmanager:{region}:*:secret:{PREFIX}*",
                partition(region)
            ),
        };
        format!(
            "allow it in the caller's IAM policy:\n\
             {{\"Effect\":\"Allow\",\"Action\":\"{action}\",\"Resource\":\"{resource}\"}}"
        )
    }
}

/// The partition that a Region belongs to, by its name.
pub fn partition(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("cn-") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

fn kind_of_code(code: Option<&str>, message: Option<&str>, http_status: Option<u16>) -> Kind {
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
        Some("ResourceNotFoundException") => Kind::NotFound,
        Some("AccessDeniedException" | "AccessDenied" | "UnauthorizedOperation") => Kind::Denied,
        Some(
            "ExpiredTokenException"
            | "ExpiredToken"
            | "UnrecognizedClientException"
            | "InvalidClientTokenId"
            | "InvalidAccessKeyId"
            | "MissingAuthenticationTokenException"
            | "InvalidSignatureException"
            | "SignatureDoesNotMatch"
            | "IncompleteSignature",
        ) => {
            if says("Signature expired") || says("Signature not yet current") {
                Kind::Clock
            } else {
                Kind::BadCredentials
            }
        }
        Some("RequestExpired" | "RequestTimeTooSkewed") => Kind::Clock,
        Some("LimitExceededException") => Kind::Limit,
        Some(
            "ThrottlingException"
            | "Throttling"
            | "TooManyRequestsException"
            | "InternalServiceError"
            | "ServiceUnavailable"
            | "InternalFailure",
        ) => Kind::Service,
        Some(_) if http_status.is_some_and(|status| status >= 500) => Kind::Service,
        Some(_) => Kind::Refused,
        None if http_status.is_some_and(|status| status >= 500) => Kind::Service,
        None => Kind::NotAws,
    }
}

fn is_about_credentials(error: &(dyn Error + 'static)) -> bool {
    chain(error).any(
        <dyn std::error::Error + 'static>::is::<
            aws_credential_types::provider::error::CredentialsError,
        >,
    )
}

fn kind_of_credentials(causes: &[String]) -> Kind {
    let none = causes.iter().any(|cause| {
        cause.contains("not enabled")
            || cause.contains("no providers in chain provided credentials")
    });
    if none {
        Kind::NoCredentials
    } else {
        Kind::BadCredentials
    }
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause: &&'a (dyn Error + 'static)| {
        (*cause).source()
    })
}

/// The chain of causes by their `Display` alone, without repeating one. Some of the SDK's put the
/// `Debug` form of the whole request into it: those are left out.
fn causes_of(error: &(dyn Error + 'static)) -> Vec<String> {
    let mut causes: Vec<String> = Vec::new();
    for cause in chain(error) {
        let text = cause.to_string();
        let is_dump = text.contains(" { ") || text.contains("SdkBody");
        let text = foreign(&text);
        if !is_dump && causes.last() != Some(&text) {
            causes.push(text);
        }
    }
    causes
}

//! [`AwsError`]: an error of the AWS SDK in our own form. The SDK's `Debug` output can contain the
//! request body with the token, so it is never shown.

use std::error::Error;

use aws_config::imds::client::error::{ImdsError, TokenError};
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_secretsmanager::config::http::HttpResponse;
use aws_sdk_secretsmanager::error::{ErrorMetadata, ProvideErrorMetadata, SdkError};
use aws_sdk_secretsmanager::operation::RequestId;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_sdk_sts::operation::assume_role_with_web_identity::AssumeRoleWithWebIdentityError;
use aws_smithy_runtime_api::client::result::ConnectorError;

use super::answers::is_repeated;
use super::kind::{kind_of_code, kind_of_response, Kind};
use super::transport::{whole_chain, Fault};
use crate::output::escaped;

/// The error of one operation. The texts of the service in it are not escaped yet.
#[derive(Debug)]
pub struct AwsError {
    pub(super) operation: &'static str,
    pub kind: Kind,
    pub(super) code: Option<String>,
    /// The service's message.
    pub(super) message: Option<String>,
    pub(super) request_id: Option<String>,
    pub(super) http_status: Option<u16>,
    /// The network error.
    pub(super) fault: Option<Fault>,
    pub(super) causes: Vec<String>,
    may_have_worked: bool,
    was_looked_at: bool,
}

/// Stands for the operation if fetching credentials failed.
const CREDENTIALS: &str = "the request for credentials";

/// How the cause starts if the metadata service gave no credentials.
pub(super) const INSTANCE_ANSWERED: &str = "the instance metadata service returned";

/// Converts the SDK's results.
pub(super) trait Answer<T>: Sized {
    fn answer_to(self, operation: &'static str) -> Result<T, AwsError>;

    /// Like `answer_to`, but `None` for an error of this kind.
    fn answer_unless(self, kind: Kind, operation: &'static str) -> Result<Option<T>, AwsError> {
        match self.answer_to(operation) {
            Err(error) if error.kind == kind => Ok(None),
            answer => answer.map(Some),
        }
    }
}

impl<T, E> Answer<T> for Result<T, SdkError<E, HttpResponse>>
where
    E: ProvideErrorMetadata + Error + 'static,
    SdkError<E, HttpResponse>: RequestId,
{
    fn answer_to(self, operation: &'static str) -> Result<T, AwsError> {
        self.map_err(|error| AwsError::of(operation, &error))
    }
}

impl AwsError {
    pub fn of<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
        SdkError<E, HttpResponse>: RequestId,
    {
        if let Some(cause) = whole_chain(error).find_map(|cause| cause.downcast_ref()) {
            return Self::of_credentials(cause);
        }
        let metadata = error.as_service_error().map(ProvideErrorMetadata::meta);
        let code = metadata.and_then(|metadata| metadata.code());
        let message = metadata.and_then(|metadata| metadata.message());
        let http_status = error
            .raw_response()
            .map(|response| response.status().as_u16());
        // The code and the message have it all; the rest is their `Debug` output.
        let causes = match error {
            SdkError::ServiceError(_) => Vec::new(),
            other => causes_of(other),
        };
        let fault = match error {
            SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => Some(Fault::of(error)),
            _ => None,
        };
        let kind = match error {
            SdkError::ServiceError(_) => kind_of_code(code, message, http_status),
            SdkError::ResponseError(_) => kind_of_response(http_status, &Fault::of(error)),
            SdkError::TimeoutError(_) => Kind::TimedOut,
            SdkError::DispatchFailure(_) if fault == Some(Fault::NoConnection) => Kind::Unreachable,
            SdkError::DispatchFailure(failure) if failure.is_timeout() => Kind::TimedOut,
            SdkError::DispatchFailure(failure)
                if failure.is_user()
                    || failure.is_other()
                        && causes.iter().any(|cause| cause.contains("endpoint")) =>
            {
                Kind::Misconfigured
            }
            SdkError::ConstructionFailure(_) => Kind::Misconfigured,
            SdkError::DispatchFailure(_) => Kind::Unreachable,
            _ => Kind::Other,
        };
        let may_have_worked = match kind {
            _ if fault.as_ref().is_some_and(Fault::is_of_configuration) => false,
            // The first attempt may have succeeded.
            _ if error.raw_response().is_some_and(is_repeated) => true,
            Kind::TimedOut | Kind::Unreachable => true,
            // A proxy that returns an error has forwarded nothing.
            Kind::NotAws => http_status.is_none_or(|status| status < 400),
            Kind::Service => http_status.is_some_and(|status| status >= 500),
            _ => false,
        };
        Self {
            code: code.map(str::to_owned),
            message: message.map(str::to_owned),
            request_id: error.request_id().map(str::to_owned),
            http_status,
            fault,
            causes,
            may_have_worked,
            ..Self::new(operation, kind)
        }
    }

    /// Converts an error of a credentials provider, which may be an AWS or a network error.
    pub fn of_credentials(error: &CredentialsError) -> Self {
        let of_sts = whole_chain(error).find_map(|cause| {
            let role = cause.downcast_ref::<SdkError<AssumeRoleError, HttpResponse>>();
            let web =
                cause.downcast_ref::<SdkError<AssumeRoleWithWebIdentityError, HttpResponse>>();
            let role = role.map(|cause| Self::of("AssumeRole", cause));
            role.or_else(|| Some(Self::of("AssumeRoleWithWebIdentity", web?)))
        });
        if let Some(refused) = of_sts {
            return Self {
                may_have_worked: false,
                ..refused
            };
        }
        let mut causes = causes_of(error);
        let of_instance = status_of_instance(error);
        if let Some(status) = of_instance {
            causes = vec![format!("{INSTANCE_ANSWERED} HTTP {status}")];
        }
        let metadata = whole_chain(error).find_map(|cause| cause.downcast_ref::<ErrorMetadata>());
        let code = metadata.and_then(|metadata| metadata.code());
        let message = metadata.and_then(|metadata| metadata.message());
        let connector = whole_chain(error).any(<dyn Error>::is::<ConnectorError>);
        let fault = connector.then(|| Fault::of(error));
        let timed_out = whole_chain(error).any(|cause| {
            let text = cause.to_string();
            text.contains("timed out") || text.contains("timeout")
        });
        let kind = match error {
            CredentialsError::CredentialsNotLoaded(_) => Kind::NoCredentials,
            CredentialsError::ProviderTimedOut(_) => Kind::TimedOut,
            _ if of_instance.is_some_and(|status| status >= 500) => Kind::Service,
            // Also what other clouds answer at that address.
            _ if of_instance.is_some() => Kind::NoCredentials,
            _ if fault == Some(Fault::TimedOut) || (connector && timed_out) => Kind::TimedOut,
            _ if connector => Kind::Unreachable,
            _ => match code.map(|_| kind_of_code(code, message, None)) {
                Some(
                    kind @ (Kind::Denied
                    | Kind::Clock
                    | Kind::Mfa
                    | Kind::NotSubscribed
                    | Kind::Service),
                ) => kind,
                _ => Kind::BadCredentials,
            },
        };
        Self {
            code: code.map(str::to_owned),
            message: message.map(str::to_owned),
            fault,
            causes,
            ..Self::new(CREDENTIALS, kind)
        }
    }

    /// An error for a response with an impossible value; `what` follows "AWS responded to … with".
    pub fn malformed(operation: &'static str, what: &str) -> Self {
        Self {
            message: Some(what.to_owned()),
            may_have_worked: true,
            ..Self::new(operation, Kind::Malformed)
        }
    }

    fn new(operation: &'static str, kind: Kind) -> Self {
        Self {
            operation,
            kind,
            code: None,
            message: None,
            request_id: None,
            http_status: None,
            fault: None,
            causes: Vec::new(),
            may_have_worked: false,
            was_looked_at: false,
        }
    }

    /// Escapes all texts, so they are safe to show.
    pub(super) fn in_safe_words(self) -> Self {
        let safe = |text: String| escaped(&text);
        Self {
            code: self.code.map(safe),
            message: self.message.map(safe),
            request_id: self.request_id.map(safe),
            causes: self.causes.into_iter().map(safe).collect(),
            ..self
        }
    }

    /// Whether the operation may have succeeded despite the error.
    pub fn may_have_worked(&self) -> bool {
        self.may_have_worked
    }

    /// Marks that a lookup showed that the operation did not take effect.
    pub fn after_a_look(self) -> Self {
        Self {
            may_have_worked: false,
            was_looked_at: true,
            ..self
        }
    }

    /// Whether [`Self::after_a_look`] was called.
    pub fn was_looked_at(&self) -> bool {
        self.was_looked_at
    }

    /// Whether the service does not support the operation in this Region.
    pub fn is_unknown_operation(&self) -> bool {
        matches!(
            self.code.as_deref(),
            Some("UnknownOperationException" | "InvalidAction")
        )
    }

    /// The operation and the reason on one line, for use within another message.
    pub fn summary(&self) -> String {
        let why = match (&self.message, &self.code, &self.fault) {
            _ if self.kind == Kind::Denied => "not allowed",
            (Some(text), ..) | (None, Some(text), _) => text,
            (None, None, Some(fault)) => return format!("{}: {fault}", self.operation),
            (None, None, None) => "no usable response",
        };
        escaped(&format!("{}: {why}", self.operation))
    }
}

/// The HTTP status of an error response of the instance metadata service.
fn status_of_instance(error: &CredentialsError) -> Option<u16> {
    whole_chain(error).find_map(|cause| {
        let answer = match cause.downcast_ref()? {
            ImdsError::ErrorResponse(error) => error.response(),
            ImdsError::FailedToLoadToken(_) => cause
                .source()?
                .downcast_ref::<SdkError<TokenError, HttpResponse>>()?
                .raw_response()?,
            _ => return None,
        };
        Some(answer.status().as_u16())
    })
}

/// Messages of libraries that carry no information.
const EMPTY_WORDS: [&str; 5] = [
    "service error",
    "dispatch failure",
    "interceptor encountered an error",
    "unhandled error",
    "an error occurred while loading credentials",
];

/// The chain of causes without duplicates. Causes that contain the `Debug` output of a request, as
/// some of the SDK's do, are left out.
fn causes_of(error: &(dyn Error + 'static)) -> Vec<String> {
    let mut causes: Vec<String> = Vec::new();
    for cause in whole_chain(error).skip(1) {
        let text = cause.to_string();
        let is_dump = text.contains(" { ") || text.contains("SdkBody");
        let says_nothing = EMPTY_WORDS.iter().any(|words| text.contains(words))
            || ["other", "io error", "user error"].contains(&text.as_str());
        if !is_dump && !says_nothing && !text.trim().is_empty() && causes.last() != Some(&text) {
            causes.push(text);
        }
    }
    causes
}

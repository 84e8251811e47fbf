//! [`AwsError`]: an error of the SDK, read once. Its `Debug` form can hold the whole request body,
//! token included, so it is never shown.

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
use super::network::NotSent;
use super::transport::{whole_chain, Fault};
use crate::output::{escaped, Redactor};

/// What went wrong with one operation. The words of the service in it are as they came: they are
/// made safe to show when they are, since a token may be known by then that was not before.
#[derive(Clone, Debug)]
pub struct AwsError {
    pub(super) operation: &'static str,
    pub kind: Kind,
    pub(super) code: Option<String>,
    /// The service's own words.
    pub(super) message: Option<String>,
    pub(super) request_id: Option<String>,
    pub(super) http_status: Option<u16>,
    /// What went wrong on the way.
    pub(super) fault: Option<Fault>,
    pub(super) causes: Vec<String>,
    /// Whether nothing was sent that could have done what was asked.
    nothing_sent: bool,
    /// Whether the answer is one to a repeated request, which may have worked the first time.
    repeated: bool,
    /// Whether somebody looked, and the service has done nothing.
    looked_at: bool,
    redactor: Redactor,
}

/// What stands for an operation, where credentials are looked for.
const CREDENTIALS: &str = "the request for credentials";

impl AwsError {
    /// The redactor makes its words safe to show.
    pub fn of<E>(
        operation: &'static str,
        error: &SdkError<E, HttpResponse>,
        redactor: &Redactor,
    ) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
        SdkError<E, HttpResponse>: RequestId,
    {
        if let Some(cause) = chain(error).find_map(|cause| cause.downcast_ref()) {
            return Self::of_credentials(cause, redactor);
        }
        let metadata = error.as_service_error().map(ProvideErrorMetadata::meta);
        let code = metadata.and_then(|metadata| metadata.code());
        let message = metadata.and_then(|metadata| metadata.message());
        let http_status = error
            .raw_response()
            .map(|response| response.status().as_u16());
        // What the service says is in its code and message; the rest would be a `Debug` form of
        // them.
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
            code: code.map(str::to_owned),
            message: message.map(str::to_owned),
            request_id: error.request_id().map(str::to_owned),
            http_status,
            fault,
            causes,
            repeated: error.raw_response().is_some_and(is_repeated),
            nothing_sent: whole_chain(error).any(<dyn Error>::is::<NotSent>),
            looked_at: false,
            redactor: redactor.clone(),
        }
    }

    /// Reads why there are no credentials. Whoever gives them may be AWS, over the network.
    pub fn of_credentials(error: &CredentialsError, redactor: &Redactor) -> Self {
        let of_sts = whole_chain(error).find_map(|cause| {
            let role = cause.downcast_ref::<SdkError<AssumeRoleError, HttpResponse>>();
            let role = role.map(|cause| Self::of("AssumeRole", cause, redactor));
            let web = "AssumeRoleWithWebIdentity";
            role.or_else(|| {
                Some(Self::of(
                    web,
                    cause
                        .downcast_ref::<SdkError<AssumeRoleWithWebIdentityError, HttpResponse>>()?,
                    redactor,
                ))
            })
        });
        if let Some(refused) = of_sts {
            return Self {
                nothing_sent: true,
                ..refused
            };
        }
        let mut causes = causes_of(error);
        let of_instance = status_of_instance(error);
        if let Some(status) = of_instance {
            causes = vec![format!(
                "the instance metadata service answered with HTTP {status}"
            )];
        }
        let metadata = whole_chain(error).find_map(|cause| cause.downcast_ref::<ErrorMetadata>());
        let code = metadata.and_then(|metadata| metadata.code());
        let message = metadata.and_then(|metadata| metadata.message());
        let connector = whole_chain(error)
            .find_map(|cause| cause.downcast_ref::<ConnectorError>())
            .is_some();
        let fault = connector.then(|| Fault::of(error));
        let timed_out = whole_chain(error).any(|cause| {
            let text = cause.to_string();
            text.contains("timed out") || text.contains("timeout")
        });
        let kind = match error {
            CredentialsError::CredentialsNotLoaded(_) => Kind::NoCredentials,
            CredentialsError::ProviderTimedOut(_) => Kind::TimedOut,
            _ if of_instance.is_some_and(|status| status >= 500) => Kind::Service,
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
            operation: CREDENTIALS,
            kind,
            code: code.map(str::to_owned),
            message: message.map(str::to_owned),
            request_id: None,
            http_status: None,
            fault,
            causes,
            nothing_sent: true,
            repeated: false,
            looked_at: false,
            redactor: redactor.clone(),
        }
    }

    /// An answer in which AWS tells something that cannot be: `what` follows "AWS answered … with",
    /// in our own words.
    pub fn malformed(operation: &'static str, what: &str) -> Self {
        Self {
            operation,
            kind: Kind::Malformed,
            code: None,
            message: Some(escaped(what)),
            request_id: None,
            http_status: None,
            fault: None,
            causes: Vec::new(),
            nothing_sent: false,
            repeated: false,
            looked_at: false,
            redactor: Redactor::new(),
        }
    }

    /// The same with words that are safe to show.
    pub(super) fn in_safe_words(&self) -> Self {
        let safe = |text: &String| self.redactor.foreign(text);
        Self {
            code: self.code.as_ref().map(safe),
            message: self.message.as_ref().map(safe),
            request_id: self.request_id.as_ref().map(safe),
            causes: self.causes.iter().map(safe).collect(),
            fault: self.fault.as_ref().map(|fault| fault.safe(&self.redactor)),
            redactor: self.redactor.clone(),
            ..*self
        }
    }

    /// Whether the service may have done what was asked, although no answer says so.
    pub fn may_have_worked(&self) -> bool {
        if self.nothing_sent || self.looked_at {
            return false;
        }
        match self.kind {
            _ if self.repeated => true,
            Kind::TimedOut | Kind::Malformed | Kind::Unreachable => true,
            // A proxy that refuses has sent nothing on; one that garbles the answer has.
            Kind::NotAws => self.http_status.is_none_or(|status| status < 400),
            Kind::Service => self.http_status.is_some_and(|status| status >= 500),
            _ => false,
        }
    }

    /// Keeps that somebody looked, and the service has done nothing.
    pub fn after_a_look(mut self) -> Self {
        self.looked_at = true;
        self
    }

    /// Whether it was [`Self::after_a_look`] that settled it.
    pub fn was_looked_at(&self) -> bool {
        self.looked_at
    }

    /// Whether the service does not have the operation, there.
    pub fn is_unknown_operation(&self) -> bool {
        let codes = ["UnknownOperationException", "InvalidAction"];
        self.code
            .as_deref()
            .is_some_and(|code| codes.contains(&code))
    }

    /// What was refused and why, on one line: for a remark in passing.
    pub fn summary(&self) -> String {
        self.in_safe_words().summary_as_it_came()
    }

    /// The same, for whoever makes it safe when it is shown.
    pub(super) fn summary_as_it_came(&self) -> String {
        let why = match (&self.message, &self.code) {
            _ if self.kind == Kind::Denied => "not allowed",
            (Some(text), _) | (None, Some(text)) => text,
            (None, None) => match &self.fault {
                Some(fault) => return format!("{}: {fault}", self.operation),
                None => "no usable answer",
            },
        };
        format!("{}: {why}", self.operation)
    }
}

/// What the metadata service of an instance answered with, where that was an error.
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

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause: &&'a (dyn Error + 'static)| {
        (*cause).source()
    })
}

/// What libraries say where they say nothing.
const EMPTY_WORDS: [&str; 5] = [
    "service error",
    "dispatch failure",
    "interceptor encountered an error",
    "unhandled error",
    "an error occurred while loading credentials",
];

/// The chain of causes by their `Display` alone, without repeating one. Some of the SDK's put the
/// `Debug` form of the whole request into it: those are left out.
fn causes_of(error: &(dyn Error + 'static)) -> Vec<String> {
    let mut causes: Vec<String> = Vec::new();
    for cause in chain(error) {
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

//! [`AnswerCheck`]: marks responses to retried requests, and rejects those that are not AWS's.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeDeserializationInterceptorContextMut,
};
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, Metadata};
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use serde_json::{Map, Value};

/// Marks responses to a retried request, and rejects responses to writes that AWS cannot have sent.
#[derive(Debug)]
pub struct AnswerCheck;

/// The header that marks the response to a retried request.
const REPEATED: &str = "ecr-ptc-repeated";

/// Whether the request was retried. An error may then mean that the first attempt succeeded.
pub fn is_repeated(answer: &HttpResponse) -> bool {
    answer.headers().contains_key(REPEATED)
}

impl Intercept for AnswerCheck {
    fn name(&self) -> &'static str {
        "AnswerCheck"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let attempts = bag.load::<RequestAttempts>();
        if attempts.is_some_and(|attempts| attempts.attempts() > 1) {
            let headers = context.response_mut().headers_mut();
            headers.insert(REPEATED, "true");
        }
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let operation = bag.load::<Metadata>().map_or("", |call| call.name());
        let answer = context.response();
        let body = answer.body().bytes().unwrap_or_default();
        if answer.status().is_success() && !is_documented(operation, body) {
            return Err("the response is not in the documented format".into());
        }
        Ok(())
    }
}

/// Whether the response to a write has the member that identifies what was written, which the SDK
/// does not check. Responses to reads are checked by the code that uses them.
fn is_documented(operation: &str, body: &[u8]) -> bool {
    let members = serde_json::from_slice::<Map<String, Value>>(body);
    let has = |name| members.as_ref().is_ok_and(|have| have.contains_key(name));
    match operation {
        "DeleteSecret"
        | "PutResourcePolicy"
        | "PutSecretValue"
        | "RemoveRegionsFromReplication"
        | "ReplicateSecretToRegions"
        | "RestoreSecret"
        | "RotateSecret"
        | "UpdateSecret"
        | "UpdateSecretVersionStage" => has("ARN"),
        "CreatePullThroughCacheRule"
        | "DeletePullThroughCacheRule"
        | "UpdatePullThroughCacheRule"
        | "ValidatePullThroughCacheRule" => has("ecrRepositoryPrefix"),
        "TagResource" => body.is_empty() || members.is_ok(),
        _ => true,
    }
}

//! The messages for an [`AwsError`]: why it happened, and the fix.

use super::error::{AwsError, INSTANCE_ANSWERED};
use super::kind::{row_of, Kind};
use super::service::{Service, NO_INSTANCE};
use super::transport::{Fault, PROXY_LOGIN};
use crate::output::aws_hint;
use crate::output::failure::{AwsAnswer, Failure};
use crate::output::status::Status;

/// The page with the policies to copy.
const PERMISSIONS: &str = ".github/docs/permissions.md";

/// The advice for a policy that denies an action.
pub const EXPLICIT_DENY: &str =
    "a policy denies this explicitly, so no other policy can allow it; ask the owner of that \
     policy (for a service control policy, the administrators of your AWS organization)";

impl AwsError {
    /// The failure to show, unless the command has a better message.
    pub fn into_failure(self, what: &str, service: &Service) -> Failure {
        let error = self.in_safe_words();
        let row = row_of(error.kind, error.code.as_deref());
        let status = match &error.fault {
            Some(fault) if error.kind == Kind::Unreachable && fault.is_of_configuration() => {
                Status::Configuration
            }
            _ => row.status,
        };
        let mut failure = Failure::new(status, row.code, what);
        if let Some(why) = error.why(service) {
            failure = failure.why(why);
        }
        let fix = error.fix(row.fix, service);
        if !fix.is_empty() {
            failure = failure.fix(fix);
        }
        let causes = error.causes.into_iter().rev();
        let chain = causes.fold(None, |chain: Option<anyhow::Error>, cause| {
            Some(match chain {
                Some(chain) => chain.context(cause),
                None => anyhow::Error::msg(cause),
            })
        });
        failure.caused_by(chain).answered(AwsAnswer {
            error_code: error.code,
            request_id: error.request_id,
        })
    }

    fn why(&self, service: &Service) -> Option<String> {
        let (name, innermost) = (service.name(), self.causes.last());
        let unusable = "the AWS credentials cannot be used";
        Some(match self.kind {
            Kind::NoCredentials | Kind::BadCredentials if self.fault_of_profile().is_some() => {
                format!("{unusable}: {}", self.fault_of_profile()?)
            }
            Kind::NoCredentials => {
                let of_instance = innermost.filter(|_| self.is_of_instance());
                let of_instance = of_instance.map_or(NO_INSTANCE, String::as_str);
                let places = service.credentials.replace(NO_INSTANCE, of_instance);
                format!("no AWS credentials were found in: {places}")
            }
            Kind::BadCredentials | Kind::Clock if self.message.is_none() => {
                let why = innermost.map_or("no reason was given", String::as_str);
                format!("{unusable}: {why}")
            }
            Kind::Misconfigured => {
                let cause = innermost.map_or_else(String::new, |cause| format!(": {cause}"));
                format!("the endpoint, the Region or another AWS setting is invalid{cause}")
            }
            Kind::TimedOut => format!("{name} did not respond to {} in time", self.operation),
            Kind::Unreachable => match &self.fault {
                Some(fault) => format!("{name} cannot be reached: {fault}"),
                None => format!("{name} cannot be reached"),
            },
            Kind::NotAws => {
                let status = self.http_status;
                let status = status.map_or_else(String::new, |status| format!(" (HTTP {status})"));
                format!("the response{status} did not come from AWS")
            }
            Kind::Malformed => {
                let what = self.message.as_deref().unwrap_or_default();
                format!("AWS responded to {} with {what}", self.operation)
            }
            _ => match (&self.code, &self.message, self.http_status) {
                (Some(code), Some(message), _) => format!("AWS reports: {message} ({code})"),
                (Some(text), None, _) | (None, Some(text), _) => format!("AWS reports: {text}"),
                (None, None, Some(status)) => {
                    format!("{name} returned HTTP {status} without a reason")
                }
                (None, None, None) => innermost?.clone(),
            },
        })
    }

    /// The fix; `usual` is the fix for most errors of this kind.
    fn fix(&self, usual: &str, service: &Service) -> String {
        let (hints, region) = (&service.hints, &service.region);
        let of_credentials = matches!(self.kind, Kind::NoCredentials | Kind::BadCredentials);
        match (self.kind, &self.fault) {
            (Kind::Denied, _) => return self.permission_fix(),
            _ if of_credentials && self.fault_of_profile().is_some() => {
                return "fix the profile in the AWS config or credentials file".to_owned();
            }
            (Kind::NoCredentials, _) if self.is_of_instance() => {
                return format!(
                    "{usual}\non an EC2 instance: give it a role, and let it use the instance \
                     metadata service"
                );
            }
            (Kind::Unreachable, Some(Fault::NoSuchHost)) if service.endpoint.is_none() => {
                return format!("check that the Region {region} exists, and check the network");
            }
            (Kind::Unreachable, Some(fault)) if fault.fix().is_some() => {
                return fault.fix().unwrap_or_default().to_owned();
            }
            (Kind::NotAws, _) if self.http_status == Some(407) => return PROXY_LOGIN.to_owned(),
            (Kind::Key, _) if self.operation == "CreateSecret" => {
                return "check that no policy denies kms:GenerateDataKey and kms:Decrypt for the \
                        key aws/secretsmanager, the only key that ECR can use"
                    .to_owned();
            }
            _ if self.is_of_ecr() && self.is_unknown_operation() => {
                return format!(
                    "ECR does not support pull through cache in {region}; {}",
                    aws_hint::OTHER_REGION
                );
            }
            (Kind::Limit, _) if self.is_of_ecr() => {
                return format!(
                    "ECR supports up to 50 rules per account and Region, and this quota cannot be \
                     raised; delete an unused rule: {}, then {}",
                    hints.command("rule list"),
                    hints.rule_delete("PREFIX")
                );
            }
            _ => {}
        }
        let secret = service.secret.as_deref().unwrap_or("NAME");
        let (place, usual) = match usual.strip_prefix("{place}") {
            Some(usual) => (service.why_not_there(), usual),
            None => (String::new(), usual),
        };
        let usual = match &service.login {
            Some(login) if of_credentials => format!("log in again: {login}"),
            _ => usual.to_owned(),
        };
        (place + &usual)
            .replace("{region}", region.as_str())
            .replace("{show}", &service.see_secret())
            .replace("{list}", &hints.command("list"))
            .replace("{rules}", &hints.command("rule list"))
            .replace("{options}", &hints.options())
            .replace("{default_key}", &hints.use_default_key(secret))
    }

    /// The SDK's complaint about a profile, without its introduction.
    fn fault_of_profile(&self) -> Option<&str> {
        let cause = self.causes.last()?;
        let fault = cause.strip_prefix("ProfileFile provider could not be built: ");
        fault.or_else(|| cause.starts_with("profile `").then_some(cause))
    }

    fn permission_fix(&self) -> String {
        let message = self.message.as_deref().unwrap_or_default();
        if message.contains("cannot invoke") {
            return aws_hint::ALLOW_CALL.to_owned();
        }
        if message.contains("explicit deny") {
            return match self.tag_fix(message) {
                Some(tag) => format!("{tag}\nif it does not: {EXPLICIT_DENY}"),
                None if self.operation == "CreateSecret" => {
                    format!("{EXPLICIT_DENY}\n{}", aws_hint::MAYBE_ADD_TAG)
                }
                None => EXPLICIT_DENY.to_owned(),
            };
        }
        match self.action() {
            Some(action) => format!(
                "ask your AWS administrator to allow {action}; {PERMISSIONS} has the policies to \
                 copy"
            ),
            None => "ask your AWS administrator for access".to_owned(),
        }
    }

    /// What to do if the message of a denial is about a tag of the request.
    fn tag_fix(&self, message: &str) -> Option<String> {
        let (_, key) = message.split_once("aws:RequestTag")?;
        if self.operation != "CreateSecret" {
            return None;
        }
        let is_of_key = |c: &char| c.is_alphanumeric() || "+-=._:@".contains(*c);
        let key = key.strip_prefix('/').unwrap_or_default();
        let key: String = key.chars().take_while(is_of_key).collect();
        let key = key.trim_end_matches(['.', ':']);
        let key = if key.is_empty() { "KEY" } else { key };
        Some(aws_hint::add_tag(key))
    }

    /// The denied action, as in a policy: the one in AWS's message, or else that of the operation.
    /// `None` if the operation is unknown.
    fn action(&self) -> Option<String> {
        let named = denied_action(self.message.as_deref().unwrap_or_default());
        if named.is_some() {
            return named.map(str::to_owned);
        }
        let service = match self.operation {
            "AssumeRole" | "AssumeRoleWithWebIdentity" | "GetCallerIdentity" => "sts",
            "DescribeKey" => "kms",
            _ if self.is_of_ecr() => "ecr",
            _ => "secretsmanager",
        };
        let of_operation = format!("{service}:{}", self.operation);
        is_action(&of_operation).then_some(of_operation)
    }

    /// Whether the instance metadata service refused to give credentials.
    fn is_of_instance(&self) -> bool {
        let mut causes = self.causes.iter();
        causes.any(|cause| cause.starts_with(INSTANCE_ANSWERED))
    }

    fn is_of_ecr(&self) -> bool {
        self.operation.contains("PullThroughCacheRule")
            || matches!(
                self.operation,
                "GetAuthorizationToken" | "DescribeRepositoryCreationTemplates"
            )
    }
}

/// The action that AWS names in the words of a denial.
pub fn denied_action(words: &str) -> Option<&str> {
    let (_, rest) = words.split_once("not authorized to perform: ")?;
    let word = rest.split_whitespace().next()?;
    Some(word.trim_end_matches([',', '.'])).filter(|word| is_action(word))
}

/// Whether a word is a single action, such as `lambda:InvokeFunction`.
fn is_action(word: &str) -> bool {
    let is_name = |part: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !part.is_empty() && part.bytes().all(allowed)
    };
    let parts = word.split_once(':');
    parts.is_some_and(|(service, action)| is_name(service) && is_name(action))
}

#[cfg(test)]
mod tests {
    use aws_sdk_ecr::config::http::HttpResponse;
    use aws_sdk_ecr::error::{ErrorMetadata, SdkError};
    use aws_sdk_ecr::operation::create_pull_through_cache_rule::CreatePullThroughCacheRuleError;

    use super::*;
    use crate::model::region::Region;
    use crate::output::Redactor;

    // A unit test, because the program retries this for thirty seconds.
    #[test]
    fn a_secret_that_ecr_cannot_find_must_be_in_the_region_of_the_rule() {
        let metadata = ErrorMetadata::builder()
            .code("SecretNotFoundException")
            .message("The ARN of the secret was not found.")
            .build();
        let answer = HttpResponse::new(400.try_into().unwrap(), "{}".into());
        let error = CreatePullThroughCacheRuleError::generic(metadata);
        let error = SdkError::service_error(error, answer);
        let error = AwsError::of("CreatePullThroughCacheRule", &error);
        assert_eq!(error.kind, Kind::NotFound);
        let service = Service::new(
            Region::parse("eu-west-1").unwrap(),
            None,
            None,
            String::new(),
            None,
            Redactor::new(),
        );
        let service = service.of_secret("ecr-pullthroughcache/ghcr");
        let failure = error.into_failure("could not create the rule", &service);
        assert_eq!(failure.status(), Status::SecretState);
        let fix = failure.to_text(false);
        assert!(
            fix.contains("in the account and Region of the rule")
                && fix.contains("ecr-ptc show ecr-pullthroughcache/ghcr --region eu-west-1"),
            "{fix}"
        );
    }
}

//! What is said of an [`AwsError`]: why it came, and what fixes it.

use super::error::AwsError;
use super::kind::Kind;
use super::service::Service;
use super::transport::{Fault, PROXY_LOGIN};
use crate::model::arn::Arn;
use crate::model::name::PREFIX;
use crate::output::failure::{AwsAnswer, Failure};
use crate::output::status::Status;

impl AwsError {
    /// The failure to show, where no command knows better.
    pub fn into_failure(self, what: &str, service: &Service) -> Failure {
        let error = self.in_safe_words();
        let (status, code) = match error.kind {
            Kind::Exists => (Status::SecretState, "secret-exists"),
            Kind::PendingDeletion => (Status::SecretState, "secret-pending-deletion"),
            Kind::NotFound => (Status::SecretState, "secret-not-found"),
            Kind::Denied => (Status::Denied, "access-denied"),
            Kind::NoCredentials => (Status::Configuration, "no-credentials"),
            Kind::BadCredentials | Kind::NotSubscribed => {
                (Status::Configuration, "bad-credentials")
            }
            Kind::Mfa => (Status::Configuration, "mfa"),
            Kind::Clock => (Status::Configuration, "clock"),
            Kind::Misconfigured => (Status::Configuration, "misconfigured"),
            Kind::NotAws | Kind::Malformed => (Status::Configuration, "not-aws"),
            Kind::Refused => (Status::Failed, "refused"),
            Kind::Policy => (Status::Failed, "policy"),
            Kind::Key => (Status::Failed, "kms-key"),
            Kind::Limit => (Status::Failed, "limit"),
            Kind::RuleExists => (Status::SecretState, "rule-exists"),
            Kind::RuleNotFound => (Status::SecretState, "rule-not-found"),
            Kind::SecretUnreadable => (Status::Denied, "secret-unreadable"),
            Kind::Upstream => (Status::Failed, "upstream"),
            Kind::Service => (Status::Temporary, "aws-unavailable"),
            Kind::TimedOut => (Status::Temporary, "timed-out"),
            Kind::Unreachable if error.fault.as_ref().is_some_and(Fault::is_of_configuration) => {
                (Status::Configuration, "unreachable")
            }
            Kind::Unreachable => (Status::Temporary, "unreachable"),
            Kind::Other => (Status::Failed, "failed"),
        };
        let failure = Failure::new(status, code, what);
        let failure = match error.why(service) {
            Some(why) => failure.why(why),
            None => failure,
        };
        let failure = match error.fix(service) {
            Some(fix) => failure.fix(fix),
            None => failure,
        };
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
        let innermost = self.causes.last();
        Some(match self.kind {
            Kind::NoCredentials | Kind::BadCredentials if self.fault_of_profile().is_some() => {
                format!(
                    "the AWS credentials cannot be used: {}",
                    self.fault_of_profile()?
                )
            }
            Kind::NoCredentials => format!(
                "no AWS credentials were found; looked at {}",
                service.credentials
            ),
            Kind::BadCredentials | Kind::Clock if self.message.is_none() => {
                format!(
                    "the AWS credentials cannot be used: {}",
                    innermost.map_or("no reason is given", String::as_str)
                )
            }
            Kind::Misconfigured => match innermost {
                Some(cause) => format!(
                    "the endpoint, the Region or another AWS setting cannot be used: {cause}"
                ),
                None => "the endpoint, the Region or another AWS setting cannot be used".to_owned(),
            },
            Kind::TimedOut => format!(
                "{} did not answer {} in time",
                service.name(),
                self.operation
            ),
            Kind::Unreachable => match &self.fault {
                Some(fault) => format!("{} cannot be reached: {fault}", service.name()),
                None => format!("{} cannot be reached", service.name()),
            },
            Kind::NotAws => {
                let status = self
                    .http_status
                    .map(|status| format!(" (HTTP {status})"))
                    .unwrap_or_default();
                format!("what answered{status} is not AWS: a proxy, or a wrong endpoint")
            }
            Kind::Malformed => {
                let what = self.message.as_deref().unwrap_or_default();
                format!("AWS answered {} with {what}", self.operation)
            }
            _ => match (&self.code, &self.message) {
                (Some(code), Some(message)) => format!("AWS says: {message} ({code})"),
                (Some(text), None) | (None, Some(text)) => format!("AWS says: {text}"),
                (None, None) => match self.http_status {
                    Some(status) => {
                        format!(
                            "{} answered with HTTP {status} and no reason",
                            service.name()
                        )
                    }
                    None => innermost?.clone(),
                },
            },
        })
    }

    fn fix(&self, service: &Service) -> Option<String> {
        let region = &service.region;
        if let Some(fix) = self.fix_of_ecr(service) {
            return Some(fix);
        }
        Some(match self.kind {
            Kind::Misconfigured => "check the endpoint (AWS_ENDPOINT_URL_…, endpoint_url of the \
                profile), the Region, and the settings for FIPS and dual-stack endpoints"
                .to_owned(),
            Kind::Denied => self.permission_fix(service),
            Kind::NoCredentials | Kind::BadCredentials if self.fault_of_profile().is_some() => {
                "fix the profile in the AWS config or credentials file".to_owned()
            }
            Kind::NoCredentials | Kind::BadCredentials if service.login.is_some() => {
                format!(
                    "log in again: {}",
                    service.login.as_deref().unwrap_or_default()
                )
            }
            Kind::NoCredentials => "log in as with the AWS CLI: aws configure, aws sso login, or \
                                    AWS_* variables; or name a --profile"
                .to_owned(),
            Kind::BadCredentials => "renew the AWS credentials; to test them with the AWS CLI: \
                                     aws sts get-caller-identity"
                .to_owned(),
            Kind::NotSubscribed => format!(
                "if the account is new: finish its sign-up, \
                 https://portal.aws.amazon.com/billing/signup\nif the Region has to be enabled \
                 first: aws account enable-region --region-name {region}"
            ),
            Kind::Mfa => {
                "run it again with the next code of the device; each works once".to_owned()
            }
            Kind::Clock => "set the clock of this machine; AWS refuses requests when it is more \
                            than some minutes off"
                .to_owned(),
            Kind::Service | Kind::TimedOut => "try again in a minute".to_owned(),
            Kind::Unreachable => match &self.fault {
                Some(Fault::NoSuchHost) if service.endpoint.is_none() => {
                    format!("check that there is a Region {region}, and the network")
                }
                Some(fault) if fault.fix().is_some() => fault.fix()?.to_owned(),
                _ => "check the network, the proxy (HTTPS_PROXY) and the endpoint".to_owned(),
            },
            Kind::NotAws if self.http_status == Some(407) => PROXY_LOGIN.to_owned(),
            Kind::NotAws | Kind::Malformed => "check HTTPS_PROXY and NO_PROXY, --endpoint-url and \
                AWS_ENDPOINT_URL"
                .to_owned(),
            Kind::Limit => format!(
                "delete secrets that nobody needs; see them: {}\n\
                 or ask for a higher quota: aws service-quotas list-service-quotas --service-code \
                 secretsmanager{}",
                service.hints.command("list"),
                service.hints.options()
            ),
            Kind::Policy => "fix the file of --resource-policy; to see what is wrong: aws \
                             secretsmanager validate-resource-policy --resource-policy \
                             file://PATH"
                .to_owned(),
            Kind::Key if self.operation == "CreateSecret" => {
                "ECR reads only secrets with the key aws/secretsmanager, so the caller must be \
                 able to use that key; check that no policy denies kms:GenerateDataKey and \
                 kms:Decrypt"
                    .to_owned()
            }
            Kind::Key => format!(
                "ECR reads only secrets with the key aws/secretsmanager; see which this one \
                 has:\n{}",
                service.see_secret()
            ),
            Kind::Refused => {
                "change what AWS refuses; for AWS support, -v adds the request ID".to_owned()
            }
            _ => return None,
        })
    }

    /// What the SDK finds wrong with a profile, without its introduction.
    fn fault_of_profile(&self) -> Option<&str> {
        let cause = self.causes.last()?;
        let fault = cause.strip_prefix("ProfileFile provider could not be built: ");
        fault.or_else(|| cause.starts_with("profile `").then_some(cause))
    }

    fn permission_fix(&self, service: &Service) -> String {
        let message = self.message.as_deref().unwrap_or_default();
        if message.contains("cannot invoke") {
            return "let Secrets Manager call the function:\n\
                    aws lambda add-permission --function-name ARN --statement-id secretsmanager \
                    \\\n  \
                    --action lambda:InvokeFunction --principal secretsmanager.amazonaws.com"
                .to_owned();
        }
        if let Some(policy) = after(message, "explicit deny in ") {
            return format!(
                "{policy} denies it, and no other policy can allow it; ask who manages that \
                 policy"
            );
        }
        if message.contains("explicit deny") {
            return "a policy denies it; ask who manages that policy".to_owned();
        }
        self.statement(service).unwrap_or_else(|| {
            "ask who manages these credentials whether the caller may have them".to_owned()
        })
    }

    /// The action of the operation, as policies name it; none where no operation is known.
    fn action(&self) -> Option<String> {
        let service = match self.operation {
            "AssumeRole" | "AssumeRoleWithWebIdentity" | "GetCallerIdentity" => "sts",
            "DescribeKey" => "kms",
            _ => "secretsmanager",
        };
        Some(format!("{service}:{}", self.operation)).filter(|action| is_action(action))
    }

    /// The policy statement that would allow what was refused.
    fn statement(&self, service: &Service) -> Option<String> {
        let region = &service.region;
        let message = self.message.as_deref().unwrap_or_default();
        let statements = self.statements_for_ecr(service);
        let action =
            word_after(message, "not authorized to perform: ").filter(|action| is_action(action));
        let action = action.map(str::to_owned).or_else(|| self.action())?;
        let resource = word_after(message, "on resource: ").filter(|arn| is_resource(arn));
        let resource = match resource {
            Some(arn) if !action.starts_with("secretsmanager:") => arn.to_owned(),
            _ if !action.starts_with("secretsmanager:") => "*".to_owned(),
            // These two know no resources.
            _ if [
                "secretsmanager:ListSecrets",
                "secretsmanager:BatchGetSecretValue",
            ]
            .contains(&action.as_str()) =>
            {
                "*".to_owned()
            }
            _ => format!(
                "arn:{}:secretsmanager:{region}:*:secret:{PREFIX}*",
                region.partition()
            ),
        };
        let policy = message
            .split(" allows the ")
            .next()
            .and_then(|before| before.split("because no ").nth(1))
            .filter(|policy| is_kind_of_policy(policy))
            .map_or(
                "the caller's IAM policy".to_owned(),
                |policy| match policy {
                    "identity-based policy" => "the caller's IAM policy".to_owned(),
                    policy => format!("the {policy}"),
                },
            );
        let whom = word_after(message, "User: ")
            .filter(|arn| arn.starts_with("arn:"))
            .map(|arn| format!(" (the caller is {arn})"))
            .unwrap_or_default();
        let statements = statements.unwrap_or_else(|| {
            format!("{{\"Effect\":\"Allow\",\"Action\":\"{action}\",\"Resource\":\"{resource}\"}}")
        });
        Some(format!("allow it in {policy}{whom}:\n{statements}"))
    }
}

/// Whether words name a kind of policy, such as "VPC endpoint policy", and are no sentence.
fn is_kind_of_policy(words: &str) -> bool {
    let is_word = |word: &str| word.chars().all(|c| c.is_ascii_alphabetic() || c == '-');
    let mut words = words.split(' ');
    let last = words.next_back();
    matches!(last, Some("policy" | "boundary")) && words.clone().count() < 4 && words.all(is_word)
}

/// Whether a word is an action of a policy, such as `lambda:InvokeFunction`: nothing else may come
/// into one, whatever an answer says.
fn is_action(word: &str) -> bool {
    let is_name = |part: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !part.is_empty() && part.bytes().all(allowed)
    };
    let parts = word.split_once(':');
    parts.is_some_and(|(service, action)| is_name(service) && is_name(action))
}

/// Whether a word is an ARN that stands in JSON as it is.
fn is_resource(word: &str) -> bool {
    Arn::parse(word).is_ok() && !word.contains(['"', '\\'])
}

fn after<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    let rest = text.split(words).nth(1)?.trim().trim_end_matches('.');
    (!rest.is_empty()).then_some(rest)
}

fn word_after<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    let word = text.split(words).nth(1)?.split_whitespace().next()?;
    Some(word.trim_end_matches([',', '.']))
}

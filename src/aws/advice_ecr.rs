//! What fixes an error of ECR's, where it is not what fixes one of Secrets Manager's.

use super::error::AwsError;
use super::kind::Kind;
use super::service::{Service, CREATE, DELETE};
use crate::model::name::PREFIX;
use crate::output::shell::quote;

/// The role that ECR reads the secret with.
///
/// Source: <https://docs.aws.amazon.com/AmazonECR/latest/userguide/slr-pullthroughcache.html>
const ROLE: &str = "AWSServiceRoleForECRPullThroughCache";

const UPDATE: &str = "UpdatePullThroughCacheRule";

impl AwsError {
    pub(super) fn is_of_ecr(&self) -> bool {
        self.operation.contains("PullThroughCacheRule")
    }

    pub(super) fn fix_of_ecr(&self, service: &Service) -> Option<String> {
        if !self.is_of_ecr() {
            return None;
        }
        let (hints, see) = (&service.hints, service.see_secret());
        let list = hints.command("rule list");
        Some(match self.kind {
            _ if self.is_unknown_operation() => format!(
                "ECR has no pull through cache in {}; choose another Region: --region REGION",
                service.region
            ),
            Kind::NotFound => format!(
                "the secret must be in the account and the Region of the rule; see whether it \
                 is:\n{see}"
            ),
            Kind::SecretUnreadable => format!(
                "ECR reads it with the service-linked role {ROLE}; a resource policy of the \
                 secret must not deny that role, also not by NotPrincipal:\n{see}\nif the role \
                 is missing: aws iam create-service-linked-role --aws-service-name \
                 pullthroughcache.ecr.amazonaws.com"
            ),
            Kind::Key => format!(
                "ECR reads only secrets with the key aws/secretsmanager; see which key this one \
                 has, and change it:\n{see}\naws secretsmanager update-secret --secret-id {} \
                 --kms-key-id alias/aws/secretsmanager{}",
                service.secret.as_deref().map_or("NAME".to_owned(), quote),
                hints.options()
            ),
            Kind::Upstream => "check --registry and --upstream-registry-url: ECR takes a registry \
                only under its own host, \
                               and one with a login only with a secret"
                .to_owned(),
            Kind::Limit => format!(
                "a registry has up to 50 rules in a Region, and this quota cannot be raised; \
                 delete one that is not used: {list}, then {}",
                hints.rule_delete("PREFIX")
            ),
            Kind::RuleExists => format!("see what it points at: {list}"),
            Kind::RuleNotFound => format!("see which there are: {list}"),
            _ => return None,
        })
    }

    /// What a caller needs to look at rules, to make them and to take them away. None of ECR's
    /// actions on rules knows resources; the first rule of an account makes the role.
    ///
    /// Source: Actions defined by Amazon ECR, in the Service Authorization Reference; the
    /// permissions of the handlers of AWS::ECR::PullThroughCacheRule.
    pub(super) fn statements_for_ecr(&self, service: &Service) -> Option<String> {
        if !self.is_of_ecr() {
            return None;
        }
        let region = &service.region;
        let partition = region.partition();
        // Whoever may look only would be refused next.
        let operation = service.next.unwrap_or(self.operation);
        let ecr = match operation {
            "DescribePullThroughCacheRules" | "ValidatePullThroughCacheRule" => {
                r#""ecr:DescribePullThroughCacheRules","ecr:ValidatePullThroughCacheRule""#
            }
            DELETE => r#""ecr:DescribePullThroughCacheRules","ecr:DeletePullThroughCacheRule""#,
            _ => {
                r#""ecr:DescribePullThroughCacheRules","ecr:CreatePullThroughCacheRule","ecr:UpdatePullThroughCacheRule","ecr:ValidatePullThroughCacheRule""#
            }
        };
        let mut statements = vec![format!(
            r#"{{"Effect":"Allow","Action":[{ecr}],"Resource":"*"}}"#
        )];
        if matches!(operation, CREATE | UPDATE) {
            let service = "pullthroughcache.ecr.amazonaws.com";
            statements.push(format!(
                r#"{{"Effect":"Allow","Action":"iam:CreateServiceLinkedRole","Resource":"arn:{partition}:iam::*:role/aws-service-role/{service}/{ROLE}","Condition":{{"StringEquals":{{"iam:AWSServiceName":"{service}"}}}}}}"#
            ));
            statements.push(format!(
                r#"{{"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"arn:{partition}:secretsmanager:{region}:*:secret:{PREFIX}*"}}"#
            ));
        }
        Some(statements.join(",\n"))
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_ecr::config::http::HttpResponse;
    use aws_sdk_ecr::error::{ErrorMetadata, SdkError};
    use aws_sdk_ecr::operation::create_pull_through_cache_rule::CreatePullThroughCacheRuleError;

    use super::*;
    use crate::model::region::Region;
    use crate::output::status::Status;
    use crate::output::Redactor;

    // In the program it comes only after thirty seconds of trying again.
    #[test]
    fn a_secret_that_ecr_never_finds_has_to_be_in_the_same_place() {
        let metadata = ErrorMetadata::builder()
            .code("SecretNotFoundException")
            .message("The ARN of the secret was not found.")
            .build();
        let answer = HttpResponse::new(400.try_into().unwrap(), "{}".into());
        let error = CreatePullThroughCacheRuleError::generic(metadata);
        let error = SdkError::service_error(error, answer);
        let error = AwsError::of("CreatePullThroughCacheRule", &error, &Redactor::new());
        assert_eq!(error.kind, Kind::NotFound);
        let service = Service::new(
            Region::parse("eu-west-1").unwrap(),
            None,
            None,
            String::new(),
            None,
        );
        let service = service.of_secret("ecr-pullthroughcache/ghcr");
        let failure = error.into_failure("could not make the rule", &service);
        assert_eq!(failure.status(), Status::SecretState);
        let fix = failure.to_text(false);
        assert!(
            fix.contains("in the account and the Region of the rule")
                && fix.contains("ecr-ptc show ecr-pullthroughcache/ghcr --region eu-west-1"),
            "{fix}"
        );
    }
}

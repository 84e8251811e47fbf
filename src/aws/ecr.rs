//! [`Ecr`]: the ECR API calls for pull through cache rules, in our own types.

use std::collections::HashMap;
use std::future::ready;
use std::pin::pin;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use aws_config::SdkConfig;
use aws_sdk_ecr::primitives::DateTime;
use aws_sdk_ecr::types::{
    ImageTagMutability, PullThroughCacheRule, RctAppliedFor, RepositoryCreationTemplate,
    UpstreamRegistry,
};
use aws_sdk_ecr::Client;
use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use futures_util::{stream, StreamExt};
use zeroize::Zeroizing;

use super::answers::AnswerCheck;
use super::error::{Answer, AwsError};
use super::kind::Kind;
use crate::model::account::AccountId;
use crate::model::arn::SecretArn;
use crate::model::creation_template::CreationTemplate;
use crate::model::date::Time;
use crate::model::rule::{CredentialArn, Rule, RuleRequest, UpstreamUrl};
use crate::output::Redactor;

const DESCRIBE: &str = "DescribePullThroughCacheRules";

/// ECR in one account and Region.
#[derive(Clone)]
pub struct Ecr {
    client: Client,
}

/// ECR's validation of a rule: it reads the secret and logs in to the upstream registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Valid,
    /// ECR's reason, if it gave one. It may repeat the stored token, so the caller must escape it,
    /// and the output hides the token.
    Invalid(Option<String>),
}

/// How many rules are validated at once.
const VALIDATIONS_IN_FLIGHT: usize = 10;

/// The verdicts on several rules.
#[derive(Debug, Default)]
pub struct Verdicts {
    /// By the rule's prefix.
    pub given: HashMap<String, Verdict>,
    /// The prefix of a rule that could not be validated, and the error.
    pub failed: Option<(String, AwsError)>,
}

impl Ecr {
    /// `endpoint` is `None` for the Region's own.
    pub fn new(config: &SdkConfig, endpoint: Option<&str>) -> Self {
        let mut config = aws_sdk_ecr::config::Builder::from(config);
        config.set_endpoint_url(endpoint.map(str::to_owned));
        Self {
            client: Client::from_conf(config.interceptor(AnswerCheck).build()),
        }
    }

    /// DescribePullThroughCacheRules: all rules, sorted by prefix.
    pub async fn rules(&self) -> Result<Vec<Rule>, AwsError> {
        let mut rules = Vec::new();
        let mut pages = self
            .client
            .describe_pull_through_cache_rules()
            .into_paginator()
            .send();
        while let Some(page) = pages.next().await {
            let page = page.answer_to(DESCRIBE)?;
            for found in page.pull_through_cache_rules() {
                rules.push(rule(found)?);
            }
        }
        rules.sort_by(|a: &Rule, b| a.ecr_repository_prefix.cmp(&b.ecr_repository_prefix));
        Ok(rules)
    }

    /// DescribePullThroughCacheRules for one prefix.
    pub async fn find(&self, prefix: &str) -> Result<Option<Rule>, AwsError> {
        let call = self
            .client
            .describe_pull_through_cache_rules()
            .ecr_repository_prefixes(prefix);
        let answer = call.send().await;
        let answer = answer.answer_unless(Kind::RuleNotFound, DESCRIBE)?;
        let rules = answer.and_then(|answer| answer.pull_through_cache_rules);
        let first = rules.iter().flatten().next();
        first.map(rule).transpose()
    }

    /// CreatePullThroughCacheRule, with the secret of this ARN if the registry requires login.
    /// Returns the account that owns the rule.
    pub async fn create(
        &self,
        wanted: &RuleRequest,
        arn: Option<&SecretArn>,
    ) -> Result<Option<AccountId>, AwsError> {
        let call = self
            .client
            .create_pull_through_cache_rule()
            .ecr_repository_prefix(wanted.prefix.as_str())
            .upstream_registry(UpstreamRegistry::from(wanted.upstream.kind))
            .upstream_registry_url(wanted.url.as_str())
            .set_upstream_repository_prefix(text(wanted.upstream_prefix.as_ref()))
            .set_custom_role_arn(text(wanted.role.as_ref()))
            .set_credential_arn(text(wanted.credential(arn)));
        let answer = call.send().await.answer_to("CreatePullThroughCacheRule")?;
        let account = answer.registry_id().map(AccountId::parse);
        Ok(account.and_then(Result::ok))
    }

    /// UpdatePullThroughCacheRule: switches a rule to the secret of this ARN, or to the role.
    pub async fn update(
        &self,
        wanted: &RuleRequest,
        arn: Option<&SecretArn>,
    ) -> Result<(), AwsError> {
        let call = self
            .client
            .update_pull_through_cache_rule()
            .ecr_repository_prefix(wanted.prefix.as_str())
            .set_custom_role_arn(text(wanted.role.as_ref()))
            .set_credential_arn(text(wanted.credential(arn)));
        call.send().await.answer_to("UpdatePullThroughCacheRule")?;
        Ok(())
    }

    /// ValidatePullThroughCacheRule, for a rule with a secret.
    pub async fn validate(&self, prefix: &str) -> Result<Verdict, AwsError> {
        let call = self
            .client
            .validate_pull_through_cache_rule()
            .ecr_repository_prefix(prefix);
        let answer = call
            .send()
            .await
            .answer_to("ValidatePullThroughCacheRule")?;
        Ok(if answer.is_valid() {
            Verdict::Valid
        } else {
            let reason = answer.failure().filter(|words| !words.trim().is_empty());
            Verdict::Invalid(reason.map(str::to_owned))
        })
    }

    /// Validates several rules at once. Stops after an error that would affect the other rules too,
    /// such as denied access.
    pub async fn verdicts(&self, prefixes: Vec<String>) -> Verdicts {
        let mut verdicts = Verdicts::default();
        let goes_on = AtomicBool::new(true);
        let calls = stream::iter(prefixes)
            .take_while(|_| ready(goes_on.load(Relaxed)))
            .map(async |prefix| {
                let verdict = self.validate(&prefix).await;
                (prefix, verdict)
            })
            .buffer_unordered(VALIDATIONS_IN_FLIGHT);
        let mut calls = pin!(calls);
        while let Some((prefix, verdict)) = calls.next().await {
            match verdict {
                Ok(verdict) => {
                    verdicts.given.insert(prefix, verdict);
                }
                // It was deleted in the meantime.
                Err(error) if error.kind == Kind::RuleNotFound => {}
                Err(error) => {
                    goes_on.fetch_and(error.kind == Kind::Refused, Relaxed);
                    verdicts.failed = Some((prefix, error));
                }
            }
        }
        verdicts
    }

    /// GetAuthorizationToken: the `Authorization` header for the account's own registry. The token
    /// is hidden at once.
    pub async fn registry_login(&self, redactor: &Redactor) -> Result<Zeroizing<String>, AwsError> {
        const OPERATION: &str = "GetAuthorizationToken";
        let answer = self.client.get_authorization_token().send().await;
        let answer = answer.answer_to(OPERATION)?;
        let data = answer.authorization_data().first();
        let token = data.and_then(|data| data.authorization_token());
        let token = token.unwrap_or_default();
        redactor.hide_text(token);
        let plain = Zeroizing::new(STANDARD.decode(token).unwrap_or_default());
        let plain = std::str::from_utf8(&plain).unwrap_or_default();
        let Some((_, password)) = plain.split_once(':') else {
            return Err(AwsError::malformed(OPERATION, "no login for a registry"));
        };
        redactor.hide_text(password);
        Ok(Zeroizing::new(["Basic ", token].concat()))
    }

    /// DescribeRepositoryCreationTemplates: all that apply to pull through cache.
    pub async fn creation_templates(&self) -> Result<Vec<CreationTemplate>, AwsError> {
        let mut templates = Vec::new();
        let call = self.client.describe_repository_creation_templates();
        let mut pages = call.into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.answer_to("DescribeRepositoryCreationTemplates")?;
            let of_cache = |template: &&RepositoryCreationTemplate| {
                let applied_for = template.applied_for();
                applied_for.contains(&RctAppliedFor::PullThroughCache)
            };
            let of_page = page.repository_creation_templates().iter();
            templates.extend(of_page.filter(of_cache).map(template));
        }
        Ok(templates)
    }

    /// DeletePullThroughCacheRule. Cached images stay.
    pub async fn delete(&self, prefix: &str) -> Result<(), AwsError> {
        let call = self
            .client
            .delete_pull_through_cache_rule()
            .ecr_repository_prefix(prefix);
        call.send().await.answer_to("DeletePullThroughCacheRule")?;
        Ok(())
    }
}

fn text(value: Option<&impl ToString>) -> Option<String> {
    value.map(ToString::to_string)
}

fn template(template: &RepositoryCreationTemplate) -> CreationTemplate {
    let encryption = template.encryption_configuration();
    CreationTemplate {
        prefix: template.prefix().unwrap_or_default().to_owned(),
        has_tags: !template.resource_tags().is_empty(),
        has_key: encryption.is_some_and(|encryption| encryption.kms_key().is_some()),
        has_role: template.custom_role_arn().is_some(),
        is_immutable: template.image_tag_mutability() == Some(&ImageTagMutability::Immutable),
        has_lifecycle_policy: template.lifecycle_policy().is_some(),
    }
}

fn rule(rule: &PullThroughCacheRule) -> Result<Rule, AwsError> {
    let text = |text: Option<&str>| text.map(str::to_owned);
    let time = |at: Option<&DateTime>| at.map(|at| Time::at(at.secs()));
    let url = UpstreamUrl::parse(rule.upstream_registry_url().unwrap_or_default());
    let url = url.map_err(|fault| AwsError::malformed(DESCRIBE, &fault.to_string()))?;
    let registry = rule.upstream_registry().map(UpstreamRegistry::as_str);
    Ok(Rule {
        ecr_repository_prefix: text(rule.ecr_repository_prefix()).unwrap_or_default(),
        upstream_registry: text(registry).unwrap_or_default(),
        upstream_registry_url: url,
        credential_arn: rule.credential_arn().map(CredentialArn::of),
        upstream_repository_prefix: text(rule.upstream_repository_prefix()),
        custom_role_arn: text(rule.custom_role_arn()),
        registry_id: text(rule.registry_id()),
        created_at: time(rule.created_at()),
        updated_at: time(rule.updated_at()),
    })
}

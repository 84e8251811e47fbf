//! The operations of ECR on pull through cache rules, in our own types.

use std::collections::HashMap;

use aws_config::SdkConfig;
use aws_sdk_ecr::types::{PullThroughCacheRule, UpstreamRegistry};
use aws_sdk_ecr::Client;
use tokio::task::JoinSet;

use super::error::{AwsError, Kind};
use super::pages::Pages;
use crate::arn::SecretArn;
use crate::output::foreign;
use crate::rule::{CredentialArn, Rule, RuleRequest, UpstreamUrl};

const DESCRIBE: &str = "DescribePullThroughCacheRules";

/// ECR in one account and Region.
#[derive(Clone)]
pub struct Ecr {
    client: Client,
}

/// What ECR says of a rule after it has read the secret and logged in upstream with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Valid,
    /// With ECR's own words, which are documented nowhere.
    Invalid(String),
}

/// Logins at registries that ECR is asked to make at the same time.
const VALIDATIONS_IN_FLIGHT: usize = 10;

/// The verdicts on several rules.
#[derive(Debug, Default)]
pub struct Verdicts {
    /// By the prefix.
    pub given: HashMap<String, Verdict>,
    /// The prefix of a rule that ECR gave no verdict on, and why.
    pub refused: Option<(String, AwsError)>,
}

impl Ecr {
    /// At `endpoint`, or where the Region says.
    pub fn new(config: &SdkConfig, endpoint: Option<&str>) -> Self {
        let mut config = aws_sdk_ecr::config::Builder::from(config);
        config.set_endpoint_url(endpoint.map(str::to_owned));
        Self {
            client: Client::from_conf(config.build()),
        }
    }

    /// DescribePullThroughCacheRules, all of them, by their prefix.
    pub async fn rules(&self) -> Result<Vec<Rule>, AwsError> {
        let mut rules = Vec::new();
        let mut seen = Pages::of(DESCRIBE);
        let mut pages = self
            .client
            .describe_pull_through_cache_rules()
            .into_paginator()
            // It would end there without a word, as if there were no more.
            .stop_on_duplicate_token(false)
            .send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| AwsError::of(DESCRIBE, &error))?;
            seen.note(page.next_token())?;
            for told in page.pull_through_cache_rules() {
                rules.push(rule(told)?);
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
        match call.send().await {
            Ok(answer) => {
                let first = answer.pull_through_cache_rules().first();
                first.map(rule).transpose()
            }
            Err(error) => {
                let error = AwsError::of(DESCRIBE, &error);
                if error.kind == Kind::RuleNotFound {
                    Ok(None)
                } else {
                    Err(error)
                }
            }
        }
    }

    /// CreatePullThroughCacheRule. The service has no idempotency token for it: where an answer was
    /// lost, the next attempt may say that the rule exists, so whoever is told that looks.
    pub async fn create(&self, wanted: &RuleRequest, arn: &SecretArn) -> Result<(), AwsError> {
        let call = self
            .client
            .create_pull_through_cache_rule()
            .ecr_repository_prefix(wanted.prefix.as_str())
            .upstream_registry(UpstreamRegistry::from(wanted.upstream.kind))
            .upstream_registry_url(wanted.url.as_str())
            .credential_arn(arn.as_str());
        let error = match call.send().await {
            Ok(_) => return Ok(()),
            Err(error) => AwsError::of("CreatePullThroughCacheRule", &error),
        };
        if error.kind != Kind::RuleExists && !error.may_have_worked() {
            return Err(error);
        }
        match self.find(wanted.prefix.as_str()).await {
            Ok(Some(rule)) if rule.upstream_registry_url == wanted.url && rule.uses(arn) => Ok(()),
            _ => Err(error),
        }
    }

    /// UpdatePullThroughCacheRule: points a rule at another secret.
    pub async fn update(&self, prefix: &str, arn: &SecretArn) -> Result<(), AwsError> {
        let call = self
            .client
            .update_pull_through_cache_rule()
            .ecr_repository_prefix(prefix)
            .credential_arn(arn.as_str());
        let error = match call.send().await {
            Ok(_) => return Ok(()),
            Err(error) => AwsError::of("UpdatePullThroughCacheRule", &error),
        };
        if !error.may_have_worked() {
            return Err(error);
        }
        match self.find(prefix).await {
            Ok(Some(rule)) if rule.uses(arn) => Ok(()),
            _ => Err(error),
        }
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
            .map_err(|error| AwsError::of("ValidatePullThroughCacheRule", &error))?;
        Ok(if answer.is_valid() {
            Verdict::Valid
        } else {
            Verdict::Invalid(foreign(answer.failure().unwrap_or("no reason is given")))
        })
    }

    /// The verdict on each rule, asked for side by side. Where one cannot be had for a reason that is
    /// not the rule's own, no more are asked for: what one is refused, the others are too.
    pub async fn verdicts(&self, prefixes: Vec<String>) -> Verdicts {
        let mut verdicts = Verdicts::default();
        let mut waiting = prefixes.into_iter();
        let mut calls = JoinSet::new();
        let mut goes_on = true;
        loop {
            while calls.len() < VALIDATIONS_IN_FLIGHT && goes_on {
                let Some(prefix) = waiting.next() else {
                    break;
                };
                let ecr = self.clone();
                calls.spawn(async move {
                    let verdict = ecr.validate(&prefix).await;
                    (prefix, verdict)
                });
            }
            match calls.join_next().await {
                None => return verdicts,
                Some(Ok((prefix, Ok(verdict)))) => {
                    verdicts.given.insert(prefix, verdict);
                }
                // It went between two calls.
                Some(Ok((_, Err(error)))) if error.kind == Kind::RuleNotFound => {}
                Some(Ok((prefix, Err(error)))) => {
                    goes_on &= error.kind == Kind::Refused;
                    verdicts.refused = Some((prefix, error));
                }
                // Only a call that panicked ends so; there is no verdict then.
                Some(Err(_)) => {}
            }
        }
    }

    /// DeletePullThroughCacheRule, for a rule that is there. Images that were cached stay. After a
    /// lost answer, the next attempt may not find the rule any more.
    pub async fn delete(&self, prefix: &str) -> Result<(), AwsError> {
        let call = self
            .client
            .delete_pull_through_cache_rule()
            .ecr_repository_prefix(prefix);
        let error = match call.send().await {
            Ok(_) => return Ok(()),
            Err(error) => AwsError::of("DeletePullThroughCacheRule", &error),
        };
        if error.kind != Kind::RuleNotFound && !error.may_have_worked() {
            return Err(error);
        }
        match self.find(prefix).await {
            Ok(None) => Ok(()),
            _ => Err(error),
        }
    }
}

fn rule(rule: &PullThroughCacheRule) -> Result<Rule, AwsError> {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let url = UpstreamUrl::parse(rule.upstream_registry_url().unwrap_or_default());
    let url = url.map_err(|fault| AwsError::malformed(DESCRIBE, &fault.to_string()))?;
    Ok(Rule {
        ecr_repository_prefix: text(rule.ecr_repository_prefix()),
        upstream_registry: text(rule.upstream_registry().map(UpstreamRegistry::as_str)),
        upstream_registry_url: url,
        credential_arn: rule.credential_arn().map(CredentialArn::of),
    })
}

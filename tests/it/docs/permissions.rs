//! The policies to copy: each allows what the commands above it ask of AWS, on the right resources,
//! and little else.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::place::Place;
use super::{blocks, TOP};
use crate::support::Request;

const PAGE: &str = ".github/docs/permissions.md";

/// What each policy has although the commands above it do not ask for it here, in order.
const NOT_ASKED_HERE: [&[&str]; 6] = [
    // ECR wants two of whoever makes a rule; one is for a rule that points elsewhere.
    &[
        "iam:CreateServiceLinkedRole",
        "secretsmanager:GetSecretValue",
        "ecr:UpdatePullThroughCacheRule",
    ],
    // The secret and the rule are there already.
    &[
        "secretsmanager:CreateSecret",
        "secretsmanager:TagResource",
        "iam:CreateServiceLinkedRole",
        "ecr:CreatePullThroughCacheRule",
        "ecr:UpdatePullThroughCacheRule",
    ],
    &[],
    &[],
    // Of a key whose name does not tell whose it is.
    &["kms:DescribeKey"],
    // Where a rule uses the secret that is fixed, and where there are replicas.
    &[
        "ecr:ValidatePullThroughCacheRule",
        "secretsmanager:RemoveRegionsFromReplication",
    ],
];

/// Actions that are on `*`, beside those of rules.
const ON_ALL: [&str; 3] = [
    "secretsmanager:ListSecrets",
    "secretsmanager:BatchGetSecretValue",
    "kms:DescribeKey",
];

#[test]
fn each_policy_allows_what_its_commands_ask_and_little_else() {
    let text = fs::read_to_string(Path::new(TOP).join(PAGE)).unwrap();
    let (mut place, mut asked) = (Place::new(PAGE), BTreeSet::new());
    let mut policies = NOT_ASKED_HERE.iter();
    for block in blocks(&text) {
        place.next_block();
        if block.language == "sh" {
            let (said, is_ok) = place.run(&block.text());
            assert!(is_ok, "{said}");
            asked = place.account.requests().iter().flat_map(needed).collect();
            place.account.take_actions();
        } else if !asked.is_empty() {
            let not_asked = policies.next().expect("as many policies as are known here");
            let allowed = allowed(&serde_json::from_str(&block.text()).unwrap());
            let missing: Vec<_> = asked.difference(&allowed).collect();
            assert!(missing.is_empty(), "{missing:?} in {}", block.text());
            let idle: BTreeSet<_> = allowed.difference(&asked).map(String::as_str).collect();
            let known: BTreeSet<_> = not_asked.iter().copied().collect();
            assert_eq!(idle, known, "in {}", block.text());
            asked.clear();
        }
    }
    assert_eq!(policies.next(), None);
}

/// What a request takes, as policies name it.
fn needed(request: &Request) -> Vec<String> {
    let service = match request.action.as_str() {
        // It needs no permission.
        "GetCallerIdentity" => return Vec::new(),
        "DescribeKey" => "kms",
        "GetAuthorizationToken" | "DescribeRepositoryCreationTemplates" => "ecr",
        action if action.contains("PullThroughCacheRule") => "ecr",
        _ => "secretsmanager",
    };
    let tags = request.body["Tags"].as_array();
    let tag = tags.filter(|tags| !tags.is_empty()).map(|_| "TagResource");
    let actions = tag.into_iter().chain([request.action.as_str()]);
    actions
        .map(|action| format!("{service}:{action}"))
        .collect()
}

/// The actions of a policy, each on the resource that it has.
fn allowed(policy: &Value) -> BTreeSet<String> {
    let mut allowed = BTreeSet::new();
    for statement in policy["Statement"].as_array().unwrap() {
        let actions = match &statement["Action"] {
            Value::Array(actions) => actions.clone(),
            action => vec![action.clone()],
        };
        for action in actions.iter().map(|action| action.as_str().unwrap()) {
            let resource = if action.starts_with("ecr:") || ON_ALL.contains(&action) {
                "*"
            } else if action.starts_with("iam:") {
                "arn:aws:iam::*:role/aws-service-role/pullthroughcache.ecr.amazonaws.com/*"
            } else {
                "arn:aws:secretsmanager:REGION:ACCOUNT:secret:ecr-pullthroughcache/*"
            };
            assert_eq!(statement["Resource"], resource, "{action}");
            allowed.insert(action.to_owned());
        }
    }
    allowed
}

//! The policies to copy: each allows what the commands above it ask of AWS, and nothing that none
//! on the page asks.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::place::Place;
use super::{blocks, TOP};
use crate::support::Request;

const PAGE: &str = ".github/docs/permissions.md";

/// What is in a policy although the commands before it do not ask for it here.
const NOT_ASKED_HERE: [&str; 7] = [
    // ECR wants these two of whoever makes a rule.
    "iam:CreateServiceLinkedRole",
    "secretsmanager:GetSecretValue",
    // At a terminal, and after an answer that was lost.
    "secretsmanager:DescribeSecret",
    // Where the rule points elsewhere, the end of a new token is not known, or there are replicas.
    "ecr:UpdatePullThroughCacheRule",
    "secretsmanager:UntagResource",
    "secretsmanager:RemoveRegionsFromReplication",
    // Of a key whose name does not tell whose it is.
    "kms:DescribeKey",
];

#[test]
fn each_policy_allows_what_its_commands_ask_and_nothing_that_none_asks() {
    let text = fs::read_to_string(Path::new(TOP).join(PAGE)).unwrap();
    let (mut place, mut policies) = (Place::new(PAGE), 0);
    let (mut asked, mut before) = (BTreeSet::new(), BTreeSet::new());
    for block in blocks(&text) {
        place.next_block();
        if block.language == "sh" {
            let (said, is_ok) = place.run(&block.text());
            assert!(is_ok, "{said}");
            asked = place.account.requests().iter().flat_map(needed).collect();
            place.account.take_actions();
        } else if !asked.is_empty() {
            let allowed = allowed(&serde_json::from_str(&block.text()).unwrap());
            let missing: Vec<_> = asked.difference(&allowed).collect();
            assert!(missing.is_empty(), "{missing:?} in {}", block.text());
            before.append(&mut asked);
            let idle = |action: &&String| !NOT_ASKED_HERE.contains(&action.as_str());
            let idle: Vec<_> = allowed.difference(&before).filter(idle).collect();
            assert!(idle.is_empty(), "{idle:?} in {}", block.text());
            policies += 1;
        }
    }
    assert_eq!(policies, 6);
}

/// What a request takes, as policies name it.
fn needed(request: &Request) -> Vec<String> {
    let service = match request.action.as_str() {
        // It needs no permission.
        "GetCallerIdentity" => return Vec::new(),
        "DescribeKey" => "kms",
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

fn allowed(policy: &Value) -> BTreeSet<String> {
    let statements = policy["Statement"].as_array().unwrap().iter();
    let actions = statements.flat_map(|statement| match &statement["Action"] {
        Value::Array(actions) => actions.clone(),
        action => vec![action.clone()],
    });
    actions
        .map(|action| action.as_str().unwrap().to_owned())
        .collect()
}

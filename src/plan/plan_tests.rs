//! From what was asked for and what was observed to the steps, for each command, as tables.

use zeroize::Zeroizing;

use super::Subject;
use super::{Existing, Observed, PendingRule, Plan};
use crate::input::request::Request;
use crate::model::arn::{LambdaArn, RoleArn, SecretArn};
use crate::model::attributes::{Description, ResourcePolicy, Rotation, Schedule, Tag};
use crate::model::credential::{AccessToken, Credential, Username};
use crate::model::date::Time;
use crate::model::name::{RepositoryPrefix, SecretName};
use crate::model::region::Region;
use crate::model::registries::{LoginRegistry, Registry};
use crate::model::rule::{CredentialArn, Rule, RuleRequest, UpstreamUrl};
use crate::model::secret::{Recovery, Replica, Secret, Version, EXPIRY_TAG};
use crate::model::stored_value::StoredValue;
use crate::model::value_fix::ValueFix;
use crate::output::report::Verification;

const SAME: &str = r#"{"username":"me","accessToken":"token"}"#;

fn arn(end: &str) -> SecretArn {
    let start = "arn:aws:secretsmanager:us-east-1:111122223333:secret:ecr-pullthroughcache/github-";
    SecretArn::parse(&format!("{start}{end}")).unwrap()
}

fn request() -> Request {
    Request {
        upstream: LoginRegistry::find("ghcr"),
        upstream_url: Some("ghcr.io".to_owned()),
        credential: Credential {
            username: Username::parse("me").unwrap(),
            token: AccessToken::from_bytes(b"token").unwrap(),
        },
        name: SecretName::parse("ecr-pullthroughcache/github").unwrap(),
        description: None,
        tags: Vec::new(),
        policy: None,
        replicas: Vec::new(),
        overwrite_replicas: false,
        rotation: None,
    }
}

/// A request with everything that can be asked for.
fn full() -> Request {
    let region = |name| Region::parse(name).unwrap();
    let lambda = "arn:aws:lambda:us-east-1:111122223333:function:rotate";
    Request {
        description: Description::parse("mine").ok(),
        tags: vec![Tag::parse("team=platform").unwrap()],
        policy: ResourcePolicy::parse("p.json", r#"{"Statement":[]}"#).ok(),
        replicas: vec![region("eu-west-1"), region("eu-west-2")],
        rotation: Some(Rotation {
            lambda_arn: LambdaArn::parse(lambda).unwrap(),
            schedule: Schedule::Days(30),
            duration: None,
            immediately: true,
        }),
        ..request()
    }
}

fn existing(value: Option<&str>, change: impl FnOnce(&mut Secret)) -> Existing {
    let mut secret = Secret::new(arn("AbCdEf"));
    change(&mut secret);
    Existing {
        secret,
        value: value.map(|text| StoredValue::Text(Zeroizing::new(text.to_owned()))),
        policy: None,
    }
}

fn untested() -> Verification {
    Verification::skipped("a test")
}

fn wanted() -> RuleRequest {
    RuleRequest {
        prefix: RepositoryPrefix::parse("github").unwrap(),
        upstream: Registry::find("ghcr").unwrap(),
        url: UpstreamUrl::parse("ghcr.io").unwrap(),
        upstream_prefix: None,
        role: None,
    }
}

fn rule(url: &str, end: Option<&str>) -> Rule {
    let url = UpstreamUrl::parse(url).unwrap();
    Rule {
        credential_arn: end.map(|end| CredentialArn::Secret(arn(end))),
        ..Rule::new("github", "github-container-registry", url)
    }
}

fn pending(observed: Option<Rule>) -> PendingRule {
    PendingRule::new(wanted(), observed).unwrap()
}

fn words(plan: &Plan) -> String {
    let words: Vec<&str> = plan.steps.iter().map(super::step::Step::word).collect();
    words.join(" ")
}

#[test]
fn create_takes_one_call_and_one_more_for_each_option_that_needs_it() {
    let mut without_rotation = full();
    without_rotation.rotation = None;
    for (request, rule, expected) in [
        (request(), None, "create-secret"),
        (without_rotation, None, "create-secret put-resource-policy"),
        (
            full(),
            None,
            "create-secret put-resource-policy rotate-secret",
        ),
        (
            request(),
            Some(pending(None)),
            "create-secret create-pull-through-cache-rule validate-pull-through-cache-rule",
        ),
        // Whatever it points at, it is not the secret that is still to be created.
        (
            request(),
            Some(pending(Some(rule("ghcr.io", Some("AbCdEf"))))),
            "create-secret update-pull-through-cache-rule validate-pull-through-cache-rule",
        ),
    ] {
        let plan = Plan::create(&request, &untested(), true, rule.as_ref()).unwrap();
        assert_eq!(words(&plan), expected);
        assert!(!plan.is_stored && plan.subject.arn.is_none());
    }
}

#[test]
fn update_does_only_what_is_not_so_already() {
    let dated = |secret: &mut Secret| {
        secret.tags = vec![(EXPIRY_TAG.to_owned(), "2027-01-31".to_owned())];
    };
    let half_done = |secret: &mut Secret| {
        secret.description = Some("mine".to_owned());
        secret.tags = vec![("team".to_owned(), "platform".to_owned())];
        let replica = |region: &str, status: &str| Replica {
            region: region.to_owned(),
            kms_key_id: None,
            status: Some(status.to_owned()),
            message: None,
        };
        let replicas = vec![
            replica("eu-west-1", "InSync"),
            replica("eu-west-2", "Failed"),
        ];
        secret.replicas = Some(replicas);
    };
    let date = |date: &str| Request {
        tags: vec![Tag::parse(&format!("{EXPIRY_TAG}={date}")).unwrap()],
        ..request()
    };
    let other = r#"{"username":"me","accessToken":"other"}"#;
    let swapped_and_more = r#"{"accessToken":"token","more":1,"username":"me"}"#;
    let all = "put-secret-value update-secret tag-resource replicate-secret-to-regions \
               put-resource-policy rotate-secret";
    for (request, existing, expected) in [
        (request(), existing(Some(SAME), |_| {}), ""),
        (request(), existing(Some(swapped_and_more), |_| {}), ""),
        (request(), existing(Some(other), |_| {}), "put-secret-value"),
        (
            request(),
            existing(Some("plain"), |_| {}),
            "put-secret-value",
        ),
        (request(), existing(None, |_| {}), "put-secret-value"),
        (request(), existing(Some(SAME), dated), ""),
        (
            request(),
            existing(Some(other), dated),
            "put-secret-value tag-resource",
        ),
        (date("2027-01-31"), existing(Some(SAME), dated), ""),
        (
            date("2027-02-28"),
            existing(Some(SAME), dated),
            "tag-resource",
        ),
        (
            date("2027-02-28"),
            existing(Some(other), dated),
            "put-secret-value tag-resource",
        ),
        (full(), existing(Some(other), |_| {}), all),
        (
            full(),
            existing(Some(SAME), half_done),
            "replicate-secret-to-regions put-resource-policy rotate-secret",
        ),
    ] {
        let update = Plan::update(&request, &untested(), &existing, None).unwrap();
        assert_eq!(words(&update.plan), expected);
        let stores = update
            .plan
            .steps
            .iter()
            .any(|step| step.word() == "put-secret-value");
        assert_eq!(update.plan.is_stored, !stores, "{expected}");
    }
}

#[test]
fn update_keeps_other_keys_and_names_them() {
    let stored = existing(
        Some(r#"{"url":"x","password":"old","username":"me"}"#),
        |_| {},
    );
    let update = Plan::update(&request(), &untested(), &stored, None).unwrap();
    assert_eq!(update.kept_keys, ["url"]);
    assert_eq!(words(&update.plan), "put-secret-value");
}

#[test]
fn a_rule_is_created_or_switched_or_only_validated() {
    let existing = existing(Some(SAME), |_| {});
    for (observed, steps) in [
        (None, "create"),
        (Some(rule("ghcr.io", None)), "update"),
        (Some(rule("ghcr.io", Some("GhIjKl"))), "update"),
        (Some(rule("ghcr.io", Some("AbCdEf"))), ""),
    ] {
        let validate = "validate-pull-through-cache-rule";
        let expected = match steps {
            "" => validate.to_owned(),
            verb => format!("{verb}-pull-through-cache-rule {validate}"),
        };
        let pending = pending(observed);
        let subject = Subject::from(&existing.secret);
        assert_eq!(words(&Plan::set_rule(&pending, subject)), expected);
        assert_eq!(words(&Plan::skip(&existing, Some(&pending))), expected);
        let update = Plan::update(&request(), &untested(), &existing, Some(&pending)).unwrap();
        assert_eq!(words(&update.plan), expected);
        assert_eq!(update.plan.changes_nothing(), steps.is_empty());
    }
    assert_eq!(words(&Plan::skip(&existing, None)), "");
    let other = PendingRule::new(wanted(), Some(rule("quay.io", None))).unwrap_err();
    assert!(other.to_string().contains("quay.io"), "{other}");
    let plan = Plan::delete_rule(wanted().prefix, &rule("ghcr.io", None));
    assert_eq!(words(&plan), "delete-pull-through-cache-rule");
}

#[test]
fn the_other_commands_on_a_secret() {
    let with_replica = |secret: &mut Secret| {
        secret.replicas = Some(vec![Replica {
            region: "eu-west-1".to_owned(),
            kms_key_id: None,
            status: None,
            message: None,
        }]);
    };
    let secret = existing(None, |_| {}).secret;
    let replicated = existing(None, with_replica).secret;
    let deleted = existing(None, |secret| secret.deleted = Some(Time::at(0))).secret;
    for (each, recovery, expected) in [
        (&secret, Recovery::Days(7), "delete-secret"),
        (&secret, Recovery::Never, "delete-secret"),
        (
            &replicated,
            Recovery::Days(30),
            "remove-regions-from-replication delete-secret",
        ),
    ] {
        assert_eq!(words(&Plan::delete(each, recovery, Ok(&[]))), expected);
    }
    assert_eq!(words(&Plan::restore(&deleted)), "restore-secret");
    assert_eq!(words(&Plan::restore(&secret)), "");
    let version = |id: &str| Version {
        id: id.to_owned(),
        stages: Vec::new(),
    };
    let plan = Plan::roll_back(&secret, (&version("b"), ""), (&version("a"), ""));
    assert_eq!(words(&plan), "update-secret-version-stage");
    let value = StoredValue::Text(Zeroizing::new(r#"{"user":"me","token":"x"}"#.to_owned()));
    let fix = ValueFix::new(&value).unwrap().unwrap();
    assert_eq!(
        words(&Plan::fix(&secret, &fix.changes, Some(fix.value), None)),
        "put-secret-value"
    );
}

#[test]
fn what_describe_secret_reports_is_absent_active_or_pending() {
    let secret = |deleted| existing(None, |secret| secret.deleted = deleted).secret;
    assert!(matches!(Observed::from(None), Observed::Absent));
    let active = Observed::from(Some(secret(None)));
    assert!(matches!(active, Observed::Active(_)));
    let pending = Observed::from(Some(secret(Some(Time::at(0)))));
    assert!(matches!(pending, Observed::PendingDeletion { due } if due.starts_with("1970-01-01")));
}

#[test]
fn what_is_open_of_a_rule_stays_as_it_is_and_what_is_said_is_compared() {
    let part = |text: &str| Some(RepositoryPrefix::parse(text).unwrap());
    let there = |part: Option<&str>| Rule {
        upstream_repository_prefix: part.map(str::to_owned),
        ..rule("ghcr.io", Some("AbCdEf"))
    };
    for (said, observed, kept) in [
        (None, None, Some("ROOT")),
        (None, Some("ROOT"), Some("ROOT")),
        (None, Some("me"), Some("me")),
        (Some("me"), Some("me/"), Some("me")),
        (Some("ROOT"), None, Some("ROOT")),
        (Some("me"), None, None),
        (Some("me"), Some("you"), None),
        (Some("ROOT"), Some("me"), None),
    ] {
        let wanted = RuleRequest {
            upstream_prefix: said.and_then(part),
            ..wanted()
        };
        let pending = PendingRule::new(wanted, Some(there(observed)));
        let pending = pending.ok().and_then(|rule| rule.wanted.upstream_prefix);
        let pending = pending.as_ref().map(RepositoryPrefix::as_str);
        assert_eq!(pending, kept, "{said:?} {observed:?}");
    }
}

#[test]
fn a_rule_without_a_login_is_created_or_given_its_role_and_never_validated() {
    let role = |name: &str| RoleArn::parse(&format!("arn:aws:iam::111122223333:role/{name}")).ok();
    let host = "444455556666.dkr.ecr.eu-west-1.amazonaws.com";
    let there = |name: Option<&str>| Rule {
        custom_role_arn: name.and_then(role).map(|role| role.to_string()),
        ..Rule::new("ecr", "ecr", UpstreamUrl::parse(host).unwrap())
    };
    for (said, observed, expected) in [
        (None, None, "create-pull-through-cache-rule"),
        (Some("one"), None, "create-pull-through-cache-rule"),
        (None, Some(there(Some("one"))), ""),
        (Some("one"), Some(there(Some("one"))), ""),
        (
            Some("two"),
            Some(there(Some("one"))),
            "update-pull-through-cache-rule",
        ),
        (
            Some("one"),
            Some(there(None)),
            "update-pull-through-cache-rule",
        ),
    ] {
        let wanted = RuleRequest {
            prefix: RepositoryPrefix::parse("ecr").unwrap(),
            upstream: Registry::find("ecr").unwrap(),
            url: UpstreamUrl::parse(host).unwrap(),
            upstream_prefix: None,
            role: said.and_then(role),
        };
        let pending = PendingRule::new(wanted, observed).unwrap();
        let plan = Plan::set_rule(&pending, Subject::default());
        assert_eq!(words(&plan), expected, "{said:?}");
    }
}

//! Each error of ECR's rule operations: its status, message and fix.

use serde_json::json;

use crate::support::{side_by_side, Account, Program};

const NAME: &str = "ecr-pullthroughcache/docker-hub";
pub const SET: &[&str] = &["rule", "set", "docker-hub", "--secret", NAME];
const LIST: &[&str] = &["rule", "list"];
pub const DELETE: &[&str] = &["rule", "delete", "docker-hub", "--yes"];

const DENIED: &str = "User: arn:aws:sts::111122223333:assumed-role/ci/run is not authorized to perform: ecr:CreatePullThroughCacheRule \
    on resource: * because no identity-based policy allows the ecr:CreatePullThroughCacheRule action";
const DENIED_ROLE: &str = "User: arn:aws:iam::111122223333:user/ci is not authorized to perform: iam:CreateServiceLinkedRole on resource: \
    arn:aws:iam::111122223333:role/aws-service-role/pullthroughcache.ecr.amazonaws.com/AWSServiceRoleForECRPullThroughCache";
const DENIED_BY_SCP: &str = "User: arn:aws:iam::111122223333:user/ci is not authorized to perform: ecr:DescribePullThroughCacheRules \
    with an explicit deny in a service control policy";
/// An error of an operation, by the first words of its name, and what becomes of the command.
pub type Row = (
    &'static [&'static str],
    &'static str,
    &'static str,
    &'static str,
    i32,
    &'static str,
    &'static [&'static str],
);

#[rustfmt::skip]
pub const ERRORS: [Row; 20] = [
    (SET, "Create", "UnableToAccessSecretException", "The secret is unable to be accessed.", 5, "secret-unreadable",
     &["could not create rule docker-hub", "AWSServiceRoleForECRPullThroughCache", "ecr-ptc show ecr-pullthroughcache/docker-hub --region", "create-service-linked-role", "then finish it with: ecr-ptc rule set docker-hub"]),
    (SET, "Create", "UnableToDecryptSecretValueException", "The secret is accessible but is unable to be decrypted.", 1, "kms-key",
     &["ECR can use only secrets with the key aws/secretsmanager", "update-secret --secret-id ecr-pullthroughcache/docker-hub --kms-key-id alias/aws/secretsmanager"]),
    (SET, "Create", "UnsupportedUpstreamRegistryException", "The specified upstream registry requires authentication.", 1, "upstream",
     &["requires authentication", "check --registry and --upstream-registry-url"]),
    (SET, "Create", "LimitExceededException", "The quota is exceeded.", 1, "limit", &["up to 50 rules", "ecr-ptc rule list", "ecr-ptc rule delete"]),
    (SET, "Create", "PullThroughCacheRuleAlreadyExistsException", "exists", 3, "rule-exists", &["see the existing rules: ecr-ptc rule list"]),
    (SET, "Create", "InvalidParameterException", "Invalid parameter at 'credentialArn'", 1, "refused", &["Invalid parameter at"]),
    (SET, "Create", "ValidationException", "bad", 1, "refused", &["AWS reports: bad"]),
    (SET, "Create", "AccessDeniedException", DENIED, 5, "access-denied", &["to allow ecr:CreatePullThroughCacheRule; .github/docs/permissions.md has the policies"]),
    (SET, "Create", "AccessDeniedException", DENIED_ROLE, 5, "access-denied", &["to allow iam:CreateServiceLinkedRole;"]),
    (SET, "Create", "ServerException", "oops", 7, "aws-unavailable", &["try again"]),
    (SET, "Create", "ThrottlingException", "Rate exceeded", 7, "aws-unavailable", &["Rate exceeded", "try again"]),
    (SET, "Describe", "AccessDeniedException", DENIED_BY_SCP, 5, "access-denied", &["could not look up rule", "no other policy can allow it"]),
    (SET, "Describe", "ExpiredTokenException", "expired", 4, "bad-credentials", &["renew the AWS credentials"]),
    (SET, "Validate", "AccessDeniedException", "User: x is not authorized to perform: ecr:ValidatePullThroughCacheRule", 8, "access-denied",
     &["could not validate rule docker-hub", "to allow ecr:ValidatePullThroughCacheRule;"]),
    (SET, "Validate", "ServerException", "oops", 8, "aws-unavailable", &["could not validate"]),
    (SET, "Validate", "PullThroughCacheRuleNotFoundException", "gone", 8, "rule-not-found", &["see the existing rules: ecr-ptc rule list"]),
    (LIST, "Describe", "AccessDeniedException", "User: x is not authorized to perform: ecr:DescribePullThroughCacheRules", 5, "access-denied", &["could not list the rules in us-east-1", "to allow ecr:DescribePullThroughCacheRules;"]),
    (LIST, "Describe", "InvalidParameterException", "bad", 1, "refused", &["AWS reports: bad"]),
    (DELETE, "Delete", "AccessDeniedException", "User: x is not authorized to perform: ecr:DeletePullThroughCacheRule", 5, "access-denied", &["could not delete rule docker-hub", "to allow ecr:DeletePullThroughCacheRule;"]),
    (DELETE, "Delete", "PullThroughCacheRuleNotFoundException", "gone", 3, "rule-not-found", &["ecr-ptc rule list"]),
];

fn account() -> Account {
    let account = Account::new();
    store(&account);
    account
}

/// Creates the secret that the rule uses.
pub fn store(account: &Account) {
    let value = r#"{"username":"me","accessToken":"not-a-real-token"}"#;
    account.ask(
        "CreateSecret",
        &json!({"Name": NAME, "SecretString": value}),
    );
}

pub fn operation(verb: &str) -> String {
    let end = if verb == "Describe" { "s" } else { "" };
    format!("{verb}PullThroughCacheRule{end}")
}

#[test]
fn each_aws_error_has_its_status_message_and_fix() {
    side_by_side(ERRORS, |row| {
        let (command, verb, error, says, status, code, words) = row;
        let run = |more: &[&str]| {
            let account = account();
            if command == DELETE {
                Program::new(SET).with(&account).run().ok();
            }
            account.refuse(&operation(verb), 400, error, says);
            Program::new(&[command, more].concat())
                .with(&account)
                .env("AWS_MAX_ATTEMPTS", "1")
                .run()
        };
        run(&[]).fails(status, words);
        let ended = run(&["-o", "json"]);
        let told = &ended.fails(status, &[]).error_json()["error"];
        assert_eq!(told["code"], code, "{error}: {told}");
        assert_eq!(told["awsErrorCode"], json!(error));
        let steps = if status == 8 {
            json!([
                {"step": "create-pull-through-cache-rule", "status": "done"},
                {"step": "validate-pull-through-cache-rule", "status": "failed"},
            ])
        } else {
            json!(null)
        };
        assert_eq!(told["steps"], steps, "{error}");
    });
}

#[test]
fn a_switch_has_errors_of_its_own() {
    for (error, status, words) in [
        (
            "UnableToAccessSecretException",
            5,
            &["could not switch rule", "ecr-ptc show ecr-pullthroughcache"][..],
        ),
        (
            "UnableToDecryptSecretValueException",
            1,
            &["aws/secretsmanager"],
        ),
        (
            "PullThroughCacheRuleNotFoundException",
            3,
            &["ecr-ptc rule list"],
        ),
        ("InvalidParameterException", 1, &["AWS reports: no"]),
    ] {
        let account = account();
        Program::new(SET).with(&account).run().ok();
        let value = r#"{"username":"me","accessToken":"not-a-real-token"}"#;
        let other = "ecr-pullthroughcache/other";
        account.ask(
            "CreateSecret",
            &json!({"Name": other, "SecretString": value}),
        );
        account.refuse("UpdatePullThroughCacheRule", 400, error, "no");
        let words_of_command = [
            "rule",
            "set",
            "docker-hub",
            "--secret",
            other,
            "--registry",
            "docker-hub",
            "--yes",
        ];
        let ended = Program::new(&words_of_command).with(&account).run();
        ended.fails(status, words).fails(
            status,
            &["then finish it with: ecr-ptc rule set docker-hub"],
        );
        // It runs as printed.
        account.heal();
        let (_, finish) = ended
            .stderr
            .rsplit_once("finish it with: ecr-ptc ")
            .unwrap();
        let finish: Vec<&str> = finish.split_whitespace().collect();
        account.run(&finish).ok();
    }
}

#[test]
fn the_reason_of_ecr_is_shown_and_our_guesses_only_without_one() {
    let account = account();
    let answers = |failure: &serde_json::Value| {
        let verdict = json!({"ecrRepositoryPrefix": "x", "isValid": false, "failure": failure});
        let (kind, verdict) = ("application/x-amz-json-1.1", verdict.to_string());
        account.heal();
        account.answer("ValidatePullThroughCacheRule", 200, kind, &verdict, None);
    };
    let run = |more: &[&str]| Program::new(&[SET, more].concat()).with(&account).run();
    let always = [
        "ECR reports that rule docker-hub is invalid",
        "step: validate-pull-through-cache-rule failed",
        "ecr-ptc create --registry docker-hub --name ecr-pullthroughcache/docker-hub --if-exists update",
        "ecr-ptc rule set docker-hub --secret ecr-pullthroughcache/docker-hub --registry docker-hub --region us-east-1",
    ];
    let guesses = ["the token expired", "Docker ID", "denies ECR's role"];
    answers(&json!("the repository \u{1b}[31mdoes not exist"));
    let ended = run(&[]);
    ended
        .fails(8, &always)
        .never(&guesses)
        .never(&["\u{1b}[31m"]);
    ended.fails(8, &["step: create-pull-through-cache-rule done"]);
    ended.fails(8, &["why: ECR: the repository \\u{1b}[31mdoes not exist"]);
    ended.fails(
        8,
        &["fix: correct what ECR names; if it rejects the credentials"],
    );
    let again = run(&["-o", "json"]);
    let told = &again.fails(8, &[]).error_json()["error"];
    assert_eq!(told["code"], "rule-invalid");
    assert_eq!(
        told["steps"].as_array().unwrap().len(),
        1,
        "the rule is as it was"
    );
    for none in [json!(null), json!(""), json!(" ")] {
        answers(&none);
        run(&[])
            .fails(8, &always)
            .fails(8, &guesses)
            .fails(8, &["ECR gave no reason"]);
        let check = account.run("check");
        assert!(
            check.stdout.contains("ECR's reason: none is given"),
            "{check:?}"
        );
        assert!(check.stdout.contains("likely causes"), "{check:?}");
    }
}

#[test]
fn a_secret_that_may_not_be_looked_at_has_no_arn() {
    let account = account();
    let says = "User: x is not authorized to perform: secretsmanager:DescribeSecret on resource: y";
    account.refuse("DescribeSecret", 400, "AccessDeniedException", says);
    let ended = Program::new(SET).with(&account).run();
    ended.fails(
        5,
        &[
            "could not look up",
            "to allow secretsmanager:DescribeSecret;",
        ],
    );
    assert_eq!(account.rules(), json!([]));
}

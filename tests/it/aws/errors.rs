//! Every error that Secrets Manager documents: its status, message and fix.

use serde_json::json;

use crate::support::{side_by_side, Account, Program};

/// An error from the service, and how the command fails.
pub struct Row {
    pub error: &'static str,
    pub http: u16,
    pub says: &'static str,
    status: i32,
    code: &'static str,
    words: &'static [&'static str],
}

const fn row(
    error: &'static str,
    http: u16,
    says: &'static str,
    status: i32,
    code: &'static str,
    words: &'static [&'static str],
) -> Row {
    Row {
        error,
        http,
        says,
        status,
        code,
        words,
    }
}

const DENIED: &str = "User: arn:aws:sts::111122223333:assumed-role/ci/run is not authorized to perform: \
    secretsmanager:CreateSecret on resource: ecr-pullthroughcache/docker-hub because no identity-based policy allows the secretsmanager:CreateSecret action";
const DENIED_BY_ENDPOINT: &str = "User: arn:aws:iam::111122223333:user/ci is not authorized to perform: \
    secretsmanager:CreateSecret because no VPC endpoint policy allows the secretsmanager:CreateSecret action";
const DENIED_BY_BOUNDARY: &str = "User: arn:aws:iam::111122223333:user/ci is not authorized to perform: \
    secretsmanager:CreateSecret because no permissions boundary allows the secretsmanager:CreateSecret action";
const DENIED_BY_SCP: &str =
    "User: arn:aws:iam::111122223333:user/ci is not authorized to perform: \
    secretsmanager:CreateSecret with an explicit deny in a service control policy";
const DENIED_LAMBDA: &str = "User: arn:aws:iam::111122223333:user/ci is not authorized to perform: \
    lambda:InvokeFunction on resource: arn:aws:lambda:us-east-1:111122223333:function:rotate because no identity-based policy allows the lambda:InvokeFunction action";
const ALLOW: &str =
    "to allow secretsmanager:CreateSecret; .github/docs/permissions.md has the policies to copy";
const ALLOW_LAMBDA: &str = "to allow lambda:InvokeFunction;";

#[rustfmt::skip]
pub const ERRORS: [Row; 36] = [
    row("AccessDeniedException", 400, DENIED, 5, "access-denied", &[ALLOW]),
    row("AccessDeniedException", 400, DENIED_BY_ENDPOINT, 5, "access-denied", &["no VPC endpoint policy", ALLOW]),
    row("AccessDeniedException", 400, DENIED_BY_BOUNDARY, 5, "access-denied", &["no permissions boundary", ALLOW]),
    row("AccessDeniedException", 400, DENIED_BY_SCP, 5, "access-denied", &["in a service control policy", "no other policy can allow it", "ask the owner of that policy"]),
    row("AccessDeniedException", 400, DENIED_LAMBDA, 5, "access-denied", &[ALLOW_LAMBDA]),
    row("AccessDeniedException", 400, "You may not do this here, because no one in charge of it all allows the thing", 5, "access-denied", &[ALLOW]),
    row("AccessDeniedException", 400, "not authorized to perform: \"x\",\"Effect\" on resource: \"}", 5, "access-denied", &[ALLOW]),
    row("AccessDeniedException", 400, "Access to KMS is not allowed", 1, "kms-key", &["Access to KMS", "aws/secretsmanager"]),
    row("EncryptionFailure", 400, "Secrets Manager can't encrypt the protected secret text", 1, "kms-key", &["can't encrypt", "aws/secretsmanager"]),
    row("DecryptionFailure", 400, "Secrets Manager can't decrypt", 1, "kms-key", &["can't decrypt"]),
    row("ExpiredTokenException", 400, "The security token included in the request is expired", 4, "bad-credentials", &["is expired", "renew the AWS credentials"]),
    row("ExpiredToken", 403, "The security token included in the request is expired", 4, "bad-credentials", &["renew the AWS credentials"]),
    row("UnrecognizedClientException", 400, "The security token included in the request is invalid.", 4, "bad-credentials", &["is invalid", "renew", "aws sts get-caller-identity"]),
    row("InvalidClientTokenId", 403, "The security token included in the request is invalid", 4, "bad-credentials", &["is invalid", "renew"]),
    row("MissingAuthenticationTokenException", 400, "Missing Authentication Token", 4, "bad-credentials", &["renew the AWS credentials"]),
    row("IncompleteSignature", 400, "incomplete", 4, "bad-credentials", &["renew the AWS credentials"]),
    row("OptInRequired", 403, "The AWS Access Key Id needs a subscription for the service", 4, "bad-credentials", &["subscription", "complete the sign-up"]),
    row("InvalidSignatureException", 400, "The request signature we calculated does not match the signature you provided.", 4, "bad-credentials", &["does not match"]),
    row("SignatureDoesNotMatch", 403, "The request signature we calculated does not match", 4, "bad-credentials", &["does not match"]),
    row("InvalidSignatureException", 400, "Signature expired: 20260101T000000Z is now earlier than 20260102T000000Z", 4, "clock", &["Signature expired", "set the clock"]),
    row("InvalidSignatureException", 400, "Signature not yet current: 20260103T000000Z is still later than", 4, "clock", &["set the clock"]),
    row("RequestExpired", 400, "Request has expired.", 4, "clock", &["set the clock"]),
    row("RequestTimeTooSkewed", 403, "The difference between the request time and the current time is too large.", 4, "clock", &["set the clock"]),
    row("LimitExceededException", 400, "You have exceeded the quota of secrets", 1, "limit", &["quota of secrets", "service-quotas"]),
    row("InvalidParameterException", 400, "Invalid name.", 1, "refused", &["Invalid name."]),
    row("ValidationException", 400, "1 validation error detected", 1, "refused", &["validation error"]),
    row("InvalidRequestException", 400, "You can't replicate to that Region.", 1, "refused", &["can't replicate"]),
    row("PreconditionNotMetException", 400, "The request failed because you did not complete all the prerequisite steps.", 1, "refused", &["prerequisite"]),
    row("MalformedPolicyDocumentException", 400, "This resource policy contains a syntax error", 1, "policy", &["syntax error", "validate-resource-policy"]),
    row("PublicPolicyException", 400, "The BlockPublicPolicy parameter is set to true", 1, "policy", &["BlockPublicPolicy", "--resource-policy"]),
    row("ThrottlingException", 400, "Rate exceeded", 7, "aws-unavailable", &["Rate exceeded", "try again"]),
    row("RequestLimitExceeded", 503, "Request limit exceeded", 7, "aws-unavailable", &["limit exceeded", "try again"]),
    row("InternalServiceError", 500, "An error occurred on the server side.", 7, "aws-unavailable", &["server side", "try again"]),
    row("ServiceUnavailable", 503, "The service is unavailable.", 7, "aws-unavailable", &["unavailable", "try again"]),
    row("InternalFailure", 500, "internal", 7, "aws-unavailable", &["try again"]),
    row("SomethingNewException", 400, "Something new", 1, "refused", &["Something new (SomethingNewException)"]),
];

#[test]
fn each_aws_error_has_its_status_message_and_fix() {
    side_by_side(ERRORS, |row| {
        let Row {
            error,
            http,
            says,
            status,
            code,
            words,
        } = row;
        let account = Account::new();
        account.refuse("CreateSecret", http, error, says);
        let run = |more: &[&str]| {
            Program::create(&account, more)
                .env("AWS_MAX_ATTEMPTS", "1")
                .run()
        };
        run(&[]).fails(status, words).never(&["AWS request ID"]);
        run(&["-v"])
            .fails(status, words)
            .fails(status, &["AWS request ID: 11112222", error]);
        let ended = run(&["-o", "json"]);
        let object = ended.fails(status, &[]).error_json();
        assert_eq!(object["schemaVersion"], 1);
        let told = &object["error"];
        assert_eq!(told["code"], code, "{error}: {told}");
        assert_eq!(told["awsErrorCode"], json!(error));
        assert_eq!(told["exitCode"], json!(status));
        assert_eq!(told["requestId"], "11112222-3333-4444-5555-666677778888");
        for word in words {
            let whole = format!(
                "{} {}",
                told["message"].as_str().unwrap(),
                told["hint"].as_str().unwrap_or_default()
            );
            assert!(whole.contains(word), "{error}: {word} in {whole}");
        }
        assert!(account.is_empty());
    });
}

/// AWS's answer to valid credentials in a Region that is not enabled.
const UNKNOWN_THERE: [(&str, u16); 3] = [
    ("UnrecognizedClientException", 400),
    ("InvalidClientTokenId", 403),
    ("AuthFailure", 401),
];

/// An account that answers every call like this.
fn unknown_to_aws(http: u16, error: &str) -> Account {
    let account = Account::new();
    for action in [
        "DescribeSecret",
        "DescribePullThroughCacheRules",
        "CreateSecret",
    ] {
        let says = "The security token included in the request is invalid.";
        account.refuse(action, http, error, says);
    }
    let says = "The security token included in the request is invalid";
    let body = format!("<ErrorResponse><Error><Code>{error}</Code><Message>{says}</Message></Error></ErrorResponse>");
    account.answer("AssumeRole", http, "text/xml", &body, None);
    account
}

#[test]
fn my_credentials_are_good_and_the_region_is_not_enabled() {
    for (error, http) in UNKNOWN_THERE {
        let account = unknown_to_aws(http, error);
        let run = |region: &str| Program::create(&account, &["--region", region]).run();
        for region in [
            "me-south-1",
            "ap-east-1",
            "eu-central-2",
            "mx-central-1",
            "xx-new-9",
        ] {
            let enable = format!(
                "fix: enable {region}, which no account has by default: aws account enable-region \
                 --region-name {region}"
            );
            run(region).fails(4, &[&enable, "if it is enabled: renew"]);
        }
        for region in ["us-east-1", "ap-northeast-3", "eu-north-1"] {
            run(region).fails(4, &["fix: renew"]).never(&["enable"]);
        }
    }
    let account = unknown_to_aws(403, "OptInRequired");
    let ended = Program::create(&account, "--region me-south-1").run();
    ended.fails(4, &["fix: enable me-south-1", "complete the sign-up"]);
}

#[test]
fn my_credentials_are_good_and_of_another_partition() {
    let account = unknown_to_aws(403, "InvalidClientTokenId");
    for (region, title) in [
        ("cn-north-1", "AWS China"),
        ("us-gov-west-1", "AWS GovCloud (US)"),
        ("eusc-de-east-1", "the AWS European Sovereign Cloud"),
    ] {
        let ended = Program::create(&account, &["--region", region]).run();
        let words = format!(
            "fix: {region} is in {title}, and these credentials seem to be of commercial AWS: use \
             credentials of an account there"
        );
        ended.fails(4, &[&words, "if they are of an account there: renew"]);
        // The Region comes from the environment here.
        let ended = Program::create(&account, &[])
            .env("AWS_REGION", region)
            .run();
        let words = format!("fix: {region} is in {title}, which has accounts of its own");
        ended.fails(4, &[&words]).never(&["enable"]);
    }
    let ended = Program::create(&account, "--region eu-west-1");
    let ended = ended.env("AWS_REGION", "us-gov-east-1").run();
    let words = "fix: eu-west-1 is in commercial AWS, and these credentials seem to be of AWS \
                 GovCloud (US)";
    ended.fails(4, &[words]);
    // Also what a profile says of itself.
    for profile in [
        "region = cn-north-1\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = x\n",
        "role_arn = arn:aws-cn:iam::111122223333:role/x\nsource_profile = work\n\
         aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = x\n",
    ] {
        let words = ["--profile", "work", "--region", "me-south-1"];
        let program = Program::create(&account, &words);
        program.file("config", format!("[profile work]\n{profile}"));
        let ended = program.run();
        let words =
            "fix: me-south-1 is in commercial AWS, and these credentials seem to be of AWS \
                     China";
        ended.fails(4, &[words]);
    }
}

#[test]
fn each_failed_later_step_says_how_to_finish() {
    let lambda = "arn:aws:lambda:us-east-1:111122223333:function:rotate";
    for (action, error, says, words) in [
        ("PutResourcePolicy", "PublicPolicyException", "it is public", &["could not set the resource policy", "it is public", "fix the --resource-policy file"][..]),
        ("PutResourcePolicy", "AccessDeniedException", "User: arn:aws:iam::111122223333:user/ci is not authorized to perform: secretsmanager:PutResourcePolicy on resource: x", &["secretsmanager:PutResourcePolicy"]),
        ("RotateSecret", "AccessDeniedException", DENIED_LAMBDA, &[ALLOW_LAMBDA]),
        ("RotateSecret", "InternalServiceError", "oops", &["could not turn on rotation", "oops"]),
    ] {
        let account = Account::new();
        account.refuse(action, 400, error, says);
        let program = Program::new(&[]);
        let policy = crate::support::policy_file(&program);
        let more = ["--resource-policy", policy.to_str().unwrap(), "--rotation-lambda-arn", lambda, "--rotation-days", "30"];
        let ended = Program::create(&account, &more).env("AWS_MAX_ATTEMPTS", "1").run();
        ended.fails(8, words).fails(8, &["finish it with: printf %s \"$TOKEN\" | ecr-ptc create", "the secret is arn:aws:", "create-secret done"]);
    }
}

#[test]
fn the_command_that_finishes_names_the_variable_as_it_is() {
    let account = Account::new();
    account.refuse("PutResourcePolicy", 400, "InternalServiceError", "oops");
    let program = Program::new(&[]);
    let policy = crate::support::policy_file(&program);
    let policy = policy.to_str().unwrap();
    let source = ["--access-token-env", "hub_token"];
    let words = ["create", "--registry", "docker-hub", "-u", "me"];
    let words = [&words[..], &source, &["--resource-policy", policy]].concat();
    let ended = Program::new(&words)
        .with(&account)
        .env("AWS_MAX_ATTEMPTS", "1")
        .env("hub_token", crate::support::TOKEN)
        .run();
    ended.fails(8, &["--access-token-env hub_token"]);
}

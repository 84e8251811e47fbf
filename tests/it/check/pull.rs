//! `check --pull`: an image asked for at the account's own registry, and what its answers mean.

use serde_json::{json, Value};

use crate::support::registry::{basic, json as answer, page, redirect, silence, Heard, Reply};
use crate::support::{told, Account, Elsewhere, Ended, Program, Registry, Wire, Words, TOKEN};

const NAME: &str = "ecr-pullthroughcache/docker-hub";
const DIGEST: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// ECR's answer to a rejected upstream login and to a wrong path.
const UPSTREAM: &str = "The authentication to the upstream registry failed. Verify that the \
                        credentials in the secret are correct and try again.";

/// An account with a rule for Docker Hub, and one for Quay, which needs no login.
fn account() -> Account {
    let account = Account::new();
    let arn = account.made(NAME);
    for (prefix, url, arn) in [
        ("docker-hub", "registry-1.docker.io", Some(arn)),
        ("quay", "quay.io", None),
    ] {
        let mut rule = json!({"ecrRepositoryPrefix": prefix, "upstreamRegistryUrl": url});
        if let Some(arn) = arn {
            rule["credentialArn"] = arn.into();
        }
        account.ask_ecr("CreatePullThroughCacheRule", &rule);
    }
    account
}

fn host(account: &Account) -> String {
    format!("{}.dkr.ecr.us-east-1.amazonaws.com", account.id)
}

/// The account's registry answers by this script, and Docker Hub's token endpoint by the other.
fn ecr_and_hub(
    account: &Account,
    ecr: impl Fn(&Heard) -> Reply + Send + Sync + 'static,
    hub: impl Fn() -> Reply + Send + Sync + 'static,
) -> Elsewhere {
    let host = host(account);
    Elsewhere::answering(&[&host.clone(), "auth.docker.io"], move |heard| {
        if heard.host == host {
            ecr(heard)
        } else {
            hub()
        }
    })
}

fn accepted() -> Reply {
    answer(200, r#"{"token":"t0ken"}"#)
}

fn rejected() -> Reply {
    answer(401, r#"{"details":"incorrect username or password"}"#)
}

fn refusal(status: u16, code: &str, message: &str) -> Reply {
    let body = json!({"errors": [{"code": code, "message": message}]});
    answer(status, &body.to_string())
}

fn manifest(body: &Value) -> Reply {
    let (status, mut headers, body) = answer(200, &body.to_string());
    headers.push(("Docker-Content-Digest", DIGEST.to_owned()));
    (status, headers, body)
}

fn single() -> Reply {
    manifest(&json!({"schemaVersion": 2, "config": {"size": 1}, "layers": [{"size": 1}]}))
}

/// Runs `check --pull`, and expects the ECR token in no output.
fn pull(account: &Account, elsewhere: &Elsewhere, words: &(impl Words + ?Sized)) -> Ended {
    let program = Program::new("check -v").and(words).with(account);
    let ended = elsewhere.reached_by(program).run();
    let token = format!("{}-auth-token", account.id);
    ended.hides(&token);
    ended.hides(TOKEN);
    ended
}

/// The only finding about a pull.
fn finding(ended: &Ended) -> Value {
    assert_eq!(ended.status, 9, "{ended:?}");
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    let findings = told(&report).as_array().unwrap().clone();
    let of_pulls = |finding: &&Value| finding["code"].as_str().unwrap().starts_with("pull-");
    let of_pulls: Vec<&Value> = findings.iter().filter(of_pulls).collect();
    assert_eq!(of_pulls.len(), 1, "{findings:?}");
    let pulls = &report["pulls"];
    assert_eq!(pulls[0]["verdict"], "failed", "{pulls}");
    assert_eq!(pulls[0]["reason"], of_pulls[0]["message"]);
    of_pulls[0].clone()
}

#[test]
fn an_image_that_arrives_is_reported_with_its_digest_and_platforms() {
    let account = account();
    let elsewhere = ecr_and_hub(
        &account,
        |_| {
            let platform = |os: &str, architecture: &str| json!({"digest": DIGEST, "platform": {"os": os, "architecture": architecture}});
            let mut arm = platform("linux", "arm");
            arm["platform"]["variant"] = json!("v7");
            manifest(&json!({"schemaVersion": 2, "manifests": [
                platform("linux", "amd64"), arm, platform("unknown", "unknown"),
                platform("linux", "amd64"), {"digest": DIGEST},
            ]}))
        },
        accepted,
    );
    let ended = pull(&account, &elsewhere, "--pull nginx:1.27");
    let said = format!(
        "nginx:1.27 can be pulled through docker-hub\n  {DIGEST}\n  linux/amd64, linux/arm/v7\n"
    );
    assert_eq!(ended.status, 0, "{ended:?}");
    assert!(ended.stdout.starts_with(&said), "{}", ended.stdout);
    let before = "Asking Amazon ECR for the manifest of 1 image; it caches what it pulls";
    assert!(ended.stderr.contains(before), "{}", ended.stderr);
    let heard = elsewhere.registry.heard();
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert_eq!(heard[0].path, "/v2/docker-hub/library/nginx/manifests/1.27");
    let login = basic("AWS", &format!("{}-auth-token", account.id));
    assert_eq!(heard[0].authorization.as_deref(), Some(&*login));

    let json = pull(&account, &elsewhere, "--pull nginx:1.27 -o json").json();
    assert_eq!(
        json["pulls"],
        json!([{
            "image": "nginx:1.27",
            "ecrImage": format!("{}/docker-hub/library/nginx:1.27", host(&account)),
            "rule": "docker-hub",
            "verdict": "succeeded",
            "reason": null,
            "digest": DIGEST,
            "platforms": ["linux/amd64", "linux/arm/v7"],
        }])
    );
}

#[test]
fn several_images_are_pulled_by_tag_digest_and_name_in_this_registry() {
    let account = account();
    let elsewhere = ecr_and_hub(&account, |_| single(), accepted);
    let own = format!("{}/team/app:1", host(&account));
    let by_digest = format!("quay.io/org/app:2@{DIGEST}");
    let words = ["--pull", "nginx", "--pull", &by_digest, "--pull", &own];
    let ended = pull(&account, &elsewhere, &words);
    assert_eq!(ended.status, 0, "{ended:?}");
    for said in [
        format!("nginx can be pulled through docker-hub\n  {DIGEST}\n"),
        format!("{by_digest} can be pulled through quay\n"),
        format!("{own} can be pulled from this registry\n"),
    ] {
        assert!(ended.stdout.contains(&said), "{}", ended.stdout);
    }
    let mut paths: Vec<_> = elsewhere.registry.asked();
    paths.sort();
    assert_eq!(
        paths,
        [
            (
                "/v2/docker-hub/library/nginx/manifests/latest".to_owned(),
                true
            ),
            (format!("/v2/quay/org/app/manifests/{DIGEST}"), true),
            ("/v2/team/app/manifests/1".to_owned(), true),
        ]
    );
    // Without --pull, ECR's registry is not asked, and `pulls` is missing.
    account.take_actions();
    let json = pull(&account, &elsewhere, "-o json").json();
    assert_eq!(json.get("pulls"), None);
    assert_eq!(elsewhere.registry.heard().len(), 3);
    assert!(!account
        .actions()
        .contains(&"GetAuthorizationToken".to_owned()));
}

/// The host is of the same kind as those of the session's other calls.
#[test]
fn fips_and_dual_stack_have_their_own_hosts() {
    let is_on = |is_on: bool| if is_on { "true" } else { "false" };
    for (fips, dual_stack, services, registry) in [
        (
            true,
            false,
            [
                "api.ecr-fips.REGION.amazonaws.com",
                "secretsmanager-fips.REGION.amazonaws.com",
                "sts-fips.REGION.amazonaws.com",
            ],
            "dkr.ecr-fips.us-east-1.amazonaws.com",
        ),
        (
            false,
            true,
            [
                "ecr.REGION.api.aws",
                "secretsmanager.REGION.amazonaws.com",
                "sts.REGION.api.aws",
            ],
            "dkr-ecr.us-east-1.on.aws",
        ),
        (
            true,
            true,
            [
                "ecr-fips.REGION.api.aws",
                "secretsmanager-fips.REGION.amazonaws.com",
                "sts-fips.REGION.api.aws",
            ],
            "dkr-ecr-fips.us-east-1.on.aws",
        ),
    ] {
        let account = account();
        let ecr = Registry::new(|_| single());
        let host = format!("{}.{registry}", account.id);
        let services = services.map(|service| service.replace("REGION", "us-east-1"));
        let mut servers: Vec<_> = services
            .iter()
            .map(|service| (service.as_str(), account.url.as_str()))
            .collect();
        servers.push((&host, &ecr.url));
        let wire = Wire::to(&servers);
        let program = Program::new("check docker-hub --pull nginx")
            .with(&account)
            .env("AWS_USE_FIPS_ENDPOINT", is_on(fips))
            .env("AWS_USE_DUALSTACK_ENDPOINT", is_on(dual_stack));
        let ended = wire.reached_by(program).run();
        assert_eq!(ended.status, 0, "{ended:?} {:?}", wire.seen());
        assert_eq!(ecr.logins(), 1);
    }
}

#[test]
fn each_answer_has_its_explanation() {
    let denied = "User: arn:aws:iam::1:user/me is not authorized to perform: ecr:BatchGetImage on \
                  resource: x because no identity-based policy allows it";
    // Names of roles, sessions and repositories can be long.
    let explicit = "User: arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_PlatformEngineerAccess_\
                    0123456789abcdef/firstname.lastname@subsidiary.example.com is not authorized to perform: \
                    ecr:BatchGetImage on resource: arn:aws:ecr:us-east-1:123456789012:repository/docker-hub/\
                    organization/a-rather-long-name-of-a-repository with an explicit deny in a service control \
                    policy";
    let name = "The repository with name 'x' does not exist in the registry";
    for (image, status, code, words, finds, message, fixes) in [
        (
            "nginx",
            403,
            "DENIED",
            denied,
            "pull-denied",
            "may not call ecr:BatchGetImage",
            &[
                "\"Action\":[\"ecr:BatchGetImage\"]",
                "repository/docker-hub/*",
            ][..],
        ),
        (
            "nginx",
            403,
            "DENIED",
            explicit,
            "pull-denied",
            "ecr:BatchGetImage",
            &["explicitly"],
        ),
        (
            "nginx",
            404,
            "NAME_UNKNOWN",
            name,
            "pull-create-denied",
            "may not create the repository",
            &[
                "\"Action\":[\"ecr:CreateRepository\"]",
                "repository/docker-hub/*",
            ],
        ),
        (
            "quay.io/a/b:1",
            404,
            "MANIFEST_UNKNOWN",
            "?",
            "pull-not-found",
            "quay.io/a/b:1 does not exist, or the caller may not import it",
            &[
                "check that quay.io/a/b:1 exists",
                "\"ecr:BatchImportUpstreamImage\"",
            ],
        ),
        (
            "HOST/docker-hub/nginx:1",
            403,
            "DENIED",
            UPSTREAM,
            "pull-library-missing",
            "needs library/",
            &["ecr-ptc check --pull HOST/docker-hub/library/nginx:1"],
        ),
        (
            "HOST/docker-hub/nginx:1",
            404,
            "MANIFEST_UNKNOWN",
            "?",
            "pull-library-missing",
            "needs library/",
            &["HOST/docker-hub/library/nginx:1"],
        ),
        (
            "quay.io/a/b:1",
            403,
            "DENIED",
            UPSTREAM,
            "pull-wrong-path",
            "quay.io/a/b:1 does not exist",
            &["check the name"],
        ),
        (
            "HOST/team/app:1",
            404,
            "NAME_UNKNOWN",
            name,
            "pull-no-rule",
            "no rule has its prefix",
            &["ecr-ptc rule list"],
        ),
        (
            "HOST/team/app:1",
            404,
            "MANIFEST_UNKNOWN",
            "?",
            "pull-not-found",
            "no rule has its prefix",
            &["ecr-ptc rule list"],
        ),
        (
            "nginx",
            401,
            "UNAUTHORIZED",
            "no",
            "pull-denied",
            "the caller may not pull it",
            &["ecr:BatchImportUpstreamImage", "ecr:GetDownloadUrlForLayer"],
        ),
        (
            "nginx",
            400,
            "UNSUPPORTED",
            "no such thing",
            "pull-failed",
            "no such thing",
            &["ecr-ptc rule list"],
        ),
    ] {
        let account = account();
        let host = host(&account);
        let elsewhere = ecr_and_hub(&account, move |_| refusal(status, code, words), accepted);
        let image = image.replace("HOST", &host);
        let ended = pull(&account, &elsewhere, &["--pull", &image, "-o", "json"]);
        let finding = finding(&ended);
        assert_eq!(
            (&finding["code"], &finding["level"]),
            (&json!(finds), &json!("error"))
        );
        let said = finding["message"].as_str().unwrap();
        let answered = format!("{image} cannot be pulled: ");
        assert!(
            said.starts_with(&answered)
                && said.contains(message)
                && said.contains(&format!(
                    "ECR returned {status} {code} {}",
                    &words[..words.len().min(200)]
                )),
            "{said}"
        );
        let fix = finding["fix"].as_str().unwrap();
        for part in fixes {
            assert!(
                fix.contains(&part.replace("HOST", &host)),
                "{part} in {fix}"
            );
        }
        assert_eq!(
            elsewhere.hosts_with_logins(),
            [host],
            "no login elsewhere for {code}"
        );
    }
}

#[test]
fn a_template_that_keeps_ecr_from_creating_the_repository_is_named() {
    let account = account();
    let tags = json!([{"Key": "team", "Value": "a"}]);
    account.with_template("quay", &json!({"resourceTags": tags}));
    let elsewhere = ecr_and_hub(&account, |_| refusal(404, "NAME_UNKNOWN", "?"), accepted);
    let ended = pull(&account, &elsewhere, "--pull quay.io/a/b -o json");
    let finding = finding(&ended);
    assert_eq!(finding["code"], "pull-template");
    let message = finding["message"].as_str().unwrap();
    assert!(
        message.contains("template quay sets tags and has no role"),
        "{message}"
    );
    assert!(
        finding["fix"]
            .as_str()
            .unwrap()
            .contains("--custom-role-arn"),
        "{finding}"
    );
}

#[test]
fn a_registry_that_repeats_the_token_of_ecr_does_not_get_it_shown() {
    let account = account();
    for status in [403, 503] {
        let elsewhere = ecr_and_hub(
            &account,
            move |heard| {
                let login = heard.authorization.clone().unwrap();
                refusal(status, &login, &format!("you sent {login}"))
            },
            accepted,
        );
        for words in ["--pull nginx -o json", "--pull nginx"] {
            let ended = pull(&account, &elsewhere, words);
            let said = format!("{}{}", ended.stdout, ended.stderr);
            assert!(said.contains("you sent Basic [token not shown]"), "{said}");
        }
    }
}

#[test]
fn a_digest_that_is_not_cached_is_pulled_by_its_tag_first() {
    let account = account();
    let elsewhere = ecr_and_hub(
        &account,
        |_| refusal(404, "MANIFEST_UNKNOWN", "?"),
        accepted,
    );
    let image = format!("quay.io/a/b@{DIGEST}");
    let ended = pull(&account, &elsewhere, &["--pull", &image, "-o", "json"]);
    let fix = finding(&ended)["fix"].to_string();
    assert!(
        fix.contains("by its tag first") && fix.contains(&image),
        "{fix}"
    );
}

/// ECR gives both the same answer.
#[test]
fn a_bad_token_and_a_wrong_path_are_told_apart_by_a_login() {
    let hub_is_down = || answer(503, "{}");
    for (hub, finds, message, fix) in [
        (
            rejected as fn() -> Reply,
            "pull-login-rejected",
            "the token is bad: Docker Hub rejected the credentials of me",
            "ecr-ptc update ecr-pullthroughcache/docker-hub",
        ),
        (
            accepted,
            "pull-wrong-path",
            "the registry accepts the credentials in ecr-pullthroughcache/docker-hub",
            "check that registry-1.docker.io/org/app:1 exists",
        ),
        (
            hub_is_down,
            "pull-upstream-denied",
            "503",
            "ecr-ptc check ecr-pullthroughcache/docker-hub --verify always",
        ),
    ] {
        let account = account();
        let elsewhere = ecr_and_hub(&account, |_| refusal(403, "DENIED", UPSTREAM), hub);
        let ended = pull(&account, &elsewhere, "--pull org/app:1 -o json");
        let finding = finding(&ended);
        assert_eq!(finding["code"], finds, "{finding}");
        assert!(
            finding["message"].as_str().unwrap().contains(message),
            "{finding}"
        );
        assert!(finding["fix"].as_str().unwrap().contains(fix), "{finding}");
    }
}

#[test]
fn a_login_is_sent_once_for_all_images_and_not_at_all_with_verify_never() {
    let images = ["--pull", "org/app:1", "--pull", "org/other:1"];
    for (more, logins, finds) in [
        (&[][..], 1, "pull-login-rejected"),
        (&["--verify", "always"], 1, "pull-login-rejected"),
        (&["--verify", "never"], 0, "pull-upstream-denied"),
    ] {
        let account = account();
        let elsewhere = ecr_and_hub(&account, |_| refusal(403, "DENIED", UPSTREAM), rejected);
        let ended = pull(&account, &elsewhere, &[&images[..], more].concat());
        assert_eq!(ended.status, 9, "{ended:?}");
        assert_eq!(ended.stdout.matches(finds).count(), 2, "{}", ended.stdout);
        let hosts = elsewhere.hosts_with_logins();
        let at_hub = hosts.iter().filter(|host| *host == "auth.docker.io");
        assert_eq!(at_hub.count(), logins, "{more:?}");
    }
}

#[test]
fn without_a_rule_ecr_is_not_asked_for_the_image() {
    let account = account();
    let elsewhere = ecr_and_hub(&account, |_| single(), accepted);
    let words = [
        "--pull",
        "ghcr.io/org/app:1",
        "--pull",
        "nginx",
        "-o",
        "json",
    ];
    let ended = pull(&account, &elsewhere, &words);
    let finding = finding(&ended);
    assert_eq!(finding["code"], "pull-no-rule");
    let fix = finding["fix"].as_str().unwrap();
    assert!(fix.contains("ecr-ptc rule set github "), "{fix}");
    assert_eq!(elsewhere.registry.heard().len(), 1);
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(report["pulls"][0]["ecrImage"], Value::Null);
    assert_eq!(report["pulls"][1]["verdict"], "succeeded");
    // Rules that cannot be read are no missing rule.
    account.refuse(
        "DescribePullThroughCacheRules",
        400,
        "AccessDeniedException",
        "no",
    );
    let ended = pull(&account, &elsewhere, "--pull nginx");
    assert_eq!(ended.status, 9, "{ended:?}");
    assert!(ended.stdout.contains("pull-not-tried"), "{}", ended.stdout);
}

/// The role of a node or of a job that pulls.
#[test]
fn a_caller_who_may_only_pull_gets_an_answer() {
    let account = account();
    for action in [
        "ListSecrets",
        "DescribePullThroughCacheRules",
        "DescribeRepositoryCreationTemplates",
    ] {
        account.refuse(action, 400, "AccessDeniedException", "no");
    }
    let image = format!("{}/docker-hub/library/nginx:1", host(&account));
    let elsewhere = ecr_and_hub(&account, |_| single(), accepted);
    let ended = pull(&account, &elsewhere, &["--pull", &image]);
    assert_eq!(ended.status, 0, "{ended:?}");
    let said = format!("{image} can be pulled from this registry\n");
    assert!(ended.stdout.starts_with(&said), "{}", ended.stdout);
    let warning = "warning  secrets-not-read: could not check the secrets: not allowed";
    assert!(ended.stdout.contains(warning), "{}", ended.stdout);
    for (status, code, words, finds, message, fix) in [
        (
            404,
            "NAME_UNKNOWN",
            "?",
            "pull-create-denied",
            "may not create the repository",
            "repository/docker-hub/library/nginx",
        ),
        (
            404,
            "MANIFEST_UNKNOWN",
            "?",
            "pull-not-found",
            "the upstream image does not exist",
            "ecr:BatchImportUpstreamImage",
        ),
        (
            403,
            "DENIED",
            UPSTREAM,
            "pull-upstream-denied",
            "the token is bad, or the path is wrong",
            "with permission to list rules and read secrets",
        ),
    ] {
        let elsewhere = ecr_and_hub(&account, move |_| refusal(status, code, words), accepted);
        let ended = pull(&account, &elsewhere, &["--pull", &image, "-o", "json"]);
        let finding = finding(&ended);
        assert_eq!(finding["code"], finds, "{finding}");
        for (member, part) in [("message", message), ("fix", fix)] {
            assert!(
                finding[member].as_str().unwrap().contains(part),
                "{finding}"
            );
        }
        assert_eq!(elsewhere.hosts_with_logins(), [host(&account)]);
    }
    // Without an image, there is nothing that it could check.
    account
        .run("check")
        .fails(5, &["could not check the secrets"]);
}

#[test]
fn what_is_no_answer_of_ecr_is_no_verdict_on_the_image() {
    let cut = || {
        let chunked = ("Transfer-Encoding", "chunked".to_owned());
        (200, vec![chunked], b"fff\r\n{\"schemaVersion\":2".to_vec())
    };
    let other = || {
        let (status, mut headers, body) = single();
        headers[1].1 = format!("sha256:{}", "b".repeat(64));
        (status, headers, body)
    };
    for (reply, status, said) in [
        (
            silence as fn() -> Reply,
            7,
            "did not respond within 2 seconds",
        ),
        (cut, 7, "before the response was complete"),
        (|| answer(503, "{}"), 7, "returned 503"),
        (
            || refusal(429, "TOOMANYREQUESTS", "slow down"),
            7,
            "returned 429: slow down",
        ),
        (
            || redirect("https://auth.docker.io/x"),
            4,
            "redirects to https://auth.docker.io/x",
        ),
        (|| page(200), 4, "returned 200 with a web page"),
        (|| page(403), 4, "returned 403 with a web page"),
        (|| answer(200, "garbage"), 4, "returned no manifest"),
        (
            || answer(200, r#"{"schemaVersion":2}"#),
            4,
            "returned no manifest",
        ),
        (other, 4, "returned no manifest"),
    ] {
        let account = account();
        let elsewhere = ecr_and_hub(&account, move |_| reply(), accepted);
        let image = format!("nginx@{DIGEST}");
        let words = ["--pull", &image, "--cli-read-timeout", "1"];
        let ended = pull(&account, &elsewhere, &words);
        ended.fails(status, &[said, &format!("could not pull {image}")]);
        // The token of ECR went to ECR's registry alone, and once.
        assert_eq!(elsewhere.hosts_with_logins(), [host(&account)], "{said}");
    }
    // Nothing listens.
    let account = account();
    let elsewhere = Elsewhere::answering(&["another.example"], |_| single());
    let ended = pull(&account, &elsewhere, "--pull nginx");
    ended.fails(4, &["certificate", "could not pull nginx"]);
    assert!(elsewhere.registry.heard().is_empty());
}

#[test]
fn a_token_of_ecr_is_needed_first() {
    let account = account();
    let elsewhere = ecr_and_hub(&account, |_| single(), accepted);
    let no = "User: x is not authorized to perform: ecr:GetAuthorizationToken on resource: *";
    for (ending, fix) in [
        (
            "",
            r#""Action":["ecr:GetAuthorizationToken"],"Effect":"Allow","Resource":"*""#,
        ),
        (" with an explicit deny", "a policy denies this explicitly"),
    ] {
        let no = format!("{no}{ending}");
        account.refuse("GetAuthorizationToken", 400, "AccessDeniedException", &no);
        let ended = pull(&account, &elsewhere, "--pull nginx -o json");
        let finding = finding(&ended);
        assert_eq!(finding["code"], "pull-denied");
        let said = "nginx cannot be pulled: the caller may not call ecr:GetAuthorizationToken";
        assert_eq!(finding["message"], said);
        assert!(finding["fix"].as_str().unwrap().contains(fix), "{finding}");
        assert!(!ended.stderr.contains("Asking Amazon ECR"), "{ended:?}");
        account.heal();
    }
    let json = "application/x-amz-json-1.1";
    account.answer("GetAuthorizationToken", 200, json, "{}", None);
    let ended = pull(&account, &elsewhere, "--pull nginx");
    ended.fails(4, &["with no login for a registry"]);
    assert!(elsewhere.is_untouched());
}

#[test]
fn what_is_no_image_is_a_usage_error() {
    let account = account();
    account.take_actions();
    let words = [
        "check", "--pull", "Nginx", "--pull", "a b", "--pull", "nginx",
    ];
    let ended = account.run(&words);
    ended.fails(2, &["found 2 problems", "\"Nginx\"", "\"a b\""]);
    assert!(account.actions().is_empty());
}

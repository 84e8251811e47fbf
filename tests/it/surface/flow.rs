//! `create` and `update` at a terminal, from the first line to the pull.

use serde_json::json;

use crate::support::registry::base64_of;
use crate::support::{side_by_side, Account, Program, Registry, Screen, TOKEN};

const NAME: &str = "ecr-pullthroughcache/docker-hub";
const TEAM: &str = "ecr-pullthroughcache/team";
const WIDTHS: [u16; 3] = [50, 80, 120];
const WAYS: [&str; 2] = ["", "--accessible"];

/// Each way of asking at each width.
fn ways() -> impl Iterator<Item = (&'static str, u16)> + Send {
    let ways = WAYS.into_iter();
    ways.flat_map(|way| WIDTHS.map(move |columns| (way, columns)))
}

/// A screen on which nothing scrolls off.
fn screen(account: &Account, columns: u16) -> Screen {
    let screen = Screen::new(account);
    screen.resized(200, columns);
    screen
}

#[test]
fn four_answers_lead_to_the_pull() {
    side_by_side(ways(), |(way, columns)| {
        let account = Account::new();
        let screen = screen(&account, columns);
        screen
            .enters(&format!("$PTC {way}"))
            .sees(&format!("Account {}", account.id))
            .sees("us-east-1")
            .sees("Registry")
            .enters("")
            .sees("Username")
            .enters("me")
            .sees("You need a personal access token")
            .sees("https://app.docker.com/settings/personal-access-tokens")
            .sees("Access token (not shown): ");
        let mut asked = account.take_actions();
        asked.sort();
        assert_eq!(
            asked,
            [
                "DescribePullThroughCacheRules",
                "DescribeSecret",
                "GetCallerIdentity"
            ],
            "the AWS side is tried before the token is asked for"
        );
        screen.enters(TOKEN).sees("23 characters").skips_expiry();
        screen.sees("Store these");
        assert!(account.take_actions().is_empty());
        screen.enters("").sees("ECR validated the rule");
        screen.skips_the_pull().status_is(0);
        let told = screen.text();
        let words = told.split_whitespace().collect::<Vec<_>>().join(" ");
        for row in [
            &*format!("account {}", account.id),
            "region us-east-1",
            "secret ecr-pullthroughcache/docker-hub (new)",
            "key aws/secretsmanager",
            "registry Docker Hub (docker-hub)",
            "username me",
            "access token 23 characters, not shown",
            "description Docker Hub credentials for Amazon ECR pull through cache",
            "login not tested: --verify never",
            "expires on unknown",
            "rule docker-hub (registry-1.docker.io), new",
            "Created rule docker-hub for registry-1.docker.io, using",
        ] {
            assert!(words.contains(row), "{row}: {told}");
        }
        let pull = format!(
            "docker pull {}.dkr.ecr.us-east-1.amazonaws.com/docker-hub/library/alpine:latest",
            account.id
        );
        let on_one_line = told.replace('\n', "");
        assert!(on_one_line.contains(&pull), "{told}");
        for said in ["replaces", "dckr_pat"] {
            assert!(!told.contains(said), "{said}: {told}");
        }
        assert_eq!(
            account.actions(),
            [
                "CreateSecret",
                "CreatePullThroughCacheRule",
                "ValidatePullThroughCacheRule"
            ]
        );
        assert_eq!(
            account.value(NAME),
            format!(r#"{{"username":"me","accessToken":{}}}"#, json!(TOKEN))
        );
    });
}

/// The rows that can be changed, in their order.
const ROWS: [&str; 8] = [
    "username",
    "access token",
    "name of",
    "description",
    "expires",
    "tags",
    "prefix",
    "back",
];

/// Goes from the review to the question for one row.
fn changes(screen: &Screen, way: &str, row: &str) {
    let row = ROWS.iter().position(|known| *known == row).unwrap();
    let is_plain = !way.is_empty();
    screen.sees("Store these").chooses(is_plain, 1);
    screen.sees("What do you want").chooses(is_plain, row);
}

#[test]
fn each_row_is_changed_and_changed_back() {
    side_by_side(ways(), |(way, columns)| {
        let account = Account::new();
        let screen = screen(&account, columns);
        screen
            .enters(&format!("$PTC create --registry docker-hub -u me {way}"))
            .enters_a_token();
        changes(&screen, way, "username");
        screen
            .sees("Username")
            .enters("you")
            .sees("username      you");
        changes(&screen, way, "username");
        screen
            .sees("Username")
            .enters("me")
            .sees("username      me");
        changes(&screen, way, "access token");
        screen
            .sees("Access token (not")
            .enters("another")
            .sees("7 characters, not");
        changes(&screen, way, "access token");
        screen
            .sees("Access token (not")
            .enters("not-a-real-token")
            .sees("16 characters, not");
        changes(&screen, way, "description");
        screen
            .sees("Description")
            .enters("mine")
            .sees("description   mine");
        changes(&screen, way, "description");
        screen
            .sees("Description")
            .enters("theirs")
            .sees("description   theirs");
        changes(&screen, way, "expires");
        screen
            .sees("Expiry date of")
            .enters("2020-01-01")
            .sees("in the past");
        if way.is_empty() {
            screen.types("\x7f".repeat(10).as_str());
        }
        screen.enters("2999-01-31").sees("expires on    2999-01-31");
        changes(&screen, way, "expires");
        screen
            .sees("Expiry date of")
            .enters("-")
            .sees("expires on    unknown");
        changes(&screen, way, "tags");
        screen
            .sees("Tags, such")
            .enters("team=platform, stage=test");
        screen
            .sees("tag           team=platform")
            .sees("tag           stage=test");
        changes(&screen, way, "tags");
        screen
            .sees("Tags, such")
            .enters("-")
            .sees("rule          docker-hub");
        changes(&screen, way, "prefix");
        screen
            .sees("Repository")
            .enters("-")
            .sees("rule          none");
        changes(&screen, way, "prefix");
        screen
            .sees("Repository")
            .enters("team/hub")
            .sees("rule          team/hub");
        changes(&screen, way, "name of");
        screen.sees("Secret name").enters("team");
        screen.sees("Use").sees("team?").enters("");
        screen.sees(&format!("secret        {TEAM}"));
        changes(&screen, way, "back");
        screen
            .sees("Store these")
            .enters("")
            .sees("Created rule")
            .skips_the_pull()
            .status_is(0);
        let created = account.only("CreateSecret");
        assert_eq!(created["Name"], TEAM);
        assert_eq!(created["Description"], "theirs");
        assert_eq!(created.get("Tags"), None);
        assert_eq!(account.rules()[0]["ecrRepositoryPrefix"], "team/hub");
        let value = r#"{"username":"me","accessToken":"not-a-real-token"}"#;
        assert_eq!(account.value(TEAM), value);
    });
}

#[test]
fn what_finishes_the_work_has_what_was_changed() {
    let account = Account::new();
    let screen = screen(&account, 250);
    screen
        .enters("$PTC create --registry docker-hub -u me --description d --tag a=b --rule hub")
        .enters_a_token();
    changes(&screen, "", "description");
    screen.sees("Description").enters("mine");
    changes(&screen, "", "username");
    screen.sees("Username").enters("you");
    changes(&screen, "", "tags");
    screen.sees("for none").enters("-");
    changes(&screen, "", "prefix");
    screen.sees("for none").enters("team/hub");
    account.refuse("CreateSecret", 500, "InternalServiceError", "no");
    let policy = r#"{"Statement":[]}"#;
    std::fs::write(screen.home().join("p.json"), policy).unwrap();
    screen.sees("Store these").types("\x03").status_is(130);
    account.heal();
    account.refuse(
        "PutResourcePolicy",
        400,
        "MalformedPolicyDocumentException",
        "no",
    );
    screen
        .enters("$PTC create --registry docker-hub -u me --description d --rule hub --resource-policy p.json")
        .enters_a_token();
    changes(&screen, "", "description");
    screen.sees("Description").enters("mine");
    changes(&screen, "", "username");
    screen.sees("Username").enters("you");
    changes(&screen, "", "prefix");
    screen.sees("for none").enters("team/hub");
    screen.sees("Store these").enters("");
    screen.sees("finish it with: ecr-ptc create").status_is(8);
    let told = screen.text();
    let command = told.lines().find(|line| line.contains("finish it with"));
    let command = command.unwrap();
    for words in ["--description mine", "--username you", "--rule team/hub"] {
        assert!(command.contains(words), "{command}");
    }
    for words in ["-u me", "--description d", "--rule hub"] {
        assert!(!command.contains(words), "{command}");
    }
}

#[test]
fn an_existing_secret_has_three_ways_on() {
    side_by_side(ways(), |(way, columns)| {
        let account = Account::new();
        let arn = account.made(NAME);
        let rule = json!({
            "ecrRepositoryPrefix": "mirror", "upstreamRegistry": "docker-hub",
            "upstreamRegistryUrl": "registry-1.docker.io", "credentialArn": arn,
        });
        account.ask_ecr("CreatePullThroughCacheRule", &rule);
        let screen = screen(&account, columns);
        let begins = || {
            screen
                .enters(&format!("$PTC {way}"))
                .sees("Registry")
                .enters("")
                .sees("exists")
                .sees("It was changed")
                .sees("mirror")
                .sees("What do you want to do?");
        };
        begins();
        screen
            .chooses(!way.is_empty(), 2)
            .sees("nothing was written")
            .status_is(130);
        begins();
        // The username that is stored is kept, and the rule is right already.
        screen
            .enters("")
            .sees("Access token (not")
            .enters("another-token")
            .skips_expiry();
        screen.sees("username      me");
        screen
            .sees("replaces      the username and")
            .sees("Store these")
            .enters("");
        screen
            .sees("Stored a new version")
            .sees("uses")
            .skips_the_pull()
            .status_is(0);
        let value = r#"{"username":"me","accessToken":"another-token"}"#;
        assert_eq!(account.value(NAME), value);
        begins();
        screen
            .chooses(!way.is_empty(), 1)
            .sees("Secret name")
            .enters("ecr-pullthroughcache/team")
            .sees("Username")
            .enters("you")
            .enters_a_token()
            .sees("secret        ecr-pullthroughcache/team")
            .sees("rule          docker-hub")
            .sees("new")
            .sees("Store these")
            .enters("")
            .sees("Created rule")
            .skips_the_pull()
            .status_is(0);
        assert!(account.value(TEAM).contains("you"));
    });
}

#[test]
fn what_is_stored_is_shown_where_it_is_changed() {
    for way in WAYS {
        let account = Account::new();
        let secret = json!({
            "Name": NAME, "SecretString": r#"{"username":"me","accessToken":"old"}"#,
            "Description": "of the team", "Tags": [
                {"Key": "team", "Value": "platform"}, {"Key": "stage", "Value": "test"},
            ],
        });
        account.ask("CreateSecret", &secret);
        let screen = screen(&account, 120);
        screen
            .enters(&format!(
                "$PTC create --registry docker-hub -u me --if-exists update {way}"
            ))
            .enters_a_token()
            .sees("Store these");
        account.take_actions();
        screen.chooses(!way.is_empty(), 1);
        screen
            .sees("Description: of the team")
            .sees("Tags: team=platform, stage=test")
            .chooses(!way.is_empty(), 3);
        // Tab puts what is stored into the line.
        let edited = if way.is_empty() {
            "\ts"
        } else {
            "of the teams"
        };
        screen.sees("[of the team]").enters(edited);
        screen.sees("of the teams");
        changes(&screen, way, "tags");
        screen
            .sees("(stored ones are kept) [team=platform, stage=test]")
            .enters("stage=live");
        screen
            .sees("tag           stage=live")
            .sees("tag           team=platform (stored)")
            .sees("Store these")
            .enters(if way.is_empty() { "" } else { "1" })
            .skips_the_pull()
            .status_is(0);
        let described = account.ask("DescribeSecret", &json!({"SecretId": NAME}));
        assert_eq!(described["Description"], "of the teams");
        let tags = described["Tags"].as_array().unwrap();
        assert!(tags.contains(&json!({"Key": "stage", "Value": "live"})));
        assert!(tags.contains(&json!({"Key": "team", "Value": "platform"})));
    }
}

#[test]
fn a_stored_text_that_is_not_safe_to_show_is_not_offered_for_editing() {
    let account = Account::new();
    let secret = json!({
        "Name": NAME, "SecretString": r#"{"username":"me","accessToken":"old"}"#,
        "Description": "\u{1b}[2Jgone", "Tags": [
            {"Key": "note", "Value": "ghp_0123456789abcdefghij"},
            {"Key": "sql", "Value": "a,b=c"}, {"Key": "team", "Value": "build"},
        ],
    });
    account.ask("CreateSecret", &secret);
    let screen = screen(&account, 120);
    screen
        .enters("$PTC create --registry docker-hub -u me --if-exists update")
        .enters_a_token()
        .sees("Store these")
        .chooses(false, 1)
        .sees("What do you want to change?")
        .sees("Tags: team=build\r\n")
        .chooses(false, 5);
    screen.sees("[team=build]").enters("").sees("Store these");
    screen.types("\u{3}").sees("canceled").status_is(130);
    let text = screen.history();
    assert!(
        text.contains("Review:") && !text.contains("ghp_0123"),
        "{text}"
    );
}

#[test]
fn another_azure_registry_is_tested_again() {
    let account = Account::new();
    let screen = screen(&account, 120);
    screen
        .enters("$PTC create --registry azure -u me")
        .sees("Azure registry")
        .enters("contoso")
        .enters_a_token()
        .sees("(contoso.azurecr.io)")
        .sees("Store these")
        .chooses(false, 1);
    screen
        .sees("Azure registry: contoso.azurecr.io")
        .chooses(false, 0)
        .sees("Azure registry [contoso.azurecr.io]")
        .enters("fabrikam")
        .sees("The credentials were not tested: --verify never")
        .sees("(fabrikam.azurecr.io)")
        .sees("Store these")
        .enters("")
        .skips_the_pull()
        .status_is(0);
    let rules = account.rules();
    assert_eq!(rules[0]["upstreamRegistryUrl"], "fabrikam.azurecr.io");
}

#[test]
fn a_name_that_is_scheduled_for_deletion_is_reported_before_the_token() {
    let account = Account::new();
    let arn = account.made(NAME);
    account.ask("DeleteSecret", &json!({"SecretId": arn}));
    let screen = screen(&account, 120);
    screen
        .enters("$PTC create --registry docker-hub")
        .sees("is scheduled for deletion on")
        .sees("ecr-ptc restore")
        .sees("What do you want to do?")
        .enters("")
        .sees("Secret name")
        .enters(TEAM)
        .sees("Username")
        .enters("me")
        .enters_a_token()
        .sees("Store these")
        .enters("")
        .skips_the_pull()
        .status_is(0);
    assert!(account.value(TEAM).contains("me"));
}

#[test]
fn a_rule_of_another_upstream_is_reported_in_the_review_and_another_prefix_taken() {
    let account = Account::new();
    let other = json!({"ecrRepositoryPrefix": "docker-hub", "upstreamRegistryUrl": "quay.io"});
    account.ask_ecr("CreatePullThroughCacheRule", &other);
    for name in [NAME, TEAM] {
        let more = "--rule docker-hub";
        let screen = screen(&account, 120);
        screen
            .enters(&format!(
                "$PTC create --registry docker-hub -u me --name {name} {more}"
            ))
            .enters_a_token()
            .sees("rule          none: rule docker-hub already exists for quay.io")
            .sees("Store these")
            // Enter alone changes something.
            .enters("")
            .sees("What do you want")
            .chooses(false, 6)
            .sees("for none")
            .enters(&format!("hub-{}", name.len()))
            .sees("(registry-1.docker.io), new")
            .sees("Store these")
            .enters("")
            .sees("Created rule")
            .skips_the_pull()
            .status_is(0);
    }
    // With --yes nobody sees the review before it is done.
    let screen = screen(&account, 120);
    screen
        .enters("$PTC create --registry docker-hub -u me --name ecr-pullthroughcache/x --rule docker-hub --yes")
        .sees("already exists for quay.io")
        .status_is(3);
}

#[test]
fn a_rule_that_uses_another_secret_is_shown_in_a_line_of_its_own() {
    let account = Account::new();
    let arn = account.made(TEAM);
    let rule = json!({
        "ecrRepositoryPrefix": "docker-hub", "upstreamRegistry": "docker-hub",
        "upstreamRegistryUrl": "registry-1.docker.io", "credentialArn": arn,
    });
    account.ask_ecr("CreatePullThroughCacheRule", &rule);
    let screen = screen(&account, 120);
    screen
        .enters("$PTC create --registry docker-hub -u me --rule docker-hub")
        .enters_a_token()
        .sees("docker-hub (registry-1.docker.io), exists; will switch to this secret")
        .sees(&format!(
            "replaces      the secret of rule docker-hub (now {TEAM})"
        ))
        .sees("switch back")
        // On a line of its own, to be copied.
        .sees(&format!(
            "\r\n    ecr-ptc rule set docker-hub --secret {TEAM}"
        ))
        .sees("Store these")
        .enters("n")
        .status_is(130);
}

#[test]
fn where_the_rules_may_not_be_seen_or_there_are_none_the_review_says_so() {
    let account = Account::new();
    let describe = "DescribePullThroughCacheRules";
    account.refuse(describe, 400, "AccessDeniedException", "no");
    let screen = screen(&account, 120);
    screen
        .enters("$PTC create --registry docker-hub -u me")
        .enters_a_token()
        .sees("rule          none: could not list the rules")
        .sees("Store these")
        .enters("")
        .sees("Next, create the rule")
        .status_is(0);
    screen
        .enters("$PTC create --registry docker-hub -u me --rule hub --name ecr-pullthroughcache/x")
        .sees("ecr:DescribePullThroughCacheRules")
        .status_is(5);
    account.heal();
    screen
        .enters("$PTC create --registry docker-hub -u me --region cn-north-1")
        .sees("not document ECR pull through cache in cn-north-1")
        .enters_a_token()
        .sees("rule          docker-hub")
        .sees("Store these")
        .types("\x03")
        .status_is(130);
}

#[test]
fn the_username_of_refused_credentials_can_be_corrected() {
    side_by_side(ways(), |(way, columns)| {
        let account = Account::new();
        let registry = Registry::strict();
        let program = Program::new(&[])
            .with(&account)
            .env("ECR_PTC_VERIFY", "auto");
        let screen = Screen::with(program);
        screen.resized(200, columns);
        screen
            .enters(&format!(
                "$PTC create --registry docker-hub --upstream-registry-url {} {way}",
                registry.url
            ))
            .sees("Username")
            .enters("mee")
            .sees("Access token (not")
            .enters(TOKEN)
            .sees("rejected")
            .sees("Username")
            .enters("me")
            .sees("Access token (not")
            .enters(TOKEN)
            .sees("Docker Hub accepted the credentials")
            .skips_expiry()
            .sees("Store these")
            .enters("")
            .sees("arn:aws:")
            .skips_the_pull()
            .status_is(0);
        assert_eq!(registry.logins(), 2);
        let told = screen.text();
        assert_eq!(
            told.contains("✓ Docker Hub accepted"),
            way.is_empty(),
            "{told}"
        );
        // The line that says what lasts is gone again, but in plain lines.
        assert_eq!(told.contains("Testing the"), !way.is_empty(), "{told}");
    });
}

#[test]
fn an_update_begins_with_the_token() {
    side_by_side(ways(), |(way, columns)| {
        let account = Account::new();
        account.made(NAME);
        let screen = screen(&account, columns);
        screen
            .enters(&format!("$PTC update docker-hub {way}"))
            .sees(&format!("Account {}", account.id))
            .sees("Access token (not")
            .enters("another-token")
            .skips_expiry()
            .sees("  account")
            .sees("Store these")
            .enters("")
            .sees("Stored a new version")
            .status_is(0);
        assert!(account.value(NAME).contains("another-token"));
    });
}

#[test]
fn the_date_alone_needs_no_token() {
    let account = Account::new();
    account.made(NAME);
    let screen = screen(&account, 120);
    let run = "$PTC update docker-hub --expires-on";
    screen
        .enters(&format!("{run} 2999-01-31"))
        .sees("expires on    2999-01-31")
        .sees("Save this?")
        .enters("")
        .sees("Recorded 2999-01-31 as the expiry date")
        .status_is(0);
    screen
        .enters(&format!("{run} 2999-02-01"))
        .sees("replaces      the recorded date 2999-01-31")
        .sees("Save this?")
        .enters("n")
        .status_is(130);
    let told = account.run("update docker-hub --expires-on 2999-01-31 -o json");
    assert_eq!(told.json()["action"], "unchanged");
    let told = account.run("update docker-hub --expires-on 2999-03-01 -o json");
    let report = told.json();
    assert_eq!(report["action"], "updated");
    assert_eq!(report["expiresOn"], "2999-03-01");
    assert_eq!(report["username"], json!(null));
    assert_eq!(
        report["steps"],
        json!([{"step": "tag-resource", "status": "done"}])
    );
    account
        .run("update docker-hub --expires-on 2020-01-01")
        .fails(2, &["in the past", "--expires-on"]);
}

#[test]
fn progress_is_one_line_that_goes_away() {
    for (words, answered) in [
        ("show docker-hub", "arn:"),
        ("update docker-hub", "Access token"),
    ] {
        let account = Account::new();
        account.made(NAME);
        account.hold("DescribeSecret", "ListSecrets");
        let screen = screen(&account, 80);
        screen
            .enters(&format!("$PTC {words}"))
            .sees("Waiting for AWS…");
        account.run("list");
        screen.sees(answered).types("\x03").sees("ready> ");
        let told = screen.text();
        assert!(!told.contains("Waiting"), "{told}");
    }
}

#[test]
fn a_rule_is_suggested_for_a_secret_without_one() {
    let account = Account::new();
    account.made(NAME);
    let create = |username: &str| {
        let words = ["create", "--registry", "docker-hub", "-u", username];
        let program = Program::new(&words).with(&account).stdin(TOKEN);
        let ended = program.and("--access-token-stdin --if-exists update").run();
        ended.ok();
        ended.stderr
    };
    let told = create("you");
    assert!(told.contains("Next, create the rule once"), "{told}");
    let words = ["rule", "set", "docker-hub", "--secret", NAME];
    account.run(&words).ok();
    let told = create("they");
    assert!(!told.contains("Next, create the rule"), "{told}");
}

#[test]
fn a_terminal_that_changes_its_size_goes_on() {
    let account = Account::new();
    let screen = screen(&account, 120);
    screen.enters("$PTC").sees("Registry");
    screen.resized(50, 50).types("\u{1b}[B\u{1b}[A\r");
    screen.sees("Username").types("m");
    screen.resized(50, 80).enters("e");
    screen.sees("Access token (not").types("not-a-real");
    screen.resized(50, 50).enters("-token").skips_expiry();
    screen.sees("Store these").resized(50, 120).enters("");
    screen.sees("Created rule").skips_the_pull().status_is(0);
    assert!(account.value(NAME).contains(r#""me""#));
}

#[test]
fn dockers_login_is_changed_like_any_other() {
    let account = Account::new();
    let login = base64_of("docker-user:docker-token");
    let screen = screen(&account, 120);
    std::fs::create_dir(screen.home().join(".docker")).unwrap();
    let docker = json!({"auths": {"https://index.docker.io/v1/": {"auth": login}}});
    std::fs::write(
        screen.home().join(".docker/config.json"),
        docker.to_string(),
    )
    .unwrap();
    screen
        .enters("$PTC create --registry docker-hub --from-docker-config")
        .skips_expiry()
        .sees("username      docker-user");
    changes(&screen, "", "username");
    screen
        .sees("Username")
        .enters("me")
        .sees("username      me");
    screen
        .sees("Store these")
        .enters("")
        .skips_the_pull()
        .status_is(0);
    let value = r#"{"username":"me","accessToken":"docker-token"}"#;
    assert_eq!(account.value(NAME), value);
}

#[cfg(unix)]
#[test]
fn a_limit_of_open_files_that_is_too_low_is_no_bug() {
    for limit in ["6", "10", "63"] {
        let account = Account::new();
        let program = Program::new(&[]).with(&account);
        let mut command = std::process::Command::new("sh");
        let script = format!(
            "ulimit -n {limit}; exec '{}' list",
            env!("CARGO_BIN_EXE_ecr-ptc")
        );
        command.args(["-c", &script]);
        program.prepare(&mut command);
        let ended = command.output().unwrap();
        let stderr = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(1), "{stderr}");
        let says = format!("the limit of open files, {limit}, is too low");
        assert!(
            stderr.contains(&says) && stderr.contains("ulimit -n 256"),
            "{stderr}"
        );
    }
}

//! `list`: every secret under the prefix, whoever made it.

use serde_json::json;

use crate::support::{Account, Program};

#[test]
fn list_shows_every_secret_of_every_page_by_name() {
    let account = Account::new();
    for number in 0..230 {
        account.made(&format!("ecr-pullthroughcache/{:03}", 229 - number));
    }
    account.made("other/secret");
    account.ask(
        "DeleteSecret",
        &json!({"SecretId": "ecr-pullthroughcache/007"}),
    );
    let listed = account.run("list -o json").json();
    let names: Vec<&str> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|secret| secret["name"].as_str().unwrap())
        .collect();
    let expected: Vec<String> = (0..230)
        .map(|number| format!("ecr-pullthroughcache/{number:03}"))
        .collect();
    assert_eq!(names, expected);
    let count = |action: &str| {
        account
            .actions()
            .iter()
            .filter(|done| *done == action)
            .count()
    };
    assert_eq!((count("ListSecrets"), count("DescribeSecret")), (3, 0));
    let asked = account
        .requests()
        .into_iter()
        .find(|request| request.action == "ListSecrets")
        .unwrap()
        .body;
    assert_eq!(
        asked["Filters"],
        json!([{"Key": "name", "Values": ["ecr-pullthroughcache/"]}])
    );
    assert_eq!(asked["IncludePlannedDeletion"], true);
    assert!(listed[7]["deletedDate"].is_string() && listed[8]["deletedDate"].is_null());
}

#[test]
fn list_gives_scripts_null_for_what_is_unknown() {
    let account = Account::new();
    let arn = account.made("ecr-pullthroughcache/team/ghcr");
    account.ask(
        "TagResource",
        &json!({"SecretId": arn, "Tags": [{"Key": "ecr-ptc:expires-on", "Value": "2031-02-28"}]}),
    );
    account.ask(
        "ReplicateSecretToRegions",
        &json!({"SecretId": arn, "AddReplicaRegions": [{"Region": "eu-west-1"}]}),
    );
    account.take_actions();
    let brief = account.run("list -o json").json();
    assert_eq!(brief[0]["replicaRegions"], json!(null));
    let asked = ["DescribePullThroughCacheRules", "ListSecrets"];
    let mut actions = account.take_actions();
    actions.sort();
    assert_eq!(actions, asked);
    let mut listed = account.run("list --replicas -o json").json();
    let entry = listed[0].as_object_mut().unwrap();
    for time in ["created", "lastChanged"] {
        let text = entry.remove(time).unwrap();
        let text = text.as_str().unwrap();
        assert!(
            text.len() == 20 && text.ends_with('Z') && text.contains('T'),
            "{time}: {text}"
        );
    }
    assert_eq!(
        listed[0],
        json!({
            "schemaVersion": 1, "name": "ecr-pullthroughcache/team/ghcr", "arn": arn, "registry": "github-container-registry", "lastAccessed": null, "deletedDate": null, "primaryRegion": null,
            "replicaRegions": ["eu-west-1"], "expiresOn": "2031-02-28", "kmsKey": "aws/secretsmanager",
            "rotationEnabled": false, "lastRotated": null, "nextRotation": null, "rules": [],
            "type": null, "owningService": null,
        })
    );
    let words = ["list", "--replicas", "-o", "json", "--region", "eu-west-1"];
    let copy = Program::new(&words).with(&account).run().json();
    assert_eq!(
        (&copy[0]["primaryRegion"], &copy[0]["replicaRegions"]),
        (&json!("us-east-1"), &json!([]))
    );
    assert_eq!(Account::new().run("list -o json").json(), json!([]));
}

#[test]
fn list_is_a_table_for_people() {
    let account = Account::new();
    let entry = |name: &str, more: serde_json::Value| {
        // A name may act on a terminal; what claims to be an ARN and does is none.
        let plain = name.replace('\u{1b}', "");
        let arn = format!("arn:aws:secretsmanager:us-east-1:111122223333:secret:{plain}-abcdef");
        let mut entry = json!({"Name": format!("ecr-pullthroughcache/{name}"), "ARN": arn});
        entry
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        entry
    };
    let days_ago = |days: u64| {
        let since = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap();
        since.as_secs() - days * 86_400
    };
    let entries = json!({"SecretList": [
        entry("docker-hub", json!({"LastChangedDate": days_ago(3), "LastAccessedDate": days_ago(1)})),
        entry("old", json!({"LastChangedDate": days_ago(400), "Tags": [{"Key": "ecr-ptc:expires-on", "Value": "2020-01-01"}]})),
        entry("gone", json!({"LastChangedDate": days_ago(0), "DeletedDate": days_ago(0)})),
        entry("\u{1b}[31mred", json!({"Tags": [{"Key": "ecr-ptc:expires-on", "Value": "soon"}]})),
    ]});
    account.answer(
        "ListSecrets",
        200,
        "application/x-amz-json-1.1",
        &entries.to_string(),
        None,
    );
    account.answer(
        "DescribeSecret",
        200,
        "application/x-amz-json-1.1",
        r#"{"ARN":"arn:aws:secretsmanager:us-east-1:123456789012:secret:x-AbCdEf",
            "ReplicationStatus":[{"Region":"eu-west-1"},{"Region":"eu-west-3"}]}"#,
        Some(1),
    );
    account.refuse(
        "DescribeSecret",
        400,
        "AccessDeniedException",
        "not allowed",
    );
    let listed = account.run("list --replicas");
    let rows: Vec<&str> = listed.ok().lines().collect();
    assert!(
        rows[0].starts_with("NAME ") && rows[0].contains("  CHANGED   READ  STATE"),
        "{}",
        rows[0]
    );
    assert!(
        rows[1].contains("\\u{1b}[31mred") && rows[1].contains("not a date"),
        "{}",
        rows[1]
    );
    assert!(rows[2].contains(" 3 days  1 day "), "{}", rows[2]);
    assert!(
        rows[3].contains("   today  never  deletion on "),
        "{}",
        rows[3]
    );
    assert!(
        rows[4].contains("400 days  never  expired                 2020-01-01"),
        "{}",
        rows[4]
    );
    assert!(
        listed
            .stderr
            .contains("the replicas of some secrets are not shown"),
        "{}",
        listed.stderr
    );
}

#[test]
fn list_without_secrets_or_no_permission() {
    let account = Account::new();
    let listed = account.run("list");
    assert_eq!(listed.ok(), "");
    let note = "No secrets under ecr-pullthroughcache/ in us-east-1
  store credentials: ecr-ptc create --region us-east-1
  or look in another Region: ecr-ptc list --region REGION
";
    assert_eq!(listed.stderr, note);
    account.refuse(
        "ListSecrets",
        400,
        "AccessDeniedException",
        "User: x is not authorized to perform: secretsmanager:ListSecrets because",
    );
    let words = [
        "could not list the secrets",
        "to allow secretsmanager:ListSecrets;",
    ];
    account.run("list").fails(5, &words);
}

/// For display only: others may write a description, so it names no host for credentials.
#[test]
fn a_default_description_shows_the_registry_and_decides_nothing() {
    let account = Account::new();
    let default = "GitLab Container Registry credentials for Amazon ECR pull through cache";
    for (name, description) in [("team-a", default), ("team-b", "Chainguard")] {
        let secret = json!({"Name": format!("ecr-pullthroughcache/{name}"),
            "Description": description,
            "SecretString": json!({"username": "me", "accessToken": "x"}).to_string()});
        account.ask("CreateSecret", &secret);
    }
    let table = account.run("list").ok().to_owned();
    assert!(
        table.contains("GitLab") && !table.contains("Chainguard"),
        "{table}"
    );
    let listed = account.run("list -o json").json();
    assert_eq!(listed[0]["registry"], json!(null));
    let checked = account.run("check team-a --verify always -o json");
    let findings = checked.json()["findings"].to_string();
    assert!(findings.contains("does not name a registry"), "{findings}");
}

#[cfg(unix)]
mod at_a_terminal {
    use super::*;
    use crate::support::Screen;

    /// The default names, each with a day on which its token ends, and two with a rule.
    fn ordinary() -> Account {
        let account = Account::new();
        for kind in [
            "docker-hub",
            "github-container-registry",
            "azure-container-registry",
            "gitlab-container-registry",
            "chainguard",
        ] {
            let arn = account.made(&format!("ecr-pullthroughcache/{kind}"));
            let tags = json!([{"Key": "ecr-ptc:expires-on", "Value": "2031-02-28"}]);
            account.ask("TagResource", &json!({"SecretId": arn, "Tags": tags}));
            if let Some(url) = match kind {
                "docker-hub" => Some("registry-1.docker.io"),
                "github-container-registry" => Some("ghcr.io"),
                _ => None,
            } {
                let rule = json!({"ecrRepositoryPrefix": url.split('.').next(), "upstreamRegistry": kind,
                    "upstreamRegistryUrl": url, "credentialArn": arn});
                account.ask_ecr("CreatePullThroughCacheRule", &rule);
            }
        }
        account
    }

    #[test]
    fn the_table_of_the_default_names_fits_80_columns() {
        let account = ordinary();
        let shown = Screen::shown(&account, 80, "$PTC list");
        let wanted = "\
NAME                       CHANGED   READ  EXPIRES     RULES       REGISTRY
azure-container-registry     today  never  2031-02-28              Azure
chainguard                   today  never  2031-02-28              Chainguard
docker-hub                   today  never  2031-02-28  registry-1  Docker Hub
github-container-registry    today  never  2031-02-28  ghcr        GitHub
gitlab-container-registry    today  never  2031-02-28              GitLab
Names are shown without ecr-pullthroughcache/
";
        assert_eq!(shown, wanted);
    }

    #[test]
    fn what_has_no_room_is_named_on_standard_error() {
        let account = ordinary();
        let narrow = Screen::shown(&account, 50, "$PTC list");
        let wanted = "\
NAME                       CHANGED   READ
azure-container-registry     today  never
chainguard                   today  never
docker-hub                   today  never
github-container-registry    today  never
gitlab-container-registry    today  never
Names are shown without ecr-pullthroughcache/
EXPIRES, RULES, REGISTRY columns hidden: terminal
too narrow
  see all: ecr-ptc list -o json --region us-east-1
";
        assert_eq!(narrow, wanted);
        let on_the_screen = Screen::shown(&account, 50, "$PTC list 2>err");
        assert!(wanted.starts_with(&on_the_screen) && !on_the_screen.contains("narrow"));
    }

    #[test]
    fn the_whole_table_is_printed_if_hidden_columns_cannot_be_named() {
        let account = ordinary();
        let whole = account.run("list").ok().to_owned();
        let name = "ecr-pullthroughcache/github-container-registry  ";
        assert!(whole.contains(name), "{whole}");
        let screen = Screen::new(&account);
        screen.resized(60, 50);
        screen.enters("$PTC list | cat").sees(name).sees("GitLab");
        screen.enters("$PTC list --quiet").sees(name).sees("GitLab");
        let json = account.run("list -o json").json();
        assert_eq!(
            json[0]["name"],
            "ecr-pullthroughcache/azure-container-registry"
        );
    }

    #[test]
    fn a_name_is_never_cut() {
        let account = Account::new();
        account.made(&format!("ecr-pullthroughcache/{}", "x".repeat(150)));
        let shown = Screen::shown(&account, 120, "$PTC list");
        assert_eq!(shown.matches('x').count(), 150, "{shown}");
        assert!(shown.contains("CHANGED"), "{shown}");
    }
}

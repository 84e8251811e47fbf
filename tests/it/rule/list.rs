//! `rule list` at a terminal: the verdict is shown at any width.

use serde_json::json;

use crate::support::{Account, Screen};

fn ordinary() -> Account {
    let account = Account::new();
    for (kind, url) in [
        ("docker-hub", "registry-1.docker.io"),
        ("github-container-registry", "ghcr.io"),
        ("gitlab-container-registry", "registry.gitlab.com"),
    ] {
        let arn = account.made_with(&format!("ecr-pullthroughcache/{kind}"), "not JSON");
        let prefix = kind.trim_end_matches("-container-registry");
        let rule = json!({"ecrRepositoryPrefix": prefix, "upstreamRegistry": kind,
            "upstreamRegistryUrl": url, "credentialArn": arn});
        account.ask_ecr("CreatePullThroughCacheRule", &rule);
    }
    let public = json!({"ecrRepositoryPrefix": "quay", "upstreamRegistry": "quay",
        "upstreamRegistryUrl": "quay.io"});
    account.ask_ecr("CreatePullThroughCacheRule", &public);
    account
}

#[test]
fn the_table_fits_80_columns() {
    let wanted = "\
PREFIX      UPSTREAM              SECRET                     STATUS
docker-hub  registry-1.docker.io  docker-hub                 invalid
github      ghcr.io               github-container-registry  invalid
gitlab      registry.gitlab.com   gitlab-container-registry  invalid
quay        quay.io               -                          no login needed

docker-hub: The value of the secret is not valid JSON.
github: The value of the secret is not valid JSON.
gitlab: The value of the secret is not valid JSON.
Names are shown without ecr-pullthroughcache/
";
    assert_eq!(Screen::shown(&ordinary(), 80, "$PTC rule list"), wanted);
}

#[test]
fn the_verdict_is_shown_where_other_columns_have_no_room() {
    let account = ordinary();
    let wanted = "\
PREFIX      UPSTREAM              STATUS
docker-hub  registry-1.docker.io  invalid
github      ghcr.io               invalid
gitlab      registry.gitlab.com   invalid
quay        quay.io               no login needed

docker-hub: The value of the secret is not valid JSON.
github: The value of the secret is not valid JSON.
gitlab: The value of the secret is not valid JSON.
";
    let run = "$PTC rule list 2>err";
    assert_eq!(Screen::shown(&account, 50, run), wanted);
    let notes = "SECRET column hidden: terminal too narrow
  see all: ecr-ptc rule list -o json --region us-east-1
";
    let run = "$PTC rule list 2>&1 >/dev/tty | tail -n 2 >err; printf '\\033[H\\033[2J'; cat err";
    assert_eq!(Screen::shown(&account, 50, run), notes);
}

#[test]
fn elsewhere_the_table_is_whole() {
    let account = ordinary();
    let table = account.run("rule list");
    let row =
        "docker-hub  registry-1.docker.io  ecr-pullthroughcache/docker-hub                 invalid";
    assert_eq!(table.ok().lines().nth(1), Some(row));
    assert_eq!(table.stderr, "");
}

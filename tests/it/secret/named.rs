//! An existing secret is named by its name or its registry.

use serde_json::json;

use crate::support::{Account, Program, TOKEN};

const GITHUB: &str = "ecr-pullthroughcache/github-container-registry";
const AZURE: &str = "ecr-pullthroughcache/azure-container-registry";

fn name_told(account: &Account, words: &[&str]) -> String {
    let program = Program::new(words).and("-o json").with(account);
    let report = program.stdin(TOKEN).run().json();
    report["name"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_word_for_a_registry_is_its_secret() {
    let account = Account::new();
    account.made(GITHUB);
    for word in ["ghcr", "github", "GHCR.io"] {
        assert_eq!(name_told(&account, &["show", word]), GITHUB);
        let checked = account.run(&["check", word, "-o", "json"]).json();
        assert_eq!(checked["checked"], 1);
    }
    let update = ["update", "ghcr.io", "--access-token-stdin", "-u", "me2"];
    assert_eq!(name_told(&account, &update), GITHUB);
    assert_eq!(name_told(&account, &["delete", "ghcr.io", "--yes"]), GITHUB);
    assert_eq!(name_told(&account, &["restore", "ghcr"]), GITHUB);
}

#[test]
fn a_secret_of_that_very_name_comes_first_and_is_looked_at_alone() {
    let account = Account::new();
    account.made(GITHUB);
    account.made("ecr-pullthroughcache/ghcr");
    account.take_actions();
    let update = ["update", "ghcr", "--access-token-stdin", "-u", "me2"];
    assert_eq!(name_told(&account, &update), "ecr-pullthroughcache/ghcr");
    let looks = |account: &Account| {
        let actions = account.take_actions().into_iter();
        actions.filter(|action| action == "DescribeSecret").count()
    };
    assert_eq!(looks(&account), 1);
    account.run("restore ghcr").ok();
    assert_eq!(looks(&account), 1);
    account.run("restore github").ok();
    assert_eq!(looks(&account), 2);
    // The full name is never another.
    let full = account.run("restore ecr-pullthroughcache/github");
    full.fails(3, &["no secret ecr-pullthroughcache/github in us-east-1\n"]);
}

#[test]
fn both_names_are_in_the_error_if_neither_exists() {
    let account = Account::new();
    let both = format!("no secret ecr-pullthroughcache/ghcr or {GITHUB} in us-east-1");
    account.run("show ghcr").fails(3, &[&both]);
}

#[test]
fn the_host_of_a_customer_names_azure_and_the_host() {
    let account = Account::new();
    let create = |registry: &[&str]| {
        let words = ["create", "--access-token-stdin", "-u", "me", "-o", "json"];
        let program = Program::new(&words).and(registry).and("--dry-run");
        program.with(&account).stdin(TOKEN)
    };
    let host = "contoso.azurecr.io";
    let report = create(&["--registry", "Contoso.azurecr.io"]).run().json();
    assert_eq!(report["name"], AZURE);
    assert_eq!(report["upstreamRegistryUrl"], host);
    let by_variable = create(&[]).env("ECR_PTC_REGISTRY", host).run().json();
    assert_eq!(by_variable["upstreamRegistryUrl"], host);
    let same = ["--registry", host, "--upstream-registry-url", host];
    create(&same).run().json();
    let other = [
        "--registry",
        host,
        "--upstream-registry-url",
        "x.azurecr.io",
    ];
    create(&other)
        .run()
        .fails(2, &["the registry is contoso.azurecr.io", "leave one"]);
    let set = [
        "rule",
        "set",
        "az",
        "--registry",
        host,
        "--print",
        "terraform",
    ];
    assert!(account.run(&set).ok().contains(host));
    let other = ["--upstream-registry-url", "x.azurecr.io"];
    let set = Program::new(&set).and(&other).with(&account);
    set.run()
        .fails(2, &["the registry is contoso.azurecr.io", "leave one"]);
}

#[test]
fn the_host_as_a_name_is_where_the_login_goes() {
    let account = Account::new();
    account.made(AZURE);
    let rule = ["--rule", "az", "-o", "json"];
    let update = ["update", "contoso.azurecr.io", "--access-token-stdin"];
    let update = Program::new(&update).and(&rule).with(&account);
    assert_eq!(update.stdin(TOKEN).run().json()["name"], AZURE);
    let made = account.rules();
    assert_eq!(made[0]["upstreamRegistryUrl"], "contoso.azurecr.io");
    let other = [
        "--verify",
        "always",
        "--upstream-registry-url",
        "x.azurecr.io",
    ];
    let check = Program::new("check contoso.azurecr.io").and(&other);
    let ended = check.with(&account).run();
    ended.fails(2, &["the registry is contoso.azurecr.io"]);
}

#[test]
fn a_rule_takes_a_secret_as_everything_else_does() {
    let account = Account::new();
    let set = |words: &[&str]| {
        let program = Program::new("rule set hub -o json").and(words);
        program.with(&account).run()
    };
    let missing = set(&["--secret", "ghcr"]);
    let create = format!("--registry github-container-registry --name {GITHUB}");
    missing.fails(3, &["ecr-pullthroughcache/ghcr or", &create]);
    let team = "ecr-pullthroughcache/team/hub";
    let arn = account.made(team);
    account.made(GITHUB);
    for name in ["team/hub", team, &arn] {
        let report = set(&["--secret", name, "--registry", "docker"]).json();
        assert_eq!(report["secret"], team, "{name}");
        assert_eq!(report["credentialArn"], arn);
    }
    account.ask_ecr(
        "DeletePullThroughCacheRule",
        &json!({"ecrRepositoryPrefix": "hub"}),
    );
    assert_eq!(set(&["--secret", "ghcr"]).json()["secret"], GITHUB);
    let elsewhere = arn.replace("us-east-1", "eu-west-1");
    set(&["--secret", &elsewhere, "--registry", "docker"]).fails(2, &["--region eu-west-1"]);
    let token = "dckr_pat_0123456789abcdefghijklmnopq";
    set(&["--secret", token])
        .fails(2, &["--secret looks like an access token"])
        .hides(token);
    let print = ["--print", "terraform", "--secret", "ghcr"];
    set(&print).fails(
        2,
        &["could mean", "--secret ecr-pullthroughcache/ghcr", GITHUB],
    );
    // The last part of a name tells the registry too.
    let print = ["--print", "terraform", "--secret", "team/ghcr"];
    assert!(set(&print).json().to_string().contains("ghcr.io"));
    let print = ["--print", "terraform", "--secret", "docker-hub"];
    let code = set(&print).json();
    assert!(code.to_string().contains("ecr-pullthroughcache/docker-hub"));
}

#[test]
fn create_takes_the_registry_as_a_word() {
    let account = Account::new();
    let create = |words: &[&str]| {
        let all = ["create", "--access-token-stdin", "-u", "me", "-o", "json"];
        let program = Program::new(&all).and(words).and("--dry-run");
        program.with(&account).stdin(TOKEN)
    };
    for words in [&["ghcr.io"][..], &["github"], &["--registry=GHCR"]] {
        let report = create(words).run().json();
        assert_eq!(report["registry"], "github-container-registry");
    }
    let host = create(&["me.azurecr.io"]).run().json();
    assert_eq!(host["upstreamRegistryUrl"], "me.azurecr.io");
    let by_variable = create(&["ghcr"]).env("ECR_PTC_REGISTRY", "acr").run();
    assert_eq!(by_variable.json()["registry"], "github-container-registry");
    create(&["ghcr", "--registry", "gitlab"])
        .run()
        .fails(2, &["cannot be used with '--registry <KIND>'"]);
    create(&["dokcer-hub"])
        .run()
        .fails(2, &["did you mean 'docker-hub'?"]);
    create(&["ghcr", "gitlab"])
        .run()
        .fails(2, &["unexpected argument 'gitlab'"]);
    let alone = account.run("docker-hub");
    alone.fails(
        2,
        &[
            "--username and the access token are missing",
            "--registry docker-hub",
        ],
    );
    create(&["--name", "ghcr", "ghcr"])
        .run()
        .fails(2, &["use ecr-pullthroughcache/ghcr"]);
}

#[test]
fn an_unknown_registry_is_named_with_what_it_could_be() {
    let account = Account::new();
    let run = |word: &str| account.run(&["create", "--registry", word]);
    let all = "docker-hub, github-container-registry, azure-container-registry, \
               gitlab-container-registry, chainguard";
    let similar = "fix: did you mean";
    let gitlab = format!("{similar} 'gitlab-container-registry'");
    run("gitlab").never(&["unknown registry"]);
    run("gitlb").fails(2, &["unknown registry 'gitlb'", all, &gitlab]);
    run("dokcer-hub").fails(2, &[all, &format!("{similar} 'docker-hub'")]);
    for (host, fix) in [
        ("gcr.io", "did you mean ghcr.io?"),
        ("gitlab.com", "did you mean registry.gitlab.com?"),
        ("lscr.io", "did you mean ghcr.io?"),
        (
            "harbor.example.com",
            "pull directly from harbor.example.com",
        ),
    ] {
        let unsupported = format!("ECR pull through cache does not support {host}; it supports");
        run(host).fails(2, &[&unsupported, all, fix]);
        account.run(&[host]).fails(2, &[&unsupported, fix]);
        let url = ["rule", "set", "hub", "--upstream-registry-url", host];
        account.run(&url).fails(2, &[&unsupported, fix]);
        let rule = ["rule", "set", "hub", "--registry", host];
        account.run(&rule).fails(2, &[&unsupported, fix]);
    }
    run("https://ghcr.io/acme/app").fails(2, &["by its host alone", "use ghcr.io"]);
    let token = "dckr_pat_0123456789abcdefghij";
    let revoke = "if it was a real token, revoke it at the registry";
    run(token).fails(2, &[all, revoke]).never(&[token]);
}

#[test]
fn a_registry_may_be_given_as_the_url_that_its_page_or_docker_shows() {
    let account = Account::new();
    for (url, secret) in [
        ("https://contoso.azurecr.io", "azure-container-registry"),
        ("https://index.docker.io/v1/", "docker-hub"),
        ("HTTPS://GHCR.IO/", "github-container-registry"),
    ] {
        let options = "--dry-run -u me --access-token-stdin -o json";
        let create = Program::new("create")
            .and(&["--registry", url])
            .and(options);
        let report = create.with(&account).stdin(TOKEN).run().json();
        assert_eq!(report["name"], format!("ecr-pullthroughcache/{secret}"));
    }
    let set = "rule set az --upstream-registry-url https://contoso.azurecr.io/ --print terraform";
    let code = account.run(set);
    assert!(code.ok().contains("= \"contoso.azurecr.io\""), "{code:?}");
}

#[test]
fn my_secret_has_the_name_that_i_gave_it_and_ecr_wants_a_prefix() {
    let account = Account::new();
    account.made("dockerhub-creds");
    let says = "the secret dockerhub-creds exists, but ECR requires a name that begins with \
                ecr-pullthroughcache/";
    let rule = [
        "rule",
        "set",
        "hub",
        "--registry",
        "docker-hub",
        "--secret",
        "dockerhub-creds",
    ];
    let create = "ecr-ptc create --registry docker-hub --name ecr-pullthroughcache/dockerhub-creds";
    account.run(&rule).fails(3, &[says, create]);
    let rule = ["rule", "set", "hub", "--secret", "dockerhub-creds"];
    let says_before = "dockerhub-creds stands for it, since ECR requires the prefix \
                       ecr-pullthroughcache/";
    account
        .run(&rule)
        .fails(2, &[says_before, "add --registry KIND"]);
    for words in [
        &["show", "dockerhub-creds"][..],
        &["check", "dockerhub-creds"],
        &["delete", "dockerhub-creds", "--yes"],
        &["update", "dockerhub-creds", "--expires-on", "2999-01-31"],
    ] {
        account.run(words).fails(
            3,
            &[
                "no secret ecr-pullthroughcache/dockerhub-creds in",
                says,
                "ecr-ptc create --name ecr-pullthroughcache/dockerhub-creds",
            ],
        );
    }
    // Where there is no such secret either, or nobody may look, nothing is said of it.
    account
        .run("show other")
        .fails(3, &["no secret"])
        .never(&["requires"]);
    assert_eq!(account.rules(), json!([]));
}

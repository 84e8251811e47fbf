//! Questions and messages before a login.

use serde_json::json;

use super::login::attempt;
use crate::support::{Account, Program, Registry};

#[test]
fn a_dry_run_asks_the_registry_only_on_request() {
    let account = Account::new();
    let registry = Registry::strict();
    let report = Program::create_at(&registry, &account, "--dry-run -o json")
        .run()
        .json();
    assert_eq!(report["verification"]["verdict"], "skipped");
    assert!(registry.heard().is_empty());
    Program::create_at(&registry, &account, "--dry-run --verify always")
        .run()
        .ok();
    assert_eq!(registry.logins(), 1);
    assert!(account.actions().is_empty());
}

#[test]
fn azure_needs_the_registry() {
    let account = Account::new();
    let words = [
        "create",
        "--registry",
        "acr",
        "-u",
        "me",
        "--access-token-stdin",
    ];
    let run = |more: &[&str], verify: &str| {
        let program = Program::new(&[&words[..], more].concat()).stdin("some-token");
        program.with(&account).env("ECR_PTC_VERIFY", verify).run()
    };
    let warned = run(&["-o", "json"], "auto").json();
    assert_eq!(warned["verification"]["verdict"], "unknown");
    assert!(warned["warnings"][0]
        .as_str()
        .unwrap()
        .contains("--upstream-registry-url NAME.azurecr.io"));
    assert_eq!(warned["upstreamRegistryUrl"], json!(null));
    run(&[], "always").fails(2, &["--upstream-registry-url NAME.azurecr.io"]);
    let more = [
        "--upstream-registry-url",
        "name.azurecr.io",
        "--if-exists",
        "update",
        "-o",
        "json",
    ];
    assert_eq!(
        run(&more, "never").json()["upstreamRegistryUrl"],
        "name.azurecr.io"
    );
    for bad in ["http://name.azurecr.io", "name.azurecr.io/v2", "a b"] {
        run(&["--upstream-registry-url", bad], "auto").fails(2, &["--upstream-registry-url"]);
    }
    run(&[], "sometimes").fails(2, &["invalid value 'sometimes' for '--verify <WHEN>'"]);
    assert!(run(&["--if-exists", "update"], "")
        .stderr
        .contains("--upstream-registry-url"));
}

#[test]
fn what_cannot_work_is_reported_before_it_is_tested() {
    let registry = Registry::shared();
    let warned = attempt("ghcr", &registry.url, "")
        .stdin("github_pat_0123456789")
        .run();
    let warning = "accepts only classic ones";
    assert!(
        warned.json()["warnings"].to_string().contains(warning),
        "{warned:?}"
    );
    assert!(warned.stderr.find(warning) < warned.stderr.find("accepted the credentials"));
    let more = [
        "--upstream-registry-url",
        "mirror.example",
        "--verify",
        "never",
    ];
    let warned = attempt("ghcr", &registry.url, "").stdin("ghp_0123456789");
    assert_eq!(warned.run().json()["warnings"].as_array().unwrap().len(), 1);
    let account = Account::new();
    let elsewhere = Program::new(
        &[
            &[
                "create",
                "--registry",
                "ghcr",
                "-u",
                "me",
                "--access-token-stdin",
            ],
            &more[..],
        ]
        .concat(),
    );
    let ended = elsewhere.with(&account).stdin("ghp_0123456789").run();
    assert!(
        ended.stderr.contains("ECR pulls only from ghcr.io"),
        "{ended:?}"
    );
    // An expired token: {"exp":1700000000}.
    let account = Account::new();
    let registry = Registry::strict();
    let ended = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3MDAwMDAwMDB9.c2ln";
    let run = Program::create_at(&registry, &account, &[])
        .stdin(ended)
        .run();
    run.fails(2, &["expired at 2023-11-14T22:13:20Z"])
        .hides(ended);
    assert!(registry.heard().is_empty() && account.actions().is_empty());
}

#[test]
fn a_refused_organization_token_recalls_whose_name_it_takes() {
    let registry = Registry::strict();
    let refused = attempt("docker-hub", &registry.url, "").stdin("dckr_oat_0123456789");
    let error = refused.run().fails(6, &[]).error_json();
    assert_eq!(
        error["error"]["message"]
            .as_str()
            .unwrap()
            .find("Docker Hub rejected the credentials of me"),
        Some(0)
    );
    assert!(error["error"]["hint"]
        .as_str()
        .unwrap()
        .contains("the name of the organization, for an"));
}

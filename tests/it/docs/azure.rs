//! The page's script for Azure never replaces the stored password.

use std::fs;

use super::place::Place;
use super::{blocks, pages};

const RENEWING: &str = ".github/docs/renewing.md";

/// The slot that the script replaces; `None` if it refuses. Each password is its slot, the time it
/// was created and the day it expires.
fn replaced(recorded: &str, passwords: &[[&str; 3]]) -> Option<String> {
    let page = pages()
        .into_iter()
        .find(|page| page.ends_with("renewing.md"));
    let blocks = blocks(&fs::read_to_string(page.unwrap()).unwrap());
    let mut scripts = blocks.iter().map(super::Block::text);
    let script = scripts.find(|text| text.contains("az acr token credential"));
    let place = Place::new(RENEWING);
    place.has_program("mint", &script.unwrap());
    let name = "ecr-pullthroughcache/azure-container-registry";
    place.account.made(name);
    if !recorded.is_empty() {
        let tags = serde_json::json!([{"Key": "ecr-ptc:expires-on", "Value": recorded}]);
        let body = serde_json::json!({"SecretId": name, "Tags": tags});
        place.account.ask("TagResource", &body);
    }
    let passwords = passwords.iter().map(|[slot, created, expiry]| {
        format!(
            r#"{{"name":"{slot}","creationTime":"{created}T01:02:03.4+00:00","expiry":"{expiry}T01:02:03.4+00:00","value":null}}"#
        )
    });
    let passwords = passwords.collect::<Vec<_>>().join(",");
    place.has_program(
        "bin/az",
        &format!(
            r#"#!/bin/sh
case "$*" in
*show*) printf '{{"credentials":{{"passwords":[{passwords}]}}}}' ;;
*--password1*) printf '{{"username":"T","passwords":[{{"name":"password1","value":"one","expiry":"2999-01-31"}}]}}' ;;
*--password2*) printf '{{"username":"T","passwords":[{{"name":"password2","value":"two","expiry":"2999-01-31"}}]}}' ;;
esac
"#
        ),
    );
    let (said, is_done) = place.run("./mint");
    if !is_done {
        assert!(
            said.contains("cannot tell which password is stored"),
            "{said}"
        );
        return None;
    }
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    Some(said["accessToken"].as_str().unwrap().to_owned())
}

#[test]
fn the_password_that_is_stored_is_never_replaced() {
    let recorded = "2031-05-05";
    let stored = ["password1", "2020-02-02", recorded];
    let [older, newer, broken_off] = ["2020-01-01", "2020-03-03", "2999-01-01"]
        .map(|created| ["password2", created, "2031-06-06"]);
    let two = Some("two".to_owned());
    assert_eq!(replaced(recorded, &[stored, older]), two);
    assert_eq!(
        replaced(recorded, &[broken_off, stored]),
        two,
        "a run broke off"
    );
    assert_eq!(replaced(recorded, &[stored]), two);
    assert_eq!(replaced("", &[]), Some("one".to_owned()));
    // A newer one was stored, and its date could not be recorded.
    assert_eq!(replaced(recorded, &[stored, newer]), None);
    let same_day = ["password2", "2020-01-01", recorded];
    assert_eq!(replaced(recorded, &[stored, same_day]), None);
    for recorded in ["", "unknown", "2031-07-07"] {
        assert_eq!(replaced(recorded, &[stored, older]), None, "{recorded}");
    }
}

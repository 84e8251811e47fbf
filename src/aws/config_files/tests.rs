//! Held against the cases of the SDK for Rust, which come with its package.

use std::path::Path;

use proptest::prelude::*;
use serde_json::Value;

use super::{sections, ConfigFiles};

#[path = "../../../tests/it/support/sdk_cases.rs"]
mod sdk_cases;

fn read(config: &str, credentials: &str) -> Option<ConfigFiles> {
    let mut files = ConfigFiles::default();
    files.add_config(sections(config).ok()?, Path::new("config"));
    files.add_credentials(sections(credentials).ok()?, Path::new("credentials"));
    Some(files)
}

/// What was read, in the form of the cases.
fn shown(files: &ConfigFiles) -> Value {
    let profiles = files.profiles.iter().map(|(name, profile)| {
        let mut all = profile.config.clone();
        all.extend(profile.credentials.clone());
        (name.clone(), serde_json::json!(all))
    });
    let mut shown = serde_json::json!({"profiles": profiles.collect::<serde_json::Map<_, _>>()});
    if !files.sso_sessions.is_empty() {
        shown["sso_sessions"] = serde_json::json!(files.sso_sessions);
    }
    shown
}

/// Where the AWS CLI (botocore 1.44.5) takes what the SDK passes over or refuses: as there.
const AS_THE_CLI: [(&str, &str); 4] = [
    (
        "Profile names support alphanumeric characters and - / . % @ _ : +",
        r#"{"profiles": {"some-thing:long/the_one%only.foo@bar+": {}, "foo!bar": {}}}"#,
    ),
    (
        "Property definitions must contain an equals sign.",
        r#"{"profiles": {"foo": {"key": "value"}}}"#,
    ),
    (
        "Invalid profile names are ignored.",
        r#"{"profiles": {"in valid 2": {"name2": "value2"}}}"#,
    ),
    (
        "Invalid property names are ignored.",
        r#"{"profiles": {"foo": {"in valid": "value"}}}"#,
    ),
];

#[test]
fn the_cases_of_the_sdk() {
    let cases = sdk_cases::of_the_sdk("profile-parser-tests.json");
    let cases = cases["tests"].as_array().unwrap();
    assert!(cases.len() >= 65, "{}", cases.len());
    for case in cases {
        let input = |file: &str| case["input"][file].as_str().unwrap_or_default();
        let files = read(input("configFile"), input("credentialsFile"));
        let name = case["name"].as_str().unwrap();
        let ours = AS_THE_CLI.iter().find(|(of, _)| *of == name);
        let mut expected = case["output"]["config"].clone();
        if let Some((_, ours)) = ours {
            expected = serde_json::from_str(ours).unwrap();
        }
        if expected["sso_sessions"] == serde_json::json!({}) {
            expected.as_object_mut().unwrap().remove("sso_sessions");
        }
        let shown = files.as_ref().map_or(Value::Null, shown);
        assert_eq!(shown, expected, "{name}: {input:?}", input = case["input"]);
    }
}

/// What the AWS CLI (botocore 1.44.5) takes besides.
#[test]
fn the_forms_of_the_cli() {
    let files = read(
        "\u{feff}  [profile 'a b']\n  region : one\n  ca_bundle = x\n\
         [profile \"c d\"]\nregion=two\n[sso-session 'my dev']\nsso_region = three\n\
         [profile größe]\nregion = four\n[profile (a,b)=~*!]\nregion = five\n\
         [profile e f]\nregion = never\n[staging]\nregion = never\n\
         [profile of]\nservices = s\n[services s]\nsts =\n\n  # none\n  endpoint_url = http://x:1\n",
        "[ e f g ]\naws_access_key_id = six\n",
    );
    let mut files = files.unwrap();
    let region = |name: &str| {
        files
            .profile(name)
            .and_then(|profile| profile.get("region"))
    };
    assert_eq!(region("a b"), Some("one"));
    assert_eq!(files.profile("a b").unwrap().get("ca_bundle"), Some("x"));
    assert_eq!(region("c d"), Some("two"));
    assert_eq!(files.sso_session("my dev").unwrap()["sso_region"], "three");
    assert_eq!(region("größe"), Some("four"));
    assert_eq!(region("(a,b)=~*!"), Some("five"));
    let with_spaces = files.profile("e f g").unwrap();
    assert_eq!(with_spaces.get("aws_access_key_id"), Some("six"));
    assert!(files.profile("e f").is_none() && files.profile("staging").is_none());
    let told = format!("{:?}", files.no_such_profile("e f"));
    assert!(
        told.contains("[profile e f] in line 12 of config is not taken"),
        "{told}"
    );
    let told = format!("{:?}", files.no_such_profile("staging"));
    assert!(told.contains("[staging] in line 14 of config"), "{told}");
    files.selected = "of".to_owned();
    assert_eq!(files.endpoint_of("sts"), Some("http://x:1"));
    assert_eq!(files.endpoint_of("kms"), None);
}

proptest! {
    #[test]
    fn any_text_is_read_or_told_with_its_line(
        text in "([ \t]{0,3}(\\[(profile |sso-session )?['\"]?\\PC{0,6}['\"]?\\]?|[a-zA-Z_]{0,8}|[=:#;]|\\PC{0,6}){0,4}\r?\n){0,8}|\\PC{0,60}"
    ) {
        match sections(&text) {
            Ok(sections) => {
                let mut files = ConfigFiles::default();
                files.add_config(sections, Path::new("config"));
                prop_assert!(files.profiles.iter().all(|(name, profile)| name == profile.name()));
                let _ = (files.endpoint_of("sts"), files.no_such_profile("x"));
            }
            Err(fault) => prop_assert!((1..=text.lines().count()).contains(&fault.line)),
        }
    }
}

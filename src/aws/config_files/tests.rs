//! Held against the cases of the SDK for Rust, which come with its package.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{sections, ConfigFiles};

/// A file of the package `aws-runtime`, in the version that this one is built with.
fn of_the_sdk(file: &str) -> Value {
    // Of other platforms' packages there may be none here.
    let rustc = Command::new("rustc").arg("-vV").output().unwrap();
    let rustc = String::from_utf8(rustc.stdout).unwrap();
    let mut lines = rustc.lines();
    let host = lines.find_map(|line| line.strip_prefix("host: ")).unwrap();
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--offline"])
        .args(["--filter-platform", host, "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let mut packages = metadata["packages"].as_array().unwrap().iter();
    let package = packages
        .find(|package| package["name"] == "aws-runtime")
        .unwrap();
    let manifest = Path::new(package["manifest_path"].as_str().unwrap());
    let path = manifest.with_file_name("test-data").join(file);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

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
    let cases = of_the_sdk("profile-parser-tests.json");
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

//! Where the config and the credentials file are: the cases of the SDK for Rust.

use crate::support::sdk_cases::of_the_sdk;
use crate::support::{Account, Program};

/// The cases for Windows need its paths.
#[cfg(unix)]
#[test]
fn the_cases_of_the_sdk() {
    let cases = of_the_sdk("file-location-tests.json");
    let cases = cases["tests"].as_array().unwrap().iter();
    let mut seen = 0;
    for case in cases.filter(|case| case["platform"] != "windows") {
        seen += 1;
        let account = Account::new();
        let profile = case["profile"].as_str().unwrap_or("default");
        let mut program = Program::create(&account, &[])
            .without("AWS_REGION")
            .without("AWS_ACCESS_KEY_ID")
            .without("AWS_SECRET_ACCESS_KEY")
            .without("AWS_CONFIG_FILE")
            .without("AWS_SHARED_CREDENTIALS_FILE");
        // What is absolute in the cases is beneath the home of the test.
        let root = program.home.path().to_owned();
        let beneath = |path: &str| root.join(path.trim_start_matches('/'));
        for (name, value) in case["environment"].as_object().unwrap() {
            let value = value.as_str().unwrap();
            program = if value.starts_with('/') {
                program.env(name, beneath(value))
            } else {
                program.env(name, value)
            };
        }
        for (place, text) in [
            ("configLocation", "region = eu-west-3\n"),
            (
                "credentialsLocation",
                "aws_access_key_id = AKIAPLACE\naws_secret_access_key = x\n",
            ),
        ] {
            let path = beneath(case[place].as_str().unwrap());
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            let head = match (place, profile) {
                ("configLocation", name) if name != "default" => format!("profile {name}"),
                (_, name) => name.to_owned(),
            };
            std::fs::write(path, format!("[{head}]\n{text}")).unwrap();
        }
        let arn = program.run().ok().to_owned();
        assert!(arn.contains(":eu-west-3:"), "{case}: {arn}");
        assert!(account.requests()[0].headers.contains("=AKIAPLACE/"));
    }
    assert!(seen >= 4, "{seen}");
}

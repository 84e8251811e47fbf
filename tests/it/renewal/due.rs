//! `update --renew-within`: when a token is renewed, and when nothing is done.

use serde_json::json;

use crate::support::{Account, Ended, Program};

const NAME: &str = "ecr-pullthroughcache/docker-hub";

/// A secret whose tag says this of the end of its token; none is no tag.
pub fn ending(account: &Account, date: Option<&str>) -> String {
    let arn = account.made(NAME);
    if let Some(date) = date {
        let tags = json!([{"Key": "ecr-ptc:expires-on", "Value": date}]);
        account.ask("TagResource", &json!({"SecretId": arn, "Tags": tags}));
    }
    account.take_actions();
    arn
}

/// The day that comes so many days after today, in UTC.
pub fn in_days(days: i64) -> String {
    let day = time::UtcDateTime::now().date() + time::Duration::days(days);
    day.to_string()
}

fn update(account: &Account, more: &[&str]) -> Ended {
    let words = ["update", "docker-hub", "--access-token-stdin", "-o", "json"];
    let program = Program::new(&[&words[..], more].concat()).with(account);
    program.stdin("another-token").run()
}

#[test]
fn a_token_is_renewed_within_so_many_days_of_its_end() {
    for zone in ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"] {
        for (left, is_renewed) in [(-400, true), (0, true), (9, true), (10, true), (11, false)] {
            let account = Account::new();
            ending(&account, Some(&in_days(left)));
            let words = ["update", "docker-hub", "--access-token-stdin", "-o", "json"];
            let program = Program::new(&[&words[..], &["--renew-within", "10"]].concat());
            let program = program
                .with(&account)
                .env("TZ", zone)
                .stdin("another-token");
            let report = program.run().json();
            let action = if is_renewed { "updated" } else { "unchanged" };
            assert_eq!(report["action"], action, "{zone} {left}: {report}");
            let stored = account.actions().contains(&"PutSecretValue".to_owned());
            assert_eq!(stored, is_renewed);
            if !is_renewed {
                assert_eq!(account.actions(), ["DescribeSecret"]);
                assert_eq!(report["expiresOn"], in_days(left));
                assert_eq!(report["versionId"], json!(null));
                assert_eq!(report["verification"]["verdict"], "skipped");
            }
        }
    }
}

#[test]
fn where_the_end_is_not_known_it_is_renewed_and_said() {
    for (date, why) in [(None, "is missing"), (Some("soon"), "is not a date")] {
        let account = Account::new();
        ending(&account, date);
        let ended = update(&account, &["--renew-within", "10"]);
        let report = ended.json();
        assert_eq!(report["action"], "updated");
        let warning = report["warnings"][0].as_str().unwrap();
        assert!(
            warning.contains(why) && warning.contains("so it is renewed"),
            "{warning}"
        );
    }
}

#[test]
fn a_number_of_days_is_one() {
    let account = Account::new();
    for days in ["", "x", "-1", "65536", "1.5"] {
        let option = format!("--renew-within={days}");
        update(&account, &[&option]).fails(2, &["--renew-within"]);
    }
    let words = ["update", "docker-hub", "--rollback", "--renew-within", "3"];
    account
        .run(&words)
        .fails(2, &["--rollback and --renew-within"]);
    // Without a token there is nothing to renew with, whatever date is given.
    let words = [
        "update",
        "docker-hub",
        "--renew-within",
        "3",
        "--expires-on",
        "2999-01-31",
    ];
    account
        .run(&words)
        .fails(2, &["the access token is missing"]);
    assert!(account.requests().is_empty());
}

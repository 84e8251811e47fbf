//! `update --renew-within`: when a token is renewed, and when nothing is done.

use serde_json::json;

use crate::support::{Account, Ended, Program, Words};

const NAME: &str = "ecr-pullthroughcache/docker-hub";

/// A secret with this expiry tag, or without one.
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

fn update(account: &Account, more: &(impl Words + ?Sized)) -> Ended {
    Program::new("update docker-hub --access-token-stdin -o json")
        .and(more)
        .with(account)
        .stdin("another-token")
        .run()
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
                assert!(report["versionId"].is_string(), "{report}");
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
        let ended = update(&account, "--renew-within 10");
        let report = ended.json();
        assert_eq!(report["action"], "updated");
        let warning = report["warnings"][0].as_str().unwrap();
        assert!(
            warning.contains(why) && warning.contains("so the token is renewed"),
            "{warning}"
        );
    }
}

#[test]
fn a_number_of_days_is_one() {
    let account = Account::new();
    for days in ["", "x", "-1", "65536", "1.5"] {
        let option = format!("--renew-within={days}");
        update(&account, &[&*option]).fails(2, &["--renew-within"]);
    }
    let words = ["update", "docker-hub", "--rollback", "--renew-within", "3"];
    account.run(&words).fails(
        2,
        &["'--rollback' cannot be used with '--renew-within <DAYS>'"],
    );
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

/// The findings of `check` on the date.
fn findings(account: &Account) -> serde_json::Value {
    let words = ["check", "docker-hub", "-q", "-o", "json"];
    let ended = Program::new(&words).with(account).run();
    crate::support::told(&serde_json::from_str(&ended.stdout).unwrap())
}

#[test]
fn an_expired_token_is_fixed_by_another_token_and_not_by_another_date() {
    let account = Account::new();
    ending(&account, Some(&in_days(-3)));
    let found = findings(&account);
    let fix = "store a new token: ecr-ptc update ecr-pullthroughcache/docker-hub \
               --access-token-stdin --region us-east-1";
    assert_eq!(
        (&found[0]["code"], &found[0]["fix"]),
        (&json!("token-expired"), &json!(fix))
    );
    let words = ["update", "docker-hub", "--expires-on", &in_days(90)];
    let ended = Program::new(&words).with(&account).run();
    ended.ok();
    assert!(
        ended.stderr.contains("The token itself was not changed"),
        "{ended:?}"
    );
}

#[test]
fn a_token_without_a_date_after_one_with_a_date_is_warned_of_until_one_is_recorded() {
    let account = Account::new();
    ending(&account, Some(&in_days(3)));
    account.refuse("TagResource", 400, "AccessDeniedException", "no");
    let ended = update(&account, "");
    let set = "aws secretsmanager tag-resource --secret-id ecr-pullthroughcache/docker-hub --tags \
               Key=ecr-ptc:expires-on,Value=unknown --region us-east-1";
    ended.fails(8, &[set]);
    account.heal();
    let tags = json!([{"Key": "ecr-ptc:expires-on", "Value": in_days(3)}]);
    account.ask("TagResource", &json!({"SecretId": NAME, "Tags": tags}));
    let words = ["update", "docker-hub", "--access-token-stdin"];
    let program = Program::new(&words).with(&account);
    program.stdin("one-more-token").run().ok();
    let found = findings(&account);
    assert_eq!(found[0]["code"], "expiry-unknown");
    assert_eq!(found[0]["level"], "warning");
    assert!(found[0]["fix"]
        .as_str()
        .unwrap()
        .contains("--expires-on END"));
    for words in [&["list"][..], &["show", "docker-hub"]] {
        let ended = Program::new(words).with(&account).run();
        assert!(ended.ok().contains("unknown"), "{ended:?}");
    }
    let program = Program::new(&words).with(&account);
    program.stdin("yet-another-token").run().ok();
    assert_eq!(findings(&account)[0]["code"], "expiry-unknown");
    let words = ["update", "docker-hub", "--expires-on", &in_days(90)];
    Program::new(&words).with(&account).run().ok();
    assert_eq!(findings(&account), json!([]));
}

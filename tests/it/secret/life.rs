//! `delete` and `restore`.

use serde_json::json;

use crate::support::{Account, Program};

const NAME: &str = "ecr-pullthroughcache/docker-hub";
const WRITES: [&str; 3] = [
    "DeleteSecret",
    "RestoreSecret",
    "RemoveRegionsFromReplication",
];

fn with_replicas() -> Account {
    let account = Account::new();
    let arn = account.made(NAME);
    let regions = json!([{"Region": "eu-west-1"}, {"Region": "us-east-2"}]);
    account.ask(
        "ReplicateSecretToRegions",
        &json!({"SecretId": arn, "AddReplicaRegions": regions}),
    );
    account
}

fn wrote_nothing(account: &Account) {
    let actions = account.take_actions();
    assert!(
        !actions
            .iter()
            .any(|action| WRITES.contains(&action.as_str())),
        "{actions:?}"
    );
}

#[test]
fn delete_schedules_and_restore_takes_back() {
    let account = Account::new();
    let arn = account.made(NAME);
    let deleted = account.run("delete docker-hub --yes");
    assert_eq!(deleted.ok(), arn);
    let fix = format!("ecr-ptc restore {NAME} --region us-east-1");
    for part in [
        "recovery      within 30 days",
        "for deletion on 2",
        "To cancel the deletion:\n",
        &fix,
    ] {
        assert!(deleted.stderr.contains(part), "{part}: {}", deleted.stderr);
    }
    assert_eq!(
        account.take_actions_after_two_looks(),
        [
            "DescribePullThroughCacheRules",
            "DescribeSecret",
            "DeleteSecret"
        ]
    );
    account
        .run("delete docker-hub --yes")
        .fails(3, &["already scheduled for deletion", &fix]);
    wrote_nothing(&account);
    let restored = account.run(&["restore", &arn]);
    assert_eq!(restored.ok(), arn);
    assert_eq!(
        account.take_actions_after_two_looks(),
        [
            "DescribePullThroughCacheRules",
            "DescribeSecret",
            "RestoreSecret"
        ]
    );
    let again = account.run("restore docker-hub -o json");
    assert_eq!(
        (
            &again.json()["action"],
            again.stderr.contains("is not scheduled for deletion")
        ),
        (&json!("unchanged"), true)
    );
    wrote_nothing(&account);
}

#[test]
fn the_recovery_window_is_as_asked() {
    for (more, days, force, action) in [
        (
            &["--recovery-window-days", "7"][..],
            json!(7),
            json!(null),
            "scheduled-for-deletion",
        ),
        (
            &["--force-without-recovery"],
            json!(null),
            json!(true),
            "deleted",
        ),
        (&[], json!(30), json!(null), "scheduled-for-deletion"),
    ] {
        let account = Account::new();
        let arn = account.made(NAME);
        let words = [&["delete", "docker-hub", "-y", "-o", "json"], more].concat();
        let mut report = account.run(&words).json();
        let due = report
            .as_object_mut()
            .unwrap()
            .remove("deletionDate")
            .unwrap();
        assert!(due.as_str().unwrap().ends_with('Z'), "{due}");
        assert_eq!(
            report,
            json!({"schemaVersion": 1, "action": action, "arn": arn, "name": NAME, "region": "us-east-1", "removedReplicaRegions": [], "rules": [], "steps": [{"step": "delete-secret", "status": "done"}], "warnings": []})
        );
        let body = account.only("DeleteSecret");
        assert_eq!(
            (
                &body["RecoveryWindowInDays"],
                &body["ForceDeleteWithoutRecovery"]
            ),
            (&days, &force)
        );
        assert!(account.is_empty());
    }
}

#[test]
fn what_is_scheduled_can_still_be_deleted_for_good() {
    let account = Account::new();
    account.made(NAME);
    account.run("delete docker-hub -y").ok();
    account
        .run("delete docker-hub -y --force-without-recovery")
        .ok();
    account.run("restore docker-hub").fails(3, &["no secret"]);
}

#[test]
fn options_that_cannot_be() {
    let account = Account::new();
    account.made(NAME);
    for days in ["6", "31", "-1", "x", ""] {
        let words = ["delete", "docker-hub", "-y", "--recovery-window-days", days];
        account.run(&words).fails(2, &["--recovery-window-days"]);
    }
    let both = [
        "delete",
        "docker-hub",
        "-y",
        "--recovery-window-days",
        "7",
        "--force-without-recovery",
    ];
    account.run(&both).fails(2, &["cannot be used with"]);
    account
        .run("delete")
        .fails(2, &["the name of the secret is missing"]);
    account.run("delete docker-hub").fails(
        2,
        &["there is no terminal", "not a terminal", "fix: add --yes"],
    );
    assert!(account.requests().is_empty());
}

#[test]
fn replicas_are_reported_before_anything_is_written_and_removed_where_asked() {
    let account = with_replicas();
    let refused = account.run("delete docker-hub -y");
    let fix = format!("ecr-ptc delete {NAME} --yes --region us-east-1 --remove-replicas");
    refused.fails(2, &["has replicas: eu-west-1, us-east-2", &fix]);
    wrote_nothing(&account);
    let report = account
        .run("delete docker-hub -y --remove-replicas -o json")
        .json();
    assert_eq!(
        report["removedReplicaRegions"],
        json!(["eu-west-1", "us-east-2"])
    );
    assert_eq!(
        account.actions()[2..],
        ["RemoveRegionsFromReplication", "DeleteSecret"]
    );
    let replicas = account.ask_in("eu-west-1", "ListSecrets", &json!({}));
    assert_eq!(replicas["SecretList"], json!([]));
}

#[test]
fn a_replica_is_deleted_where_it_was_created() {
    let account = with_replicas();
    let words = ["delete", "docker-hub", "-y", "--region", "eu-west-1"];
    let fix = "--remove-replica-regions eu-west-1 --region us-east-1";
    account
        .run(&words)
        .fails(3, &["is a replica of the secret in us-east-1", fix]);
    wrote_nothing(&account);
}

#[test]
fn what_is_done_is_reported_where_the_rest_fails() {
    let account = with_replicas();
    account.refuse("DeleteSecret", 400, "AccessDeniedException", "not allowed");
    let words = [
        "delete",
        "docker-hub",
        "-y",
        "--remove-replicas",
        "--recovery-window-days",
        "8",
    ];
    let again = format!("delete {NAME} --recovery-window-days 8 --yes --region us-east-1");
    let finish = format!("then finish it with: ecr-ptc {again}\n");
    let ended = account.run(&words);
    ended.fails(
        8,
        &[
            "the replicas of ecr-pullthroughcache/docker-hub are removed",
            "secretsmanager:DeleteSecret",
            &finish,
        ],
    );
    account.heal();
    account.run(&again.split(' ').collect::<Vec<_>>()).ok();
    let account = with_replicas();
    account.refuse(
        "RemoveRegionsFromReplication",
        400,
        "AccessDeniedException",
        "not allowed",
    );
    account.run(&words).fails(
        5,
        &[
            "could not remove the replicas of ecr-pullthroughcache/docker-hub",
            "secretsmanager:RemoveRegionsFromReplication",
        ],
    );
}

#[test]
fn no_permission_and_no_such_secret() {
    let account = Account::new();
    account.run("delete docker-hub -y").fails(3, &["no secret"]);
    account.run("restore docker-hub").fails(3, &["no secret"]);
    account.made(NAME);
    account.refuse("DeleteSecret", 400, "AccessDeniedException", "not allowed");
    account.run("delete docker-hub -y").fails(
        5,
        &[
            "could not delete ecr-pullthroughcache/docker-hub",
            "secretsmanager:DeleteSecret",
        ],
    );
    account.ask("DeleteSecret", &json!({"SecretId": NAME}));
    account.refuse("RestoreSecret", 400, "AccessDeniedException", "not allowed");
    account
        .run("restore docker-hub")
        .fails(5, &["could not restore", "secretsmanager:RestoreSecret"]);
    account.refuse(
        "DescribeSecret",
        400,
        "AccessDeniedException",
        "not allowed",
    );
    account
        .run("delete docker-hub -y")
        .fails(5, &["could not look up", "secretsmanager:DescribeSecret"]);
}

#[test]
fn an_answer_that_is_lost() {
    let account = Account::new();
    account.made(NAME);
    account.lose("DeleteSecret", Some(1));
    account.run("delete docker-hub -y").ok();
    // Whoever is not answered looks, and finds it done.
    account.lose("RestoreSecret", None);
    let few = |words: &[&str]| {
        let program = Program::new(words).with(&account);
        program.env("AWS_MAX_ATTEMPTS", "2").run()
    };
    few(&["restore", "docker-hub"]).ok();
    account.drop("DeleteSecret", None);
    few(&["delete", "docker-hub", "-y"]).fails(
        7,
        &["AWS did not do it, as another call shows", "try again"],
    );
}

#[cfg(unix)]
mod at_a_terminal {
    use super::*;
    use crate::support::Screen;

    #[test]
    fn delete_shows_what_it_will_do_and_asks() {
        let account = with_replicas();
        let screen = Screen::new(&account);
        for no in ["", "n", "\x03"] {
            screen.enters("$PTC delete docker-hub --remove-replicas");
            screen
                .sees("Review:")
                .sees("secret        ecr-pullthroughcache/docker-hub")
                .sees("last read     never")
                .sees("eu-west-1, us-east-2 (deleted immediately)")
                .sees("within 30 days")
                .sees("remove-regions-from-replication, then delete-secret")
                .sees("Delete it?")
                .enters(no);
            screen.sees("canceled; nothing was written").status_is(130);
        }
        wrote_nothing(&account);
        screen
            .enters("$PTC delete docker-hub --remove-replicas")
            .sees("Delete it?")
            .enters("y");
        screen.sees("Scheduled ecr").sees("arn:aws:").status_is(0);
    }

    #[test]
    fn for_good_only_with_the_name_typed() {
        let account = Account::new();
        account.made(NAME);
        let screen = Screen::new(&account);
        for more in ["", " --accessible"] {
            let run = format!("$PTC delete docker-hub --force-without-recovery{more}");
            for wrong in ["y", "docker-hub", ""] {
                screen
                    .enters(&run)
                    .sees("deleted immediately")
                    .sees("Type its name")
                    .enters(wrong);
                screen.sees("canceled; nothing was written").status_is(130);
            }
            wrote_nothing(&account);
        }
        screen
            .enters("$PTC delete docker-hub --force-without-recovery")
            .sees("Type its name")
            .enters(NAME);
        screen.sees("Deleted ecr").status_is(0);
        assert!(account.is_empty());
    }

    #[test]
    fn an_interruption_says_what_may_be_done() {
        let account = Account::new();
        account.made(NAME);
        account.stall("DeleteSecret");
        let screen = Screen::new(&account);
        screen.enters("$PTC delete docker-hub --yes");
        account.wait_for("DeleteSecret");
        screen
            .types("\x03")
            .sees("may have been scheduled for deletion")
            .sees("ecr-ptc show ecr-pullthroughcache/docker-hub")
            .status_is(130);
    }
}

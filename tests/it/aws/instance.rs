//! Credentials and Region from the instance metadata service.

use super::credentials::{keyless, session_keys, signed_by};
use crate::support::{answer, Account, Program, Web, Words};

const TOKEN: &str = "HTTP/1.1 200 OK\r\nx-aws-ec2-metadata-token-ttl-seconds: 21600\r\nContent-Length: 1\r\nConnection: close\r\n\r\nt";

/// The answers of a version 2 service with a role and a Region.
fn answered(head: &str) -> String {
    let path = head.split(' ').nth(1).unwrap();
    match path.strip_prefix("/latest/") {
        Some("api/token") => TOKEN.to_owned(),
        Some("meta-data/placement/region") => answer(200, "text/plain", "eu-west-3"),
        Some("meta-data/iam/security-credentials/") => answer(200, "text/plain", "role"),
        _ => answer(200, "application/json", &session_keys("ASIAINSTANCE")),
    }
}

/// A run beside this metadata service.
fn beside(instance: &Web, account: &Account, more: &(impl Words + ?Sized)) -> Program {
    keyless(account, more)
        .without("AWS_EC2_METADATA_DISABLED")
        .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", &instance.url)
}

#[test]
fn the_instance_role_comes_last() {
    let instance = Web::new(|head, _| answered(head));
    let account = Account::new();
    signed_by(&account, &beside(&instance, &account, ""), "ASIAINSTANCE/");
    // Also where a profile is named that has none itself, as with the AWS CLI.
    let account = Account::new();
    let program = beside(&instance, &account, "--profile bare");
    program.file("config", "[profile bare]\nregion = us-east-1\n");
    signed_by(&account, &program, "ASIAINSTANCE/");
    // And for a role.
    let account = Account::new();
    let program = beside(&instance, &account, "--profile role");
    program.file("config", "[profile role]\nrole_arn = arn:aws:iam::111122223333:role/x\ncredential_source = Ec2InstanceMetadata\n");
    signed_by(&account, &program, "ASIA");
    assert_eq!(account.actions_but_looks(), ["AssumeRole", "CreateSecret"]);
}

#[test]
fn its_region_is_used_if_none_is_set() {
    let instance = Web::new(|head, _| answered(head));
    let account = Account::new();
    let program = beside(&instance, &account, "").without("AWS_REGION");
    let arn = program.run().ok().to_owned();
    assert!(arn.contains(":eu-west-3:"), "{arn}");
    let program = beside(&instance, &account, "");
    program.env("AWS_REGION", "us-east-1").run().ok();
    let odd = Web::new(|head, _| answered(head).replace("eu-west-3", "..@evil//"));
    let account = Account::new();
    let ended = beside(&odd, &account, "").without("AWS_REGION").run();
    ended.fails(4, &["returned an invalid Region", "--region"]);
    assert!(account.requests().is_empty());
}

#[test]
fn an_instance_without_a_role_is_an_error() {
    let instance = Web::new(|head, _| {
        if head.starts_with("PUT ") {
            return TOKEN.to_owned();
        }
        answer(404, "text/html", "<html>Not Found</html>")
    });
    let account = Account::new();
    let ended = beside(&instance, &account, "").run();
    ended.fails(4, &["no AWS credentials", "no response, or no role"]);
}

#[test]
fn no_credentials_and_a_metadata_service_that_answers_403() {
    for status in [400, 401, 403, 405] {
        let instance = Web::new(move |_, _| answer(status, "text/plain", "Forbidden"));
        let account = Account::new();
        let ended = beside(&instance, &account, "").run();
        let answered = format!("the instance metadata service returned HTTP {status}");
        ended.fails(
            4,
            &[
                "no AWS credentials were found in:",
                &answered,
                "fix: log in as for the AWS CLI",
                "on an EC2 instance: give it a role",
            ],
        );
        ended.never(&["renew"]);
        assert!(account.requests().is_empty());
    }
}

/// The SDK panics over a name that cannot be in a path.
#[test]
fn a_role_with_an_odd_name_is_reported() {
    for role in ["ro\u{1}le", "ro le", "role/../other", "r\u{f6}le", "a\nb"] {
        let instance = Web::new(move |head, _| match answered(head) {
            answer if answer.ends_with("\r\nrole") => {
                crate::support::answer(200, "text/plain", role)
            }
            answer => answer,
        });
        let account = Account::new();
        let program = beside(&instance, &account, "--profile role");
        program.file("config", "[profile role]\nrole_arn = arn:aws:iam::111122223333:role/x\ncredential_source = Ec2InstanceMetadata\n");
        for program in [beside(&instance, &account, ""), program] {
            let ended = program.run();
            ended.fails(4, &["an invalid role name"]);
            ended.never(&["this is a bug", "\u{1}"]);
        }
        assert!(account.requests().is_empty());
    }
}

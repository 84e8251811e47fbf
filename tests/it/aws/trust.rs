//! Which certificate authorities are trusted, as with the AWS CLI.

use crate::support::{Account, Authority, Program};

#[test]
fn a_private_authority_is_trusted_by_each_of_its_settings() {
    let authority = Authority::new();
    let other = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
    let home = tempfile::TempDir::new().unwrap();
    let bundle = home.path().join("ca.pem");
    // What is around the certificates does not matter, nor one that cannot be an authority's.
    let content = format!("# a comment\n{other}{}", authority.pem());
    std::fs::write(&bundle, content).unwrap();
    let bundle = bundle.to_str().unwrap();
    for how in ["option", "variable", "profile", "home", "requests", "both"] {
        let account = Account::new();
        let address = authority.serve(&["localhost"], &account.url);
        let more = ["--ca-bundle", bundle];
        let more = if how == "option" { &more[..] } else { &[] };
        let mut program = Program::create(&account, more).env(
            "AWS_ENDPOINT_URL",
            format!("https://{}", address.replace("127.0.0.1", "localhost")),
        );
        match how {
            "variable" => program = program.env("AWS_CA_BUNDLE", bundle),
            "profile" => {
                program.file("config", format!("[default]\nca_bundle = {bundle}\n"));
            }
            // Also where no shell has put the home directory in its place.
            "home" => {
                program.file("ca.pem", std::fs::read(bundle).unwrap());
                program.file("config", "[default]\nca_bundle = ~/ca.pem\n");
            }
            // botocore 1.44.5 takes that of its old HTTP library after its own.
            "requests" => program = program.env("REQUESTS_CA_BUNDLE", bundle),
            "both" => {
                program = program
                    .env("REQUESTS_CA_BUNDLE", "/nowhere")
                    .env("AWS_CA_BUNDLE", bundle);
            }
            _ => {}
        }
        program.run().ok();
        assert_eq!(account.actions_but_looks(), ["CreateSecret"], "{how}");
    }
}

#[test]
fn the_trust_store_of_the_system_counts_where_no_bundle_is_named() {
    let authority = Authority::new();
    let account = Account::new();
    let address = authority.serve(&["localhost"], &account.url);
    let program = Program::create(&account, &[]).env(
        "AWS_ENDPOINT_URL",
        format!("https://{}", address.replace("127.0.0.1", "localhost")),
    );
    let store = program.file("system.pem", authority.pem());
    // The system's own is read, and has no such authority.
    let program = program.without("SSL_CERT_FILE");
    program.run().fails(
        4,
        &["not signed by a certificate authority that this machine trusts"],
    );
    program.env("SSL_CERT_FILE", store).run().ok();
    assert_eq!(account.actions_but_looks(), ["CreateSecret"]);
}

#[test]
fn certificates_that_do_not_hold() {
    let (known, unknown) = (Authority::new(), Authority::new());
    let account = Account::new();
    for (address, words) in [
        (
            unknown.serve(&["localhost"], &account.url),
            [
                "not signed by a certificate authority that this machine trusts",
                "--ca-bundle",
            ],
        ),
        (
            known.serve_until(&["localhost"], 2020, &account.url),
            ["has expired", "clock"],
        ),
        (
            known.serve(&["other.example"], &account.url),
            ["it is for another host", "endpoint"],
        ),
    ] {
        let program = Program::create(&account, "-v")
            .env("AWS_MAX_ATTEMPTS", "1")
            .env(
                "AWS_ENDPOINT_URL",
                format!("https://{}", address.replace("127.0.0.1", "localhost")),
            );
        let bundle = program.file("ca.pem", known.pem());
        let ended = program.env("AWS_CA_BUNDLE", bundle).run();
        ended.fails(4, &words).never(&["may be stored"]);
    }
    assert!(account.requests().is_empty());
}

/// OpenSSL takes such a certificate, and so does the AWS CLI; the TLS library here does not.
#[test]
fn a_certificate_that_is_its_own_authority_is_reported() {
    let account = Account::new();
    let (address, pem) = Authority::serve_itself("localhost", &account.url);
    let program = Program::create(&account, &[]).env(
        "AWS_ENDPOINT_URL",
        format!("https://{}", address.replace("127.0.0.1", "localhost")),
    );
    let bundle = program.file("ca.pem", pem);
    let ended = program.env("AWS_CA_BUNDLE", bundle).run();
    let words = ["its certificate is invalid", "CaUsedAsEndEntity"];
    ended.fails(4, &words).never(&["may be stored"]);
    assert!(account.requests().is_empty());
}

#[test]
fn a_bundle_that_cannot_be_used() {
    let account = Account::new();
    for (content, words) in [
        ("no certificate", "no PEM certificate"),
        (
            "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n",
            "invalid PEM",
        ),
        (
            "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
            "none of its certificates",
        ),
    ] {
        let program = Program::create(&account, &[]);
        let bundle = program.file("ca.pem", content);
        program
            .env("AWS_CA_BUNDLE", bundle)
            .run()
            .fails(4, &[words, "--ca-bundle"]);
    }
}

/// As in an image without the package, and where a variable names what is not there.
#[test]
fn without_certificates_it_says_what_to_install() {
    let account = Account::new();
    let authority = Authority::new();
    let address = authority.serve(&["localhost"], &account.url);
    let port = address.rsplit(':').next().unwrap();
    let program = |file: &str| {
        let program = Program::create(
            &account,
            &["--endpoint-url", &format!("https://localhost:{port}")],
        );
        let file = program.home.path().join(file);
        program.env("SSL_CERT_FILE", file)
    };
    for file in ["no-such-file", "config"] {
        let program = program(file);
        program.file("config", "");
        let ended = program.run();
        ended.fails(
            4,
            &[
                "no CA certificates were found in SSL_CERT_FILE",
                "ca-certificates",
                "--ca-bundle",
            ],
        );
        ended.never(&[
            "not signed by a certificate authority",
            "it is unknown whether",
        ]);
    }
    assert!(account.requests().is_empty());
}

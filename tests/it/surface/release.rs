//! What a release is made with.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

const TARGETS: [&str; 6] = [
    "aarch64-apple-darwin.tar.gz",
    "x86_64-apple-darwin.tar.gz",
    "aarch64-unknown-linux-musl.tar.gz",
    "x86_64-unknown-linux-musl.tar.gz",
    "x86_64-pc-windows-msvc.zip",
    "aarch64-pc-windows-msvc.zip",
];

fn installers(repository: &str, dist: &Path) -> Output {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/scripts");
    let mut command = Command::new("python3");
    command
        .arg(scripts.join("installers"))
        .arg(repository)
        .arg(dist);
    command.output().unwrap()
}

fn sums(targets: &[&str]) -> String {
    let lines = targets.iter().enumerate();
    let lines = lines.map(|(at, end)| format!("{at:064x}  ecr-ptc-1.2.3-{end}\n"));
    lines.collect::<String>() + &format!("{:064x}  ecr-ptc_1.2.3-1_amd64.deb\n", 99)
}

#[test]
fn homebrew_and_scoop_get_the_archives_of_the_release_with_their_sums() {
    let dist = tempfile::TempDir::new().unwrap();
    std::fs::write(dist.path().join("SHA256SUMS"), sums(&TARGETS)).unwrap();
    let ended = installers("OWNER/ecr-ptc", dist.path());
    assert!(ended.status.success(), "{ended:?}");
    let formula = std::fs::read_to_string(dist.path().join("ecr-ptc.rb")).unwrap();
    let manifest = std::fs::read(dist.path().join("ecr-ptc.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    for (at, end) in TARGETS.iter().enumerate() {
        let url = format!(
            "https://github.com/OWNER/ecr-ptc/releases/download/v1.2.3/ecr-ptc-1.2.3-{end}"
        );
        let sum = format!("{at:064x}");
        if end.contains("windows") {
            let system = if end.starts_with('x') {
                "64bit"
            } else {
                "arm64"
            };
            let of = &manifest["architecture"][system];
            assert_eq!(
                (of["url"].as_str(), of["hash"].as_str()),
                (Some(&*url), Some(&*sum))
            );
        } else {
            let both = format!("      url \"{url}\"\n      sha256 \"{sum}\"\n");
            assert!(formula.contains(&both), "{formula}");
        }
    }
    assert_eq!(manifest["version"], "1.2.3");
    assert!(formula.contains("version \"1.2.3\""));
}

#[test]
fn a_release_that_is_not_whole_has_no_installers() {
    let dist = tempfile::TempDir::new().unwrap();
    let two = sums(&TARGETS) + &format!("{:064x}  ecr-ptc-1.2.4-{}\n", 7, TARGETS[0]);
    for (repository, sums, says) in [
        (
            "OWNER/ecr-ptc",
            sums(&TARGETS[1..]),
            "no archive for aarch64-apple-darwin",
        ),
        ("OWNER/ecr-ptc", two, "of one version"),
        ("OWNER/ecr-ptc", String::new(), "of one version"),
        ("https://x/y/z", sums(&TARGETS), "not OWNER/NAME"),
    ] {
        std::fs::write(dist.path().join("SHA256SUMS"), sums).unwrap();
        let ended = installers(repository, dist.path());
        let stderr = String::from_utf8(ended.stderr).unwrap();
        assert!(!ended.status.success() && stderr.contains(says), "{stderr}");
    }
    assert!(!dist.path().join("ecr-ptc.rb").exists());
}

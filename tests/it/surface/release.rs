//! The scripts and workflows of a release.

use std::path::{Path, PathBuf};
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

fn script(name: &str) -> PathBuf {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/scripts");
    scripts.join(name)
}

fn installers(repository: &str, dist: &Path) -> Output {
    let mut command = Command::new("python3");
    command.arg(script("installers")).arg(repository).arg(dist);
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
    // Their sums are added to those of the archives, so that the attestation is for them too.
    let all = std::fs::read_to_string(dist.path().join("SHA256SUMS")).unwrap();
    let added = all.strip_prefix(&sums(&TARGETS)).unwrap();
    let script =
        "import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], 'rb').read()).hexdigest())";
    let expected = ["ecr-ptc.rb", "ecr-ptc.json"].map(|name| {
        let mut command = Command::new("python3");
        command.args(["-c", script]).arg(dist.path().join(name));
        let sum = String::from_utf8(command.output().unwrap().stdout).unwrap();
        format!("{}  {name}\n", sum.trim())
    });
    assert_eq!(added, expected.concat());
}

fn workflow(name: &str) -> String {
    let workflows = Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/workflows");
    std::fs::read_to_string(workflows.join(name)).unwrap()
}

/// One job of a workflow, as it is written.
fn job(workflow: &str, name: &str) -> String {
    let start = format!("  {name}:");
    let lines = workflow.lines().skip_while(|line| **line != start);
    let is_inside = |line: &&str| line.is_empty() || line.starts_with("    ");
    let lines: Vec<&str> = lines.skip(1).take_while(is_inside).collect();
    assert!(!lines.is_empty(), "no job {name}");
    lines.join("\n")
}

#[test]
fn no_program_is_installed_where_an_archive_is_built_or_attested() {
    let release = workflow("release.yml");
    for name in ["archive", "container", "release"] {
        let job = job(&release, name);
        assert!(!job.contains("cargo install"), "{job}");
    }
    for (name, uploads) in [("sbom", ".cdx.json"), ("debian", ".deb")] {
        let job = job(&release, name);
        assert!(job.contains("cargo install --locked cargo-"), "{job}");
        let (_, paths) = job.split_once("          path: |\n").unwrap();
        let paths = paths.lines().filter(|line| line.contains('*'));
        let paths: Vec<&str> = paths.map(str::trim).collect();
        let file = format!("target/package/*{uploads}");
        assert_eq!(paths, [file.clone(), format!("{file}.sha256")]);
    }
    let release = job(&release, "release");
    assert!(release.contains("needs: [archive, sbom, debian]"));
    let place = |of: &str| release.find(of).unwrap();
    assert!(place(".github/scripts/installers") < place("actions/attest-build-provenance@"));
    assert!(place("actions/attest-build-provenance@") < place("gh release create"));
}

#[test]
fn only_the_steps_that_need_the_job_token_of_the_container_workflow_have_it() {
    let job = job(&workflow("container.yml"), "push");
    let steps = job
        .split("      - ")
        .filter(|step| step.contains("github.token"));
    let steps: Vec<&str> = steps.collect();
    for (step, needs) in steps.iter().zip(["gh release download", "buildah login"]) {
        assert!(step.contains(needs), "{step}");
        assert!(!step.contains(".github/scripts/container"), "{step}");
    }
    assert_eq!(steps.len(), 2);
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

#[test]
fn binstall_looks_for_the_archives_of_the_release() {
    let mut command = Command::new(env!("CARGO"));
    command.args(["metadata", "--no-deps", "--locked", "--format-version=1"]);
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    let told: Value = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
    let package = &told["packages"][0];
    let binstall = &package["metadata"]["binstall"];
    for end in TARGETS {
        let (target, suffix) = end.split_once('.').unwrap();
        let rendered = |template: &Value| {
            [
                ("name", "ecr-ptc"),
                ("bin", "ecr-ptc"),
                ("version", "1.2.3"),
                ("target", target),
                ("repo", "https://github.com/OWNER/ecr-ptc"),
                ("binary-ext", if suffix == "zip" { ".exe" } else { "" }),
                ("archive-suffix", &end[target.len()..]),
            ]
            .iter()
            .fold(template.as_str().unwrap().to_owned(), |text, pair| {
                text.replace(&format!("{{ {} }}", pair.0), pair.1)
            })
        };
        let format = &binstall["overrides"][target]["pkg-fmt"];
        let format = format.as_str().or(binstall["pkg-fmt"].as_str());
        assert_eq!(format == Some("zip"), suffix == "zip", "{target}");
        assert_eq!(
            rendered(&binstall["pkg-url"]),
            format!(
                "https://github.com/OWNER/ecr-ptc/releases/download/v1.2.3/ecr-ptc-1.2.3-{end}"
            )
        );
        let program = rendered(&binstall["bin-dir"]);
        assert!(
            program.starts_with(&format!("ecr-ptc-1.2.3-{target}/ecr-ptc")),
            "{program}"
        );
    }
}

/// Archives for both kinds of machine, as far as an image takes of them.
#[cfg(unix)]
fn archives(dist: &Path, machines: &[&str]) {
    for machine in machines {
        let name = format!("ecr-ptc-1.2.3-{machine}-unknown-linux-musl");
        let stage = dist.join(&name);
        std::fs::create_dir(&stage).unwrap();
        std::fs::write(stage.join("ecr-ptc"), machine).unwrap();
        std::fs::write(stage.join("LICENSE"), "license").unwrap();
        let mut tar = Command::new("tar");
        tar.arg("-czf").arg(dist.join(name.clone() + ".tar.gz"));
        tar.arg("-C").arg(dist).arg(&name);
        assert!(tar.status().unwrap().success());
    }
}

/// Runs the script with a builder that shows what it is given.
#[cfg(unix)]
fn container(dist: &Path) -> Output {
    let authorities = dist.join("authorities");
    std::fs::write(&authorities, "authorities").unwrap();
    let builder = r#"for word; do context=$word; done; cd "$context"
        printf '%s\n' "$@"; find . -type f | LC_ALL=C sort; ls -l amd64 . | cut -c 1-10; cat ca-certificates.crt amd64/ecr-ptc arm64/ecr-ptc"#;
    let mut command = Command::new("bash");
    command
        .arg(script("container"))
        .arg("OWNER/ecr-ptc")
        .arg(dist)
        .args(["bash", "-c", builder, "builder"])
        .env("CERTIFICATES", authorities);
    command.output().unwrap()
}

#[cfg(unix)]
#[test]
fn a_container_image_has_the_program_of_the_release_and_the_authorities() {
    let dist = tempfile::TempDir::new().unwrap();
    archives(dist.path(), &["x86_64", "aarch64"]);
    let ended = container(dist.path());
    let shown = String::from_utf8(ended.stdout).unwrap();
    assert!(ended.status.success(), "{shown}");
    for part in [
        "--platform\nlinux/amd64,linux/arm64\n",
        "org.opencontainers.image.source=https://github.com/OWNER/ecr-ptc\n",
        "org.opencontainers.image.version=1.2.3\n",
        "./LICENSE\n./amd64/ecr-ptc\n./arm64/ecr-ptc\n./ca-certificates.crt\n",
        "-rwxr-xr-x\n",
        "authoritiesx86_64aarch64",
    ] {
        assert!(shown.contains(part), "{part} is missing in {shown}");
    }
    let recipe = Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/container/Containerfile");
    let recipe = std::fs::read_to_string(recipe).unwrap();
    assert!(recipe.contains("FROM scratch\n") && recipe.contains("USER 65532:65532\n"));
}

#[cfg(unix)]
#[test]
fn there_is_no_container_image_of_a_release_that_is_not_whole() {
    let dist = tempfile::TempDir::new().unwrap();
    archives(dist.path(), &["x86_64"]);
    let ended = container(dist.path());
    let stderr = String::from_utf8(ended.stderr).unwrap();
    let says = "has not one archive for aarch64-unknown-linux-musl";
    assert!(!ended.status.success() && stderr.contains(says), "{stderr}");
}

/// The first commands of a page, with a `gh` that verifies nothing.
#[cfg(unix)]
#[test]
fn the_page_unpacks_no_archive_that_is_not_verified() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/docs/ci.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, commands) = page.split_once("```sh\n").unwrap();
    let (commands, _) = commands.split_once("```").unwrap();
    let place = tempfile::TempDir::new().unwrap();
    let gh = r#"#!/bin/sh
echo "$@" >>asked
[ "$1" = release ] && tar -czf ecr-ptc-1.2.3-x86_64-unknown-linux-musl.tar.gz -C / etc/hostname"#;
    crate::support::executable(place.path().join("gh"), gh);
    let path = format!("{}:/usr/bin:/bin", place.path().display());
    let mut command = Command::new("bash");
    command.args(["-c", commands]).env("PATH", path);
    let ended = command.current_dir(place.path()).output().unwrap();
    assert!(!ended.status.success(), "{ended:?}");
    assert!(!place.path().join("ecr-ptc").exists());
    let asked = std::fs::read_to_string(place.path().join("asked")).unwrap();
    let signer = "--signer-workflow OWNER/ecr-ptc/.github/workflows/release.yml";
    assert!(asked.contains(signer), "{asked}");
}

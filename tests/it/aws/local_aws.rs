//! The parts of the local AWS that this repository adds.

use std::process::Command;

/// What we add to moto agrees with AWS's own models.
#[test]
fn the_local_aws_agrees_with_the_models_of_aws() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/local_aws/run.py");
    let check = |python: &str| Command::new(python).args([script, "--check"]).output();
    let checked = check("python3").or_else(|_| check("python")).unwrap();
    let said = String::from_utf8_lossy(&checked.stdout);
    let passed = ["answers agree", "of managed secrets agree"];
    assert!(
        checked.status.success() && passed.iter().all(|part| said.contains(part)),
        "{said}{}",
        String::from_utf8_lossy(&checked.stderr)
    );
}

//! The parts of the local AWS that this repository adds.

use std::process::Command;

/// What a test here expects of AWS is what AWS's own models say, and what the program does not know
/// of them is listed with the reason.
#[test]
fn the_local_aws_and_the_program_are_as_the_models_of_aws_have_them() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/local_aws/run.py");
    let check = |python: &str| Command::new(python).args([script, "--check"]).output();
    let checked = check("python3").or_else(|_| check("python")).unwrap();
    let said = String::from_utf8_lossy(&checked.stdout);
    let passed = ["answers are", "of managed secrets are", "are not known"];
    assert!(
        checked.status.success() && passed.iter().all(|part| said.contains(part)),
        "{said}{}",
        String::from_utf8_lossy(&checked.stderr)
    );
}

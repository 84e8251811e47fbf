//! The local AWS itself, where it is ours.

use std::process::Command;

/// What a test here expects of ECR is what AWS's own model of it says.
#[test]
fn the_rules_of_the_local_ecr_are_as_the_model_of_ecr_has_them() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/local_aws/run.py");
    let check = |python: &str| Command::new(python).args([script, "--check"]).output();
    let checked = check("python3").or_else(|_| check("python")).unwrap();
    let said = String::from_utf8_lossy(&checked.stdout);
    assert!(
        checked.status.success() && said.contains("as the model has them"),
        "{said}{}",
        String::from_utf8_lossy(&checked.stderr)
    );
}

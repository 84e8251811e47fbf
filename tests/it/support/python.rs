//! [`python`]: the scripts of the tests.

use std::process::{Child, Command, Stdio};

/// Starts a script of `tests`, with pipes to talk through. One that serves ends when its standard input
/// does: when we end, however that happens.
pub fn python(script: &str, arguments: &[&str]) -> Child {
    let script = format!("{}/tests/{script}", env!("CARGO_MANIFEST_DIR"));
    let start = |python: &str| {
        Command::new(python)
            .arg(&script)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
    };
    start("python3")
        .or_else(|_| start("python"))
        .expect("Python 3 runs the scripts of the tests")
}

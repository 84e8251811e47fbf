//! The cases that the SDK for Rust is held against, where they come with its packages.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// A file of the package `aws-runtime`, in the version that this one is built with.
pub fn of_the_sdk(file: &str) -> Value {
    // Of other platforms' packages there may be none here.
    let rustc = Command::new("rustc").arg("-vV").output().unwrap();
    let rustc = String::from_utf8(rustc.stdout).unwrap();
    let mut lines = rustc.lines();
    let host = lines.find_map(|line| line.strip_prefix("host: ")).unwrap();
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--offline"])
        .args(["--filter-platform", host, "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let mut packages = metadata["packages"].as_array().unwrap().iter();
    let package = packages
        .find(|package| package["name"] == "aws-runtime")
        .unwrap();
    let manifest = Path::new(package["manifest_path"].as_str().unwrap());
    let path = manifest.with_file_name("test-data").join(file);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

//! Golden files: the exact output for people and scripts, in `tests/golden`.
//!
//! `UPDATE_GOLDEN=1 cargo test --test it -- golden` rewrites them. Each difference is a decision to
//! name in the commit. Only on Unix: Windows words its own errors differently.

mod aws;
mod checks;
pub mod files;
mod help;
mod partial;
pub mod placeholders;
mod reads;
mod scene;
mod states;
mod tables;
mod terminal;
mod usage;
mod writes;

use std::collections::BTreeSet;

use scene::Scene;

/// The scenes, a test for each list of them.
const SCENES: [&[Scene]; 7] = [
    writes::SCENES,
    reads::SCENES,
    checks::SCENES,
    usage::SCENES,
    states::SCENES,
    aws::SCENES,
    partial::SCENES,
];

/// The names of all golden files.
fn names() -> BTreeSet<String> {
    let scenes = SCENES.into_iter().flatten();
    let mut names: BTreeSet<String> = scenes.map(|scene| scene.name.to_owned()).collect();
    let count = SCENES.iter().map(|scenes| scenes.len()).sum::<usize>();
    assert_eq!(names.len(), count, "two scenes have the same name");
    names.extend(help::names());
    names.extend(terminal::names());
    names.extend(tables::NAMES.map(ToOwned::to_owned));
    names
}

#[test]
fn every_golden_file_is_written_by_a_scene() {
    let (names, found) = (names(), files::names());
    let left: Vec<_> = found.difference(&names).collect();
    if files::updates() {
        for name in left {
            files::remove(name);
        }
    } else {
        assert!(left.is_empty(), "no scene writes these: {left:?}");
    }
}

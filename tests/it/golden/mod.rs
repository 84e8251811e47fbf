//! Golden files: what people and scripts see, held still to the letter in `tests/golden`.
//!
//! `UPDATE_GOLDEN=1 cargo test --test it -- golden` writes them anew. Each difference is a decision
//! of whoever commits it. Only on Unix: Windows has other words for its own errors, and `.exe`.

mod files;
mod help;

use std::collections::BTreeSet;

/// The names of all golden files.
fn names() -> BTreeSet<String> {
    help::names().into_iter().collect()
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

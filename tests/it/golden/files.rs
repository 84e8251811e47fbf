//! Compares runs with the golden files, or writes the files with `UPDATE_GOLDEN=1`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::support::{side_by_side, Ended};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden");

/// How many lines are shown before and after one that differs.
const AROUND: usize = 3;

/// Whether to write the files.
pub fn updates() -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let updates = is_set("UPDATE_GOLDEN");
    assert!(
        !(updates && is_set("CI")),
        "UPDATE_GOLDEN is for a person who looks at what changes, and CI is set"
    );
    updates
}

/// Compares each case with its file, and reports all differences together.
pub fn hold<C: Send>(
    cases: impl IntoIterator<Item = C, IntoIter: Send>,
    write: impl Fn(C) -> (String, String) + Sync,
) {
    let differences = Mutex::new(Vec::new());
    side_by_side(cases, |case| {
        let (name, text) = write(case);
        differences.lock().unwrap().extend(difference(&name, &text));
    });
    let mut differences = differences.into_inner().unwrap();
    differences.sort();
    assert!(
        differences.is_empty(),
        "\n{}\nif that is as it should be: UPDATE_GOLDEN=1 cargo test --test it -- golden",
        differences.join("\n")
    );
}

/// A run as a file has it.
pub fn record(line: &str, ended: &Ended) -> String {
    let stream = |text: &str| match text.chars().last() {
        None | Some('\n') => text.to_owned(),
        Some(_) => format!("{text}[NO LINE END]\n"),
    };
    format!(
        "$ {line}\n-- stdout\n{}-- stderr\n{}-- status {}\n",
        stream(&ended.stdout),
        stream(&ended.stderr),
        ended.status
    )
}

/// The names of the existing files.
pub fn names() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut folders = vec![PathBuf::from(FOLDER)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(FOLDER).unwrap().to_str().unwrap();
                names.insert(name.strip_suffix(".txt").unwrap_or(name).to_owned());
            }
        }
    }
    names
}

pub fn remove(name: &str) {
    fs::remove_file(path(name)).unwrap();
}

fn path(name: &str) -> PathBuf {
    Path::new(FOLDER).join(format!("{name}.txt"))
}

fn difference(name: &str, text: &str) -> Option<String> {
    let path = path(name);
    let held = fs::read_to_string(&path).ok();
    if held.as_deref() == Some(text) {
        return None;
    }
    if updates() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        return None;
    }
    let differs = match held {
        Some(held) => lines_that_differ(&held, text),
        None => "  is not there yet\n".to_owned(),
    };
    Some(format!("tests/golden/{name}.txt\n{differs}"))
}

/// The lines that are gone with `-`, those that are new with `+`, and some around them.
pub fn lines_that_differ(held: &str, text: &str) -> String {
    let (old, new): (Vec<_>, Vec<_>) = (held.split('\n').collect(), text.split('\n').collect());
    // How many lines two tails have in common.
    let mut common = vec![vec![0; new.len() + 1]; old.len() + 1];
    for (i, a) in old.iter().enumerate().rev() {
        for (j, b) in new.iter().enumerate().rev() {
            let skip = common[i + 1][j].max(common[i][j + 1]);
            common[i][j] = if a == b {
                common[i + 1][j + 1] + 1
            } else {
                skip
            };
        }
    }
    let (mut i, mut j, mut lines) = (0, 0, Vec::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            lines.push((' ', old[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || (i < old.len() && common[i + 1][j] >= common[i][j + 1]) {
            lines.push(('-', old[i]));
            i += 1;
        } else {
            lines.push(('+', new[j]));
            j += 1;
        }
    }
    let mut shown = String::new();
    let mut last = None;
    for (at, (sign, line)) in lines.iter().enumerate() {
        let near = at.saturating_sub(AROUND)..(at + AROUND + 1).min(lines.len());
        if lines[near].iter().all(|(sign, _)| *sign == ' ') {
            continue;
        }
        if last.is_some_and(|last: usize| last + 1 < at) {
            shown += "  …\n";
        }
        last = Some(at);
        writeln!(shown, "  {sign} {line}").unwrap();
    }
    shown
}

#[test]
fn a_difference_is_shown_with_what_is_around_it() {
    let (held, text) = (
        "1\n2\n3\n4\n5\n6\n7\n8\n9\n",
        "0\n2\n3\n4\n5\n6\n7\n8\n9\n10\n",
    );
    let shown = "  - 1\n  + 0\n    2\n    3\n    4\n  …\n    7\n    8\n    9\n  + 10\n    \n";
    assert_eq!(lines_that_differ(held, text), shown);
}

//! The pages agree with the program's help and with the JSON of the golden files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{blocks, name_of, pages, prose_of, TOP};
use crate::support::Program;

fn page(name: &str) -> String {
    fs::read_to_string(Path::new(TOP).join(".github/docs").join(name)).unwrap()
}

fn help(words: &[&str]) -> String {
    Program::new(&[words, &["--help"]].concat())
        .run()
        .ok()
        .to_owned()
}

#[test]
fn each_exit_status_means_what_the_help_says() {
    let page = page("status-and-json.md");
    let help = help(&[]);
    let (_, statuses) = help.split_once("Exit status:\n").unwrap();
    let mut count = 0;
    for line in statuses.lines() {
        let (status, meaning) = line.trim().split_once(' ').unwrap();
        let row = format!("| {status} | {} |", meaning.trim());
        assert!(page.contains(&row), "{row}");
        count += 1;
    }
    assert_eq!(count, 11);
}

#[test]
fn the_pages_and_the_help_agree_on_where_to_create_a_token() {
    let page = page("token.md");
    let help = help(&["create"]);
    let (_, places) = help.split_once("Where to create a token:\n").unwrap();
    let mut rows = Vec::new();
    for line in places.lines() {
        let text = line.trim();
        if line.starts_with("    ") {
            let row: &mut String = rows.last_mut().unwrap();
            let is_new = ["username: ", "token: ", "https://", "az ", "chainctl "]
                .iter()
                .any(|start| text.starts_with(start));
            *row += if is_new { "\n" } else { " " };
            *row += text;
        } else {
            rows.push(text.to_owned());
        }
    }
    assert_eq!(rows.len(), 5);
    for row in rows {
        let mut parts = row.lines();
        let title = parts.next().unwrap();
        let mut lines = page.lines();
        let told = lines
            .find(|line| line.starts_with(&format!("| {title} |")))
            .expect(title);
        for part in parts {
            let (_, part) = part.split_once("username: ").unwrap_or(("", part));
            let (_, part) = part.split_once("token: ").unwrap_or(("", part));
            let forms = [
                format!("| {part} |"),
                format!("]({part})"),
                format!("`{part}`"),
            ];
            assert!(
                forms.iter().any(|form| told.contains(form)),
                "{part} in {told}"
            );
        }
    }
}

#[test]
fn each_member_of_the_json_is_explained_and_each_explained_one_exists() {
    let page = page("status-and-json.md");
    let mut all = BTreeSet::new();
    let golden = files(&Path::new(TOP).join("tests/golden"));
    let golden = golden.iter().map(|file| fs::read_to_string(file).unwrap());
    for text in golden.chain([page.clone()]) {
        for line in text.lines().filter(|line| line.starts_with(['{', '['])) {
            if let Ok(document) = serde_json::from_str::<Value>(line) {
                keys(&document, &mut all);
            }
        }
    }
    assert!(all.len() > 70, "{all:?}");
    let untold: Vec<_> = all
        .iter()
        .filter(|key| !page.contains(&format!("`{key}`")))
        .collect();
    assert!(untold.is_empty(), "{untold:?}");
    let mut in_table = false;
    for line in page.lines() {
        let is_row = in_table && line.starts_with('|');
        in_table = is_row || line.starts_with("| member");
        let cell = line.split('|').nth(1).filter(|_| is_row);
        let names = cell.unwrap_or_default();
        for name in names.split('`').skip(1).step_by(2) {
            assert!(all.contains(name), "{name}");
        }
    }
}

#[test]
fn each_finding_has_its_code_in_the_table() {
    let page = page("secrets.md");
    let mut codes = BTreeSet::new();
    for file in files(&Path::new(TOP).join("tests/golden/check")) {
        let text = fs::read_to_string(file).unwrap();
        let findings = text.lines().filter_map(|line| {
            let levels = ["  error    ", "  warning  ", "  note     "];
            levels.iter().find_map(|level| line.strip_prefix(level))
        });
        let of_lines = findings.filter_map(|line| line.split_once(": "));
        codes.extend(of_lines.map(|(code, _)| code.to_owned()));
    }
    assert!(codes.len() > 15, "{codes:?}");
    for code in codes {
        assert!(page.contains(&format!("`{code}`")), "{code}");
    }
}

/// The names of all members, but not those of a policy, which are of AWS.
fn keys(document: &Value, into: &mut BTreeSet<String>) {
    match document {
        Value::Object(object) => {
            for (key, value) in object {
                into.insert(key.clone());
                if key != "resourcePolicy" {
                    keys(value, into);
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| keys(value, into)),
        _ => {}
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

/// The commands of ours, with which code may begin.
const COMMANDS: [&str; 9] = [
    "create", "update", "list", "show", "check", "delete", "restore", "rule", "image",
];

/// The code that stands in the lines of a page, each on one line.
fn prose_code(page: &str) -> Vec<String> {
    let prose = prose_of(page).join(" ");
    let code = prose.split('`').skip(1).step_by(2);
    code.map(str::to_owned).collect()
}

#[test]
fn each_option_and_variable_of_ours_that_is_named_exists() {
    let helps: String = ["help", "errors"]
        .iter()
        .flat_map(|folder| files(&Path::new(TOP).join("tests/golden").join(folder)))
        .map(|file| fs::read_to_string(file).unwrap())
        .collect();
    let is_in_help = |word: &str| {
        let mut found = helps.match_indices(word);
        let goes_on = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        found.any(|(at, _)| !helps[at + word.len()..].starts_with(goes_on))
    };
    for file in pages() {
        let page = fs::read_to_string(&file).unwrap();
        let name = name_of(&file);
        // Blocks are run; options of other programs are in code that does not begin with ours.
        for code in prose_code(&page) {
            let first = code.split(' ').next().unwrap_or_default();
            let is_ours = code.starts_with("--") || first == "ecr-ptc" || COMMANDS.contains(&first);
            for word in code.split([' ', '=']).filter(|_| is_ours) {
                let is_option = word.starts_with("--") && word.len() > 2;
                assert!(!is_option || is_in_help(word), "{name}: {word} in {code}");
            }
            if code.starts_with("ECR_PTC_") {
                assert!(
                    is_in_help(code.split('=').next().unwrap()),
                    "{name}: {code}"
                );
            }
        }
    }
}

#[test]
fn the_actions_have_the_inputs_that_the_pages_give_them() {
    let mut count = 0;
    for block in blocks(&page("ci.md")) {
        let mut action = None;
        let mut is_input = false;
        for line in &block.lines {
            let (key, _) = line.trim().split_once(':').unwrap_or((line.trim(), ""));
            if let Some((_, after)) = line.split_once("uses: OWNER/ecr-ptc/") {
                let (path, _) = after.split_once('@').unwrap();
                let file = Path::new(TOP).join(path).join("action.yml");
                action = Some(fs::read_to_string(file).unwrap());
            } else if key == "with" {
                is_input = true;
            } else if let Some(action) = action.as_ref().filter(|_| is_input) {
                assert!(action.contains(&format!("\n  {key}:\n")), "{key}");
                count += 1;
            }
        }
    }
    assert_eq!(count, 6);
}

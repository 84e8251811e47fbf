//! The README and the pages under `.github/docs`: their commands are run, page by page and in order,
//! in an account of the page's own, and what they print stands there. `UPDATE_GOLDEN` writes it anew.
//!
//! In a `console` block, `$` begins a command, and what it prints follows. An `sh` block is a script
//! that has to succeed, or with `#!` the program `mint`. Of other languages, `ecr-ptc create` and
//! `ecr-ptc update` are run, to the end of the line.

mod azure;
mod facts;
mod links;
mod permissions;
mod place;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde_json::Value;

use crate::golden::files::{lines_that_differ, updates};
use crate::support::side_by_side;
use place::Place;

const TOP: &str = env!("CARGO_MANIFEST_DIR");

/// A fenced block of a page.
struct Block {
    language: String,
    lines: Vec<String>,
    /// The place of its first line in the page, from 0 on.
    at: usize,
}

impl Block {
    fn text(&self) -> String {
        self.lines.join("\n")
    }
}

/// The README and the pages, without those in other languages.
fn pages() -> Vec<PathBuf> {
    let docs = fs::read_dir(Path::new(TOP).join(".github/docs")).unwrap();
    let mut pages: Vec<_> = docs.map(|entry| entry.unwrap().path()).collect();
    pages.retain(|page| !page.ends_with("README.ja.md"));
    pages.push(Path::new(TOP).join("README.md"));
    pages.sort();
    pages
}

/// The name of a page from the top of the repository on.
fn name_of(page: &Path) -> String {
    page.strip_prefix(TOP).unwrap().display().to_string()
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_open = false;
    for (at, line) in text.lines().enumerate() {
        match line.strip_prefix("```") {
            Some(_) if is_open => is_open = false,
            Some(language) => {
                is_open = true;
                blocks.push(Block {
                    language: language.to_owned(),
                    lines: Vec::new(),
                    at: at + 1,
                });
            }
            None if is_open => blocks.last_mut().unwrap().lines.push(line.to_owned()),
            None => {}
        }
    }
    assert!(!is_open, "a block is not closed");
    blocks
}

/// The lines of a page without its blocks.
fn prose_of(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    for block in blocks(text).iter().rev() {
        lines.drain(block.at - 1..=block.at + block.lines.len());
    }
    lines
}

/// The commands of a `console` block, each with what stands after it.
fn session(block: &Block) -> Vec<(String, String)> {
    let mut commands: Vec<(String, String)> = Vec::new();
    let mut goes_on = false;
    for line in &block.lines {
        if let Some(command) = line.strip_prefix("$ ") {
            commands.push((command.to_owned() + "\n", String::new()));
            goes_on = true;
        } else {
            let last = commands
                .last_mut()
                .expect("a session begins with a command");
            let part = if goes_on { &mut last.0 } else { &mut last.1 };
            writeln!(part, "{line}").unwrap();
        }
        goes_on = goes_on && line.ends_with(['\\', '|']);
    }
    commands
}

/// What became of a block: how it is to stand in the page, and what is wrong.
struct Outcome {
    lines: Vec<String>,
    fault: Option<String>,
}

/// Runs what is in a block.
fn run(block: &Block, place: &Place) -> Outcome {
    let fault = match block.language.as_str() {
        "console" => return run_session(block, place),
        "text" => None,
        _ => run_script(block, place).err(),
    };
    Outcome {
        lines: block.lines.clone(),
        fault,
    }
}

fn run_session(block: &Block, place: &Place) -> Outcome {
    let (mut written, mut is_same) = (String::new(), true);
    for (command, printed) in session(block) {
        let (said, _) = place.run(&command);
        is_same &= place.same_of_run(&said) == place.same_of_page(&printed);
        write!(written, "$ {command}{}", place.shown(&said)).unwrap();
    }
    let lines: Vec<String> = written.lines().map(str::to_owned).collect();
    let fault = (!is_same).then(|| lines_that_differ(&block.text(), &lines.join("\n")));
    Outcome { lines, fault }
}

fn run_script(block: &Block, place: &Place) -> Result<(), String> {
    let script = block.text();
    let succeed = |script: &str| match place.run(script) {
        (said, true) => Ok(said),
        (said, false) => Err(format!("{script}\n{said}")),
    };
    match block.language.as_str() {
        // It asks: the picture shows how.
        "sh" if script == "ecr-ptc" => {}
        "sh" if script.starts_with("#!") => {
            place.has_program("mint", &script);
            let said = succeed("./mint")?;
            let json: Result<Value, _> = serde_json::from_str(&said);
            if !json.is_ok_and(|json| json["accessToken"].is_string()) {
                return Err(format!("no credentials: {said}"));
            }
        }
        "sh" => drop(succeed(&script)?),
        "json" => {
            let json: Result<Value, _> = serde_json::from_str(&script);
            json.map_err(|error| error.to_string())?;
        }
        "yaml" | "groovy" => {
            let is_comment = |line: &&String| line.trim_start().starts_with(['#', '/']);
            for line in block.lines.iter().filter(|line| !is_comment(line)) {
                let starts = ["ecr-ptc create ", "ecr-ptc update "];
                if let Some(at) = starts.iter().find_map(|start| line.find(start)) {
                    succeed(line[at..].trim_end_matches('\''))?;
                }
            }
        }
        other => return Err(format!("a block in {other:?}")),
    }
    Ok(())
}

/// Runs a page, and gives what differs.
fn run_page(page: &Path) -> Vec<String> {
    let text = fs::read_to_string(page).unwrap();
    let (mut place, blocks) = (Place::new(&name_of(page)), blocks(&text));
    let outcome_of = |block| {
        place.next_block();
        run(block, &place)
    };
    let outcomes: Vec<Outcome> = blocks.iter().map(outcome_of).collect();
    if place.is_over() {
        return run_page(page);
    }
    let differs = |(block, outcome): (&Block, &Outcome)| {
        let fault = outcome.fault.as_ref()?;
        Some(format!("{}:{}\n{fault}", name_of(page), block.at))
    };
    let faults: Vec<String> = blocks.iter().zip(&outcomes).filter_map(differs).collect();
    if updates() && !faults.is_empty() {
        // All of it, so that one thing has one name in the page.
        let lines: Vec<&str> = text.lines().collect();
        let (mut written, mut copied) = (Vec::new(), 0);
        for (block, outcome) in blocks.iter().zip(&outcomes) {
            written.extend_from_slice(&lines[copied..block.at]);
            copied = block.at + block.lines.len();
            written.extend(outcome.lines.iter().map(String::as_str));
        }
        written.extend_from_slice(&lines[copied..]);
        fs::write(page, written.join("\n") + "\n").unwrap();
    }
    faults
}

#[test]
fn the_commands_of_each_page_print_what_stands_there() {
    let all = Mutex::new(Vec::new());
    side_by_side(pages(), |page| all.lock().unwrap().extend(run_page(&page)));
    let all = all.into_inner().unwrap();
    assert!(
        all.is_empty(),
        "\n{}\nif that is as it should be: UPDATE_GOLDEN=1 cargo test --test it -- docs, \
         and look at what it has written",
        all.join("\n")
    );
}

//! The README and the pages under `.github/docs`: their commands are run, page by page and in order,
//! in an account of the page's own, and what they print stands there. `UPDATE_GOLDEN` writes it anew.
//!
//! In a `console` block, `$` begins a command, and what it prints follows. An `sh` block is a script
//! that has to succeed, or with `#!` the program `mint`. Of other languages, what follows `ecr-ptc`
//! in a line is run.

mod facts;
mod links;
mod permissions;
mod place;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

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

/// Runs what is in a block, and gives how it should be.
fn run(block: &Block, place: &Place) -> Result<Vec<String>, String> {
    let script = block.text();
    let succeed = |script: &str| match place.run(script) {
        (_, true) => Ok(()),
        (said, false) => Err(format!("{script}\n{said}")),
    };
    match block.language.as_str() {
        "console" => {
            let mut written = String::new();
            for (command, printed) in session(block) {
                let (said, _) = place.run(&command);
                let is_same = place.comparable(&said) == place.comparable(&printed);
                let shown = if is_same { printed } else { place.shown(&said) };
                write!(written, "$ {command}{shown}").unwrap();
            }
            return Ok(written.lines().map(str::to_owned).collect());
        }
        // It asks: the picture shows how.
        "sh" if script == "ecr-ptc" => {}
        "sh" if script.starts_with("#!") => {
            place.has_program("mint", &script);
            succeed("./mint")?;
        }
        "sh" => succeed(&script)?,
        "json" => {
            let json: Result<serde_json::Value, _> = serde_json::from_str(&script);
            json.map_err(|error| error.to_string())?;
        }
        "yaml" | "groovy" => {
            let is_comment = |line: &&String| line.trim_start().starts_with(['#', '/']);
            for line in block.lines.iter().filter(|line| !is_comment(line)) {
                if let Some(at) = line.find("ecr-ptc create ") {
                    succeed(line[at..].trim_end_matches('\''))?;
                }
            }
        }
        "text" => {}
        other => return Err(format!("a block in {other:?}")),
    }
    Ok(block.lines.clone())
}

#[test]
fn the_commands_of_each_page_print_what_stands_there() {
    let all = Mutex::new(Vec::new());
    side_by_side(pages(), |page| {
        let text = fs::read_to_string(&page).unwrap();
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let (mut place, mut written, mut copied) = (Place::new(&name_of(&page)), Vec::new(), 0);
        for block in blocks(&text) {
            place.next_block();
            let is = run(&block, &place);
            let fault = match &is {
                Ok(is) if *is == block.lines => None,
                Ok(is) => Some(lines_that_differ(&block.text(), &is.join("\n"))),
                Err(fault) => Some(fault.clone()),
            };
            if let Some(fault) = fault {
                let fault = format!("{}:{}\n{fault}", name_of(&page), block.at);
                all.lock().unwrap().push(fault);
            }
            written.extend_from_slice(&lines[copied..block.at]);
            copied = block.at + block.lines.len();
            written.extend(is.unwrap_or(block.lines));
        }
        if updates() {
            written.extend_from_slice(&lines[copied..]);
            fs::write(&page, written.join("\n") + "\n").unwrap();
        }
    });
    let all = all.into_inner().unwrap();
    assert!(all.is_empty(), "\n{}", all.join("\n"));
}

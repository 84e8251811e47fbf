//! The help of every command. The man pages come from the same source.

use super::files::{hold, record};
use crate::support::Program;

/// The words of every command that has a help text of its own: none, `create`, `rule`, …
fn commands() -> Vec<Vec<String>> {
    let mut found = vec![Vec::new()];
    let mut next = 0;
    while let Some(command) = found.get(next).cloned() {
        let help = run(&command, &["-h"]).1;
        let lines = help.lines().skip_while(|line| *line != "Commands:");
        let names = lines.skip(1).take_while(|line| !line.is_empty());
        let words = names.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
        for word in words.filter(|word| !["", "help"].contains(word)) {
            found.push([&command[..], &[word.to_owned()]].concat());
        }
        next += 1;
    }
    found
}

/// A run as its file shows it, and standard output.
fn run(command: &[String], more: &[&str]) -> (String, String) {
    let words: Vec<&str> = command.iter().map(String::as_str).collect();
    let program = Program::new(&words).and(more);
    let ended = program.run();
    // A release changes the version, and nothing else.
    let version = concat!(" ", env!("CARGO_PKG_VERSION"));
    let v_version = concat!("v", env!("CARGO_PKG_VERSION"));
    let text = record(&program.line(), &ended)
        .replace(version, " [PROGRAM-VERSION]")
        .replace(v_version, "v[PROGRAM-VERSION]");
    (text, ended.stdout)
}

fn name(command: &[String]) -> String {
    let words = [&["ecr-ptc".to_owned()], command].concat();
    format!("help/{}", words.join("-"))
}

pub fn names() -> Vec<String> {
    let mut names: Vec<String> = commands().iter().map(|command| name(command)).collect();
    names.push("version".to_owned());
    names
}

#[test]
fn help() {
    hold(commands(), |command| {
        let (short, says) = run(&command, &["-h"]);
        let (long, says_more) = run(&command, &["--help"]);
        let text = if says == says_more {
            long
        } else {
            format!("{short}\n{long}")
        };
        (name(&command), text)
    });
}

/// The commands to copy in a help text.
fn examples(help: &str) -> Vec<&str> {
    let examples = help.lines().skip_while(|line| !line.starts_with("Example"));
    let examples = examples.take_while(|line| *line != "Where to create a token:");
    let elsewhere = ["az ", "chainctl "];
    let elsewhere = help.lines().filter(|line| {
        let words = line.trim_start();
        elsewhere.iter().any(|program| words.starts_with(program))
    });
    let is_command =
        |line: &&str| !line.is_empty() && !line.ends_with(':') && !line.starts_with("See --help");
    examples.filter(is_command).chain(elsewhere).collect()
}

#[test]
fn no_terminal_breaks_an_example() {
    let help = |command: &[String], option: &str, columns: &str| {
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        let program = Program::new(&words).and(&[option]);
        program.env("COLUMNS", columns).run().ok().to_owned()
    };
    let mut count = 0;
    for command in commands() {
        for option in ["-h", "--help"] {
            let wide = help(&command, option, "100");
            assert!(!wide.contains('\u{a0}'), "{wide}");
            let examples = examples(&wide);
            count += examples.len();
            for columns in ["80", "50", "20"] {
                let narrow = help(&command, option, columns);
                for example in &examples {
                    assert!(example.len() <= 76, "{example}");
                    let is_whole = narrow.lines().any(|line| line == *example);
                    assert!(is_whole, "{example:?} at {columns}: {narrow}");
                }
            }
        }
    }
    assert!(count > 40, "{count}");
}

#[test]
fn every_command_has_a_man_page() {
    for command in commands() {
        let words = [&["man".to_owned()], &command[..]].concat();
        let (_, page) = run(&words, &[]);
        let title = [&["ecr-ptc".to_owned()], &command[..]].concat().join("-");
        assert!(page.contains(&format!(".TH {title} 1")), "{page}");
        assert!(page.contains(".SH OPTIONS"), "{page}");
        assert!(page.contains("ECR_PTC_OUTPUT"), "{page}");
        assert!(page.contains(".SH \"SEE ALSO\"\necr\\-ptc"), "{page}");
    }
    let (_, page) = run(&["man".to_owned(), "create".to_owned()], &[]);
    let (_, synopsis) = page.split_once(".SH SYNOPSIS\n.nh\n").unwrap();
    let synopsis = synopsis.lines().next().unwrap().replace('\\', "");
    for part in ["[--registry <KIND>]", "[--rule <PREFIX>]", "[OPTIONS]"] {
        assert!(synopsis.contains(part), "{synopsis}");
    }
    assert!(!synopsis.contains("--profile"), "{synopsis}");
}

#[test]
fn version() {
    hold(["version"], |name| {
        let of_create = run(&["create".to_owned()], &["-V"]).0;
        let text = format!("{}\n{of_create}", run(&[], &["--version"]).0);
        (name.to_owned(), text)
    });
}

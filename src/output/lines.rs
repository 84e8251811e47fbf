//! Wraps lines for a terminal: between words, and never inside a command to copy.

use std::io;

use terminal_size::{terminal_size_of, Height, Width};

/// The beginnings of lines to copy whole: commands, policies, ARNs, addresses.
const COPIED: [&str; 10] = [
    "ecr-ptc ",
    "aws ",
    "docker ",
    "printf ",
    "eval ",
    "az ",
    "chainctl ",
    "https://",
    "arn:",
    "{",
];

/// The size of the terminal in rows and columns; `None` without a terminal.
pub fn size() -> Option<(usize, usize)> {
    let size = terminal_size_of(io::stderr());
    #[cfg(unix)]
    let size = size.or_else(|| {
        // Standard error may be redirected while the result goes to the terminal.
        terminal_size_of(std::fs::File::open("/dev/tty").ok()?)
    });
    let (Width(columns), Height(rows)) = size?;
    Some((rows.into(), columns.into())).filter(|(rows, columns)| *rows > 0 && *columns > 0)
}

/// The width of the terminal in columns; `None` without a terminal.
pub fn width() -> Option<usize> {
    size().map(|(_, columns)| columns)
}

/// Wraps a sentence at `width` columns, between words; longer words stay whole.
pub fn wrapped(sentence: &str, width: Option<usize>) -> String {
    filled(sentence, 0, 0, width.unwrap_or(usize::MAX))
}

/// Wraps each line of a text. Text under a label stays there, and a command to copy stays whole, on
/// a line of its own if needed.
pub fn folded(text: &str, width: Option<usize>) -> String {
    let Some(width) = width else {
        return text.to_owned();
    };
    let lines: Vec<String> = text.split('\n').map(|line| fold(line, width)).collect();
    lines.join("\n")
}

fn fold(line: &str, width: usize) -> String {
    if columns(line) <= width || is_copied(line) {
        return line.to_owned();
    }
    let (label, words) = line.split_at(label_of(line));
    let start = columns(label);
    let mut commands = words.match_indices(": ").map(|(at, _)| at + 2);
    let (words, command) = match commands.find(|at| is_copied(&words[*at..])) {
        Some(at) => (words[..at].trim_end(), &words[at..]),
        None => (words, ""),
    };
    let name: String = visible_characters(label).map(|(_, c)| c).collect();
    let longest = words.split(' ').map(columns).max().unwrap_or(0);
    let is_row = name.ends_with("  ") && !name.trim().is_empty();
    // On a narrow terminal, an indentation of more than a third of the width is too much.
    let under = if start * 3 > width {
        2
    } else {
        name.chars().count()
    };
    let (folded, under) = if is_row && (start + longest > width || is_copied(words)) {
        // A long name in a row gets a line of its own, and so does what is copied whole.
        let indent = label.len() - label.trim_start().len() + 2;
        let words = if is_copied(words) {
            words.to_owned()
        } else {
            filled(words, indent, indent, width)
        };
        let label = label.trim_end();
        (format!("{label}\n{}{words}", " ".repeat(indent)), indent)
    } else {
        (
            format!("{label}{}", filled(words, start, under, width)),
            under,
        )
    };
    if command.is_empty() {
        return folded;
    }
    format!("{folded}\n{}{command}", " ".repeat(under.max(2)))
}

/// Whether this is to be copied whole, such as a command.
fn is_copied(words: &str) -> bool {
    let words = words.trim_start_matches(' ');
    COPIED.iter().any(|start| words.starts_with(start))
}

/// The length in bytes of the indentation and label of a line. A label is a word such as `fix: `, a
/// check mark, or the label of a row, followed by two spaces.
fn label_of(line: &str) -> usize {
    const LABELS: [&str; 7] = [
        "✓ ",
        "error: ",
        "warning: ",
        "why: ",
        "fix: ",
        "cause: ",
        "step: ",
    ];
    let text = line.trim_start_matches(' ');
    let indent = line.len() - text.len();
    let plain: String = visible_characters(text).map(|(_, c)| c).collect();
    let length = match LABELS.iter().find(|label| plain.starts_with(*label)) {
        Some(label) => {
            let rest = &plain[label.len()..];
            label.chars().count() + rest.len() - rest.trim_start_matches(' ').len()
        }
        None => match plain.split_once("  ") {
            Some((label, rest)) => {
                let text = rest.trim_start_matches(' ');
                label.chars().count() + 2 + rest.len() - text.len()
            }
            None => 0,
        },
    };
    let end = visible_characters(text).nth(length);
    indent + end.filter(|_| length > 0).map_or(0, |(at, _)| at)
}

/// Wraps words at `width` columns, starting in column `start`; further lines are indented by
/// `under` spaces.
fn filled(words: &str, start: usize, under: usize, width: usize) -> String {
    let mut text = String::new();
    let mut column = start;
    for (index, word) in words.split(' ').enumerate() {
        let length = columns(word);
        if index > 0 && column + 1 + length <= width {
            text.push(' ');
            column += 1;
        } else if index > 0 {
            text.push('\n');
            text.push_str(&" ".repeat(under));
            column = under;
        }
        text.push_str(word);
        column += length;
    }
    text
}

/// The width of a text in columns, without its colors.
fn columns(text: &str) -> usize {
    visible_characters(text)
        .map(|(_, c)| columns_of_character(c))
        .sum()
}

/// The most columns that a terminal may use for a character.
fn columns_of_character(character: char) -> usize {
    if character.is_ascii() {
        1
    } else {
        2
    }
}

/// The characters of a text with their positions, without its colors.
pub fn visible_characters(text: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    let mut is_color = false;
    text.char_indices().filter(move |(_, c)| {
        let was_color = is_color;
        is_color = *c == '\x1b' || (is_color && *c != 'm');
        !was_color && !is_color
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_sentence_is_broken_between_words() {
        assert_eq!(wrapped("one two three", Some(7)), "one two\nthree");
        assert_eq!(wrapped("one two three", Some(3)), "one\ntwo\nthree");
        assert_eq!(wrapped("one two", None), "one two");
    }

    #[test]
    fn what_belongs_under_a_label_stays_there() {
        for (text, folded_text) in [
            (
                "  why: one two three four five six",
                "  why: one two three four five\n       six",
            ),
            (
                "\x1b[1;31merror:\x1b[0m one two three four five six",
                "\x1b[1;31merror:\x1b[0m one two three four five\n       six",
            ),
            (
                "  region     one two three four five",
                "  region     one two three\n  four five",
            ),
            (
                "  secret     a-name-that-is-too-long (new)",
                "  secret\n    a-name-that-is-too-long\n    (new)",
            ),
            (
                "  \x1b[2msecret     \x1b[0m a-name-that-is-too-long (new)",
                "  \x1b[2msecret     \x1b[0m\n    a-name-that-is-too-long\n    (new)",
            ),
            (
                "  switch back  ecr-ptc rule set docker-hub --yes",
                "  switch back\n    ecr-ptc rule set docker-hub --yes",
            ),
            (
                "  fix:   add one: https://docs.example.com/a-page",
                "  fix:   add one:\n         https://docs.example.com/a-page",
            ),
            (
                "✓ one two three four five six seven",
                "✓ one two three four five six\n  seven",
            ),
            (
                "one two three four five six seven eight",
                "one two three four five six\nseven eight",
            ),
        ] {
            assert_eq!(folded(text, Some(30)), folded_text);
            assert_eq!(folded(text, None), text);
        }
    }

    #[test]
    fn a_command_is_never_broken() {
        let command = "ecr-ptc restore docker-hub --region eu-central-1";
        let text = format!("  fix: cancel the deletion: {command}\n  {command}");
        let expected =
            format!("  fix: cancel the\n       deletion:\n       {command}\n  {command}");
        assert_eq!(folded(&text, Some(22)), expected);
    }

    /// Folding changes white space alone, and leaves a line too long only where it cannot be
    /// broken.
    fn check_folding(text: &str, width: usize) {
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let folded = folded(text, Some(width));
        assert_eq!(words(&folded), words(text));
        for line in folded.lines().filter(|line| line.chars().count() > width) {
            let is_old = text.lines().any(|old| old == line);
            assert!(is_old || line.split_whitespace().count() <= 2, "{line:?}");
        }
    }

    #[test]
    fn labels_and_line_ends_in_odd_places_are_folded() {
        for text in [": aaa::    a: ", "a\n a a"] {
            check_folding(text, 1);
        }
    }

    proptest! {
        #[test]
        fn folding_changes_white_space_alone(
            words in prop::collection::vec("[b-m:]{1,9}\n?", 0..40),
            width in 1_usize..90,
        ) {
            check_folding(&words.join(" "), width);
        }
    }
}

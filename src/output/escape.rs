//! Escapes text that would control a terminal or a CI runner, or hide something in a line.

use std::fmt::Write as _;

use super::lines::visible_characters;

/// Whether a character controls a terminal or the text direction, or has no width.
///
/// Source: `Bidi_Control` of the Unicode Character Database, and its General Punctuation block.
pub fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Replaces each such character by a Rust escape: `\n`, `\u{202e}`.
pub fn visible(text: impl Iterator<Item = char>) -> String {
    let mut safe = String::new();
    for c in text {
        if acts(c) {
            safe.extend(c.escape_default());
        } else {
            safe.push(c);
        }
    }
    safe
}

/// Escapes such characters in a text of ours, except line ends and colors.
pub fn visible_lines(text: &str) -> String {
    if !text.contains(acts) {
        return text.to_owned();
    }
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(color) = color(rest) {
            safe.push_str(color);
            rest = &rest[color.len()..];
            continue;
        }
        if acts(c) && c != '\n' {
            safe.extend(c.escape_default());
        } else {
            safe.push(c);
        }
        rest = &rest[c.len_utf8()..];
    }
    safe
}

/// The color code at the start of a text: `ESC [ … m`, with digits and semicolons.
fn color(text: &str) -> Option<&str> {
    let start = "\x1b[";
    let inside = text.strip_prefix(start)?;
    let end = start.len() + inside.find(|c: char| !c.is_ascii_digit() && c != ';')?;
    text[end..].starts_with('m').then(|| &text[..=end])
}

/// Whether a text begins with a runner command that works anywhere in a line: `##[name …]` of
/// GitHub and Azure, `##vso[…]` of Azure.
fn begins_command(mut text: impl Iterator<Item = char>) -> bool {
    let is_marked = text.next() == Some('#') && text.next() == Some('#');
    is_marked && text.find(|c| !c.is_ascii_alphanumeric()) == Some('[')
}

/// Escapes what a CI runner would run as a command: see [`begins_command`], and `::` at the start
/// of a line. Colors are ignored.
///
/// Source: ActionCommand.cs of actions/runner, Command.cs of microsoft/azure-pipelines-agent.
pub fn without_commands(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let (mut kept, mut is_start) = (0, true);
    for (at, c) in visible_characters(text) {
        let mut ahead = visible_characters(&text[at..]).map(|(_, c)| c);
        let is_command = match c {
            '#' => begins_command(ahead),
            ':' => is_start && ahead.nth(1) == Some(':'),
            _ => false,
        };
        if is_command {
            safe.push_str(&text[kept..at]);
            safe.extend(c.escape_unicode());
            kept = at + 1;
        }
        is_start = c == '\n' || (is_start && c.is_whitespace());
    }
    safe + &text[kept..]
}

/// Escapes JSON on one line in the same ways, as `\uXXXX`. Its values stay equal.
pub fn visible_json(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for (at, c) in json.char_indices() {
        let is_command = match c {
            '#' => begins_command(json[at..].chars()),
            ':' => json[at..].starts_with("::") && is_start_of_line(&safe),
            _ => false,
        };
        if acts(c) || is_command {
            let _ = write!(safe, "\\u{:04x}", u32::from(c));
        } else {
            safe.push(c);
        }
    }
    safe
}

/// Whether a line of a decoded string begins after this JSON.
fn is_start_of_line(json: &str) -> bool {
    let before = json.trim_end_matches(char::is_whitespace);
    before.ends_with('"') || before.ends_with("\\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_acts_is_shown_as_an_escape() {
        for (text, shown) in [
            ("a\u{202e}b", r"a\u{202e}b"),
            ("\u{1b}[2J\n\t", r"\u{1b}[2J\n\t"),
            ("\u{85}\u{9b}\u{7f}", r"\u{85}\u{9b}\u{7f}"),
            (
                "\u{2028}\u{2029}\u{feff}\u{2066}",
                r"\u{2028}\u{2029}\u{feff}\u{2066}",
            ),
            (
                "\u{200b}\u{200d}\u{2060}\u{61c}",
                r"\u{200b}\u{200d}\u{2060}\u{61c}",
            ),
            ("é 日本 👩 ✔\u{fe0f} \u{a0}", "é 日本 👩 ✔\u{fe0f} \u{a0}"),
        ] {
            assert_eq!(visible(text.chars()), shown);
        }
    }

    #[test]
    fn colors_and_lines_are_ours() {
        let text = "\x1b[1;31merror:\x1b[0m a\u{202e}\nb";
        assert_eq!(visible_lines(text), "\x1b[1;31merror:\x1b[0m a\\u{202e}\nb");
        for text in [
            "\x1b[2J",
            "\x1b]0;title\x07",
            "\x1b[",
            "\x1b",
            "\r",
            "\x1b[?25lm",
        ] {
            assert!(!visible_lines(text).contains(acts), "{text:?}");
        }
    }

    #[test]
    fn what_a_runner_would_take_for_a_command_is_shown_as_an_escape() {
        for (text, shown) in [
            ("a ##[add-path]x", r"a \u{23}#[add-path]x"),
            ("###vso[a]##[b]", r"#\u{23}#vso[a]\u{23}#[b]"),
            ("#\x1b[36m#[a]\x1b[0m", "\\u{23}\x1b[36m#[a]\x1b[0m"),
            ("::a::b\n \u{a0}::c", "\\u{3a}:a::b\n \u{a0}\\u{3a}:c"),
            ("\x1b[36m::a::\x1b[0m", "\x1b[36m\\u{3a}:a::\x1b[0m"),
            ("a ::b:: # ## [c] ##-[d]", "a ::b:: # ## [c] ##-[d]"),
        ] {
            assert_eq!(without_commands(text), shown);
        }
        let json = r###"{"::a":"##[b]\n ::c ::d","arn":"arn:aws:iam::1:x"}"###;
        let shown = r#"{"\u003a:a":"\u0023#[b]\n \u003a:c ::d","arn":"arn:aws:iam::1:x"}"#;
        assert_eq!(visible_json(json), shown);
    }

    /// Any text, mostly of what acts.
    fn any_text() -> impl Strategy<Value = String> {
        proptest::collection::vec(
            prop_oneof![
                any::<char>(),
                proptest::sample::select(&['#', ':', '[', '\n', 'a'][..]),
                (0_u32..0x300).prop_filter_map("a character", char::from_u32),
                (0x2000_u32..0x2070).prop_filter_map("a character", char::from_u32),
            ],
            0..40,
        )
        .prop_map(|chars| chars.into_iter().collect())
    }

    proptest! {
        #[test]
        fn nothing_that_is_shown_acts(text in any_text()) {
            prop_assert!(!visible(text.chars()).contains(acts));
            let lines = visible_lines(&text);
            let left = lines.chars().filter(|c| acts(*c) && !['\n', '\x1b'].contains(c));
            prop_assert_eq!(left.count(), 0);
            prop_assert_eq!(lines.lines().count(), text.lines().count());
        }

        #[test]
        fn json_stays_the_same_value(key in any_text(), text in any_text()) {
            let value = serde_json::json!({ key: [text, 1.5, null] });
            let json = visible_json(&value.to_string());
            prop_assert!(!json.contains(acts) && !json.contains("##["));
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap(), value);
        }
    }
}

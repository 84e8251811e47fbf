//! Quotes words for commands that people paste into a POSIX shell, or on Windows into PowerShell.

use super::escape::visible;

/// Pipes the value of the variable TOKEN into a command.
pub const PIPED_TOKEN: &str = if cfg!(windows) {
    "$env:TOKEN |"
} else {
    "printf %s \"$TOKEN\" |"
};

/// Quotes a word if needed. Control characters are replaced by visible escapes.
pub fn quote(word: &str) -> String {
    let word = visible(word.chars());
    #[cfg(windows)]
    let quoted = for_powershell(&word);
    #[cfg(not(windows))]
    let quoted = for_posix(&word);
    quoted
}

#[cfg(any(windows, test))]
fn for_powershell(word: &str) -> String {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || "-_./:=+\\".contains(c);
    if !word.is_empty() && !word.starts_with(['-', '.']) && word.chars().all(is_safe) {
        return word.to_owned();
    }
    // PowerShell treats typographic quotation marks like straight ones.
    let is_mark = |c: char| c == '\'' || ('\u{2018}'..='\u{201b}').contains(&c);
    let chars = word
        .chars()
        .flat_map(|c| std::iter::repeat_n(c, 1 + usize::from(is_mark(c))));
    format!("'{}'", chars.collect::<String>())
}

#[cfg(any(not(windows), test))]
fn for_posix(word: &str) -> String {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    // zsh expands a word that starts with an equals sign.
    if !word.is_empty() && !word.starts_with('=') && word.chars().all(is_safe) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// An option with its value, joined by `=` if the value looks like an option.
pub fn option(name: &str, value: &str) -> String {
    let between = if value.starts_with('-') { '=' } else { ' ' };
    format!("{name}{between}{}", quote(value))
}

/// An option with a space before it.
pub fn spaced_option(name: &str, value: &str) -> String {
    format!(" {}", option(name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powershell_has_quotation_marks_of_its_own() {
        let quote = for_powershell;
        assert_eq!(quote(r"C:\a/b_c"), r"C:\a/b_c");
        assert_eq!(quote("it's $(id)"), "'it''s $(id)'");
        assert_eq!(quote("a,b"), "'a,b'");
        assert_eq!(quote("\u{2019}"), "'\u{2019}\u{2019}'");
        assert_eq!(quote(""), "''");
        assert_eq!(quote("-x"), "'-x'");
    }

    #[test]
    fn words_are_quoted_where_they_need_it() {
        let quote = for_posix;
        assert_eq!(quote("a/b_c"), "a/b_c");
        assert_eq!(quote("it's $(id)"), r"'it'\''s $(id)'");
        assert_eq!(quote("=ls"), "'=ls'");
        assert_eq!(quote(""), "''");
    }

    #[cfg(unix)]
    #[test]
    fn a_value_that_begins_with_a_hyphen_is_in_the_word_of_its_option() {
        assert_eq!(option("--name", "-x"), "--name=-x");
    }

    #[cfg(unix)]
    #[test]
    fn bash_takes_each_word_for_itself() {
        use proptest::prelude::*;
        use proptest::strategy::ValueTree;
        use proptest::test_runner::TestRunner;
        let mut runner = TestRunner::default();
        let character = prop_oneof![
            any::<char>(),
            proptest::char::range('\u{1}', '\u{ff}'),
            proptest::char::range('\u{2000}', '\u{2070}'),
        ];
        let word = proptest::collection::vec(character, 0..12);
        let word = word.prop_map(|chars| chars.into_iter().filter(|c| *c != '\0').collect());
        let words: Vec<String> = (0..2_000)
            .map(|_| word.new_tree(&mut runner).unwrap().current())
            .collect();
        let quoted: Vec<String> = words.iter().map(|word| quote(word)).collect();
        let words: Vec<String> = words.iter().map(|word| visible(word.chars())).collect();
        for some in words.chunks(100).zip(quoted.chunks(100)) {
            let script = format!("printf '%s\\0' {}", some.1.join(" "));
            let output = std::process::Command::new("bash")
                .args(["-c", &script])
                .output();
            let told = String::from_utf8(output.unwrap().stdout).unwrap();
            let told: Vec<&str> = told.split_terminator('\0').collect();
            assert_eq!(told, some.0);
        }
    }
}

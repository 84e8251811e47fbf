//! Words as a POSIX shell takes them: for commands that people paste.

/// Quotes a word where it needs it. Control characters become escapes of `$'…'`, so that the word
/// stays on one line.
pub fn quote(word: &str) -> String {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(is_safe) {
        return word.to_owned();
    }
    if !word.contains(char::is_control) {
        return format!("'{}'", word.replace('\'', r"'\''"));
    }
    let mut quoted = String::from("$'");
    for c in word.chars() {
        match c {
            '\'' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            c if c.is_control() => {
                quoted.extend(c.to_string().bytes().map(|byte| format!("\\{byte:03o}")));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('\'');
    quoted
}

/// An option with its value, in one word where the value could be taken for an option.
pub fn option(name: &str, value: &str) -> String {
    let between = if value.starts_with('-') { '=' } else { ' ' };
    format!("{name}{between}{}", quote(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_they_need_it() {
        assert_eq!(quote("a/b_c"), "a/b_c");
        assert_eq!(quote("it's $(id)"), r"'it'\''s $(id)'");
        assert_eq!(quote("two\nlines'"), r"$'two\nlines\''");
        assert_eq!(quote("\u{1b}"), r"$'\033'");
        assert_eq!(quote(""), "''");
        assert_eq!(option("--name", "-x"), "--name=-x");
    }
}

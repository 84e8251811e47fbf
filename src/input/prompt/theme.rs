//! [`Look`]: how dialoguer's prompts look.

use std::fmt::{self, Write};

use dialoguer::theme::Theme;

use crate::output::wrapped;

/// Colours that can be read on a light background as on a dark one, and lines that dialoguer can
/// draw again: it counts line breaks, not the lines that a terminal makes of one that is too long.
pub struct Look {
    pub colors: bool,
    /// The width of the terminal.
    pub columns: usize,
    /// Stands after the question for as long as it is open: its default, or help.
    pub aside: String,
}

const GREEN: u8 = 32;
const CYAN: u8 = 36;
const RED: u8 = 31;

impl Look {
    fn paint(&self, color: u8, text: &str) -> String {
        if self.colors {
            format!("\x1b[{color}m{text}\x1b[39m")
        } else {
            text.to_owned()
        }
    }

    /// A question in lines that fit, with room for the cursor.
    pub fn question(&self, prompt: &str) -> String {
        let question = format!("? {prompt}{}", self.aside);
        wrapped(&question, Some(self.columns.saturating_sub(1)))
    }

    /// Draws a question. Each line but the last is as wide as the terminal: dialoguer takes the
    /// width of the whole for the place of the cursor.
    fn draw(&self, f: &mut dyn Write, prompt: &str) -> fmt::Result {
        let question = self.question(prompt);
        let (before, last) = question.rsplit_once('\n').unwrap_or(("", &question));
        let mut lines = String::new();
        for line in before.lines() {
            let _ = writeln!(lines, "{line:0$}", self.columns);
        }
        let lines = format!("{lines}{last} ");
        f.write_str(&self.sign(&lines))
    }

    /// A part of a question, with its sign painted.
    pub fn sign(&self, part: &str) -> String {
        match part.strip_prefix('?') {
            Some(rest) => self.paint(GREEN, "?") + rest,
            None => part.to_owned(),
        }
    }

    /// One of several choices, in lines that fit.
    pub fn item(&self, text: &str) -> String {
        wrapped(text, Some(self.columns.saturating_sub(2))).replace('\n', "\n  ")
    }

    /// What stays of a question with its answer.
    pub fn answer(&self, prompt: &str, answer: &str) -> String {
        let sign = self.paint(GREEN, ">");
        format!("{sign} {prompt} {}", self.paint(CYAN, answer))
    }

    /// Why an answer is not taken, in lines that fit.
    pub fn error(&self, reason: &impl fmt::Display) -> String {
        let reason = wrapped(&format!("# {reason}"), Some(self.columns));
        self.paint(RED, &reason)
    }
}

impl Theme for Look {
    fn format_confirm_prompt(
        &self,
        f: &mut dyn Write,
        prompt: &str,
        typed: Option<bool>,
    ) -> fmt::Result {
        let typed = match typed {
            None => "",
            Some(true) => "yes",
            Some(false) => "no",
        };
        // The question was broken already: dialoguer draws the last line of it alone.
        let (sign, aside) = (self.paint(GREEN, "?"), &self.aside);
        write!(f, "{sign} {prompt}{aside} {typed}")
    }

    fn format_confirm_prompt_selection(
        &self,
        f: &mut dyn Write,
        prompt: &str,
        answer: Option<bool>,
    ) -> fmt::Result {
        let answer = if answer == Some(true) { "Yes" } else { "No" };
        f.write_str(&self.answer(prompt, answer))
    }

    fn format_fuzzy_select_prompt(
        &self,
        f: &mut dyn Write,
        prompt: &str,
        typed: &str,
        _cursor: usize,
    ) -> fmt::Result {
        self.draw(f, prompt)?;
        f.write_str(typed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(columns: usize, colors: bool, aside: &str) -> Look {
        let aside = aside.to_owned();
        Look {
            colors,
            columns,
            aside,
        }
    }

    fn drawn(look: &Look, prompt: &str) -> String {
        let mut text = String::new();
        look.format_fuzzy_select_prompt(&mut text, prompt, "", 0)
            .unwrap();
        text
    }

    #[test]
    fn a_question_is_drawn_with_what_stands_beside_it() {
        assert_eq!(drawn(&look(80, false, " (x)"), "Name"), "? Name (x) ");
        let colored = look(80, true, "");
        assert_eq!(drawn(&colored, "Name"), "\x1b[32m?\x1b[39m Name ");
    }

    #[test]
    fn a_long_question_is_broken_where_dialoguer_counts() {
        let narrow = look(12, false, "");
        assert_eq!(
            drawn(&narrow, "one two three four"),
            "? one two   \nthree four "
        );
        assert_eq!(drawn(&narrow, "one two thr"), "? one two   \nthr ");
        assert_eq!(narrow.item("one two three"), "one two\n  three");
    }
}

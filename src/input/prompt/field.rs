//! [`Field`]: the row of the terminal in which a line is typed that is shown.

use std::io;

use super::line::Line;
use super::theme::Look;
use super::{has_token, show};
use crate::output::{columns_of, columns_of_character, width};

/// What stands in the place of a token.
const NOT_SHOWN: &str = "(not shown: an access token?)";

/// The least columns that a line has beside its question; with fewer, it gets a row of its own.
const LEAST_ROOM: usize = 16;

/// Stands for the part of a line that has no room.
const MORE: char = '…';

/// A question and the line that answers it. The line has one row, whatever its length: what is
/// around the cursor is shown. So it can be drawn again without knowing how the terminal breaks
/// what is too long, or how wide it takes a character for.
pub struct Field {
    /// How many rows the question has above that of the line.
    rows: usize,
    /// How wide the terminal was.
    terminal: usize,
    /// The most columns that a row of what was drawn takes.
    columns: usize,
    /// What of the question stands in the row of the line.
    lead: String,
    lead_columns: usize,
}

impl Field {
    /// Puts the question.
    pub fn put(look: &Look, prompt: &str) -> io::Result<Self> {
        let question = look.question(prompt) + " ";
        let (mut before, mut lead) = question.rsplit_once('\n').unwrap_or(("", &question));
        if columns_of(lead) + LEAST_ROOM > look.columns {
            (before, lead) = (&question, "");
        }
        // A word may be longer than the terminal is wide.
        let rows_of = |row: &str| row.chars().count().saturating_sub(1) / look.columns.max(1) + 1;
        let field = Self {
            rows: before.lines().map(rows_of).sum(),
            terminal: look.columns,
            columns: question.lines().map(columns_of).max().unwrap_or(0),
            lead: look.sign(lead),
            lead_columns: columns_of(lead),
        };
        let above = before.lines().map(|row| look.sign(row.trim_end()) + "\n");
        show(&above.collect::<String>())?;
        Ok(field)
    }

    /// Draws the line again.
    pub fn draw(&mut self, line: &Line) -> io::Result<()> {
        let [before, after] = line.parts();
        let room = width().unwrap_or(80).saturating_sub(self.lead_columns + 1);
        let (before, after) = if has_token(&format!("{before}{after}")) {
            (fitting(NOT_SHOWN, room), String::new())
        } else {
            window(&before, &after, room)
        };
        let drawn = self.lead_columns + columns_of(&before) + columns_of(&after);
        self.columns = self.columns.max(drawn);
        // The terminal itself keeps the place of the cursor.
        show(&format!("\r{}{before}\x1b7{after}\x1b[K\x1b8", self.lead))
    }

    /// Whether the terminal has become too narrow for what was drawn.
    pub fn is_too_wide(&self) -> bool {
        width().is_some_and(|width| width < self.terminal.min(self.columns))
    }

    /// Takes question and line off the screen.
    pub fn clear(&self) -> io::Result<()> {
        match self.rows {
            0 => show("\r\x1b[J"),
            rows => show(&format!("\r\x1b[{rows}A\x1b[J")),
        }
    }
}

/// The part around the cursor that has room.
fn window(before: &str, after: &str, room: usize) -> (String, String) {
    let behind = columns_of(after).min(room / 3);
    let backwards = |text: &str| text.chars().rev().collect::<String>();
    let before = backwards(&fitting(&backwards(before), room - behind));
    let after = fitting(after, room.saturating_sub(columns_of(&before)));
    (before, after)
}

/// The beginning of a text that has room.
fn fitting(text: &str, room: usize) -> String {
    if columns_of(text) <= room {
        return text.to_owned();
    }
    let mut left = room.saturating_sub(columns_of_character(MORE));
    let has_room = |c: &char| {
        let rest = left.checked_sub(columns_of_character(*c));
        left = rest.unwrap_or(0);
        rest.is_some()
    };
    text.chars().take_while(has_room).chain([MORE]).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_has_no_room_is_left_out_at_both_ends() {
        assert_eq!(window("abc", "def", 6), ("abc".into(), "def".into()));
        assert_eq!(window("abcdefghij", "", 6), ("…ghij".into(), String::new()));
        assert_eq!(window("", "abcdefghij", 6), (String::new(), "abcd…".into()));
        assert_eq!(
            window("abcdefghij", "klmnopqrst", 12),
            ("…efghij".into(), "kl…".into())
        );
        assert_eq!(window("ありがとう", "", 6), ("…とう".into(), String::new()));
    }

    proptest! {
        #[test]
        fn a_window_has_room(before in "\\PC{0,60}", after in "\\PC{0,60}", room in 6usize..120) {
            let (shown, behind) = window(&before, &after, room);
            prop_assert!(columns_of(&shown) + columns_of(&behind) <= room);
            prop_assert!(before.ends_with(shown.trim_start_matches(MORE)));
            prop_assert!(after.starts_with(behind.trim_end_matches(MORE)));
            if columns_of(&before) + columns_of(&after) <= room {
                prop_assert_eq!((shown, behind), (before, after));
            }
        }
    }
}

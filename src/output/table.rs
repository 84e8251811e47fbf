//! [`Table`]: rows for people, in columns that fit the terminal.

use crate::model::name::PREFIX;

/// Which side of its column a cell keeps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
}

/// Columns of text. On a screen that is too narrow, what stands in them goes on in further lines,
/// and where that is not enough, columns are left out, the last ones first.
#[derive(Debug, Default)]
pub struct Table {
    columns: Vec<Column>,
}

/// What people read of a table, and what of it they do not see.
#[derive(Debug, PartialEq, Eq)]
pub struct Rendered {
    pub text: String,
    /// Whether the names of secrets are without the [`PREFIX`] that they share.
    pub is_without_prefix: bool,
    /// The titles of the columns that have no room.
    pub left_out: Vec<&'static str>,
}

#[derive(Debug)]
struct Column {
    title: &'static str,
    side: Side,
    cells: Vec<String>,
    /// Whether it is never left out.
    is_kept: bool,
    /// Whether its cells go on in further lines only where two columns would have no room else:
    /// names, which people copy, and what keeps to the right.
    is_whole: bool,
    /// Whether it has the names of secrets.
    has_names: bool,
}

const GAP: usize = 2;

/// Stands where there is no secret.
pub const NONE: &str = "-";

impl Table {
    /// Adds a column, unless no row has anything in it.
    pub fn column(self, title: &'static str, side: Side, cells: Vec<String>) -> Self {
        if cells.iter().all(String::is_empty) {
            return self;
        }
        self.with(title, side, cells)
    }

    /// Adds a column that is never left out.
    pub fn kept(self, title: &'static str, cells: Vec<String>) -> Self {
        let mut table = self.with(title, Side::Left, cells);
        table.mark_last(|column| column.is_kept = true);
        table
    }

    /// Adds a column with the names of secrets, or [`NONE`].
    pub fn names(self, title: &'static str, cells: Vec<String>) -> Self {
        let mut table = self.with(title, Side::Left, cells);
        table.mark_last(|column| (column.is_whole, column.has_names) = (true, true));
        table
    }

    fn mark_last(&mut self, mark: impl Fn(&mut Column)) {
        self.columns.last_mut().into_iter().for_each(mark);
    }

    fn with(mut self, title: &'static str, side: Side, cells: Vec<String>) -> Self {
        // The first is what the rows are about.
        let is_first = self.columns.is_empty();
        self.columns.push(Column {
            title,
            side,
            cells,
            is_kept: is_first,
            is_whole: is_first || side == Side::Right,
            has_names: false,
        });
        self
    }

    /// The table in lines of at most `width` characters; without one, whole and as wide as it needs
    /// to be.
    pub fn render(mut self, width: Option<usize>) -> Rendered {
        let is_short = width.is_some() && self.drop_prefix();
        let left_out = width.map_or_else(Vec::new, |width| self.leave_out(width));
        let is_without_prefix = is_short && self.columns.iter().any(|column| column.has_names);
        let widths = self.widths(width);
        let rows = self.columns.first().map_or(0, |column| column.cells.len());
        let mut lines = self.lines(&widths, |column| column.title);
        lines.extend((0..rows).flat_map(|row| self.lines(&widths, |column| &column.cells[row])));
        Rendered {
            text: lines.join("\n"),
            is_without_prefix,
            left_out,
        }
    }

    /// Takes the prefix off the names of secrets, where all of them have it.
    fn drop_prefix(&mut self) -> bool {
        let mut is_dropped = false;
        for column in self.columns.iter_mut().filter(|column| column.has_names) {
            let mut names = column.cells.iter_mut().filter(|cell| *cell != NONE);
            if names.all(|name| name.starts_with(PREFIX)) {
                for name in column.cells.iter_mut().filter(|cell| *cell != NONE) {
                    name.drain(..PREFIX.len());
                    is_dropped = true;
                }
            }
        }
        is_dropped
    }

    /// Leaves out the last columns until the others have room, and gives their titles.
    fn leave_out(&mut self, width: usize) -> Vec<&'static str> {
        let mut left_out = Vec::new();
        while self.total(&self.least_widths(width)) > width {
            let Some(at) = self.columns.iter().rposition(|column| !column.is_kept) else {
                break;
            };
            left_out.insert(0, self.columns.remove(at).title);
        }
        left_out
    }

    fn total(&self, widths: &[usize]) -> usize {
        widths.iter().sum::<usize>() + GAP * self.columns.len().saturating_sub(1)
    }

    /// Any two columns have room: what has no place to break is broken where one ends.
    fn least_widths(&self, width: usize) -> Vec<usize> {
        let half = width.saturating_sub(GAP) / 2;
        let columns = self.columns.iter();
        columns
            .map(|column| column.least_width().min(half).max(1))
            .collect()
    }

    /// As much as each column needs; less for the widest, where that is too much.
    fn widths(&self, width: Option<usize>) -> Vec<usize> {
        let mut widths: Vec<usize> = self.columns.iter().map(Column::width).collect();
        let Some(width) = width else {
            return widths;
        };
        let least = self.least_widths(width);
        while self.total(&widths) > width {
            let can_shrink = widths.iter_mut().zip(&least);
            let can_shrink = can_shrink.filter(|(width, least)| **width > **least);
            let Some((widest, _)) = can_shrink.max_by_key(|(width, _)| **width) else {
                break;
            };
            *widest -= 1;
        }
        widths
    }

    /// The lines of one row.
    fn lines<'t>(&'t self, widths: &[usize], cell: impl Fn(&'t Column) -> &'t str) -> Vec<String> {
        let cells = self.columns.iter().zip(widths);
        let cells: Vec<_> = cells
            .map(|(column, width)| (column.side, *width, broken(cell(column), *width)))
            .collect();
        let count = cells.iter().map(|(.., lines)| lines.len()).max();
        let line = |at: usize| {
            let parts = cells.iter().map(|(side, width, lines)| {
                let text = lines.get(at).map_or("", String::as_str);
                match side {
                    Side::Left => format!("{text:<width$}"),
                    Side::Right => format!("{text:>width$}"),
                }
            });
            let parts: Vec<String> = parts.collect();
            parts.join(&" ".repeat(GAP)).trim_end().to_owned()
        };
        (0..count.unwrap_or(0)).map(line).collect()
    }
}

impl Column {
    fn texts(&self) -> impl Iterator<Item = &str> {
        let cells = self.cells.iter().map(String::as_str);
        cells.chain([self.title])
    }

    fn width(&self) -> usize {
        self.texts().map(length).max().unwrap_or(0)
    }

    /// The width in which none of its [`pieces`] is broken.
    fn least_width(&self) -> usize {
        if self.is_whole {
            return self.width();
        }
        let pieces = self.texts().flat_map(pieces);
        let widths = pieces.map(|piece| length(piece.trim_end()));
        widths.max().unwrap_or(0)
    }
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// A text in the parts between which a line may end: words, members of a list, and the labels of a
/// host.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive([' ', ',', '.', '/'])
}

/// A text in lines of this width, of which nothing is lost: a longer word goes on in the next line.
fn broken(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for piece in pieces(text) {
        if length(&line) + length(piece.trim_end()) > width && !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for c in piece.chars() {
            if length(&line) >= width && c != ' ' {
                lines.push(std::mem::take(&mut line));
            }
            if c != ' ' || !line.is_empty() {
                line.push(c);
            }
        }
    }
    lines.push(line);
    for line in &mut lines {
        line.truncate(line.trim_end().len());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn table() -> Table {
        let texts = |texts: [&str; 2]| texts.map(str::to_owned).to_vec();
        Table::default()
            .names(
                "NAME",
                texts(["ecr-pullthroughcache/one", "ecr-pullthroughcache/a-b"]),
            )
            .column("AGE", Side::Right, texts(["3 days", "12 days"]))
            .column("EMPTY", Side::Left, texts(["", ""]))
            .column("RULES", Side::Left, texts(["", "aa,bb,cc"]))
            .column("STATE", Side::Left, texts(["", "gone on Monday"]))
    }

    #[test]
    fn columns_keep_to_their_side_and_empty_ones_are_left_out() {
        let rendered = table().render(None);
        let text = "\
NAME                          AGE  RULES     STATE
ecr-pullthroughcache/one   3 days
ecr-pullthroughcache/a-b  12 days  aa,bb,cc  gone on Monday";
        assert_eq!(rendered.text, text);
        assert!(!rendered.is_without_prefix && rendered.left_out.is_empty());
    }

    #[test]
    fn a_narrow_screen_has_more_lines_and_then_fewer_columns() {
        let at = |width| table().render(Some(width));
        let wide = at(80);
        let text = "\
NAME      AGE  RULES     STATE
one    3 days
a-b   12 days  aa,bb,cc  gone on Monday";
        assert_eq!(wide.text, text);
        assert!(wide.is_without_prefix && wide.left_out.is_empty());
        let narrow = at(28);
        let text = "\
NAME      AGE  RULES  STATE
one    3 days
a-b   12 days  aa,    gone
               bb,cc  on
                      Monday";
        assert_eq!(narrow.text, text);
        assert!(narrow.left_out.is_empty());
        let narrower = at(20);
        let text = "\
NAME      AGE  RULES
one    3 days
a-b   12 days  aa,
               bb,cc";
        assert_eq!(narrower.text, text);
        assert_eq!(narrower.left_out, ["STATE"]);
        assert_eq!(at(12).left_out, ["RULES", "STATE"]);
    }

    #[test]
    fn a_prefix_that_not_all_have_stays() {
        let texts = |texts: [&str; 3]| texts.map(str::to_owned).to_vec();
        let prefixed = ["ecr-pullthroughcache/one", NONE, "ecr-pullthroughcache/two"];
        let mixed = ["ecr-pullthroughcache/one", NONE, "arn:other"];
        for (names, is_without_prefix) in [(prefixed, true), (mixed, false), ([NONE; 3], false)] {
            let table = Table::default().names("SECRET", texts(names));
            let rendered = table.render(Some(80));
            assert_eq!(
                rendered.is_without_prefix, is_without_prefix,
                "{rendered:?}"
            );
            let shown = rendered.text.contains(PREFIX);
            assert_eq!(shown, names == mixed, "{rendered:?}");
        }
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_the_screen_and_nothing_that_is_kept_is_lost(
            width in 8_usize..60,
            cells in prop::collection::vec("[a-zé, ]{0,40}", 1..5),
        ) {
            let table = Table::default()
                .column("NAME", Side::Left, cells.clone())
                .column("OTHER", Side::Right, cells.clone())
                .kept("KEPT", cells.clone());
            let rendered = table.render(Some(width));
            for line in rendered.text.lines() {
                prop_assert!(length(line) <= width, "{line}");
            }
            let letters = |text: &str| text.chars().filter(|c| c.is_lowercase()).count();
            // OTHER is no column where nothing is in it.
            let columns = 3 - rendered.left_out.len();
            prop_assert_eq!(letters(&rendered.text), columns * letters(&cells.concat()));
        }
    }
}

//! [`Table`]: rows in columns that fit the terminal.

use super::{paint, Color};
use crate::model::name::PREFIX;

/// The alignment of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
}

/// Columns of text. If the terminal is too narrow, the last columns are hidden; no cell is cut.
#[derive(Debug, Default)]
pub struct Table {
    columns: Vec<Column>,
}

/// A table as text, and what it hides.
#[derive(Debug, PartialEq, Eq)]
pub struct Rendered {
    pub text: String,
    /// Whether the names of secrets are shown without [`PREFIX`].
    pub is_without_prefix: bool,
    /// The titles of the hidden columns.
    pub left_out: Vec<&'static str>,
}

#[derive(Debug)]
struct Column {
    title: &'static str,
    side: Side,
    cells: Vec<String>,
    /// Whether it is never hidden.
    is_kept: bool,
    /// Whether it contains names of secrets.
    has_names: bool,
}

const GAP: usize = 2;

/// Shown if there is no secret.
pub const NONE: &str = "-";

impl Table {
    /// Adds a column, unless all its cells are empty.
    pub fn column(mut self, title: &'static str, side: Side, cells: Vec<String>) -> Self {
        if cells.iter().any(|cell| !cell.is_empty()) {
            self.columns.push(Column {
                title,
                side,
                cells,
                is_kept: false,
                has_names: false,
            });
        }
        self
    }

    /// Adds a column that is never hidden.
    pub fn kept(mut self, title: &'static str, cells: Vec<String>) -> Self {
        self = self.column(title, Side::Left, cells);
        self.columns
            .last_mut()
            .into_iter()
            .for_each(|column| column.is_kept = true);
        self
    }

    /// Adds a column with names of secrets, or [`NONE`].
    pub fn names(mut self, title: &'static str, cells: Vec<String>) -> Self {
        self = self.column(title, Side::Left, cells);
        self.columns
            .last_mut()
            .into_iter()
            .for_each(|column| column.has_names = true);
        self
    }

    /// Renders the table for a terminal of this width; `None` keeps all columns.
    pub fn render(mut self, width: Option<usize>) -> Rendered {
        let is_short = width.is_some() && self.drop_prefix();
        let mut left_out = Vec::new();
        while width.is_some_and(|width| self.width() > width) {
            // The first column is never hidden.
            let last = self.columns.iter().rposition(|column| !column.is_kept);
            let Some(last) = last.filter(|last| *last > 0) else {
                break;
            };
            left_out.insert(0, self.columns.remove(last).title);
        }
        let rows = self.columns.first().map_or(0, |column| column.cells.len());
        let widths: Vec<usize> = self.columns.iter().map(Column::width).collect();
        let titles = paint(Color::Bold, &self.line(&widths, |column| column.title));
        let rows = (0..rows).map(|row| self.line(&widths, |column| &column.cells[row]));
        let lines: Vec<String> = [titles].into_iter().chain(rows).collect();
        Rendered {
            text: lines.join("\n"),
            is_without_prefix: is_short && self.columns.iter().any(|column| column.has_names),
            left_out,
        }
    }

    /// Removes the prefix of the names, if all of them have it.
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

    fn width(&self) -> usize {
        let widths = self.columns.iter().map(Column::width);
        widths.sum::<usize>() + GAP * self.columns.len().saturating_sub(1)
    }

    fn line<'t>(&'t self, widths: &[usize], cell: impl Fn(&'t Column) -> &'t str) -> String {
        let cells = self.columns.iter().zip(widths).map(|(column, width)| {
            let text = cell(column);
            match column.side {
                Side::Left => format!("{text:<width$}"),
                Side::Right => format!("{text:>width$}"),
            }
        });
        let cells: Vec<String> = cells.collect();
        cells.join(&" ".repeat(GAP)).trim_end().to_owned()
    }
}

impl Column {
    fn width(&self) -> usize {
        let cells = self.cells.iter().map(String::as_str);
        let texts = cells.chain([self.title]);
        texts.map(|text| text.chars().count()).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
\u{1b}[1mNAME                          AGE  RULES     STATE\u{1b}[0m
ecr-pullthroughcache/one   3 days
ecr-pullthroughcache/a-b  12 days  aa,bb,cc  gone on Monday";
        assert_eq!(rendered.text, text);
        assert!(!rendered.is_without_prefix && rendered.left_out.is_empty());
    }

    #[test]
    fn a_narrow_screen_has_fewer_columns() {
        let at = |width| table().render(Some(width));
        let wide = at(80);
        let text = "\
\u{1b}[1mNAME      AGE  RULES     STATE\u{1b}[0m
one    3 days
a-b   12 days  aa,bb,cc  gone on Monday";
        assert_eq!(wide.text, text);
        assert!(wide.is_without_prefix && wide.left_out.is_empty());
        assert_eq!(at(30).left_out, ["STATE"]);
        assert_eq!(at(3).left_out, ["AGE", "RULES", "STATE"]);
        assert_eq!(at(3).text, "\u{1b}[1mNAME\u{1b}[0m\none\na-b");
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
}

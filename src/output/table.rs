//! [`Table`]: rows for people, in columns that fit the terminal.

/// Which side of its column a cell keeps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
}

/// Columns of text. The first is what the rows are about; the others can be left out, the last ones
/// first, where the terminal is too narrow.
#[derive(Debug)]
pub struct Table {
    columns: Vec<Column>,
}

#[derive(Debug)]
struct Column {
    title: &'static str,
    side: Side,
    cells: Vec<String>,
}

impl Column {
    fn width(&self) -> usize {
        let cells = self.cells.iter().map(String::as_str).chain([self.title]);
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    }
}

const GAP: usize = 2;

impl Table {
    pub fn new() -> Self {
        Self {
            columns: Vec::new(),
        }
    }

    /// Adds a column, unless no row has anything in it.
    pub fn column(mut self, title: &'static str, side: Side, cells: Vec<String>) -> Self {
        if self.columns.is_empty() || cells.iter().any(|cell| !cell.is_empty()) {
            self.columns.push(Column { title, side, cells });
        }
        self
    }

    /// The table in lines of at most `width` characters, or as wide as it needs to be.
    pub fn render(mut self, width: Option<usize>) -> String {
        if let Some(width) = width {
            self.fit(width);
        }
        let widths: Vec<usize> = self.columns.iter().map(Column::width).collect();
        let rows = self.columns.first().map_or(0, |column| column.cells.len());
        let line = |cell: &dyn Fn(&Column) -> String| {
            let mut line = String::new();
            for (column, width) in self.columns.iter().zip(&widths) {
                let text = cell(column);
                let padded = match column.side {
                    Side::Left => format!("{text:<width$}"),
                    Side::Right => format!("{text:>width$}"),
                };
                line.push_str(&padded);
                line.push_str(&" ".repeat(GAP));
            }
            line.truncate(line.trim_end().len());
            line
        };
        let mut lines = vec![line(&|column| column.title.to_owned())];
        lines.extend((0..rows).map(|row| line(&|column| column.cells[row].clone())));
        lines.join("\n")
    }

    fn fit(&mut self, width: usize) {
        let needed = |columns: &[Column]| {
            let widths = columns.iter().map(|column| column.width() + GAP);
            widths.sum::<usize>().saturating_sub(GAP)
        };
        while needed(&self.columns) > width && self.columns.len() > 1 {
            self.columns.pop();
        }
        if let [only] = self.columns.as_mut_slice() {
            for cell in &mut only.cells {
                if let Some((at, _)) = cell.char_indices().nth(width.saturating_sub(1)) {
                    if cell.chars().count() > width {
                        cell.truncate(at);
                        cell.push('…');
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn table() -> Table {
        let texts = |texts: [&str; 2]| texts.map(str::to_owned).to_vec();
        Table::new()
            .column("NAME", Side::Left, texts(["one", "twenty-one"]))
            .column("AGE", Side::Right, texts(["3 days", "12 days"]))
            .column("EMPTY", Side::Left, texts(["", ""]))
            .column("STATE", Side::Left, texts(["", "gone"]))
    }

    #[test]
    fn columns_keep_to_their_side_and_empty_ones_are_left_out() {
        let text = "\
NAME            AGE  STATE
one          3 days
twenty-one  12 days  gone";
        assert_eq!(table().render(None), text);
    }

    #[test]
    fn what_does_not_fit_is_left_out_from_the_last() {
        assert_eq!(
            table().render(Some(20)),
            "NAME            AGE\none          3 days\ntwenty-one  12 days"
        );
        assert_eq!(table().render(Some(5)), "NAME\none\ntwen…");
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_the_terminal(width in 8_usize..60, cells in prop::collection::vec("[a-zé]{0,40}", 1..5)) {
            let table = Table::new().column("NAME", Side::Left, cells.clone()).column("OTHER", Side::Right, cells);
            for line in table.render(Some(width)).lines() {
                prop_assert!(line.chars().count() <= width, "{line}");
            }
        }
    }
}

//! How do values stand in columns that a person can read down?
//! A column is as wide as its widest cell; styles take no room.

use anstyle::Style;

use crate::printable::printable;

/// One cell: text, and the style it is shown in.
pub(super) struct Cell {
    text: String,
    style: Style,
    side: Side,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

/// Rows of cells, all kept until they are written.
#[derive(Default)]
pub(super) struct Table {
    rows: Vec<Vec<Cell>>,
}

/// A cell of text from elsewhere or of our own, from the left.
pub(super) fn text(text: &str) -> Cell {
    styled(text, Style::new())
}

/// A cell in a style, from the left.
pub(super) fn styled(text: &str, style: Style) -> Cell {
    Cell {
        text: printable(text).into_owned(),
        style,
        side: Side::Left,
    }
}

/// A cell whose digits stand under each other.
pub(super) fn figure(text: String) -> Cell {
    Cell {
        text,
        style: Style::new(),
        side: Side::Right,
    }
}

impl Table {
    /// Adds a row; headings over figures are figures too, so that they stand over their ends.
    pub(super) fn push(&mut self, row: Vec<Cell>) {
        self.rows.push(row);
    }

    /// Every row as a line, after `indent`; no line ends in spaces.
    pub(super) fn write(&self, out: &mut Vec<u8>, indent: &str) {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let mut widths = vec![0; columns];
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.width());
            }
        }
        for row in &self.rows {
            out.extend_from_slice(indent.as_bytes());
            let last = row.iter().rposition(|cell| !cell.text.is_empty());
            for (at, cell) in row.iter().enumerate().take(last.map_or(0, |last| last + 1)) {
                let gap = " ".repeat(widths[at] - cell.width());
                let Cell { text, style, side } = cell;
                let shown = format!("{style}{text}{style:#}");
                let line = match side {
                    Side::Left if Some(at) == last => shown,
                    Side::Left => format!("{shown}{gap}  "),
                    Side::Right if Some(at) == last => format!("{gap}{shown}"),
                    Side::Right => format!("{gap}{shown}  "),
                };
                out.extend_from_slice(line.as_bytes());
            }
            out.push(b'\n');
        }
    }
}

impl Cell {
    fn width(&self) -> usize {
        self.text.chars().count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::terminal::{GOOD, HEADING};

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::default();
        table.push(vec![
            styled("name", HEADING),
            figure("rows".to_owned()),
            text("why"),
        ]);
        table.push(vec![
            text("ä\n"),
            figure("12,000".to_owned()),
            styled("good", GOOD),
        ]);
        table.push(vec![text("beta"), figure("1".to_owned()), text("")]);
        let mut out = Vec::new();
        table.write(&mut out, "- ");
        let plain = anstream::adapter::strip_bytes(&out).into_vec();
        expect_test::expect![[r"
            - name    rows  why
            - ä\n   12,000  good
            - beta       1
        "]]
        .assert_eq(&String::from_utf8(plain).unwrap());
    }
}

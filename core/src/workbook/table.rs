//! How are the rows of a sheet written, so that they are read as CSV?
//! A sheet's row is one record on the line of its number, empty rows are empty lines; trailing emptiness is not written.
//! A cell that is not text begins with a mark. The text never grows far beyond what it was made from.

use crate::read::SheetKind;
use crate::zip::Trouble;

/// The text of a sheet under construction.
#[derive(Debug)]
pub(super) struct Table {
    text: Vec<u8>,
    /// Where the row that is being written begins: what is before it is whole.
    whole: usize,
    /// Bytes that have been taken away.
    taken: u64,
    /// Bytes of the sheet that have been read for it.
    read: u64,
    /// The row that is being written, from 1.
    row: u32,
    /// The column that was written last, from 1.
    column: u32,
    /// The last column of all that were written.
    widest: u32,
}

/// Most rows of a sheet, in Excel and in LibreOffice.
pub(super) const MOST_ROWS: u32 = 1 << 20;

/// Most columns of a sheet.
pub(super) const MOST_COLUMNS: u32 = 1 << 14;

/// So long a text may become whatever it is made from.
const ALWAYS_ALLOWED: u64 = 16 << 20;

/// Beyond that it may be so many times as long as what was read for it.
const MOST_GROWTH: u64 = 4;

impl Default for Table {
    fn default() -> Self {
        Self {
            text: Vec::new(),
            whole: 0,
            taken: 0,
            read: 0,
            row: 1,
            column: 1,
            widest: 0,
        }
    }
}

impl Table {
    /// Takes the whole rows away that have been written.
    pub(super) fn take(&mut self) -> Vec<u8> {
        let rest = self.text.split_off(self.whole);
        self.taken += self.whole as u64;
        self.whole = 0;
        std::mem::replace(&mut self.text, rest)
    }

    /// The last column that holds a value, 0 without any.
    pub(super) fn widest(&self) -> u32 {
        self.widest
    }

    /// Says how many bytes of the sheet have been read.
    pub(super) fn reading(&mut self, read: u64) {
        self.read = read;
    }

    pub(super) fn text(&mut self, row: u32, column: u32, text: &[u8]) {
        if text.is_empty() {
            return;
        }
        self.go_to(row, column);
        push_quoted(&mut self.text, text);
    }

    /// A text that stands quoted already where it must.
    pub(super) fn quoted(&mut self, row: u32, column: u32, text: &[u8]) {
        if text.is_empty() {
            return;
        }
        self.go_to(row, column);
        self.text.extend_from_slice(text);
    }

    /// A value of plain characters, which `write` appends.
    pub(super) fn marked(
        &mut self,
        row: u32,
        column: u32,
        kind: SheetKind,
        write: impl FnOnce(&mut Vec<u8>),
    ) {
        self.go_to(row, column);
        self.text.push(kind.mark());
        write(&mut self.text);
    }

    /// A value of any characters behind a mark.
    pub(super) fn marked_text(&mut self, row: u32, column: u32, kind: SheetKind, text: &[u8]) {
        self.go_to(row, column);
        let mut value = Vec::with_capacity(text.len() + 1);
        value.push(kind.mark());
        value.extend_from_slice(text);
        push_quoted(&mut self.text, &value);
    }

    /// A whole row that was written elsewhere.
    pub(super) fn line(&mut self, row: u32, line: &[u8]) {
        self.go_to(row, 1);
        self.text.extend_from_slice(line);
    }

    /// Begins a row without an end, for [`Table::line`]; gives the one before.
    pub(super) fn take_line(&mut self) -> Vec<u8> {
        let widest = self.widest;
        let line = std::mem::take(self).text;
        self.widest = widest;
        line
    }

    /// Ends the last line.
    pub(super) fn finish(&mut self) {
        if self.taken > 0 || !self.text.is_empty() {
            self.text.push(b'\n');
        }
        self.whole = self.text.len();
    }

    /// Fails where the text has grown far beyond what was read for it, be it at once or over the whole.
    #[inline]
    pub(super) fn hold_growth(&self) -> Result<(), Trouble> {
        let here = self.text.len() as u64;
        let most = ALWAYS_ALLOWED.max(self.read.saturating_mul(MOST_GROWTH));
        if here > ALWAYS_ALLOWED || self.taken + here > most {
            return Err(Trouble::suspicious("text > 4 : 1"));
        }
        Ok(())
    }

    /// Rows and columns come in ascending order.
    #[inline]
    fn go_to(&mut self, row: u32, column: u32) {
        if row > self.row {
            let lines = (row - self.row) as usize;
            self.text.resize(self.text.len() + lines, b'\n');
            self.whole = self.text.len();
            self.row = row;
            self.column = 1;
        }
        while self.column < column {
            self.text.push(b',');
            self.column += 1;
        }
        self.widest = self.widest.max(column);
    }
}

/// Appends a value of a CSV file, in quotes where it must be.
#[inline]
pub(super) fn push_quoted(out: &mut Vec<u8>, value: &[u8]) {
    let needs_quotes = |byte: &u8| matches!(byte, b',' | b'"' | b'\n' | b'\r');
    if !value.iter().any(needs_quotes) {
        out.extend_from_slice(value);
        return;
    }
    out.push(b'"');
    for (index, part) in value.split(|byte| *byte == b'"').enumerate() {
        if index > 0 {
            out.extend_from_slice(b"\"\"");
        }
        out.extend_from_slice(part);
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_on_the_lines_of_their_numbers() {
        let mut table = Table::default();
        table.text(2, 1, b"a");
        table.text(2, 3, b"b,\"c\"");
        table.text(3, 1, b"");
        table.marked(5, 2, SheetKind::Number, |out| out.extend_from_slice(b"1"));
        table.marked_text(5, 3, SheetKind::Formula, b"=A1,B2");
        table.finish();
        let text = String::from_utf8(table.take()).unwrap();
        assert_eq!(table.take(), b"");
        assert_eq!(text, "\na,,\"b,\"\"c\"\"\"\n\n\n,\u{1}1,\"\u{5}=A1,B2\"\n");
    }

    #[test]
    fn only_whole_rows_leave() {
        let mut table = Table::default();
        table.text(1, 1, b"a");
        assert_eq!(table.take(), b"");
        table.text(3, 1, b"b");
        assert_eq!(table.take(), b"a\n\n");
        table.finish();
        assert_eq!(table.take(), b"b\n");
    }

    #[test]
    fn a_sheet_without_a_value_is_no_line() {
        let mut table = Table::default();
        table.finish();
        assert_eq!(table.take(), b"");
    }
}

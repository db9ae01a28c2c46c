//! How does one row look in each format?
//! What a row says is independent of the format; an absent cell is empty in CSV and left out in JSON.

use super::file::Format;
use super::order::FIELDS;

/// What a cell holds besides its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value {
    /// Nothing given.
    Absent,
    /// The value is to be removed: `NULL` in a cell, `null` in JSON.
    Cleared,
    /// A string in JSON.
    Text,
    /// Written as it stands in JSON too, so the text must be a JSON number.
    Number,
}

/// What is wrong with the row as a whole. Only CSV can show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Whole,
    /// Ends after so many cells.
    Cut(usize),
    /// Has one cell more than the header.
    Surplus,
}

/// One row. Its buffers are used again for the next, so writing millions allocates nothing.
pub(super) struct Row {
    cells: [(Value, String); FIELDS.len()],
    shape: Shape,
}

impl Row {
    pub(super) fn new() -> Self {
        Self {
            cells: std::array::from_fn(|_| (Value::Absent, String::with_capacity(32))),
            shape: Shape::Whole,
        }
    }

    /// Empties the row.
    pub(super) fn begin(&mut self) {
        self.shape = Shape::Whole;
        for (value, text) in &mut self.cells {
            *value = Value::Absent;
            text.clear();
        }
    }

    /// Makes the cell an empty text and hands it out to be filled.
    pub(super) fn text(&mut self, column: usize) -> &mut String {
        self.set(column, Value::Text);
        &mut self.cells[column].1
    }

    /// Makes the cell an empty number and hands it out to be filled.
    pub(super) fn number(&mut self, column: usize) -> &mut String {
        self.set(column, Value::Number);
        &mut self.cells[column].1
    }

    /// Gives the cell this value and empties its text.
    pub(super) fn set(&mut self, column: usize, value: Value) {
        self.cells[column].0 = value;
        self.cells[column].1.clear();
    }

    /// Appends to what the cell holds.
    pub(super) fn append(&mut self, column: usize, text: &str) {
        self.cells[column].1.push_str(text);
    }

    /// Shortens what the cell holds to so many bytes of ASCII.
    pub(super) fn shorten(&mut self, column: usize, length: usize) {
        self.cells[column].1.truncate(length);
    }

    /// What the cell holds.
    pub(super) fn get(&self, column: usize) -> &str {
        &self.cells[column].1
    }

    pub(super) fn set_shape(&mut self, shape: Shape) {
        self.shape = shape;
    }

    /// Appends the row, in CSV with its line end, in JSON as an object without one.
    pub(super) fn write(&self, format: Format, out: &mut Vec<u8>) {
        match format {
            Format::Csv => self.write_csv(b',', out),
            Format::CsvSemicolon => self.write_csv(b';', out),
            Format::Ndjson | Format::Json => self.write_json(out),
        }
    }

    fn write_csv(&self, delimiter: u8, out: &mut Vec<u8>) {
        let cells = match self.shape {
            Shape::Cut(cells) => &self.cells[..cells],
            Shape::Whole | Shape::Surplus => &self.cells[..],
        };
        for (place, (value, text)) in cells.iter().enumerate() {
            if place > 0 {
                out.push(delimiter);
            }
            match value {
                Value::Absent => {}
                Value::Cleared => out.extend_from_slice(b"NULL"),
                Value::Text | Value::Number => write_csv_cell(text, delimiter, out),
            }
        }
        if self.shape == Shape::Surplus {
            out.push(delimiter);
            out.push(b'x');
        }
        out.push(b'\n');
    }

    fn write_json(&self, out: &mut Vec<u8>) {
        let mut opener = b'{';
        for (name, (value, text)) in FIELDS.iter().zip(&self.cells) {
            if *value == Value::Absent {
                continue;
            }
            out.push(opener);
            opener = b',';
            out.push(b'"');
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b"\":");
            match value {
                Value::Absent => {}
                Value::Cleared => out.extend_from_slice(b"null"),
                Value::Number => out.extend_from_slice(text.as_bytes()),
                Value::Text => write_json_string(text, out),
            }
        }
        if opener == b'{' {
            out.push(b'{');
        }
        out.push(b'}');
    }
}

/// Quotes a cell where RFC 4180 asks for it.
fn write_csv_cell(text: &str, delimiter: u8, out: &mut Vec<u8>) {
    if !text
        .bytes()
        .any(|byte| byte == delimiter || matches!(byte, b'"' | b'\n' | b'\r'))
    {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(b'"');
    for byte in text.bytes() {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

fn write_json_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            0..0x20 => {
                out.extend_from_slice(b"\\u00");
                for nibble in [byte >> 4, byte & 15] {
                    out.push(b"0123456789abcdef"[usize::from(nibble)]);
                }
            }
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}

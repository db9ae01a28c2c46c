//! Which format is a file in, and which field does each of its columns mean?
//! Decided from the bytes up to the end of the header alone, never from a name or from how they arrived.

use super::csv_cells::after_returns;
use super::delimiter::{self, Demand, Records, Split};
use super::header::{self, Above, Below, Candidate};
use super::{CORRECTION_KEY, Column, Expected, Format, ReadOptions, Shape, SheetKind, sample};
use crate::code::Code;
use crate::field::{self, Field, Table};
use crate::finding::{Detail, Finding, VALUE_CHARACTERS, shown_value};
use crate::reading::mapping::Meaning;
use crate::unwrap::Encoding;

/// What the first bytes say.
pub(super) enum Beginning {
    /// Not enough bytes yet.
    Unknown,
    /// It cannot be read; the finding says why.
    Unreadable(Finding),
    /// It can be read.
    Known {
        shape: Box<Shape>,
        findings: Vec<Finding>,
        /// Bytes to pass over: byte order mark, blank lines, header.
        skip: usize,
        /// The physical line at which the first record may start.
        line: u64,
        /// The row in which a spreadsheet shows that line.
        sheet_row: u64,
    },
}

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Forms of files that partners send by mistake, by their first bytes.
const NOT_TEXT: &[(&[u8], &str)] = &[
    (b"\xFF\xFE\0\0", "UTF-32"),
    (b"\0\0\xFE\xFF", "UTF-32"),
    (b"\xD0\xCF\x11\xE0", "XLS, DOC"),
    (b"BZh", "BZIP2"),
    (b"\xFD7zXZ", "XZ"),
    (b"7z\xBC\xAF", "7-ZIP"),
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xFF\xD8\xFF", "JPEG"),
    (b"SQLite format 3", "SQLITE"),
    (b"{\\rtf", "RTF"),
];

/// The text that is made of a workbook has this one.
const WORKBOOK_DELIMITER: u8 = b',';

/// Keys that only a request body has at its top level.
pub(super) const BODY_KEYS: &[&str] = &["items", "purchase", "suppressMail"];

/// A workbook's text has been made from it, so that its format and its delimiter are known.
pub(super) fn beginning(
    head: &[u8],
    (at_end, cut): (bool, bool),
    workbook: Option<Format>,
    options: &ReadOptions,
) -> Beginning {
    // What lies behind the limit is not looked at, so that the answer does not depend on how much has arrived.
    let limit = options.limits.record_bytes.max(SHORTEST_LIMIT);
    let overlong = head.len() > limit;
    let head = &head[..head.len().min(limit)];
    let at_end = at_end && !overlong;
    if options.expected == Expected::RequestBody {
        return request_body(head, at_end, overlong, options);
    }
    if head.len() < MAGIC_BYTES && !at_end {
        return Beginning::Unknown;
    }
    if let Some(finding) = not_text(head).filter(|_| workbook.is_none()) {
        return Beginning::Unreadable(finding);
    }
    let mark = if head.starts_with(BYTE_ORDER_MARK) {
        BYTE_ORDER_MARK.len()
    } else {
        0
    };
    let blank = head[mark..]
        .iter()
        .take_while(|byte| byte.is_ascii_whitespace())
        .count();
    let start = mark + blank;
    let found = match head.get(start) {
        None if at_end => Some(Beginning::Unreadable(Finding::about_file(
            Code::FileEmpty,
            Detail::None,
        ))),
        None => None,
        Some(b'<') if workbook.is_none() && may_be_markup(&head[start..]) => {
            markup(&head[start..], at_end || overlong)
        }
        Some(_) if workbook.is_some() => csv(0, head, (at_end, overlong || cut), workbook, options),
        Some(b'[') => Some(json(Format::Json, start, head, options)),
        Some(b'{') => match first_key(&head[start + 1..]) {
            FirstKey::Named(key) if BODY_KEYS.contains(&&*key) => {
                Some(json(Format::Json, start, head, options))
            }
            FirstKey::Cut if !at_end && !overlong => None,
            _ => Some(json(Format::Ndjson, start, head, options)),
        },
        Some(_) => csv(mark, head, (at_end, overlong || cut), None, options),
    };
    found.unwrap_or_else(|| {
        if overlong {
            Beginning::Unreadable(Finding::about_file(
                Code::HeaderTooLong,
                Detail::Limit(limit as u64),
            ))
        } else {
            Beginning::Unknown
        }
    })
}

/// How markup begins that spreadsheets open.
const MARKUP: &[&[u8]] = &[
    b"<?xml",
    b"<!doctype",
    b"<html",
    b"<head",
    b"<meta",
    b"<style",
    b"<table",
    b"<workbook",
];

fn may_be_markup(head: &[u8]) -> bool {
    MARKUP.iter().any(|begin| {
        let length = begin.len().min(head.len());
        head[..length].eq_ignore_ascii_case(&begin[..length])
    })
}

/// What Excel opens under its own name though it is none of its workbooks. A file too short to be told from it is none.
fn markup(head: &[u8], whole: bool) -> Option<Beginning> {
    if head.len() < MARKUP_BYTES && !whole {
        return None;
    }
    let text = head[..head.len().min(MARKUP_BYTES)].to_ascii_lowercase();
    let has = |word: &[u8]| memchr::memmem::find(&text, word).is_some();
    let name = match () {
        () if head.len() < LEAST_MARKUP => return None,
        () if has(b"urn:schemas-microsoft-com:office:spreadsheet") => "XML 2003",
        () if has(b"<html") || has(b"<table") => "HTML",
        () => "XML",
    };
    let finding = Finding::about_file(Code::WorkbookFormat, Detail::Text(name.into()));
    Some(Beginning::Unreadable(finding))
}

/// As long as the longest of its beginnings.
const LEAST_MARKUP: usize = 9;

/// So much of such a file tells what it is.
const MARKUP_BYTES: usize = 1024;

/// A request says that it is JSON: nothing else is guessed at, and what is no object is no import.
fn request_body(head: &[u8], at_end: bool, overlong: bool, options: &ReadOptions) -> Beginning {
    let blank = head.iter().take_while(|byte| is_json_space(**byte)).count();
    let unreadable = |code, detail| Beginning::Unreadable(Finding::about_file(code, detail));
    match head.get(blank) {
        Some(b'{') => json(Format::Json, blank, head, options),
        Some(b'[' | b'"' | b'-' | b'0'..=b'9') => unreadable(Code::JsonShape, Detail::None),
        Some(b't' | b'f' | b'n') if is_json_word(&head[blank..]) => {
            unreadable(Code::JsonShape, Detail::None)
        }
        // It may become one, however its bytes arrive.
        Some(b't' | b'f' | b'n') if head.len() - blank < LONGEST_WORD && !at_end && !overlong => {
            Beginning::Unknown
        }
        Some(_) => unreadable(Code::JsonInvalid, Detail::Text("{".into())),
        None if overlong => unreadable(Code::JsonInvalid, Detail::Text("{".into())),
        None if at_end => unreadable(Code::FileEmpty, Detail::None),
        None => Beginning::Unknown,
    }
}

const LONGEST_WORD: usize = "false".len();

fn is_json_word(text: &[u8]) -> bool {
    ["true", "false", "null"]
        .iter()
        .any(|word| text.starts_with(word.as_bytes()))
}

fn is_json_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// As many bytes as the longest mark of [`NOT_TEXT`] and one more.
const MAGIC_BYTES: usize = 16;

/// A header is looked for within at least so many bytes.
const SHORTEST_LIMIT: usize = 1024;

fn not_text(head: &[u8]) -> Option<Finding> {
    let name = no_text(head)?;
    Some(Finding::about_file(
        Code::FileNotText,
        Detail::Text(name.into()),
    ))
}

/// The form of a file that is no text, by its first bytes.
pub(crate) fn no_text(head: &[u8]) -> Option<&'static str> {
    let known = NOT_TEXT.iter().find(|(magic, _)| head.starts_with(magic));
    known.map(|(_, name)| *name)
}

fn json(format: Format, start: usize, head: &[u8], options: &ReadOptions) -> Beginning {
    Beginning::Known {
        shape: Box::new(Shape {
            format,
            options: options.clone(),
            packing: None,
            encoding: Encoding::Utf8,
            delimiter: 0,
            terminator: b'\n',
            line_end: b"\n",
            columns: Vec::new(),
            header: Vec::new(),
            missing: Vec::new(),
            corrects: matches!(
                first_key(&head[start + 1..]),
                FirstKey::Named(key) if format == Format::Ndjson && key == CORRECTION_KEY
            ),
        }),
        findings: Vec::new(),
        skip: start,
        line: 1 + newlines(&head[..start]),
        sheet_row: 0,
    }
}

enum FirstKey {
    Named(String),
    None,
    Cut,
}

fn first_key(after_brace: &[u8]) -> FirstKey {
    let blank = after_brace
        .iter()
        .take_while(|byte| byte.is_ascii_whitespace())
        .count();
    match &after_brace[blank..] {
        [] => FirstKey::Cut,
        [b'"', key @ ..] => match memchr::memchr(b'"', key) {
            Some(end) => FirstKey::Named(String::from_utf8_lossy(&key[..end]).into_owned()),
            None => FirstKey::Cut,
        },
        _ => FirstKey::None,
    }
}

/// Nothing where the header does not end within these bytes.
fn csv(
    mark: usize,
    head: &[u8],
    (at_end, overlong): (bool, bool),
    workbook: Option<Format>,
    options: &ReadOptions,
) -> Option<Beginning> {
    let demand = match workbook {
        Some(_) => Demand::Line(WORKBOOK_DELIMITER, 0),
        None => delimiter::demanded(&head[mark..], at_end),
    };
    let (demanded, mark) = match demand {
        Demand::Line(delimiter, length) => (Some(delimiter), mark + length),
        Demand::Undecided if !overlong => return None,
        Demand::Undecided | Demand::None => (None, mark),
    };
    let table = Beneath {
        body: &head[mark..],
        lines: newlines(&head[..mark]),
        at_end,
        whole: at_end || overlong,
        demanded,
        workbook,
        options,
    };
    let first = header::first(table.body, at_end, demanded)?;
    let mut beginning = table.under(first, None)?;
    if let Beginning::Known { skip, .. } = &mut beginning {
        *skip += mark;
    }
    Some(beginning)
}

/// A table of cells, header and all.
struct Beneath<'b> {
    body: &'b [u8],
    /// Lines above it: what demands a delimiter, which no spreadsheet shows.
    lines: u64,
    at_end: bool,
    /// Does no more of it come, for whatever reason?
    whole: bool,
    demanded: Option<u8>,
    workbook: Option<Format>,
    options: &'b ReadOptions,
}

/// A header that names so many fields is one, wherever it stands.
const NO_DOUBT: usize = 2;

impl Beneath<'_> {
    /// What the file is, if that is its header.
    fn under(&self, at: Candidate, above: Option<Above>) -> Option<Beginning> {
        let options = self.options;
        let (start, end) = (at.start, at.end);
        let body = &self.body[start..];
        let header = &body[..end.content];
        let line = 1 + self.lines + newlines(&self.body[..start]);
        let unreadable = |code, detail| {
            let shown = String::from_utf8_lossy(&header[..header.len().min(SHOWN_OF_HEADER)]);
            Some(Beginning::Unreadable(Finding {
                line,
                value: Some(shown_value(&shown)),
                ..Finding::about_file(code, detail)
            }))
        };
        if memchr::memchr(0, header).is_some() {
            let binary = Detail::Text("NUL, binary or UTF-16".into());
            return Some(Beginning::Unreadable(Finding::about_file(
                Code::FileNotText,
                binary,
            )));
        }
        if end.unclosed {
            return unreadable(Code::QuoteUnclosed, Detail::None);
        }
        let Ok(text) = std::str::from_utf8(header) else {
            return unreadable(Code::EncodingInvalid, Detail::None);
        };
        let rest = &body[end.total..];
        // So much and no more is looked at, however much has arrived.
        if rest.len() < sample::BYTES && !self.whole && self.workbook.is_none() {
            return None;
        }
        let records = Records::new(rest, end.terminator, self.at_end);
        let split = delimiter::split(text, self.demanded, records, options);
        let mut columns = split.as_ref().map_or_else(Vec::new, |split| {
            let headers = split.headers.iter().take(options.limits.columns + 1);
            headers.map(|header| self.column(header)).collect()
        });
        let known = columns.iter().filter(|column| column.field.is_some());
        if known.count() < NO_DOUBT && above.is_none() {
            let ends = (self.at_end, self.whole);
            match header::below(self.body, at, ends, self.demanded, options) {
                Below::Header(at, above) => return self.under(at, Some(above)),
                Below::Nothing => {}
                Below::Undecided => return None,
            }
        }
        let Some(Split {
            delimiter, doubt, ..
        }) = split
        else {
            return unreadable(Code::QuoteTextAfter, Detail::None);
        };
        if columns.len() > options.limits.columns {
            let limit = Detail::Limit(options.limits.columns as u64);
            return unreadable(Code::TooManyColumns, limit);
        }
        if columns.iter().all(|column| column.field.is_none()) {
            return unreadable(Code::HeaderUnknown, Detail::None);
        }
        // What a spreadsheet leaves behind on the right is no column, unless something stands below.
        let named = columns.iter().rposition(|column| !column.header.is_empty());
        let named = named.map_or(0, |last| last + 1);
        if named < columns.len() && self.workbook.is_none() {
            columns.truncate(named.max(records.filled(delimiter)));
        }
        let are_customers = is_of_customers(&columns, options);
        let options = &ReadOptions {
            table: match are_customers {
                true => Table::Customers,
                false => options.table,
            },
            ..options.clone()
        };
        if are_customers {
            for column in &mut columns {
                column.field = meant(&column.header, options);
            }
        }
        let (mut findings, missing) = check_header(&columns, line, options);
        if are_customers {
            findings.insert(
                0,
                Finding {
                    line,
                    ..Finding::about_file(Code::CustomersFile, Detail::None)
                },
            );
        }
        if let Some(other) = doubt {
            let other = Detail::Text(delimiter::shown(other).into());
            let doubtful = Finding {
                line,
                value: Some(delimiter::shown(delimiter).into()),
                ..Finding::about_file(Code::DelimiterDoubtful, other)
            };
            findings.insert(0, doubtful);
        }
        let rows_above = match &above {
            Some(above) => above.rows,
            None => newlines(&self.body[..start]),
        };
        if let Some(above) = above {
            let row = Detail::Text((rows_above + 1).to_string().into());
            let below = Finding {
                line,
                value: Some(shown_value(&above.text)),
                ..Finding::about_file(Code::HeaderBelow, row)
            };
            findings.insert(0, below);
        }
        let corrects = columns
            .iter()
            .any(|column| is_our_own_column(&column.header));
        Some(Beginning::Known {
            shape: Box::new(Shape {
                format: self.workbook.unwrap_or(Format::Csv),
                options: options.clone(),
                packing: None,
                encoding: Encoding::Utf8,
                delimiter,
                terminator: end.terminator,
                line_end: match (end.terminator, end.total - end.content) {
                    (b'\r', _) => b"\r",
                    (_, 0 | 1) => b"\n",
                    _ => b"\r\n",
                },
                columns,
                header: header.to_vec(),
                missing,
                corrects,
            }),
            findings,
            skip: start + end.total,
            line: line + newlines(&body[..end.total]).max(1),
            sheet_row: rows_above + 2,
        })
    }

    fn column(&self, header: &str) -> Column {
        let header = match self.workbook {
            Some(_) => without_mark(header),
            None => header,
        };
        Column {
            header: header.trim().into(),
            field: meant(header, self.options),
            order: None,
        }
    }
}

/// Enough for a shown value's longest text.
const SHOWN_OF_HEADER: usize = 4 * (VALUE_CHARACTERS + 1);

pub(super) fn meant(header: &str, options: &ReadOptions) -> Option<Field> {
    match options.reading.mapping.meaning(options.table, header) {
        Meaning::Field(spec) => Some(spec.field),
        Meaning::Ignored | Meaning::Unknown => None,
    }
}

/// A header that is a number, say, is its text.
pub(super) fn without_mark(header: &str) -> &str {
    match header.as_bytes() {
        [mark, ..] if SheetKind::of_mark(*mark).is_some() => &header[1..],
        _ => header,
    }
}

/// Does a header name customers, and nothing of an order? Its numbers may be those of orders by their names.
fn is_of_customers(columns: &[Column], options: &ReadOptions) -> bool {
    let fields = || columns.iter().filter_map(|column| column.field);
    let is_number = |field| matches!(field, Field::ExternalSystemId | Field::InvoiceCustomerId);
    options.table == Table::Orders
        && fields().any(|field| field == Field::Email)
        && fields().all(|field| field.spec().table == Table::Customers || is_number(field))
        && fields().filter(|field| !is_number(*field)).count() >= NO_DOUBT
}

fn check_header(
    columns: &[Column],
    line: u64,
    options: &ReadOptions,
) -> (Vec<Finding>, Vec<Field>) {
    let mut findings = Vec::new();
    let at = |code, detail, index: usize| Finding {
        line,
        column: index as u32 + 1,
        header: Some(shown_value(&columns[index].header)),
        field: columns[index].field,
        ..Finding::about_file(code, detail)
    };
    for (index, column) in columns.iter().enumerate() {
        let Some(meant) = column.field else {
            // The columns that a corrections file adds are made to be ignored.
            let mapping = &options.reading.mapping;
            if matches!(
                mapping.meaning(options.table, &column.header),
                Meaning::Ignored
            ) {
                continue;
            }
            if column.header.is_empty() {
                findings.push(at(Code::ColumnUnnamed, Detail::None, index));
            } else if !is_our_own_column(&column.header) {
                let proposal = field::nearest_header(options.table, &column.header);
                let detail = proposal.map_or(Detail::None, Detail::Proposal);
                findings.push(at(Code::ColumnUnknown, detail, index));
            }
            continue;
        };
        if let Some(first) = columns[..index].iter().position(|c| c.field == Some(meant)) {
            findings.push(at(
                Code::ColumnTwice,
                Detail::Column(first as u32 + 1),
                index,
            ));
        }
    }
    let missing: Vec<Field> = field::fields_of(options.table)
        .filter(|spec| spec.required && spec.table == options.table)
        .map(|spec| spec.field)
        .filter(|field| columns.iter().all(|column| column.field != Some(*field)))
        .collect();
    findings.extend(missing.iter().map(|field| Finding {
        line,
        field: Some(*field),
        ..Finding::about_file(Code::ColumnMissing, Detail::None)
    }));
    (findings, missing)
}

/// Headers of the columns that a corrections file adds.
pub const CORRECTION_HEADERS: [&str; 2] = ["intake: Hinweis", "intake: note"];

fn is_our_own_column(header: &str) -> bool {
    CORRECTION_HEADERS.contains(&header)
}

/// Physical lines ended in these bytes: by an LF with any CRs before it, or by a CR alone.
pub(super) fn newlines(bytes: &[u8]) -> u64 {
    let lone_returns = memchr::memchr_iter(b'\r', bytes)
        .filter(|at| bytes.get(after_returns(bytes, *at)) != Some(&b'\n'))
        .count();
    (memchr::memchr_iter(b'\n', bytes).count() + lone_returns) as u64
}

//! Which format is a file in, and which field does each of its columns mean?
//! Decided from the bytes up to the end of the header alone, never from a name or from how they arrived.

use super::csv_cells::split_record;
use super::{Column, Format, ReadOptions, Shape};
use crate::code::Code;
use crate::field::{self, Field};
use crate::finding::{Detail, Finding, shown_value};
use std::borrow::Cow;

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
    },
}

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Forms of files that partners send by mistake, by their first bytes.
const NOT_TEXT: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "XLSX, ODS, ZIP"),
    (b"PK\x05\x06", "ZIP"),
    (b"\xD0\xCF\x11\xE0", "XLS, DOC"),
    (b"\x1F\x8B", "GZIP"),
    (b"\x28\xB5\x2F\xFD", "ZSTD"),
    (b"BZh", "BZIP2"),
    (b"\xFD7zXZ", "XZ"),
    (b"7z\xBC\xAF", "7-ZIP"),
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xFF\xD8\xFF", "JPEG"),
    (b"SQLite format 3", "SQLITE"),
];

const DELIMITERS: &[u8] = b";,\t";

/// Keys that only a request body has at its top level.
pub(super) const BODY_KEYS: &[&str] = &["items", "purchase", "suppressMail"];

pub(super) fn beginning(head: &[u8], at_end: bool, options: &ReadOptions) -> Beginning {
    if head.len() < 16 && !at_end {
        return Beginning::Unknown;
    }
    if let Some(finding) = not_text(head) {
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
    let Some(first) = head.get(start) else {
        return if at_end {
            Beginning::Unreadable(Finding::about_file(Code::FileEmpty, Detail::None))
        } else {
            too_long_or_unknown(head, options)
        };
    };
    match first {
        b'[' => json(Format::Json, start, head, options),
        b'{' => match first_key(&head[start + 1..]) {
            FirstKey::Named(key) if BODY_KEYS.contains(&&*key) => {
                json(Format::Json, start, head, options)
            }
            FirstKey::Cut if !at_end => too_long_or_unknown(head, options),
            _ => json(Format::Ndjson, start, head, options),
        },
        _ => csv(mark, head, at_end, options),
    }
}

fn not_text(head: &[u8]) -> Option<Finding> {
    if head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF") {
        return Some(Finding::about_file(Code::EncodingUtf16, Detail::None));
    }
    let (_, name) = NOT_TEXT.iter().find(|(magic, _)| head.starts_with(magic))?;
    Some(Finding::about_file(
        Code::FileNotText,
        Detail::Text((*name).into()),
    ))
}

fn too_long_or_unknown(head: &[u8], options: &ReadOptions) -> Beginning {
    let limit = options.limits.record_bytes;
    if head.len() <= limit {
        return Beginning::Unknown;
    }
    Beginning::Unreadable(Finding::about_file(
        Code::HeaderTooLong,
        Detail::Limit(limit as u64),
    ))
}

fn json(format: Format, start: usize, head: &[u8], options: &ReadOptions) -> Beginning {
    Beginning::Known {
        shape: Box::new(Shape {
            format,
            options: options.clone(),
            delimiter: 0,
            terminator: b'\n',
            columns: Vec::new(),
            header: Vec::new(),
            missing: Vec::new(),
        }),
        findings: Vec::new(),
        skip: start,
        line: 1 + newlines(&head[..start]),
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

fn csv(mark: usize, head: &[u8], at_end: bool, options: &ReadOptions) -> Beginning {
    // Blank lines before the header are passed over line by line, so that indented headers stay whole.
    let mut start = mark;
    while let Some(length) = blank_line(&head[start..]) {
        start += length;
    }
    let body = &head[start..];
    let Some(end) = header_end(body, at_end) else {
        return too_long_or_unknown(head, options);
    };
    let line = 1 + newlines(&head[..start]);
    let header = &body[..end.content];
    let unreadable = |code, detail| {
        Beginning::Unreadable(Finding {
            line,
            ..Finding::about_file(code, detail)
        })
    };
    let binary = "NUL, binary or UTF-16";
    if end.unclosed {
        return unreadable(Code::QuoteUnclosed, Detail::None);
    }
    if memchr::memchr(0, header).is_some() {
        return unreadable(Code::FileNotText, Detail::Text(binary.into()));
    }
    let Ok(text) = std::str::from_utf8(header) else {
        return unreadable(Code::EncodingInvalid, Detail::None);
    };
    let (delimiter, headers) = best_split(text, options);
    if headers.len() > options.limits.columns {
        return unreadable(
            Code::TooManyColumns,
            Detail::Limit(options.limits.columns as u64),
        );
    }
    let columns: Vec<Column> = headers
        .iter()
        .map(|header| Column {
            header: header.trim().into(),
            field: field::match_header(options.table, header),
        })
        .collect();
    if columns.iter().all(|column| column.field.is_none()) {
        let shown = shown_value(text);
        return match unreadable(Code::HeaderUnknown, Detail::None) {
            Beginning::Unreadable(finding) => Beginning::Unreadable(Finding {
                value: Some(shown),
                ..finding
            }),
            other => other,
        };
    }
    let (findings, missing) = check_header(&columns, line, options);
    Beginning::Known {
        shape: Box::new(Shape {
            format: Format::Csv,
            options: options.clone(),
            delimiter,
            terminator: end.terminator,
            columns,
            header: header.to_vec(),
            missing,
        }),
        findings,
        skip: start + end.total,
        line: line + newlines(&body[..end.total]).max(1),
    }
}

struct HeaderEnd {
    content: usize,
    total: usize,
    terminator: u8,
    unclosed: bool,
}

/// Finds the end of the first record: quotes hide line ends, and a CR without an LF ends it too.
fn header_end(body: &[u8], at_end: bool) -> Option<HeaderEnd> {
    let mut quoted = false;
    for (at, byte) in body.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => {
                return Some(HeaderEnd {
                    content: at,
                    total: at + 1,
                    terminator: b'\n',
                    unclosed: false,
                });
            }
            b'\r' if !quoted => match body.get(at + 1) {
                Some(b'\n') => {
                    return Some(HeaderEnd {
                        content: at,
                        total: at + 2,
                        terminator: b'\n',
                        unclosed: false,
                    });
                }
                None if !at_end => return None,
                _ => {
                    return Some(HeaderEnd {
                        content: at,
                        total: at + 1,
                        terminator: b'\r',
                        unclosed: false,
                    });
                }
            },
            _ => {}
        }
    }
    at_end.then_some(HeaderEnd {
        content: body.len(),
        total: body.len(),
        terminator: b'\n',
        unclosed: quoted,
    })
}

fn blank_line(bytes: &[u8]) -> Option<usize> {
    let end = memchr::memchr2(b'\n', b'\r', bytes)?;
    bytes[..end]
        .iter()
        .all(u8::is_ascii_whitespace)
        .then_some(end + 1)
}

/// The delimiter that makes the most known columns; among equals the one that makes more columns.
fn best_split<'h>(text: &'h str, options: &ReadOptions) -> (u8, Vec<Cow<'h, str>>) {
    let mut best: Option<(usize, usize, u8, Vec<Cow<'h, str>>)> = None;
    for &delimiter in DELIMITERS {
        let headers = split_record(text, delimiter);
        let known = headers
            .iter()
            .filter(|h| field::match_header(options.table, h).is_some())
            .count();
        let better = best
            .as_ref()
            .is_none_or(|(most_known, most, ..)| (known, headers.len()) > (*most_known, *most));
        if better {
            best = Some((known, headers.len(), delimiter, headers));
        }
    }
    best.map_or((b';', Vec::new()), |(_, _, delimiter, headers)| {
        (delimiter, headers)
    })
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

/// Physical lines ended in these bytes: by LF, CRLF, or a CR alone.
fn newlines(bytes: &[u8]) -> u64 {
    let lone_returns = bytes
        .iter()
        .enumerate()
        .filter(|(at, byte)| **byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'))
        .count();
    (memchr::memchr_iter(b'\n', bytes).count() + lone_returns) as u64
}

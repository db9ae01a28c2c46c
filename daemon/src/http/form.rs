//! Which parts does a form have, and what stands in them?
//! Read in one pass with a buffer of fixed size, however large a part is; where the body is cut into pieces shows
//! nowhere, and a form without its last line is not a form.

use std::io::{self, Read};

use hyper::HeaderMap;
use hyper::header::CONTENT_TYPE;
use memchr::memmem::Finder;

use super::body::{Trouble, trouble_of};
use super::refusal::{Refusal, Why};

/// A form (`multipart/form-data`) that is being read.
pub(super) struct Form<R> {
    source: R,
    /// Line end, two dashes and the boundary: what stands between two parts.
    delimiter: Finder<'static>,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// In a part's content, or before the first part.
    Content,
    /// Behind the delimiter that ended a part.
    Between,
    /// Behind the last line.
    End,
}

/// What stands above a part's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PartHead {
    pub(super) name: String,
    /// The file's name as the client gave it.
    pub(super) file_name: Option<String>,
}

/// Why a form cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum FormError {
    /// The body.
    #[error(transparent)]
    Body(#[from] io::Error),
    /// The body ended before the form did.
    #[error("the form is not complete")]
    CutOff,
    /// It does not have the form of one.
    #[error("the form is not well-formed")]
    Broken,
}

const BUFFER: usize = 128 << 10;
const LONGEST_HEAD: usize = 8 << 10;
const LONGEST_BOUNDARY: usize = 70;

/// So much of a form is read before there is a token, and so much may be neither token nor file.
pub(super) const MOST_BESIDE: u64 = 64 << 10;

/// The boundary of the form that a request brings.
pub(super) fn boundary_in(headers: &HeaderMap) -> Result<String, Refusal> {
    let kind = headers.get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let boundary = boundary_of(kind).ok_or(Refusal::of(Why::NoForm))?;
    Ok(boundary.to_owned())
}

/// The boundary that a content type names, where it is that of a form.
fn boundary_of(content_type: &str) -> Option<&str> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let boundary = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let is_it = name.trim().eq_ignore_ascii_case("boundary");
        is_it.then(|| value.trim().trim_matches('"'))
    })?;
    let is_plain = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
    let fits = (1..=LONGEST_BOUNDARY).contains(&boundary.len()) && boundary.bytes().all(is_plain);
    fits.then_some(boundary)
}

impl<R: Read> Form<R> {
    pub(super) fn new(source: R, boundary: &str) -> Self {
        let delimiter = format!("\r\n--{boundary}");
        let mut buffer = vec![0; BUFFER].into_boxed_slice();
        // The first delimiter has no line before it: with a line end in front it is one like the others.
        buffer[..2].copy_from_slice(b"\r\n");
        Self {
            source,
            delimiter: Finder::new(delimiter.as_bytes()).into_owned(),
            buffer,
            start: 0,
            end: 2,
            place: Place::Content,
        }
    }

    /// Where the form comes from.
    pub(super) fn source(&mut self) -> &mut R {
        &mut self.source
    }

    /// Goes to the next part, whatever is left of the present one. Nothing: the form has ended.
    pub(super) fn next_part(&mut self) -> Result<Option<PartHead>, FormError> {
        while self.piece()?.is_some() {}
        if self.place == Place::End {
            return Ok(None);
        }
        // Behind a delimiter stand two dashes at the end of the form, or spaces and a line end.
        self.have(2)?;
        if self.left().starts_with(b"--") {
            self.place = Place::End;
            return Ok(None);
        }
        let head = self.head()?;
        self.place = Place::Content;
        head_of(&head).ok_or(FormError::Broken).map(Some)
    }

    /// The next piece of the present part's content. Nothing: the part has ended.
    pub(super) fn piece(&mut self) -> Result<Option<&[u8]>, FormError> {
        if self.place != Place::Content {
            return Ok(None);
        }
        let length = self.delimiter.needle().len();
        let (from, until) = loop {
            if let Some(found) = self.delimiter.find(self.left()) {
                if found == 0 {
                    self.start += length;
                    self.place = Place::Between;
                    return Ok(None);
                }
                break (self.start, self.start + found);
            }
            // The last bytes may begin a delimiter.
            let safe = self.left().len().saturating_sub(length - 1);
            if safe > 0 {
                break (self.start, self.start + safe);
            }
            self.fill()?;
        };
        self.start = until;
        Ok(Some(&self.buffer[from..until]))
    }

    /// The present part's content, where it is short text.
    pub(super) fn text(&mut self, most: usize) -> Result<String, FormError> {
        let mut bytes = Vec::new();
        while let Some(piece) = self.piece()? {
            if bytes.len() + piece.len() > most {
                return Err(FormError::Broken);
            }
            bytes.extend_from_slice(piece);
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The lines up to the empty one, without it.
    fn head(&mut self) -> Result<Vec<u8>, FormError> {
        const END: &[u8] = b"\r\n\r\n";
        loop {
            if let Some(found) = memchr::memmem::find(self.left(), END) {
                if found > LONGEST_HEAD {
                    return Err(FormError::Broken);
                }
                let head = self.left()[..found].to_vec();
                self.start += found + END.len();
                return Ok(head);
            }
            if self.left().len() > LONGEST_HEAD {
                return Err(FormError::Broken);
            }
            self.fill()?;
        }
    }

    fn left(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    fn have(&mut self, bytes: usize) -> Result<(), FormError> {
        while self.left().len() < bytes {
            self.fill()?;
        }
        Ok(())
    }

    fn fill(&mut self) -> Result<(), FormError> {
        if self.end == self.buffer.len() {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        let read = self.source.read(&mut self.buffer[self.end..])?;
        if read == 0 {
            return Err(FormError::CutOff);
        }
        self.end += read;
        Ok(())
    }
}

impl From<FormError> for Refusal {
    fn from(error: FormError) -> Self {
        match error {
            FormError::Broken => Self::of(Why::BrokenForm),
            FormError::CutOff => Self::of(Why::CutOff),
            FormError::Body(error) => match trouble_of(&error) {
                Some(Trouble::TooSlow) => Self::of(Why::TooSlow),
                Some(Trouble::CutOff) => Self::of(Why::CutOff),
                None => Self::failed(&error),
            },
        }
    }
}

/// What the lines above a part say. The first is empty, being the rest of the delimiter's.
fn head_of(lines: &[u8]) -> Option<PartHead> {
    let lines = String::from_utf8_lossy(lines);
    let mut lines = lines.split("\r\n");
    if !lines.next()?.trim().is_empty() {
        return None;
    }
    let disposition = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_it = name.trim().eq_ignore_ascii_case("content-disposition");
        is_it.then(|| value.trim().to_owned())
    })?;
    let parameters = disposition.strip_prefix("form-data")?;
    Some(PartHead {
        name: parameter(parameters, "name")?,
        file_name: parameter(parameters, "filename"),
    })
}

/// A parameter's value. Browsers write a quotation mark in it as `%22` and line ends as `%0D%0A`, others put a
/// backslash before it.
fn parameter(parameters: &str, wanted: &str) -> Option<String> {
    let mut rest = parameters;
    loop {
        rest = rest.trim_start().strip_prefix(';')?.trim_start();
        let (name, after) = rest.split_once('=')?;
        let (value, after) = if let Some(quoted) = after.strip_prefix('"') {
            quoted_value(quoted)?
        } else {
            let end = after.find(';').unwrap_or(after.len());
            (after[..end].trim().to_owned(), &after[end..])
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = after;
    }
}

fn quoted_value(quoted: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' if quoted[at + 1..].starts_with(['"', '\\']) => {
                value.extend(letters.next().map(|(_, letter)| letter));
            }
            '%' if quoted[at..].starts_with("%22") => {
                value.push('"');
                letters.nth(1);
            }
            letter => value.push(letter),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A reader that gives a few bytes at a time.
    struct Pieces<'b>(&'b [u8], usize);

    impl Read for Pieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = self.1.min(buffer.len()).min(self.0.len());
            buffer[..length].copy_from_slice(&self.0[..length]);
            self.0 = &self.0[length..];
            Ok(length)
        }
    }

    type Parts = Vec<(PartHead, Vec<u8>)>;

    fn read(body: &[u8], boundary: &str, piece: usize) -> Result<Parts, FormError> {
        let mut form = Form::new(Pieces(body, piece), boundary);
        let mut parts = Vec::new();
        while let Some(head) = form.next_part()? {
            let mut content = Vec::new();
            while let Some(piece) = form.piece()? {
                content.extend_from_slice(piece);
            }
            parts.push((head, content));
        }
        Ok(parts)
    }

    fn written(parts: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
        let mut body = Vec::new();
        for (name, file_name, content) in parts {
            body.extend_from_slice(b"--b0\r\nContent-Disposition: form-data; name=\"");
            body.extend_from_slice(name.as_bytes());
            if let Some(file_name) = file_name {
                body.extend_from_slice(format!("\"; filename=\"{file_name}").as_bytes());
            }
            body.extend_from_slice(b"\"\r\nContent-Type: text/csv\r\n\r\n");
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--b0--\r\n");
        body
    }

    #[test]
    fn parts_are_read_however_they_come() {
        let body = written(&[
            ("token", None, b"secret"),
            ("file", Some("a.csv"), b"x\r\n--b\r\n--b1\r\n"),
            ("empty", Some(""), b""),
        ]);
        for piece in [1, 2, 3, 7, 64, 1 << 20] {
            let parts = read(&body, "b0", piece).unwrap();
            let names: Vec<_> = parts.iter().map(|(head, _)| head.name.as_str()).collect();
            assert_eq!(names, ["token", "file", "empty"]);
            assert_eq!(parts[0].1, b"secret");
            assert_eq!(parts[1].0.file_name.as_deref(), Some("a.csv"));
            assert_eq!(parts[1].1, b"x\r\n--b\r\n--b1\r\n");
            assert_eq!(parts[2].0.file_name.as_deref(), Some(""));
            assert!(parts[2].1.is_empty());
        }
    }

    #[test]
    fn a_form_that_is_not_whole_is_none() {
        let body = written(&[("file", Some("a.csv"), b"content")]);
        // The line end behind the last dashes may be missing.
        for length in 0..body.len() - 2 {
            let cut = read(&body[..length], "b0", 5);
            assert!(matches!(cut, Err(FormError::CutOff)), "{length}");
        }
        assert!(read(b"--other\r\n\r\n", "b0", 5).is_err());
        let mut endless = b"--b0\r\nContent-Disposition: ".to_vec();
        endless.resize(64 << 10, b'a');
        assert!(matches!(
            read(&endless, "b0", 1 << 10),
            Err(FormError::Broken)
        ));
        let unnamed = b"--b0\r\nContent-Type: text/csv\r\n\r\nx\r\n--b0--";
        assert!(matches!(read(unnamed, "b0", 9), Err(FormError::Broken)));
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        let file_name = |value: &str| {
            let head = format!("\r\ncontent-disposition: form-data; name=file; {value}");
            head_of(head.as_bytes()).unwrap().file_name
        };
        let check = |value: &str, name: &str| assert_eq!(file_name(value).as_deref(), Some(name));
        check("filename=\"a;b=c.csv\"", "a;b=c.csv");
        check("filename=\"say %22hi%22.csv\"", "say \"hi\".csv");
        check("filename=\"say \\\"hi\\\".csv\"", "say \"hi\".csv");
        check("filename=\"C:\\orders\\a.csv\"", "C:\\orders\\a.csv");
        check("filename=plain.csv", "plain.csv");
        check("filename=\"Bestände.csv\"", "Bestände.csv");
        assert_eq!(file_name("filename=\"open"), None);
    }

    #[test]
    fn boundaries() {
        let check = |kind: &str, boundary| assert_eq!(boundary_of(kind), boundary);
        check("multipart/form-data; boundary=b0", Some("b0"));
        check(
            "Multipart/Form-Data;charset=utf-8; Boundary=\"b 0\"",
            Some("b 0"),
        );
        check("multipart/form-data", None);
        check("multipart/form-data; boundary=", None);
        check("application/x-www-form-urlencoded; boundary=b0", None);
        check(
            &format!("multipart/form-data; boundary={}", "b".repeat(71)),
            None,
        );
    }

    proptest! {
        #[test]
        fn any_content_comes_through(
            content in "[-b0\r\nx]{0,300}",
            piece in 1..50_usize,
        ) {
            prop_assume!(!content.contains("\r\n--b0"));
            let body = written(&[("file", Some("a"), content.as_bytes()), ("plan", Some("b"), b"{}")]);
            let parts = read(&body, "b0", piece).unwrap();
            prop_assert_eq!(parts.len(), 2);
            prop_assert_eq!(&parts[0].1, content.as_bytes());
        }

        #[test]
        fn nothing_makes_it_panic(body in "[-b0\r\n:;=\"a]{0,200}", piece in 1..50_usize) {
            let _ = read(body.as_bytes(), "b0", piece);
        }
    }
}

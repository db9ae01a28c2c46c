//! How does a partner get back the wrong rows alone, ready to be mended and sent again?
//!
//! Invariant: only records with a journalled reason are written, in the order of the file.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;

use intake_core::corrections::{Corrections, Reason};
use intake_core::read::{Format, Framer, ReadOptions, Record, Shape, records};

use super::ReceiptError;
use super::collection::RowReason;
use super::spool::Spool;
use crate::system::{CompleteFile, PathError, UnfinishedFile};

/// What the body of an import tells besides the journal.
#[derive(Debug, Default)]
pub(super) struct FromBody {
    /// Its format, where it could be read at all.
    pub(super) format: Option<Format>,
    /// The wrong rows with their reasons, where there are any.
    pub(super) corrections: Option<CompleteFile>,
}

const CHUNK: usize = 256 << 10;

/// Reads the body as far as needed: to the last rejected record, or to the end of its header. Nothing where the body
/// is not there any more.
pub(super) fn from_body(
    body: &Path,
    options: &ReadOptions,
    reasons: &mut Spool,
    directory: &Path,
) -> Result<FromBody, ReceiptError> {
    let error_of_body = |action| {
        move |source| PathError {
            action,
            path: body.to_owned(),
            source,
        }
    };
    let mut file = match File::open(body) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(FromBody::default()),
        Err(error) => return Err(error_of_body("open")(error).into()),
    };
    let mut reasons = Reasons::new(reasons, directory)?;
    let mut framer = Framer::new(options.clone());
    let mut writer: Option<Writer> = None;
    let mut chunk = vec![0; CHUNK];
    let mut ended = false;
    while !ended && !framer.stopped() {
        match file.read(&mut chunk) {
            Ok(0) => {
                framer.finish();
                ended = true;
            }
            Ok(length) => {
                framer.push(&chunk[..length]);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error_of_body("read")(error).into()),
        }
        // Findings were journalled when the file was checked.
        framer.take_findings();
        let Some(shape) = framer.shape().cloned() else {
            continue;
        };
        if reasons.next.is_none() {
            break;
        }
        while let Some(block) = framer.next_block() {
            if !reasons.reach_into(block.first_row, block.rows)? {
                continue;
            }
            let writer = match &mut writer {
                Some(writer) => writer,
                none => none.insert(Writer::begin(&shape, directory)?),
            };
            let mut outcome = Ok(());
            records(&shape, &block, &mut |record| {
                if outcome.is_ok() {
                    outcome = write_if_rejected(writer, record, &mut reasons);
                }
            });
            outcome?;
        }
    }
    Ok(FromBody {
        format: framer.shape().map(|shape| shape.format),
        corrections: writer.map(|writer| writer.file.complete()).transpose()?,
    })
}

fn write_if_rejected(
    writer: &mut Writer,
    record: &Record<'_, '_>,
    reasons: &mut Reasons<'_>,
) -> Result<(), ReceiptError> {
    if let Some(reason) = reasons.of(record.row)? {
        writer.record(record, &reason)?;
    }
    Ok(())
}

/// Writes corrections to a file.
struct Writer {
    file: UnfinishedFile,
    /// Where the file is, for errors.
    directory: std::path::PathBuf,
    corrections: Corrections,
    line: Vec<u8>,
}

impl Writer {
    fn begin(shape: &Shape, directory: &Path) -> Result<Self, ReceiptError> {
        let mut line = Vec::new();
        let corrections = Corrections::begin(shape, &mut line);
        let mut writer = Self {
            file: UnfinishedFile::create(directory)?,
            directory: directory.to_owned(),
            corrections,
            line,
        };
        writer.write_line()?;
        Ok(writer)
    }

    fn record(&mut self, record: &Record<'_, '_>, reason: &Reason) -> Result<(), ReceiptError> {
        self.corrections.record(&mut self.line, record, reason);
        self.write_line()
    }

    fn write_line(&mut self) -> Result<(), ReceiptError> {
        let written = self.file.write_all(&self.line);
        self.line.clear();
        written.map_err(|source| {
            ReceiptError::Io(PathError {
                action: "write",
                path: self.directory.clone(),
                source,
            })
        })
    }
}

/// The reasons, one record after another in ascending order.
struct Reasons<'s> {
    lines: Box<dyn io::BufRead + 's>,
    directory: &'s Path,
    text: String,
    next: Option<RowReason>,
}

impl<'s> Reasons<'s> {
    fn new(spool: &'s mut Spool, directory: &'s Path) -> Result<Self, ReceiptError> {
        let mut reasons = Self {
            lines: Box::new(BufReader::new(spool.read()?)),
            directory,
            text: String::new(),
            next: None,
        };
        reasons.advance()?;
        Ok(reasons)
    }

    /// Is there a reason for one of these records? Those for earlier ones, which the file does not have, are dropped.
    fn reach_into(&mut self, first_row: u64, rows: u64) -> Result<bool, ReceiptError> {
        while self.next.as_ref().is_some_and(|next| next.row < first_row) {
            self.advance()?;
        }
        Ok(self
            .next
            .as_ref()
            .is_some_and(|next| next.row - first_row < rows))
    }

    /// The reason for this record, if there is one. Records are asked for in ascending order.
    fn of(&mut self, row: u64) -> Result<Option<Reason>, ReceiptError> {
        while self.next.as_ref().is_some_and(|next| next.row < row) {
            self.advance()?;
        }
        if self.next.as_ref().is_none_or(|next| next.row != row) {
            return Ok(None);
        }
        let reason = self.next.take().map(RowReason::into_reason);
        self.advance()?;
        Ok(reason)
    }

    fn advance(&mut self) -> Result<(), ReceiptError> {
        self.text.clear();
        let error = |source| PathError {
            action: "read a temporary file in",
            path: self.directory.to_owned(),
            source,
        };
        self.lines.read_line(&mut self.text).map_err(error)?;
        self.next = if self.text.is_empty() {
            None
        } else {
            let reason = serde_json::from_str(&self.text);
            Some(reason.map_err(io::Error::from).map_err(error)?)
        };
        Ok(())
    }
}

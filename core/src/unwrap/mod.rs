//! What is a file before it is records?
//! Bytes as they were delivered come in, in chunks of any size; what leaves is their text in UTF-8. A file that is such a
//! text passes as it is, without being copied; of any other no more is held than its form demands.
//!
//! The order of the layers: packing, then encoding. What stands inside a packed file is never packed once more.

mod archive;
mod decode;
mod encoding;
mod evidence;
mod gzip;
mod held;
mod inflate;
mod packed;
mod tables;
mod text;
mod workbook;
mod zstd;

#[cfg(test)]
mod tests;

pub use encoding::Encoding;
pub use packed::Packing;

pub(crate) use evidence::STRETCH;
pub(crate) use text::FoundOut;

use crate::code::Code;
use crate::finding::{Detail, Finding};
use crate::read::{Format, ReadOptions};
use packed::{Packed, Progress};
use text::Text;
use workbook::{Agreed, Workbook};

/// A file on its way to being records.
#[derive(Debug)]
pub(crate) struct Unwrap {
    outside: Outside,
    text: Text,
    packing: Option<Packing>,
    workbook: Option<Format>,
    /// How a workbook is read, should the file be one.
    agreed: Option<Agreed>,
    /// What was found about a workbook in the last step.
    findings: Vec<Finding>,
    /// The first bytes that came out of a packed file.
    inside: Option<Vec<u8>>,
    /// What came out last, before it is decoded.
    unpacked: Vec<u8>,
}

#[derive(Debug)]
enum Outside {
    /// The first bytes, too few yet to look at.
    Beginning(Vec<u8>),
    Plain,
    Packed(Box<Packed>),
    Workbook(Box<Workbook>),
    /// Nothing more comes out.
    Ended,
}

/// What a step made.
#[derive(Debug)]
pub(crate) enum Made {
    /// Something, or nothing yet; there may be more.
    Some,
    /// All that can be made of what has come in.
    AllSoFar,
    /// The last of it.
    Last,
}

/// As many first bytes as the longest mark of a packed file has.
const BEGINNING: usize = 4;

/// Text is decoded in pieces of this size: they stay in a core's cache until they are cut into records.
const PIECE: usize = 64 << 10;

impl Unwrap {
    /// At the beginning of a file.
    pub(crate) fn new(options: &ReadOptions) -> Self {
        Self {
            outside: Outside::Beginning(Vec::new()),
            text: Text::new(options.encoding),
            packing: None,
            workbook: None,
            agreed: Some(Agreed::of(options)),
            findings: Vec::new(),
            inside: None,
            unpacked: Vec::new(),
        }
    }

    /// Of a file of which it is known that it is a text in UTF-8.
    pub(crate) fn nothing() -> Self {
        Self {
            outside: Outside::Plain,
            text: Text::utf8(),
            packing: None,
            workbook: None,
            agreed: None,
            findings: Vec::new(),
            inside: None,
            unpacked: Vec::new(),
        }
    }

    /// How many of the next bytes are text as they stand. Those need not be pushed.
    pub(crate) fn passing(&mut self, bytes: &[u8]) -> usize {
        match self.outside {
            Outside::Plain => self.text.passing(bytes),
            _ => 0,
        }
    }

    /// Takes some of the next bytes, appends the text that they make to `out`, and gives how many it took. What is packed
    /// is only taken: [`step`](Self::step) gives what comes out of it.
    pub(crate) fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>, options: &ReadOptions) -> usize {
        match &mut self.outside {
            Outside::Beginning(first) => {
                let taken = bytes.len().min(BEGINNING - first.len());
                first.extend_from_slice(&bytes[..taken]);
                if first.len() == BEGINNING {
                    self.begin(out, options);
                }
                taken
            }
            Outside::Plain => {
                let taken = bytes.len().min(PIECE);
                self.text.convert(&bytes[..taken], out);
                taken
            }
            Outside::Packed(packed) => {
                packed.push(bytes);
                bytes.len()
            }
            Outside::Workbook(_) | Outside::Ended => bytes.len(),
        }
    }

    /// Says that the file has ended; [`step`](Self::step) gives the rest.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>, options: &ReadOptions) {
        if matches!(self.outside, Outside::Beginning(_)) {
            self.begin(out, options);
        }
        if let Outside::Packed(packed) = &mut self.outside {
            packed.finish();
        } else {
            self.outside = Outside::Ended;
        }
    }

    /// Appends some of the text that comes out of what was pushed.
    pub(crate) fn step(&mut self, out: &mut Vec<u8>) -> Result<Made, Finding> {
        match &mut self.outside {
            Outside::Beginning(_) | Outside::Plain => Ok(Made::AllSoFar),
            Outside::Ended => {
                self.text.finish(out);
                Ok(Made::Last)
            }
            Outside::Workbook(workbook) => {
                let stepped = workbook.step(out);
                self.findings.append(&mut workbook.take_findings());
                if stepped? == Progress::Ended {
                    self.outside = Outside::Ended;
                }
                Ok(Made::Some)
            }
            Outside::Packed(packed) => {
                self.unpacked.clear();
                let stepped = packed.step(&mut self.unpacked);
                if let Ok(Progress::Workbook) = stepped {
                    return self.open_workbook();
                }
                // What came out before it went wrong counts.
                let at_end = matches!(stepped, Err(_) | Ok(Progress::Ended));
                self.look_inside(at_end, out)?;
                Ok(match stepped? {
                    Progress::More | Progress::Workbook => Made::Some,
                    Progress::NeedsInput => Made::AllSoFar,
                    Progress::Ended => {
                        self.outside = Outside::Ended;
                        Made::Some
                    }
                })
            }
        }
    }

    /// Ends the text where it is.
    pub(crate) fn break_off(&mut self, out: &mut Vec<u8>) {
        self.outside = Outside::Ended;
        self.text.finish(out);
    }

    /// What the text was packed with.
    pub(crate) fn packing(&self) -> Option<Packing> {
        self.packing
    }

    /// The encoding of the text, as far as it is known.
    pub(crate) fn encoding(&self) -> Encoding {
        match self.workbook {
            Some(_) => Encoding::Utf8,
            None => self.text.encoding(),
        }
    }

    /// Which kind of workbook the file is, if it is one.
    pub(crate) fn workbook(&self) -> Option<Format> {
        self.workbook
    }

    /// Takes what was found about a workbook in the last step.
    pub(crate) fn take_findings(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.findings)
    }

    /// An encoding that was found out in the last step.
    pub(crate) fn take_found_out(&mut self) -> Option<FoundOut> {
        self.text.take_found_out()
    }

    /// Is the text so far the file as it stands?
    pub(crate) fn is_unchanged(&self) -> bool {
        self.packing.is_none() && self.workbook.is_none() && self.text.is_unchanged()
    }

    #[cfg(test)]
    pub(crate) fn held(&self) -> usize {
        let packed = match &self.outside {
            Outside::Packed(packed) => packed.held(),
            Outside::Workbook(workbook) => workbook.held(),
            _ => 0,
        };
        packed + self.unpacked.capacity()
    }

    fn begin(&mut self, out: &mut Vec<u8>, options: &ReadOptions) {
        let Outside::Beginning(first) = std::mem::replace(&mut self.outside, Outside::Plain) else {
            return;
        };
        let Some(packing) = Packing::of(&first) else {
            self.text.convert(&first, out);
            return;
        };
        let mut packed = Box::new(Packed::new(packing, &options.limits));
        packed.push(&first);
        self.packing = Some(packing);
        self.inside = Some(Vec::new());
        self.outside = Outside::Packed(packed);
    }

    /// What was held turned out to be a workbook, or something like one.
    fn open_workbook(&mut self) -> Result<Made, Finding> {
        let outside = std::mem::replace(&mut self.outside, Outside::Ended);
        // Nothing was packed: that workbooks are zip files is nobody's matter.
        self.packing = None;
        self.inside = None;
        if let (Outside::Packed(packed), Some(agreed)) = (outside, self.agreed.take())
            && let Some(held) = packed.into_held()
        {
            let workbook = Box::new(Workbook::open(held, agreed)?);
            self.workbook = Some(workbook.format());
            self.outside = Outside::Workbook(workbook);
        }
        Ok(Made::Some)
    }

    /// Decodes what came out of a packed file, once its first bytes have been looked at.
    fn look_inside(&mut self, at_end: bool, out: &mut Vec<u8>) -> Result<(), Finding> {
        let Some(first) = &mut self.inside else {
            self.text.convert(&self.unpacked, out);
            return Ok(());
        };
        first.extend_from_slice(&self.unpacked);
        if first.len() < BEGINNING && !at_end {
            return Ok(());
        }
        if let Some(packing) = Packing::of(first) {
            let names = [self.packing.map_or("", Packing::name), packing.name()].join(", ");
            let detail = Detail::Text(names.into());
            return Err(Finding::about_file(Code::ArchiveNested, detail));
        }
        self.text.convert(first, out);
        self.inside = None;
        Ok(())
    }
}

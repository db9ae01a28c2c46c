//! What is in a file of the kind that Office wrote before 2007?
//! Only its directory of streams is looked at: Excel keeps workbooks with a password in such a file too.

use crate::zip::Stretch;

/// The first bytes of such a file.
pub(super) const MAGIC: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// What it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compound {
    /// A workbook of Excel 5 to 2003.
    Xls,
    /// Something with a password.
    Encrypted,
    /// Something else, such as a letter.
    Other,
}

pub(super) const HEADER_BYTES: usize = 512;

/// Where the directory begins, as the header says; its first streams are enough.
pub(super) fn directory(header: &[u8], file_length: u64) -> Option<Stretch> {
    let number = |at: usize| {
        let bytes = header.get(at..at + 4)?;
        Some(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    };
    let shift = number(30)? & 0xFFFF;
    if !(7..=16).contains(&shift) {
        return None;
    }
    let offset = (u64::from(number(48)?) + 1) << shift;
    let length = file_length.checked_sub(offset)?.min(4096);
    Some(Stretch {
        offset,
        length: length as usize,
    })
}

/// Looks for the names of streams, which are written in UTF-16.
pub(super) fn kind(directory: &[u8]) -> Compound {
    let has = |name: &str| {
        let wide: Vec<u8> = name.bytes().flat_map(|byte| [byte, 0]).collect();
        memchr::memmem::find(directory, &wide).is_some()
    };
    if has("EncryptedPackage") || has("EncryptionInfo") {
        Compound::Encrypted
    } else if has("Workbook") || has("Book") {
        Compound::Xls
    } else {
        Compound::Other
    }
}

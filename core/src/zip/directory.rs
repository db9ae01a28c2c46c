//! Which entries has a zip file, and where do they lie?
//! What passes has few entries, each with a name and bytes of its own: none stands twice, none lies in another.

use super::{
    LOCAL_LENGTH_BYTES, LONGEST_DIRECTORY, MOST_ENTRIES, Stretch, Trouble, u16_at, u32_at, u64_at,
};
use crate::short_order::sort_short;
use std::collections::BTreeSet;

/// What the directory says of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name, with `/` between folders.
    pub name: Box<str>,
    /// Can it only be read with a password?
    pub encrypted: bool,
    /// How long it is said to be unpacked.
    pub unpacked: u64,
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) packed: u64,
    pub(super) offset: u64,
    /// Where the next entry, or the directory, begins.
    pub(super) end: u64,
}

/// The directory of a zip file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    /// The entries in the directory's order.
    pub entries: Vec<Entry>,
}

impl Directory {
    /// The entry of a name, whatever the case of its letters and with or without a slash before it.
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        let name = name.trim_start_matches('/');
        self.entries
            .iter()
            .find(|entry| entry.name.eq_ignore_ascii_case(name))
    }
}

/// Reads the directory of a zip file: asks for its bytes from the end.
#[derive(Debug)]
pub struct DirectoryReader {
    file_length: u64,
    next: Next,
}

#[derive(Clone, Copy, Debug)]
enum Next {
    Tail,
    /// The record that says what does not fit into 32 bits.
    Long(Stretch),
    Directory(Place),
}

#[derive(Clone, Copy, Debug)]
struct Place {
    offset: u64,
    length: u64,
    entries: u64,
}

const END_LENGTH: usize = 22;
const LOCATOR_LENGTH: usize = 20;
const LONG_END_LENGTH: usize = 56;
const LONGEST_COMMENT: usize = 0xFFFF;
const ENTRY_LENGTH: usize = 46;

impl DirectoryReader {
    /// A reader for a file of this length.
    pub fn new(file_length: u64) -> Self {
        Self {
            file_length,
            next: Next::Tail,
        }
    }

    /// The bytes that are wanted next.
    pub fn wanted(&self) -> Stretch {
        match self.next {
            Next::Tail => {
                let most = (END_LENGTH + LONGEST_COMMENT + LOCATOR_LENGTH) as u64;
                let length = self.file_length.min(most);
                Stretch {
                    offset: self.file_length - length,
                    length: length as usize,
                }
            }
            Next::Long(stretch) => stretch,
            Next::Directory(place) => Stretch {
                offset: place.offset,
                length: place.length as usize,
            },
        }
    }

    /// Takes the bytes that were wanted; the directory once all are there.
    pub fn give(&mut self, bytes: &[u8]) -> Result<Option<Directory>, Trouble> {
        if bytes.len() < self.wanted().length {
            return Err(Trouble::damaged("zip: end of file"));
        }
        match self.next {
            Next::Tail => self.find_end(bytes)?,
            Next::Long(_) => {
                let place = long_place(bytes).ok_or_else(|| Trouble::damaged("zip: zip64 end"))?;
                self.go_to(place)?;
            }
            Next::Directory(place) => return entries(bytes, place).map(Some),
        }
        Ok(None)
    }

    fn find_end(&mut self, tail: &[u8]) -> Result<(), Trouble> {
        let missing = || Trouble::damaged("zip: end of central directory");
        let at = memchr::memmem::rfind_iter(tail, b"PK\x05\x06")
            .find(|at| {
                let comment = u16_at(tail, at + 20);
                comment.is_some_and(|length| at + END_LENGTH + length as usize == tail.len())
            })
            .ok_or_else(missing)?;
        let end = &tail[at..];
        let disks = (u16_at(end, 4), u16_at(end, 6));
        let locator = at.checked_sub(LOCATOR_LENGTH).map(|at| &tail[at..]);
        if let Some(locator) = locator.filter(|bytes| bytes.starts_with(b"PK\x06\x07")) {
            let offset = u64_at(locator, 8).ok_or_else(missing)?;
            let length = LONG_END_LENGTH;
            let behind = offset.checked_add(length as u64).ok_or_else(missing)?;
            if behind > self.file_length {
                return Err(missing());
            }
            self.next = Next::Long(Stretch { offset, length });
            return Ok(());
        }
        if disks != (Some(0), Some(0)) {
            return Err(Trouble::damaged("zip: several disks"));
        }
        self.go_to(Place {
            offset: u64::from(u32_at(end, 16).ok_or_else(missing)?),
            length: u64::from(u32_at(end, 12).ok_or_else(missing)?),
            entries: u64::from(u16_at(end, 10).ok_or_else(missing)?),
        })
    }

    fn go_to(&mut self, place: Place) -> Result<(), Trouble> {
        if place.entries > MOST_ENTRIES as u64 || place.length > LONGEST_DIRECTORY {
            return Err(Trouble::Suspicious(
                format!("zip: {} entries", place.entries).into(),
            ));
        }
        let end = place.offset.checked_add(place.length);
        if end.is_none_or(|end| end > self.file_length) {
            return Err(Trouble::damaged("zip: central directory"));
        }
        self.next = Next::Directory(place);
        Ok(())
    }
}

fn long_place(record: &[u8]) -> Option<Place> {
    record.starts_with(b"PK\x06\x06").then_some(())?;
    Some(Place {
        entries: u64_at(record, 32)?,
        length: u64_at(record, 40)?,
        offset: u64_at(record, 48)?,
    })
}

fn entries(bytes: &[u8], place: Place) -> Result<Directory, Trouble> {
    let mut directory = Directory::default();
    let mut at = 0;
    for _ in 0..place.entries {
        let (entry, length) =
            entry(&bytes[at..]).ok_or_else(|| Trouble::damaged("zip: central directory"))?;
        directory.entries.push(entry);
        at += length;
    }
    hold_apart(&mut directory.entries, place.offset)?;
    hold_names_unique(&directory.entries)?;
    Ok(directory)
}

/// An entry and how long its line of the directory is.
fn entry(bytes: &[u8]) -> Option<(Entry, usize)> {
    bytes.starts_with(b"PK\x01\x02").then_some(())?;
    let name_length = u16_at(bytes, 28)? as usize;
    let extra_length = u16_at(bytes, 30)? as usize;
    let comment_length = u16_at(bytes, 32)? as usize;
    let name = bytes.get(ENTRY_LENGTH..ENTRY_LENGTH + name_length)?;
    let after_name = ENTRY_LENGTH + name_length;
    let extra = bytes.get(after_name..after_name + extra_length)?;
    let mut entry = Entry {
        // Some programs write the separators of their own system.
        name: String::from_utf8_lossy(name)
            .replace('\\', "/")
            .trim_start_matches('/')
            .into(),
        encrypted: u16_at(bytes, 8)? & 1 != 0,
        method: u16_at(bytes, 10)?,
        crc: u32_at(bytes, 16)?,
        packed: u64::from(u32_at(bytes, 20)?),
        unpacked: u64::from(u32_at(bytes, 24)?),
        offset: u64::from(u32_at(bytes, 42)?),
        end: 0,
    };
    lengthen(&mut entry, extra)?;
    let length = after_name + extra_length + comment_length;
    (length <= bytes.len()).then_some((entry, length))
}

/// What does not fit into 32 bits stands in an extra field, in this order and only where it is needed.
fn lengthen(entry: &mut Entry, mut extra: &[u8]) -> Option<()> {
    const FULL: u64 = 0xFFFF_FFFF;
    while extra.len() >= 4 {
        let length = u16_at(extra, 2)? as usize;
        let mut field = extra.get(4..4 + length)?;
        if u16_at(extra, 0)? == 1 {
            for value in [&mut entry.unpacked, &mut entry.packed, &mut entry.offset] {
                if *value == FULL {
                    *value = u64_at(field, 0)?;
                    field = &field[8..];
                }
            }
        }
        extra = &extra[4 + length..];
    }
    Some(())
}

/// Entries that share bytes make little become much; no program writes such.
fn hold_apart(entries: &mut [Entry], directory: u64) -> Result<(), Trouble> {
    let mut places: Vec<usize> = (0..entries.len()).collect();
    // Programs write them in this order already.
    sort_short(&mut places, |place| entries[*place].offset);
    let mut end = directory;
    for place in places.into_iter().rev() {
        let entry = &mut entries[place];
        entry.end = end;
        let least = entry
            .offset
            .checked_add(LOCAL_LENGTH_BYTES as u64)
            .and_then(|behind| behind.checked_add(entry.packed));
        if least.is_none_or(|least| least > end) {
            return Err(Trouble::suspicious("zip: overlapping entries"));
        }
        end = entry.offset;
    }
    Ok(())
}

fn hold_names_unique(entries: &[Entry]) -> Result<(), Trouble> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    for entry in entries {
        let name = entry.name.to_ascii_lowercase();
        if names.contains(&name) {
            return Err(Trouble::Suspicious(format!("zip: 2 × {name}").into()));
        }
        names.insert(name);
    }
    Ok(())
}

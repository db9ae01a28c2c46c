//! How do bytes, in chunks of any size, become a snapshot?
//! Section by section: what a section may take is known and held against the limits before its bytes are kept. Nothing
//! is given out before the seal has been held against every byte.

use super::head::Head;
use super::known::{Orders, Snapshot};
use super::{
    END, HEAD, MAGIC, MAX_CHUNK_BYTES, MAX_HEAD_BYTES, MAX_ORDERS, ORDERS, SEAL, SECTION_HEAD,
    SnapshotError, VERSION,
};
use sha2::{Digest as _, Sha256};

/// Reads a snapshot that comes in pieces.
pub struct SnapshotReader {
    partner: Option<Box<str>>,
    /// The beginning of what is awaited, where a piece ended within it.
    begun: Vec<u8>,
    awaited: Awaited,
    head: Option<Head>,
    orders: Orders,
    hash: Sha256,
    failed: Option<SnapshotError>,
}

/// What the next bytes are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Awaited {
    Beginning,
    SectionHead,
    Section(u8, usize),
    Nothing,
}

impl Awaited {
    const fn length(self) -> usize {
        match self {
            Self::Beginning => MAGIC.len() + 4,
            Self::SectionHead => SECTION_HEAD,
            Self::Section(_, length) => length,
            Self::Nothing => 0,
        }
    }
}

impl SnapshotReader {
    /// Reads the snapshot of a partner, or of any where none is named.
    pub fn new(partner: Option<&str>) -> Self {
        Self {
            partner: partner.map(Into::into),
            begun: Vec::new(),
            awaited: Awaited::Beginning,
            head: None,
            orders: Orders::default(),
            hash: Sha256::new(),
            failed: None,
        }
    }

    /// Takes the next bytes. An error stays: whatever comes after it is the same error.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), SnapshotError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let taken = self.take(bytes);
        if let Err(error) = &taken {
            self.failed = Some(error.clone());
            self.orders = Orders::default();
            self.begun = Vec::new();
        }
        taken
    }

    /// Of whom and of what the snapshot is, as soon as that has come; it is not yet held against the seal.
    pub fn head(&self) -> Option<&Head> {
        self.head.as_ref()
    }

    /// The snapshot, if all of it has come.
    pub fn finish(self) -> Result<Snapshot, SnapshotError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        match (self.awaited, self.head) {
            (Awaited::Nothing, Some(head)) => Snapshot::new(head, self.orders),
            _ => Err(SnapshotError::Truncated),
        }
    }

    fn take(&mut self, mut bytes: &[u8]) -> Result<(), SnapshotError> {
        while !bytes.is_empty() {
            if self.awaited == Awaited::Beginning {
                let begun = self.begun.len();
                let beginning = bytes.iter().zip(&MAGIC[begun.min(MAGIC.len())..]);
                if beginning.into_iter().any(|(byte, magic)| byte != magic) {
                    return Err(SnapshotError::NotASnapshot);
                }
            }
            let missing = self.awaited.length() - self.begun.len();
            if bytes.len() < missing {
                self.begun.extend_from_slice(bytes);
                return Ok(());
            }
            let (now, rest) = bytes.split_at(missing);
            bytes = rest;
            if self.begun.is_empty() {
                self.awaited_came(now)?;
            } else {
                let mut whole = std::mem::take(&mut self.begun);
                whole.extend_from_slice(now);
                self.awaited_came(&whole)?;
                whole.clear();
                self.begun = whole;
            }
        }
        Ok(())
    }

    fn awaited_came(&mut self, bytes: &[u8]) -> Result<(), SnapshotError> {
        let awaited = self.awaited;
        if !matches!(awaited, Awaited::Section(END, _)) {
            self.hash.update(bytes);
        }
        self.awaited = match awaited {
            Awaited::Beginning => {
                let version = little_endian(&bytes[MAGIC.len()..]);
                if version != VERSION {
                    return Err(SnapshotError::Version(version));
                }
                Awaited::SectionHead
            }
            Awaited::SectionHead => self.section_begins(bytes)?,
            Awaited::Section(HEAD, _) => {
                self.head_came(bytes)?;
                Awaited::SectionHead
            }
            Awaited::Section(ORDERS, _) => {
                self.orders.chunk(bytes)?;
                self.hold_count(self.orders.count())?;
                Awaited::SectionHead
            }
            Awaited::Section(_, _) => {
                let sealed = std::mem::take(&mut self.hash).finalize();
                let counted = self.head.as_ref().map(|head| head.orders);
                if *sealed != *bytes || counted != Some(u64::from(self.orders.count())) {
                    return Err(SnapshotError::Damaged);
                }
                Awaited::Nothing
            }
            Awaited::Nothing => return Err(SnapshotError::Damaged),
        };
        Ok(())
    }

    fn section_begins(&self, bytes: &[u8]) -> Result<Awaited, SnapshotError> {
        let kind = bytes.first().copied().unwrap_or_default();
        let length = little_endian(&bytes[1..]) as usize;
        let (what, limit) = match (kind, self.head.is_some()) {
            (HEAD, false) => ("bytes of a head", MAX_HEAD_BYTES),
            (ORDERS, true) => ("bytes of a chunk", MAX_CHUNK_BYTES),
            (END, true) if length == SEAL => ("", SEAL),
            _ => return Err(SnapshotError::Damaged),
        };
        if length > limit {
            let limit = limit as u64;
            return Err(SnapshotError::Limit { what, limit });
        }
        if length == 0 {
            return Err(SnapshotError::Damaged);
        }
        Ok(Awaited::Section(kind, length))
    }

    fn head_came(&mut self, bytes: &[u8]) -> Result<(), SnapshotError> {
        let (head, methods) = Head::from_json(bytes)?;
        let found = &head.profile.partner;
        if let Some(wanted) = self.partner.clone().filter(|wanted| wanted != found) {
            let found = found.clone();
            return Err(SnapshotError::OtherPartner { wanted, found });
        }
        if head.orders > MAX_ORDERS {
            let (what, limit) = ("orders", MAX_ORDERS);
            return Err(SnapshotError::Limit { what, limit });
        }
        self.orders.words.methods = methods;
        self.head = Some(head);
        Ok(())
    }

    /// There are never more orders than the head says.
    fn hold_count(&self, count: u32) -> Result<(), SnapshotError> {
        let told = self.head.as_ref().map_or(0, |head| head.orders);
        match u64::from(count) <= told {
            true => Ok(()),
            false => Err(SnapshotError::Damaged),
        }
    }
}

fn little_endian(bytes: &[u8]) -> u32 {
    bytes
        .first_chunk()
        .map_or(0, |four| u32::from_le_bytes(*four))
}

//! How are records kept that are numbered 1, 2, 3, …?
//!
//! Invariant: a block and the records that did not fit into it change together.
//!
//! Sixteen neighbours share a block. A record is found in it without looking at the others. Where
//! the records of a block would make it longer than a value may be, the longest ones are kept under
//! keys of their own.

use super::{Batch, Engine, EngineError, MAX_VALUE, Space, Value};

/// Records in a block.
pub const BLOCK_RECORDS: usize = 16;

/// The longest record, in bytes.
pub const MAX_RECORD: usize = MAX_VALUE - HEADER_LENGTH;

const VERSION: u8 = 1;

/// Version, set of records in the block, set of records outside, end of each record in the block.
const HEADER_LENGTH: usize = 1 + 2 + 2 + 2 * BLOCK_RECORDS;

/// Records by number, dense from a small number on, in a space of their own.
#[derive(Debug, Clone, Copy)]
pub struct Shelf {
    space: Space,
}

impl Shelf {
    /// The shelf that fills `space`.
    pub const fn new(space: Space) -> Self {
        Self { space }
    }

    /// The record with this number.
    pub fn get(self, engine: &Engine, id: u64) -> Result<Option<Vec<u8>>, EngineError> {
        let mut found = None;
        self.get_many(engine, &[id], |_, record| {
            found = record.map(<[u8]>::to_vec);
        })?;
        Ok(found)
    }

    /// Calls `visit` for each number in turn. With sorted numbers each block is read once.
    pub fn get_many(
        self,
        engine: &Engine,
        ids: &[u64],
        mut visit: impl FnMut(u64, Option<&[u8]>),
    ) -> Result<(), EngineError> {
        for same_block in ids.chunk_by(|a, b| block_of(*a) == block_of(*b)) {
            let number = block_of(same_block[0]);
            let value = engine.get(self.space, &block_key(number))?;
            let block = value
                .as_deref()
                .map(|bytes| self.parse(number, bytes))
                .transpose()?;
            for &id in same_block {
                match block.as_ref().map(|block| block.slots[slot_of(id)]) {
                    None | Some(Slot::Empty) => visit(id, None),
                    Some(Slot::Inside(record)) => visit(id, Some(record)),
                    Some(Slot::Outside) => match self.outside(engine, id)? {
                        Some(record) => visit(id, Some(&*record)),
                        None => visit(id, self.get_settled(engine, id)?.as_deref()),
                    },
                }
            }
        }
        Ok(())
    }

    /// Adds or replaces records. With sorted numbers each block is written once. Of several records
    /// with the same number the last one stays.
    pub fn put_many<R: AsRef<[u8]>>(
        self,
        engine: &Engine,
        batch: &mut Batch,
        records: &[(u64, R)],
    ) -> Result<(), EngineError> {
        for same_block in records.chunk_by(|a, b| block_of(a.0) == block_of(b.0)) {
            let number = block_of(same_block[0].0);
            let value = batch.get(engine, self.space, &block_key(number))?;
            let mut block = match value.as_deref() {
                Some(bytes) => self.parse(number, bytes)?,
                None => Block {
                    slots: [Slot::Empty; BLOCK_RECORDS],
                },
            };
            let before = block.slots;
            for (id, record) in same_block {
                let record = record.as_ref();
                if record.len() > MAX_RECORD {
                    let (space, length) = (self.space, record.len());
                    return Err(EngineError::TooLong {
                        space,
                        length,
                        limit: MAX_RECORD,
                    });
                }
                block.slots[slot_of(*id)] = Slot::Inside(record);
            }
            self.write(batch, number, &before, block)?;
        }
        Ok(())
    }

    fn write(
        self,
        batch: &mut Batch,
        number: u64,
        before: &[Slot; BLOCK_RECORDS],
        mut block: Block,
    ) -> Result<(), EngineError> {
        let mut moved_out = [None; BLOCK_RECORDS];
        while block.length() > MAX_VALUE {
            let longest = block.longest();
            let Slot::Inside(record) = block.slots[longest] else {
                break;
            };
            moved_out[longest] = Some(record);
            block.slots[longest] = Slot::Outside;
        }
        let mut changes = vec![(block_key(number).to_vec(), Some(block.to_bytes()))];
        for slot in 0..BLOCK_RECORDS {
            let key = outside_key(number, slot).to_vec();
            match (moved_out[slot], before[slot], block.slots[slot]) {
                (Some(record), ..) => changes.push((key, Some(outside_bytes(record)))),
                (None, Slot::Outside, Slot::Inside(_)) => changes.push((key, None)),
                _ => {}
            }
        }
        batch.change_together(self.space, changes)
    }

    fn outside(self, engine: &Engine, id: u64) -> Result<Option<Outside>, EngineError> {
        let key = outside_key(block_of(id), slot_of(id));
        match engine.get(self.space, &key)? {
            Some(value) if value.first() != Some(&VERSION) => Err(EngineError::damaged(
                self.space,
                &key,
                "a record of unknown version",
            )),
            value => Ok(value.map(Outside)),
        }
    }

    /// A record that was not where its block had said. It may have moved between the two reads;
    /// only if nothing was written meanwhile is that damage.
    fn get_settled(self, engine: &Engine, id: u64) -> Result<Option<Vec<u8>>, EngineError> {
        let number = block_of(id);
        loop {
            let moment = engine.moment();
            let value = engine.get(self.space, &block_key(number))?;
            let block = value
                .as_deref()
                .map(|bytes| self.parse(number, bytes))
                .transpose()?;
            match block.as_ref().map(|block| block.slots[slot_of(id)]) {
                None | Some(Slot::Empty) => return Ok(None),
                Some(Slot::Inside(record)) => return Ok(Some(record.to_vec())),
                Some(Slot::Outside) => {}
            }
            if let Some(record) = self.outside(engine, id)? {
                return Ok(Some(record.to_vec()));
            }
            if engine.is_still(moment) {
                let key = outside_key(number, slot_of(id));
                return Err(EngineError::damaged(
                    self.space,
                    &key,
                    "no value for a long record",
                ));
            }
        }
    }

    fn parse(self, number: u64, bytes: &[u8]) -> Result<Block<'_>, EngineError> {
        Block::parse(bytes).ok_or_else(|| {
            EngineError::damaged(self.space, &block_key(number), "a block of unknown form")
        })
    }
}

const fn block_of(id: u64) -> u64 {
    id / BLOCK_RECORDS as u64
}

const fn slot_of(id: u64) -> usize {
    (id % BLOCK_RECORDS as u64) as usize
}

fn block_key(number: u64) -> [u8; 8] {
    number.to_be_bytes()
}

fn outside_key(number: u64, slot: usize) -> [u8; 9] {
    let mut key = [0; 9];
    key[..8].copy_from_slice(&number.to_be_bytes());
    key[8] = slot as u8;
    key
}

fn outside_bytes(record: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1 + record.len());
    bytes.push(VERSION);
    bytes.extend_from_slice(record);
    bytes
}

/// A record that is not in its block.
struct Outside(Value);

impl std::ops::Deref for Outside {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.0.get(1..).unwrap_or_default()
    }
}

#[derive(Debug, Clone, Copy)]
enum Slot<'a> {
    Empty,
    Inside(&'a [u8]),
    Outside,
}

struct Block<'a> {
    slots: [Slot<'a>; BLOCK_RECORDS],
}

impl<'a> Block<'a> {
    fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (header, records) = bytes.split_first_chunk::<HEADER_LENGTH>()?;
        let word = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
        if header[0] != VERSION {
            return None;
        }
        let (inside, outside) = (word(1), word(3));
        let mut slots = [Slot::Empty; BLOCK_RECORDS];
        let mut start = 0;
        for (slot, entry) in slots.iter_mut().enumerate() {
            let end = usize::from(word(5 + 2 * slot));
            let record = records.get(start..end)?;
            start = end;
            if inside >> slot & 1 == 1 {
                *entry = Slot::Inside(record);
            } else if outside >> slot & 1 == 1 {
                *entry = Slot::Outside;
            }
        }
        Some(Self { slots })
    }

    fn to_bytes(&self) -> Vec<u8> {
        let (mut inside, mut outside) = (0_u16, 0_u16);
        let mut ends = [0; BLOCK_RECORDS];
        let mut end = 0;
        for (slot, entry) in self.slots.iter().enumerate() {
            match entry {
                Slot::Empty => {}
                Slot::Inside(record) => {
                    inside |= 1 << slot;
                    end += record.len();
                }
                Slot::Outside => outside |= 1 << slot,
            }
            // A block is at most `MAX_VALUE` long, which fits.
            ends[slot] = end as u16;
        }
        let mut bytes = Vec::with_capacity(HEADER_LENGTH + end + 4);
        bytes.push(VERSION);
        bytes.extend_from_slice(&inside.to_le_bytes());
        bytes.extend_from_slice(&outside.to_le_bytes());
        for end in ends {
            bytes.extend_from_slice(&end.to_le_bytes());
        }
        for entry in &self.slots {
            if let Slot::Inside(record) = entry {
                bytes.extend_from_slice(record);
            }
        }
        bytes
    }

    fn length(&self) -> usize {
        HEADER_LENGTH + self.slots.iter().map(Slot::length).sum::<usize>()
    }

    fn longest(&self) -> usize {
        (0..BLOCK_RECORDS)
            .max_by_key(|&slot| self.slots[slot].length())
            .unwrap_or_default()
    }
}

impl Slot<'_> {
    fn length(&self) -> usize {
        match self {
            Self::Inside(record) => record.len(),
            Self::Empty | Self::Outside => 0,
        }
    }
}

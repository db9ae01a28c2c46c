//! What does a stored key and value look like, byte for byte?
//!
//! Invariant: a [`Value`] that exists has passed its checksum.

use std::ops::Deref;

use sled::IVec;
use xxhash_rust::xxh3::xxh3_64;

use super::{EngineError, Space};

/// The longest value, in bytes. sled keeps what is long outside its log, in files that it never
/// syncs: see [`super::open::SEGMENT_BYTES`].
pub const MAX_VALUE: usize = 16 * 1024;

const CHECKSUM_LENGTH: usize = 4;

/// A caller's key with the byte of its space in front.
pub(super) type FullKey = Vec<u8>;

pub(super) fn full_key(space: Space, key: &[u8]) -> FullKey {
    let mut full = Vec::with_capacity(1 + key.len());
    full.push(space as u8);
    full.extend_from_slice(key);
    full
}

/// A key that was read, without the byte of its space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key(IVec);

impl Key {
    pub(super) fn of(full: IVec) -> Self {
        Self(full)
    }

    pub(super) fn without_space(full: &[u8]) -> &[u8] {
        full.get(1..).unwrap_or_default()
    }
}

impl Deref for Key {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        Self::without_space(&self.0)
    }
}

/// A value that was read and found intact. Cloning it is cheap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value(IVec);

impl Value {
    /// The stored form of `bytes` under `full_key`.
    pub(super) fn sealed(
        mut bytes: Vec<u8>,
        full_key: &[u8],
        space: Space,
    ) -> Result<Self, EngineError> {
        if bytes.len() > MAX_VALUE {
            return Err(EngineError::TooLong {
                space,
                length: bytes.len(),
                limit: MAX_VALUE,
            });
        }
        let checksum = checksum(full_key, &bytes);
        bytes.extend_from_slice(&checksum);
        Ok(Self(bytes.into()))
    }

    pub(super) fn verified(
        stored: IVec,
        full_key: &[u8],
        space: Space,
    ) -> Result<Self, EngineError> {
        let intact = stored
            .split_last_chunk::<CHECKSUM_LENGTH>()
            .is_some_and(|(bytes, found)| *found == checksum(full_key, bytes));
        if intact {
            Ok(Self(stored))
        } else {
            let key = Key::without_space(full_key);
            Err(EngineError::damaged(
                space,
                key,
                "a value with a wrong checksum",
            ))
        }
    }

    pub(super) fn into_stored(self) -> IVec {
        self.0
    }
}

impl Deref for Value {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.0
            .split_last_chunk::<CHECKSUM_LENGTH>()
            .map_or(&[], |(bytes, _)| bytes)
    }
}

/// The key takes part, so that an intact value in the wrong place is noticed as well.
fn checksum(full_key: &[u8], bytes: &[u8]) -> [u8; CHECKSUM_LENGTH] {
    let mixed = xxh3_64(full_key) ^ xxh3_64(bytes);
    ((mixed >> 32) as u32).to_le_bytes()
}

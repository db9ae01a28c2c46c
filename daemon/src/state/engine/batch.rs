//! What is to be written together, and how is too much of it cut into parts?
//!
//! Invariant: a read through a batch answers as if the batch had been committed already.

use std::collections::BTreeMap;
use std::ops::Bound;

use sled::IVec;

use super::value::{FullKey, full_key};
use super::{Engine, EngineError, Key, Space, Value};

/// Most keys in one atomic part of a commit. sled keeps a part in memory until it is complete, and
/// all readers wait meanwhile.
pub const PART_KEYS: usize = 256;

/// Most bytes of keys and values in one atomic part of a commit, unless entries that belong
/// together need more.
pub const PART_BYTES: usize = 512 * 1024;

/// Changes that are committed together by [`Engine::commit`].
#[derive(Debug, Default)]
pub struct Batch {
    changes: BTreeMap<FullKey, Change>,
}

#[derive(Debug)]
struct Change {
    /// `None` removes the key.
    value: Option<Value>,
    /// Whether the change with the next greater key must be in the same part.
    with_next: bool,
}

impl Batch {
    /// A batch that changes nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether there is nothing to commit.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Number of keys that will be written or removed.
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// Sets the value of a key.
    pub fn put(&mut self, space: Space, key: &[u8], bytes: Vec<u8>) -> Result<(), EngineError> {
        self.insert(space, key, Some(bytes), false)
    }

    /// Sets (`Some`) or removes (`None`) several keys that must never be seen one without the
    /// other, however large the batch is. The keys ascend, and no other key of the space may lie
    /// between them.
    pub fn change_together(
        &mut self,
        space: Space,
        changes: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    ) -> Result<(), EngineError> {
        let last = changes.len().saturating_sub(1);
        for (position, (key, bytes)) in changes.into_iter().enumerate() {
            self.insert(space, &key, bytes, position < last)?;
        }
        Ok(())
    }

    /// Removes a key, if it is there.
    pub fn remove(&mut self, space: Space, key: &[u8]) {
        self.set(full_key(space, key), None, false);
    }

    /// The value under a key as it will be.
    pub fn get(
        &self,
        engine: &Engine,
        space: Space,
        key: &[u8],
    ) -> Result<Option<Value>, EngineError> {
        match self.changes.get(&full_key(space, key)) {
            Some(change) => Ok(change.value.clone()),
            None => engine.get(space, key),
        }
    }

    /// [`Engine::first_from`] as it will be.
    pub fn first_from(
        &self,
        engine: &Engine,
        space: Space,
        from: &[u8],
    ) -> Result<Option<(Key, Value)>, EngineError> {
        let changed = self.first_put_from(space, from);
        let mut stored = engine.scan(space, from);
        loop {
            let Some((key, value)) = stored.next().transpose()? else {
                return Ok(changed);
            };
            match &changed {
                Some((changed_key, _)) if **changed_key <= *key => return Ok(changed),
                _ => {}
            }
            if !self.changes.contains_key(&full_key(space, &key)) {
                return Ok(Some((key, value)));
            }
        }
    }

    fn first_put_from(&self, space: Space, from: &[u8]) -> Option<(Key, Value)> {
        let range = (Bound::Included(full_key(space, from)), Bound::Unbounded);
        self.changes
            .range(range)
            .take_while(|(key, _)| key.first() == Some(&(space as u8)))
            .find_map(|(key, change)| {
                let value = change.value.clone()?;
                Some((Key::of(IVec::from(key.as_slice())), value))
            })
    }

    fn insert(
        &mut self,
        space: Space,
        key: &[u8],
        bytes: Option<Vec<u8>>,
        with_next: bool,
    ) -> Result<(), EngineError> {
        let full = full_key(space, key);
        let value = bytes
            .map(|bytes| Value::sealed(bytes, &full, space))
            .transpose()?;
        self.set(full, value, with_next);
        Ok(())
    }

    /// Once bound to its neighbour, a key stays so: an earlier change may rely on it.
    fn set(&mut self, full: FullKey, value: Option<Value>, with_next: bool) {
        let change = self.changes.entry(full).or_insert(Change {
            value: None,
            with_next,
        });
        change.value = value;
        change.with_next |= with_next;
    }

    /// What is to be written atomically, one part after the other.
    pub(super) fn into_parts(self) -> impl Iterator<Item = Part> {
        let mut changes = self.changes.into_iter();
        std::iter::from_fn(move || {
            let mut part = Vec::new();
            let mut bytes = 0;
            for (key, Change { value, with_next }) in changes.by_ref() {
                bytes += key.len() + value.as_ref().map_or(0, |value| value.len());
                part.push((key, value));
                if !with_next && (part.len() >= PART_KEYS || bytes >= PART_BYTES) {
                    break;
                }
            }
            (!part.is_empty()).then_some(Part(part))
        })
    }
}

/// What is written atomically.
#[derive(Debug)]
pub(super) struct Part(pub(super) Vec<(FullKey, Option<Value>)>);

impl From<Part> for sled::Batch {
    fn from(part: Part) -> Self {
        let mut batch = Self::default();
        for (key, value) in part.0 {
            match value {
                Some(value) => batch.insert(key, value.into_stored()),
                None => batch.remove(key),
            }
        }
        batch
    }
}

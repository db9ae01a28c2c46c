//! Which files were imported, and where in the journal does a log entry stand?
//! What waits is looked at first: it can move to the engine meanwhile, but never back.

use super::{HISTORY, Store, StoreError, key_hash};
use crate::journal::Position;
use crate::state::effects::Effects;
use crate::state::engine::Space;
use crate::state::file_record::{FileRecord, import_number};
use crate::state::record::RecordError;
use std::collections::BTreeMap;

impl Store {
    /// Every file, by import.
    pub fn files(&self) -> Result<Vec<FileRecord>, StoreError> {
        let mut files = Vec::new();
        self.each_file(0, &mut |record| files.push(record))?;
        Ok(files)
    }

    /// Shows the file of each import from this number on, one at a time: every request is an import, and there may be millions.
    pub fn each_file(
        &self,
        first: u64,
        show: &mut dyn FnMut(FileRecord),
    ) -> Result<(), StoreError> {
        let mut waiting = BTreeMap::new();
        for pending in self.read().all() {
            let records = pending.files.range(first..);
            waiting.extend(records.map(|(number, record)| (*number, record.clone())));
        }
        for entry in self.engine.scan(Space::Files, &first.to_be_bytes()) {
            let (key, value) = entry?;
            let number = key.first_chunk::<8>();
            let number = number.map_or(0, |bytes| u64::from_be_bytes(*bytes));
            // What waits is newer than what was written away.
            let mut shown = None;
            while let Some(waits) = waiting.first_entry()
                && *waits.key() <= number
            {
                shown = Some(*waits.key());
                show(waits.remove());
            }
            if shown != Some(number) {
                show(serde_json::from_slice(&value).map_err(|_| RecordError { what: "file" })?);
            }
        }
        waiting.into_values().for_each(show);
        Ok(())
    }

    /// The file of this import.
    pub fn file(&self, import_id: &str) -> Result<Option<FileRecord>, StoreError> {
        let Some(number) = import_number(import_id) else {
            return Ok(None);
        };
        {
            let layers = self.read();
            let frozen = layers
                .frozen
                .as_ref()
                .and_then(|frozen| frozen.pending.files.get(&number));
            if let Some(record) = layers.active.files.get(&number).or(frozen) {
                return Ok(Some(record.clone()));
            }
        }
        let Some(value) = self.engine.get(Space::Files, &number.to_be_bytes())? else {
            return Ok(None);
        };
        let record = serde_json::from_slice(&value).map_err(|_| RecordError { what: "file" })?;
        Ok(Some(record))
    }

    /// Log entries about a key, besides its creation and beyond "unchanged", ascending; may hold strangers.
    pub fn history(&self, key: &str) -> Result<Vec<u64>, StoreError> {
        let hash = key_hash(key);
        let mut entries = Vec::new();
        for pending in self.read().all() {
            entries.extend(
                pending
                    .history
                    .iter()
                    .filter(|(h, _)| *h == hash)
                    .map(|(_, id)| *id),
            );
        }
        entries.extend(HISTORY.find(&self.engine, hash)?);
        entries.sort_unstable();
        entries.dedup();
        Ok(entries)
    }

    /// The frame that holds this log entry, and the first entry in it.
    pub fn frame_of(&self, log_id: u64) -> Result<Option<(u64, Position)>, StoreError> {
        let mut best: Option<(u64, Position)> = None;
        {
            let layers = self.read();
            for pending in layers.all() {
                // They are in their order: the last one that is not beyond it.
                let frames = &pending.frames;
                let behind = frames.partition_point(|(first, _)| *first <= log_id);
                if let Some((first, position)) = frames[..behind].last()
                    && best.is_none_or(|(known, _)| *first > known)
                {
                    best = Some((*first, *position));
                }
            }
        }
        // Keys are complements, so that the greatest first entry that is not beyond comes first.
        let entry = self
            .engine
            .first_from(Space::Frames, &(!log_id).to_be_bytes())?;
        if let Some((key, value)) = entry {
            let first = key
                .first_chunk::<8>()
                .map(|bytes| !u64::from_be_bytes(*bytes));
            let position = serde_json::from_slice(&value);
            if let (Some(first), Ok(position)) = (first, position)
                && best.is_none_or(|(known, _)| first > known)
            {
                best = Some((first, position));
            }
        }
        Ok(best)
    }

    pub(super) fn known_files(
        &self,
        effects: &Effects,
    ) -> Result<BTreeMap<u64, FileRecord>, StoreError> {
        let mut known = BTreeMap::new();
        let of_steps = effects.files.iter().map(|entry| &entry.import_id);
        let of_verdicts = effects.sent.iter().flat_map(|sent| sent.imports.keys());
        for import_id in of_steps.chain(of_verdicts) {
            if let Some(number) = import_number(import_id)
                && !known.contains_key(&number)
                && let Some(record) = self.file(import_id)?
            {
                known.insert(number, record);
            }
        }
        Ok(known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::FileEntry;
    use crate::folder::lifecycle::Step;
    use crate::journal::FrameSpan;
    use crate::state::file_record::import_id;

    #[test]
    fn files_are_shown_one_at_a_time_and_as_they_are_now() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), 1 << 20).unwrap();
        let step = |number: u64, step: Step| {
            let entry = FileEntry::new(&import_id(number), "2026-11-24T09:00:00Z", step);
            let effects = Effects {
                files: vec![entry],
                ..Effects::default()
            };
            let span = FrameSpan {
                start: Position::START,
                end: Position::START,
            };
            store.apply(effects, span).unwrap();
        };
        let shown = |first: u64| {
            let mut shown = Vec::new();
            let mut show = |record: FileRecord| shown.push((record.import_id, record.step));
            store.each_file(first, &mut show).unwrap();
            shown
        };
        for number in [1, 2, 3, 5] {
            step(number, Step::Claimed);
        }
        store.flush().unwrap();
        // Some wait to be written away, new ones and such that are written in an older form.
        for number in [2, 4, 6] {
            step(number, Step::Claimed);
        }
        step(2, Step::Checked);
        let expected: Vec<(String, Step)> = (1..=6)
            .map(|number| {
                let step = if number == 2 {
                    Step::Checked
                } else {
                    Step::Claimed
                };
                (import_id(number), step)
            })
            .collect();
        assert_eq!(shown(0), expected);
        assert_eq!(shown(3), expected[2..]);
        assert_eq!(shown(7), []);
    }
}

//! What does the journal say right now? Read with zstd alone, as `zstdcat journal/*.zst` would.
//! A frame that is being written does not count yet.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde_json::Value;

use crate::installation::names_in;

/// A reader that goes on where it stopped.
pub struct JournalText {
    folder: PathBuf,
    segment: PathBuf,
    offset: usize,
}

impl JournalText {
    /// Begins behind all that is there now.
    pub fn at_end(data: &Path) -> anyhow::Result<Self> {
        let folder = data.join("journal");
        let segment = last_segment(&folder).context("there is no journal")?;
        let offset = fs::read(&segment)?.len();
        Ok(Self {
            folder,
            segment,
            offset,
        })
    }

    /// The lines that came since, as far as their frames are whole.
    pub fn lines(&mut self) -> anyhow::Result<Vec<Value>> {
        let Some(last) = last_segment(&self.folder) else {
            return Ok(Vec::new());
        };
        if last != self.segment {
            self.segment = last;
            self.offset = 0;
        }
        let bytes = fs::read(&self.segment)?;
        let Some(new) = bytes.get(self.offset..).filter(|new| !new.is_empty()) else {
            return Ok(Vec::new());
        };
        let Ok(text) = zstd::decode_all(new) else {
            return Ok(Vec::new());
        };
        self.offset = bytes.len();
        let lines = text
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty());
        lines
            .map(|line| serde_json::from_slice(line).context("a line is no JSON"))
            .collect()
    }
}

fn last_segment(folder: &Path) -> Option<PathBuf> {
    names_in(folder)
        .into_iter()
        .rfind(|name| name.to_string_lossy().ends_with(".zst"))
        .map(|name| folder.join(name))
}

//! How is a saved plan read from a file?
//! Twice: first as a whole, so that a plan for something else is refused before anything is compared; then line by line.

use intake_core::against::{SavedPlan, SavedPlanError, SavedPlanReader, ThenLines};
use std::fs::File;
use std::io::{self, Read, Seek};

/// Why a saved plan cannot be compared with.
#[derive(Debug, thiserror::Error)]
pub enum SavedPlanTrouble {
    /// It is not one, or not for this file.
    #[error(transparent)]
    Plan(#[from] SavedPlanError),
    /// It cannot be read.
    #[error("the saved plan cannot be read: {0}")]
    Io(#[from] io::Error),
}

/// The lines of a saved plan, read as they are asked for.
pub struct PlanLines {
    file: File,
    reader: SavedPlanReader,
    piece: Vec<u8>,
}

const PIECE: usize = 64 << 10;

/// Opens a saved plan that must be for this file and this partner.
pub fn open(
    mut file: File,
    sha256: &str,
    partner: &str,
) -> Result<(SavedPlan, PlanLines), SavedPlanTrouble> {
    let mut piece = vec![0; PIECE];
    let mut reader = SavedPlanReader::default();
    loop {
        match file.read(&mut piece)? {
            0 => break,
            length => reader.push(&piece[..length])?,
        }
        while reader.next_line().is_some() {}
    }
    let plan = reader.finish()?;
    plan.must_be_for(sha256, partner)?;
    file.rewind()?;
    let lines = PlanLines {
        file,
        reader: SavedPlanReader::default(),
        piece,
    };
    Ok((plan, lines))
}

impl ThenLines for PlanLines {
    type Error = SavedPlanTrouble;

    fn next_line(&mut self) -> Result<Option<Vec<u8>>, SavedPlanTrouble> {
        loop {
            if let Some(line) = self.reader.next_line() {
                return Ok(Some(line));
            }
            match self.file.read(&mut self.piece)? {
                0 => return Ok(None),
                length => self.reader.push(&self.piece[..length])?,
            }
        }
    }
}

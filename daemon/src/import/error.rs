//! Why can an import not go on?
//! Trouble of the machine and words of the operator; a partner's mistake is never here.

use super::survey::SurveyError;
use crate::books::BooksError;
use crate::folder::directory::IoAt;
use crate::folder::lifecycle::IllegalEvent;
use crate::folder::moves::MoveError;
use crate::folder::names::{BadImportId, BadPartnerName};
use crate::receipt::ReceiptError;
use crate::state::store::StoreError;
use std::io;
use std::path::PathBuf;

/// Why the work on a file stopped before its end.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Journal or store: nothing more is written until they are opened anew.
    #[error(transparent)]
    Books(#[from] BooksError),
    /// The store could not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The survey.
    #[error(transparent)]
    Survey(#[from] SurveyError),
    /// The copy cannot be read.
    #[error("cannot read `{}`: {source}", path.display())]
    Io {
        /// The copy.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// A thread of a pass.
    #[error("the pass over the file failed: {0}")]
    Pass(#[from] io::Error),
    /// A move between folders.
    #[error(transparent)]
    Move(#[from] MoveError),
    /// The receipt.
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
    /// A folder.
    #[error(transparent)]
    Folder(#[from] IoAt),
    /// The record names no partner.
    #[error(transparent)]
    Partner(#[from] BadPartnerName),
    /// The record names no import.
    #[error(transparent)]
    Id(#[from] BadImportId),
    /// The lifecycle has no such way.
    #[error(transparent)]
    Illegal(#[from] IllegalEvent),
    /// The record cannot be followed.
    #[error(
        "import `{0}` has a record that cannot be followed\nhint: `intake rebuild` makes the store anew from the journal"
    )]
    Record(String),
    /// The operator asked for something that the import's state does not allow.
    #[error(
        "import `{import_id}` is not held, it is {state}\nhint: `intake files` lists the files and their states"
    )]
    NotHeld {
        /// The import.
        import_id: String,
        /// Its state.
        state: String,
    },
    /// What the operator looked at is not what is there.
    #[error(
        "import `{0}` has moved on since it was looked at\nhint: look at it again, and decide then"
    )]
    MovedOn(String),
    /// The work was left at a safe place, since the program ends.
    #[error("the import was left unfinished and goes on at the next start")]
    Stopped,
    /// There is no such import.
    #[error("there is no import `{0}`\nhint: `intake files` lists the files and their ids")]
    Unknown(String),
}

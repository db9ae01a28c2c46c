//! Where does an import go on, whatever stopped it?
//! At what the journal says and the folders show; where they contradict each other nothing is guessed.

use super::{Import, ImportError};
use crate::folder::directory::IoAt;
use crate::folder::lifecycle::{State, Step};
use crate::folder::moves::{Leftover, survey};
use crate::folder::resume::{OnDisk, Place, Receipt, resume};
use crate::open_data::OpenData;
use crate::state::FileRecord;

/// Claims that were cut off before the journal heard of them.
pub fn unheard_claims(data: &OpenData) -> Result<Vec<Leftover>, IoAt> {
    let mut claims = survey(&data.folders.work)?.leftovers;
    let store = data.books.store();
    claims.retain(|leftover| matches!(store.file(leftover.import_id.as_str()), Ok(None)));
    Ok(claims)
}

/// Has the program something to do for this import? One that waits where it is held has the operator's turn.
pub fn owes_work(data: &OpenData, record: &FileRecord) -> bool {
    let waits = record.progress().state() == State::Held && lies_in(data, "held", record);
    record.is_open() && !waits
}

/// Works on an import until it rests or waits for the operator. `panics` says how often the work on it has broken off with a
/// panic: only a file that breaks the program is given up; trouble of the machine is waited out.
pub fn go_on(
    data: &OpenData,
    record: FileRecord,
    panics: u32,
    going: &dyn Fn(u64) -> bool,
) -> Result<(), ImportError> {
    let on_disk = OnDisk {
        place: place_of(data, &record),
        receipt: Receipt::Missing,
    };
    let misplaced = resume(record.progress(), on_disk).err();
    let mut import = Import::take_up(data, record, going)?;
    if let Some(misplaced) = misplaced {
        import.lose(&misplaced.to_string())?;
    } else if panics >= data.config.limits.attempts {
        import.lose("the work on the file failed too often")?;
    } else {
        import.work()?;
    }
    Ok(())
}

fn place_of(data: &OpenData, record: &FileRecord) -> Place {
    if lies_in(data, "held", record) {
        Place::Held
    } else if lies_in(data, "work", record) {
        Place::Work
    } else if record.step >= Step::Receipted {
        Place::Archive
    } else {
        Place::Nowhere
    }
}

fn lies_in(data: &OpenData, folder: &str, record: &FileRecord) -> bool {
    data.path.join(folder).join(&record.import_id).exists()
}

//! How is the store made anew while the one in use goes on answering?
//! A second one is made beside it from the journal; whole, it takes the first one's place when the data directory is
//! opened next.

use crate::books::{Books, BooksError, follow};
use crate::log;
use crate::state::Store;
use crate::system::{PathError, fsync_dir};
use std::io::ErrorKind;
use std::path::Path;

/// A store that is being made, and one that is whole.
const IN_THE_MAKING: &str = "state.making";
const WHOLE: &str = "state.made";

/// Makes a second store below `data` from the journal. Returns how many orders are in it.
pub fn make(books: &Books, data: &Path, cache_bytes: u64) -> Result<u64, BooksError> {
    let making = data.join(IN_THE_MAKING);
    remove_folder(&making)?;
    log::store_rebuild_started("asked for");
    let made = follow_all(books, &making, cache_bytes);
    if made.is_err() {
        remove_folder(&making)?;
    }
    let orders = made?;
    let whole = data.join(WHOLE);
    remove_folder(&whole)?;
    std::fs::rename(&making, &whole).map_err(PathError::of("rename", &making))?;
    fsync_dir(data)?;
    Ok(orders)
}

fn follow_all(books: &Books, place: &Path, cache_bytes: u64) -> Result<u64, BooksError> {
    let store = Store::open(place, cache_bytes)?;
    let journal = books.journal_path();
    follow(&store, journal, books.journal_bytes())?;
    // What was written meanwhile; what comes after that is followed when the store is opened.
    follow(&store, journal, books.journal_bytes())?;
    Ok(store.meta().next_order - 1)
}

/// Puts a store that was made so into its place. Only a whole one has that name, and it keeps it until the old one is gone,
/// so that a crash in between loses nothing.
pub fn take_place(data: &Path) -> Result<(), PathError> {
    remove_folder(&data.join(IN_THE_MAKING))?;
    let whole = data.join(WHOLE);
    if !whole.exists() {
        return Ok(());
    }
    let state = data.join("state");
    remove_folder(&state)?;
    std::fs::rename(&whole, &state).map_err(PathError::of("rename", &whole))?;
    fsync_dir(data)
}

fn remove_folder(path: &Path) -> Result<(), PathError> {
    match std::fs::remove_dir_all(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(PathError::of("remove", path)(error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_store_takes_the_place() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        let put = |name: &str, content: &str| {
            std::fs::create_dir_all(place(name)).unwrap();
            std::fs::write(place(name).join("db"), content).unwrap();
        };
        let in_use = || std::fs::read_to_string(place("state").join("db")).unwrap();
        put("state", "old");
        put(IN_THE_MAKING, "torn");
        take_place(folder.path()).unwrap();
        assert_eq!(in_use(), "old");
        assert!(!place(IN_THE_MAKING).exists());
        put(WHOLE, "new");
        take_place(folder.path()).unwrap();
        assert_eq!(in_use(), "new");
        // Cut off between removing the old one and renaming the new one.
        std::fs::rename(place("state"), place(WHOLE)).unwrap();
        take_place(folder.path()).unwrap();
        assert_eq!(in_use(), "new");
    }
}

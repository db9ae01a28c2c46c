//! What happens when the directory is not as it was left?
//!
//! Invariant: none of these tests ends the process, whatever sled does.

use std::fs;
use std::path::Path;

use super::super::open::{OpenError, SEGMENT_BYTES, open, quarantine};
use super::super::{Batch, Space};
use super::{opened, options, put_all, scrambled};

#[test]
fn left_over_snapshot_is_survived() {
    let directory = tempfile::tempdir().unwrap();
    let engine = opened(directory.path());
    put_all(&engine, &[(b"a", b"1")]);
    drop(engine);
    fs::write(
        directory.path().join("snap.00000000FFFFFFFF.generating"),
        b"",
    )
    .unwrap();
    let engine = opened(directory.path());
    assert_eq!(
        engine.get(Space::Files, b"a").unwrap().as_deref(),
        Some(&b"1"[..])
    );
}

#[test]
fn store_of_another_format_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let engine = opened(directory.path());
    let mut batch = Batch::new();
    batch.put(Space::Meta, b"engine format", vec![0]).unwrap();
    engine.commit(batch).unwrap();
    drop(engine);
    let refused = open(directory.path(), &options()).unwrap_err();
    assert!(refused.wants_quarantine());
    assert!(
        refused.to_string().ends_with("its format is [0], not [1]"),
        "{refused}"
    );
}

#[test]
fn foreign_store_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let foreign = sled::Config::new()
        .path(directory.path())
        .segment_size(SEGMENT_BYTES);
    let database = foreign.open().unwrap();
    database.insert(b"key", b"value").unwrap();
    database.flush().unwrap();
    drop(database);
    assert!(
        open(directory.path(), &options())
            .unwrap_err()
            .wants_quarantine()
    );
}

#[test]
fn store_that_is_open_elsewhere_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let _engine = opened(directory.path());
    let refused = open(directory.path(), &options()).unwrap_err();
    assert!(matches!(refused, OpenError::Io { .. }), "{refused}");
    assert!(!refused.wants_quarantine());
}

#[test]
fn quarantine_numbers_what_it_takes() {
    let data = tempfile::tempdir().unwrap();
    let state = data.path().join("state");
    for number in 1..=3 {
        drop(opened(&state));
        let place = quarantine(&state).unwrap();
        assert_eq!(
            place,
            data.path().join(format!("quarantine/state-{number}"))
        );
        assert!(place.join("db").is_file());
        assert!(!state.exists());
    }
    assert!(quarantine(&state).is_err());
}

/// Whatever the damage, opening and reading end in an error or in what was written.
#[test]
fn damaged_directory_is_an_error_and_never_a_panic() {
    let origin = tempfile::tempdir().unwrap();
    let engine = opened(origin.path());
    for round in 0..6_u8 {
        let mut batch = Batch::new();
        for number in 0..600_u32 {
            batch
                .put(Space::Files, &number.to_be_bytes(), vec![round; 700])
                .unwrap();
        }
        engine.commit(batch).unwrap();
    }
    drop(engine);
    let length = fs::metadata(origin.path().join("db")).unwrap().len() as usize;
    let (mut refused, mut read_errors, mut lost) = (0, 0, 0);
    for trial in 0..49 {
        let at = (scrambled(trial) as usize) % length;
        let copy = tempfile::tempdir().unwrap();
        copy_with_damage(origin.path(), copy.path(), |database| match trial % 3 {
            // Most of the file may hold what was overwritten since; the last injury spares nothing.
            _ if trial == 48 => database
                .iter_mut()
                .step_by(512)
                .for_each(|byte| *byte ^= 0x10),
            0 => database[at] ^= 0x10,
            1 => database[at / 4096 * 4096..]
                .iter_mut()
                .take(4096)
                .for_each(|byte| *byte = 0),
            _ => database.truncate(at),
        });
        match open(copy.path(), &options()) {
            Err(error) => {
                assert!(error.wants_quarantine(), "{error}");
                quarantine(copy.path())
                    .map(fs::remove_dir_all)
                    .unwrap()
                    .unwrap();
                opened(copy.path());
                refused += 1;
            }
            Ok(engine) => {
                let mut newest = 0;
                for entry in engine.scan(Space::Files, b"") {
                    let Ok((_, value)) = entry else {
                        read_errors += 1;
                        break;
                    };
                    assert_eq!(value.len(), 700);
                    assert!(value.iter().all(|byte| *byte == value[0]));
                    newest += u32::from(value[0] == 5);
                }
                // sled gives an older state where segments at the end are unreadable; the position
                // of the journal that is stored with it is older too, and is followed from there.
                lost += u32::from(newest < 600);
            }
        }
    }
    assert!(
        refused + read_errors + lost > 0,
        "the damage has no effect: the test tests nothing"
    );
}

fn copy_with_damage(from: &Path, to: &Path, damage: impl FnOnce(&mut Vec<u8>)) {
    fs::create_dir(to.join("blobs")).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
    let mut database = fs::read(from.join("db")).unwrap();
    damage(&mut database);
    fs::write(to.join("db"), database).unwrap();
}

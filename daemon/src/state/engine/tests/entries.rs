//! Are single entries kept, in order, and is a changed one noticed?
//!
//! Invariant: damage is done through the store below, so that only our own checksum can notice it.

use std::fs;

use expect_test::expect;

use super::super::*;
use super::{keys, opened, put_all};

#[test]
fn entries_survive_a_reopening() {
    let directory = tempfile::tempdir().unwrap();
    let engine = opened(directory.path());
    put_all(&engine, &[(b"a", b"1"), (b"b", b""), (b"", b"3")]);
    drop(engine);
    let engine = opened(directory.path());
    assert_eq!(
        engine.get(Space::Files, b"a").unwrap().as_deref(),
        Some(&b"1"[..])
    );
    assert_eq!(
        engine.get(Space::Files, b"b").unwrap().as_deref(),
        Some(&b""[..])
    );
    assert_eq!(
        engine.get(Space::Files, b"").unwrap().as_deref(),
        Some(&b"3"[..])
    );
    assert_eq!(engine.get(Space::Frames, b"a").unwrap(), None);
    assert!(engine.size_on_disk().unwrap() > 0);
}

#[test]
fn scan_stays_within_its_space() {
    let directory = tempfile::tempdir().unwrap();
    let engine = opened(directory.path());
    let mut batch = Batch::new();
    for space in [Space::Offers, Space::Files, Space::Frames] {
        for key in [b"a", b"b", b"c"] {
            batch.put(space, key, vec![space as u8]).unwrap();
        }
    }
    engine.commit(batch).unwrap();
    assert_eq!(keys(&engine, Space::Files, b"b"), [b"b", b"c"]);
    assert_eq!(keys(&engine, Space::Files, b"d"), Vec::<Vec<u8>>::new());
    assert_eq!(
        &*engine.first_from(Space::Files, b"").unwrap().unwrap().0,
        b"a"
    );
    assert_eq!(engine.first_from(Space::Files, b"cc").unwrap(), None);
}

#[test]
fn batch_reads_its_own_writes() {
    let directory = tempfile::tempdir().unwrap();
    let engine = opened(directory.path());
    put_all(&engine, &[(b"a", b"old"), (b"c", b"old"), (b"e", b"old")]);
    let mut batch = Batch::new();
    batch.remove(Space::Files, b"a");
    batch.put(Space::Files, b"b", b"new".to_vec()).unwrap();
    batch.put(Space::Files, b"e", b"new".to_vec()).unwrap();
    let first = |from: &[u8]| {
        let (key, value) = batch.first_from(&engine, Space::Files, from).unwrap()?;
        Some((key.to_vec(), value.to_vec()))
    };
    assert_eq!(batch.get(&engine, Space::Files, b"a").unwrap(), None);
    assert_eq!(first(b""), Some((b"b".to_vec(), b"new".to_vec())));
    assert_eq!(first(b"bb"), Some((b"c".to_vec(), b"old".to_vec())));
    assert_eq!(first(b"d"), Some((b"e".to_vec(), b"new".to_vec())));
    assert_eq!(first(b"f"), None);
    assert_eq!(engine.get(Space::Files, b"b").unwrap(), None);
    engine.commit(batch).unwrap();
    assert_eq!(keys(&engine, Space::Files, b""), [b"b", b"c", b"e"]);
}

#[test]
fn value_over_the_limit_names_its_space() {
    let mut batch = Batch::new();
    batch
        .put(Space::Offers, b"longest", vec![0; MAX_VALUE])
        .unwrap();
    let refused = batch
        .put(Space::Offers, b"longer", vec![0; MAX_VALUE + 1])
        .unwrap_err();
    expect!["a value of 16385 bytes for Offers exceeds the limit of 16384 bytes"]
        .assert_eq(&refused.to_string());
    assert_eq!(batch.len(), 1);
}

#[test]
fn large_batch_is_cut_but_never_between_what_belongs_together() {
    let mut batch = Batch::new();
    for number in 0..5_000_u32 {
        let key = number.to_be_bytes();
        if number % 1_250 == 0 {
            let pair = |last: u8| ([&key[..], &[last]].concat(), Some(vec![last]));
            batch
                .change_together(Space::Files, (0..150).map(pair).collect())
                .unwrap();
        } else {
            batch.put(Space::Files, &key, vec![1; 10]).unwrap();
        }
    }
    let total = batch.len();
    let parts: Vec<Vec<Vec<u8>>> = batch
        .into_parts()
        .map(|part| part.0.into_iter().map(|change| change.0).collect())
        .collect();
    assert!(parts.len() >= total.div_ceil(PART_KEYS + 149));
    assert!(parts.iter().all(|part| part.len() < PART_KEYS + 150));
    assert_eq!(parts.iter().map(Vec::len).sum::<usize>(), total);
    assert!(parts.iter().flatten().is_sorted());
    for part in &parts {
        let last = part.last().unwrap();
        let single = 1 + size_of::<u32>();
        assert!(last.len() == single || last[single] == 149, "{last:?}");
    }
}

#[test]
fn leaves_of_longest_values_stay_out_of_files_of_their_own() {
    let directory = tempfile::tempdir().unwrap();
    let engine = opened(directory.path());
    for round in 0..3_u8 {
        let mut batch = Batch::new();
        for number in 0..400_u32 {
            batch
                .put(Space::Files, &number.to_be_bytes(), vec![round; MAX_VALUE])
                .unwrap();
        }
        engine.commit(batch).unwrap();
    }
    assert_eq!(
        fs::read_dir(directory.path().join("blobs"))
            .unwrap()
            .count(),
        0
    );
}

#[test]
fn changed_value_is_noticed() {
    let directory = tempfile::tempdir().unwrap();
    let engine = opened(directory.path());
    put_all(
        &engine,
        &[
            (b"key", b"value"),
            (b"other", b"value"),
            (b"sane", b"value"),
        ],
    );
    let database = engine.database.as_ref().unwrap();
    let full = value::full_key(Space::Files, b"key");
    let stored = database.get(&full).unwrap().unwrap();
    for byte in 0..stored.len() {
        for bit in 0..8 {
            let mut changed = stored.to_vec();
            changed[byte] ^= 1 << bit;
            database.insert(&full, changed).unwrap();
            let error = engine.get(Space::Files, b"key").unwrap_err();
            assert!(
                matches!(
                    error,
                    EngineError::Damaged {
                        space: Space::Files,
                        ..
                    }
                ),
                "{error}"
            );
        }
    }
    database.insert(&full, b"abc").unwrap();
    assert!(engine.get(Space::Files, b"key").is_err());
    assert!(engine.first_from(Space::Files, b"").is_err());
    // Intact, but it belongs to another key.
    let other = value::full_key(Space::Files, b"other");
    database.insert(&other, &stored).unwrap();
    let error = engine.get(Space::Files, b"other").unwrap_err();
    expect![[r"
        the store is damaged: a value with a wrong checksum under the key `6f74686572` of Files
        hint: it is an index that can be rebuilt from the journal: `intake rebuild`"]]
    .assert_eq(&error.to_string());
    assert_eq!(
        engine.get(Space::Files, b"sane").unwrap().as_deref(),
        Some(&b"value"[..])
    );
    let mut scan = engine.scan(Space::Files, b"other");
    assert!(scan.next().unwrap().is_err());
    assert!(scan.next().is_none());
}

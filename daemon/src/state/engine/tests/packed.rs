//! Do shelves and postings behave like plain sorted maps and sets?
//!
//! Invariant: what a model in memory says is what the store must say, also after it was opened
//! again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};

use expect_test::expect;
use proptest::prelude::*;

use super::super::postings::{BUCKET_POSTINGS, Postings};
use super::super::shelf::{MAX_RECORD, Shelf};
use super::super::{Batch, Engine, EngineError, PART_KEYS, Space, bucket, hex};
use super::{keys, opened, scrambled};

#[test]
fn long_records_are_kept_outside_their_block_and_come_back() {
    let directory = tempfile::tempdir().unwrap();
    let engine = opened(directory.path());
    let shelf = Shelf::new(Space::Orders);
    let record = |id: u64, length: usize| vec![id as u8; length];
    let put = |records: &[(u64, Vec<u8>)]| {
        let mut batch = Batch::new();
        shelf.put_many(&engine, &mut batch, records).unwrap();
        engine.commit(batch).unwrap();
    };
    let long: Vec<_> = (1..=40).map(|id| (id, record(id, 10 * 1024))).collect();
    put(&long);
    for (id, record) in &long {
        assert_eq!(
            shelf.get(&engine, *id).unwrap().as_ref(),
            Some(record),
            "{id}"
        );
    }
    let outside = keys(&engine, Space::Orders, b"")
        .iter()
        .filter(|key| key.len() == 9)
        .count();
    assert_eq!(outside, 37);
    let short: Vec<_> = (1..=40).map(|id| (id, record(id, 100))).collect();
    put(&short);
    for (id, record) in &short {
        assert_eq!(
            shelf.get(&engine, *id).unwrap().as_ref(),
            Some(record),
            "{id}"
        );
    }
    assert_eq!(keys(&engine, Space::Orders, b"").len(), 3);
    put(&[(5, record(5, MAX_RECORD)), (6, record(6, MAX_RECORD))]);
    assert_eq!(shelf.get(&engine, 5).unwrap().unwrap().len(), MAX_RECORD);
    assert_eq!(shelf.get(&engine, 6).unwrap().unwrap().len(), MAX_RECORD);
    assert_eq!(shelf.get(&engine, 7).unwrap().unwrap().len(), 100);
    let refused = shelf
        .put_many(
            &engine,
            &mut Batch::new(),
            &[(5, record(5, MAX_RECORD + 1))],
        )
        .unwrap_err();
    assert!(
        matches!(
            refused,
            EngineError::TooLong {
                space: Space::Orders,
                ..
            }
        ),
        "{refused}"
    );
}

#[test]
fn lost_long_record_is_noticed() {
    let directory = tempfile::tempdir().unwrap();
    let engine = opened(directory.path());
    let shelf = Shelf::new(Space::Orders);
    let mut batch = Batch::new();
    shelf
        .put_many(
            &engine,
            &mut batch,
            &[(1, vec![1; 9_000]), (2, vec![2; 9_000])],
        )
        .unwrap();
    engine.commit(batch).unwrap();
    let outside = keys(&engine, Space::Orders, b"")
        .into_iter()
        .find(|key| key.len() == 9)
        .unwrap();
    let mut batch = Batch::new();
    batch.remove(Space::Orders, &outside);
    engine.commit(batch).unwrap();
    let lost = u64::from(outside[8]);
    let error = shelf.get(&engine, lost).unwrap_err();
    assert!(
        matches!(
            error,
            EngineError::Damaged {
                space: Space::Orders,
                ..
            }
        ),
        "{error}"
    );
    assert!(shelf.get(&engine, 3 - lost).unwrap().is_some());
}

#[test]
fn records_are_found_while_they_move_in_and_out_of_their_block() {
    let directory = tempfile::tempdir().unwrap();
    let engine = opened(directory.path());
    let shelf = Shelf::new(Space::Orders);
    let put = |length: usize| {
        let mut batch = Batch::new();
        let records: Vec<_> = (1..5_u64).map(|id| (id, vec![id as u8; length])).collect();
        shelf.put_many(&engine, &mut batch, &records).unwrap();
        engine.commit(batch).unwrap();
    };
    put(10);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Acquire) {
                for id in 1..5 {
                    assert_eq!(shelf.get(&engine, id).unwrap().unwrap()[0], id as u8);
                }
            }
        });
        for _ in 0..100 {
            put(9_000);
            put(10);
        }
        done.store(true, Ordering::Release);
    });
}

#[test]
fn block_version_1_is_frozen() {
    let directory = tempfile::tempdir().unwrap();
    let engine = opened(directory.path());
    let shelf = Shelf::new(Space::Orders);
    let mut batch = Batch::new();
    let records: [(u64, &[u8]); 3] = [(17, b"ab"), (19, b""), (31, b"c")];
    shelf.put_many(&engine, &mut batch, &records).unwrap();
    engine.commit(batch).unwrap();
    let block = engine
        .get(Space::Orders, &1_u64.to_be_bytes())
        .unwrap()
        .unwrap();
    expect!["010a8000000000020002000200020002000200020002000200020002000200020002000300616263"]
        .assert_eq(&hex(&block));
    let stored = engine
        .database
        .as_ref()
        .unwrap()
        .get(b"\x01\0\0\0\0\0\0\0\x01")
        .unwrap();
    expect!["fa16a9e3"].assert_eq(&hex(&stored.unwrap()[block.len()..]));
    assert_eq!(shelf.get(&engine, 17).unwrap(), Some(b"ab".to_vec()));
    assert_eq!(shelf.get(&engine, 18).unwrap(), None);
    assert_eq!(shelf.get(&engine, 19).unwrap(), Some(Vec::new()));
    assert_eq!(shelf.get(&engine, 31).unwrap(), Some(b"c".to_vec()));
}

#[test]
fn block_of_a_later_version_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let engine = opened(directory.path());
    let mut batch = Batch::new();
    batch
        .put(Space::Orders, &0_u64.to_be_bytes(), vec![2; 60])
        .unwrap();
    batch
        .put(Space::OrderByKey, &[0xff; 16], vec![2; 60])
        .unwrap();
    batch
        .put(Space::OrderByCustomer, b"short key", vec![2; 60])
        .unwrap();
    engine.commit(batch).unwrap();
    let damaged = |error| matches!(error, EngineError::Damaged { .. });
    assert!(damaged(
        Shelf::new(Space::Orders).get(&engine, 3).unwrap_err()
    ));
    assert!(damaged(
        Postings::new(Space::OrderByKey)
            .find(&engine, 3)
            .unwrap_err()
    ));
    assert!(damaged(
        Postings::new(Space::OrderByCustomer)
            .find(&engine, 3)
            .unwrap_err()
    ));
}

#[test]
fn one_hash_may_have_very_many_ids() {
    let directory = tempfile::tempdir().unwrap();
    let engine = opened(directory.path());
    let postings = Postings::new(Space::OrderByCustomer);
    for (hash, ids) in [
        (7, 1..100_001_u64),
        (u64::MAX, 1..2_000),
        (0, 5..1_500),
        (8, 1..2),
    ] {
        let mut batch = Batch::new();
        postings
            .insert_many(&engine, &mut batch, ids.map(|id| (hash, id)).collect())
            .unwrap();
        engine.commit(batch).unwrap();
    }
    assert_eq!(
        postings.find(&engine, 7).unwrap(),
        (1..100_001).collect::<Vec<_>>()
    );
    let mut found = Vec::new();
    postings
        .find_many(&engine, &[0, 1, 7, 8, 9, u64::MAX], |hash, ids| {
            found.push((hash, ids.len()));
        })
        .unwrap();
    assert_eq!(
        found,
        [
            (0, 1_495),
            (1, 0),
            (7, 100_000),
            (8, 1),
            (9, 0),
            (u64::MAX, 1_999)
        ]
    );
}

#[test]
fn inserting_again_writes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let engine = opened(directory.path());
    let postings = Postings::new(Space::OrderByKey);
    let entries: Vec<_> = (0..3_000_u64).map(|id| (scrambled(id), id)).collect();
    let mut first = Batch::new();
    postings
        .insert_many(&engine, &mut first, entries.clone())
        .unwrap();
    assert!(!first.is_empty());
    engine.commit(first).unwrap();
    let mut again = Batch::new();
    postings.insert_many(&engine, &mut again, entries).unwrap();
    assert!(again.is_empty());
}

/// A crash may leave any number of the first parts of a commit. Whatever is there already must stay
/// to be found, and the same changes again must lead to the whole.
#[test]
fn commit_broken_off_after_any_part_is_completed_by_doing_it_again() {
    let old: Vec<_> = (0..40_000_u64).map(|id| (scrambled(id), id)).collect();
    let new: Vec<_> = (40_000..600_000_u64)
        .map(|id| (scrambled(id), id))
        .collect();
    let postings = Postings::new(Space::OrderByKey);
    for parts in [0, 1, 2, 3] {
        let directory = tempfile::tempdir().unwrap();
        let engine = opened(directory.path());
        let mut batch = Batch::new();
        postings
            .insert_many(&engine, &mut batch, old.clone())
            .unwrap();
        engine.commit(batch).unwrap();
        let prepare = || {
            let mut batch = Batch::new();
            postings
                .insert_many(&engine, &mut batch, new.clone())
                .unwrap();
            batch
        };
        let batch = prepare();
        assert!(batch.len() > 2 * PART_KEYS - 500, "{}", batch.len());
        for part in batch.into_parts().take(parts) {
            engine
                .database
                .as_ref()
                .unwrap()
                .apply_batch(part.into())
                .unwrap();
        }
        assert_found(&engine, postings, &old);
        engine.commit(prepare()).unwrap();
        assert_found(&engine, postings, &old);
        assert_found(&engine, postings, &new);
        let stored: usize = engine
            .scan(Space::OrderByKey, b"")
            .map(|entry| {
                bucket::Bucket::parse(&entry.unwrap().1)
                    .unwrap()
                    .postings()
                    .count()
            })
            .sum();
        assert_eq!(stored, old.len() + new.len());
    }
}

fn assert_found(engine: &Engine, postings: Postings, expected: &[(u64, u64)]) {
    let expected: BTreeMap<u64, u64> = expected.iter().copied().collect();
    let hashes: Vec<u64> = expected.keys().copied().collect();
    postings
        .find_many(engine, &hashes, |hash, ids| {
            assert_eq!(ids, [expected[&hash]], "{hash}");
        })
        .unwrap();
}

#[test]
fn postings_are_found_while_buckets_are_cut() {
    let directory = tempfile::tempdir().unwrap();
    let engine = opened(directory.path());
    let postings = Postings::new(Space::OrderByKey);
    let old: Vec<_> = (0..20_000_u64).map(|id| (scrambled(id), id)).collect();
    let insert = |entries: Vec<(u64, u64)>| {
        let mut batch = Batch::new();
        postings.insert_many(&engine, &mut batch, entries).unwrap();
        engine.commit(batch).unwrap();
    };
    insert(old.clone());
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Acquire) {
                assert_found(&engine, postings, &old);
            }
        });
        for step in 1..20 {
            let ids = step * 20_000..(step + 1) * 20_000;
            insert(ids.map(|id| (scrambled(id), id)).collect());
        }
        done.store(true, Ordering::Release);
    });
    assert_found(&engine, postings, &old);
}

#[derive(Debug, Clone)]
enum Step {
    Put(Vec<(u64, u16)>),
    Insert(Vec<(u64, u64)>),
    Remove(Vec<(u64, u64)>),
    Commit,
    Reopen,
}

/// Few hashes, so that some have more ids than a bucket holds, and many, so that buckets are cut.
fn posting() -> impl Strategy<Value = (u64, u64)> {
    prop_oneof![
        (0..4_u64, 0..4_000_u64),
        (any::<u64>(), 0..10_u64),
        (Just(u64::MAX), prop_oneof![Just(u64::MAX), any::<u64>()]),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let records = prop::collection::vec(
        (
            0..200_u64,
            prop_oneof![8 => 0..900_u16, 1 => 0..MAX_RECORD as u16],
        ),
        0..60,
    );
    let postings = || {
        prop_oneof![
            prop::collection::vec(posting(), 0..2 * BUCKET_POSTINGS),
            (0..4_u64, 0..3_000_u64, 1..2_000_u64)
                .prop_map(|(hash, from, count)| (from..from + count)
                    .map(|id| (hash, id))
                    .collect()),
        ]
    };
    prop_oneof![
        3 => records.prop_map(Step::Put),
        3 => postings().prop_map(Step::Insert),
        1 => postings().prop_map(Step::Remove),
        2 => Just(Step::Commit),
        1 => Just(Step::Reopen),
    ]
}

fn record_of(id: u64, length: u16) -> Vec<u8> {
    (0..length)
        .map(|at| (id as u8).wrapping_mul(31).wrapping_add(at as u8))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn shelf_and_postings_behave_like_sorted_sets(
        steps in prop::collection::vec(step(), 1..25),
        absent in any::<u64>(),
    ) {
        let directory = tempfile::tempdir().unwrap();
        let mut engine = opened(directory.path());
        let shelf = Shelf::new(Space::Orders);
        let postings = Postings::new(Space::OrderByKey);
        let mut batch = Batch::new();
        let mut records: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
        let mut pairs: BTreeSet<(u64, u64)> = BTreeSet::new();
        for step in steps.into_iter().chain([Step::Commit]) {
            match step {
                Step::Put(mut entries) => {
                    entries.sort_by_key(|entry| entry.0);
                    let entries: Vec<_> = entries
                        .into_iter()
                        .map(|(id, length)| (id, record_of(id, length)))
                        .collect();
                    shelf.put_many(&engine, &mut batch, &entries).unwrap();
                    records.extend(entries);
                }
                Step::Insert(entries) => {
                    postings.insert_many(&engine, &mut batch, entries.clone()).unwrap();
                    pairs.extend(entries);
                }
                Step::Remove(entries) => {
                    postings.remove_many(&engine, &mut batch, entries.clone()).unwrap();
                    for entry in entries {
                        pairs.remove(&entry);
                    }
                }
                Step::Commit => engine.commit(std::mem::take(&mut batch)).unwrap(),
                Step::Reopen => {
                    engine.commit(std::mem::take(&mut batch)).unwrap();
                    drop(engine);
                    engine = opened(directory.path());
                }
            }
        }
        let ids: Vec<u64> = (0..220).collect();
        let mut visited = Vec::new();
        shelf
            .get_many(&engine, &ids, |id, record| visited.push((id, record.map(<[u8]>::to_vec))))
            .unwrap();
        let expected: Vec<_> = ids.iter().map(|id| (*id, records.get(id).cloned())).collect();
        prop_assert_eq!(visited, expected);

        let hashes: BTreeSet<u64> =
            pairs.iter().map(|pair| pair.0).chain([0, 3, absent, u64::MAX]).collect();
        let hashes: Vec<u64> = hashes.into_iter().collect();
        let mut found = Vec::new();
        postings.find_many(&engine, &hashes, |hash, ids| found.push((hash, ids.to_vec()))).unwrap();
        let expected: Vec<_> = hashes
            .iter()
            .map(|&hash| {
                let range = pairs.range((hash, 0)..=(hash, u64::MAX));
                (hash, range.map(|pair| pair.1).collect::<Vec<_>>())
            })
            .collect();
        prop_assert_eq!(&found, &expected);
        let mut backwards = Vec::new();
        let reversed: Vec<u64> = hashes.iter().rev().copied().collect();
        postings
            .find_many(&engine, &reversed, |hash, ids| backwards.push((hash, ids.to_vec())))
            .unwrap();
        backwards.reverse();
        prop_assert_eq!(backwards, expected);
    }
}

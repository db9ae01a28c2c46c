//! Is a torn end cut off and told, whatever a crash left there, and everything before it kept?
//!
//! Invariant: after each cut the journal is appended to and read back whole.

use std::fs;

use proptest::prelude::*;

use super::*;

#[test]
fn a_last_frame_cut_at_any_byte_is_saved_cut_off_and_told() {
    // The last frame stands alone in its segment in one case, behind others in the other.
    for (frames, alone) in [(7, true), (11, false)] {
        let folder = tempfile::tempdir().unwrap();
        let written = new_journal(folder.path(), frames);
        let (last, _) = written[frames - 1];
        assert_eq!(last.start.offset == 0, alone);
        let files = segment_files(folder.path());
        let (path, bytes) = files.last().unwrap();
        for length in last.start.offset..last.end.offset {
            restore(folder.path(), &files);
            fs::write(path, &bytes[..length as usize]).unwrap();

            let refused = open_error(folder.path(), known_good(last.end));
            assert_eq!(
                damage_of(refused),
                Damage::EndsTooSoon {
                    known_good: last.end
                }
            );
            assert_eq!(
                fs::read(path).unwrap().len() as u64,
                length,
                "refused and yet changed"
            );
            assert_eq!(
                damage_of(verify(folder.path(), Some(last.end))),
                Damage::EndsTooSoon {
                    known_good: last.end
                }
            );

            let before = written[frames - 2].0.end;
            let summary = verify(folder.path(), Some(before)).unwrap();
            assert_eq!(summary.frames, frames as u64 - 1);
            assert_eq!(summary.unfinished_bytes, length - last.start.offset);

            let (mut journal, recovery) = open(folder.path(), known_good(before));
            let torn = length - last.start.offset;
            let Position { segment, offset } = last.start;
            let cut = (torn > 0).then_some(Cut {
                segment,
                offset,
                bytes: torn,
            });
            assert_eq!(recovery.cut, cut);
            if cut.is_some() {
                let saved = folder.path().join(format!("torn/{segment}-{offset}.bin"));
                assert_eq!(
                    fs::read(&saved).unwrap(),
                    bytes[offset as usize..length as usize]
                );
                fs::remove_file(saved).unwrap();
            }
            let mut expected = written[..frames - 1].to_vec();
            expected.extend(append_frames(&mut journal, 100..101));
            assert_eq!(
                read_all(folder.path()).unwrap(),
                expected,
                "cut at {length}"
            );
        }
    }
}

#[test]
fn zeros_at_the_end_are_a_tear() {
    let folder = tempfile::tempdir().unwrap();
    let written = new_journal(folder.path(), 11);
    let (last, _) = written[10];
    let files = segment_files(folder.path());
    let (path, bytes) = files.last().unwrap();
    assert!(last.start.offset > 0);
    assert_eq!(
        written[6].0.start,
        Position {
            segment: 2,
            offset: 0
        }
    );

    let mut behind = bytes.clone();
    behind.resize(bytes.len() + 5000, 0);
    let mut instead = bytes[..last.start.offset as usize].to_vec();
    instead.resize(bytes.len(), 0);
    let mut partly = bytes.clone();
    partly[last.start.offset as usize + 40..].fill(0);
    let mut all = bytes.clone();
    all.fill(0);
    for (spoilt, frames) in [
        (behind, 11),
        (instead, 10),
        (partly, 10),
        (all, 6),
        (Vec::new(), 6),
    ] {
        restore(folder.path(), &files);
        fs::write(path, &spoilt).unwrap();
        let (mut journal, recovery) = open(folder.path(), small_segments());
        let end = journal.end();
        let bytes = spoilt.len() as u64 - end.offset;
        assert_eq!(
            recovery.cut,
            (bytes > 0).then_some(Cut {
                segment: end.segment,
                offset: end.offset,
                bytes
            })
        );
        let mut expected = written[..frames].to_vec();
        expected.extend(append_frames(&mut journal, 100..102));
        assert_eq!(read_all(folder.path()).unwrap(), expected);
    }
}

#[test]
fn a_second_tear_at_the_same_place_keeps_the_first_copy() {
    let folder = tempfile::tempdir().unwrap();
    let written = new_journal(folder.path(), 1);
    let path = segment::path(folder.path(), 1);
    let end = written[0].0.end.offset;
    for torn in [b"one", b"two"] {
        let mut bytes = fs::read(&path).unwrap();
        bytes.extend_from_slice(torn);
        fs::write(&path, bytes).unwrap();
        let cut = open(folder.path(), small_segments()).1.cut;
        assert_eq!(
            cut,
            Some(Cut {
                segment: 1,
                offset: end,
                bytes: 3
            })
        );
    }
    assert_eq!(
        fs::read(folder.path().join(format!("torn/1-{end}.bin"))).unwrap(),
        b"one"
    );
    assert_eq!(
        fs::read(folder.path().join(format!("torn/1-{end}-2.bin"))).unwrap(),
        b"two"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_cut_off_the_end_the_frames_before_it_stay(
        batches in prop::collection::vec(
            prop::collection::vec("[ -~äöüß€]{0,200}", 1..20),
            1..20,
        ),
        reopen in any::<u32>(),
        segment_bytes in 1_u64..4000,
        cut in any::<prop::sample::Index>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let options = JournalOptions { segment_bytes, known_good: None };
        let (mut journal, _) = open(folder.path(), options);
        let mut written = Vec::new();
        for (index, batch) in batches.iter().enumerate() {
            if reopen >> index & 1 == 1 {
                journal = open(folder.path(), options).0;
            }
            let lines = (batch.join("\n") + "\n").into_bytes();
            written.push((journal.append(&lines, TIME).unwrap(), lines));
        }
        prop_assert_eq!(&read_all(folder.path()).unwrap(), &written);

        let last = segment::last(folder.path()).unwrap();
        let path = segment::path(folder.path(), last);
        let bytes = fs::read(&path).unwrap();
        let length = cut.index(bytes.len() + 1);
        fs::write(&path, &bytes[..length]).unwrap();
        let here = Position { segment: last, offset: length as u64 };
        written.retain(|(span, _)| span.end <= here);

        let (mut journal, recovery) = open(folder.path(), options);
        prop_assert_eq!(
            recovery.cut.map(|cut| cut.offset + cut.bytes),
            (journal.end() < here).then_some(length as u64)
        );
        written.extend(append_frames(&mut journal, 0..3));
        prop_assert_eq!(&read_all(folder.path()).unwrap(), &written);
        prop_assert_eq!(verify(folder.path(), None).unwrap().unfinished_bytes, 0);
    }
}

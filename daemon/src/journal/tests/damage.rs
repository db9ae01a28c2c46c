//! Is damage to what was once good always told, and never mended or passed over in silence?
//!
//! Invariant: after each refusal the files are as they were before it.

use std::fs;

use super::*;

#[test]
fn a_changed_byte_anywhere_is_found_or_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let written = new_journal(folder.path(), 8);
    let end = written[7].0.end;
    let files = segment_files(folder.path());
    assert!(files.len() >= 2);
    for (number, (path, bytes)) in (1..).zip(&files) {
        for offset in 0..bytes.len() {
            for pattern in [0x01, 0x10, 0x80, 0xFF] {
                let mut spoilt = bytes.clone();
                spoilt[offset] ^= pattern;
                fs::write(path, &spoilt).unwrap();
                let place = Position {
                    segment: number,
                    offset: offset as u64,
                };
                let in_last_frame = place >= written[7].0.start;

                match read_all(folder.path()) {
                    Err(JournalError::Damaged { .. }) => {}
                    Ok(read) if in_last_frame => {
                        // Alone, a spoilt last frame looks like one that is being written.
                        assert!(read == written || read == written[..7], "{place}");
                        assert!(read == written || verify(folder.path(), Some(end)).is_err());
                    }
                    other => panic!("{place} ^ {pattern:#x}: {other:?}"),
                }
                match open_error(folder.path(), known_good(end)) {
                    Err(JournalError::Damaged { .. }) => {}
                    Ok(recovery) => assert_eq!(recovery.cut, None, "{place}"),
                    other => panic!("{place} ^ {pattern:#x}: {other:?}"),
                }
                if !in_last_frame {
                    match open_error(folder.path(), small_segments()) {
                        Err(JournalError::Damaged { .. }) => {}
                        Ok(recovery) => assert_eq!(recovery.cut, None, "{place}"),
                        other => panic!("{place} ^ {pattern:#x}: {other:?}"),
                    }
                }
                assert!(
                    fs::read(path).unwrap() == spoilt,
                    "damage must be left as it is"
                );
            }
        }
        fs::write(path, bytes).unwrap();
    }
    assert!(!folder.path().join("torn").exists());
}

#[test]
fn damage_before_a_readable_frame_is_never_cut_off_by_an_opening() {
    let folder = tempfile::tempdir().unwrap();
    let options = JournalOptions::default();
    let written = append_frames(&mut open(folder.path(), options).0, 0..12);
    let path = segment::path(folder.path(), 1);
    let bytes = fs::read(&path).unwrap();
    // Without any hint from outside: a frame that is gone entirely still has others behind it.
    for (span, _) in &written[..11] {
        let mut spoilt = bytes.clone();
        spoilt[span.start.offset as usize..span.end.offset as usize].fill(0);
        fs::write(&path, &spoilt).unwrap();
        assert_eq!(
            damage_of(open_error(folder.path(), options)),
            Damage::Unreadable
        );
        assert_eq!(damage_of(read_all(folder.path())), Damage::Unreadable);
        assert!(fs::read(&path).unwrap() == spoilt);
    }
}

#[test]
fn frames_left_out_or_exchanged_break_the_chain() {
    let folder = tempfile::tempdir().unwrap();
    let written = append_frames(&mut open(folder.path(), JournalOptions::default()).0, 0..12);
    let path = segment::path(folder.path(), 1);
    let bytes = fs::read(&path).unwrap();
    let frame = |index: usize| {
        let (span, _) = &written[index];
        &bytes[span.start.offset as usize..span.end.offset as usize]
    };
    let in_order = |order: &[usize]| -> Vec<u8> {
        order
            .iter()
            .flat_map(|index| frame(*index).to_vec())
            .collect()
    };
    for order in [
        vec![1, 2, 3],
        vec![0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
        vec![0, 1, 1, 2],
        vec![0, 2, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11],
        vec![0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11],
    ] {
        fs::write(&path, in_order(&order)).unwrap();
        assert_eq!(
            damage_of(read_all(folder.path())),
            Damage::BrokenChain,
            "{order:?}"
        );
        // An opening decodes the last four frames only, and counts the others.
        if order != [0, 2, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11] {
            let opened = open_error(folder.path(), JournalOptions::default());
            assert_eq!(damage_of(opened), Damage::BrokenChain, "{order:?}");
        }
    }
}

#[test]
fn a_missing_segment_is_damage() {
    let folder = tempfile::tempdir().unwrap();
    new_journal(folder.path(), 20);
    let files = segment_files(folder.path());
    assert!(files.len() > 3);
    for (index, (path, _)) in files.iter().enumerate().take(files.len() - 1) {
        restore(folder.path(), &files);
        fs::remove_file(path).unwrap();
        assert_eq!(
            damage_of(open_error(folder.path(), small_segments())),
            Damage::MissingSegment
        );
        assert_eq!(
            damage_of(read_all(folder.path())),
            Damage::MissingSegment,
            "{index}"
        );
    }
    restore(folder.path(), &files);
    let end = verify(folder.path(), None).unwrap().end;
    fs::remove_file(&files.last().unwrap().0).unwrap();
    let ends = Damage::EndsTooSoon { known_good: end };
    assert_eq!(damage_of(open_error(folder.path(), known_good(end))), ends);
    assert_eq!(damage_of(verify(folder.path(), Some(end))), ends);
    fs::remove_dir_all(folder.path()).unwrap();
    assert_eq!(damage_of(open_error(folder.path(), known_good(end))), ends);
}

#[test]
fn an_exchanged_or_shortened_earlier_segment_is_damage() {
    let folder = tempfile::tempdir().unwrap();
    let written = new_journal(folder.path(), 20);
    let other = tempfile::tempdir().unwrap();
    append_frames(&mut open(other.path(), small_segments()).0, 50..70);
    let files = segment_files(folder.path());
    let (path, bytes) = &files[1];
    let last_of_second = written
        .iter()
        .rfind(|(span, _)| span.start.segment == 2)
        .unwrap()
        .0
        .start
        .offset;

    fs::write(path, fs::read(segment::path(other.path(), 2)).unwrap()).unwrap();
    assert_eq!(damage_of(read_all(folder.path())), Damage::BrokenChain);
    fs::write(path, &bytes[..last_of_second as usize]).unwrap();
    assert_eq!(damage_of(read_all(folder.path())), Damage::BrokenChain);
    fs::write(path, &bytes[..bytes.len() - 1]).unwrap();
    assert_eq!(damage_of(read_all(folder.path())), Damage::Unreadable);
}

#[test]
fn a_frame_of_a_newer_version_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    new_journal(folder.path(), 2);
    let path = segment::path(folder.path(), 1);
    let mut bytes = fs::read(&path).unwrap();
    let mut newer = zstd::bulk::Compressor::new(1).unwrap();
    newer.include_checksum(true).unwrap();
    bytes.extend(
        newer
            .compress(b"{\"type\":\"frame\",\"version\":2,\"more\":true}\n")
            .unwrap(),
    );
    fs::write(&path, &bytes).unwrap();
    for result in [
        open_error(folder.path(), small_segments()).map(|_| ()),
        read_all(folder.path()).map(|_| ()),
    ] {
        assert!(matches!(
            result,
            Err(JournalError::UnknownVersion { version: 2, .. })
        ));
    }
    assert!(fs::read(&path).unwrap() == bytes);
}

#[test]
fn errors_say_where_and_what_to_do() {
    let error = JournalError::Damaged {
        path: "journal/000002.ndjson.zst".into(),
        offset: 81_920,
        damage: Damage::EndsTooSoon {
            known_good: Position {
                segment: 3,
                offset: 17,
            },
        },
    };
    expect_test::expect![[r"
        the journal is damaged: `journal/000002.ndjson.zst` at byte 81920: the readable part of the journal ends here, but it once reached up to 000003:17
        hint: keep a copy of the journal folder, then restore this file from a backup; damage is never repaired by itself because frames behind it would be lost"]]
    .assert_eq(&error.to_string());
}

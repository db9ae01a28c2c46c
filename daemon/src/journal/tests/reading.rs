//! Is what was appended read back, wholly and in order, by every way there is to read?
//!
//! Invariant: each reading is compared with the list of what was appended.

use std::fs;
use std::io::Read;
use std::path::Path;

use super::*;

#[test]
fn what_was_appended_is_read_back_over_segments_and_reopenings() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("journal");
    let mut written = Vec::new();
    for round in 0..5 {
        let (mut journal, recovery) = open(&directory, small_segments());
        assert_eq!(recovery, Recovery { cut: None });
        assert_eq!(
            journal.end(),
            written
                .last()
                .map_or(Position::START, |(span, _): &(FrameSpan, _)| span.end)
        );
        written.extend(append_frames(&mut journal, round * 7..(round + 1) * 7));
    }
    assert_eq!(read_all(&directory).unwrap(), written);
    let segments = segment_files(&directory);
    assert!(segments.len() > 3, "{} segments", segments.len());
    assert!(segments.iter().all(|(_, bytes)| bytes.len() <= 1200));

    let summary = verify(&directory, Some(written[34].0.end)).unwrap();
    assert_eq!((summary.frames, summary.end), (35, written[34].0.end));
    assert_eq!(
        summary.lines,
        (0..35).map(|frame| frame % 3 + 1).sum::<u64>()
    );
    assert_eq!(summary.unfinished_bytes, 0);
    let last = summary.last.unwrap();
    assert_eq!((last.seq, last.span), (35, written[34].0));
}

#[test]
fn a_frame_larger_than_a_segment_has_one_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let options = JournalOptions {
        segment_bytes: 10,
        known_good: None,
    };
    let written = append_frames(&mut open(folder.path(), options).0, 0..3);
    assert_eq!(
        written
            .iter()
            .map(|(span, _)| span.start.segment)
            .collect::<Vec<_>>(),
        [1, 2, 3]
    );
    assert_eq!(read_all(folder.path()).unwrap(), written);
}

#[test]
fn a_reader_can_begin_at_each_start_and_each_end_of_a_frame() {
    let folder = tempfile::tempdir().unwrap();
    let written = new_journal(folder.path(), 15);
    for (index, (span, lines)) in written.iter().enumerate() {
        assert_eq!(
            read_from(folder.path(), span.start).unwrap(),
            written[index..]
        );
        assert_eq!(
            read_from(folder.path(), span.end).unwrap(),
            written[index + 1..]
        );
        assert_eq!(
            &Frames::read_at(folder.path(), span.start).unwrap().lines,
            lines
        );
    }
    let end = written[14].0.end;
    for beyond in [
        Position {
            offset: end.offset + 1,
            ..end
        },
        Position {
            segment: end.segment + 1,
            offset: 5,
        },
        Position {
            segment: end.segment + 2,
            offset: 0,
        },
    ] {
        assert!(matches!(
            damage_of(read_from(folder.path(), beyond)),
            Damage::EndsTooSoon { .. }
        ));
    }
    assert!(Frames::read_at(folder.path(), end).is_err());
    assert!(
        Frames::read_at(
            folder.path(),
            Position {
                segment: 1,
                offset: 1
            }
        )
        .is_err()
    );
}

#[test]
fn standard_tools_see_the_frames_and_the_lines_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let written = new_journal(folder.path(), 15);
    let bytes: Vec<u8> = segment_files(folder.path())
        .into_iter()
        .flat_map(|(_, bytes)| bytes)
        .collect();
    let mut text = String::new();
    zstd::stream::read::Decoder::new(&bytes[..])
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();

    let mut lines_without_frames = Vec::new();
    let mut sequence = Vec::new();
    for line in text.lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        if value["type"] == "frame" {
            assert_eq!(
                (&value["version"], &value["time"]),
                (&1.into(), &TIME.into())
            );
            sequence.push(value["seq"].as_u64().unwrap());
        } else {
            lines_without_frames.extend_from_slice(line.as_bytes());
            lines_without_frames.push(b'\n');
        }
    }
    assert_eq!(sequence, (1..=15).collect::<Vec<_>>());
    assert_eq!(
        lines_without_frames,
        written
            .into_iter()
            .flat_map(|(_, lines)| lines)
            .collect::<Vec<_>>()
    );
}

#[test]
fn a_reader_sees_a_frame_as_soon_as_its_last_byte_is_there_and_not_before() {
    let source = tempfile::tempdir().unwrap();
    let written = new_journal(source.path(), 12);
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("journal");
    let mut frames = Frames::open(&directory, Position::START).unwrap();
    assert_eq!(frames.next().unwrap(), None);
    fs::create_dir(&directory).unwrap();

    let mut seen = 0;
    for (number, (_, bytes)) in (1..).zip(segment_files(source.path())) {
        for length in 0..=bytes.len() {
            fs::write(segment::path(&directory, number), &bytes[..length]).unwrap();
            let here = Position {
                segment: number,
                offset: length as u64,
            };
            while let Some(frame) = frames.next().unwrap() {
                assert_eq!(
                    written[seen],
                    (
                        FrameSpan {
                            start: frame.start,
                            end: frame.end
                        },
                        frame.lines
                    )
                );
                assert_eq!(frame.end, here);
                seen += 1;
            }
        }
    }
    assert_eq!(seen, 12);
}

#[test]
fn a_reader_follows_a_writer_that_does_not_wait_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().to_owned();
    let writer = std::thread::spawn(move || {
        let options = JournalOptions {
            segment_bytes: 20_000,
            known_good: None,
        };
        let (mut journal, _) = open(&directory, options);
        append_frames(&mut journal, 0..400)
    });
    let mut frames = Frames::open(folder.path(), Position::START).unwrap();
    let mut read = Vec::new();
    while read.len() < 400 {
        match frames.next().unwrap() {
            Some(frame) => {
                read.push((
                    FrameSpan {
                        start: frame.start,
                        end: frame.end,
                    },
                    frame.lines,
                ));
            }
            None if writer.is_finished() && read.is_empty() => panic!("the writer failed"),
            None => std::thread::yield_now(),
        }
    }
    assert_eq!(read, writer.join().unwrap());
    assert_eq!(frames.next().unwrap(), None);
}

#[test]
fn the_frozen_sample_of_version_1_still_reads_and_goes_on() {
    let frozen = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tests/frozen/journal-v1"
    ));
    let folder = tempfile::tempdir().unwrap();
    for number in [1, 2] {
        fs::copy(
            segment::path(frozen, number),
            segment::path(folder.path(), number),
        )
        .unwrap();
    }
    let expected = fs::read(frozen.join("expected.ndjson")).unwrap();
    let summary = verify(folder.path(), None).unwrap();
    assert_eq!(
        (summary.frames, summary.lines, summary.unfinished_bytes),
        (5, 9, 0)
    );
    let (mut journal, recovery) = open(folder.path(), known_good(summary.end));
    assert_eq!(recovery.cut, None);
    journal.append(b"{}\n", TIME).unwrap();
    let read: Vec<u8> = read_all(folder.path())
        .unwrap()
        .into_iter()
        .flat_map(|(_, lines)| lines)
        .collect();
    assert_eq!(read, [&expected[..], b"{}\n"].concat());
}

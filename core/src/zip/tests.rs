//! Does the reader of zip files read what is right and refuse what is not?

use super::make::Zip;
use super::*;
use proptest::prelude::*;

fn directory(file: &[u8]) -> Result<Directory, Trouble> {
    let mut reader = DirectoryReader::new(file.len() as u64);
    loop {
        let wanted = reader.wanted();
        let begin = wanted.offset as usize;
        if let Some(directory) = reader.give(&file[begin..begin + wanted.length])? {
            return Ok(directory);
        }
    }
}

fn unpacked(file: &[u8], name: &str) -> Result<Vec<u8>, Trouble> {
    let directory = directory(file)?;
    let entry = directory.entry(name).ok_or(Trouble::damaged("name"))?;
    let mut unpacking = Unpacking::begin(entry, 10 << 20)?;
    let mut out = Vec::new();
    while let Some(Stretch { offset, length }) = unpacking.wanted() {
        let begin = (offset as usize).min(file.len());
        let bytes = &file[begin..(begin + length).min(file.len())];
        unpacking.give::<Trouble>(bytes, &mut |piece| {
            out.extend_from_slice(piece);
            Ok(())
        })?;
    }
    Ok(out)
}

#[test]
fn entries_come_out_as_they_went_in() {
    let long: Vec<u8> = (0..200_000u32)
        .flat_map(|number| number.to_string().into_bytes())
        .collect();
    let file = Zip::default()
        .stored("a.txt", b"stored")
        .packed("b\\c.txt", &long)
        .packed("empty", b"")
        .stored("none", b"")
        .finish();
    let names: Vec<_> = directory(&file)
        .unwrap()
        .entries
        .into_iter()
        .map(|entry| entry.name)
        .collect();
    assert_eq!(names, ["a.txt", "b/c.txt", "empty", "none"].map(Box::from));
    assert_eq!(unpacked(&file, "A.TXT").unwrap(), b"stored");
    assert_eq!(unpacked(&file, "/b/c.txt").unwrap(), long);
    assert_eq!(unpacked(&file, "empty").unwrap(), b"");
    assert_eq!(unpacked(&file, "none").unwrap(), b"");
}

#[test]
fn a_comment_at_the_end_is_passed_over() {
    let mut file = Zip::default().stored("a", b"1").finish();
    let length = file.len();
    file[length - 2..].copy_from_slice(&[22, 0]);
    // A comment that looks like an end of its own.
    file.extend(b"PK\x05\x06 and so on, and on");
    file.truncate(length + 22);
    assert_eq!(unpacked(&file, "a").unwrap(), b"1");
}

#[test]
fn numbers_that_need_64_bits_are_read() {
    let small = Zip::default().stored("a", b"1").finish();
    let end = small.len() - 22;
    let mut file = small[..end].to_vec();
    let record = file.len() as u64;
    let begin = u64::from(u32_at(&small, end + 16).unwrap());
    file.extend(b"PK\x06\x06");
    file.extend([0; 20]);
    for number in [1u64, 1, record - begin, begin] {
        file.extend(number.to_le_bytes());
    }
    file.extend(b"PK\x06\x07\0\0\0\0");
    file.extend(record.to_le_bytes());
    file.extend([1, 0, 0, 0]);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend([0xFF; 12]);
    file.extend([0; 2]);
    assert_eq!(unpacked(&file, "a").unwrap(), b"1");
}

#[test]
fn lies_are_found_out() {
    let zip = || Zip::default().packed("a", &[b'x'; 5000]);
    let suspicious = |file: Vec<u8>| matches!(unpacked(&file, "a"), Err(Trouble::Suspicious(_)));
    let damaged = |file: Vec<u8>| matches!(unpacked(&file, "a"), Err(Trouble::Damaged(_)));
    assert!(
        suspicious(zip().again("b").finish()),
        "two entries share bytes"
    );
    assert!(
        suspicious(zip().stored("A", b"").finish()),
        "two entries share a name"
    );
    assert!(
        suspicious(zip().lie(|made| made.packed += 1).finish()),
        "an entry reaches into the directory"
    );
    assert!(damaged(zip().lie(|made| made.crc ^= 1).finish()));
    assert!(damaged(zip().lie(|made| made.unpacked += 1).finish()));
    assert!(damaged(zip().lie(|made| made.unpacked -= 1).finish()));
    assert!(damaged(zip().lie(|made| made.packed -= 1).finish()));
    assert!(damaged(zip().lie(|made| made.method = 12).finish()));
    assert!(damaged(zip().finish()[..50].to_vec()));
    let encrypted = zip().lie(|made| made.flags = 1).finish();
    assert_eq!(unpacked(&encrypted, "a"), Err(Trouble::Encrypted));
    let large = zip().lie(|made| made.unpacked = 11 << 20).finish();
    assert_eq!(unpacked(&large, "a"), Err(Trouble::TooLarge(10 << 20)));
}

#[test]
fn bombs_are_stopped_by_what_comes_out_whatever_is_declared() {
    let bomb = Zip::default().packed("a", &vec![0; 5 << 20]);
    let refused = |file: Vec<u8>| matches!(unpacked(&file, "a"), Err(Trouble::Suspicious(_)));
    assert!(refused(bomb.finish()), "it declares what it is");
    let bomb = Zip::default().packed("a", &vec![0; 5 << 20]);
    assert!(
        refused(bomb.lie(|made| made.unpacked = 100).finish()),
        "it lies"
    );
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = unpacked(&bytes, "a");
    }

    #[test]
    fn no_damage_panics_or_changes_what_comes_out(place in 0usize..1000, bit in 0u8..8) {
        let content = b"some text that is long enough to be packed, packed, packed";
        let mut file = Zip::default().packed("a", content).stored("b", content).finish();
        let place = place % file.len();
        file[place] ^= 1 << bit;
        for name in ["a", "b"] {
            if let Ok(out) = unpacked(&file, name) {
                prop_assert_eq!(&out, content);
            }
        }
    }
}

//! What does a file become that is no text as it stands? The same, however its bytes arrive, and in bounded memory.

use super::Packing;
use crate::code::Code;
use crate::field::Table;
use crate::finding::Finding;
use crate::moment::Moment;
use crate::read::{Framer, ReadOptions, records};
use crate::zip::make::Zip;
use miniz_oxide::deflate::compress_to_vec;
use proptest::prelude::*;

const HEADER: &str =
    "externalSystemId;plenigoOfferId;invoiceCustomerId;quantity;startDate;paymentMethod\n";

fn file(rows: usize) -> String {
    let row = |at| format!("A-{at};O_MZA1E7173120881551;C1;1;2026-01-01T00:00:00Z;PAYPAL\n");
    HEADER.to_owned() + &(0..rows).map(row).collect::<String>()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut file = b"\x1F\x8B\x08\x08\0\0\0\0\0\x03orders.csv\0".to_vec();
    file.extend(compress_to_vec(bytes, 6));
    file.extend(crc32fast::hash(bytes).to_le_bytes());
    file.extend((bytes.len() as u32).to_le_bytes());
    file
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};
    compress_to_vec(bytes, CompressionLevel::Fastest)
}

fn options() -> ReadOptions {
    let now = Moment::parse("2026-06-01T00:00:00Z").unwrap();
    ReadOptions::new(Table::Orders, now)
}

/// The raw records, what was found about the file, and what it was packed with.
type Read = (Vec<String>, Vec<Finding>, Option<Packing>);

fn read(options: ReadOptions, file: &[u8], piece: usize) -> Read {
    let mut framer = Framer::new(options);
    let mut raw = Vec::new();
    let mut findings = Vec::new();
    let mut drain = |framer: &mut Framer| {
        findings.extend(framer.take_findings());
        while let Some(block) = framer.next_block() {
            let shape = framer.shape().cloned().unwrap();
            records(&shape, &block, &mut |record| {
                raw.push(String::from_utf8_lossy(record.raw).into_owned());
            });
            framer.reuse(block.bytes);
        }
        findings.extend(framer.take_findings());
    };
    for piece in file.chunks(piece.max(1)) {
        framer.push(piece);
        drain(&mut framer);
    }
    framer.finish();
    drain(&mut framer);
    let packing = framer.shape().and_then(|shape| shape.packing);
    (raw, findings, packing)
}

fn found(file: &[u8]) -> Vec<Code> {
    let (_, findings, _) = read(options(), file, usize::MAX);
    findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn what_is_packed_reads_as_what_was_packed() {
    let text = file(2000);
    let plain = read(options(), text.as_bytes(), usize::MAX);
    for (packed, packing) in [
        (gzip(text.as_bytes()), Packing::Gzip),
        (zstd(text.as_bytes()), Packing::Zstd),
        (
            Zip::default()
                .stored("export/", b"")
                .packed("export/orders.csv", text.as_bytes())
                .stored("__MACOSX/export/._orders.csv", b"\0\x05\x16\x07")
                .finish(),
            Packing::Zip,
        ),
    ] {
        for piece in [1, 1000, usize::MAX] {
            let unpacked = read(options(), &packed, piece);
            assert_eq!(unpacked.0, plain.0, "{packing:?}");
            assert_eq!((&unpacked.1, unpacked.2), (&plain.1, Some(packing)));
        }
    }
}

#[test]
fn layers_lie_in_one_order() {
    let narrow = [file(0).as_bytes(), b"M\xFCller;O;C;1;2026;X\n"].concat();
    let (raw, findings, packing) = read(options(), &gzip(&narrow), 7);
    assert_eq!(raw, ["Müller;O;C;1;2026;X"]);
    assert_eq!(findings[0].code, Code::EncodingDecoded);
    assert_eq!(findings[0].line, 2);
    assert_eq!(packing, Some(Packing::Gzip));
    let nested = [Code::ArchiveNested];
    assert_eq!(found(&gzip(&gzip(b"id"))), nested);
    assert_eq!(found(&zstd(&gzip(b"id"))), nested);
    let zip = Zip::default().stored("orders.zip", &Zip::default().finish());
    assert_eq!(found(&zip.finish()), nested);
}

#[test]
fn which_file_of_several_is_meant_is_not_guessed() {
    let zip = Zip::default().stored("a.csv", b"1").packed("b.csv", b"2");
    let (_, findings, _) = read(options(), &zip.finish(), 5);
    assert_eq!(findings[0].code, Code::ArchiveSeveral);
    assert_eq!(findings[0].value.as_deref(), Some("a.csv, b.csv"));
    let empty = Zip::default().stored("folder/", b"");
    assert_eq!(found(&empty.finish()), [Code::ArchiveEmpty]);
    let locked = Zip::default()
        .stored("a.csv", b"1")
        .lie(|made| made.flags = 1);
    assert_eq!(found(&locked.finish()), [Code::ArchiveEncrypted]);
}

#[test]
fn limits_hold_while_it_comes_out() {
    let bomb = (HEADER.to_owned() + &"\n".repeat(6 << 20)).into_bytes();
    for packed in [gzip(&bomb), zstd(&bomb)] {
        assert!(packed.len() < 32 << 10);
        assert_eq!(found(&packed), [Code::UnpackedRatio]);
    }
    let text = file(3000);
    let mut small = options();
    small.limits.unpacked_bytes = 2000;
    let zip = Zip::default().packed("a.csv", text.as_bytes()).finish();
    for packed in [gzip(text.as_bytes()), zstd(text.as_bytes()), zip.clone()] {
        let whole = read(small.clone(), &packed, usize::MAX);
        assert_eq!(
            whole.1.last().map(|last| last.code),
            Some(Code::UnpackedTooLarge)
        );
        assert_eq!(read(small.clone(), &packed, 1), whole);
    }
    small.limits.archive_bytes = 100;
    let (_, findings, _) = read(small, &zip, 64);
    assert_eq!(findings[0].code, Code::ArchiveTooLarge);
}

#[test]
fn a_bomb_takes_little_memory() {
    let packed = gzip(
        &(HEADER.to_owned() + &"x".repeat(3000) + "\n")
            .repeat(4000)
            .into_bytes(),
    );
    let mut framer = Framer::new(options());
    let mut most = 0;
    framer.push(&packed);
    framer.finish();
    while let Some(block) = framer.next_block() {
        most = most.max(framer.held() + block.bytes.capacity());
        framer.reuse(block.bytes);
    }
    assert!(most < 4 << 20, "{most} bytes");
}

#[test]
fn what_is_damaged_or_cut_off_is_said() {
    let text = file(300);
    for packed in [gzip(text.as_bytes()), zstd(text.as_bytes())] {
        let cut = &packed[..packed.len() - 9];
        let (raw, findings, _) = read(options(), cut, usize::MAX);
        assert_eq!(
            findings.last().map(|last| last.code),
            Some(Code::ArchiveTruncated)
        );
        assert_eq!(read(options(), cut, 1).0, raw);
    }
    let mut wrong = gzip(text.as_bytes());
    let checksum = wrong.len() - 6;
    wrong[checksum] ^= 0xFF;
    let (raw, findings, _) = read(options(), &wrong, 100);
    assert_eq!((raw.len(), findings[0].code), (300, Code::ArchiveDamaged));
    let behind = [gzip(text.as_bytes()), b"more".to_vec()].concat();
    assert_eq!(found(&behind), [Code::ArchiveDamaged]);
    let members = [gzip(text.as_bytes()), gzip(b"x;y\n"), vec![0; 100]].concat();
    assert_eq!(read(options(), &members, 9).0.len(), 301);
}

proptest! {
    #[test]
    fn damage_never_panics_and_pieces_show_nowhere(
        which in 0usize..3,
        place in 0usize..2000,
        byte in any::<u8>(),
        cut in 0usize..2000,
        piece in 1usize..300,
    ) {
        let text = file(60);
        let mut packed = match which {
            0 => gzip(text.as_bytes()),
            1 => zstd(text.as_bytes()),
            _ => Zip::default().packed("a.csv", text.as_bytes()).finish(),
        };
        let at = place % packed.len();
        packed[at] = byte;
        packed.truncate(packed.len() - cut.saturating_sub(1500).min(packed.len()));
        prop_assert_eq!(read(options(), &packed, piece), read(options(), &packed, usize::MAX));
    }
}

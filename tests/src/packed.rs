//! How do tests pack what they hand over?
//! Byte by byte where a well-behaved packer would not do it, so that a test can say what stands in a directory.

use std::borrow::Cow;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};

/// Files that are stored in a zip file, with flags.
pub fn zip(files: &[(&str, &[u8])], flags: u16) -> Vec<u8> {
    archive(files, flags, 0, Cow::Borrowed)
}

/// Files that are packed into a zip file.
pub fn packed_zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    archive(files, 0, 8, |content| {
        let mut packer = DeflateEncoder::new(Vec::new(), Compression::fast());
        // Writing into memory cannot fail.
        let _ = packer.write_all(content);
        Cow::Owned(packer.finish().unwrap_or_default())
    })
}

/// Bytes, packed.
pub fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    // Writing into memory cannot fail.
    let _ = packer.write_all(bytes);
    packer.finish().unwrap_or_default()
}

fn archive<'c>(
    files: &[(&str, &'c [u8])],
    flags: u16,
    method: u16,
    pack: impl Fn(&'c [u8]) -> Cow<'c, [u8]>,
) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let packed = pack(content);
        let mut checksum = flate2::Crc::new();
        checksum.update(content);
        let mut common = Vec::new();
        for number in [20, flags, method, 0, 0] {
            common.extend(number.to_le_bytes());
        }
        for number in [checksum.sum(), packed.len() as u32, content.len() as u32] {
            common.extend(number.to_le_bytes());
        }
        common.extend((name.len() as u16).to_le_bytes());
        common.extend([0; 2]);
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend((bytes.len() as u32).to_le_bytes());
        directory.extend(name.as_bytes());
        bytes.extend(b"PK\x03\x04");
        bytes.extend(&common);
        bytes.extend(name.as_bytes());
        bytes.extend_from_slice(&packed);
    }
    let (at, length, count) = (bytes.len(), directory.len(), files.len() as u16);
    bytes.append(&mut directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend([count, count].map(u16::to_le_bytes).concat());
    bytes.extend([length as u32, at as u32].map(u32::to_le_bytes).concat());
    bytes.extend([0; 2]);
    bytes
}

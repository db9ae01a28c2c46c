//! How do lines become the bytes of one frame, and back?
//!
//! Invariant: what decodes here has passed both content checksums, and its header describes its body.

use std::io;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe;

use super::error::{Damage, JournalError};

/// Most bytes of lines in one frame, before compression: 256 MiB.
pub const MAX_CONTENT_BYTES: u64 = 256 << 20;

/// No header is longer than this, neither compressed nor decompressed.
pub(super) const MAX_HEADER_BYTES: usize = 1024;

/// The first bytes of every zstd frame (RFC 8878, section 3.1.1).
pub(super) const ZSTD_MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];

/// Memory that is kept from one body to the next.
const MOST_ROOM: usize = 16 << 20;

const VERSION: u32 = 1;
const FRAME_TYPE: &str = "frame";
const COMPRESSION_LEVEL: i32 = 1;

/// SHA-256 of a frame's compressed bytes, header and body.
pub(super) type FrameDigest = [u8; 32];

/// What the first frame names as its predecessor.
pub(super) const NO_FRAME: FrameDigest = [0; 32];

/// Lines that are compressed and ready to be appended by
/// [`Journal::append_compressed`](super::Journal::append_compressed).
#[derive(Debug, Clone)]
pub struct Body {
    compressed: Vec<u8>,
    lines: u64,
}

impl Body {
    /// How many lines it holds.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// How many bytes it takes on disk, without the frame's header (some 200 bytes).
    pub fn compressed_bytes(&self) -> u64 {
        self.compressed.len() as u64
    }

    pub(super) fn compressed(&self) -> &[u8] {
        &self.compressed
    }
}

/// Compresses lines outside of the journal, one such object for each thread.
pub struct BodyCompressor {
    zstd: Compressor<'static>,
    /// Kept from body to body: room for the worst case is large, and new memory must be cleared by the system.
    room: Vec<u8>,
}

impl BodyCompressor {
    /// Takes some hundred kilobytes of memory for its tables.
    pub fn new() -> Result<BodyCompressor, JournalError> {
        frame_compressor()
            .map(|zstd| BodyCompressor {
                zstd,
                room: Vec::new(),
            })
            .map_err(|source| JournalError::Compress { source })
    }

    /// Compresses one or more lines, each ended by a line feed, of at most
    /// [`MAX_CONTENT_BYTES`] together.
    pub fn compress(&mut self, lines: &[u8]) -> Result<Body, JournalError> {
        if lines.last() != Some(&b'\n') {
            return Err(JournalError::NotWholeLines);
        }
        if lines.len() as u64 > MAX_CONTENT_BYTES {
            return Err(JournalError::TooLarge {
                bytes: lines.len() as u64,
                limit: MAX_CONTENT_BYTES,
            });
        }
        self.room.clear();
        self.room.reserve(zstd::compress_bound(lines.len()));
        self.zstd
            .compress_to_buffer(lines, &mut self.room)
            .map_err(|source| JournalError::Compress { source })?;
        let compressed = self.room.clone();
        // One rare huge body must not hold its memory for ever.
        self.room.shrink_to(MOST_ROOM);
        Ok(Body {
            compressed,
            lines: count_lines(lines),
        })
    }
}

/// The first line of a frame, parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) seq: u64,
    pub(super) prev: FrameDigest,
    pub(super) time: String,
    pub(super) lines: u64,
    pub(super) body_bytes: u64,
}

/// Why bytes are not a frame.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Incomplete, or broken in a way that a torn write can leave behind.
    Unreadable,
    /// Complete and with good checksums, so no tear, and yet not what the journal writes.
    Wrong(Damage),
    /// Complete, but of another version than this program knows.
    UnknownVersion(u32),
}

/// Writes headers; the counterpart of [`FrameDecoder`].
pub(super) struct HeaderEncoder {
    zstd: Compressor<'static>,
}

impl HeaderEncoder {
    pub(super) fn new() -> Result<HeaderEncoder, JournalError> {
        frame_compressor()
            .map(|zstd| HeaderEncoder { zstd })
            .map_err(|source| JournalError::Compress { source })
    }

    /// The header's zstd frame.
    pub(super) fn encode(&mut self, header: &Header) -> Result<Vec<u8>, JournalError> {
        let prev = to_hex(&header.prev);
        let wire = HeaderWire {
            kind: FRAME_TYPE.into(),
            version: VERSION,
            seq: header.seq,
            prev: prev.as_str().into(),
            time: header.time.as_str().into(),
            lines: header.lines,
            bytes: header.body_bytes,
        };
        let mut line = serde_json::to_vec(&wire).map_err(|error| JournalError::Compress {
            source: error.into(),
        })?;
        line.push(b'\n');
        self.zstd
            .compress(&line)
            .map_err(|source| JournalError::Compress { source })
    }
}

/// Decodes headers and bodies.
pub(super) struct FrameDecoder {
    zstd: Decompressor<'static>,
}

impl FrameDecoder {
    pub(super) fn new() -> FrameDecoder {
        FrameDecoder {
            zstd: Decompressor::default(),
        }
    }

    /// The header at the start of `bytes`, and how many bytes it takes.
    pub(super) fn header(&mut self, bytes: &[u8]) -> Result<(Header, usize), Fault> {
        let length = zstd_frame_length(bytes).ok_or(Fault::Unreadable)?;
        let size = content_size(bytes).ok_or(Fault::Unreadable)?;
        if length > MAX_HEADER_BYTES || size > MAX_HEADER_BYTES as u64 {
            // A body or foreign data stands here if it decodes; whether it does is not worth
            // its memory, and it is no header either way.
            return Err(Fault::Unreadable);
        }
        let line = self.content(&bytes[..length], size)?;
        parse_header(&line).map(|header| (header, length))
    }

    /// The lines in `bytes`, which are exactly as long as `header` says.
    pub(super) fn body(&mut self, bytes: &[u8], header: &Header) -> Result<Vec<u8>, Fault> {
        if zstd_frame_length(bytes) != Some(bytes.len()) {
            return Err(Fault::Unreadable);
        }
        let size = content_size(bytes).ok_or(Fault::Unreadable)?;
        if size > MAX_CONTENT_BYTES {
            return Err(Fault::Wrong(Damage::OverLimit {
                bytes: size,
                limit: MAX_CONTENT_BYTES,
            }));
        }
        let lines = self.content(bytes, size)?;
        if lines.last() != Some(&b'\n') || count_lines(&lines) != header.lines {
            return Err(Fault::Wrong(Damage::HeaderMismatch));
        }
        Ok(lines)
    }

    fn content(&mut self, bytes: &[u8], size: u64) -> Result<Vec<u8>, Fault> {
        let size = usize::try_from(size).map_err(|_| Fault::Unreadable)?;
        let mut content = Vec::new();
        content
            .try_reserve_exact(size)
            .map_err(|_| Fault::Unreadable)?;
        match self.zstd.decompress_to_buffer(bytes, &mut content) {
            Ok(_) if content.len() == size => Ok(content),
            _ => Err(Fault::Unreadable),
        }
    }
}

/// The compressed length of the zstd frame at the start of `bytes`, by its block headers alone,
/// or nothing if it is not all there or not of the form that the journal writes.
pub(super) fn zstd_frame_length(bytes: &[u8]) -> Option<usize> {
    // Descriptor bits (RFC 8878, section 3.1.1.1.1): checksum on; unused, reserved and dictionary
    // bits off. Without this a single flipped bit would switch the checksum off.
    let descriptor = *bytes.get(4)?;
    if !bytes.starts_with(&ZSTD_MAGIC) || descriptor & 0b0001_1111 != 0b0000_0100 {
        return None;
    }
    zstd_safe::find_frame_compressed_size(bytes)
        .ok()
        .filter(|length| *length <= bytes.len())
}

/// SHA-256 over the parts of a frame.
pub(super) fn digest(parts: &[&[u8]]) -> FrameDigest {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

#[derive(Serialize, Deserialize)]
struct HeaderWire<'a> {
    #[serde(rename = "type", borrow)]
    kind: std::borrow::Cow<'a, str>,
    version: u32,
    seq: u64,
    #[serde(borrow)]
    prev: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    time: std::borrow::Cow<'a, str>,
    lines: u64,
    bytes: u64,
}

/// What a header of any version has.
#[derive(Deserialize)]
struct AnyVersionWire<'a> {
    #[serde(rename = "type", borrow)]
    kind: std::borrow::Cow<'a, str>,
    version: u32,
}

fn frame_compressor() -> io::Result<Compressor<'static>> {
    let mut compressor = Compressor::new(COMPRESSION_LEVEL)?;
    compressor.include_checksum(true)?;
    compressor.include_contentsize(true)?;
    Ok(compressor)
}

fn parse_header(line: &[u8]) -> Result<Header, Fault> {
    let wrong = || Fault::Wrong(Damage::NotAFrame);
    let text = line.strip_suffix(b"\n").ok_or_else(wrong)?;
    let any: AnyVersionWire = serde_json::from_slice(text).map_err(|_| wrong())?;
    if any.kind != FRAME_TYPE {
        return Err(wrong());
    }
    if any.version != VERSION {
        return Err(Fault::UnknownVersion(any.version));
    }
    let wire: HeaderWire = serde_json::from_slice(text).map_err(|_| wrong())?;
    Ok(Header {
        seq: wire.seq,
        prev: from_hex(&wire.prev).ok_or_else(wrong)?,
        time: wire.time.into_owned(),
        lines: wire.lines,
        body_bytes: wire.bytes,
    })
}

fn content_size(bytes: &[u8]) -> Option<u64> {
    zstd_safe::get_frame_content_size(bytes).ok().flatten()
}

fn count_lines(lines: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', lines).count() as u64
}

fn to_hex(digest: &FrameDigest) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    digest
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

fn from_hex(text: &str) -> Option<FrameDigest> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() || pairs.len() != 32 {
        return None;
    }
    let mut digest = NO_FRAME;
    for (byte, [high, low]) in digest.iter_mut().zip(pairs) {
        *byte = hex_digit(*high)? << 4 | hex_digit(*low)?;
    }
    Some(digest)
}

fn hex_digit(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'a'..=b'f' => Some(character - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample_header(body: &Body) -> Header {
        Header {
            seq: 7,
            prev: digest(&[b"the frame before"]),
            time: "2026-11-23T09:00:00Z".to_owned(),
            lines: body.lines(),
            body_bytes: body.compressed_bytes(),
        }
    }

    #[test]
    fn a_header_and_a_body_come_back_as_they_were() {
        let lines = b"{\"row\":1}\n{\"row\":2}\n";
        let body = BodyCompressor::new().unwrap().compress(lines).unwrap();
        let header = sample_header(&body);
        let bytes = HeaderEncoder::new().unwrap().encode(&header).unwrap();
        let mut decoder = FrameDecoder::new();
        assert_eq!(decoder.header(&bytes), Ok((header.clone(), bytes.len())));
        assert_eq!(decoder.body(body.compressed(), &header), Ok(lines.to_vec()));
    }

    #[test]
    fn the_header_line_has_a_stable_form() {
        let body = BodyCompressor::new().unwrap().compress(b"{}\n").unwrap();
        let header = Header {
            body_bytes: 16,
            ..sample_header(&body)
        };
        let bytes = HeaderEncoder::new().unwrap().encode(&header).unwrap();
        let line = zstd::decode_all(&bytes[..]).unwrap();
        expect_test::expect![[r#"
            {"type":"frame","version":1,"seq":7,"prev":"82e3aacfc7ac52bb74358a2abb410992dfcac1b1ad8ac2a5fcbd99274e6c49e9","time":"2026-11-23T09:00:00Z","lines":1,"bytes":16}
        "#]]
        .assert_eq(&String::from_utf8(line).unwrap());
    }

    #[test]
    fn bytes_that_are_not_whole_lines_are_refused() {
        let mut compressor = BodyCompressor::new().unwrap();
        for lines in [&b""[..], b"{}", b"{}\n{}"] {
            assert!(matches!(
                compressor.compress(lines),
                Err(JournalError::NotWholeLines)
            ));
        }
    }

    #[test]
    fn intact_frames_of_another_kind_or_version_are_no_tears() {
        let mut zstd = frame_compressor().unwrap();
        let mut read = |line: &str| {
            FrameDecoder::new()
                .header(&zstd.compress(line.as_bytes()).unwrap())
                .unwrap_err()
        };
        assert_eq!(read("{\"row\":1}\n"), Fault::Wrong(Damage::NotAFrame));
        assert_eq!(
            read("{\"type\":\"frame\",\"version\":1}\n"),
            Fault::Wrong(Damage::NotAFrame)
        );
        assert_eq!(
            read("{\"type\":\"frame\",\"version\":2}\n"),
            Fault::UnknownVersion(2)
        );
    }

    #[test]
    fn a_body_of_too_many_bytes_is_refused_before_memory_is_spent() {
        let zeros = vec![b'\n'; (MAX_CONTENT_BYTES + 1) as usize];
        assert!(matches!(
            BodyCompressor::new().unwrap().compress(&zeros),
            Err(JournalError::TooLarge { .. })
        ));
        let bytes = frame_compressor().unwrap().compress(&zeros).unwrap();
        let body = Body {
            compressed: bytes,
            lines: zeros.len() as u64,
        };
        assert_eq!(
            FrameDecoder::new().body(body.compressed(), &sample_header(&body)),
            Err(Fault::Wrong(Damage::OverLimit {
                bytes: MAX_CONTENT_BYTES + 1,
                limit: MAX_CONTENT_BYTES
            }))
        );
    }

    #[test]
    fn a_header_that_counts_other_lines_than_the_body_has_is_found() {
        let body = BodyCompressor::new()
            .unwrap()
            .compress(b"{}\n{}\n")
            .unwrap();
        let header = Header {
            lines: 3,
            ..sample_header(&body)
        };
        assert_eq!(
            FrameDecoder::new().body(body.compressed(), &header),
            Err(Fault::Wrong(Damage::HeaderMismatch))
        );
    }
}

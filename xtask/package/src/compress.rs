//! How small do bytes become on their way?
//! The same bytes give the same compressed bytes: no time and no name stands in them.

use std::io::Write as _;

use anyhow::Context as _;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, GzBuilder};
use sha2::{Digest as _, Sha256};

use crate::decimal::kilobytes;

/// With brotli, as small as it gets.
pub(crate) fn brotli(bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
    let parameters = BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        size_hint: bytes.len(),
        ..BrotliEncoderParams::default()
    };
    let mut small = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut small, &parameters)
        .context("cannot compress with brotli")?;
    Ok(small)
}

/// With gzip, as small as it gets.
pub(crate) fn gzip(bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut encoder = GzBuilder::new().write(Vec::new(), Compression::best());
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .context("cannot compress with gzip")
}

/// In base64.
pub(crate) fn base64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

/// As a policy names content: `'sha256-…'`.
pub(crate) fn policy_hash(bytes: &[u8]) -> String {
    format!("'sha256-{}'", base64(&Sha256::digest(bytes)))
}

/// The length, as it is and compressed.
pub(crate) fn sizes(bytes: &[u8]) -> anyhow::Result<String> {
    let plain = kilobytes(bytes.len());
    Ok(format!(
        "{plain}, {} compressed with brotli",
        kilobytes(brotli(bytes)?.len())
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn what_is_compressed_comes_back() {
        let bytes: Vec<u8> = (0..100_000u32).map(|at| (at / 7 % 251) as u8).collect();
        let mut back = Vec::new();
        let small = gzip(&bytes).unwrap();
        flate2::read::GzDecoder::new(&small[..])
            .read_to_end(&mut back)
            .unwrap();
        assert_eq!(back, bytes);
        let mut back = Vec::new();
        let small = brotli(&bytes).unwrap();
        brotli::BrotliDecompress(&mut &small[..], &mut back).unwrap();
        assert_eq!(back, bytes);
    }

    #[test]
    fn a_policy_names_content_by_its_hash() {
        assert_eq!(
            policy_hash(b""),
            "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
        );
    }
}

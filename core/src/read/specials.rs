//! Where in a stretch of bytes stands anything but plain text?
//! Sixty-four bytes at a time and without a branch on any of them, so that compilers make vector code of it on every target.

/// The places of every byte that is the delimiter, a quote, or no printable ASCII character, in order.
pub(super) struct Specials {
    /// With room behind them, which is filled before it is known how much is needed.
    places: Box<[u32]>,
    count: usize,
}

impl Specials {
    /// Room for what stands in so many bytes.
    pub(super) fn with_room_for(bytes: usize) -> Self {
        Self {
            places: vec![0; bytes.next_multiple_of(GROUP) + AT_ONCE].into(),
            count: 0,
        }
    }

    /// Those of these bytes, at most as many as there is room for.
    pub(super) fn of(&mut self, bytes: &[u8], delimiter: u8) -> &[u32] {
        self.count = 0;
        let (groups, rest) = bytes.as_chunks::<GROUP>();
        for (index, group) in groups.iter().enumerate() {
            self.put(mask_of(group, delimiter), index * GROUP);
        }
        if !rest.is_empty() {
            let mut last = [b' '; GROUP];
            last[..rest.len()].copy_from_slice(rest);
            self.put(mask_of(&last, delimiter), groups.len() * GROUP);
        }
        &self.places[..self.count]
    }

    fn put(&mut self, mut mask: u64, start: usize) {
        let end = self.count + mask.count_ones() as usize;
        // Cells are short, so that one group has several, but seldom more than are put down in one go.
        while mask != 0 {
            for place in &mut self.places[self.count..][..AT_ONCE] {
                *place = start as u32 + mask.trailing_zeros();
                mask &= mask.wrapping_sub(1);
            }
            self.count += AT_ONCE;
        }
        self.count = end;
    }
}

const AT_ONCE: usize = 8;

const GROUP: usize = 64;

/// A bit for each byte that is special, the lowest for the first.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
fn mask_of(group: &[u8; GROUP], delimiter: u8) -> u64 {
    use std::arch::wasm32::{
        i8x16_add, i8x16_bitmask, i8x16_eq, i8x16_le, i8x16_splat, u64x2, v128_or,
    };
    let (vectors, _) = group.as_chunks::<16>();
    vectors.iter().enumerate().fold(0, |mask, (index, vector)| {
        let (words, _) = vector.as_chunks::<8>();
        let bytes = u64x2(u64::from_le_bytes(words[0]), u64::from_le_bytes(words[1]));
        // As below.
        let are_unprintable = i8x16_le(i8x16_add(bytes, i8x16_splat(1)), i8x16_splat(0x20));
        let are_quotes = i8x16_eq(bytes, i8x16_splat(b'"' as i8));
        let are_delimiters = i8x16_eq(bytes, i8x16_splat(delimiter as i8));
        let are_special = v128_or(v128_or(are_unprintable, are_quotes), are_delimiters);
        mask | u64::from(i8x16_bitmask(are_special)) << (index * 16)
    })
}

/// A bit for each byte that is special, the lowest for the first.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
fn mask_of(group: &[u8; GROUP], delimiter: u8) -> u64 {
    let mut flags = [0; GROUP];
    for (flag, byte) in flags.iter_mut().zip(group) {
        // One more, seen as a signed number, is at most a space for control characters, DEL and whatever is not ASCII.
        let is_unprintable = byte.wrapping_add(1) as i8 <= b' ' as i8;
        *flag = u8::from(is_unprintable) | u8::from(*byte == b'"') | u8::from(*byte == delimiter);
    }
    let (words, _) = flags.as_chunks::<8>();
    words.iter().enumerate().fold(0, |mask, (index, flags)| {
        mask | first_bits(u64::from_le_bytes(*flags)) << (index * 8)
    })
}

/// The lowest bits of eight bytes, of which no other bit is set, side by side.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
fn first_bits(flags: u64) -> u64 {
    flags.wrapping_mul(0x0102_0408_1020_4080) >> 56
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn finds_what_a_plain_search_finds(
            bytes in proptest::collection::vec(proptest::prop_oneof![0u8..=255, 0x1f..=0x22u8, 0x7e..=0x80u8], 0..300),
            delimiter in proptest::sample::select(vec![b',', b';', b'\t']),
        ) {
            let mut specials = Specials::with_room_for(bytes.len());
            let found = specials.of(&bytes, delimiter);
            let is_plain = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'"' && byte != delimiter;
            let plain = (0..bytes.len()).filter(|at| !is_plain(bytes[*at]));
            let expected: Vec<u32> = plain.map(|at| at as u32).collect();
            proptest::prop_assert_eq!(found, expected);
        }
    }
}

//! Is what was unpacked what was packed?
//! The CRC-32 of gzip and zip. Natively by the processor's own instructions; for browsers by a table that is made when it is
//! needed, since the tables of the quick way would be a twentieth of what a page loads.

#[cfg(target_arch = "wasm32")]
pub(crate) use by_table::Crc32;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use crc32fast::Hasher as Crc32;

#[cfg(any(test, target_arch = "wasm32"))]
mod by_table {
    /// The checksum of bytes that come in pieces.
    #[derive(Clone, Debug)]
    pub(crate) struct Crc32 {
        /// For each last byte what it does to the rest.
        table: Box<[u32; 256]>,
        state: u32,
    }

    /// The polynomial, its highest power first.
    const POLYNOMIAL: u32 = 0xedb8_8320;

    impl Default for Crc32 {
        fn default() -> Self {
            Self::new()
        }
    }

    impl Crc32 {
        /// Of no bytes.
        pub(crate) fn new() -> Self {
            let mut table = Box::new([0; 256]);
            for (byte, entry) in (0..).zip(table.iter_mut()) {
                *entry = (0..8).fold(byte, |rest: u32, _| {
                    rest >> 1 ^ if rest & 1 == 1 { POLYNOMIAL } else { 0 }
                });
            }
            Self { table, state: !0 }
        }

        /// Takes the next bytes.
        pub(crate) fn update(&mut self, bytes: &[u8]) {
            self.state = bytes.iter().fold(self.state, |state, byte| {
                state >> 8 ^ self.table[usize::from(state as u8 ^ byte)]
            });
        }

        /// The checksum.
        pub(crate) fn finalize(self) -> u32 {
            !self.state
        }
    }
}

#[cfg(test)]
mod tests {
    use super::by_table::Crc32;

    proptest::proptest! {
        #[test]
        fn both_ways_lead_to_the_same(pieces in proptest::collection::vec(proptest::collection::vec(0u8..=255, 0..50), 0..5)) {
            let mut crc = Crc32::new();
            for piece in &pieces {
                crc.update(piece);
            }
            proptest::prop_assert_eq!(crc.finalize(), crc32fast::hash(&pieces.concat()));
        }
    }
}

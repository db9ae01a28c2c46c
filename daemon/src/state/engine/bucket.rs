//! What does a bucket of postings look like, byte for byte?
//!
//! Invariant: the postings in a bucket ascend, and none is there twice.
//!
//! A bucket is a header (version; bytes a hash; bytes an id; number of postings; smallest hash),
//! then all hashes less the smallest one, then all ids, then eight bytes of nothing so that any
//! number can be read as a whole word. All numbers are little-endian.

/// A hash and an id under it.
pub(super) type Posting = (u64, u64);

const VERSION: u8 = 1;
const HEADER_LENGTH: usize = 1 + 1 + 1 + 2 + 8;
const PADDING: usize = 8;

/// A bucket as it is stored.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bucket<'a> {
    hash_width: usize,
    id_width: usize,
    count: usize,
    smallest: u64,
    hashes: &'a [u8],
    ids: &'a [u8],
}

impl<'a> Bucket<'a> {
    /// `None` if the bytes are no bucket of this version.
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (header, columns) = bytes.split_first_chunk::<HEADER_LENGTH>()?;
        let [
            version,
            hash_width,
            id_width,
            count @ ..,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
        ] = *header;
        let hash_width = usize::from(hash_width);
        let id_width = usize::from(id_width);
        let count = usize::from(u16::from_le_bytes(count));
        let (_, smallest) = header.split_last_chunk::<8>()?;
        if version != VERSION || hash_width > 8 || id_width > 8 {
            return None;
        }
        if columns.len() != count * (hash_width + id_width) + PADDING {
            return None;
        }
        Some(Self {
            hash_width,
            id_width,
            count,
            smallest: u64::from_le_bytes(*smallest),
            hashes: columns,
            ids: columns.get(count * hash_width..)?,
        })
    }

    /// The form in which ascending postings are stored. There are less than 2¹⁶ of them.
    pub(super) fn to_bytes(postings: &[Posting]) -> Vec<u8> {
        let smallest = postings.first().map_or(0, |posting| posting.0);
        let largest = postings.last().map_or(0, |posting| posting.0);
        let largest_id = postings.iter().map(|posting| posting.1).max().unwrap_or(0);
        let hash_width = width(largest - smallest);
        let id_width = width(largest_id);
        let length = HEADER_LENGTH + postings.len() * (hash_width + id_width) + PADDING;
        let mut bytes = Vec::with_capacity(length + 4);
        bytes.extend_from_slice(&[VERSION, hash_width as u8, id_width as u8]);
        bytes.extend_from_slice(&(postings.len() as u16).to_le_bytes());
        bytes.extend_from_slice(&smallest.to_le_bytes());
        for (hash, _) in postings {
            bytes.extend_from_slice(&(hash - smallest).to_le_bytes()[..hash_width]);
        }
        for (_, id) in postings {
            bytes.extend_from_slice(&id.to_le_bytes()[..id_width]);
        }
        bytes.extend_from_slice(&[0; PADDING]);
        bytes
    }

    /// All postings, ascending.
    pub(super) fn postings(self) -> impl Iterator<Item = Posting> {
        (0..self.count).map(move |at| (self.hash(at), self.id(at)))
    }

    /// The ids under a hash, ascending.
    pub(super) fn ids_of(self, hash: u64) -> impl Iterator<Item = u64> {
        let first = self.first_at_least(hash);
        (first..self.count)
            .take_while(move |&at| self.hash(at) == hash)
            .map(move |at| self.id(at))
    }

    fn first_at_least(self, hash: u64) -> usize {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.hash(middle) < hash {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    fn hash(self, at: usize) -> u64 {
        self.smallest
            .wrapping_add(number(self.hashes, at * self.hash_width, self.hash_width))
    }

    fn id(self, at: usize) -> u64 {
        number(self.ids, at * self.id_width, self.id_width)
    }
}

/// Bytes needed for numbers up to `largest`: 0 to 8.
fn width(largest: u64) -> usize {
    (u64::BITS - largest.leading_zeros()).div_ceil(8) as usize
}

/// The padding guarantees a whole word from `at` on, since `at` lies within a column.
fn number(column: &[u8], at: usize, width: usize) -> u64 {
    let word = column
        .get(at..)
        .and_then(|rest| rest.first_chunk::<8>())
        .map_or(0, |word| u64::from_le_bytes(*word));
    match width {
        0 => 0,
        width => word & (u64::MAX >> (64 - 8 * width)),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn version_1_is_frozen() {
        let postings = [
            (0x1000_0000_0000_0000, 1),
            (0x1000_0000_0000_0000, 70_000),
            (0x1000_0000_0001_0203, 2),
        ];
        let bytes = Bucket::to_bytes(&postings);
        expect!["010303030000000000000000100000000000000302010100007011010200000000000000000000"]
            .assert_eq(&super::super::hex(&bytes));
        let bucket = Bucket::parse(&bytes).unwrap();
        assert_eq!(bucket.postings().collect::<Vec<_>>(), postings);
    }

    #[test]
    fn bytes_of_another_form_are_refused() {
        let bytes = Bucket::to_bytes(&[(7, 1), (9, 2)]);
        assert!(Bucket::parse(&bytes[..bytes.len() - 1]).is_none());
        assert!(Bucket::parse(&[]).is_none());
        for at in 0..5 {
            let mut changed = bytes.clone();
            changed[at] = 9;
            assert!(Bucket::parse(&changed).is_none(), "byte {at}");
        }
    }

    proptest! {
        #[test]
        fn every_posting_is_found(
            set in prop::collection::btree_set(
                (prop_oneof![any::<u64>(), 0..3_u64, Just(u64::MAX)], any::<u64>()),
                0..200,
            ),
            absent in any::<u64>(),
        ) {
            let postings: Vec<Posting> = set.iter().copied().collect();
            let bytes = Bucket::to_bytes(&postings);
            let bucket = Bucket::parse(&bytes).unwrap();
            prop_assert_eq!(bucket.postings().collect::<Vec<_>>(), postings.clone());
            for hash in postings.iter().map(|posting| posting.0).chain([absent, 0, u64::MAX]) {
                let expected: Vec<u64> =
                    set.range((hash, 0)..=(hash, u64::MAX)).map(|posting| posting.1).collect();
                prop_assert_eq!(bucket.ids_of(hash).collect::<Vec<_>>(), expected);
            }
        }
    }
}

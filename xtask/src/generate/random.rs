//! Where do the generator's choices come from? From `SplitMix64` over the caller's seed.
//! The sequence never changes: generated files are pinned by their hash.

/// A share of rows in millionths, so that no float rounds differently somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(u32);

impl Share {
    /// Nothing at all.
    pub const NONE: Self = Self(0);
    /// Everything.
    pub const ALL: Self = Self(1_000_000);

    /// So many of a million; more than a million means all.
    pub const fn per_million(millionths: u32) -> Self {
        Self(if millionths > 1_000_000 {
            1_000_000
        } else {
            millionths
        })
    }

    /// So many of a million.
    pub const fn millionths(self) -> u32 {
        self.0
    }
}

impl std::str::FromStr for Share {
    type Err = String;

    /// Reads a decimal fraction from `0` to `1`, such as `0.01`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let share: f64 = text
            .parse()
            .map_err(|_| format!("`{text}` is not a number"))?;
        if !(0.0..=1.0).contains(&share) {
            return Err(format!("`{text}` does not lie between 0 and 1"));
        }
        Ok(Self((share * 1_000_000.0).round() as u32))
    }
}

/// `SplitMix64`: one addition and one mix per draw, and any 64 bits make a good seed.
pub(super) struct Random(u64);

impl Random {
    /// A sequence of its own for each combination of parts (seed, purpose, index, …).
    pub(super) fn of(parts: &[u64]) -> Self {
        let mut state = 0x1D87_2B41_5E5C_9F03;
        for part in parts {
            state = mix(state ^ part.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        }
        Self(state)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// A number below `bound`; 0 where the bound is 0.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }

    /// True for so large a share of the draws.
    pub(super) fn hits(&mut self, share: Share) -> bool {
        self.below(1_000_000) < u64::from(share.0)
    }

    /// True in so many of a hundred draws.
    pub(super) fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub(super) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }
}

/// The finalizer of `SplitMix64` (Steele, Lea, Flood: Fast splittable pseudorandom number generators).
fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

/// The numbers 0 to 99,999,999 in another order, computed one by one and without memory.
pub(super) struct Shuffle {
    odd: [u64; 3],
}

impl Shuffle {
    /// How many numbers there are.
    pub(super) const SIZE: u64 = 100_000_000;
    const BITS: u32 = 27;
    const MASK: u64 = (1 << Self::BITS) - 1;

    pub(super) fn of(seed: u64) -> Self {
        let mut random = Random::of(&[seed, 0x5348_5546]);
        Self {
            odd: std::array::from_fn(|_| random.next() | 1),
        }
    }

    /// The number at this place. Each step is a bijection over 27 bits; a result outside is sent
    /// through again, which leads back inside since the walk is a cycle.
    pub(super) fn at(&self, index: u64) -> u64 {
        debug_assert!(
            index < Self::SIZE,
            "the shuffle covers eight decimal digits"
        );
        let mut number = index;
        loop {
            for odd in self.odd {
                number = number.wrapping_mul(odd).wrapping_add(odd >> 32) & Self::MASK;
                number ^= number >> (Self::BITS / 2 + 1);
            }
            if number < Self::SIZE {
                return number;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shuffle_gives_each_number_once() {
        let shuffle = Shuffle::of(7);
        let mut seen: Vec<u64> = (0..200_000).map(|index| shuffle.at(index)).collect();
        let in_order = seen
            .windows(2)
            .filter(|pair| pair[0] + 1 == pair[1])
            .count();
        assert!(in_order < 10, "{in_order} neighbours are in sequence");
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 200_000);
        assert!(seen.iter().all(|number| *number < Shuffle::SIZE));
    }

    #[test]
    fn the_sequence_is_pinned() {
        let mut random = Random::of(&[1, 2, 3]);
        let drawn: Vec<u64> = (0..3).map(|_| random.below(1_000_000)).collect();
        assert_eq!(drawn, [211_082, 640_462, 58_531]);
    }

    #[test]
    fn a_share_is_read_from_a_decimal_fraction() {
        assert_eq!("0.01".parse(), Ok(Share::per_million(10_000)));
        assert_eq!("1".parse(), Ok(Share::ALL));
        assert!("1.5".parse::<Share>().is_err());
        assert!("NaN".parse::<Share>().is_err());
    }
}

//! Which fault comes next? By chance, from a seed that a failing test names.

use hyper::Method;

/// Something that goes wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The connection ends before anything was done.
    CutBefore,
    /// It is done, and the connection ends within the answer.
    CutAfter,
    /// It is done, and no answer comes.
    Silent,
    /// 503, and nothing is done.
    Breaks,
    /// It is done, and a gateway says 502.
    BreaksAfter,
    /// 429 with `Retry-After`.
    TooMany,
    /// 97004.
    QueueFull,
}

/// How often something goes wrong.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// Of a hundred requests so many have a fault.
    pub of_a_hundred: u64,
    /// The faults, each as likely as its neighbours.
    pub kinds: Vec<Fault>,
    /// Do only requests that change something have them?
    pub spare_questions: bool,
    /// The state of chance.
    pub seed: u64,
}

impl Faults {
    /// Nothing goes wrong.
    pub fn none() -> Self {
        Self::default()
    }

    /// Everything that can go wrong does, in so many of a hundred requests. No silence, which costs a test its time.
    pub fn of_all_kinds(of_a_hundred: u64, seed: u64) -> Self {
        Self {
            of_a_hundred,
            kinds: vec![
                Fault::CutBefore,
                Fault::CutAfter,
                Fault::CutAfter,
                Fault::Breaks,
                Fault::BreaksAfter,
                Fault::TooMany,
                Fault::QueueFull,
            ],
            spare_questions: false,
            seed,
        }
    }

    /// The fault of the next request.
    pub(super) fn next(&mut self, method: &Method) -> Option<Fault> {
        if self.kinds.is_empty() || (self.spare_questions && method == Method::GET) {
            return None;
        }
        if self.chance() % 100 >= self.of_a_hundred {
            return None;
        }
        let kind = self.chance() as usize % self.kinds.len();
        Some(self.kinds[kind])
    }

    /// A step of splitmix64.
    fn chance(&mut self) -> u64 {
        self.seed = self.seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.seed;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

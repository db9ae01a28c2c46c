//! Against which state was a plan made?
//! A mark of the books as they stood at one moment: two plans with the same mark knew the same.

/// A place in the journal, and what the journal holds up to there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateMark {
    /// The place, as the journal counts: `000001:81920`.
    pub journal: Box<str>,
    /// SHA-256 of the last record before it, 64 hexadecimal digits; it follows from all records before.
    pub hash: Box<str>,
}

impl StateMark {
    /// Does it look like a mark?
    pub fn is_mark(&self) -> bool {
        let is_hash = self.hash.len() == 64 && self.hash.bytes().all(|b| b.is_ascii_hexdigit());
        is_hash && (1..=64).contains(&self.journal.len())
    }
}

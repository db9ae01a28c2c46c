//! How do others take part in the first pass over a file?
//! They look at blocks by themselves, and only where the form of rows is all that is looked at: whatever is known of orders stays
//! in one place. Nothing that they find, or fail to find, changes what is said of the file.

use super::line::Line;
use super::teller::Teller;
use super::{Inspection, Stage};
use crate::plan::knowledge::Knowledge;
use crate::read::{Format, Shape};
use std::convert::Infallible;
use std::sync::Arc;

impl<K: Knowledge<Error = Infallible>> Inspection<K> {
    /// From now on others may look at blocks, each by a [`Looker`](super::Looker) for the bytes pushed so far: those that are cut wait until they are
    /// [handed out](Self::hand_out) or [looked at](Self::look) here. False where that cannot be: the file is not known well enough
    /// by these bytes, has no columns, or more than its form is looked at.
    pub fn may_hand_out(&mut self) -> bool {
        let teller = Teller::of(&self.profile, self.known.as_ref(), self.now);
        let Stage::First(first) = &mut self.stage else {
            return false;
        };
        let is_csv = |shape: &Arc<Shape>| shape.format == Format::Csv;
        if !teller.knows_nothing() || !first.framer.shape().is_some_and(is_csv) {
            return false;
        }
        first.line.get_or_insert_default();
        true
    }

    /// Tells the next block that waits, for a [`Looker`](super::Looker), to `out`, which has nothing else in it then; false where none
    /// waits.
    pub fn hand_out(&mut self, out: &mut Vec<u8>) -> bool {
        match &mut self.stage {
            Stage::First(first) => first.line.as_mut().is_some_and(|line| line.hand_out(out)),
            _ => false,
        }
    }

    /// Looks at the next block that waits; false where none does.
    pub fn look(&mut self) -> bool {
        self.merging(Line::look)
    }

    /// Takes what a [`Looker`](super::Looker) has found; false where that cannot be read. What never
    /// comes back is looked at here when the file ends.
    pub fn take_back(&mut self, found: &[u8]) -> bool {
        self.merging(|line, _| line.take_back(found))
    }

    /// Says that what was handed out and has not come back never will: it waits again.
    pub fn none_comes_back(&mut self) {
        self.merging(|line, _| {
            line.take_all_back();
            true
        });
    }

    /// How many blocks are held, wherever they are looked at: whoever reads on must see to it that they stay few.
    pub fn in_line(&self) -> usize {
        match &self.stage {
            Stage::First(first) => first.line.as_ref().map_or(0, Line::len),
            _ => 0,
        }
    }

    /// Does something with the line, and merges what can leave it.
    fn merging(&mut self, work: impl FnOnce(&mut Line, &Shape) -> bool) -> bool {
        let Stage::First(first) = &mut self.stage else {
            return false;
        };
        let (Some(line), Some(shape)) = (&mut first.line, first.framer.shape()) else {
            return false;
        };
        let outcome = work(line, shape);
        first.merge_line(&mut self.index);
        outcome
    }
}

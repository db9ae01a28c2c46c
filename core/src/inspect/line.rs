//! Which blocks wait to be looked at, and who looks at them?
//! They leave in the order of the file, whoever was quicker; what somebody else looks at stays here until that comes back,
//! so that nothing is lost with them.

use super::look::Look;
use crate::moment::Moment;
use crate::numbers::{Cursor, put_number};
use crate::profile::Profile;
use crate::read::{Block, Framer, Shape};
use std::collections::VecDeque;
use std::sync::Arc;

/// Blocks between being cut and being merged.
#[derive(Debug, Default)]
pub(super) struct Line {
    places: VecDeque<Place>,
    /// The number of the first of them.
    first: u64,
}

#[derive(Debug)]
enum Place {
    Waits(Block),
    Away(Block),
    Done(Box<Look>, Block),
}

const VERSION: u8 = 1;

impl Line {
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    pub(super) fn join(&mut self, block: Block) {
        self.places.push_back(Place::Waits(block));
    }

    /// Hands out the first block that waits and may be handed out: it is told to `out`, which has nothing else in it then.
    pub(super) fn hand_out(&mut self, out: &mut Vec<u8>) -> bool {
        let can_go = |place: &Place| matches!(place, Place::Waits(block) if block.can_be_told());
        let Some(at) = self.places.iter().position(can_go) else {
            return false;
        };
        let place = &mut self.places[at];
        let block = std::mem::take(place.block());
        out.clear();
        out.push(VERSION);
        put_number(out, self.first + at as u64);
        block.tell(out);
        *place = Place::Away(block);
        true
    }

    /// Looks at the first block that waits; false where none does.
    pub(super) fn look(&mut self, shape: &Shape) -> bool {
        let waits = |place: &&mut Place| matches!(place, Place::Waits(_));
        let Some(place) = self.places.iter_mut().find(waits) else {
            return false;
        };
        place.look(shape);
        true
    }

    /// Looks at every block, also at those that somebody else has.
    pub(super) fn look_at_all(&mut self, shape: &Shape) {
        for place in &mut self.places {
            if !matches!(place, Place::Done(..)) {
                place.look(shape);
            }
        }
    }

    /// Takes what somebody found; false where that cannot be read. What is heard twice counts once.
    pub(super) fn take_back(&mut self, bytes: &[u8]) -> bool {
        let Some((number, cursor)) = Look::number_in(bytes) else {
            return false;
        };
        let at = number.checked_sub(self.first).map(|at| at as usize);
        let Some(place) = at.and_then(|at| self.places.get_mut(at)) else {
            return true;
        };
        if let Place::Away(block) = place {
            let Some(look) = Look::read(cursor, block.mark()) else {
                return false;
            };
            *place = Place::Done(Box::new(look), std::mem::take(block));
        }
        true
    }

    pub(super) fn take_all_back(&mut self) {
        for place in &mut self.places {
            if let Place::Away(block) = place {
                *place = Place::Waits(std::mem::take(block));
            }
        }
    }

    /// The first block and what was found in it, once that is known.
    pub(super) fn leave(&mut self) -> Option<(Look, Block)> {
        self.places
            .front()
            .filter(|place| matches!(place, Place::Done(..)))?;
        let Some(Place::Done(look, block)) = self.places.pop_front() else {
            return None;
        };
        self.first += 1;
        Some((*look, block))
    }
}

impl Place {
    fn block(&mut self) -> &mut Block {
        match self {
            Self::Waits(block) | Self::Away(block) | Self::Done(_, block) => block,
        }
    }

    fn look(&mut self, shape: &Shape) {
        let block = std::mem::take(self.block());
        *self = Self::Done(Box::new(Look::at(shape, &block)), block);
    }
}

/// Looks at blocks of a file that somebody else reads.
#[derive(Debug)]
pub struct Looker {
    shape: Arc<Shape>,
}

impl Looker {
    /// One for the file that begins with these bytes; nothing where they are not enough to say what it is.
    pub fn new(profile: &Profile, now: Moment, beginning: &[u8]) -> Option<Self> {
        let mut framer = Framer::new(profile.read_options(now));
        framer.push(beginning);
        framer.look_at_beginning();
        let shape = framer.shape().cloned()?;
        Some(Self { shape })
    }

    /// What is found in a block as it was handed out; nothing where these bytes are none.
    pub fn look(&self, mut bytes: Vec<u8>) -> Option<Vec<u8>> {
        let mut cursor = Cursor::new(&bytes);
        (cursor.byte()? == VERSION).then_some(())?;
        let number = cursor.number()?;
        let mut block = Block::told(&mut cursor)?;
        let before = bytes.len() - cursor.rest().len();
        bytes.drain(..before);
        block.bytes = bytes;
        Some(Look::at(&self.shape, &block).to_bytes(number))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{file, inspected, kinds, now, profile};
    use super::super::{Inspection, Looker};
    use crate::plan::knowledge::Nothing;
    use proptest::prelude::*;

    /// Checks a file with somebody who helps and does, step by step, what `steps` say: whoever looks at what, comes back in any
    /// order, with anything, or never.
    fn helped(bytes: &[u8], piece: usize, steps: &[u8]) -> (Inspection<Nothing>, usize) {
        let mut inspection = Inspection::new("file.csv", profile(), now(), None);
        let mut looker = None;
        let mut found: Vec<Vec<u8>> = Vec::new();
        let mut steps = steps.iter().cycle();
        let (mut pushed, mut returned) = (0, 0);
        for piece in bytes.chunks(piece) {
            inspection.push(piece);
            pushed += piece.len();
            if looker.is_none() && inspection.may_hand_out() {
                looker = Looker::new(&profile(), now(), &bytes[..pushed]);
            }
            let Some(looker) = &looker else { continue };
            for step in steps.by_ref().take(3) {
                match step % 7 {
                    0 => _ = inspection.look(),
                    1 | 2 => {
                        let mut block = b"old".to_vec();
                        if inspection.hand_out(&mut block) {
                            found.push(looker.look(block).expect("it is a block"));
                        }
                    }
                    3 if !found.is_empty() => {
                        returned += 1;
                        assert!(inspection.take_back(&found.remove(0)));
                    }
                    4 => {
                        returned += usize::from(!found.is_empty());
                        for looks in found.drain(..).rev() {
                            assert!(inspection.take_back(&looks));
                        }
                    }
                    5 => {
                        if let Some(looks) = found.last() {
                            inspection.take_back(&looks[..looks.len() - 1]);
                        }
                        assert!(!inspection.take_back(b"?"));
                    }
                    6 => inspection.none_comes_back(),
                    _ => {}
                }
            }
        }
        inspection.end_of_file();
        (inspection, returned)
    }

    proptest! {
        #[test]
        fn whoever_looks_the_same_is_found(
            kinds in kinds(), piece in 1usize..2000, steps in proptest::collection::vec(0..7u8, 1..20),
        ) {
            let file = file(&kinds);
            let alone = inspected::<Nothing>(file.as_bytes(), piece, profile(), None);
            let (helped, _) = helped(file.as_bytes(), piece, &steps);
            // Of twins only the one who reads the file knows, so that nothing else is in it either.
            prop_assert_eq!(format!("{helped:?}"), format!("{alone:?}"));
        }
    }

    #[test]
    fn others_do_look_at_blocks() {
        let file = file(&[0, 1, 2, 6, 7, 7, 3].repeat(9));
        let (helped, returned) = helped(file.as_bytes(), 600, &[1, 1, 3]);
        assert!(returned > 3, "{returned} came back");
        let alone = inspected::<Nothing>(file.as_bytes(), 600, profile(), None);
        assert_eq!(helped.verdict(), alone.verdict());
    }
}

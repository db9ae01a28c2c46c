//! What does the first pass over a file keep of each block?
//! Blocks are merged in the order of the file, wherever they were looked at.

use super::index::{Entry, Index, Rejected, grouped};
use super::line::Line;
use super::look::Look;
use super::teller::Teller;
use crate::code::Code;
use crate::finding::Finding;
use crate::plan::blocks::FileFacts;
use crate::plan::knowledge::Knowledge;
use crate::plan::survey::{FirstPass, Surveyed};
use crate::read::{Framer, Shape};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::convert::Infallible;

/// While the bytes of the file come.
#[derive(Debug)]
pub(super) struct First {
    pub(super) framer: Framer,
    /// Nothing where the file is identified elsewhere.
    pub(super) hash: Option<Sha256>,
    pub(super) pass: FirstPass,
    /// Records that share their key with another one.
    pub(super) twins: BTreeSet<u64>,
    /// Where form alone decides: the records that are rejected.
    rejected: Rejected,
    /// The blocks that somebody else may look at, where that was asked for.
    pub(super) line: Option<Line>,
}

impl First {
    pub(super) fn new(framer: Framer) -> Self {
        Self {
            framer,
            hash: Some(Sha256::new()),
            pass: FirstPass::default(),
            twins: BTreeSet::new(),
            rejected: Rejected::default(),
            line: None,
        }
    }

    pub(super) fn drain<K: Knowledge<Error = Infallible>>(
        &mut self,
        teller: &Teller<'_, K>,
        index: &mut Index,
    ) {
        self.hear_about_file();
        while self.next_block(teller, index) {}
        self.hear_about_file();
    }

    /// Looks at the next block; false where there is none.
    pub(super) fn next_block<K: Knowledge<Error = Infallible>>(
        &mut self,
        teller: &Teller<'_, K>,
        index: &mut Index,
    ) -> bool {
        let Some(block) = self.framer.next_block() else {
            return false;
        };
        let Some(shape) = self.framer.shape().cloned() else {
            return true;
        };
        if let Some(line) = &mut self.line {
            line.join(block);
        } else if teller.knows_nothing() {
            let look = Look::at(&shape, &block);
            self.framer.reuse(block.bytes);
            self.merge(&shape, look, index);
        } else {
            let mut entry = Entry::new(block.mark());
            let blocks = std::slice::from_ref(&block);
            let surveyed = teller.survey(&shape, blocks, &FileFacts::default(), &mut entry);
            self.framer.reuse(block.bytes);
            index.blocks.push(entry);
            let twins = &mut self.twins;
            self.pass.blocks(&shape, surveyed, &mut |finding| {
                if is_about_twins(finding) {
                    twins.insert(finding.row);
                }
            });
        }
        true
    }

    /// Takes what was found in the next block.
    fn merge(&mut self, shape: &Shape, look: Look, index: &mut Index) {
        let Look { entry, examined } = look;
        for facts in examined.rows.iter().filter(|facts| facts.rejected) {
            self.rejected.insert(facts.row);
        }
        for group in grouped(entry.kinds.clone()) {
            let found = (group.found.count, &*group.found.first);
            self.pass.tally.add_counted(group.code, group.field, found);
        }
        let surveyed = Surveyed::of_form_alone(examined, entry.counts);
        index.blocks.push(entry);
        let rejected = &mut self.rejected;
        self.pass.blocks(shape, surveyed, &mut |finding| {
            if is_about_twins(finding) {
                index.add_twin(finding, rejected);
            }
        });
    }

    /// Takes what has been found in the blocks that stand first in the line.
    pub(super) fn merge_line(&mut self, index: &mut Index) {
        while let Some((look, block)) = self.line.as_mut().and_then(Line::leave) {
            let Some(shape) = self.framer.shape().cloned() else {
                return;
            };
            self.framer.reuse(block.bytes);
            self.merge(&shape, look, index);
        }
    }

    /// Looks at all blocks in the line.
    pub(super) fn end_line(&mut self, index: &mut Index) {
        if let (Some(line), Some(shape)) = (&mut self.line, self.framer.shape()) {
            line.look_at_all(shape);
        }
        self.merge_line(index);
    }

    pub(super) fn hear_about_file(&mut self) {
        self.pass
            .about_file(self.framer.take_findings(), &mut |_| {});
    }
}

fn is_about_twins(finding: &Finding) -> bool {
    matches!(finding.code, Code::DuplicateSame | Code::DuplicateDifferent)
}

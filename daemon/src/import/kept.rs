//! What did the survey decide for each row, so that the application need not ask the store again?
//! Holds as long as nobody but the import itself has written since; takes a byte for most rows.

use super::survey::{DecidedRow, OpenRows};
use intake_core::field::Table;
use intake_core::plan::Decision;
use intake_core::plan::knowledge::Kept;
use intake_core::read::Block;
use std::collections::BTreeMap;

/// The decisions of a file, by the first row of each group of blocks.
#[derive(Debug, Default, PartialEq)]
pub struct KeptDecisions {
    groups: BTreeMap<u64, Group>,
    /// The state against which they were made, as [`Books::writes`](crate::books::Books::writes) counts.
    pub writes: u64,
}

/// The decisions of a group, a number of seven bits a byte for each row: what it is in the lowest two bits, above them
/// how far the order's number is from the one expected. Files often name orders in the order of their numbers.
#[derive(Debug, Default, PartialEq)]
pub struct Group(Box<[u8]>);

const CREATE: u64 = 0;
const UNCHANGED: u64 = 1;
const ASK: u64 = 2;

/// Orders with greater numbers are asked for.
const GREATEST_ORDER: u64 = 1 << 60;

impl KeptDecisions {
    /// Notes what was decided for the group that begins with this row.
    pub fn put(&mut self, first_row: u64, group: Group) {
        self.groups.insert(first_row, group);
    }

    /// What was decided for the rows of a group.
    pub fn of(&self, blocks: &[Block]) -> Vec<Kept> {
        let group = blocks
            .first()
            .and_then(|first| self.groups.get(&first.first_row));
        group.map(Group::read).unwrap_or_default()
    }
}

impl Group {
    /// What is kept of decided rows: those that make an order or leave one as it is, with nothing to say about them.
    pub fn of(rows: &[DecidedRow<'_>]) -> Self {
        Self::write(rows.len(), rows.iter().map(kept_of))
    }

    /// The same where some rows were told at one glance.
    pub fn of_open(open: &OpenRows<'_>) -> Self {
        let mut decided = open.decided.rows.iter();
        let decisions = open.told.iter().map(|told| match told {
            Kept::Ask => decided.next().map_or(Kept::Ask, kept_of),
            told => *told,
        });
        Self::write(open.told.len(), decisions)
    }

    fn write(length: usize, decisions: impl Iterator<Item = Kept>) -> Self {
        let mut bytes = Vec::with_capacity(length + length / 8);
        let mut expected = 0_u64;
        for kept in decisions {
            let mut number = match kept {
                Kept::Create => CREATE,
                Kept::Unchanged(order_id) if order_id < GREATEST_ORDER => {
                    let away = order_id.wrapping_sub(expected) as i64;
                    expected = order_id + 1;
                    ((away << 1 ^ away >> 63) as u64) << 2 | UNCHANGED
                }
                Kept::Unchanged(_) | Kept::Ask => ASK,
            };
            while number >= 0x80 {
                bytes.push(number as u8 | 0x80);
                number >>= 7;
            }
            bytes.push(number as u8);
        }
        Self(bytes.into())
    }

    fn read(&self) -> Vec<Kept> {
        let mut kept = Vec::with_capacity(self.0.len());
        let (mut number, mut shift, mut expected) = (0_u64, 0, 0_u64);
        for byte in &self.0 {
            number |= u64::from(byte & 0x7F) << shift;
            shift += 7;
            if *byte >= 0x80 {
                continue;
            }
            let (what, folded) = (number & 3, number >> 2);
            kept.push(match what {
                CREATE => Kept::Create,
                UNCHANGED => {
                    let away = (folded >> 1) as i64 ^ -((folded & 1) as i64);
                    let order_id = expected.wrapping_add_signed(away);
                    expected = order_id + 1;
                    Kept::Unchanged(order_id)
                }
                _ => Kept::Ask,
            });
            (number, shift) = (0, 0);
        }
        kept
    }
}

fn kept_of(row: &DecidedRow<'_>) -> Kept {
    if row.row.table != Table::Orders {
        return Kept::Ask;
    }
    let order = row.order.as_ref().map(|order| order.order_id);
    match (row.decision, row.same_order.or(order)) {
        (Decision::Create, _) if !row.creates_customer => Kept::Create,
        (Decision::Unchanged, Some(order)) if row.row.findings.is_empty() => Kept::Unchanged(order),
        _ => Kept::Ask,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn decisions_come_back(
            decisions in proptest::collection::vec((0..3, 1..GREATEST_ORDER, 1..50_u64), 0..40)
        ) {
            let decisions: Vec<Kept> = decisions
                .into_iter()
                .map(|(kind, wide, near)| match kind {
                    0 => Kept::Create,
                    1 => Kept::Unchanged(if wide % 2 == 0 { wide } else { near }),
                    _ => Kept::Ask,
                })
                .collect();
            let group = Group::write(decisions.len(), decisions.iter().copied());
            prop_assert_eq!(group.read(), decisions);
        }
    }

    #[test]
    fn orders_in_their_order_take_a_byte_each() {
        let orders = (5..105).map(Kept::Unchanged);
        assert_eq!(Group::write(100, orders).0.len(), 100);
        let beyond = std::iter::once(Kept::Unchanged(u64::MAX));
        assert_eq!(Group::write(1, beyond).read(), [Kept::Ask]);
    }
}

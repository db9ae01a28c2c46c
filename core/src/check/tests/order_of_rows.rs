//! Whatever the order of its rows, a file says the same of each of them.

use super::{HEADER, options, row, run};
use crate::code::Code;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// What is said of each record, in the order of `order`. Which of several equal records counts as the
/// repetition does depend on the order, so that this warning is left out.
fn said_of(records: &[String], order: &[usize]) -> Vec<(usize, Vec<Code>)> {
    let lines: String = order.iter().map(|index| &*records[*index]).collect();
    let (findings, checked) = run(options(), [format!("{HEADER}{lines}").as_bytes()]);
    let mut said: Vec<_> = order
        .iter()
        .enumerate()
        .map(|(place, index)| {
            let codes = findings
                .iter()
                .filter(|finding| finding.row == place as u64 + 1)
                .map(|finding| finding.code)
                .filter(|code| *code != Code::DuplicateSame);
            let mut codes: Vec<_> = codes.collect();
            codes.sort_unstable();
            (*index, codes)
        })
        .collect();
    let rejected = said
        .iter()
        .filter(|(_, codes)| codes.iter().any(|code| code.is_error()))
        .count();
    assert_eq!(checked.tally.rejected, rejected as u64);
    said.sort_by_key(|(index, _)| *index);
    said
}

proptest! {
    #[test]
    fn the_order_of_rows_changes_no_verdict(
        (records, order) in vec(
            (select(vec!["A", "B", "C"]), select(vec!["PAYPAL", "ZERO", "CASH", ""])),
            1..12,
        )
        .prop_flat_map(|records| {
            let order: Vec<usize> = (0..records.len()).collect();
            (Just(records), Just(order).prop_shuffle())
        }),
    ) {
        let records: Vec<String> = records
            .iter()
            .map(|(id, method)| row(id).replace("PAYPAL", method))
            .collect();
        let as_given: Vec<usize> = (0..records.len()).collect();
        prop_assert_eq!(said_of(&records, &order), said_of(&records, &as_given));
    }
}

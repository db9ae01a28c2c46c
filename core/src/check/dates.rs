//! Do the dates of one row agree with each other and with the given time?
//! Needs nothing but the row and `now`; sources: domain rules 97005 to 97007 and our own for the end.

use crate::code::Code;
use crate::field::Field;
use crate::finding::Detail;
use crate::moment::Moment;

/// The dates of a row, those that are given and valid.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Dates {
    pub(super) start: Option<Moment>,
    pub(super) end: Option<Moment>,
    pub(super) reference_start: Option<Moment>,
    pub(super) next_booking: Option<Moment>,
}

impl Dates {
    /// Keeps the date of a field, if it is one of these.
    pub(super) fn put(&mut self, field: Field, moment: Moment) {
        match field {
            Field::StartDate => self.start = Some(moment),
            Field::EndDate => self.end = Some(moment),
            Field::ReferenceStartDate => self.reference_start = Some(moment),
            Field::NextBookingDate => self.next_booking = Some(moment),
            _ => {}
        }
    }

    /// Is there nothing to hold against anything?
    pub(super) fn are_open(&self) -> bool {
        self.end.is_none() && self.reference_start.is_none() && self.next_booking.is_none()
    }
}

/// The instants that dates are held against.
#[derive(Clone, Copy, Debug)]
pub(super) struct Today {
    pub(super) now: Moment,
    /// The oldest reference that stands.
    pub(super) year_ago: Moment,
}

impl Today {
    pub(super) fn at(now: Moment) -> Self {
        Self {
            now,
            year_ago: now.one_year_earlier(),
        }
    }
}

/// Reports each date that cannot stand.
pub(super) fn check(dates: Dates, today: Today, report: &mut impl FnMut(Field, Code, Detail)) {
    let Today { now, year_ago } = today;
    if let (Some(start), Some(end)) = (dates.start, dates.end)
        && end < start
    {
        report(Field::EndDate, Code::EndBeforeStart, Detail::Moment(start));
    }
    if let Some(reference) = dates.reference_start {
        if let Some(start) = dates.start.filter(|start| reference < *start) {
            let code = Code::ReferenceBeforeStart;
            report(Field::ReferenceStartDate, code, Detail::Moment(start));
        }
        if reference < year_ago {
            let code = Code::ReferenceTooOld;
            report(Field::ReferenceStartDate, code, Detail::Moment(year_ago));
        }
    }
    if dates.next_booking.is_some_and(|booking| booking < now) {
        report(
            Field::NextBookingDate,
            Code::NextBookingPast,
            Detail::Moment(now),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(dates: [&str; 4]) -> Vec<Code> {
        let [start, end, reference_start, next_booking] =
            dates.map(|text| Moment::parse(text).ok());
        let now = Moment::parse("2026-06-01T12:00:00Z").unwrap();
        let mut codes = Vec::new();
        check(
            Dates {
                start,
                end,
                reference_start,
                next_booking,
            },
            Today::at(now),
            &mut |_, code, _| {
                codes.push(code);
            },
        );
        codes
    }

    #[test]
    fn each_rule_stands_alone() {
        let start = "2026-01-01T00:00:00Z";
        assert_eq!(codes([start, "", "", ""]), []);
        assert_eq!(codes([start, start, start, "2026-06-01T12:00:00Z"]), []);
        assert_eq!(
            codes([start, "2025-12-31T23:59:59Z", "", ""]),
            [Code::EndBeforeStart]
        );
        assert_eq!(
            codes([start, "2026-01-01T00:30:00+01:00", "", ""]),
            [Code::EndBeforeStart]
        );
        assert_eq!(
            codes([start, "", "2025-12-31T00:00:00Z", ""]),
            [Code::ReferenceBeforeStart]
        );
        let old = ["2020-01-01T00:00:00Z", "", "2025-06-01T11:59:59Z", ""];
        assert_eq!(codes(old), [Code::ReferenceTooOld]);
        assert_eq!(
            codes(["2020-01-01T00:00:00Z", "", "2025-06-01T12:00:00Z", ""]),
            []
        );
        assert_eq!(
            codes([start, "", "", "2026-06-01T11:59:59Z"]),
            [Code::NextBookingPast]
        );
        assert_eq!(
            codes(["", "2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z", ""]),
            [Code::ReferenceTooOld]
        );
    }
}

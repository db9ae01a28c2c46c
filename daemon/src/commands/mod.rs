//! What do the commands answer that only read?
//! Each writes its answer to a writer and knows neither process nor socket: it runs in the program that a
//! person started as well as in the daemon on behalf of it.
//!
//! Text is always coloured; a caller whose reader wants none takes the styles out on the way.

pub mod backup;
pub mod check;
pub mod customers;
pub mod files;
pub mod finding_text;
#[cfg(test)]
mod fixture;
pub mod load;
pub mod log;
pub mod mend;
pub mod offers;
pub mod order;
mod order_upstream;
pub mod outbox;
pub mod propose;
pub mod row_text;
mod table;
pub mod template;
pub mod token;
pub mod verify;

use intake_core::finding::Language;
use intake_core::moment::Moment;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::cli::args;
use crate::cli::terminal;

/// In which language, at which time and in which zone a command speaks.
#[derive(Clone, Debug)]
pub struct Speech {
    /// The language of texts. JSON is the same in all.
    pub language: Language,
    /// The time that counts as now.
    pub now: Timestamp,
    /// The zone in which times are shown, and in which a day begins.
    pub zone: TimeZone,
}

impl From<args::Language> for Language {
    fn from(language: args::Language) -> Self {
        match language {
            args::Language::De => Language::De,
            args::Language::En => Language::En,
        }
    }
}

impl Speech {
    /// The one of two texts that is in the language.
    pub(crate) fn say<T>(&self, de: T, en: T) -> T {
        match self.language {
            Language::De => de,
            Language::En => en,
        }
    }

    /// A number with separators between thousands.
    fn number(&self, number: u64) -> String {
        terminal::number(number, self.terminal_language())
    }

    /// A number of bytes in the largest fitting unit.
    pub(crate) fn bytes(&self, bytes: u64) -> String {
        terminal::bytes(bytes, self.terminal_language())
    }

    /// So many of something: `1 record`, `12,000 records`.
    pub(crate) fn count(
        &self,
        number: u64,
        [one_de, many_de]: [&str; 2],
        [one_en, many_en]: [&str; 2],
    ) -> String {
        let one = number == 1;
        let word = match self.language {
            Language::De if one => one_de,
            Language::De => many_de,
            Language::En if one => one_en,
            Language::En => many_en,
        };
        format!("{} {word}", self.number(number))
    }

    /// A time as RFC 3339 in the zone, to the second: a shown one can be given as an argument.
    fn time(&self, time: Timestamp) -> String {
        time.to_zoned_datetime(self.zone.clone())
            .strftime("%Y-%m-%dT%H:%M:%S%:z")
            .to_string()
    }

    /// A journalled time like [`Self::time`]; what is none is shown as it is.
    fn time_text(&self, time: &str) -> String {
        time.parse()
            .map_or_else(|_| time.to_owned(), |time| self.time(time))
    }

    /// An instant of an order as RFC 3339 in the zone, exactly.
    fn moment(&self, moment: Moment) -> String {
        match timestamp(moment) {
            Some(time) => time
                .to_zoned_datetime(self.zone.clone())
                .strftime("%Y-%m-%dT%H:%M:%S%.f%:z")
                .to_string(),
            // An offset at the ends of the time line can lead beyond what a zone is known for.
            None => moment.to_string(),
        }
    }

    /// Now, as the domain's rules are held against it.
    pub(crate) fn moment_now(&self) -> Moment {
        Moment::from_unix(
            self.now.as_second() - i64::from(self.now.subsec_nanosecond() < 0),
            self.now.subsec_nanosecond().rem_euclid(1_000_000_000) as u32,
        )
    }

    fn terminal_language(&self) -> args::Language {
        match self.language {
            Language::De => args::Language::De,
            Language::En => args::Language::En,
        }
    }
}

fn timestamp(moment: Moment) -> Option<Timestamp> {
    Timestamp::new(moment.seconds(), moment.nanos() as i32).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speech(now: &str) -> Speech {
        let zone = jiff::tz::TimeZoneDatabase::bundled()
            .get("Europe/Berlin")
            .unwrap();
        Speech {
            language: Language::De,
            now: now.parse().unwrap(),
            zone,
        }
    }

    #[test]
    fn times_are_shown_in_the_zone() {
        let speech = speech("2026-11-23T09:00:00.25Z");
        assert_eq!(speech.time(speech.now), "2026-11-23T10:00:00+01:00");
        assert_eq!(
            speech.time_text("2026-07-01T00:00:00Z"),
            "2026-07-01T02:00:00+02:00"
        );
        assert_eq!(speech.time_text("yesterday"), "yesterday");
        let moment = Moment::parse("2026-11-23T09:00:00.25Z").unwrap();
        assert_eq!(speech.moment(moment), "2026-11-23T10:00:00.25+01:00");
        assert_eq!(speech.moment_now(), moment);
        let last = Moment::parse("9999-12-31T23:59:59-01:00").unwrap();
        assert!(!speech.moment(last).is_empty());
    }

    #[test]
    fn times_before_1970_are_rounded_down() {
        let early = speech("1969-12-31T23:59:59.75Z").moment_now();
        assert_eq!(early.to_string(), "1969-12-31T23:59:59.75Z");
    }

    #[test]
    fn counts_have_their_word() {
        let speech = speech("2026-11-23T09:00:00Z");
        let count = |number| speech.count(number, ["Datei", "Dateien"], ["file", "files"]);
        assert_eq!(
            [count(0), count(1), count(2000)],
            ["0 Dateien", "1 Datei", "2.000 Dateien"]
        );
    }
}

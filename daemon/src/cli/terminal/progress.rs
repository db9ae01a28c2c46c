//! How far has long work come?
//!
//! Drawn on stderr, ten times a second at most, and gone when the work ends, however it ends.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{bytes, number};
use crate::cli::args::Language;

const DRAWS_PER_SECOND: u8 = 10;

/// A progress bar, or nothing at all where nobody looks.
pub struct Progress {
    bar: ProgressBar,
    language: Language,
}

impl Progress {
    pub(super) fn silent(language: Language) -> Self {
        Progress {
            bar: ProgressBar::hidden(),
            language,
        }
    }

    pub(super) fn over_bytes(about: String, total_bytes: u64, language: Language) -> Self {
        Progress {
            bar: drawn(Some(total_bytes)).with_prefix(about),
            language,
        }
    }

    pub(super) fn over_rows(about: String, total_rows: Option<u64>, language: Language) -> Self {
        Progress {
            bar: drawn(total_rows).with_prefix(about),
            language,
        }
    }

    /// So many bytes of the input have been read, and so many rows of it are done.
    pub fn reached_bytes(&self, done_bytes: u64, done_rows: u64) {
        if self.bar.is_hidden() {
            return;
        }
        self.bar.set_position(done_bytes);
        self.bar.set_message(standing(
            Some(done_bytes),
            done_rows,
            self.bar.elapsed(),
            self.language,
        ));
    }

    /// So many rows are done.
    pub fn reached_rows(&self, done_rows: u64) {
        if self.bar.is_hidden() {
            return;
        }
        self.bar.set_position(done_rows);
        self.bar
            .set_message(standing(None, done_rows, self.bar.elapsed(), self.language));
    }

    /// Takes the bar away while something else is written to the terminal.
    pub fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn drawn(total: Option<u64>) -> ProgressBar {
    let template = match total {
        Some(_) => "{prefix} [{bar:24}] {percent:>3} %  {msg}  {eta}",
        None => "{prefix} {spinner} {msg}  {elapsed}",
    };
    let style = ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ");
    let target = ProgressDrawTarget::stderr_with_hz(DRAWS_PER_SECOND);
    ProgressBar::with_draw_target(total, target).with_style(style)
}

/// `12.3 MB, 90,000 rows, 45,000 rows/s`
fn standing(
    done_bytes: Option<u64>,
    done_rows: u64,
    elapsed: Duration,
    language: Language,
) -> String {
    let rows = match language {
        Language::De => "Zeilen",
        Language::En => "rows",
    };
    let rate = (done_rows as f64 / elapsed.as_secs_f64().max(0.001)) as u64;
    let read = done_bytes
        .map(|done| format!("{}, ", bytes(done, language)))
        .unwrap_or_default();
    format!(
        "{read}{} {rows}, {} {rows}/s",
        number(done_rows, language),
        number(rate, language)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standing_tells_amounts_and_rate() {
        let two_seconds = Duration::from_secs(2);
        assert_eq!(
            standing(Some(12_345_678), 90_000, two_seconds, Language::En),
            "12.3 MB, 90,000 rows, 45,000 rows/s"
        );
        assert_eq!(
            standing(None, 1_000, two_seconds, Language::De),
            "1.000 Zeilen, 500 Zeilen/s"
        );
        assert_eq!(
            standing(None, 0, Duration::ZERO, Language::En),
            "0 rows, 0 rows/s"
        );
    }

    #[test]
    fn the_templates_are_valid() {
        for total in [Some(10), None] {
            let bar = drawn(total);
            bar.set_draw_target(ProgressDrawTarget::hidden());
            bar.set_position(5);
            assert_eq!(bar.length(), total);
        }
    }

    #[test]
    fn a_silent_bar_runs_what_it_suspends() {
        let progress = Progress::silent(Language::En);
        progress.reached_bytes(1, 1);
        progress.reached_rows(2);
        assert_eq!(progress.suspend(|| 7), 7);
    }
}

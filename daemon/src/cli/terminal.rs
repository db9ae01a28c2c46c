//! How is something shown to a person, and how to a pipe?
//!
//! Results go to stdout, everything else to stderr. Colour is never the only carrier of a meaning,
//! and a reader that goes away is no error.

mod output;
mod progress;

use std::error::Error;
use std::io::{IsTerminal as _, Write as _};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

pub use output::{Output, reader_has_left};
pub use progress::Progress;

use super::args::{Color, Global, Language};
use crate::log::Colors;
use crate::printable::{error_text, printable};

/// The style of what went well.
pub const GOOD: Style = AnsiColor::Green.on_default().bold();
/// The style of what is odd, but loses nothing.
pub const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// The style of what someone must act on.
pub const ERROR: Style = AnsiColor::Red.on_default().bold();
/// The style of what would help.
pub const HINT: Style = AnsiColor::Cyan.on_default();
/// The style of headings and names.
pub const HEADING: Style = Style::new().bold();
/// The style of what may be passed over.
pub const FAINT: Style = Style::new().dimmed();

/// What the person wants of the terminal, and what it can do.
#[derive(Clone, Debug)]
pub struct Terminal {
    color: Color,
    language: Language,
    quiet: bool,
    draws_progress: bool,
}

impl Terminal {
    /// The terminal of this process.
    pub fn new(global: &Global) -> Self {
        Terminal {
            color: global.color,
            language: global.language(),
            quiet: global.quiet,
            draws_progress: !global.quiet && std::io::stderr().is_terminal(),
        }
    }

    /// The language of texts.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Whether log lines on stderr are to be coloured.
    pub fn log_colors(&self) -> Colors {
        let colored = match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => AutoStream::choice(&std::io::stderr()) != ColorChoice::Never,
        };
        if colored {
            Colors::Shown
        } else {
            Colors::Plain
        }
    }

    /// Stdout for text: styles are shown or taken out as the person and the terminal want it.
    pub fn text_output(&self) -> Output {
        Output::new(AutoStream::new(std::io::stdout(), self.choice()))
    }

    /// Stdout for data: every byte goes out as it is.
    pub fn data_output(&self) -> Output {
        Output::new(std::io::stdout())
    }

    /// Says something on stderr that is no result and no error; says nothing with `--quiet`.
    pub fn remark(&self, text: &str) {
        if !self.quiet {
            self.say(text);
        }
    }

    /// Shows an error on stderr: what happened and why in one line, then its hints.
    pub fn error(&self, error: &(dyn Error + 'static)) {
        let text = error_text(error);
        let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
        self.say(&format!("{ERROR}error{ERROR:#}: {first}"));
        for line in rest.lines() {
            match line.strip_prefix("hint: ") {
                Some(hint) => self.say(&format!("{HINT}hint{HINT:#}: {hint}")),
                None => self.say(line),
            }
        }
    }

    /// A progress bar over bytes of input; drawn only where stderr is a terminal and the person
    /// did not ask for quiet.
    pub fn progress_over_bytes(&self, about: &str, total_bytes: u64) -> Progress {
        self.progress(about, |about| {
            Progress::over_bytes(about, total_bytes, self.language)
        })
    }

    /// The same over rows, of which the total may be unknown.
    pub fn progress_over_rows(&self, about: &str, total_rows: Option<u64>) -> Progress {
        self.progress(about, |about| {
            Progress::over_rows(about, total_rows, self.language)
        })
    }

    fn progress(&self, about: &str, drawn: impl FnOnce(String) -> Progress) -> Progress {
        if !self.draws_progress {
            return Progress::silent(self.language);
        }
        drawn(printable(about).into_owned())
    }

    fn choice(&self) -> ColorChoice {
        match self.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        }
    }

    /// Where stderr cannot be written to there is nobody left to tell.
    fn say(&self, text: &str) {
        let mut stderr = AutoStream::new(std::io::stderr(), self.choice());
        let _ = writeln!(stderr, "{text}");
    }
}

/// A number with separators between thousands: `1,234,567` or `1.234.567`.
pub fn number(number: u64, language: Language) -> String {
    let digits = number.to_string();
    let separator = match language {
        Language::De => '.',
        Language::En => ',',
    };
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.char_indices() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

/// A number of bytes in the largest decimal unit that leaves a whole part, to a tenth: `12.3 MB`.
pub fn bytes(bytes: u64, language: Language) -> String {
    const UNITS: [(u64, &str); 4] = [
        (1_000_000_000_000, "TB"),
        (1_000_000_000, "GB"),
        (1_000_000, "MB"),
        (1_000, "kB"),
    ];
    let Some((unit, name)) = UNITS.iter().find(|(unit, _)| bytes >= *unit) else {
        return format!("{bytes} B");
    };
    let point = match language {
        Language::De => ',',
        Language::En => '.',
    };
    let tenths = bytes / (unit / 10);
    format!(
        "{}{point}{} {name}",
        number(tenths / 10, language),
        tenths % 10
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_language() {
        for (value, en) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
            (u64::MAX, "18,446,744,073,709,551,615"),
        ] {
            assert_eq!(number(value, Language::En), en);
            assert_eq!(number(value, Language::De), en.replace(',', "."));
        }
    }

    #[test]
    fn bytes_are_shown_in_their_unit() {
        for (value, en) in [
            (999, "999 B"),
            (1_000, "1.0 kB"),
            (1_999, "1.9 kB"),
            (668_123_456, "668.1 MB"),
            (12_345_678_901_234_567, "12,345.6 TB"),
        ] {
            assert_eq!(bytes(value, Language::En), en);
        }
        assert_eq!(bytes(1_500_000, Language::De), "1,5 MB");
    }
}

//! Where do log lines go, in which form, and which of them?
//!
//! To stderr, one line for each event, with the time of the one clock.

use std::fmt;
use std::io;

use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::clock;
use crate::config::{Daemon, LogFormat, LogLevel};

/// Why the log cannot start.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The filter is no filter.
    #[error("`{filter}` is no log filter: {reason}\nhint: set `daemon.log_level` instead")]
    Filter {
        /// The filter's directives.
        filter: String,
        /// Why they are not understood.
        reason: String,
    },
    /// Something else in this process logs already.
    #[error("the log is started twice")]
    Twice,
}

/// Whether log lines in the form of text are coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colors {
    /// With escape codes for a terminal.
    Shown,
    /// Without any.
    Plain,
}

/// Sends every event of this process to stderr, as the config wants it. To be called once, before
/// the first event.
pub fn start(config: &Daemon, colors: Colors) -> Result<(), LogError> {
    let filter = filter(config)?;
    subscriber(config.log_format, filter, colors, ProgramClock, io::stderr)
        .try_init()
        .map_err(|_| LogError::Twice)
}

/// Of other people's code only what is odd is logged, whatever the level of our own.
fn filter(config: &Daemon) -> Result<EnvFilter, LogError> {
    let directives = match (&config.log_filter, config.log_level) {
        (Some(filter), _) => filter.clone(),
        (None, LogLevel::Error) => "error".to_owned(),
        (None, level) => format!("warn,intake={}", level.word()),
    };
    EnvFilter::try_new(&directives).map_err(|error| LogError::Filter {
        filter: directives,
        reason: error.to_string(),
    })
}

fn subscriber(
    format: LogFormat,
    filter: EnvFilter,
    colors: Colors,
    clock: impl FormatTime + Send + Sync + 'static,
    to: impl for<'w> MakeWriter<'w> + Send + Sync + 'static,
) -> Box<dyn Subscriber + Send + Sync> {
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_timer(clock)
        .with_ansi(colors == Colors::Shown)
        // An error of stderr cannot be told on stderr.
        .log_internal_errors(false)
        .with_writer(to);
    match format {
        LogFormat::Text => Box::new(lines.finish()),
        LogFormat::Json => Box::new(lines.json().flatten_event(true).finish()),
    }
}

struct ProgramClock;

impl FormatTime for ProgramClock {
    fn format_time(&self, to: &mut Writer<'_>) -> fmt::Result {
        write!(to, "{:.6}", clock::now())
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use expect_test::{Expect, expect};

    use super::*;
    use crate::log::{self, About, Counts};

    struct Noon;

    impl FormatTime for Noon {
        fn format_time(&self, to: &mut Writer<'_>) -> fmt::Result {
            to.write_str("12:00")
        }
    }

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0
                .lock()
                .expect("no test panics with it")
                .extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn check(daemon: &Daemon, events: impl FnOnce(), lines: &Expect) {
        let written = Lines::default();
        let to = written.clone();
        let filter = filter(daemon).expect("a valid filter");
        let subscriber = subscriber(daemon.log_format, filter, Colors::Plain, Noon, move || {
            to.clone()
        });
        tracing::subscriber::with_default(subscriber, events);
        let written = written.0.lock().expect("no test panics with it").clone();
        lines.assert_eq(&String::from_utf8(written).expect("a log is text"));
    }

    fn two_events() {
        let about = About {
            import_id: "01J",
            partner: "alpha",
            file: OsStr::new("a\nb \"c\".csv"),
        };
        log::file_claimed(about, 1_234);
        let counts = Counts {
            create: 3,
            reject: 1,
            ..Counts::default()
        };
        log::file_planned(about, counts, Duration::from_micros(1_500));
        log::disk_low(1, 2);
    }

    #[test]
    fn events_are_lines_of_text() {
        check(
            &Daemon::default(),
            two_events,
            &expect![[r#"
            12:00  INFO intake: file claimed event="file_claimed" import_id="01J" partner="alpha" file="a\\nb \"c\".csv" bytes=1234
            12:00  INFO intake: file planned event="file_planned" import_id="01J" partner="alpha" file="a\\nb \"c\".csv" create=3 update=0 payment=0 end=0 reactivate=0 unchanged=0 reject=1 create_customer=0 elapsed_ms=1
            12:00 ERROR intake: disk space low, no file is claimed event="disk_low" free_bytes=1 reserve_bytes=2
        "#]],
        );
    }

    #[test]
    fn events_are_objects_of_json() {
        check(
            &Daemon {
                log_format: LogFormat::Json,
                ..Daemon::default()
            },
            two_events,
            &expect![[r#"
                {"timestamp":"12:00","level":"INFO","message":"file claimed","event":"file_claimed","import_id":"01J","partner":"alpha","file":"a\\nb \"c\".csv","bytes":1234,"target":"intake"}
                {"timestamp":"12:00","level":"INFO","message":"file planned","event":"file_planned","import_id":"01J","partner":"alpha","file":"a\\nb \"c\".csv","create":3,"update":0,"payment":0,"end":0,"reactivate":0,"unchanged":0,"reject":1,"create_customer":0,"elapsed_ms":1,"target":"intake"}
                {"timestamp":"12:00","level":"ERROR","message":"disk space low, no file is claimed","event":"disk_low","free_bytes":1,"reserve_bytes":2,"target":"intake"}
            "#]],
        );
    }

    #[test]
    fn the_level_is_that_of_our_own_events() {
        let events = || {
            log::inbox_scanned(1, Duration::ZERO);
            log::watcher_found(1);
            log::watcher_lost(&io::Error::other("gone\nhint: none"));
            tracing::info!(target: "sled::pagecache", "chatter");
            tracing::warn!(target: "sled::pagecache", "odd");
        };
        let at = |log_level| Daemon {
            log_level,
            ..Daemon::default()
        };
        check(&at(LogLevel::Error), events, &expect![""]);
        check(
            &at(LogLevel::Warn),
            events,
            &expect![[r#"
                    12:00  WARN intake: watcher lost, scans go on event="watcher_lost" error="gone; hint: none"
                    12:00  WARN sled::pagecache: odd
                "#]],
        );
        check(
            &at(LogLevel::Debug),
            events,
            &expect![[r#"
                    12:00 DEBUG intake: inbox scanned event="inbox_scanned" entries=1 elapsed_ms=0
                    12:00  INFO intake: watcher works event="watcher_found" folders=1
                    12:00  WARN intake: watcher lost, scans go on event="watcher_lost" error="gone; hint: none"
                    12:00  WARN sled::pagecache: odd
                "#]],
        );
    }
}

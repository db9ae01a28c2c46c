//! Which keys does the config file have, of which kind, and what holds where one is not given?
//!
//! Each key is written down here and nowhere else: the structs, the defaults, the check for
//! unknown keys and the documentation all come from these tables.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use intake_core::reading::mapping::Mapping;
use intake_core::reading::words::PartnerWords;
use jiff::tz::TimeZone;
use toml::de::DeValue;

use super::access::{Address, HostList, Hosts, KnownToken, TokenList};
use super::kind::{Choice, Kind, OrOff, Refusal, Switch, Words, read_within};
use super::measures::{Number, Share, Size, Span};
use super::names::{FilePath, LogFilter, OfferList, Offers, SheetName, Word, Zone};
use super::pairs::{HeaderPairs, WordPairs};
use super::remote::{File, Remote, RemoteUrl, Variable};

/// One key of a section, with the value it has there.
pub(super) struct Key {
    pub(super) name: &'static str,
    /// The sentences of its description, as they stand in the source (one leading space each).
    pub(super) meaning: &'static [&'static str],
    pub(super) kind: String,
    /// The least and the greatest value allowed, written as TOML.
    pub(super) range: Option<(String, String)>,
    /// The value, written as TOML.
    pub(super) value: String,
}

/// A section of the config file: a table of keys, perhaps with sections below it.
pub(super) trait Section {
    /// The sentences about the section, as they stand in the source.
    fn about(&self) -> &'static [&'static str];
    /// The keys in the order of the documentation, with the values of `self`.
    fn keys(&self) -> Vec<Key>;
    /// Sets a key. `None`: the section has no such key.
    fn set(&mut self, key: &str, value: &DeValue<'_>) -> Option<Result<(), Refusal>>;
    /// The sections below this one.
    fn parts(&self) -> Vec<(&'static str, &dyn Section)>;
    /// The section of this name below this one.
    fn part(&mut self, name: &str) -> Option<&mut dyn Section>;
}

macro_rules! sections {
    ($(
        $(#[doc = $about:literal])+
        $Section:ident {
            $(
                $(#[doc = $meaning:literal])+
                $key:ident: $Value:ty as $Kind:ty = $default:expr $(, within $range:expr)?;
            )+
            $( [ $(#[doc = $part_about:literal])+ $part:ident: $Part:ty ] )*
        }
    )+) => { $(
        $(#[doc = $about])+
        #[derive(Clone, Debug, PartialEq)]
        pub struct $Section {
            $( $(#[doc = $meaning])+ pub $key: $Value, )+
            $( $(#[doc = $part_about])+ pub $part: $Part, )*
        }

        impl Default for $Section {
            fn default() -> Self {
                $Section { $( $key: $default, )+ $( $part: <$Part>::default(), )* }
            }
        }

        impl Section for $Section {
            fn about(&self) -> &'static [&'static str] {
                &[$($about),+]
            }

            fn keys(&self) -> Vec<Key> {
                vec![$( Key {
                    name: stringify!($key),
                    meaning: &[$($meaning),+],
                    kind: <$Kind as Kind>::name(),
                    range: sections!(@range $Kind $(, $range)?),
                    value: <$Kind as Kind>::write(&self.$key),
                }, )+]
            }

            fn set(&mut self, key: &str, value: &DeValue<'_>) -> Option<Result<(), Refusal>> {
                match key {
                    $( stringify!($key) => Some(
                        sections!(@read $Kind, value $(, $range)?).map(|read| self.$key = read)
                    ), )+
                    _ => None,
                }
            }

            fn parts(&self) -> Vec<(&'static str, &dyn Section)> {
                vec![$( (stringify!($part), &self.$part as &dyn Section), )*]
            }

            fn part(&mut self, name: &str) -> Option<&mut dyn Section> {
                match name {
                    $( stringify!($part) => Some(&mut self.$part), )*
                    _ => None,
                }
            }
        }
    )+ };
    (@range $Kind:ty) => { None };
    (@range $Kind:ty, $range:expr) => {{
        let range = $range;
        Some((<$Kind as Kind>::write(range.start()), <$Kind as Kind>::write(range.end())))
    }};
    (@read $Kind:ty, $value:ident) => { <$Kind as Kind>::read($value) };
    (@read $Kind:ty, $value:ident, $range:expr) => { read_within::<$Kind>($value, &$range) };
}

sections! {
    /// How the daemon watches the inbox, keeps its data and logs.
    Daemon {
        /// The longest time between two scans of the inbox. A scan is the truth; events of the
        /// file system only make it come sooner.
        scan_interval: Duration as Span = Duration::from_secs(5),
            within Duration::from_millis(50)..=Duration::from_secs(3600);
        /// How long size, time and inode of a file must stay the same before it is taken for
        /// complete.
        quiet_time: Duration as Span = Duration::from_secs(2),
            within Duration::ZERO..=Duration::from_secs(3600);
        /// The same for a file that was put into the inbox by a rename and that nobody has open
        /// for writing.
        quiet_time_renamed: Duration as Span = Duration::from_millis(20),
            within Duration::ZERO..=Duration::from_secs(3600);
        /// How long an empty file may lie in the inbox before it is reported.
        empty_grace: Duration as Span = Duration::from_secs(60),
            within Duration::ZERO..=Duration::from_secs(86_400);
        /// Whether events of the file system wake the scan. Without them the scan interval alone
        /// decides how soon a file is seen.
        watcher: bool as Switch = true;
        /// No file is claimed while the data directory's file system has less free space than
        /// this.
        disk_reserve: u64 as Size<u64> = 1 << 30;
        /// The form of the log on stderr.
        log_format: LogFormat as Choice<LogFormat> = LogFormat::Text;
        /// The least severe events that are logged.
        log_level: LogLevel as Choice<LogLevel> = LogLevel::Info;
        /// Filter directives by target, for finding faults; they replace `log_level`. Example:
        /// `"info,notify=debug"`.
        log_filter: Option<String> as OrOff<LogFilter> = None;
        /// Memory that the store may use to cache what it has read. The process needs a multiple
        /// of it while it scans the whole store.
        store_cache: u64 as Size<u64> = 64 << 20,
            within 1 << 20..=64 << 30;
        /// The journal goes on in a new segment once the current one is larger than this.
        journal_segment: u64 as Size<u64> = 64 << 20,
            within 4 << 10..=4 << 30;
    }

    /// What is refused before it can cost memory or disk.
    Limits {
        /// The largest file that is taken from the inbox.
        file_bytes: u64 as Size<u64> = 4 << 30,
            within 1..=1 << 40;
        /// The longest record: one row of CSV, one line of NDJSON, one item of JSON.
        record_bytes: usize as Size<usize> = 1 << 20,
            within 1 << 10..=64 << 20;
        /// The longest field within a record.
        field_bytes: usize as Size<usize> = 64 << 10,
            within 256..=64 << 20;
        /// The most columns of a CSV file.
        columns: usize as Number<usize> = 1_000,
            within 1..=16_384;
        /// The deepest nesting of JSON.
        json_depth: usize as Number<usize> = 64,
            within 3..=512;
        /// The largest file of a kind that is held in memory while it is read, since its directory
        /// stands at its end: `.zip`, `.xlsx`, `.ods`.
        archive_bytes: u64 as Size<u64> = 64 << 20,
            within 1..=4 << 30;
        /// The most bytes that a packed file (`.gz`, `.zst`, `.zip`) may unpack to.
        unpacked_bytes: u64 as Size<u64> = 4 << 30,
            within 1..=1 << 40;
        /// How many times as large as it is packed a file may become.
        unpacked_ratio: u64 as Number<u64> = 200,
            within 1..=100_000;
        /// How often an import that fails for reasons of the machine is tried before the file is
        /// rejected.
        attempts: u32 as Number<u32> = 5,
            within 1..=1_000;
    }

    /// How the daemon answers over HTTP: the checking page, uploads and their receipts. It does so
    /// only where `listen` is set.
    Http {
        /// The address to listen on; port 0 takes a free one. An address that others can reach
        /// needs TLS and a token that somebody has, or `behind_proxy`.
        listen: Option<SocketAddr> as OrOff<Address> = None;
        /// The PEM file with the certificate that is shown to clients, those that signed it behind it.
        /// With it the daemon speaks TLS and nothing else. A path begins at the data directory. A
        /// renewed certificate is taken up within seconds, or at once after SIGHUP.
        tls_certificate: Option<PathBuf> as OrOff<FilePath> = None;
        /// The PEM file with the certificate's private key.
        tls_key: Option<PathBuf> as OrOff<FilePath> = None;
        /// Says that a proxy with TLS stands in front and that nobody else reaches the address. The
        /// client's address is then the last one in the proxy's `X-Forwarded-For`.
        behind_proxy: bool as Switch = false;
        /// The host names that requests may be addressed to. Empty: on a loopback address its names,
        /// and any name behind a proxy.
        hosts: Hosts as HostList = Hosts::Only(std::collections::BTreeSet::new());
        /// The most connections at once. Where there is no place, the connection that has asked
        /// for nothing for the longest time is closed.
        connections: usize as Number<usize> = 256,
            within 1..=16_384;
        /// The most connections from one address; has no meaning behind a proxy.
        connections_per_address: usize as Number<usize> = 64,
            within 1..=16_384;
        /// The most uploads at once.
        uploads: usize as Number<usize> = 16,
            within 1..=256;
        /// The largest body of a request that imports orders.
        import_bytes: u64 as Size<u64> = 1 << 30,
            within 1 << 10..=1 << 40;
        /// How many requests of one partner may be received, or wait to be imported, at once. One more
        /// is told to come back later (97004).
        import_queue: usize as Number<usize> = 16,
            within 1..=1_024;
        /// How long a request waits while another import of its partner is worked on before it is told
        /// to come back later (97004).
        import_wait: Duration as Span = Duration::from_secs(30),
            within Duration::ZERO..=Duration::from_secs(600);
        /// Entries of the import log that are older are not given out over HTTP; the journal keeps them
        /// all the same.
        log_age: Option<Duration> as OrOff<Span> = None;
        /// How many requests a second are answered for one token on average; one more is told to come back (429 with
        /// `Retry-After`). So much is far beyond what a shop or a partner asks for, and far below what two cores answer, so
        /// that a client that runs wild keeps nobody else waiting. A front end that asks for access at each page view, with
        /// one token for all readers, may need more; another daemon that sends here has `upstream.pace` of its own.
        token_rate: Option<u32> as OrOff<Number<u32>> = Some(1_000);
        /// How many requests of one token may come at once before the average counts.
        token_burst: u32 as Number<u32> = 2_000,
            within 1..=1_000_000;
        /// Whether each request is logged: method, route, status, bytes, duration, partner and number,
        /// never an address, a query or a value.
        access_log: bool as Switch = true;
        /// How long the head of a request may take; the handshake of TLS counts as a part of the first
        /// one.
        head_timeout: Duration as Span = Duration::from_secs(10),
            within Duration::from_millis(100)..=Duration::from_secs(600);
        /// The largest head of a request.
        head_bytes: usize as Size<usize> = 16 << 10,
            within 8 << 10..=1 << 20;
        /// The most header lines of a request.
        headers: usize as Number<usize> = 64,
            within 8..=1_000;
        /// How long a connection may wait for its next request.
        idle_timeout: Duration as Span = Duration::from_secs(60),
            within Duration::from_millis(100)..=Duration::from_secs(3600);
        /// How long a client may pause while it sends a body or takes an answer.
        transfer_timeout: Duration as Span = Duration::from_secs(20),
            within Duration::from_millis(100)..=Duration::from_secs(600);
        /// A client that sends or takes fewer bytes a second than this uses up its pauses.
        transfer_rate: u64 as Size<u64> = 2 << 10,
            within 1..=1 << 30;
        /// How long the daemon may take for an answer, uploads aside.
        answer_timeout: Duration as Span = Duration::from_secs(30),
            within Duration::from_millis(100)..=Duration::from_secs(600);
        /// How long requests may go on after the daemon was told to stop.
        stop_timeout: Duration as Span = Duration::from_secs(10),
            within Duration::ZERO..=Duration::from_secs(600);
        /// How many wrong tokens an address may send in a minute; it is refused for the rest of it.
        wrong_tokens: u32 as Number<u32> = 10,
            within 1..=10_000;
        /// The hashes of the house's own tokens: they read everything, change customers and the catalog,
        /// and belong to no partner, so that no orders are imported with them. A hash may have a name before
        /// it, as in `"anna sha256:…"`: the log says by it who did what on the operator's page.
        operator_tokens: Vec<KnownToken> as TokenList = Vec::new();
        /// The hashes of tokens that read the orders, customers and access rights of all partners and
        /// change nothing, for a site that asks who has access.
        read_tokens: Vec<KnownToken> as TokenList = Vec::new();
        /// How long the address of a receipt is good.
        receipt_age: Duration as Span = Duration::from_secs(90 * 86_400),
            within Duration::from_secs(60)..=Duration::from_secs(3_650 * 86_400);
    }

    /// How long what imports leave behind is kept. Nothing goes that is still needed, and the journal keeps
    /// everything. By default nothing is removed.
    Retention {
        /// How long the files of imports that are over stay in `archive/` and `rejected/`.
        archive_age: Option<Duration> as OrOff<Span> = None;
        /// How much of them stays; the oldest go first.
        archive_bytes: Option<u64> as OrOff<Size<u64>> = None;
        /// How long receipts, reports and corrections files stay in `outbox/`.
        receipts_age: Option<Duration> as OrOff<Span> = None;
        /// How much of them stays; the oldest go first.
        receipts_bytes: Option<u64> as OrOff<Size<u64>> = None;
    }

    /// The platform that every applied change is also sent to, and what is taken over from it.
    Upstream {
        /// Whether changes are sent. `"mirror"`: the data directory stays the record, and everything
        /// that is applied from now on is also sent. Switched off and on again, it goes on where it stopped.
        mode: Mirroring as Choice<Mirroring> = Mirroring::Off;
        /// Where the platform's API is, up to and with its version. Other than `https` is taken for the
        /// machine itself only.
        url: Option<Remote> as OrOff<RemoteUrl> = None;
        /// The file that holds the token for it, which never stands in the config itself.
        token_file: Option<PathBuf> as OrOff<File> = None;
        /// The environment variable that holds the token, where no file does.
        token_variable: Option<String> as OrOff<Variable> = None;
        /// A file of certificates (PEM) that the platform's is held against instead of the machine's own.
        certificates: Option<PathBuf> as OrOff<File> = None;
        /// The proxy that requests go through. The environment's is not looked at.
        proxy: Option<Remote> as OrOff<RemoteUrl> = None;
        /// The most orders in one request.
        batch: usize as Number<usize> = 500,
            within 1..=10_000;
        /// The most requests at once. Changes of one order are never on their way together.
        parallel: usize as Number<usize> = 4,
            within 1..=64;
        /// The most requests in a second.
        pace: Option<u32> as OrOff<Number<u32>> = Some(50);
        /// The first pause after trouble; each further one is twice as long, less up to a half by chance.
        pause: Duration as Span = Duration::from_secs(1),
            within Duration::from_millis(1)..=Duration::from_secs(3600);
        /// The longest pause, also where the platform asks for a longer one.
        longest_pause: Duration as Span = Duration::from_secs(300),
            within Duration::from_millis(1)..=Duration::from_secs(86_400);
        /// How long a connection may take to come about.
        connect_timeout: Duration as Span = Duration::from_secs(5),
            within Duration::from_millis(10)..=Duration::from_secs(600);
        /// How long an answer may take as a whole.
        timeout: Duration as Span = Duration::from_secs(60),
            within Duration::from_millis(10)..=Duration::from_secs(3600);
        /// The largest answer that is read.
        answer_bytes: usize as Size<usize> = 4 << 20,
            within 64 << 10..=256 << 20;
        /// How often the platform may fail at a change by itself, while it takes others, before that
        /// change is parked for an operator.
        attempts: u32 as Number<u32> = 10,
            within 1..=1_000;
        /// How long the platform may take over what it answers with a promise (`promiseId`), before that waits
        /// for an operator. Meanwhile it keeps only later changes of the same orders waiting.
        promise_wait: Duration as Span = Duration::from_secs(3600),
            within Duration::from_millis(100)..=Duration::from_secs(30 * 86_400);
        /// How often the platform's import log is looked through for what it refused after it had taken it.
        log_interval: Duration as Span = Duration::from_secs(60),
            within Duration::from_millis(100)..=Duration::from_secs(86_400);
        /// What requests say of `purchase`.
        purchase: bool as Switch = false;
        /// What requests say of `suppressMail`.
        suppress_mail: bool as Switch = true;
        /// Whether offers are taken over from the platform, so that checks know the real catalog.
        pull_offers: bool as Switch = false;
        /// Whether customers are taken over from the platform.
        pull_customers: bool as Switch = false;
        /// How often they are taken over, besides at the start.
        pull_interval: Duration as Span = Duration::from_secs(3600),
            within Duration::from_millis(100)..=Duration::from_secs(7 * 86_400);
    }

    /// What only a partner's own entry holds.
    Access {
        /// The hashes of the tokens with which the partner uploads files, imports over the platform's
        /// calls and reads what is its own; `intake token new` makes them. Two are good while one
        /// replaces the other.
        tokens: Vec<KnownToken> as TokenList = Vec::new();
        /// The hashes of tokens that only read what is the partner's own.
        read_tokens: Vec<KnownToken> as TokenList = Vec::new();
    }

    /// What is agreed with a partner.
    Profile {
        /// What a file holds: only what changed, or the partner's whole book of orders. A corrections
        /// file that comes back is never taken for a whole book.
        delivery: Delivery as Choice<Delivery> = Delivery::Delta;
        /// Whether running orders that are missing from a full book are ended. Otherwise the ends
        /// are only proposed. Needs `delivery = "full"`.
        end_missing: bool as Switch = false;
        /// What one rejected row means: the other rows are applied, or none is.
        file_policy: FilePolicy as Choice<FilePolicy> = FilePolicy::Rows;
        /// Which spellings of values are understood in files of cells (CSV, XLSX, ODS). JSON is always
        /// strict.
        values: Values as Choice<Values> = Values::Lenient;
        /// The IANA name of the zone in which the partner's days begin and end, and in which times
        /// without an offset from UTC are read.
        time_zone: TimeZone as Zone = default_time_zone();
        /// What comes first in dates that are written with slashes, such as `03/04/2026`.
        date_order: DateOrder as Choice<DateOrder> = DateOrder::Evident;
        /// The partner's own words for those of the platform, in any case, besides those that are known
        /// anyway. Example: `{ "Konto" = "BANK_ACCOUNT" }`.
        words: PartnerWords as WordPairs = PartnerWords::default();
        /// The partner's own headers and the field that each means, or `"ignore"`, besides those that are
        /// known anyway. Example: `{ "Abo seit" = "startDate", "Bemerkung" = "ignore" }`.
        mapping: Mapping as HeaderPairs = Mapping::default();
        /// The offers that the partner may import orders of.
        offers: Offers as OfferList = Offers::All;
        /// What a cell holds to clear a value; an empty cell keeps it.
        clear_token: String as Word = "NULL".into();
        /// How the partner's files encode text. By default each file tells it, and the finding
        /// `encoding-decoded` says how it was read. A byte order mark tells more surely than this.
        encoding: Encoding as Choice<Encoding> = Encoding::Auto;
        /// The sheet of a workbook that is read, by its name on the tab, or `"first"` for the first
        /// one that is not hidden. The finding `sheets-not-read` names the others.
        sheet: Option<String> as SheetName = None;
        /// Whether a file counts only once a second file `<name>.done` lies beside it. The marker
        /// is removed together with the file.
        done_marker: bool as Switch = false;
        /// How often something comes from the partner. Where nothing has come for longer, the operator's
        /// page and the metric `intake_partner_overdue` say so.
        expect_every: Option<Duration> as OrOff<Span> = None;
        [
            /// When a plan is held for the operator.
            brake: Brake
        ]
    }

    /// When a plan is held until the operator releases or discards it: where its ends, its updates
    /// or its rejects exceed both their share and their count. Of a pair with one half off the
    /// other half decides alone; a pair that is off altogether holds nothing.
    Brake {
        /// Whether plans are held at all.
        enabled: bool as Switch = true;
        /// Orders ended, as a share of the partner's running orders.
        ends_share: Option<f64> as OrOff<Share> = Some(0.2);
        /// Orders ended.
        ends_count: Option<u64> as OrOff<Number<u64>> = Some(50);
        /// Orders changed in any other way, as a share of the partner's running orders.
        updates_share: Option<f64> as OrOff<Share> = None;
        /// Orders changed in any other way.
        updates_count: Option<u64> as OrOff<Number<u64>> = None;
        /// Rows rejected, as a share of the file's rows.
        rejects_share: Option<f64> as OrOff<Share> = None;
        /// Rows rejected.
        rejects_count: Option<u64> as OrOff<Number<u64>> = None;
    }
}

macro_rules! words {
    ($(
        $(#[doc = $about:literal])+
        $Enum:ident { $( $(#[doc = $meaning:literal])+ $Variant:ident = $word:literal, )+ }
    )+) => { $(
        $(#[doc = $about])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $Enum { $( $(#[doc = $meaning])+ $Variant, )+ }

        impl Words for $Enum {
            const WORDS: &'static [(&'static str, Self)] = &[$(($word, $Enum::$Variant)),+];
        }

        impl $Enum {
            /// The word for it in the config file.
            pub fn word(self) -> &'static str {
                match self { $( $Enum::$Variant => $word, )+ }
            }
        }
    )+ };
}

words! {
    /// The form of the log.
    LogFormat {
        /// A line of text for each event.
        Text = "text",
        /// A JSON object on a line for each event.
        Json = "json",
    }

    /// How severe an event is at least to be logged.
    LogLevel {
        /// Someone must act.
        Error = "error",
        /// Odd, but nothing is lost.
        Warn = "warn",
        /// The life of each file.
        Info = "info",
        /// What helps to find a fault.
        Debug = "debug",
        /// Everything.
        Trace = "trace",
    }

    /// Whether changes are sent upstream.
    Mirroring {
        /// Nothing is sent.
        Off = "off",
        /// Everything that is applied is also sent.
        Mirror = "mirror",
    }

    /// What a file of a partner holds.
    Delivery {
        /// Orders that are new or changed; an order that is missing is as it was.
        Delta = "delta",
        /// Every running order of the partner.
        Full = "full",
    }

    /// Which spellings of values are understood.
    Values {
        /// Those that partners write, where their meaning is certain; each is reported.
        Lenient = "lenient",
        /// RFC 3339, plain digits and the platform's words alone.
        Strict = "strict",
    }

    /// What comes first in a date that is written with slashes.
    DateOrder {
        /// What the beginning of the file shows of each column.
        Evident = "evident",
        /// The day.
        DayFirst = "day-first",
        /// The month.
        MonthFirst = "month-first",
    }

    /// How text is encoded.
    Encoding {
        /// As the bytes of each file tell.
        Auto = "auto",
        /// UTF-8.
        Utf8 = "utf-8",
        /// UTF-16, the low byte first.
        Utf16Le = "utf-16le",
        /// UTF-16, the high byte first.
        Utf16Be = "utf-16be",
        /// Windows-1252, the "CSV" of Excel for Windows.
        Windows1252 = "windows-1252",
        /// ISO-8859-15.
        Iso8859_15 = "iso-8859-15",
        /// Mac OS Roman, the "CSV" of Excel for Mac.
        Macintosh = "macintosh",
    }

    /// What a rejected row means for the rest of its file.
    FilePolicy {
        /// Good rows are applied, bad ones rejected.
        Rows = "rows",
        /// One rejected row rejects the file.
        File = "file",
    }
}

fn default_time_zone() -> TimeZone {
    Zone::named("Europe/Berlin").expect("the time zones built into the program have Berlin")
}

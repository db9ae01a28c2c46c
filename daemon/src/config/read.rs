//! What does a config file say?
//!
//! A problem never stops the reading: a value that is not taken leaves the default in place, and
//! all problems come back together.

use std::ops::Range;
use std::str::Utf8Error;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::access::KnownToken;
use super::keys::{Access, Brake, Daemon, Http, Key as KeyOf, Limits, Profile, Section, Upstream};
use super::kind::{Refusal, nearest};
use super::problem::Problem;
use super::{Config, is_partner_name};

/// Reads the text of a config file; `file` is its name in problems.
pub(super) fn read(bytes: &[u8], file: &str) -> Result<Config, Vec<Problem>> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = match str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return Err(vec![not_utf8(bytes, error, file)]),
    };
    let mut report = Report {
        text,
        file,
        problems: Vec::new(),
    };
    let (root, errors) = DeTable::parse_recoverable(text);
    let config = read_root(root.get_ref(), &mut report);
    if !errors.is_empty() {
        report.prefer_syntax(&errors);
    }
    if report.problems.is_empty() {
        Ok(config)
    } else {
        Err(report.in_order())
    }
}

type Key<'i> = Spanned<DeString<'i>>;
type Value<'i> = Spanned<DeValue<'i>>;

/// The names of the sections at the top of the file.
const SECTIONS: [&str; 7] = [
    "daemon",
    "limits",
    "http",
    "retention",
    "upstream",
    "profile",
    "partners",
];

fn read_root(root: &DeTable<'_>, report: &mut Report<'_>) -> Config {
    let mut config = Config::default();
    let mut partners = None;
    for (key, value) in root {
        let name: &str = key.get_ref();
        match name {
            "daemon" => read_table(&mut config.daemon, key, value, "daemon", report),
            "limits" => read_table(&mut config.limits, key, value, "limits", report),
            "http" => {
                read_table(&mut config.http, key, value, "http", report);
                check_house_tokens(&config.http, key, report);
                check_tls(&config.http, value, report);
            }
            "retention" => read_table(&mut config.retention, key, value, "retention", report),
            "upstream" => {
                read_table(&mut config.upstream, key, value, "upstream", report);
                check_upstream(&config.upstream, value, report);
            }
            "profile" => {
                read_table(&mut config.profile, key, value, "profile", report);
                check_end_missing(&config.profile, value, "profile", report);
            }
            "partners" => partners = Some((key, value)),
            _ => {
                let kind = if value.get_ref().is_table() {
                    "section"
                } else {
                    "key"
                };
                let message = format!("unknown {kind} `{}`", name.escape_debug());
                report.add(key.span(), name, unknown(message, name, "", &SECTIONS));
            }
        }
    }
    if config.limits.field_bytes > config.limits.record_bytes {
        let place = place_of(root, &["limits", "field_bytes"])
            .or_else(|| place_of(root, &["limits", "record_bytes"]));
        let refusal = Refusal {
            message: "`limits.field_bytes` is larger than `limits.record_bytes`".into(),
            hint: Some("a field is a part of a record".into()),
        };
        report.add(place.unwrap_or(0..0), "limits.field_bytes", refusal);
    }
    // The partners' profiles start from the default profile, so they are read after it.
    if let Some((key, value)) = partners {
        read_partners(&mut config, key, value, report);
    }
    check_reachable(&config, root, report);
    config
}

fn read_partners(config: &mut Config, key: &Key<'_>, value: &Value<'_>, report: &mut Report<'_>) {
    let Some(table) = value.get_ref().as_table() else {
        report.add(key.span(), "partners", not_a_table("partners.<name>"));
        return;
    };
    for (key, value) in table {
        let name: &str = key.get_ref();
        let path = format!("partners.{}", name.escape_debug());
        if !is_partner_name(name) {
            let refusal = Refusal {
                message: format!("`{}` cannot be the name of a partner", name.escape_debug()),
                hint: Some(
                    "up to 64 of a-z, 0-9, `-` and `_`, beginning with a letter or digit".into(),
                ),
            };
            report.add(key.span(), &path, refusal);
        }
        let mut entry = Entry {
            profile: config.profile.clone(),
            access: Access::default(),
        };
        read_table(&mut entry, key, value, &path, report);
        check_end_missing(&entry.profile, value, &path, report);
        check_tokens(config, &entry.access, key, &path, report);
        config.partners.insert(name.to_owned(), entry.profile);
        config.access.insert(name.to_owned(), entry.access);
    }
}

/// A partner's entry: a profile, and what stands in no profile.
struct Entry {
    profile: Profile,
    access: Access,
}

impl Section for Entry {
    fn about(&self) -> &'static [&'static str] {
        self.profile.about()
    }

    fn keys(&self) -> Vec<KeyOf> {
        let mut keys = self.profile.keys();
        keys.extend(self.access.keys());
        keys
    }

    fn set(&mut self, key: &str, value: &DeValue<'_>) -> Option<Result<(), Refusal>> {
        let Self { profile, access } = self;
        profile.set(key, value).or_else(|| access.set(key, value))
    }

    fn parts(&self) -> Vec<(&'static str, &dyn Section)> {
        self.profile.parts()
    }

    fn part(&mut self, name: &str) -> Option<&mut dyn Section> {
        self.profile.part(name)
    }
}

fn read_table(
    section: &mut dyn Section,
    key: &Key<'_>,
    value: &Value<'_>,
    path: &str,
    report: &mut Report<'_>,
) {
    let Some(table) = value.get_ref().as_table() else {
        report.add(key.span(), path, not_a_table(path));
        return;
    };
    for (key, value) in table {
        let name: &str = key.get_ref();
        let path_of_key = format!("{path}.{}", name.escape_debug());
        if let Some(part) = section.part(name) {
            read_table(part, key, value, &path_of_key, report);
            continue;
        }
        match section.set(name, value.get_ref()) {
            Some(Ok(())) => {}
            Some(Err(refusal)) => {
                let message = format!("`{path_of_key}`: {}", refusal.message);
                report.add(value.span(), &path_of_key, Refusal { message, ..refusal });
            }
            None => {
                let message = format!("unknown key `{}` in `[{path}]`", name.escape_debug());
                let refusal = unknown(message, name, path, &names(section));
                report.add(key.span(), &path_of_key, refusal);
            }
        }
    }
}

/// Tokens and orders would pass in the clear to whoever listens on the way, and whoever can reach an address where nobody
/// has a token is nobody's partner.
fn check_reachable(config: &Config, root: &DeTable<'_>, report: &mut Report<'_>) {
    let http = &config.http;
    let Some(address) = http.listen else {
        return;
    };
    if address.ip().to_canonical().is_loopback() || http.behind_proxy {
        return;
    }
    let (message, hint) = if http.tls_certificate.is_none() {
        (
            format!("`http.listen`: others can reach {address}, and there is no TLS"),
            "listen on 127.0.0.1, set `tls_certificate` and `tls_key`, or put a proxy with TLS in \
             front and set `behind_proxy = true`",
        )
    } else if !config.has_tokens() {
        (
            format!("`http.listen`: others can reach {address}, and nobody has a token"),
            "make one with `intake token new --partner <name>`, or listen on 127.0.0.1",
        )
    } else {
        return;
    };
    let refusal = Refusal {
        message,
        hint: Some(hint.into()),
    };
    let place = place_of(root, &["http", "listen"]);
    report.add(place.unwrap_or(0..0), "http.listen", refusal);
}

/// A certificate is of no use without its key.
fn check_tls(http: &Http, table: &Value<'_>, report: &mut Report<'_>) {
    let (given, missing) = match (&http.tls_certificate, &http.tls_key) {
        (Some(_), None) => ("tls_certificate", "tls_key"),
        (None, Some(_)) => ("tls_key", "tls_certificate"),
        _ => return,
    };
    let table = table.get_ref().as_table();
    let place = table.and_then(|table| place_of(table, &[given]));
    let refusal = Refusal {
        message: format!("`http.{given}` is given without `http.{missing}`"),
        hint: Some("TLS needs both files".into()),
    };
    report.add(place.unwrap_or(0..0), &format!("http.{given}"), refusal);
}

/// Who is to send needs to know where, and by which right.
fn check_upstream(upstream: &Upstream, table: &Value<'_>, report: &mut Report<'_>) {
    if !upstream.is_used() {
        return;
    }
    let (key, message) = match (
        &upstream.url,
        &upstream.token_file,
        &upstream.token_variable,
    ) {
        (None, _, _) => ("url", "`upstream.url` says not where the platform is"),
        (_, None, None) => (
            "token_file",
            "neither `upstream.token_file` nor `upstream.token_variable` says where the token is",
        ),
        (_, Some(_), Some(_)) => (
            "token_variable",
            "`upstream.token_file` and `upstream.token_variable` both say where the token is",
        ),
        _ => return,
    };
    let table = table.get_ref().as_table();
    let place = table.and_then(|table| {
        let named = place_of(table, &[key]);
        named.or_else(|| place_of(table, &["mode"]))
    });
    let refusal = Refusal {
        message: message.into(),
        hint: Some(
            "write `url = \"https://…/api/v3.0\"` and `token_file = \"…\"`, or set `mode = \"off\"`"
                .into(),
        ),
    };
    let path = format!("upstream.{key}");
    report.add(place.unwrap_or(0..0), &path, refusal);
}

/// A token names one holder with one set of rights.
fn check_tokens(
    config: &Config,
    access: &Access,
    key: &Key<'_>,
    path: &str,
    report: &mut Report<'_>,
) {
    let mut others: Vec<&KnownToken> = config.access.values().flat_map(Access::all).collect();
    others.extend(&config.http.operator_tokens);
    others.extend(&config.http.read_tokens);
    let is_known = |token| others.contains(&token) || access.is_in_both(token);
    if access.all().any(is_known) {
        let refusal = Refusal {
            message: format!("`{path}` has a token that stands in another list too"),
            hint: Some("make one for each list with `intake token new`".into()),
        };
        report.add(key.span(), path, refusal);
    }
}

/// The same of the house's own.
fn check_house_tokens(http: &Http, key: &Key<'_>, report: &mut Report<'_>) {
    let is_known = |token| http.read_tokens.contains(token);
    if http.operator_tokens.iter().any(is_known) {
        let refusal = Refusal {
            message: "`http.operator_tokens` has a token of `http.read_tokens`".into(),
            hint: Some("make one for each list with `intake token new`".into()),
        };
        report.add(key.span(), "http.operator_tokens", refusal);
    }
}

/// Ending what is missing makes no sense for a delta, where nearly everything is.
fn check_end_missing(profile: &Profile, table: &Value<'_>, path: &str, report: &mut Report<'_>) {
    if !profile.end_missing || profile.delivery == super::Delivery::Full {
        return;
    }
    let Some(place) = table
        .get_ref()
        .as_table()
        .and_then(|t| place_of(t, &["end_missing"]))
    else {
        return;
    };
    let path = format!("{path}.end_missing");
    let refusal = Refusal {
        message: format!("`{path}` has no meaning for a delivery of changes only"),
        hint: Some("set `delivery = \"full\"` beside it".into()),
    };
    report.add(place, &path, refusal);
}

fn names(section: &dyn Section) -> Vec<&'static str> {
    let keys = section.keys().into_iter().map(|key| key.name);
    keys.chain(section.parts().into_iter().map(|(name, _)| name))
        .collect()
}

/// A key that the section at `path` does not know; the hint is the likeliest of what was meant.
fn unknown(message: String, name: &str, path: &str, known: &[&'static str]) -> Refusal {
    let near = nearest(&name.to_ascii_lowercase(), known.iter().copied());
    let hint = match (near, home_of(name, path)) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, Some(home)) => format!("`{name}` belongs in `[{home}]`"),
        (None, None) => format!("known here are {}", listed(known)),
    };
    Refusal {
        message,
        hint: Some(hint),
    }
}

/// The section that knows the key: within the partner's own entry where `path` is in one.
fn home_of(name: &str, path: &str) -> Option<String> {
    let profile = match path.strip_prefix("partners.") {
        Some(partner) => format!("partners.{}", partner.trim_end_matches(".brake")),
        None => "profile".into(),
    };
    let brake = format!("{profile}.brake");
    let sections: [(String, &dyn Section); 5] = [
        ("daemon".into(), &Daemon::default()),
        ("limits".into(), &Limits::default()),
        ("http".into(), &Http::default()),
        (profile, &Profile::default()),
        (brake, &Brake::default()),
    ];
    let mut homes = sections
        .into_iter()
        .filter(|(_, section)| names(*section).contains(&name));
    homes.next().map(|(home, _)| home)
}

fn listed(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

fn not_a_table(path: &str) -> Refusal {
    Refusal {
        message: format!("`{path}` is a section"),
        hint: Some(format!(
            "write `[{path}]` on a line of its own, and its keys below"
        )),
    }
}

/// Where a key stands, by the names of the sections above it.
fn place_of(table: &DeTable<'_>, path: &[&str]) -> Option<Range<usize>> {
    let (name, below) = path.split_first()?;
    let (key, value) = table
        .iter()
        .find(|(key, _)| key.get_ref().as_ref() == *name)?;
    if below.is_empty() {
        return Some(key.span());
    }
    place_of(value.get_ref().as_table()?, below)
}

fn not_utf8(bytes: &[u8], error: Utf8Error, file: &str) -> Problem {
    let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
    let (line, column) = line_and_column(&before, before.len());
    Problem {
        file: file.to_owned(),
        line,
        column,
        key: None,
        message: "the file is not UTF-8 from here on".into(),
        hint: Some("save it with the encoding UTF-8".into()),
    }
}

/// The problems found so far, each with its place as an offset in bytes.
struct Report<'t> {
    text: &'t str,
    file: &'t str,
    problems: Vec<(usize, Problem)>,
}

impl Report<'_> {
    fn add(&mut self, place: Range<usize>, key: &str, refusal: Refusal) {
        self.push(place.start, Some(key.to_owned()), refusal);
    }

    fn push(&mut self, offset: usize, key: Option<String>, Refusal { message, hint }: Refusal) {
        let (line, column) = line_and_column(self.text, offset);
        let file = self.file.to_owned();
        self.problems.push((
            offset,
            Problem {
                file,
                line,
                column,
                key,
                message,
                hint,
            },
        ));
    }

    /// Adds what is not TOML. What was made out on the same lines is a guess of the recovery, and
    /// complaints about a guess would mislead.
    fn prefer_syntax(&mut self, errors: &[toml::de::Error]) {
        let places: Vec<(usize, usize)> = errors
            .iter()
            .map(|error| error.span().map_or(0, |span| span.start))
            .map(|offset| (offset, line_and_column(self.text, offset).0))
            .collect();
        self.problems
            .retain(|(_, problem)| places.iter().all(|(_, line)| *line != problem.line));
        for (error, (offset, _)) in errors.iter().zip(places) {
            let message = error.message().trim().replace('\n', ", ");
            self.push(
                offset,
                None,
                Refusal {
                    message,
                    hint: None,
                },
            );
        }
    }

    fn in_order(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|(offset, _)| *offset);
        self.problems
            .into_iter()
            .map(|(_, problem)| problem)
            .collect()
    }
}

/// Line and column from 1; the column counts characters.
fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    (line, before[line_start..].chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use expect_test::{Expect, expect};

    use super::super::{Config, Delivery, FilePolicy, LogFormat, Offers};

    fn read(text: &str) -> Config {
        Config::parse(text.as_bytes(), "intake.toml").expect("the config of this test is valid")
    }

    fn check(text: &str, problems: &Expect) {
        let found = Config::parse(text.as_bytes(), "intake.toml").expect_err("has problems");
        let lines: Vec<_> = found.iter().map(ToString::to_string).collect();
        problems.assert_eq(&lines.join("\n"));
    }

    #[test]
    fn an_empty_file_is_the_default() {
        assert_eq!(read(""), Config::default());
        assert_eq!(read("\u{feff}# only a comment\n"), Config::default());
    }

    #[test]
    fn values_are_read() {
        let config = read(
            "[daemon]\nscan_interval = '200ms'\nquiet_time = \"2m\"\nwatcher = false\n\
             log_format = 'json'\nlog_filter = 'info,notify=debug'\n\
             journal_segment = 0x10000\n\
             [limits]\nrecord_bytes = '2MiB'\nfield_bytes = 4096\n\
             [profile]\nfile_policy = 'file'\ntime_zone = 'America/New_York'\n\
             brake = { ends_count = 'off', updates_share = 1 }\n",
        );
        assert_eq!(config.daemon.scan_interval, Duration::from_millis(200));
        assert_eq!(config.daemon.quiet_time, Duration::from_secs(120));
        assert!(!config.daemon.watcher);
        assert_eq!(config.daemon.log_format, LogFormat::Json);
        assert_eq!(
            config.daemon.log_filter.as_deref(),
            Some("info,notify=debug")
        );
        assert_eq!(config.daemon.journal_segment, 65_536);
        assert_eq!(config.limits.record_bytes, 2 << 20);
        assert_eq!(config.limits.field_bytes, 4_096);
        assert_eq!(config.profile.file_policy, FilePolicy::File);
        assert_eq!(
            config.profile.time_zone.iana_name(),
            Some("America/New_York")
        );
        assert_eq!(config.profile.brake.ends_count, None);
        assert_eq!(config.profile.brake.ends_share, Some(0.2));
        assert_eq!(config.profile.brake.updates_share, Some(1.0));
    }

    /// A partner's entry comes before the default profile in this file and rests on it all the same.
    #[test]
    fn a_partner_has_the_default_profile_but_for_its_own_keys() {
        let config = read(
            "[partners.alpha]\ndelivery = 'full'\nbrake.ends_share = 0.05\n\
             offers = ['O_MZA1E7173120881551']\n\
             [partners.beta]\n\
             [profile]\ndone_marker = true\nbrake.ends_count = 7\n",
        );
        let alpha = config.profile("alpha");
        assert_eq!(alpha.delivery, Delivery::Full);
        assert!(alpha.done_marker);
        assert_eq!(
            (alpha.brake.ends_share, alpha.brake.ends_count),
            (Some(0.05), Some(7))
        );
        assert!(alpha.offers.allow("O_MZA1E7173120881551"));
        assert!(!alpha.offers.allow("O_MZA1E7173120881552"));
        assert_eq!(config.profile("beta"), &config.profile);
        assert_eq!(config.profile("gamma"), &config.profile);
        assert_eq!(config.profile.offers, Offers::All);
    }

    #[test]
    fn every_problem_is_reported_with_its_place() {
        check(
            "scan = 1\n[deamon]\n[daemon]\nscan_intervall = '5s'\nquiet_time = 5\n  \
             disk_reserve = '1 GB'\nlog_format = 'JSON'\nscan_interval = '1ms'\nlog_filter = 'a=b=c'\n\
             delivery = 'full'\n[limits]\nfield_bytes = '8 MiB'\njson_depth = -1\n\
             [profile]\ntime_zone = 'Europe/Berln'\nend_missing = true\nclear_token = ''\n\
             done_marker = 'done'\noffers = ['O_1', 'O_MZA1E7173120881551', 3]\n\
             brake = { ends_share = 20, limit = 3 }\n\
             [partners]\nalpha = 3\nbeta = { ends_share = 0 }\n[partners.\"Ä B\"]\nfile_polcy = 'rows'\n",
            &expect![[r#"
                intake.toml:1:1: unknown key `scan`
                hint: known here are `daemon`, `limits`, `http`, `retention`, `upstream`, `profile`, `partners`
                intake.toml:2:2: unknown section `deamon`
                hint: did you mean `daemon`?
                intake.toml:4:1: unknown key `scan_intervall` in `[daemon]`
                hint: did you mean `scan_interval`?
                intake.toml:5:14: `daemon.quiet_time`: expected a duration, found `5`
                hint: write `"200ms"`, `"5s"`, `"2m"` or `"1h"`
                intake.toml:6:18: `daemon.disk_reserve`: expected a size, found `"1 GB"`
                hint: write `"64 KiB"`, `"1 GiB"` or a number of bytes
                intake.toml:7:14: `daemon.log_format`: expected one of `"text"`, `"json"`, found `"JSON"`
                hint: did you mean `"json"`?
                intake.toml:8:17: `daemon.scan_interval`: "1ms" is out of range
                hint: it must be between "50ms" and "1h"
                intake.toml:9:14: `daemon.log_filter`: `"a=b=c"` is no filter: error parsing level filter: expected one of "off", "error", "warn", "info", "debug", "trace", or a number 0-5
                hint: write `"info,notify=debug"`
                intake.toml:10:1: unknown key `delivery` in `[daemon]`
                hint: `delivery` belongs in `[profile]`
                intake.toml:12:1: `limits.field_bytes` is larger than `limits.record_bytes`
                hint: a field is a part of a record
                intake.toml:13:14: `limits.json_depth`: expected a whole number, found `-1`
                intake.toml:15:13: `profile.time_zone`: expected a time zone, found `"Europe/Berln"`
                hint: did you mean `"Europe/Berlin"`?
                intake.toml:16:1: `profile.end_missing` has no meaning for a delivery of changes only
                hint: set `delivery = "full"` beside it
                intake.toml:17:15: `profile.clear_token`: expected text of 1 to 64 printable characters, found `""`
                intake.toml:18:15: `profile.done_marker`: expected `true` or `false`, found `"done"`
                intake.toml:19:10: `profile.offers`: no offer id: `"O_1"`, `3`
                hint: an offer id is text of exactly 20 characters
                intake.toml:20:24: `profile.brake.ends_share`: expected a share from 0 to 1, found `20`
                hint: 20 % is written `0.2`
                intake.toml:20:28: unknown key `limit` in `[profile.brake]`
                hint: known here are `enabled`, `ends_share`, `ends_count`, `updates_share`, `updates_count`, `rejects_share`, `rejects_count`
                intake.toml:22:1: `partners.alpha` is a section
                hint: write `[partners.alpha]` on a line of its own, and its keys below
                intake.toml:23:10: unknown key `ends_share` in `[partners.beta]`
                hint: `ends_share` belongs in `[partners.beta.brake]`
                intake.toml:24:11: `Ä B` cannot be the name of a partner
                hint: up to 64 of a-z, 0-9, `-` and `_`, beginning with a letter or digit
                intake.toml:25:1: unknown key `file_polcy` in `[partners.Ä B]`
                hint: did you mean `file_policy`?"#]],
        );
    }

    #[test]
    fn what_is_no_toml_is_reported_and_the_rest_is_read() {
        check(
            "[daemon]\nwatcher = 'on'\nscan_interval = \nquiet_time = 3s\nbatch_rows = 1\n\
             batch_rows = 2\n[limits\n[limits]\ncolumns = 0\n",
            &expect![[r#"
                intake.toml:2:11: `daemon.watcher`: expected `true` or `false`, found `"on"`
                intake.toml:3:17: string values must be quoted, expected literal string
                intake.toml:4:14: string values must be quoted, expected literal string
                intake.toml:5:1: unknown key `batch_rows` in `[daemon]`
                hint: known here are `scan_interval`, `quiet_time`, `quiet_time_renamed`, `empty_grace`, `watcher`, `disk_reserve`, `log_format`, `log_level`, `log_filter`, `store_cache`, `journal_segment`
                intake.toml:6:1: duplicate key
                intake.toml:7:8: unclosed table, expected `]`
                intake.toml:9:11: `limits.columns`: 0 is out of range
                hint: it must be between 1 and 16384"#]],
        );
        check(
            "[daemon]\nlog_filter = \"\"\"abc\n\nfoo = 1\n",
            &expect![[r#"
                intake.toml:2:14: `daemon.log_filter`: `"abc\n\nfoo = 1\n"` is no filter: error parsing level filter: expected one of "off", "error", "warn", "info", "debug", "trace", or a number 0-5
                hint: write `"info,notify=debug"`
                intake.toml:5:1: invalid multi-line basic string, expected `"`"#]],
        );
        check(
            "profile = 3\npartners = []\n[limits.columns]\na = 1\n",
            &expect![[r#"
                intake.toml:1:1: `profile` is a section
                hint: write `[profile]` on a line of its own, and its keys below
                intake.toml:2:1: `partners.<name>` is a section
                hint: write `[partners.<name>]` on a line of its own, and its keys below
                intake.toml:3:1: `limits.columns`: expected a whole number, found a table"#]],
        );
    }

    #[test]
    fn a_file_in_another_encoding_is_no_panic() {
        let found = Config::parse(b"# ok\n# Gr\xFC\xDFe", "intake.toml").expect_err("not UTF-8");
        expect![[r#"
            intake.toml:2:5: the file is not UTF-8 from here on
            hint: save it with the encoding UTF-8"#]]
        .assert_eq(&found[0].to_string());
        assert_eq!(found.len(), 1);
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "[\\[\\]a-z=.'\"\n #0-9{},]{0,200}") {
            let _ = Config::parse(text.as_bytes(), "intake.toml");
        }
    }
}

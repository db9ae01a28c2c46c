//! Is every config read as it is meant, and every mistake in one named with its place?

use std::time::Duration;

use expect_test::{Expect, expect};

use crate::config::{Config, Delivery, FilePolicy, LogFormat, Offers};

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

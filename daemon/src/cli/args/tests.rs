//! Are command lines read as they are meant, and is every command documented?

use clap::CommandFactory;
use clap::error::ErrorKind;

use super::*;

fn read(line: &str) -> Result<Cli, clap::Error> {
    parse(line.split_whitespace().map(OsString::from))
}

fn command(line: &str) -> Command {
    read(line)
        .unwrap_or_else(|error| panic!("`{line}`: {error}"))
        .command
}

#[test]
fn the_definition_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn every_command_is_read_and_can_be_sent() {
    for line in [
        "intake serve --data d --config c.toml",
        "intake token new --partner alpha --name night-export --read-only",
        "intake snapshot --partner alpha --data d --out f",
        "intake profile show --partner alpha --data d",
        "intake check a.csv - b.json --partner alpha --data d --format ndjson --lang de",
        "intake plan a.csv --partner alpha --data d --format json",
        "intake plan a.csv --partner alpha --data d --against a.csv.plan.json",
        "intake import a.csv b.csv --partner alpha --data d --format json -q",
        "intake log --data d --external-id X --offer O --partner p --file a.csv --failed \
         --since 2h --until 2026-01-31 --format json",
        "intake log --data d --follow",
        "intake order A-4711 --data d --format json",
        "intake offer add O_MZA1E7173120881551 --title T --managed-by EXTERNAL \
         --access-right a --access-right b --payment-method ZERO --multiple-purchases \
         --archived --data d",
        "intake offer list --data d --format json",
        "intake offer load offers.ndjson --data d",
        "intake customer add --email e@example.org --language de --id 1 \
         --external-system-id x --username u --salutation MRS --first-name f --last-name l \
         --invoice-email i@example.org --mobile-number +4930123456 --birthday 1980-01-31 \
         --registration-source s --data d",
        "intake customer show 1 --data d --format json",
        "intake customer load customers.ndjson --data d",
        "intake files --data d --format json",
        "intake release ID --data d",
        "intake discard ID --data d",
        "intake rebuild --data d",
        "intake verify --data d",
        "intake backup /b --archive --receipts --keep 3 --data d --format json",
        "intake restore /b --data d --format json",
        "intake restore /b --check",
        "intake tidy --dry-run --data d --format json",
        "intake export orders --partner alpha --offer O --running --data d --format ndjson",
        "intake export log --external-id X --failed --since 2h --data d --format ndjson",
        "intake revert 17 --dry-run --also-changed --data d --format json",
        "intake init d --partner alpha --offers o.ndjson --listen 127.0.0.1:0 --token",
        "intake config check --data d",
        "intake config show-default",
        "intake template --format ndjson",
    ] {
        let command = command(line);
        let sent = serde_json::to_vec(&command).expect("the arguments are plain data");
        let received: Command = serde_json::from_slice(&sent).expect("and come back");
        assert_eq!(received, command, "{line}");
        let named = line.contains("--data d").then_some(Path::new("d"));
        assert_eq!(command.data_directory(), named, "{line}");
    }
}

#[test]
fn standard_input_is_a_dash() {
    let Command::Check(check) = command("intake check - ./- --at 2026-01-31T08:00:00Z") else {
        panic!("another command");
    };
    assert_eq!(check.files, [Input::Stdin, Input::File("./-".into())]);
    assert_eq!(
        check.at,
        Some("2026-01-31T08:00:00Z".parse().expect("a timestamp"))
    );
}

#[test]
fn wrong_arguments_end_with_2_and_help_with_0() {
    for line in [
        "intake",
        "intake serv --data d",
        "intake check",
        "intake plan a.csv --partner Alpha --data d",
        "intake order X --data d --format ndjson",
        "intake log --data d --since yesterday",
        "intake log --data d --follow --until 2h",
        "intake offer add O_1 --title T --managed-by EXTERNAL --data d",
        "intake offer add O_MZA1E7173120881551 --title T --managed-by external --data d",
        "intake check a.csv --lang fr",
        "intake token new --name Jörg",
    ] {
        let error = read(line).expect_err(line);
        assert_eq!(error.exit_code(), 2, "{line}");
    }
    for line in ["intake --help", "intake --version", "intake offer add -h"] {
        assert_eq!(read(line).expect_err(line).exit_code(), 0, "{line}");
    }
}

#[test]
fn a_missing_data_directory_is_named() {
    if std::env::var_os("INTAKE_DATA").is_some() {
        return;
    }
    let error = read("intake files").expect_err("there is no data directory");
    assert_eq!(error.kind(), ErrorKind::MissingRequiredArgument);
    assert!(error.to_string().contains("--data <DIR>"), "{error}");
}

#[test]
fn global_options_stand_before_or_behind_the_command() {
    for line in [
        "intake --lang de --color never -q template",
        "intake template --lang de --color never -q",
    ] {
        let global = read(line).expect("is read").global;
        assert_eq!(global.language(), Language::De);
        assert_eq!((global.color, global.quiet), (Color::Never, true));
    }
}

#[test]
fn every_command_shows_an_example() {
    fn walk(command: &clap::Command) {
        if command.has_subcommands() {
            command.get_subcommands().for_each(walk);
            return;
        }
        let help = command
            .get_after_help()
            .map(ToString::to_string)
            .unwrap_or_default();
        assert!(
            help.starts_with("Example: intake "),
            "{}",
            command.get_name()
        );
    }
    walk(&Cli::command());
}

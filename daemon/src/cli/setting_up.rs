//! How does an installation come to be?
//! From arguments, or from answers on a terminal; nothing that is there already is replaced, and nothing is written before
//! the whole configuration is found good.

use std::ffi::OsString;
use std::fs::Permissions;
use std::io::{self, BufRead, IsTerminal as _, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::{Context as _, ensure};

use super::args::{Command, DataDirectory, Init, OfferAction, OfferLoad, Outcome};
use super::run::Files;
use super::terminal::{GOOD, HEADING, Terminal};
use crate::commands::Speech;
use crate::config::{
    Chosen, Config, ConfigError, FILE_NAME, TokenHash, first_file, is_partner_name,
};
use crate::http::new_token;
use crate::open_data::OpenData;
use crate::perform::{self, Call};
use crate::system::write_new_atomically;

/// Makes the installation and says what it is.
pub(super) fn run(
    arguments: &Init,
    named_config: Option<&Path>,
    speech: &Speech,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let data = &arguments.directory;
    let place = named_config.map_or_else(|| data.join(FILE_NAME), Path::to_owned);
    ensure!(
        !place.exists(),
        "`{}` is there already\nhint: `intake init` makes a new installation and replaces nothing",
        place.display()
    );
    let mut wishes = arguments.clone();
    if !arguments.no_questions && io::stdin().is_terminal() {
        let mut answers = io::stdin().lock();
        ask(&mut wishes, speech, &mut answers, &mut io::stderr().lock())?;
    }
    if let Some(offers) = &wishes.offers {
        std::fs::File::open(offers)
            .with_context(|| format!("cannot read `{}`", offers.display()))?;
    }
    let token = match wishes.token {
        true => Some(new_token().context("cannot draw a random number")?),
        false => None,
    };
    let text = first_file(&chosen(&wishes, token.as_deref()));
    let config = match Config::parse(text.as_bytes(), &place.to_string_lossy()) {
        Ok(config) => config,
        Err(problems) => {
            let path = place.clone();
            terminal.error(&ConfigError::Problems { path, problems });
            return Ok(Outcome::Findings);
        }
    };
    if place.parent() == Some(data) {
        std::fs::create_dir_all(data)
            .with_context(|| format!("cannot make `{}`", data.display()))?;
    }
    write_new_atomically(&place, text.as_bytes())?;
    let rights = |path: &Path, mode| {
        std::fs::set_permissions(path, Permissions::from_mode(mode))
            .with_context(|| format!("cannot set the rights of `{}`", path.display()))
    };
    rights(&place, 0o640)?;
    let open = OpenData::open(data, config)?;
    rights(&open.path, 0o750)?;

    let german_or_english = |de, en| speech.say(de, en);
    writeln!(
        out,
        "{GOOD}{}{GOOD:#} {}",
        german_or_english("angelegt:", "made"),
        open.path.display()
    )?;
    let config_word = german_or_english("Konfiguration", "configuration");
    writeln!(out, "  {config_word}  {}", place.display())?;
    if let Some(partner) = &wishes.partner {
        for folder in ["inbox", "outbox"] {
            writeln!(
                out,
                "  {folder:<13}  {}",
                open.path.join(folder).join(partner).display()
            )?;
        }
    }
    let mut outcome = Outcome::Done;
    if let Some(offers) = wishes.offers {
        outcome = load_offers(&open, offers, speech, out)?;
    }
    if let Some(token) = token {
        let heading = german_or_english(
            "Das Token des Partners, nur jetzt zu sehen",
            "The partner's token, shown this once",
        );
        writeln!(out, "\n{HEADING}{heading}{HEADING:#}\n  {token}")?;
    }
    let next = german_or_english("Weiter mit", "Next");
    let place =
        named_config.map_or_else(String::new, |path| format!(" --config {}", path.display()));
    writeln!(
        out,
        "\n{HEADING}{next}{HEADING:#}\n  intake serve --data {}{place}",
        open.path.display()
    )?;
    Ok(outcome)
}

fn chosen(wishes: &Init, token: Option<&str>) -> Chosen {
    let listen = wishes
        .listen
        .map(|address| ("http", "listen", format!("\"{address}\"")));
    let hashes = token.map(|token| TokenHash::of(token).to_string());
    Chosen {
        keys: listen.into_iter().collect(),
        partner: wishes
            .partner
            .clone()
            .map(|partner| (partner, hashes.into_iter().collect())),
    }
}

fn load_offers(
    data: &OpenData,
    file: std::path::PathBuf,
    speech: &Speech,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let command = Command::Offer(OfferAction::Load(OfferLoad {
        file: file.clone(),
        data: DataDirectory {
            path: data.path.clone(),
        },
    }));
    let call = Call {
        speech,
        going: &|_| true,
    };
    let mut files = Files::new(vec![OsString::from(file).into()]);
    perform::run(&command, data, &call, &mut files, out)
}

/// Asks for what the arguments leave open. An empty line is the answer that stands in brackets.
fn ask(
    wishes: &mut Init,
    speech: &Speech,
    answers: &mut dyn BufRead,
    questions: &mut dyn Write,
) -> anyhow::Result<()> {
    let mut asked = |de: &str, en: &str| -> anyhow::Result<String> {
        write!(questions, "{} ", speech.say(de, en))?;
        questions.flush()?;
        let mut answer = String::new();
        answers.read_line(&mut answer)?;
        Ok(answer.trim().to_owned())
    };
    while wishes.partner.is_none() {
        let name = asked(
            "Name des ersten Partners, auch der seines Ordners [keiner]:",
            "Name of the first partner, and of its folder [none]:",
        )?;
        if name.is_empty() {
            break;
        }
        if is_partner_name(&name) {
            wishes.partner = Some(name);
        }
    }
    if wishes.offers.is_none() {
        let path = asked(
            "Datei mit dem Katalog der Angebote, NDJSON [keine]:",
            "File with the catalog of offers, NDJSON [none]:",
        )?;
        wishes.offers = (!path.is_empty()).then(|| path.into());
    }
    while wishes.listen.is_none() {
        let address = asked(
            "Adresse für HTTP, etwa 127.0.0.1:8710 [ohne HTTP]:",
            "Address for HTTP, such as 127.0.0.1:8710 [no HTTP]:",
        )?;
        if address.is_empty() {
            break;
        }
        wishes.listen = address.parse().ok();
    }
    if wishes.listen.is_some() && wishes.partner.is_some() && !wishes.token {
        let answer = asked(
            "Ein Token für den Partner, damit er hochladen kann? [J/n]:",
            "A token for the partner, so that it can upload? [Y/n]:",
        )?;
        wishes.token = !answer.to_lowercase().starts_with('n');
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use intake_core::finding::Language;

    use super::*;

    fn answered(text: &str) -> (Init, String) {
        let mut wishes = Init {
            directory: "d".into(),
            partner: None,
            offers: None,
            listen: None,
            token: false,
            no_questions: false,
        };
        let speech = Speech {
            language: Language::En,
            now: jiff::Timestamp::UNIX_EPOCH,
            zone: jiff::tz::TimeZone::UTC,
        };
        let mut questions = Vec::new();
        ask(&mut wishes, &speech, &mut text.as_bytes(), &mut questions).unwrap();
        (wishes, String::from_utf8(questions).unwrap())
    }

    #[test]
    fn answers_become_wishes_and_wrong_ones_are_asked_again() {
        let (wishes, questions) =
            answered("Kiosk!\nkiosk\noffers.ndjson\nhere\n127.0.0.1:8710\n\n");
        assert_eq!(wishes.partner.as_deref(), Some("kiosk"));
        assert_eq!(wishes.offers.as_deref(), Some(Path::new("offers.ndjson")));
        assert_eq!(wishes.listen, Some("127.0.0.1:8710".parse().unwrap()));
        assert!(wishes.token);
        assert_eq!(questions.matches("first partner").count(), 2);
        assert_eq!(questions.matches("Address for HTTP").count(), 2);
    }

    #[test]
    fn nothing_is_an_answer() {
        for text in ["", "\n\n\n"] {
            let (wishes, _) = answered(text);
            assert_eq!(
                (wishes.partner, wishes.listen, wishes.token),
                (None, None, false)
            );
        }
        assert!(!answered("kiosk\n\n127.0.0.1:1\nno\n").0.token);
    }
}

//! What does `intake profile init` write?
//! A partner's entry for `intake.toml` as a sample file suggests it: what is likely is set, what a file cannot show stands
//! as a comment, and every line says why.

use std::fmt::Write as _;
use std::io::{Read, Write};

use anyhow::Context as _;
use intake_core::field::Field;
use intake_core::finding::{Language, headline};
use intake_core::profile::proposal::{Proposal, Proposer};
use intake_core::reading::local_time::First;

use super::Speech;
use crate::cli::args::Outcome;
use crate::printable::printable;

/// The version of what is written: a later one may propose more.
const VERSION: u32 = 1;

/// Looks at a sample file and writes the entry of the partner that it comes from. [`Outcome::Findings`] where the file cannot be
/// read as one of orders.
pub fn propose(
    mut source: impl Read,
    mut proposer: Proposer,
    (file, partner): (&str, &str),
    speech: &Speech,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let mut piece = vec![0; 256 << 10];
    loop {
        let length = source
            .read(&mut piece)
            .with_context(|| format!("cannot read `{}`", printable(file)))?;
        if length == 0 {
            break;
        }
        proposer.push(&piece[..length]);
    }
    let proposal = proposer.finish();
    let text = entry(&proposal, file, partner, speech);
    out.write_all(text.as_bytes())
        .context("cannot write the proposal")?;
    Ok(match proposal.format {
        Some(_) => Outcome::Done,
        None => Outcome::Findings,
    })
}

/// Writes lines of TOML with their reasons.
struct Lines<'s> {
    text: String,
    speech: &'s Speech,
}

impl Lines<'_> {
    /// A sentence as a comment.
    fn say(&mut self, de: &str, en: &str) {
        let sentence = self.speech.say(de, en);
        for line in sentence.lines() {
            // Writing into a `String` cannot fail.
            let _ = writeln!(self.text, "# {}", printable(line));
        }
    }

    /// A line that holds.
    fn set(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// A line that holds once somebody takes the sign away from it.
    fn open(&mut self, line: &str) {
        let _ = writeln!(self.text, "#{line}");
    }

    fn pause(&mut self) {
        self.text.push('\n');
    }
}

fn entry(proposal: &Proposal, file: &str, partner: &str, speech: &Speech) -> String {
    let mut lines = Lines {
        text: String::new(),
        speech,
    };
    let rows = speech.number(proposal.rows);
    let good = speech.number(proposal.accepted);
    lines.say(
        &format!(
            "Vorschlag (Fassung {VERSION}) aus {file}: {rows} Datensätze, {good} davon richtig.\n\
             In intake.toml einfügen und prüfen; was mit #schlüssel beginnt, gilt erst ohne das #."
        ),
        &format!(
            "Proposal (version {VERSION}) from {file}: {rows} records, {good} of them right.\n\
             Put it into intake.toml and look it over; a line that begins with #key holds only without its #."
        ),
    );
    for finding in &proposal.about_file {
        let [de, en] = [Language::De, Language::En].map(|language| headline(finding, language));
        lines.say(&format!("! {de}"), &format!("! {en}"));
    }
    lines.set(&format!("[partners.{partner}]"));
    form(&mut lines, proposal);
    mapping(&mut lines, proposal);
    values(&mut lines, proposal);
    dates(&mut lines, proposal);
    words(&mut lines, proposal);
    agreement(&mut lines, proposal);
    lines.text
}

fn form(lines: &mut Lines<'_>, proposal: &Proposal) {
    let Some(format) = proposal.format else {
        lines.say(
            "Die Datei ist nicht als Datei von Aufträgen zu lesen; vorgeschlagen wird nichts.",
            "The file cannot be read as one of orders; nothing is proposed.",
        );
        return;
    };
    let format = format.name();
    let delimiter = match proposal.delimiter {
        Some('\t') => "TAB".to_owned(),
        Some(delimiter) => delimiter.to_string(),
        None => String::new(),
    };
    let (de, en) = match proposal.delimiter {
        Some(_) => (
            format!(" mit Trennzeichen {delimiter}"),
            format!(" with the delimiter {delimiter}"),
        ),
        None => (String::new(), String::new()),
    };
    lines.say(
        &format!(
            "Format: {format}{de}; das wird an jeder Datei erkannt und braucht keinen Schlüssel."
        ),
        &format!("Format: {format}{en}; that is recognised in each file and needs no key."),
    );
    if let Some(encoding) = proposal.encoding {
        let title = encoding.title();
        lines.say(
            &format!("Kodierung: {title}; das zeigt jede Datei, die genug davon enthält. Wer es festlegen will:"),
            &format!("Encoding: {title}; each file that has enough of it shows that. Whoever wants it settled:"),
        );
        lines.open(&format!("encoding = \"{}\"", encoding.name()));
    }
    for (header, field) in &proposal.known {
        let name = field.name();
        if &**header != name {
            lines.say(
                &format!("  {header} = {name}"),
                &format!("  {header} = {name}"),
            );
        }
    }
}

fn mapping(lines: &mut Lines<'_>, proposal: &Proposal) {
    if proposal.unknown.is_empty() {
        return;
    }
    lines.pause();
    lines.say(
        "Überschriften, die niemand kennt. Ähnliche sind zugeordnet: bitte bestätigen. Die anderen werden\n\
         nicht gelesen; mit \"ignore\" ist das vereinbart und wird nicht mehr gemeldet.",
        "Headers that nobody knows. Those that are nearly known are mapped: please confirm. The others are not\n\
         read; with \"ignore\" that is agreed and reported no more.",
    );
    let pairs: Vec<_> = proposal
        .unknown
        .iter()
        .map(|(header, near)| format!("{} = {}", quoted(header), quoted(near.unwrap_or("ignore"))))
        .collect();
    let all_near = proposal.unknown.iter().all(|(_, near)| near.is_some());
    let line = format!("mapping = {{ {} }}", pairs.join(", "));
    if all_near {
        lines.set(&line);
    } else {
        lines.open(&line);
    }
}

fn values(lines: &mut Lines<'_>, proposal: &Proposal) {
    lines.pause();
    if proposal.reread == 0 {
        lines.say(
            "Alle Werte stehen in der Form der Plattform. Wer das verlangen will:",
            "All values stand in the platform's form. Whoever wants to demand that:",
        );
        lines.open("values = \"strict\"");
        return;
    }
    let count = lines.speech.number(proposal.reread);
    lines.say(
        &format!("{count} Werte wurden anders gelesen als geschrieben (intake check zeigt jeden); streng würden sie abgelehnt."),
        &format!("{count} values were read otherwise than written (intake check shows each); strictly they would be rejected."),
    );
    lines.set("values = \"lenient\"");
    lines.say(
        "In dieser Zeitzone gelten Zeiten ohne Abstand zu UTC.",
        "In this zone times without an offset from UTC are read.",
    );
    lines.set("time_zone = \"Europe/Berlin\"");
}

fn dates(lines: &mut Lines<'_>, proposal: &Proposal) {
    for slashes in &proposal.slashes {
        let header = &slashes.header;
        let ambiguous = lines.speech.number(slashes.ambiguous);
        match slashes.first {
            Some(First::Day) => lines.say(
                &format!("{header}: Daten wie 13/04/2026 zeigen, dass der Tag zuerst steht."),
                &format!("{header}: dates such as 13/04/2026 show that the day comes first."),
            ),
            Some(First::Month) => lines.say(
                &format!("{header}: Daten wie 04/13/2026 zeigen, dass der Monat zuerst steht."),
                &format!("{header}: dates such as 04/13/2026 show that the month comes first."),
            ),
            None => lines.say(
                &format!("{header}: {ambiguous} Daten mit Schrägstrich sind auf zwei Arten zu lesen; die Datei zeigt nicht, was gilt."),
                &format!("{header}: {ambiguous} dates with slashes can be read in two ways; the file does not show which holds."),
            ),
        }
    }
    let shown: Vec<_> = proposal
        .slashes
        .iter()
        .map(|slashes| slashes.first)
        .collect();
    let agree = shown.windows(2).all(|pair| pair[0] == pair[1]);
    match shown.first() {
        None => {}
        Some(Some(First::Day)) if agree => lines.set("date_order = \"day-first\""),
        Some(Some(First::Month)) if agree => lines.set("date_order = \"month-first\""),
        Some(_) => lines.open("date_order = \"day-first\""),
    }
}

fn words(lines: &mut Lines<'_>, proposal: &Proposal) {
    if proposal.words.is_empty() {
        return;
    }
    lines.pause();
    lines.say(
        "Wörter, die niemand kennt, und was sie vermutlich heißen. ? ist zu ersetzen, etwa durch BANK_ACCOUNT:",
        "Words that nobody knows, and what they are likely to mean. Replace ?, for example by BANK_ACCOUNT:",
    );
    let pairs: Vec<_> = proposal
        .words
        .iter()
        .map(|(word, (near, _))| {
            format!(
                "{} = {}",
                quoted(word),
                quoted(near.as_deref().unwrap_or("?"))
            )
        })
        .collect();
    lines.open(&format!("words = {{ {} }}", pairs.join(", ")));
    for (word, (_, count)) in &proposal.words {
        let count = lines.speech.number(*count);
        lines.say(
            &format!("  {word}: {count} ×"),
            &format!("  {word}: {count} ×"),
        );
    }
}

/// What no file shows.
fn agreement(lines: &mut Lines<'_>, proposal: &Proposal) {
    lines.pause();
    lines.say(
        "Ob eine Lieferung nur Änderungen nennt oder den ganzen Bestand, zeigt keine Datei: vereinbaren.",
        "Whether a delivery names changes only or the whole book shows in no file: agree on it.",
    );
    lines.set("delivery = \"delta\"");
    lines.say(
        "Was ein abgelehnter Datensatz für die übrigen heißt: \"rows\" nimmt die guten, \"file\" keinen.",
        "What a rejected record means for the others: \"rows\" takes the good ones, \"file\" none.",
    );
    lines.set("file_policy = \"rows\"");
    if !proposal.offers.is_empty() && !proposal.more_offers {
        lines.say(
            "Die Datei nennt diese Angebote. Wer andere ausschließen will:",
            "The file names these offers. Whoever wants to exclude others:",
        );
        let offers: Vec<_> = proposal.offers.iter().map(|offer| quoted(offer)).collect();
        lines.open(&format!("offers = [{}]", offers.join(", ")));
    }
    let names_end = proposal
        .known
        .iter()
        .any(|(_, field)| *field == Field::EndDate);
    if names_end {
        lines.say(
            "Leere Zellen lassen einen bekannten Wert stehen; dieses Wort löscht ihn, etwa ein Ende.",
            "Empty cells keep a known value; this word clears it, an end for example.",
        );
        lines.set("clear_token = \"NULL\"");
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::fixture::speech;
    use crate::config::Config;
    use crate::import::Terms;
    use expect_test::expect;

    const FILE: &str = "Abonummer;Angebot;Kunde;Menge;Startdtum;Zahlart;Ende\r\n\
        A-1;O_MZA1E7173120881551;C1;1;21.03.2026;Lastschrift;13/04/2027\r\n\
        A-2;O_MZA1E7173120881551;C1;1;21.03.2026;Bar;03/04/2027\r\n";

    fn proposed(file: impl AsRef<[u8]>) -> (String, Outcome) {
        let speech = speech();
        let profile = Terms::of(&Config::default(), "kiosk").profile;
        let mut out = Vec::new();
        let proposer = Proposer::new(&profile, speech.moment_now());
        let outcome = propose(
            file.as_ref(),
            proposer,
            ("a.csv", "kiosk"),
            &speech,
            &mut out,
        );
        (String::from_utf8(out).unwrap(), outcome.unwrap())
    }

    #[test]
    fn what_is_proposed_is_a_configuration() {
        let (text, outcome) = proposed(FILE);
        assert_eq!(outcome, Outcome::Done);
        expect![[r##"
            # Proposal (version 1) from a.csv: 2 records, 0 of them right.
            # Put it into intake.toml and look it over; a line that begins with #key holds only without its #.
            # ! The column “Startdtum” is unknown and is not read (meant: startDate?).
            # ! The required column startDate is missing.
            [partners.kiosk]
            # Format: csv with the delimiter ;; that is recognised in each file and needs no key.
            #   Abonummer = externalSystemId
            #   Angebot = plenigoOfferId
            #   Kunde = invoiceCustomerId
            #   Menge = quantity
            #   Zahlart = paymentMethod
            #   Ende = endDate

            # Headers that nobody knows. Those that are nearly known are mapped: please confirm. The others are not
            # read; with "ignore" that is agreed and reported no more.
            mapping = { "Startdtum" = "startDate" }

            # 3 values were read otherwise than written (intake check shows each); strictly they would be rejected.
            values = "lenient"
            # In this zone times without an offset from UTC are read.
            time_zone = "Europe/Berlin"
            # Ende: dates such as 13/04/2026 show that the day comes first.
            date_order = "day-first"

            # Words that nobody knows, and what they are likely to mean. Replace ?, for example by BANK_ACCOUNT:
            #words = { "Bar" = "?" }
            #   Bar: 1 ×

            # Whether a delivery names changes only or the whole book shows in no file: agree on it.
            delivery = "delta"
            # What a rejected record means for the others: "rows" takes the good ones, "file" none.
            file_policy = "rows"
            # Empty cells keep a known value; this word clears it, an end for example.
            clear_token = "NULL"
        "##]].assert_eq(&text);
        let config = Config::parse(text.as_bytes(), "intake.toml").unwrap();
        let mapped = config.profile("kiosk").mapping.pairs();
        assert_eq!(
            mapped.get("Startdtum").map(|field| &**field),
            Some("startDate")
        );
    }

    #[test]
    fn an_encoding_other_than_utf_8_is_proposed() {
        let mut file = FILE.replace("Bar", "Bar, Straße").into_bytes();
        let at = file
            .windows(2)
            .position(|pair| pair == "ß".as_bytes())
            .unwrap();
        file.splice(at..at + 2, [0xDF]);
        let (text, _) = proposed(file);
        assert!(text.contains("\n#encoding = \"windows-1252\"\n"), "{text}");
        Config::parse(text.as_bytes(), "intake.toml").unwrap();
    }

    #[test]
    fn what_is_no_file_of_orders_is_said_to_be_none() {
        let (text, outcome) = proposed("colour;size\nred;7\n");
        assert_eq!(outcome, Outcome::Findings);
        assert!(text.contains("[partners.kiosk]"), "{text}");
        Config::parse(text.as_bytes(), "intake.toml").unwrap();
    }
}

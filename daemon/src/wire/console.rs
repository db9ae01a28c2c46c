//! What is the operator's page told?
//! Version 1 of its own shapes, which are no part of the platform's; offers are told in the platform's.

#[cfg(test)]
mod page_types;

use std::collections::BTreeMap;

use intake_core::report::put;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::shape::{Instant, Named, Shape, shapes, worded};
use crate::state::FileRecord;

/// The version of all shapes here.
pub const VERSION: u32 = 1;

/// Counts by decision.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Counts<'c>(pub &'c BTreeMap<String, u64>);

impl Shape for Counts<'_> {
    fn schema(_: &mut Named) -> Value {
        json!({ "type": "object", "additionalProperties": { "type": "integer", "minimum": 0 } })
    }
}

/// JSON that was written down before, as it stands there.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Line(pub Box<RawValue>);

impl Line {
    /// A line of JSON; nothing where it is none.
    pub fn of(line: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(line).ok()?.to_owned();
        RawValue::from_string(text).ok().map(Self)
    }

    /// A value.
    pub fn made_of(value: &impl Serialize) -> Option<Self> {
        let mut line = Vec::new();
        put(&mut line, value);
        Self::of(&line)
    }
}

impl Shape for Line {
    fn schema(_: &mut Named) -> Value {
        json!({ "type": "object" })
    }
}

worded! {
    /// What the operator should know of.
    AlarmKind {
        /// A part of the daemon does not work.
        NotReady = "notReady",
        /// Little space is free.
        Disk = "disk",
        /// Something is wrong on the way to the platform that only the operator can mend.
        Upstream = "upstream",
        /// Changes that the platform refuses.
        Parked = "parked",
        /// Nothing has come from a partner for longer than is expected.
        Overdue = "overdue",
        /// A file lies in an inbox for long.
        Waiting = "waiting",
        /// The brake holds imports.
        Held = "held",
    }

    /// How an import came.
    Way {
        /// As a file in the drop folder, be it by an upload or a command.
        File = "file",
        /// As a request to the platform's call.
        Request = "request",
    }
}

shapes! {
    /// Who looks.
    SessionV1<'s> as "ConsoleSession", "Wer schaut." {
        /// The version of this shape.
        version: u32 = "Die Fassung dieser Form.";
        /// What the log calls the token.
        who: &'s str = "Wie das Protokoll das Token nennt.";
        /// May it act, or only look?
        may_act: bool = "Darf es handeln, oder nur schauen?";
        /// The version of the program.
        program: &'s str = "Die Fassung des Programms.";
        /// The names of the partners.
        partners: Vec<&'s str> = "Die Namen der Partner.";
    }

    /// How everything stands.
    OverviewV1<'o> as "ConsoleOverview", "Wie alles steht." {
        /// The version of this shape.
        version: u32 = "Die Fassung dieser Form.";
        /// The place in the journal: it moves with everything that happens.
        mark: Box<str> = "Die Stelle im Journal: sie rückt mit allem weiter, was geschieht.";
        /// What needs the operator, the gravest first.
        alarms: Vec<AlarmV1> = "Was den Betreiber braucht, das Schwerste zuerst.";
        /// The parts of the daemon, and whether each works.
        parts: Vec<PartV1> = "Die Teile des Dienstes, und ob jeder arbeitet.";
        /// The disk.
        disk: DiskV1 = "Der Speicherplatz.";
        /// What goes to the platform.
        outbox: OutboxV1 = "Was zur Plattform geht.";
        /// The partners.
        partners: Vec<PartnerV1> = "Die Partner.";
        /// The imports that the brake holds.
        held: Vec<FileV1<'o>> = "Die Importe, die die Bremse anhält.";
        /// The latest imports.
        recent: Vec<FileV1<'o>> = "Die neuesten Importe.";
        /// Orders in the books.
        orders: u64 = "Aufträge in den Büchern.";
        /// Customers in the books.
        customers: u64 = "Kunden in den Büchern.";
        /// Offers in the catalog.
        offers: u64 = "Angebote im Katalog.";
        /// Entries of the log.
        log_entries: u64 = "Einträge des Protokolls.";
    }

    /// Something that needs the operator.
    AlarmV1 as "ConsoleAlarm", "Etwas, das den Betreiber braucht." {
        /// What.
        kind: AlarmKind = "Was.";
        /// Of which partner.
        partner: Option<String>, absent "Option::is_none" = "Bei welchem Partner.";
        /// How many.
        count: Option<u64>, absent "Option::is_none" = "Wie viele.";
        /// Since when.
        since: Option<Instant>, absent "Option::is_none" = "Seit wann.";
        /// In the program's words.
        text: Option<String>, absent "Option::is_none" = "In den Worten des Programms.";
    }

    /// A part of the daemon.
    PartV1 as "ConsolePart", "Ein Teil des Dienstes." {
        /// Its name.
        name: &'static str = "Sein Name.";
        /// Does it work?
        good: bool = "Arbeitet er?";
    }

    /// The disk.
    DiskV1 as "ConsoleDisk", "Der Speicherplatz." {
        /// Free bytes, rounded down.
        free_bytes: u64 = "Freie Bytes, abgerundet.";
        /// With less than this no file is taken.
        reserve_bytes: u64 = "Mit weniger wird keine Datei angenommen.";
        /// Bytes of the journal.
        journal_bytes: u64 = "Bytes des Journals.";
    }

    /// What goes to the platform.
    OutboxV1 as "ConsoleOutbox", "Was zur Plattform geht." {
        /// Are changes sent?
        mirroring: bool = "Werden Änderungen gesendet?";
        /// Changes without a verdict.
        depth: u64 = "Änderungen ohne Urteil.";
        /// Since when the oldest of them waits.
        oldest_since: Option<Instant> = "Seit wann die älteste wartet.";
        /// Changes that wait for the operator.
        parked: u64 = "Änderungen, die auf den Betreiber warten.";
        /// Changes that the platform took since the start.
        sent: u64 = "Änderungen, die die Plattform seit dem Start annahm.";
        /// Is there a pause just now?
        pausing: bool = "Ist gerade Pause?";
        /// What only the operator can mend.
        alarm: Option<String> = "Was nur der Betreiber beheben kann.";
    }

    /// A partner.
    PartnerV1 as "ConsolePartner", "Ein Partner." {
        /// Its name.
        name: String = "Sein Name.";
        /// Has it an entry in the configuration?
        configured: bool = "Hat er einen Eintrag in der Konfiguration?";
        /// When a file or a request last came.
        last_seen: Option<Instant> = "Wann zuletzt eine Datei oder Anfrage kam.";
        /// When an import was last applied.
        last_applied: Option<Instant> = "Wann zuletzt ein Import übernommen wurde.";
        /// How often something is expected, in seconds.
        expect_every_seconds: Option<u64> = "Wie oft etwas erwartet wird, in Sekunden.";
        /// Has nothing come for longer?
        overdue: bool = "Kam länger nichts?";
        /// Files in the inbox.
        waiting: u64 = "Dateien im Eingang.";
        /// Since when the oldest of them lies there.
        waiting_since: Option<Instant> = "Seit wann die älteste dort liegt.";
        /// Imports that the brake holds.
        held: u64 = "Importe, die die Bremse anhält.";
    }

    /// A file or a request, and how far it is.
    FileV1<'f> as "ConsoleFile", "Eine Datei oder Anfrage, und wie weit sie ist." {
        /// The import.
        import_id: &'f str = "Der Import.";
        /// The partner.
        partner: &'f str = "Der Partner.";
        /// The name as it can be shown.
        file: &'f str = "Der Name, wie er gezeigt werden kann.";
        /// How it came.
        way: Way = "Wie sie kam.";
        /// How it ended, or the last step that was taken.
        state: &'static str = "Wie sie endete, oder der letzte Schritt.";
        /// The last step that was taken.
        step: &'static str = "Der letzte Schritt.";
        /// Is something left to be done?
        open: bool = "Ist noch etwas zu tun?";
        /// Records, once they were counted.
        rows: Option<u64> = "Datensätze, sobald sie gezählt sind.";
        /// Records up to this one are decided.
        next_row: u64 = "Bis zu diesem Datensatz ist entschieden.";
        /// Counts by decision, once they were planned.
        counts: Option<Counts<'f>> = "Anzahlen nach Entscheidung, sobald geplant ist.";
        /// Length in bytes.
        bytes: u64 = "Länge in Bytes.";
        /// SHA-256.
        sha256: &'f str = "SHA-256.";
        /// When it was claimed.
        claimed: &'f str = "Wann sie angenommen wurde.";
        /// When the last step was taken.
        changed: &'f str = "Wann der letzte Schritt geschah.";
        /// Why it is held or was rejected.
        reason: Option<&'f str> = "Warum sie angehalten ist oder abgelehnt wurde.";
        /// Where it rests, below the data directory.
        place: Option<&'f str> = "Wo sie ruht, unter dem Datenverzeichnis.";
        /// What has become upstream of its rows.
        sent: Option<SentV1> = "Was bei der Plattform aus ihren Zeilen wurde.";
    }

    /// How many rows have which verdict of the platform's.
    SentV1 as "ConsoleSent", "Wie viele Zeilen welches Urteil der Plattform haben." {
        /// The platform has them.
        confirmed: u64 = "Die Plattform hat sie.";
        /// Later changes stood in their place.
        replaced: u64 = "Spätere Änderungen traten an ihre Stelle.";
        /// The platform refuses them.
        refused: u64 = "Die Plattform lehnt sie ab.";
        /// All that concern the platform.
        of: u64 = "Alle, die die Plattform betreffen.";
    }

    /// A page of files, the latest first.
    FilesV1<'f> as "ConsoleFiles", "Eine Seite von Dateien, die neueste zuerst." {
        /// The version of this shape.
        version: u32 = "Die Fassung dieser Form.";
        /// The files.
        items: Vec<FileV1<'f>> = "Die Dateien.";
        /// The cursor for the next page; nothing at the end.
        next: Option<String> = "Die Stelle für die nächste Seite; nichts am Ende.";
    }

    /// A file with its life.
    FileWithLifeV1<'f> as "ConsoleFileWithLife", "Eine Datei mit ihrem Leben." {
        /// The version of this shape.
        version: u32 = "Die Fassung dieser Form.";
        /// The file.
        file: FileV1<'f> = "Die Datei.";
        /// Its steps, in their order; of many of one kind the first and the last.
        steps: Vec<StepV1> = "Ihre Schritte, der Reihe nach; von vielen gleichen der erste und der letzte.";
        /// What was found about it as a whole.
        findings: Vec<Line> = "Was über sie als Ganzes gefunden wurde.";
        /// What its partner found in the outbox, by its names.
        papers: Vec<PaperV1> = "Was ihr Partner im Ausgang fand, mit Namen.";
    }

    /// A step in the life of a file.
    StepV1 as "ConsoleStep", "Ein Schritt im Leben einer Datei." {
        /// The step.
        step: &'static str = "Der Schritt.";
        /// When.
        time: String = "Wann.";
        /// Records up to this one were decided.
        next_row: Option<u64>, absent "Option::is_none" = "Bis zu diesem Datensatz war entschieden.";
        /// Why.
        reason: Option<String>, absent "Option::is_none" = "Warum.";
    }

    /// A file of an outbox.
    PaperV1 as "ConsolePaper", "Eine Datei aus einem Ausgang." {
        /// What it is: `receipt`, `report` or `corrections`.
        kind: &'static str = "Was sie ist: `receipt`, `report` oder `corrections`.";
        /// Its name.
        name: String = "Ihr Name.";
    }

    /// Rows of a plan that is held, planned anew from the bytes that wait.
    PlanV1 as "ConsolePlan", "Zeilen eines angehaltenen Plans, neu geplant aus den wartenden Bytes." {
        /// The version of this shape.
        version: u32 = "Die Fassung dieser Form.";
        /// The rows.
        items: Vec<Line> = "Die Zeilen.";
        /// The cursor for the next page; nothing at the end.
        next: Option<String> = "Die Stelle für die nächste Seite; nichts am Ende.";
    }

    /// A page of the log, the latest entry first.
    LogV1 as "ConsoleLog", "Eine Seite des Protokolls, der neueste Eintrag zuerst." {
        /// The version of this shape.
        version: u32 = "Die Fassung dieser Form.";
        /// The entries, as they stand in the journal.
        items: Vec<Line> = "Die Einträge, wie sie im Journal stehen.";
        /// The cursor for the next page, which may be there without an entry on this one; nothing at the end.
        next: Option<String> = "Die Stelle für die nächste Seite, die es auch ohne Eintrag auf dieser geben kann; nichts am Ende.";
    }

    /// What became of the operator's word.
    DoneV1<'d> as "ConsoleDone", "Was aus dem Wort des Betreibers wurde." {
        /// The version of this shape.
        version: u32 = "Die Fassung dieser Form.";
        /// `done`, `working` where it goes on, `heldAgain` where the plan is another one now.
        outcome: &'static str = "`done`, `working`, wo es weitergeht, `heldAgain`, wo der Plan jetzt ein anderer ist.";
        /// How many changes it was about.
        count: Option<u64>, absent "Option::is_none" = "Um wie viele Änderungen es ging.";
        /// The import as it is now.
        file: Option<FileV1<'d>>, absent "Option::is_none" = "Der Import, wie er jetzt ist.";
    }
}

impl<'f> FileV1<'f> {
    /// A file.
    pub fn of(file: &'f FileRecord) -> Self {
        Self {
            import_id: &file.import_id,
            partner: &file.partner,
            file: &file.file,
            way: match file.request {
                Some(_) => Way::Request,
                None => Way::File,
            },
            state: file.state(),
            step: file.step.name(),
            open: file.is_open(),
            rows: file.rows,
            next_row: file.next_row,
            counts: file.counts.as_ref().map(Counts),
            bytes: file.bytes,
            sha256: &file.sha256,
            claimed: &file.claimed,
            changed: &file.changed,
            reason: file.reason.as_deref(),
            place: file.place.as_deref(),
            sent: file.sent.map(|sent| SentV1 {
                confirmed: sent.confirmed,
                replaced: sent.replaced,
                refused: sent.refused,
                of: file.taken(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_json_is_no_line() {
        assert!(Line::of(b"{\"a\":1}").is_some());
        for bad in [&b"{"[..], b"", b"\xff"] {
            assert!(Line::of(bad).is_none());
        }
        let made = Line::made_of(&json!({ "b": [1] })).unwrap();
        assert_eq!(serde_json::to_string(&made).unwrap(), r#"{"b":[1]}"#);
    }
}

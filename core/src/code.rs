//! What can be said about a file, with which code, how severe, and in which words?
//! The one table of findings: codes are stable and never re-used, texts may improve.

use std::fmt;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The record, or the file where no record is named, is rejected.
    Error,
    /// Taken, but somebody should look.
    Warning,
    /// Taken otherwise than it was written; before and after are said.
    Note,
}

impl Severity {
    /// `error`, `warning` or `note`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// What, why and what to do, in one language. `{value}`, `{field}`, `{header}`, `{min}`, `{max}`,
/// `{limit}`, `{other}` and `{expected}` stand for what the finding carries.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// What was found.
    pub what: &'static str,
    /// Why that is a matter.
    pub why: &'static str,
    /// What to do about it.
    pub fix: &'static str,
}

/// One line of the code table.
#[derive(Clone, Copy, Debug)]
pub struct CodeSpec {
    /// The code.
    pub code: Code,
    /// Its stable name.
    pub name: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// The platform's error code for the same matter, 0 where it has none.
    pub upstream: u32,
    /// The German words.
    pub de: Words,
    /// The English words.
    pub en: Words,
}

macro_rules! codes {
    ($($variant:ident $name:literal $severity:ident $upstream:literal
        de $what_de:literal $why_de:literal $fix_de:literal
        en $what_en:literal $why_en:literal $fix_en:literal;)*) => {
        /// What a finding says; the table gives the words.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Code {
            $(#[doc = $what_en] $variant,)*
        }

        /// Every code, in the order of [`Code`].
        pub const CODES: &[CodeSpec] = &[
            $(CodeSpec {
                code: Code::$variant,
                name: $name,
                severity: Severity::$severity,
                upstream: $upstream,
                de: Words { what: $what_de, why: $why_de, fix: $fix_de },
                en: Words { what: $what_en, why: $why_en, fix: $fix_en },
            },)*
        ];
    };
}

impl Code {
    /// The code's line in the table.
    pub fn spec(self) -> &'static CodeSpec {
        &CODES[self as usize]
    }

    /// The stable name, for example `date-time-no-offset`.
    pub fn name(self) -> &'static str {
        self.spec().name
    }

    /// How much a finding of this code weighs.
    pub fn severity(self) -> Severity {
        self.spec().severity
    }

    /// Does it reject the record?
    pub fn is_error(self) -> bool {
        self.severity() == Severity::Error
    }

    /// Is it an error of what a record or a file looks like, and not of what its values mean together, beside other
    /// records, or for the offers and orders there are? A request with such an error is no request; one with any other
    /// error is decided item by item.
    pub fn is_of_form(self) -> bool {
        let is_about_meaning = matches!(
            self,
            Self::EndBeforeStart
                | Self::ReferenceBeforeStart
                | Self::ReferenceTooOld
                | Self::NextBookingPast
                | Self::FileRejectedWhole
                | Self::FullBookEmpty
        ) || self >= Self::DuplicateSame
            && self <= Self::CustomerUnchangeable;
        self.is_error() && !is_about_meaning
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

// Upstream codes: the platform's error codes, API v3.
codes! {
    // The file as a whole.
    FileEmpty "file-empty" Error 99001
        de "Die Datei ist leer." "Ein Import braucht mindestens eine Kopfzeile und einen Datensatz." "Die Datei neu erzeugen und noch einmal liefern."
        en "The file is empty." "An import needs at least a header and one record." "Produce the file again and deliver it once more.";
    FileNoRecords "file-no-records" Warning 0
        de "Die Datei hat keinen einzigen Datensatz." "Es gibt nichts zu importieren." "Prüfen, ob der Export vollständig war."
        en "The file has not a single record." "There is nothing to import." "Check whether the export was complete.";
    FileNotText "file-not-text" Error 0
        de "Die Datei ist keine Textdatei ({expected})." "Gelesen werden CSV, XLSX, ODS, NDJSON und JSON, Texte auch gepackt als .gz, .zst oder .zip." "Als „CSV UTF-8“ speichern und neu liefern."
        en "The file is not a text file ({expected})." "CSV, XLSX, ODS, NDJSON and JSON are read, texts also packed as .gz, .zst or .zip." "Save it as “CSV UTF-8” and deliver it again.";
    FileTooLarge "file-too-large" Error 99414
        de "Die Datei ist größer als {limit} Bytes." "Die Einstellung limits.file_bytes begrenzt sie." "Die Datei teilen oder die Grenze erhöhen lassen."
        en "The file is larger than {limit} bytes." "The setting limits.file_bytes bounds it." "Split the file or have the limit raised.";
    TooManyRecords "too-many-records" Error 99414
        de "Die Datei hat mehr als {limit} Datensätze." "So viele Nummern kann eine Prüfung auseinanderhalten." "Die Datei teilen."
        en "The file has more than {limit} records." "A check can tell that many numbers apart." "Split the file.";
    EncodingDecoded "encoding-decoded" Note 0
        de "Die Datei ist in {expected} geschrieben und wurde so gelesen, etwa „{value}“." "Die Kodierung wurde aus den Bytes erschlossen; das Profil des Partners kann sie festlegen (encoding)." "Prüfen, ob die Beispiele stimmen."
        en "The file is written in {expected} and was read so, for example “{value}”." "The encoding was inferred from the bytes; the partner's profile can fix it (encoding)." "Check that the examples are right.";
    EncodingInvalid "encoding-invalid" Error 0
        de "Hier stehen Bytes, die nicht zur Kodierung der Datei passen." "Umlaute gingen sonst verloren; oft sind Zeilen verschiedener Herkunft zusammenkopiert." "Die Datei als „CSV UTF-8“ speichern."
        en "There are bytes here that do not fit the file's encoding." "Umlauts would be lost otherwise; often lines of different origin were put together." "Save the file as “CSV UTF-8”.";
    ArchiveDamaged "archive-damaged" Error 0
        de "Die gepackte Datei ist beschädigt ({expected})." "Was sie enthält, ist nicht verlässlich zu lesen; nichts wird übernommen." "Die Datei neu packen und noch einmal liefern."
        en "The packed file is damaged ({expected})." "What it holds cannot be read reliably; nothing is taken over." "Pack the file anew and deliver it once more.";
    ArchiveTruncated "archive-truncated" Error 0
        de "Die gepackte Datei hört mittendrin auf." "Sie kam wohl nicht vollständig an; nichts wird übernommen." "Die Datei noch einmal vollständig liefern."
        en "The packed file stops in the middle." "It probably did not arrive whole; nothing is taken over." "Deliver the whole file once more.";
    ArchiveUnsupported "archive-unsupported" Error 0
        de "Die Datei ist auf eine Weise gepackt, die nicht gelesen wird ({expected})." "Gelesen werden .gz, .zst mit Fenstern bis 32 MiB und .zip mit einer Datei darin." "Die Datei anders packen, etwa als .gz, oder ungepackt liefern."
        en "The file is packed in a way that is not read ({expected})." "Read are .gz, .zst with windows up to 32 MiB, and .zip with one file in it." "Pack it otherwise, for example as .gz, or deliver it unpacked.";
    ArchiveNested "archive-nested" Error 0
        de "In der gepackten Datei steckt noch eine gepackte ({expected})." "Ausgepackt wird nur einmal." "Die innere Datei für sich liefern."
        en "In the packed file is another packed one ({expected})." "Unpacking happens only once." "Deliver the inner file by itself.";
    ArchiveSeveral "archive-several-files" Error 0
        de "In der gepackten Datei stecken {expected} Dateien: {value}." "Welche gemeint ist, ist nicht zu entscheiden." "Jede Datei für sich liefern oder packen."
        en "In the packed file are {expected} files: {value}." "It cannot be decided which one is meant." "Deliver or pack each file by itself.";
    ArchiveEmpty "archive-empty" Error 0
        de "In der gepackten Datei steckt keine Datei." "Es gibt nichts zu lesen." "Prüfen, was gepackt wurde, und neu liefern."
        en "There is no file in the packed file." "There is nothing to read." "Check what was packed and deliver it again.";
    ArchiveEncrypted "archive-encrypted" Error 0
        de "Die gepackte Datei ist mit einem Passwort geschützt." "Ohne das Passwort ist sie nicht zu lesen." "Ohne Passwort packen; über HTTPS oder SFTP ist sie unterwegs geschützt."
        en "The packed file is protected by a password." "Without the password it cannot be read." "Pack it without a password; HTTPS or SFTP protects it on its way.";
    ArchiveTooLarge "archive-too-large" Error 99414
        de "Die Arbeitsmappe oder ZIP-Datei ist größer als {limit} Bytes." "Solche Dateien werden vom Ende her gelesen; die Einstellung limits.archive_bytes begrenzt sie." "Die Datei teilen, als .gz packen oder die Grenze erhöhen lassen."
        en "The workbook or ZIP file is larger than {limit} bytes." "Such files are read from their end; the setting limits.archive_bytes bounds them." "Split the file, pack it as .gz or have the limit raised.";
    UnpackedTooLarge "unpacked-too-large" Error 99414
        de "Ausgepackt ist die Datei größer als {limit} Bytes." "Die Einstellung limits.unpacked_bytes begrenzt sie." "Die Datei teilen oder die Grenze erhöhen lassen."
        en "Unpacked the file is larger than {limit} bytes." "The setting limits.unpacked_bytes bounds it." "Split the file or have the limit raised.";
    UnpackedRatio "unpacked-ratio" Error 99414
        de "Ausgepackt wird die Datei mehr als {limit}-mal so groß." "So packt sich kein Export; die Einstellung limits.unpacked_ratio begrenzt es." "Die Datei ungepackt liefern."
        en "Unpacked the file becomes more than {limit} times as large." "No export packs like that; the setting limits.unpacked_ratio bounds it." "Deliver the file unpacked.";
    HeaderUnknown "header-unknown" Error 0
        de "In den ersten zwanzig Zeilen steht keine Kopfzeile mit bekannten Spalten." "Eine Kopfzeile muss die Felder nennen." "Eine Kopfzeile wie in der Vorlage (intake template) einfügen."
        en "In the first twenty lines there is no header of known columns." "A header must name the fields." "Add a header line as in the template (intake template).";
    HeaderBelow "header-below" Note 0
        de "Die Kopfzeile steht erst in Zeile {expected}; die Zeilen darüber wurden übergangen: „{value}“." "Über der Kopfzeile steht kein Datensatz." "Nichts zu tun, wenn dort nur ein Titel steht."
        en "The header stands only in row {expected}; the rows above were passed over: “{value}”." "Above the header there is no record." "Nothing to do if only a title stands there.";
    HeaderAgain "header-again" Note 0
        de "Hier steht die Kopfzeile noch einmal; die Zeile wurde übergangen." "So ist es, wo mehrere Exporte aneinandergehängt wurden." "Nichts zu tun."
        en "Here the header stands once more; the row was passed over." "It is like that where several exports were put together." "Nothing to do.";
    RuleRow "rule-row" Note 0
        de "Diese Zeile besteht nur aus Strichen und wurde übergangen." "Listen zum Lesen trennen ihre Teile so." "Nichts zu tun."
        en "This row is made of strokes only and was passed over." "Lists made for reading set their parts apart like that." "Nothing to do.";
    TotalsRow "totals-row" Warning 0
        de "Diese Zeile ist eine Summenzeile („{value}“) und wurde übergangen." "Sie ist kein Datensatz: die Pflichtwerte fehlen." "Die Zeile löschen, oder die Werte ergänzen, wenn sie doch ein Datensatz ist."
        en "This row is one of sums (“{value}”) and was passed over." "It is no record: the required values are missing." "Delete the row, or add the values if it is a record after all.";
    CustomersFile "customers-file" Note 0
        de "Die Datei nennt Kunden und keine Aufträge; ihre Zeilen werden als Kunden gelesen." "Die Kopfzeile hat eine E-Mail-Adresse und nichts, was nur ein Auftrag hat." "Nichts zu tun, wenn Kunden angelegt oder geändert werden sollen."
        en "The file names customers and no orders; its rows are read as customers." "The header has an email address and nothing that only an order has." "Nothing to do if customers are to be created or changed.";
    DelimiterDoubtful "delimiter-doubtful" Warning 0
        de "Kopfzeile und Datensätze sind sich über das Trennzeichen nicht einig: gelesen wurde mit „{value}“, möglich wäre „{expected}“." "Mit dem falschen Trennzeichen verschieben sich die Werte." "Prüfen, ob Kopfzeile und Datensätze gleich getrennt sind."
        en "Header and records do not agree on the delimiter: read was “{value}”, possible is “{expected}”." "With the wrong delimiter the values shift." "Check that header and records are separated alike.";
    ColumnMissing "column-missing" Error 99400
        de "Die Pflichtspalte {field} fehlt." "Ohne sie kann kein Datensatz angelegt werden." "Die Spalte ergänzen."
        en "The required column {field} is missing." "Without it no record can be made." "Add the column.";
    ColumnTwice "column-twice" Error 0
        de "Das Feld {field} steht in zwei Spalten ({other})." "Es ist nicht zu entscheiden, welche gilt." "Eine der beiden Spalten entfernen oder umbenennen."
        en "The field {field} stands in two columns ({other})." "It cannot be decided which one holds." "Remove or rename one of the two columns.";
    ColumnUnknown "column-unknown" Warning 0
        de "Die Spalte „{header}“ ist unbekannt und wird nicht gelesen{expected}." "Ihre Werte kommen nicht an." "Die Überschrift berichtigen oder die Spalte weglassen."
        en "The column “{header}” is unknown and is not read{expected}." "Its values do not arrive." "Correct the header or leave the column out.";
    ColumnUnnamed "column-unnamed" Warning 0
        de "Eine Spalte hat keine Überschrift und wird nicht gelesen." "Ohne Namen ist ihr Feld nicht bekannt." "Die Überschrift ergänzen oder die Spalte weglassen."
        en "A column has no header and is not read." "Without a name its field is not known." "Add the header or leave the column out.";
    TooManyColumns "too-many-columns" Error 0
        de "Die Kopfzeile hat mehr als {limit} Spalten." "Die Einstellung limits.columns begrenzt sie." "Überzählige Spalten entfernen."
        en "The header has more than {limit} columns." "The setting limits.columns bounds it." "Remove the surplus columns.";
    HeaderTooLong "header-too-long" Error 0
        de "Die Kopfzeile endet nicht innerhalb von {limit} Bytes." "Die Einstellung limits.record_bytes begrenzt sie." "Prüfen, ob die Datei Zeilenumbrüche hat und Anführungszeichen geschlossen sind."
        en "The header does not end within {limit} bytes." "The setting limits.record_bytes bounds it." "Check that the file has line breaks and that quotes are closed.";
    WorkbookDamaged "workbook-damaged" Error 0
        de "Die Arbeitsmappe ist beschädigt ({expected})." "Was in ihr steht, ist nicht sicher zu lesen; nichts wird übernommen." "Die Datei in der Tabellenkalkulation öffnen, neu speichern und noch einmal liefern."
        en "The workbook is damaged ({expected})." "What stands in it cannot be read for certain; nothing is taken over." "Open the file in the spreadsheet program, save it anew and deliver it once more.";
    WorkbookSuspicious "workbook-suspicious" Error 0
        de "Die Arbeitsmappe ist gebaut, wie es kein Tabellenprogramm tut ({expected})." "So gebaute Dateien legen Programme lahm; sie wird nicht gelesen." "Den Inhalt in eine neue Arbeitsmappe oder als „CSV UTF-8“ speichern."
        en "The workbook is built as no spreadsheet program does it ({expected})." "Files built like that bring programs down; it is not read." "Save the content to a new workbook or as “CSV UTF-8”.";
    WorkbookEncrypted "workbook-encrypted" Error 0
        de "Die Datei ist mit einem Kennwort verschlüsselt." "Ohne das Kennwort kann sie nicht gelesen werden." "Das Kennwort in der Tabellenkalkulation entfernen und neu speichern."
        en "The file is encrypted with a password." "It cannot be read without the password." "Remove the password in the spreadsheet program and save the file anew.";
    WorkbookFormat "workbook-format" Error 0
        de "Dieses Format wird nicht gelesen ({expected})." "Gelesen werden Arbeitsmappen als XLSX und ODS sowie CSV, NDJSON und JSON." "In der Tabellenkalkulation als „Excel-Arbeitsmappe (.xlsx)“ oder „CSV UTF-8“ speichern."
        en "This format is not read ({expected})." "Workbooks are read as XLSX and ODS, besides CSV, NDJSON and JSON." "Save it in the spreadsheet program as “Excel workbook (.xlsx)” or “CSV UTF-8”.";
    WorkbookTooLarge "workbook-too-large" Error 99414
        de "Die Arbeitsmappe ist zu groß: ein Teil von ihr hat ausgepackt mehr als {limit} Bytes." "Mehr wird aus einer Arbeitsmappe nicht gelesen." "Die Datei teilen oder als „CSV UTF-8“ speichern."
        en "The workbook is too large: a part of it has more than {limit} bytes when unpacked." "More is not read from a workbook." "Split the file or save it as “CSV UTF-8”.";
    SheetMissing "sheet-missing" Error 0
        de "Das Blatt „{value}“ gibt es nicht; vorhanden: {expected}." "Das Profil des Partners nennt das Blatt, das gelesen wird (sheet)." "Das Blatt so benennen oder das Profil ändern lassen."
        en "There is no sheet “{value}”; there are: {expected}." "The partner's profile names the sheet that is read (sheet)." "Name the sheet like that or have the profile changed.";
    SheetNone "sheet-none" Error 0
        de "Die Arbeitsmappe zeigt kein einziges Tabellenblatt (ausgeblendet: {expected})." "Gelesen wird das erste Blatt, das zu sehen ist." "Das Blatt mit den Daten einblenden."
        en "The workbook does not show a single sheet (hidden: {expected})." "The first sheet that can be seen is read." "Show the sheet with the data.";
    SheetsNotRead "sheets-not-read" Note 0
        de "Gelesen wurde das Blatt „{value}“; nicht gelesen: {expected}." "Gelesen wird ein Blatt: das im Profil genannte, sonst das erste, das zu sehen ist. Ausgeblendete stehen in Klammern." "Prüfen, ob es das richtige Blatt ist."
        en "The sheet “{value}” was read; not read: {expected}." "One sheet is read: the one named in the profile, else the first that can be seen. Hidden ones stand in brackets." "Check whether it is the right sheet.";
    SheetRowsHidden "sheet-rows-hidden" Warning 0
        de "Ausgeblendete oder weggefilterte Zeilen wurden mitgelesen: {expected}." "Wer die Datei ansieht, sieht sie nicht." "Prüfen, ob sie mitgeliefert werden sollen; sonst die Zeilen löschen."
        en "Rows that are hidden or filtered away were read as well: {expected}." "Who looks at the file does not see them." "Check whether they are meant to be delivered; else delete the rows.";
    SheetColumnsHidden "sheet-columns-hidden" Warning 0
        de "Ausgeblendete Spalten wurden mitgelesen: {expected}." "Wer die Datei ansieht, sieht sie nicht." "Prüfen, ob sie mitgeliefert werden sollen; sonst die Spalten löschen."
        en "Hidden columns were read as well: {expected}." "Who looks at the file does not see them." "Check whether they are meant to be delivered; else delete the columns.";
    SheetCellsMerged "sheet-cells-merged" Warning 0
        de "Zellen sind verbunden: {expected}." "Gelesen wurde, was in jeder einzelnen Zelle gespeichert ist; meist ist das nur in der ersten." "Die Verbindung aufheben und die Werte in jede Zeile schreiben."
        en "Cells are merged: {expected}." "What is stored in each single cell was read; mostly that is only in the first one." "Unmerge them and write the values into each row.";
    SheetFormulas "sheet-formulas" Note 0
        de "Zellen enthalten Formeln: {expected}." "Gelesen wurde der Wert, der zuletzt berechnet und gespeichert wurde." "Nichts zu tun, wenn die Datei nach der letzten Änderung gespeichert wurde."
        en "Cells hold formulas: {expected}." "The value that was last computed and saved was read." "Nothing to do if the file was saved after the last change.";

    // The form of a record.
    QuoteUnclosed "quote-unclosed" Error 0
        de "Ein Anführungszeichen wird geöffnet und nicht geschlossen." "Der Rest der Datei würde zu einem einzigen Feld." "Das Anführungszeichen in dieser Zeile schließen oder entfernen; gelesen wurde ab der nächsten Zeile weiter."
        en "A quote is opened and not closed." "The rest of the file would become a single field." "Close or remove the quote on this line; reading went on with the next line.";
    QuoteTextAfter "quote-text-after" Error 0
        de "Nach einem schließenden Anführungszeichen steht noch Text." "Wo das Feld endet, ist nicht zu entscheiden." "Anführungszeichen innerhalb eines Wertes verdoppeln (\"\")."
        en "There is text after a closing quote." "It cannot be decided where the field ends." "Double the quotes inside a value (\"\").";
    QuoteStray "quote-stray" Warning 0
        de "Ein Anführungszeichen steht mitten in einem Wert ohne Anführungszeichen." "Es wurde als Zeichen des Wertes gelesen." "Den Wert in Anführungszeichen setzen und innere verdoppeln."
        en "A quote stands inside an unquoted value." "It was read as a character of the value." "Put the value in quotes and double the inner ones.";
    RecordTooLong "record-too-long" Error 99414
        de "Der Datensatz ist länger als {limit} Bytes." "Die Einstellung limits.record_bytes begrenzt ihn." "Prüfen, ob Zeilenumbrüche fehlen."
        en "The record is longer than {limit} bytes." "The setting limits.record_bytes bounds it." "Check whether line breaks are missing.";
    FieldTooLong "field-too-long" Error 99414
        de "Der Wert ist länger als {limit} Bytes." "Die Einstellung limits.field_bytes begrenzt ihn." "Den Wert kürzen."
        en "The value is longer than {limit} bytes." "The setting limits.field_bytes bounds it." "Shorten the value.";
    RecordTooShort "record-too-short" Error 0
        de "Der Datensatz hat {expected} Spalten." "Fehlende Spalten verschieben die Werte." "Fehlende Trennzeichen ergänzen."
        en "The record has {expected} columns." "Missing columns shift the values." "Add the missing delimiters.";
    RecordTooWide "record-too-wide" Error 0
        de "Der Datensatz hat {expected} Spalten." "Überzählige Spalten verschieben die Werte, oft durch ein Trennzeichen in einem Wert." "Werte mit Trennzeichen in Anführungszeichen setzen."
        en "The record has {expected} columns." "Surplus columns shift the values, often by a delimiter inside a value." "Put values that hold delimiters in quotes.";
    RecordEmpty "record-empty" Warning 0
        de "Der Datensatz hat keinen einzigen Wert und wurde übergangen." "Tabellenprogramme hängen solche Zeilen an." "Leere Zeilen löschen."
        en "The record has not a single value and was passed over." "Spreadsheets append such rows." "Delete empty rows.";
    JsonInvalid "json-invalid" Error 99002
        de "Hier steht kein gültiges JSON ({expected})." "Der Datensatz kann nicht gelesen werden." "Das JSON berichtigen."
        en "This is not valid JSON ({expected})." "The record cannot be read." "Correct the JSON.";
    JsonTruncated "json-truncated" Error 99002
        de "Das JSON hört mittendrin auf." "Die Datei kam wohl nicht vollständig an; nichts wird übernommen." "Die Datei noch einmal vollständig liefern."
        en "The JSON stops in the middle." "The file probably did not arrive whole; nothing is taken over." "Deliver the whole file once more.";
    JsonShape "json-shape" Error 99014
        de "Das JSON ist kein Import." "Erwartet wird {\"items\": […]} oder ein Feld [ … ] von Objekten." "Die Datensätze als Objekte in „items“ liefern."
        en "The JSON is not an import." "Expected is {\"items\": […]} or an array [ … ] of objects." "Deliver the records as objects in “items”.";
    JsonTooDeep "json-too-deep" Error 99002
        de "Das JSON ist tiefer als {limit} Ebenen geschachtelt." "Die Einstellung limits.json_depth begrenzt es." "Die Schachtelung entfernen."
        en "The JSON is nested deeper than {limit} levels." "The setting limits.json_depth bounds it." "Remove the nesting.";
    JsonKeyTwice "json-key-twice" Error 99002
        de "Der Schlüssel „{header}“ steht zweimal im selben Objekt." "Es ist nicht zu entscheiden, welcher Wert gilt." "Einen der beiden entfernen."
        en "The key “{header}” stands twice in one object." "It cannot be decided which value holds." "Remove one of the two.";
    JsonKeyUnknown "json-key-unknown" Warning 0
        de "Der Schlüssel „{header}“ ist unbekannt und wird nicht gelesen{expected}." "Sein Wert kommt nicht an." "Den Schlüssel berichtigen oder weglassen."
        en "The key “{header}” is unknown and is not read{expected}." "Its value does not arrive." "Correct the key or leave it out.";

    // A value.
    RequiredMissing "required-missing" Error 99400
        de "Der Pflichtwert {field} fehlt." "Ohne ihn kann der Datensatz nicht angelegt werden." "Den Wert ergänzen."
        en "The required value {field} is missing." "Without it the record cannot be made." "Add the value.";
    PaymentMethodMissing "payment-method-missing" Error 97003
        de "Die Zahlungsart fehlt." "Jeder Auftrag braucht eine; ZERO steht für kostenlos." "Eine Zahlungsart angeben."
        en "The payment method is missing." "Every order needs one; ZERO stands for free." "Give a payment method.";
    CannotClear "cannot-clear" Error 99400
        de "{field} kann nicht gelöscht werden." "Der Wert ist Pflicht." "Einen Wert angeben."
        en "{field} cannot be cleared." "The value is required." "Give a value.";
    TypeWrong "type-wrong" Error 99014
        de "{field} hat den falschen JSON-Typ; erwartet wird {expected}." "Die Plattform nimmt Werte nur in ihrem Typ." "Den Wert in diesem Typ schreiben."
        en "{field} has the wrong JSON type; expected is {expected}." "The platform takes values in their type only." "Write the value in that type.";
    TextTooLong "text-too-long" Error 99400
        de "{field} hat mehr als {max} Zeichen." "Länger darf der Wert nicht sein." "Den Wert kürzen."
        en "{field} has more than {max} characters." "The value must not be longer." "Shorten the value.";
    TextWrongLength "text-wrong-length" Error 99400
        de "{field} hat nicht genau {max} Zeichen." "Jede gültige Nummer ist so lang." "Die Nummer vollständig übernehmen."
        en "{field} does not have exactly {max} characters." "Every valid number is that long." "Take over the whole number.";
    ControlCharacter "control-character" Error 99400
        de "{field} enthält ein Steuerzeichen." "Unsichtbare Zeichen machen Nummern ununterscheidbar." "Das Zeichen entfernen."
        en "{field} holds a control character." "Invisible characters make numbers indistinguishable." "Remove the character.";
    IntegerInvalid "integer-invalid" Error 99014
        de "{field} ist keine ganze Zahl in einfachen Ziffern." "Erlaubt sind nur Ziffern, ohne Komma, Punkt oder Exponent." "Die Zahl in einfachen Ziffern schreiben."
        en "{field} is not a whole number in plain digits." "Only digits are allowed, without comma, point or exponent." "Write the number in plain digits.";
    IntegerRange "integer-range" Error 99400
        de "{field} liegt nicht zwischen {min} und {max}." "Die Plattform nimmt nur diese Werte." "Einen Wert in diesem Bereich angeben."
        en "{field} is not between {min} and {max}." "The platform takes these values only." "Give a value in this range.";
    DateTimeInvalid "date-time-invalid" Error 99003
        de "{field} ist keine Zeitangabe nach RFC 3339." "Nur so ist der Zeitpunkt eindeutig." "Etwa 2026-01-31T00:00:00+01:00 schreiben."
        en "{field} is not a date and time of RFC 3339." "Only so the instant is unambiguous." "Write for example 2026-01-31T00:00:00+01:00.";
    DateTimeNoOffset "date-time-no-offset" Error 99003
        de "Bei {field} fehlt der Abstand zu UTC." "Ohne ihn ist der Zeitpunkt nicht eindeutig." "Z oder +01:00 anhängen."
        en "{field} lacks the offset from UTC." "Without it the instant is ambiguous." "Append Z or +01:00.";
    DateTimeNoSuch "date-time-no-such" Error 99003
        de "{field} nennt einen Zeitpunkt, den es nicht gibt." "Der Kalender kennt ihn nicht." "Datum und Uhrzeit berichtigen."
        en "{field} names a time that does not exist." "The calendar does not have it." "Correct date and time.";
    DateInvalid "date-invalid" Error 99003
        de "{field} ist kein Datum der Form 2026-01-31." "Nur so ist der Tag eindeutig." "Das Datum so schreiben."
        en "{field} is not a date of the form 2026-01-31." "Only so the day is unambiguous." "Write the date like that.";
    WordUnknown "word-unknown" Error 99400
        de "{field} kennt diesen Wert nicht; erlaubt: {expected}." "Die Plattform nimmt nur diese Wörter." "Eines dieser Wörter schreiben."
        en "{field} does not know this value; allowed: {expected}." "The platform takes these words only." "Write one of these words.";
    BoolInvalid "bool-invalid" Error 99014
        de "{field} ist weder true noch false." "Nur diese beiden Werte sind erlaubt." "true oder false schreiben."
        en "{field} is neither true nor false." "Only these two values are allowed." "Write true or false.";
    EmailInvalid "email-invalid" Error 99400
        de "{field} ist keine gültige E-Mail-Adresse." "An ihr wird der Kunde erkannt." "Die Adresse berichtigen."
        en "{field} is not a valid email address." "The customer is known by it." "Correct the address.";
    LanguageInvalid "language-invalid" Error 99400
        de "{field} ist keine Sprache nach ISO 639-1." "Erwartet werden zwei Buchstaben wie de oder en." "Das Kürzel berichtigen."
        en "{field} is not a language of ISO 639-1." "Expected are two letters such as de or en." "Correct the code.";
    TelephoneInvalid "telephone-invalid" Error 99400
        de "{field} ist keine Nummer nach E.164." "Erwartet werden + und bis zu 15 Ziffern." "Etwa +4915112345678 schreiben."
        en "{field} is not a number of E.164." "Expected are + and up to 15 digits." "Write for example +4915112345678.";
    FormulaLike "formula-like" Warning 0
        de "{field} beginnt wie eine Formel." "Ein Tabellenprogramm könnte den Wert ausführen; hier wird er als Text gelesen." "Prüfen, ob der Wert so gemeint ist."
        en "{field} begins like a formula." "A spreadsheet might execute it; here it is read as text." "Check whether the value is meant like that.";
    WhitespaceTrimmed "whitespace-trimmed" Note 0
        de "Leerraum um {field} wurde nicht mitgelesen; gelesen wurde „{expected}“." "Mit Leerraum wäre es ein anderer Wert." "Nichts zu tun."
        en "White space around {field} was not read; read was “{expected}”." "With white space it would be another value." "Nothing to do.";
    ApostropheRemoved "apostrophe-removed" Note 0
        de "Das Apostroph vor {field} wurde nicht mitgelesen; gelesen wurde „{expected}“." "Tabellenprogramme kennzeichnen Text so." "Nichts zu tun."
        en "The apostrophe before {field} was not read; read was “{expected}”." "Spreadsheets mark text like that." "Nothing to do.";
    DateRead "date-read" Note 0
        de "{field} wurde gelesen als {expected}." "Ohne Abstand zu UTC gilt die Uhr in der Zeitzone des Profils; ein Ende, das nur einen Tag nennt, gilt bis zu dessen letzter Sekunde." "Prüfen, ob es so gemeint ist, oder den Wert so schreiben."
        en "{field} was read as {expected}." "Without an offset from UTC the clock in the profile's time zone holds; an end that names only a day lasts until its last second." "Check whether it is meant like that, or write the value so.";
    TimeInGap "time-in-gap" Warning 0
        de "{field} nennt eine Uhrzeit, die es an diesem Tag nicht gab; gelesen wurde {expected}." "Die Uhren wurden über sie hinweg vorgestellt." "Die Uhrzeit berichtigen oder den Wert mit Abstand zu UTC schreiben."
        en "{field} names a time that this day did not have; read was {expected}." "The clocks were put on over it." "Correct the time, or write the value with its offset from UTC.";
    TimeTwice "time-twice" Warning 0
        de "{field} nennt eine Uhrzeit, die es an diesem Tag zweimal gab; gelesen wurde die frühere, {expected}." "Die Uhren wurden über sie zurückgestellt." "Den Wert mit Abstand zu UTC schreiben, wenn die spätere gemeint ist."
        en "{field} names a time that this day had twice; read was the earlier one, {expected}." "The clocks were put back over it." "Write the value with its offset from UTC if the later one is meant.";
    DateOrderMixed "date-order-mixed" Warning 0
        de "{field} ist nur als {expected} zu lesen, doch der Anfang der Spalte zeigt Tag und Monat andersherum." "In einer Spalte mit beiden Schreibweisen können andere Werte falsch gelesen sein." "Die ganze Spalte einheitlich schreiben und date_order im Profil vereinbaren."
        en "{field} can only be read as {expected}, but the beginning of the column shows day and month the other way round." "In a column with both ways of writing other values may be read wrongly." "Write the whole column in one way, and agree on date_order in the profile.";
    DateAmbiguous "date-ambiguous" Error 99003
        de "{field} ist auf zwei Arten zu lesen: {expected}." "Weder der Wert noch der Anfang der Datei zeigt, welche gilt." "Das Jahr voranstellen (2026-01-31), Punkte setzen (31.01.2026) oder date_order im Profil vereinbaren."
        en "{field} can be read in two ways: {expected}." "Neither the value nor the beginning of the file shows which holds." "Put the year first (2026-01-31), use points (31.01.2026), or agree on date_order in the profile.";
    NumberRead "number-read" Note 0
        de "{field} wurde gelesen als {expected}." "Vorzeichen, Tausendertrennung und Nachkommastellen aus Nullen ändern die ganze Zahl nicht." "Nichts zu tun."
        en "{field} was read as {expected}." "A plus sign, set apart thousands and decimals of zeros do not change a whole number." "Nothing to do.";
    NumberAmbiguous "number-ambiguous" Error 99014
        de "{field} ist auf zwei Arten zu lesen: {expected}." "Punkt und Komma trennen je nach Land Tausender oder Nachkommastellen ab." "Die Zahl in einfachen Ziffern schreiben."
        en "{field} can be read in two ways: {expected}." "Depending on the country, point and comma set apart thousands or decimals." "Write the number in plain digits.";
    NumberAsText "number-as-text" Warning 0
        de "{field} ist in der Arbeitsmappe eine Zahl; gelesen wurde „{value}“." "Führende Nullen und Stellen nach der fünfzehnten gehen in Zahlen verloren." "Die Spalte als Text formatieren und die Werte neu eintragen, wenn etwas fehlt."
        en "{field} is a number in the workbook; read was “{value}”." "Leading zeros and digits after the fifteenth are lost in numbers." "Format the column as text, and enter the values anew if anything is missing.";
    DateAsText "date-as-text" Error 0
        de "{field} ist in der Arbeitsmappe ein Datum ({value})." "Tabellenprogramme machen aus Nummern wie 1-2 ein Datum; was eingegeben wurde, ist verloren." "Die Spalte als Text formatieren und die Werte neu eintragen."
        en "{field} is a date in the workbook ({value})." "Spreadsheets make a date of numbers such as 1-2; what was entered is lost." "Format the column as text and enter the values anew.";
    CellError "cell-error" Error 0
        de "In {field} steht der Fehler {value}." "Die Tabellenkalkulation konnte den Wert nicht berechnen." "Die Formel berichtigen oder den Wert eintragen."
        en "{field} holds the error {value}." "The spreadsheet program could not compute the value." "Correct the formula or enter the value.";
    FormulaWithoutValue "formula-without-value" Error 0
        de "In {field} steht eine Formel, deren Wert nicht gespeichert ist ({value})." "Formeln werden nicht berechnet; gelesen wird der gespeicherte Wert." "Die Datei in der Tabellenkalkulation öffnen und speichern, oder den Wert eintragen."
        en "{field} holds a formula of which no value is stored ({value})." "Formulas are not computed; the stored value is read." "Open the file in the spreadsheet program and save it, or enter the value.";
    DigitsLost "digits-lost" Error 0
        de "{field} ist eine gerundete Zahl, der Ziffern fehlen." "Ein Tabellenprogramm hat eine lange Nummer als Zahl gespeichert." "Die Spalte als Text formatieren und die Nummer neu aus dem Ursprung übernehmen."
        en "{field} is a rounded number that has lost digits." "A spreadsheet has stored a long id as a number." "Format the column as text and take the id over from its origin again.";
    DecimalId "decimal-id" Warning 0
        de "{field} sieht aus wie eine Zahl mit Nachkommastelle; gelesen wurde „{value}“." "Programme machen so aus Nummern Zahlen; führende Nullen sind dann verloren." "Die Spalte als Text ausgeben, etwa „{expected}“."
        en "{field} looks like a number with a decimal; read was “{value}”." "Programs make numbers of ids like that; leading zeros are lost then." "Write the column as text, for example “{expected}”.";
    FormulaRead "formula-read" Note 0
        de "Die Formel in {field} wurde als der Text „{expected}“ gelesen, den sie nennt." "So halten manche Exporte Nummern als Text fest." "Nichts zu tun."
        en "The formula in {field} was read as the text “{expected}” that it names." "Some exports keep ids as text like that." "Nothing to do.";
    WordRead "word-read" Note 0
        de "{field} wurde gelesen als {expected}." "So heißt der Wert bei der Plattform." "Nichts zu tun."
        en "{field} was read as {expected}." "That is the platform's word for it." "Nothing to do.";
    TelephoneRead "telephone-read" Note 0
        de "{field} wurde gelesen als {expected}." "Die Plattform nimmt Nummern nach E.164." "Nichts zu tun."
        en "{field} was read as {expected}." "The platform takes numbers of E.164." "Nothing to do.";
    NotGivenRead "not-given-read" Note 0
        de "„{expected}“ in {field} wurde als „nicht angegeben“ gelesen." "Viele Programme schreiben leere Zellen so." "Nichts zu tun; einen bekannten Wert löscht nur das vereinbarte Löschwort."
        en "“{expected}” in {field} was read as “not given”." "Many programs write empty cells like that." "Nothing to do; only the agreed clear token clears a known value.";
    InvisibleRemoved "invisible-removed" Note 0
        de "Unsichtbare Zeichen in {field} wurden nicht mitgelesen; gelesen wurde „{expected}“." "Mit ihnen wäre es ein anderer Wert." "Nichts zu tun."
        en "Invisible characters in {field} were not read; read was “{expected}”." "With them it would be another value." "Nothing to do.";
    BlankReplaced "blank-replaced" Note 0
        de "Besondere Leerzeichen in {field} wurden als gewöhnliche gelesen; gelesen wurde „{expected}“." "Sie sehen gleich aus, wären aber ein anderer Wert." "Nichts zu tun."
        en "Special blanks in {field} were read as usual ones; read was “{expected}”." "They look the same but would be another value." "Nothing to do.";

    // A record by itself and within its file.
    EndBeforeStart "end-before-start" Error 99400
        de "Das Ende liegt vor dem Beginn ({other})." "Ein Abonnement kann nicht enden, bevor es beginnt." "endDate oder startDate berichtigen."
        en "The end is before the start ({other})." "A subscription cannot end before it starts." "Correct endDate or startDate.";
    ReferenceBeforeStart "reference-before-start" Error 97005
        de "referenceStartDate liegt vor dem Beginn ({other})." "Buchungen können nicht vor dem Beginn liegen." "referenceStartDate berichtigen oder weglassen."
        en "referenceStartDate is before the start ({other})." "Bookings cannot lie before the start." "Correct referenceStartDate or leave it out.";
    ReferenceTooOld "reference-too-old" Error 97006
        de "referenceStartDate liegt mehr als ein Jahr zurück (vor {other})." "Die Plattform nimmt höchstens ein Jahr." "Ein jüngeres Datum angeben oder das Feld weglassen."
        en "referenceStartDate is more than one year in the past (before {other})." "The platform takes one year at most." "Give a younger date or leave the field out.";
    NextBookingPast "next-booking-past" Error 97007
        de "nextBookingDate liegt in der Vergangenheit (vor {other})." "Die nächste Buchung muss bevorstehen." "Ein künftiges Datum angeben oder das Feld weglassen."
        en "nextBookingDate is in the past (before {other})." "The next booking must lie ahead." "Give a future date or leave the field out.";
    DuplicateSame "duplicate-same" Warning 97001
        de "Dieselbe Nummer mit demselben Inhalt steht schon in {other}." "Doppelt geliefert ändert nichts." "Den doppelten Datensatz entfernen."
        en "The same number with the same content stands already in {other}." "Delivered twice changes nothing." "Remove the duplicate record.";
    DuplicateDifferent "duplicate-different" Error 97001
        de "Dieselbe Nummer steht mit anderem Inhalt in {other}." "Welcher Datensatz gilt, ist nicht zu entscheiden; alle werden abgelehnt." "Nur den gültigen Datensatz liefern."
        en "The same number stands with other content in {other}." "It cannot be decided which record holds; all are rejected." "Deliver the valid record only.";
    CustomerContradiction "customer-contradiction" Error 20023
        de "Derselbe neue Kunde steht mit anderen Angaben in {other}." "Welche Angaben gelten, ist nicht zu entscheiden; alle seine Datensätze werden abgelehnt." "Die Kundendaten angleichen."
        en "The same new customer stands with other data in {other}." "It cannot be decided which data hold; all records with it are rejected." "Make the customer's data agree.";

    // A record against the catalog and what is known.
    OfferUnknown "offer-unknown" Error 60404
        de "Das Angebot gibt es nicht." "Importiert werden nur Aufträge bekannter Angebote." "Die Angebotsnummer berichtigen oder das Angebot anlegen lassen."
        en "There is no such offer." "Only orders of known offers are imported." "Correct the offer's number or have the offer made.";
    OfferNotExternal "offer-not-external" Error 97002
        de "Das Angebot wird nicht extern verwaltet." "Nur extern verwaltete Angebote nehmen Importe an." "Die Option „externe Verwaltung“ setzen lassen oder ein anderes Angebot nennen."
        en "The offer is not externally managed." "Only externally managed offers take imports." "Have the option “external management” set or name another offer.";
    OfferNotWbz "offer-not-wbz" Error 90068
        de "Ein WBZ-Import braucht ein WBZ-Angebot." "Das Angebot wird nicht von der WBZ verwaltet." "managedBy oder das Angebot berichtigen."
        en "A WBZ import needs a WBZ offer." "The offer is not managed by WBZ." "Correct managedBy or the offer.";
    ImportNotWbz "import-not-wbz" Error 90071
        de "Ein WBZ-Angebot braucht einen WBZ-Import." "managedBy ist hier nicht WBZ." "managedBy auf WBZ setzen oder ein anderes Angebot nennen."
        en "A WBZ offer needs a WBZ import." "managedBy is not WBZ here." "Set managedBy to WBZ or name another offer.";
    OfferNotForPartner "offer-not-for-partner" Error 60404
        de "Dieses Angebot darf der Partner nicht importieren." "Das Profil des Partners nennt seine Angebote." "Das Angebot berichtigen oder im Profil freigeben lassen."
        en "The partner may not import this offer." "The partner's profile names its offers." "Correct the offer or have it allowed in the profile.";
    OfferArchived "offer-archived" Warning 0
        de "Das Angebot ist archiviert." "Es wird nicht mehr verkauft." "Prüfen, ob der Auftrag so gemeint ist."
        en "The offer is archived." "It is no longer sold." "Check whether the order is meant like that.";
    PaymentNotAllowed "payment-not-allowed" Error 99400
        de "Das Angebot lässt diese Zahlungsart nicht zu; erlaubt: {expected}." "Das Angebot schränkt die Zahlungsarten ein." "Eine erlaubte Zahlungsart angeben."
        en "The offer does not allow this payment method; allowed: {expected}." "The offer restricts the payment methods." "Give an allowed payment method.";
    ProductSteps "product-steps" Error 60040
        de "Das Produkt des Angebots hat mehr als eine Stufe." "Ein extern verwaltetes Produkt darf nur eine haben." "Ein anderes Angebot nennen."
        en "The offer's product has more than one step." "An externally managed product must have only one." "Name another offer.";
    ProductIssueBased "product-issue-based" Error 97008
        de "Das Produkt des Angebots beruht auf Ausgaben." "Extern verwaltete Abonnements dieser Art können nicht importiert werden." "Ein anderes Angebot nennen."
        en "The offer's product is issue based." "Externally managed subscriptions of this kind cannot be imported." "Name another offer.";
    ProductNotImportable "product-not-importable" Error 90047
        de "Das Produkt des Angebots ist kein Abonnement auf Zeit oder Guthaben." "Nur solche können importiert werden." "Ein anderes Angebot nennen."
        en "The offer's product is no time based or credit based subscription." "Only those can be imported." "Name another offer.";
    CustomerUnknown "customer-unknown" Error 20404
        de "Den Kunden gibt es nicht ({field})." "Ein Kunde muss vor seinem Auftrag da sein." "Die Nummer berichtigen oder email und language mitliefern, dann wird er angelegt."
        en "There is no such customer ({field})." "A customer must exist before the order." "Correct the number, or deliver email and language too, then the customer is made.";
    EmailTaken "email-taken" Error 20023
        de "Die E-Mail-Adresse gehört einem anderen Kunden." "Sie ist über alle Kunden eindeutig." "Die Kundennummer oder die Adresse berichtigen."
        en "The email address belongs to another customer." "It is unique over all customers." "Correct the customer number or the address.";
    CustomerOfOtherPartner "customer-of-other-partner" Error 20023
        de "Dieser Kunde gehört nicht zu den eigenen." "Einen Kunden ändert nur, wer ihn gebracht hat." "Die Zeile weglassen; Aufträge dürfen den Kunden nennen."
        en "This customer is none of your own." "Only who brought a customer changes it." "Leave the row out; orders may name the customer.";
    CustomerNumberTaken "customer-number-taken" Error 20023
        de "{field} gehört einem anderen Kunden." "Der Wert ist über alle Kunden eindeutig." "Den Wert berichtigen oder weglassen."
        en "{field} belongs to another customer." "It is unique over all customers." "Correct the value or leave it out.";
    CustomerNumberFixed "customer-number-fixed" Error 20023
        de "{field} eines bekannten Kunden kann nicht wechseln (bisher {expected})." "Die Nummer wird einmal vergeben." "Die bisherige Nummer angeben oder die Zelle leer lassen."
        en "{field} of a known customer cannot change (it is {expected})." "The number is given once." "Give the number as it was or leave the cell empty.";
    OrderOfOtherPartner "order-of-other-partner" Error 30005
        de "Diese Nummer gehört zum Auftrag eines anderen Partners." "Ein Auftrag gehört dem Partner, der ihn zuerst importiert hat." "Eine eigene Nummer vergeben."
        en "This number belongs to another partner's order." "An order belongs to the partner that imported it first." "Use a number of your own.";
    OfferUnchangeable "offer-unchangeable" Error 99400
        de "Das Angebot eines bekannten Auftrags kann nicht wechseln (bisher {expected})." "Ein Import ändert nur die Bedingungen desselben Auftrags." "Den alten Auftrag beenden und einen neuen mit neuer Nummer liefern."
        en "The offer of a known order cannot change (it is {expected})." "An import changes the terms of the same order only." "End the old order and deliver a new one with a new number.";
    CustomerUnchangeable "customer-unchangeable" Error 99400
        de "Der Rechnungskunde eines bekannten Auftrags kann nicht wechseln (bisher {expected})." "Ein Import ändert nur die Bedingungen desselben Auftrags." "Den alten Auftrag beenden und einen neuen mit neuer Nummer liefern."
        en "The invoice customer of a known order cannot change (it is {expected})." "An import changes the terms of the same order only." "End the old order and deliver a new one with a new number.";
    FileRejectedWhole "file-rejected-whole" Error 0
        de "Die Datei wird ganz abgelehnt, weil {expected} ihrer Datensätze abgelehnt werden." "Das Profil des Partners verlangt ganze Dateien (file_policy = \"file\")." "Die fehlerhaften Datensätze berichtigen und die ganze Datei neu liefern."
        en "The whole file is rejected because {expected} of its records are rejected." "The partner's profile demands whole files (file_policy = \"file\")." "Correct the wrong records and deliver the whole file again.";
    FullBookEmpty "full-book-empty" Error 0
        de "Der Gesamtbestand hat keinen Datensatz." "Er würde alle Aufträge des Partners beenden." "Den Export prüfen und neu liefern."
        en "The full book has no record." "It would end all orders of the partner." "Check the export and deliver it again.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_stand_in_order() {
        let mut names: Vec<_> = CODES.iter().map(|spec| spec.name).collect();
        for (index, spec) in CODES.iter().enumerate() {
            assert_eq!(spec.code as usize, index, "{}", spec.name);
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CODES.len());
    }

    #[test]
    fn both_languages_use_the_same_places() {
        for spec in CODES {
            for hole in [
                "{value}",
                "{field}",
                "{header}",
                "{min}",
                "{max}",
                "{limit}",
                "{other}",
                "{expected}",
            ] {
                let uses = |words: Words| {
                    [words.what, words.why, words.fix]
                        .iter()
                        .any(|text| text.contains(hole))
                };
                assert_eq!(uses(spec.de), uses(spec.en), "{} {hole}", spec.name);
            }
            for words in [spec.de, spec.en] {
                assert!(!words.what.is_empty() && !words.why.is_empty() && !words.fix.is_empty());
            }
        }
    }
}

// What does the page say, in German and in English?
// Every sentence of the page stands here, both languages side by side; what is said about findings and fields comes from the
// core's own tables. `{name}` is filled by the speaker; a text with `one` is chosen by its number `{n}`.

/** @typedef {'de' | 'en'} Language */
/** @typedef {string | { one: string, other: string }} Form */

export const TEXTS = /** @satisfies {Record<string, Record<Language, Form>>} */ ({
  // Start
  title: { de: 'Dateien prüfen, bevor sie importiert werden', en: 'Check files before they are imported' },
  lead: {
    de: 'Ist die Datei richtig? Wo genau ist sie falsch, und was würde sie ändern? Die Antwort entsteht auf diesem Rechner. Die Datei verlässt ihn nicht.',
    en: 'Is the file right? Where exactly is it wrong, and what would it change? The answer is worked out on this computer. The file does not leave it.',
  },
  drop_here: { de: 'Dateien hierher ziehen', en: 'Drop files here' },
  drop_now: { de: 'Loslassen, um zu prüfen', en: 'Let go to check' },
  drop_kinds: {
    de: 'CSV, Excel (XLSX), ODS, NDJSON oder JSON, auch mehrere auf einmal, auch mit Millionen Zeilen',
    en: 'CSV, Excel (XLSX), ODS, NDJSON or JSON, several at once, also with millions of rows',
  },
  choose: { de: 'Dateien wählen', en: 'Choose files' },
  paste: { de: 'Zeilen einfügen', en: 'Paste rows' },
  paste_title: { de: 'Zeilen aus einer Tabelle einfügen', en: 'Paste rows from a spreadsheet' },
  paste_how: {
    de: 'In der Tabelle die Zeilen mit der Überschriftenzeile markieren, kopieren und hier einfügen.',
    en: 'Select the rows in the spreadsheet together with the header row, copy them and paste them here.',
  },
  paste_label: { de: 'Kopierte Zeilen', en: 'Copied rows' },
  paste_check: { de: 'Diese Zeilen prüfen', en: 'Check these rows' },
  pasted_name: { de: 'eingefügte Zeilen.csv', en: 'pasted rows.csv' },
  cancel: { de: 'Abbrechen', en: 'Cancel' },
  close: { de: 'Schließen', en: 'Close' },
  cannot_start: {
    de: 'Das Prüfprogramm ließ sich nicht starten: {reason}',
    en: 'The checker could not be started: {reason}',
  },
  cannot_start_todo: {
    de: 'Die Seite neu laden. Hilft das nicht, einen aktuellen Browser verwenden.',
    en: 'Load the page again. If that does not help, use a current browser.',
  },

  // What helps to make a file
  template_title: { de: 'Noch keine Datei?', en: 'No file yet?' },
  template_again: { de: 'Vorlage und Felder', en: 'Template and fields' },
  template_what: {
    de: 'Die Vorlage hat jedes Feld und eine Beispielzeile.',
    en: 'The template has every field and a sample row.',
  },
  template_csv: { de: 'Vorlage (CSV)', en: 'Template (CSV)' },
  template_ndjson: { de: 'Vorlage (NDJSON)', en: 'Template (NDJSON)' },
  template_name: { de: 'vorlage', en: 'template' },
  fields: { de: 'Felder nachschlagen', en: 'Look up fields' },
  fields_title: { de: 'Welche Felder gibt es?', en: 'Which fields are there?' },
  fields_what: {
    de: 'Die Reihenfolge der Spalten ist frei. Überschriften werden in jeder Schreibweise erkannt, auch unter den genannten anderen Namen.',
    en: 'Columns may stand in any order. Headers are recognised in any case, also by the other names given.',
  },
  fields_search: { de: 'Feld suchen', en: 'Find a field' },
  fields_none: { de: 'Kein Feld passt dazu.', en: 'No field matches.' },
  field_name: { de: 'Feld', en: 'Field' },
  field_what: { de: 'Bedeutung', en: 'Meaning' },
  field_kind: { de: 'Form', en: 'Form' },
  field_example: { de: 'Beispiel', en: 'Example' },
  field_aliases: { de: 'Auch bekannt als', en: 'Also known as' },
  field_required: { de: 'Pflicht', en: 'required' },
  table_orders: { de: 'Auftrag', en: 'Order' },
  table_customers: { de: 'Kunde, falls er noch anzulegen ist', en: 'Customer, where one is still to be created' },
  table_offers: { de: 'Angebot', en: 'Offer' },

  // Profile and snapshot
  settings: { de: 'Genauer prüfen: Profil und Datenstand', en: 'Check more closely: profile and snapshot' },
  settings_what: {
    de: 'Beides ist freiwillig. Ohne sie gelten die allgemeinen Regeln, und was mit bekannten Aufträgen geschieht, bleibt offen.',
    en: 'Both are optional. Without them the general rules hold, and what becomes of known orders stays open.',
  },
  profile: { de: 'Profil', en: 'Profile' },
  profile_what: {
    de: 'Die Vereinbarungen mit dem Verlag: Spaltennamen, Löschzeichen, Angebote (profil.json).',
    en: 'What is agreed with the publisher: column names, clear token, offers (profile.json).',
  },
  profile_choose: { de: 'Profil laden', en: 'Load a profile' },
  basis_wrong: { de: 'Das lässt sich nicht verwenden: {reason}', en: 'This cannot be used: {reason}' },
  being_read: { de: 'wird gelesen …', en: 'being read …' },
  snapshot: { de: 'Datenstand', en: 'Snapshot' },
  snapshot_what: {
    de: 'Ihre laufenden Aufträge beim Verlag. Damit zeigt der Plan genau, was neu ist, was sich ändert und was endet (.intake-snapshot).',
    en: 'Your running orders at the publisher. With it the plan shows exactly what is new, what changes and what ends (.intake-snapshot).',
  },
  snapshot_choose: { de: 'Datenstand laden', en: 'Load a snapshot' },
  remove: { de: 'Entfernen', en: 'Remove' },
  loaded: { de: 'Geladen: {name}', en: 'Loaded: {name}' },
  fetch_title: { de: 'Vom Verlag holen', en: 'Get them from the publisher' },
  fetch_what: {
    de: 'Mit Ihrem Zugangsschlüssel herunterladen, dann oben laden. Dabei wird nur der Schlüssel gesendet.',
    en: 'Download with your access token, then load above. Nothing but the token is sent.',
  },
  fetch_profile: { de: 'Profil herunterladen', en: 'Download the profile' },
  fetch_snapshot: { de: 'Datenstand herunterladen', en: 'Download the snapshot' },
  token: { de: 'Zugangsschlüssel', en: 'Access token' },

  // While checking
  checking: { de: '{name} wird geprüft', en: 'Checking {name}' },
  waiting: { de: 'wartet', en: 'waiting' },
  running: { de: 'wird geprüft', en: 'being checked' },
  cancelled: { de: 'abgebrochen', en: 'cancelled' },
  failed: { de: 'nicht geprüft', en: 'not checked' },
  waiting_for: { de: '{name} wartet, bis die vorige Datei geprüft ist', en: '{name} waits until the file before is checked' },
  cancelled_title: { de: 'Die Prüfung wurde abgebrochen', en: 'The check was cancelled' },
  cancelled_what: { de: 'Über die Datei lässt sich nichts sagen.', en: 'Nothing can be said about the file.' },
  failed_title: { de: 'Die Datei ließ sich nicht prüfen', en: 'The file could not be checked' },
  failed_todo: {
    de: 'Wurde die Datei seit dem Öffnen geändert oder verschoben? Dann noch einmal wählen.',
    en: 'Has the file been changed or moved since it was opened? Then choose it again.',
  },
  again: { de: 'Noch einmal prüfen', en: 'Check again' },
  per_second: { de: 'Zeilen je Sekunde', en: 'rows per second' },
  rows_so_far: { de: 'Zeilen', en: 'rows' },
  errors_so_far: { de: 'Fehler', en: 'errors' },
  warnings_so_far: { de: 'Warnungen', en: 'warnings' },
  said_progress: { de: '{percent} geprüft', en: '{percent} checked' },

  // Several files
  files: { de: 'Dateien', en: 'Files' },
  another: { de: 'Andere Dateien', en: 'Other files' },
  remove_file: { de: '{name} entfernen', en: 'Remove {name}' },
  file_rejected: { de: 'abgelehnt', en: 'rejected' },
  file_good: { de: 'in Ordnung', en: 'in order' },
  file_errors: { de: { one: '1 Fehler', other: '{n} Fehler' }, en: { one: '1 error', other: '{n} errors' } },
  file_warnings: { de: { one: '1 Warnung', other: '{n} Warnungen' }, en: { one: '1 warning', other: '{n} warnings' } },

  // The verdict
  verdict_good: {
    de: { one: 'Die Datei ist in Ordnung: Die Zeile kann importiert werden.', other: 'Die Datei ist in Ordnung: Alle {n} Zeilen können importiert werden.' },
    en: { one: 'The file is in order: its row can be imported.', other: 'The file is in order: all {n} rows can be imported.' },
  },
  verdict_warnings: {
    de: {
      one: 'Die Zeile kann importiert werden, aber sehen Sie sich die Warnungen an.',
      other: 'Alle {n} Zeilen können importiert werden, aber sehen Sie sich die Warnungen an.',
    },
    en: {
      one: 'The row can be imported, but have a look at the warnings.',
      other: 'All {n} rows can be imported, but have a look at the warnings.',
    },
  },
  verdict_some: {
    de: {
      one: '1 von {all} Zeilen wird abgelehnt; die anderen können importiert werden.',
      other: '{n} von {all} Zeilen werden abgelehnt; die anderen können importiert werden.',
    },
    en: {
      one: '1 of {all} rows will be rejected; the others can be imported.',
      other: '{n} of {all} rows will be rejected; the others can be imported.',
    },
  },
  verdict_none: {
    de: { one: 'Die Zeile wird abgelehnt.', other: 'Alle {n} Zeilen werden abgelehnt.' },
    en: { one: 'The row will be rejected.', other: 'All {n} rows will be rejected.' },
  },
  verdict_turned_down: {
    de: { one: 'Die ganze Datei wird abgelehnt, weil 1 Zeile falsch ist.', other: 'Die ganze Datei wird abgelehnt, weil {n} Zeilen falsch sind.' },
    en: { one: 'The whole file will be rejected, because 1 row is wrong.', other: 'The whole file will be rejected, because {n} rows are wrong.' },
  },
  verdict_file: { de: 'Die Datei kann so nicht importiert werden.', en: 'The file cannot be imported as it is.' },
  verdict_empty: { de: 'Die Datei enthält keine Zeile zum Importieren.', en: 'The file has no row to import.' },
  verdict_held: {
    de: 'Der Import würde angehalten, bis der Verlag ihn freigibt.',
    en: 'The import would be held until the publisher releases it.',
  },
  file_facts: { de: 'Zur Datei', en: 'About the file' },
  fact_rows: { de: { one: '1 Zeile', other: '{n} Zeilen' }, en: { one: '1 row', other: '{n} rows' } },
  fact_empty: { de: { one: '1 leere übergangen', other: '{n} leere übergangen' }, en: { one: '1 empty passed over', other: '{n} empty passed over' } },
  fact_speed: { de: '{rate} Zeilen je Sekunde', en: '{rate} rows per second' },
  fact_time: { de: 'geprüft in {seconds} s', en: 'checked in {seconds} s' },
  csv_with: { de: 'CSV mit {delimiter}', en: 'CSV with {delimiter}' },
  comma: { de: 'Komma', en: 'commas' },
  semicolon: { de: 'Semikolon', en: 'semicolons' },
  tab: { de: 'Tabulator', en: 'tabs' },
  counts_found: { de: 'Gefunden', en: 'Found' },
  counts_decided: { de: 'Was geschieht', en: 'What happens' },

  error: { de: 'Fehler', en: 'Error' },
  warning: { de: 'Warnung', en: 'Warning' },
  note: { de: 'Hinweis', en: 'Note' },
  errors: { de: 'Fehler', en: { one: 'Error', other: 'Errors' } },
  warnings: { de: { one: 'Warnung', other: 'Warnungen' }, en: { one: 'Warning', other: 'Warnings' } },
  notes: { de: { one: 'Hinweis', other: 'Hinweise' }, en: { one: 'Note', other: 'Notes' } },

  // Findings
  findings: { de: 'Befunde', en: 'Findings' },
  findings_none: { de: 'Es gibt nichts zu beanstanden.', en: 'There is nothing to object to.' },
  grouped: { de: 'Nach Art', en: 'By kind' },
  one_by_one: { de: 'Einzeln', en: 'One by one' },
  shown_how: { de: 'Anzeige', en: 'Shown' },
  about_file: { de: 'Zur Datei als Ganzes', en: 'About the file as a whole' },
  group_what: { de: 'Was', en: 'What' },
  group_column: { de: 'Spalte', en: 'Column' },
  group_count: { de: 'Anzahl', en: 'Count' },
  group_first: { de: 'Zuerst in Zeile', en: 'First in row' },
  group_more: { de: 'und weitere', en: 'and more' },
  finding_row: { de: 'Zeile', en: 'Row' },
  finding_column: { de: 'Spalte', en: 'Column' },
  finding_what: { de: 'Was', en: 'What' },
  finding_value: { de: 'Wert', en: 'Value' },
  finding_severity: { de: 'Schwere', en: 'Severity' },
  filter_severity: { de: 'Schwere', en: 'Severity' },
  filter_column: { de: 'Spalte', en: 'Column' },
  filter_text: { de: 'Suche in Wert, Spalte und Nummer', en: 'Search value, column and number' },
  filter_all: { de: 'alle', en: 'all' },
  filter_clear: { de: 'Filter aufheben', en: 'Clear filters' },
  matches: { de: { one: '1 Befund', other: '{n} Befunde' }, en: { one: '1 finding', other: '{n} findings' } },
  matches_so_far: { de: '{n} gefunden, die Suche läuft …', en: '{n} found, still searching …' },
  matches_none: { de: 'Kein Befund passt zu diesen Filtern.', en: 'No finding matches these filters.' },
  pick_finding: {
    de: 'Einen Befund wählen, um die Zeile zu sehen, wie sie in der Datei steht.',
    en: 'Choose a finding to see the row as it stands in the file.',
  },
  list_keys: {
    de: 'Pfeiltasten, Bild auf und ab, Pos1 und Ende bewegen; Eingabe öffnet.',
    en: 'Arrow keys, Page Up and Down, Home and End move; Enter opens.',
  },
  empty_value: { de: 'leer', en: 'empty' },

  // One finding
  sheet_row: { de: 'Zeile {n}', en: 'Row {n}' },
  sheet_cell: { de: 'Zelle {cell}', en: 'Cell {cell}' },
  record_number: { de: 'Datensatz {n}', en: 'Record {n}' },
  file_line: { de: 'Dateizeile {n}', en: 'Line {n} of the file' },
  why: { de: 'Warum', en: 'Why' },
  todo: { de: 'Was zu tun ist', en: 'What to do' },
  upstream: { de: 'Fehlernummer der Plattform', en: 'Error code of the platform' },
  record_table: { de: 'Die Zeile in der Tabelle', en: 'The row in the spreadsheet' },
  record_raw: { de: 'Wie sie in der Datei steht', en: 'As it stands in the file' },
  marked_cell: { de: 'betroffen', en: 'concerned' },

  // Mending
  fix_title: { de: 'Berichtigen', en: 'Mending' },
  fix_take_all: {
    de: { one: 'Die eine sichere Berichtigung übernehmen', other: 'Alle {n} sicheren Berichtigungen übernehmen' },
    en: { one: 'Take the one fix that is certain', other: 'Take all {n} fixes that are certain' },
  },
  fix_take_kind: {
    de: { one: 'Diese sichere Berichtigung übernehmen', other: 'Diese {n} sicheren Berichtigungen übernehmen' },
    en: { one: 'Take this fix, which is certain', other: 'Take these {n} fixes, which are certain' },
  },
  fix_likely: {
    de: { one: 'Ein Vorschlag ist nur wahrscheinlich: am Befund ansehen und bestätigen.', other: '{n} Vorschläge sind nur wahrscheinlich: einzeln am Befund ansehen und bestätigen.' },
    en: { one: 'One proposal is only likely: look at the finding and confirm it.', other: '{n} proposals are only likely: look at each finding and confirm it.' },
  },
  fix_by_hand: {
    de: 'Für keinen Befund gibt es eine fertige Berichtigung. Einen Befund öffnen, um seine Zeile hier zu ändern.',
    en: 'There is no ready fix for any finding. Open a finding to change its row here.',
  },
  fix_confirmed: {
    de: { one: '1 Zelle von Hand geändert oder bestätigt', other: '{n} Zellen von Hand geändert oder bestätigt' },
    en: { one: '1 cell changed or confirmed by hand', other: '{n} cells changed or confirmed by hand' },
  },
  fix_make: { de: 'Berichtigte Datei speichern und prüfen', en: 'Save and check the mended file' },
  fix_leaves_as_csv: {
    de: 'Gespeichert wird eine CSV-Datei mit den Zeilen des gelesenen Blatts ({name}: UTF-8, Semikolon); die Arbeitsmappe bleibt, wie sie ist.',
    en: 'What is saved is a CSV file with the rows of the sheet that was read ({name}: UTF-8, semicolons); the workbook stays as it is.',
  },
  fix_rest_stays: { de: 'Alles andere bleibt, wie es ist; die geprüfte Datei wird nicht verändert.', en: 'All else stays as it is; the checked file is not changed.' },
  fix_made: { de: 'Gespeichert als {name}; sie wird jetzt geprüft.', en: 'Saved as {name}; it is being checked now.' },
  fix_before: { de: 'So steht es da', en: 'As it stands' },
  fix_after_certain: { de: 'Berichtigt, sicher', en: 'Mended, certain' },
  fix_after_likely: { de: 'Vorschlag, wahrscheinlich', en: 'Proposal, likely' },
  fix_confirm: { de: 'Vorschlag bestätigen', en: 'Confirm the proposal' },
  fix_undo: { de: 'Bestätigung zurücknehmen', en: 'Take the confirmation back' },
  edit_title: { de: 'Zelle dieser Zeile ändern', en: 'Change a cell of this row' },
  edit_column: { de: 'Spalte', en: 'Column' },
  edit_text: { de: 'Neuer Wert', en: 'New value' },
  edit_keep: { de: 'Zeile prüfen und Wert merken', en: 'Check the row and keep the value' },
  edit_good: { de: 'Für sich genommen ist die Zeile so in Ordnung.', en: 'By itself the row is in order like this.' },
  edit_drop: { de: 'Verwerfen', en: 'Drop' },
  mapping_title: {
    de: { one: 'Eine Spalte ist unbekannt: zuordnen', other: '{n} Spalten sind unbekannt: zuordnen' },
    en: { one: 'One column is unknown: say what it means', other: '{n} columns are unknown: say what they mean' },
  },
  mapping_agreed: { de: 'Spalten sind zugeordnet', en: 'Columns have been given a meaning' },
  mapping_what: {
    de: 'Die Zuordnung gilt für diese Prüfung. Damit sie auch beim Import gilt, das Profil mit der Zuordnung speichern und dem Verlag geben.',
    en: 'What is said here holds for this check. For the import too, save the profile with it and give it to the publisher.',
  },
  mapping_none: { de: 'unbekannt lassen', en: 'leave unknown' },
  mapping_ignore: { de: 'absichtlich weglassen', en: 'leave out on purpose' },
  mapping_apply: { de: 'Zuordnen und neu prüfen', en: 'Take this and check again' },
  mapping_save: { de: 'Profil mit Zuordnung speichern', en: 'Save the profile with this' },
  mapping_undo: { de: 'Zuordnung aufheben', en: 'Undo this' },

  // The plan
  plan: { de: 'Plan', en: 'Plan' },
  plan_exact: {
    de: 'Genau geplant gegen den Datenstand: {snapshot}.',
    en: 'Planned exactly against the snapshot: {snapshot}.',
  },
  snapshot_of: { de: '{partner}, {time}, {orders}', en: '{partner}, {time}, {orders}' },
  plan_orders: { de: { one: '1 Auftrag', other: '{n} Aufträge' }, en: { one: '1 order', other: '{n} orders' } },
  plan_unknown: { de: 'Was diese Seite nicht wissen kann', en: 'What this page cannot know' },
  plan_unknown_exact: { de: 'Was auch der Datenstand nicht sagt', en: 'What the snapshot does not say either' },
  plan_rows: { de: 'Zeilen nach Entscheidung', en: 'Rows by decision' },
  plan_all: { de: 'Alle', en: 'All' },
  decision_end: { de: 'Beenden', en: 'End' },
  decision_reactivate: { de: 'Reaktivieren', en: 'Reactivate' },
  decision_payment: { de: 'Zahlungsart ändern', en: 'Change payment' },
  decision_update: { de: 'Ändern', en: 'Update' },
  decision_create: { de: 'Anlegen', en: 'Create' },
  decision_accept: { de: 'Anlegen oder ändern', en: 'Create or change' },
  decision_unchanged: { de: 'Unverändert', en: 'Unchanged' },
  decision_reject: { de: 'Ablehnen', en: 'Reject' },
  decision_createCustomer: { de: 'Kunden anlegen', en: 'Create customers' },
  decision_missing: { de: 'Fehlen in der Datei', en: 'Missing from the file' },
  means_end: { de: 'Das Abonnement endet, oder endet früher.', en: 'The subscription ends, or ends sooner.' },
  means_reactivate: {
    de: 'Ein beendetes oder befristetes Abonnement läuft wieder. Bitte genau ansehen.',
    en: 'A subscription that had an end runs again. Please look closely.',
  },
  means_payment: { de: 'Die Zahlungsart wird eine andere.', en: 'The payment method becomes another.' },
  means_update: { de: 'Felder eines bekannten Auftrags ändern sich.', en: 'Fields of a known order change.' },
  means_create: { de: 'Auftrag, Abonnement und Zugriffsrecht entstehen neu.', en: 'Order, subscription and access right are made.' },
  means_accept: {
    de: 'Wird importiert. Ob neu oder geändert, zeigt erst der Datenstand.',
    en: 'Will be imported. Whether new or changed, only a snapshot tells.',
  },
  means_unchanged: { de: 'Nichts ändert sich.', en: 'Nothing changes.' },
  means_reject: { de: 'Ein Fehler steht dagegen; nichts geschieht.', en: 'An error stands against it; nothing happens.' },
  means_createCustomer: { de: 'Der Kunde wird vor dem Auftrag angelegt.', en: 'The customer is created ahead of the order.' },
  means_missing: {
    de: 'Laufende Aufträge, die im vollen Bestand nicht mehr vorkommen; ihr Ende wird vorgeschlagen.',
    en: 'Running orders that the full book no longer names; their end is proposed.',
  },
  plan_row: { de: 'Zeile', en: 'Row' },
  plan_decision: { de: 'Entscheidung', en: 'Decision' },
  plan_key: { de: 'Auftrag', en: 'Order' },
  plan_change: { de: 'Änderung', en: 'Change' },
  plan_search: { de: 'Suche nach Auftrag oder Angebot', en: 'Search order or offer' },
  plan_matches: { de: { one: '1 Zeile', other: '{n} Zeilen' }, en: { one: '1 row', other: '{n} rows' } },
  plan_matches_none: { de: 'Keine Zeile passt dazu.', en: 'No row matches.' },
  plan_pick: { de: 'Eine Zeile wählen, um jede Änderung zu sehen.', en: 'Choose a row to see every change.' },
  change_field: { de: 'Feld', en: 'Field' },
  change_old: { de: 'bisher', en: 'so far' },
  change_new: { de: 'künftig', en: 'from now on' },
  changes: { de: 'Änderungen', en: 'Changes' },
  no_value: { de: 'kein Wert', en: 'no value' },
  proposed: { de: 'Ein Vorschlag: ausgeführt wird er nur, wenn das Profil es erlaubt.', en: 'A proposal: it is carried out only where the profile allows it.' },

  // Downloads
  downloads: { de: 'Herunterladen', en: 'Download' },
  download: { de: 'Herunterladen', en: 'Download' },
  making: { de: 'Wird erstellt …', en: 'Being made …' },
  making_percent: { de: 'Wird erstellt … {percent}', en: 'Being made … {percent}' },
  made: { de: 'Fertig: {name} ({size})', en: 'Done: {name} ({size})' },
  not_made: { de: 'Das ließ sich nicht erstellen: {reason}', en: 'This could not be made: {reason}' },
  corrections: { de: 'Korrekturdatei', en: 'Corrections file' },
  corrections_what: {
    de: 'Nur die falschen Zeilen, mit den Gründen in eigenen Spalten. Die Werte berichtigen, speichern und wieder hierher ziehen; die Spalten mit den Gründen stören dabei nicht.',
    en: 'Only the wrong rows, with the reasons in columns of their own. Mend the values, save, and drop it here again; the columns with the reasons do no harm.',
  },
  corrections_none: { de: 'Keine Zeile wird abgelehnt; es gibt nichts zu berichtigen.', en: 'No row is rejected; there is nothing to mend.' },
  page: { de: 'Bericht zum Drucken', en: 'Report to print' },
  page_what: { de: 'Eine Seite für Menschen: öffnen, drucken, weiterreichen.', en: 'A page for people: open, print, pass on.' },
  report: { de: 'Vollständiger Bericht (JSON)', en: 'Full report (JSON)' },
  report_what: { de: 'Jeder Befund, für Programme; gleich dem von „intake check“.', en: 'Every finding, for programs; the same as that of “intake check”.' },
  plan_file: { de: 'Plan (JSON)', en: 'Plan (JSON)' },
  plan_file_what: {
    de: 'Jede Entscheidung. Neben der Datei geliefert, meldet der Import jede Zeile, über die inzwischen anders entschieden wird.',
    en: 'Every decision. Delivered beside the file, the import reports each row that is decided differently by then.',
  },

  printed_title: { de: 'Prüfbericht', en: 'Report of a check' },
  printed_file: { de: 'Datei', en: 'File' },
  printed_size: { de: 'Größe', en: 'Size' },
  printed_checked: { de: 'Geprüft', en: 'Checked' },
  printed_partner: { de: 'Partner', en: 'Partner' },
  printed_more: {
    de: 'Hier stehen die ersten {shown} von {total}; alle stehen im vollständigen Bericht.',
    en: 'These are the first {shown} of {total}; all are in the full report.',
  },

  // Upload
  upload: { de: 'Hochladen', en: 'Upload' },
  upload_title: { de: 'An den Verlag senden', en: 'Send it to the publisher' },
  upload_what: {
    de: 'Bis hierher hat nichts diesen Rechner verlassen. Mit dem nächsten Schritt senden Sie {name} ({size}) an den Verlag. Eine Quittung zeigt, was daraus wurde.',
    en: 'So far nothing has left this computer. With the next step you send {name} ({size}) to the publisher. A receipt shows what became of it.',
  },
  upload_token_what: { de: 'Sie haben ihn vom Verlag bekommen.', en: 'You have got it from the publisher.' },
  upload_plan: {
    de: 'Den Plan mitsenden: Die Quittung nennt dann jede Zeile, über die anders entschieden wurde als hier gezeigt.',
    en: 'Send the plan along: the receipt then names each row that was decided otherwise than shown here.',
  },
  upload_anyway: {
    de: { one: 'Trotzdem senden, obwohl 1 Zeile abgelehnt wird', other: 'Trotzdem senden, obwohl {n} Zeilen abgelehnt werden' },
    en: { one: 'Send it although 1 row will be rejected', other: 'Send it although {n} rows will be rejected' },
  },
  upload_impossible: {
    de: 'Diese Datei würde als Ganzes abgelehnt. Bitte zuerst berichtigen.',
    en: 'This file would be rejected as a whole. Please mend it first.',
  },
  upload_send: { de: 'Datei senden', en: 'Send the file' },
  upload_sent: { de: 'Die Quittung öffnet sich in einem neuen Tab.', en: 'The receipt opens in a new tab.' },

  // Privacy
  requests: { de: 'Anfragen ins Netz seit dem Laden: {n}', en: 'Requests made since loading: {n}' },
  privacy_verify: { de: 'So prüfen Sie das selbst', en: 'How to verify it yourself' },
  privacy_counted: {
    de: 'Gezählt von Ihrem Browser, in dieser Seite und in ihrem Prüfprogramm.',
    en: 'Counted by your browser, in this page and in its checker.',
  },
  privacy_cut: {
    de: 'Verbindung trennen (Flugmodus) und eine Datei prüfen: Es geht genauso.',
    en: 'Cut the connection (flight mode) and check a file: it works just the same.',
  },
  privacy_tools: {
    de: 'Mit F12 die Werkzeuge des Browsers öffnen, „Netzwerk“ wählen und eine Datei prüfen: Die Liste bleibt leer.',
    en: 'Open the browser’s tools with F12, choose “Network” and check a file: the list stays empty.',
  },
  privacy_policy: {
    de: 'Im Quelltext dieser Seite steht {policy}: Der Browser selbst verweigert ihr jede Verbindung.',
    en: 'The source of this page says {policy}: the browser itself refuses it any connection.',
  },

  // The page around
  skip: { de: 'Zum Inhalt', en: 'Skip to content' },
  language: { de: 'Sprache', en: 'Language' },
  tagline: { de: 'Importe prüfen', en: 'Check imports' },
  footer: {
    de: 'Dieselben Regeln wie beim Import selbst. Geprüft wird nur auf diesem Rechner.',
    en: 'The same rules as the import itself. Checked on this computer only.',
  },
});

/** @typedef {keyof typeof TEXTS} TextKey */

// Which shapes has what the daemon tells?
// Made from `daemon/src/wire/console.rs`; `UPDATE_DOCS=1 cargo test -p intake-daemon page_types` writes it anew.

/**
 * @typedef {object} ConsoleAlarm Something that needs the operator.
 * @property {number} [count] How many.
 * @property {'notReady' | 'disk' | 'upstream' | 'parked' | 'overdue' | 'waiting' | 'held'} kind What.
 * @property {string} [partner] Of which partner.
 * @property {string} [since] Since when.
 * @property {string} [text] In the program's words.
 */

/**
 * @typedef {object} ConsoleDisk The disk.
 * @property {number} freeBytes Free bytes, rounded down.
 * @property {number} journalBytes Bytes of the journal.
 * @property {number} reserveBytes With less than this no file is taken.
 */

/**
 * @typedef {object} ConsoleDone What became of the operator's word.
 * @property {number} [count] How many changes it was about.
 * @property {ConsoleFile} [file] The import as it is now.
 * @property {string} outcome `done`, `working` where it goes on, `heldAgain` where the plan is another one now.
 * @property {number} version The version of this shape.
 */

/**
 * @typedef {object} ConsoleFile A file or a request, and how far it is.
 * @property {number} bytes Length in bytes.
 * @property {string} changed When the last step was taken.
 * @property {string} claimed When it was claimed.
 * @property {Record<string, number> | null} counts Counts by decision, once they were planned.
 * @property {string} file The name as it can be shown.
 * @property {string} importId The import.
 * @property {number} nextRow Records up to this one are decided.
 * @property {boolean} open Is something left to be done?
 * @property {string} partner The partner.
 * @property {string | null} place Where it rests, below the data directory.
 * @property {string | null} reason Why it is held or was rejected.
 * @property {number | null} rows Records, once they were counted.
 * @property {ConsoleSent | null} sent What has become upstream of its rows.
 * @property {string} sha256 SHA-256.
 * @property {string} state How it ended, or the last step that was taken.
 * @property {string} step The last step that was taken.
 * @property {'file' | 'request'} way How it came.
 */

/**
 * @typedef {object} ConsoleFileWithLife A file with its life.
 * @property {ConsoleFile} file The file.
 * @property {object[]} findings What was found about it as a whole.
 * @property {ConsolePaper[]} papers What its partner found in the outbox, by its names.
 * @property {ConsoleStep[]} steps Its steps, in their order; of many of one kind the first and the last.
 * @property {number} version The version of this shape.
 */

/**
 * @typedef {object} ConsoleFiles A page of files, the latest first.
 * @property {ConsoleFile[]} items The files.
 * @property {string | null} next The cursor for the next page; nothing at the end.
 * @property {number} version The version of this shape.
 */

/**
 * @typedef {object} ConsoleLog A page of the log, the latest entry first.
 * @property {object[]} items The entries, as they stand in the journal.
 * @property {string | null} next The cursor for the next page, which may be there without an entry on this one; nothing at the end.
 * @property {number} version The version of this shape.
 */

/**
 * @typedef {object} ConsoleOutbox What goes to the platform.
 * @property {string | null} alarm What only the operator can mend.
 * @property {number} depth Changes without a verdict.
 * @property {boolean} mirroring Are changes sent?
 * @property {string | null} oldestSince Since when the oldest of them waits.
 * @property {number} parked Changes that wait for the operator.
 * @property {boolean} pausing Is there a pause just now?
 * @property {number} sent Changes that the platform took since the start.
 */

/**
 * @typedef {object} ConsoleOverview How everything stands.
 * @property {ConsoleAlarm[]} alarms What needs the operator, the gravest first.
 * @property {number} customers Customers in the books.
 * @property {ConsoleDisk} disk The disk.
 * @property {ConsoleFile[]} held The imports that the brake holds.
 * @property {number} logEntries Entries of the log.
 * @property {string} mark The place in the journal: it moves with everything that happens.
 * @property {number} offers Offers in the catalog.
 * @property {number} orders Orders in the books.
 * @property {ConsoleOutbox} outbox What goes to the platform.
 * @property {ConsolePartner[]} partners The partners.
 * @property {ConsolePart[]} parts The parts of the daemon, and whether each works.
 * @property {ConsoleFile[]} recent The latest imports.
 * @property {number} version The version of this shape.
 */

/**
 * @typedef {object} ConsolePaper A file of an outbox.
 * @property {string} kind What it is: `receipt`, `report` or `corrections`.
 * @property {string} name Its name.
 */

/**
 * @typedef {object} ConsolePart A part of the daemon.
 * @property {boolean} good Does it work?
 * @property {string} name Its name.
 */

/**
 * @typedef {object} ConsolePartner A partner.
 * @property {boolean} configured Has it an entry in the configuration?
 * @property {number | null} expectEverySeconds How often something is expected, in seconds.
 * @property {number} held Imports that the brake holds.
 * @property {string | null} lastApplied When an import was last applied.
 * @property {string | null} lastSeen When a file or a request last came.
 * @property {string} name Its name.
 * @property {boolean} overdue Has nothing come for longer?
 * @property {number} waiting Files in the inbox.
 * @property {string | null} waitingSince Since when the oldest of them lies there.
 */

/**
 * @typedef {object} ConsolePlan Rows of a plan that is held, planned anew from the bytes that wait.
 * @property {object[]} items The rows.
 * @property {string | null} next The cursor for the next page; nothing at the end.
 * @property {number} version The version of this shape.
 */

/**
 * @typedef {object} ConsoleSent How many rows have which verdict of the platform's.
 * @property {number} confirmed The platform has them.
 * @property {number} of All that concern the platform.
 * @property {number} refused The platform refuses them.
 * @property {number} replaced Later changes stood in their place.
 */

/**
 * @typedef {object} ConsoleSession Who looks.
 * @property {boolean} mayAct May it act, or only look?
 * @property {string[]} partners The names of the partners.
 * @property {string} program The version of the program.
 * @property {number} version The version of this shape.
 * @property {string} who What the log calls the token.
 */

/**
 * @typedef {object} ConsoleStep A step in the life of a file.
 * @property {number} [nextRow] Records up to this one were decided.
 * @property {string} [reason] Why.
 * @property {string} step The step.
 * @property {string} time When.
 */

export {};

// Which shapes has what the daemon tells?
// As `daemon/src/wire/console.rs` declares them, version 1.

/**
 * @typedef {object} FileShape
 * @property {string} importId
 * @property {string} partner
 * @property {string} file
 * @property {'file' | 'request'} way
 * @property {string} state
 * @property {string} step
 * @property {boolean} open
 * @property {number | null} rows
 * @property {number} nextRow
 * @property {Record<string, number> | null} counts
 * @property {number} bytes
 * @property {string} sha256
 * @property {string} claimed
 * @property {string} changed
 * @property {string | null} reason
 * @property {string | null} place
 * @property {{ confirmed: number, replaced: number, refused: number, of: number } | null} sent
 */

/**
 * @typedef {object} PartnerShape
 * @property {string} name
 * @property {boolean} configured
 * @property {string | null} lastSeen
 * @property {string | null} lastApplied
 * @property {number | null} expectEverySeconds
 * @property {boolean} overdue
 * @property {number} waiting
 * @property {string | null} waitingSince
 * @property {number} held
 */

/** @typedef {'notReady' | 'disk' | 'upstream' | 'parked' | 'overdue' | 'waiting' | 'held'} AlarmKind */
/** @typedef {{ kind: AlarmKind, partner?: string, count?: number, since?: string, text?: string }} Alarm */

/**
 * @typedef {object} Overview
 * @property {string} mark
 * @property {Alarm[]} alarms
 * @property {{ name: 'books' | 'journal' | 'store' | 'space' | 'inbox' | 'folders', good: boolean }[]} parts
 * @property {{ freeBytes: number, reserveBytes: number, journalBytes: number }} disk
 * @property {{ mirroring: boolean, depth: number, oldestSince: string | null, parked: number, sent: number, pausing: boolean, alarm: string | null }} outbox
 * @property {PartnerShape[]} partners
 * @property {FileShape[]} held
 * @property {FileShape[]} recent
 * @property {number} orders
 * @property {number} customers
 * @property {number} offers
 * @property {number} logEntries
 */

/** @typedef {{ who: string, mayAct: boolean, program: string, partners: string[] }} Session */
/** @typedef {{ step: string, time: string, nextRow?: number, reason?: string }} Step */
/** @typedef {{ kind: 'receipt' | 'report' | 'corrections', name: string }} Paper */
/** @typedef {{ de: string, en: string }} Both */
/** @typedef {{ severity: 'error' | 'warning' | 'note', code: string, message: Both, what?: Both }} FindingShape */
/** @typedef {{ file: FileShape, steps: Step[], findings: FindingShape[], papers: Paper[] }} FileWithLife */
/** @typedef {{ field: string, old: unknown, new: unknown }} Change */

/**
 * @typedef {object} Row a row of a plan
 * @property {number | null} [row]
 * @property {string | null} [externalSystemId]
 * @property {string | null} [customerId]
 * @property {string | null} [plenigoOfferId]
 * @property {string} decision
 * @property {boolean | null} [proposed]
 * @property {Change[]} changes
 * @property {FindingShape[]} findings
 */

/**
 * @typedef {object} Entry an entry of the log
 * @property {number} logId
 * @property {string} time
 * @property {string} importId
 * @property {string} partner
 * @property {string} file
 * @property {number | null} row
 * @property {number | null} line
 * @property {string | null} externalSystemId
 * @property {string | null} plenigoOfferId
 * @property {string} decision
 * @property {boolean} success
 * @property {number} orderId
 * @property {number | null} errorCode
 * @property {string | null} errorReason
 * @property {{ message: string, findings?: FindingShape[] } | null} errorDetail
 * @property {Change[]} changes
 */

/**
 * @typedef {object} Offer
 * @property {string} plenigoOfferId
 * @property {string} internalTitle
 * @property {'EXTERNAL' | 'WBZ' | 'PLENIGO'} managedBy
 * @property {boolean} archived
 * @property {string[]} allowedPaymentMethods
 * @property {boolean} multiplePurchases
 * @property {string[]} accessRightIds
 * @property {'TIME' | 'CREDIT' | 'ISSUE' | 'OTHER'} productBase
 * @property {number} steps
 */

/**
 * @typedef {object} Parked
 * @property {'refused' | 'parked' | 'retried' | 'dropped'} state
 * @property {string} time
 * @property {string | null} externalSystemId
 * @property {string | null} customerId
 * @property {string | null} importId
 * @property {number | null} row
 * @property {number | null} code
 * @property {string | null} reason
 */

/**
 * @typedef {object} OutboxShape
 * @property {boolean} mirroring
 * @property {number} depth
 * @property {number | null} oldestSeconds
 * @property {string | null} alarm
 * @property {number | null} pausingSeconds
 * @property {number} sent
 * @property {Record<string, number>} errors
 * @property {Parked[]} parked
 */

export {};

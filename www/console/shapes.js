// Which shapes has what the daemon tells?
// `told.js` is made from what the daemon declares; here it is narrowed where a word of it is looked up, and lines of other forms
// are told.

/** @typedef {import('./told.js').ConsoleFile} FileShape */
/** @typedef {import('./told.js').ConsolePartner} PartnerShape */
/** @typedef {import('./told.js').ConsoleAlarm} Alarm */
/** @typedef {Alarm['kind']} AlarmKind */
/** @typedef {import('./told.js').ConsoleSession} Session */
/** @typedef {import('./told.js').ConsoleStep} Step */
/** @typedef {{ name: 'books' | 'journal' | 'store' | 'space' | 'inbox' | 'folders', good: boolean }} Part */
/** @typedef {Omit<import('./told.js').ConsoleOverview, 'parts'> & { parts: Part[] }} Overview */
/** @typedef {Omit<import('./told.js').ConsolePaper, 'kind'> & { kind: 'receipt' | 'report' | 'corrections' }} Paper */
/** @typedef {Omit<import('./told.js').ConsoleFileWithLife, 'findings' | 'papers'> & { findings: FindingShape[], papers: Paper[] }} FileWithLife */

// What is told line by line, as it stands in journal, plan and outbox.

/** @typedef {{ de: string, en: string }} Both */
/** @typedef {{ severity: 'error' | 'warning' | 'note', code: string, message: Both, what?: Both }} FindingShape */
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

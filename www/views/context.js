// What does every view need to know?

/**
 * @typedef {object} Daemon what the daemon that serves the page offers; nothing where none does
 * @property {boolean} [upload]
 * @property {boolean} [profile]
 * @property {boolean} [snapshot]
 */

/**
 * @typedef {object} Context
 * @property {import('../words/speech.js').Speech} speech
 * @property {import('../check/files.js').Files} files
 * @property {Daemon} daemon
 * @property {() => boolean} byKeyboard was the last thing that the reader did done by keyboard?
 * @property {(text: string) => void} announce says something to a screen reader
 * @property {string} lastTab what the reader has looked at last, to go on there after another check
 */

/**
 * @typedef {object} View
 * @property {HTMLElement} element
 * @property {() => void} [shown] called when the element has been put into the page
 * @property {() => void} [update]
 * @property {() => void} [close]
 */

export {};

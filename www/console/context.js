// What does every view need to know, and what is a view?

/**
 * @typedef {object} Context
 * @property {import('./speech.js').Speech} speech
 * @property {import('./api.js').Api} api
 * @property {import('./shapes.js').Session} session
 * @property {() => import('./shapes.js').Overview | undefined} overview as it is now
 * @property {() => void} look asks the daemon now how everything stands
 * @property {(text: string) => void} announce says something to a screen reader, and shows it for a while
 * @property {(path: string) => void} go goes to another view
 */

/**
 * @typedef {object} View
 * @property {string} title
 * @property {HTMLElement} element its heading, of level 2, can have the focus
 * @property {(overview: import('./shapes.js').Overview) => void} [changed] something has happened
 * @property {() => void} [close]
 */

/** @typedef {{ path: string[], query: URLSearchParams }} Place */

export {};

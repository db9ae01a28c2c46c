// Which style sheets does the checker wear?
// They are made by script, since a page's policy may refuse any style that stands in its markup.

import { TOKENS } from './tokens.js';
import { PARTS } from './parts.js';
import { START } from './start.js';
import { RESULT } from './result.js';
import { LIST } from './list.js';
import { DETAIL } from './detail.js';
import { PRINT } from './print.js';

/** @type {CSSStyleSheet[] | undefined} */
let made;

/** One set for all checkers of a page. */
export function sheets() {
  made ??= [TOKENS, PARTS, START, RESULT, LIST, DETAIL, PRINT].map((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return sheet;
  });
  return made;
}

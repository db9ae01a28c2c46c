// Which style sheets does the operator's page wear?
// The checking page's tokens and small parts, and what is its own.

import { TOKENS } from '../style/tokens.js';
import { PARTS } from '../style/parts.js';
import { RESULT } from '../style/result.js';
import { DETAIL } from '../style/detail.js';
import { FRAME } from './style/frame.js';
import { LISTS } from './style/lists.js';
import { FORMS } from './style/forms.js';

/** @type {CSSStyleSheet[] | undefined} */
let made;

export function sheets() {
  made ??= [TOKENS, PARTS, RESULT, DETAIL, FRAME, LISTS, FORMS].map((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return sheet;
  });
  return made;
}

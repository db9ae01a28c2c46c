// Has anything left the machine? The browser counts, and everybody can look for themselves.

import { make, say } from '../dom/make.js';
import { icon } from '../dom/icon.js';

/** @typedef {import('./context.js').Context} Context */

/** Between two looks at the browser's list. */
const LOOK_MS = 2000;

/**
 * @param {Context} context
 * @param {() => number} readyAt since when requests are counted: everything the page consists of was there by then
 */
export function privacyView({ files, speech }, readyAt) {
  const { text } = speech;
  const counted = make('strong', {}, text('requests', { n: 0 }));
  const policy = document.querySelector('meta[http-equiv="Content-Security-Policy"]')?.getAttribute('content') ?? '';
  const refuses = policy.includes("connect-src 'none'");
  const look = async () => {
    const own = performance.getEntriesByType('resource').filter((entry) => entry.startTime > readyAt()).length;
    // A worker that is not there has requested nothing.
    const worker = await files.requests().catch(() => 0);
    say(counted, text('requests', { n: own + worker }));
  };
  const timer = setInterval(look, LOOK_MS);
  return {
    element: make(
      'aside',
      { class: 'privacy', 'aria-label': text('privacy_verify') },
      make(
        'details',
        {},
        make(
          'summary',
          {},
          icon('shield'),
          make('span', {}, counted, ' ', make('span', { class: 'how' }, text('privacy_verify'))),
        ),
        make(
          'ul',
          {},
          [
            text('privacy_counted'),
            text('privacy_tools'),
            text('privacy_cut'),
            refuses && text('privacy_policy', { policy: "connect-src 'none'" }),
          ].map((line) => line && make('li', {}, line)),
        ),
      ),
    ),
    look,
    close: () => clearInterval(timer),
  };
}

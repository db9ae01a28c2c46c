// Which view does an address name?
// What stands behind `#` never leaves the browser: neither a path nor a filter is sent with a request for the page.

import { overviewView } from './views/overview.js';
import { filesView } from './views/files.js';
import { fileView } from './views/file.js';
import { heldView } from './views/held.js';
import { logView } from './views/log.js';
import { orderView } from './views/order.js';
import { outboxView } from './views/outbox.js';
import { offersView } from './views/offers.js';
import { offerView } from './views/offer.js';

/** @typedef {import('./context.js').Place} Place */
/** @typedef {import('./context.js').Context} Context */
/** @typedef {import('./context.js').View} View */

/** @type {Record<string, (context: Context, place: Place) => View>} */
const VIEWS = {
  overview: overviewView,
  files: (context, place) => (place.path[1] ? fileView(context, place.path[1]) : filesView(context, place)),
  held: heldView,
  log: logView,
  order: (context, place) => orderView(context, place.path[1] ?? ''),
  outbox: outboxView,
  offers: (context, place) => (place.path[1] ? offerView(context, place.path[1]) : offersView(context)),
};

/** @param {string} hash @returns {Place} */
export function placeOf(hash) {
  const [path, query] = hash.replace(/^#\/?/, '').split('?');
  return { path: path.split('/').filter(Boolean).map(decoded), query: new URLSearchParams(query ?? '') };
}

/** @param {Context} context @param {Place} place */
export function viewOf(context, place) {
  const view = VIEWS[place.path[0] ?? 'overview'] ?? VIEWS.overview;
  return view(context, place);
}

/** @param {string} part */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    // Half an escape means itself.
    return part;
  }
}

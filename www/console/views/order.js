// What is known of an order, how did it come to be so, and does the platform know it too?

import { make, fill } from '../../dom/make.js';
import { entriesList } from '../entries.js';
import { card, link, loading, redraw, shownValue, trouble, viewHead } from '../parts.js';

/** @typedef {import('../context.js').Context} Context */
/** @typedef {import('../speech.js').Speech} Speech */
/** @typedef {Record<string, any>} Told an object in the platform's words */

/** @typedef {{ order: Told | null, subscription: Told | null, accessRights: Told[], history: import('../shapes.js').Entry[], upstream?: Told }} Answer */

/** What the summary says already, or what only programs need. */
const NOT_TOLD = ['orderId', 'subscriptionId', 'externalSystemId', 'status', 'items', 'type', 'createdBy', 'changedBy', 'managedExternal', 'chainId'];

/** @param {Context} context @param {string} key @returns {import('../context.js').View} */
export function orderView(context, key) {
  const { speech, api } = context;
  const { text } = speech;
  const title = key ? text('order_title', { id: key }) : text('order_search');
  const body = make('div', { class: 'parts' }, loading(speech));
  let shown = '';
  let mark = '';
  let closed = false;

  async function load() {
    try {
      /** @type {Answer} */
      const answer = await api.get('/order', { externalSystemId: key });
      const now = JSON.stringify(answer);
      if (closed || now === shown) return;
      shown = now;
      redraw(body, ...parts(speech, key, answer));
    } catch (error) {
      if (!closed && shown === '') fill(body, trouble(speech, error, () => void load()));
    }
  }

  if (key) void load();
  else fill(body, make('p', { class: 'faint' }, text('order_none')));
  return {
    title,
    element: make('div', { class: 'parts' }, viewHead(title), body),
    changed(overview) {
      if (mark !== '' && overview.mark !== mark && key) void load();
      mark = overview.mark;
    },
    close: () => {
      closed = true;
    },
  };
}

/** @param {Speech} speech @param {string} key @param {Answer} answer */
function parts(speech, key, { order, subscription, accessRights, history, upstream }) {
  const { text } = speech;
  const entries = [...history].reverse();
  const past = card(
    text(order ? 'history' : 'order_attempts'),
    entriesList(speech, entries, text('history')),
    make('p', {}, link(`/log?externalSystemId=${encodeURIComponent(key)}`, text('all_entries'))),
  );
  if (!order || !subscription) {
    return [make('p', { class: 'held' }, text('order_none')), entries.length > 0 && past];
  }
  return [
    make(
      'section',
      { class: 'card', 'aria-label': text('standing') },
      make('p', { class: 'counts' }, standing(speech, subscription), upstream && verdict(speech, upstream)),
      upstream?.reason && make('p', { class: 'why' }, upstream.code ? make('code', {}, String(upstream.code)) : null, ' ', upstream.reason),
      make('p', { class: 'faint' }, text('from_to', { from: day(speech, subscription.startDate), to: day(speech, subscription.endDate) })),
    ),
    make(
      'div',
      { class: 'pair-of-cards' },
      card(`${text('order_part')} ${order.orderId}`, fieldsOf(speech, { ...order, ...(order.items?.[0] ?? {}) })),
      card(`${text('subscription')} ${subscription.subscriptionId}`, fieldsOf(speech, subscription)),
    ),
    card(text('access_rights'), accessPart(speech, accessRights)),
    past,
  ];
}

/** @param {Speech} speech @param {Told} subscription */
function standing({ text }, { status }) {
  const runs = status === 'ACTIVE';
  return make('span', { class: `badge ${runs ? 'good' : ''}` }, `${text(runs ? 'order_runs' : 'order_ended')} (${status})`);
}

/** @param {Speech} speech @param {Told} upstream */
function verdict({ text }, { state }) {
  const tone = { confirmed: 'good', refused: 'error', parked: 'error', dropped: 'error' }[/** @type {'refused'} */ (state)] ?? '';
  return make('span', { class: `badge ${tone}` }, `${text('upstream')}: ${text(/** @type {'verdict_confirmed'} */ (`verdict_${state}`))}`);
}

/** @param {Speech} speech @param {Told} told */
function fieldsOf(speech, told) {
  const all = Object.entries(told).filter(([name, value]) => !NOT_TOLD.includes(name) && value !== null && value !== undefined && typeof value !== 'object');
  return make('dl', { class: 'fields' }, all.map(([name, value]) => make('div', {}, make('dt', {}, name), make('dd', {}, shownValue(speech, value)))));
}

/** @param {Speech} speech @param {Told[]} rights */
function accessPart(speech, rights) {
  const { text } = speech;
  if (rights.length === 0) return make('p', { class: 'faint' }, text('access_none'));
  return make(
    'ul',
    { class: 'papers' },
    rights.map((right) =>
      make(
        'li',
        {},
        make('code', {}, right.accessRightUniqueId),
        make('span', { class: `badge ${right.accessGranted ? 'good' : ''}` }, text(right.accessGranted ? 'granted' : 'not_granted')),
        make('span', { class: 'faint' }, text('from_to', { from: day(speech, right.lifeTimeStart), to: day(speech, right.lifeTimeEnd) })),
      ),
    ),
  );
}

/** @param {Speech} speech @param {string | null} moment */
function day(speech, moment) {
  return moment ? speech.time(moment) : speech.text('open_end');
}

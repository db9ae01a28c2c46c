// What goes to the platform, what does it refuse, and what is done about it?

import { make, fill } from '../../dom/make.js';
import { icon } from '../../dom/icon.js';
import { ago, card, figure, link, loading, orderPath, redraw, table, trouble, viewHead } from '../parts.js';
import { confirm } from '../confirm.js';

/** @typedef {import('../context.js').Context} Context */
/** @typedef {import('../shapes.js').OutboxShape} OutboxShape */
/** @typedef {import('../shapes.js').Parked} Parked */

/** @param {Context} context @returns {import('../context.js').View} */
export function outboxView(context) {
  const { speech, api } = context;
  const { text } = speech;
  const dropped = make('input', { type: 'checkbox', name: 'dropped', id: 'dropped' });
  const standing = make('div', {});
  const parked = make('div', {}, loading(speech));
  const element = make(
    'div',
    { class: 'parts' },
    viewHead(text('outbox_title')),
    standing,
    card(
      text('parked_title'),
      make('div', { class: 'tick' }, dropped, make('label', { for: 'dropped' }, text('show_dropped'))),
      parked,
    ),
  );
  let shown = '';
  let closed = false;

  async function load() {
    try {
      /** @type {OutboxShape} */
      const outbox = await api.get('/outbox', { dropped: dropped.checked });
      const now = JSON.stringify([outbox.parked, outbox.errors]);
      if (closed || now === shown) return;
      shown = now;
      redraw(parked, ...parkedPart(context, element, outbox, load));
    } catch (error) {
      if (!closed && shown === '') fill(parked, trouble(speech, error, () => void load()));
    }
  }

  dropped.addEventListener('change', () => void load());
  void load();
  return {
    title: text('outbox_title'),
    element,
    changed(overview) {
      redraw(standing, standingPart(context, overview.outbox));
      void load();
    },
    close: () => {
      closed = true;
    },
  };
}

/** @param {Context} context @param {import('../shapes.js').Overview['outbox']} outbox */
function standingPart({ speech }, outbox) {
  const { text } = speech;
  return make(
    'section',
    { class: 'card', 'aria-label': text('standing') },
    outbox.alarm && make('p', { class: 'trouble' }, text('alarm_upstream', { text: outbox.alarm })),
    make('p', {}, text(outbox.mirroring ? 'mirroring_on' : 'mirroring_off'), ' ', outbox.pausing && text('pausing')),
    make(
      'dl',
      { class: 'figures' },
      figure(text('depth'), speech.number(outbox.depth)),
      figure(text('oldest'), outbox.oldestSince ? ago(speech, outbox.oldestSince) : text('none')),
      figure(text('parked'), speech.number(outbox.parked), outbox.parked > 0 ? 'warning' : ''),
      figure(text('sent'), speech.number(outbox.sent)),
    ),
  );
}

/**
 * @param {Context} context
 * @param {HTMLElement} near
 * @param {OutboxShape} outbox
 * @param {() => Promise<void>} load
 */
function parkedPart(context, near, { parked, errors }, load) {
  const { speech, session } = context;
  const { text } = speech;
  const codes = Object.entries(errors);
  const trouble =
    codes.length > 0 &&
    make('p', { class: 'faint' }, `${text('errors_so_far')}: ${codes.map(([code, n]) => `${code} × ${speech.number(n)}`).join(', ')}`);
  if (parked.length === 0) return [make('p', { class: 'faint' }, text('parked_none')), trouble];
  const { element, body, row } = table(text('parked_title'), [
    { title: text('order_or_customer'), kind: 'name' },
    { title: text('state') },
    { title: text('code_reason'), kind: 'wide' },
    { title: text('from_import') },
    { title: text('when') },
    ...(session.mayAct ? [{ title: text('actions'), kind: 'end' }] : []),
  ]);
  for (const one of parked) {
    body.append(
      row([
        one.externalSystemId ? link(orderPath(one.externalSystemId), one.externalSystemId, 'key') : text('customer_n', { id: one.customerId ?? '' }),
        make('span', { class: `badge ${one.state === 'refused' || one.state === 'parked' ? 'error' : ''}` }, text(`verdict_${one.state}`)),
        [one.code ? make('code', {}, String(one.code)) : null, one.code ? ' ' : null, one.reason ?? ''],
        one.importId ? [link(`/files/${one.importId}`, one.importId), one.row ? make('small', {}, text('row_n', { n: one.row })) : null] : '–',
        ago(speech, one.time),
        ...(session.mayAct ? [actionsOn(context, near, one, load)] : []),
      ]),
    );
  }
  const waiting = parked.filter(({ state }) => state === 'refused' || state === 'parked');
  const all =
    session.mayAct &&
    waiting.length > 1 &&
    make(
      'div',
      { class: 'buttons' },
      make('button', { type: 'button', class: 'plain', onclick: () => void act(context, 'retry', { all: true }, load) }, icon('again'), text('retry_all')),
      make('button', { type: 'button', class: 'quiet', onclick: () => askToDrop(context, near, { all: true }, waiting.length, '', load) }, text('drop_all')),
    );
  return [!session.mayAct && make('p', { class: 'faint' }, text('only_reads_what')), all, element, trouble];
}

/**
 * @param {Context} context
 * @param {HTMLElement} near
 * @param {Parked} one
 * @param {() => Promise<void>} load
 */
function actionsOn(context, near, { externalSystemId, customerId, state }, load) {
  const { text } = context.speech;
  const name = externalSystemId ?? customerId ?? '';
  const button = (/** @type {'retry' | 'drop'} */ what, /** @type {() => void} */ onclick) =>
    make('button', { type: 'button', class: what === 'retry' ? 'plain' : 'quiet', 'data-key': `${what} ${name}`, 'aria-label': text(`${what}_of`, { name }), onclick }, text(what));
  return make(
    'span',
    { class: 'buttons' },
    state !== 'retried' && button('retry', () => void act(context, 'retry', { ids: [name] }, load)),
    state !== 'dropped' && button('drop', () => askToDrop(context, near, { ids: [name] }, 1, name, load)),
  );
}

/**
 * @param {Context} context
 * @param {HTMLElement} near
 * @param {object} choice
 * @param {number} count
 * @param {string} name
 * @param {() => Promise<void>} load
 */
function askToDrop(context, near, choice, count, name, load) {
  const { text } = context.speech;
  confirm(context, near, {
    title: text('drop_title', { n: count }),
    content: [name && make('p', {}, make('code', {}, name)), make('p', {}, text('drop_what'))],
    yes: text('drop_do'),
    tone: 'danger',
    act: () => act(context, 'drop', choice, load),
  });
}

/**
 * @param {Context} context
 * @param {'retry' | 'drop'} what
 * @param {object} choice
 * @param {() => Promise<void>} load
 */
async function act({ api, speech, announce, look }, what, choice, load) {
  const { text } = speech;
  try {
    const { count } = await api.post(`/outbox/${what}`, choice);
    announce(text(what === 'retry' ? 'retried' : 'dropped', { n: count }));
  } catch (error) {
    if (what === 'drop') throw error;
    announce(text('failed', { reason: /** @type {Error} */ (error).message }));
  }
  look();
  await load();
}

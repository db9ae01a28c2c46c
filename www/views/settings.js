// With which profile and which snapshot is checked? Both come as files; where a daemon serves the page, it gives them.

import { make, fill, freshId } from '../dom/make.js';

/** @typedef {import('./context.js').Context} Context */

/** @param {Context} context */
export function settingsView(context) {
  const { files, speech, daemon } = context;
  const { text } = speech;
  const trouble = make('p', { class: 'trouble', role: 'alert', hidden: true });
  const state = make('p', { class: 'state', role: 'status' });
  const { profile, snapshot } = files.basis;
  /** @param {() => Promise<import('../check/files.js').Basis> | import('../check/files.js').Basis} basis */
  const take = async (basis) => {
    trouble.hidden = true;
    fill(state, text('being_read'));
    try {
      await files.found(await basis());
    } catch (error) {
      trouble.hidden = false;
      fill(trouble, text('basis_wrong', { reason: /** @type {Error} */ (error).message }));
    }
    fill(state);
  };
  const rest = files.basis;
  return make(
    'details',
    { class: 'settings', open: profile !== undefined || snapshot !== undefined },
    make('summary', {}, text('settings')),
    make('p', {}, text('settings_what')),
    make(
      'div',
      { class: 'pair' },
      make(
        'section',
        {},
        make('h3', {}, text('snapshot')),
        make('p', {}, text('snapshot_what')),
        picker(text('snapshot_choose'), '.intake-snapshot', (file) => take(() => ({ ...rest, snapshot: file }))),
        snapshot && loaded(context, snapshotText(speech, files.ground), () => take(() => without(rest, 'snapshot'))),
      ),
      make(
        'section',
        {},
        make('h3', {}, text('profile')),
        make('p', {}, text('profile_what')),
        picker(text('profile_choose'), '.json,application/json', (file) =>
          take(async () => ({ ...rest, profile: JSON.parse(await file.text()) })),
        ),
        profile && loaded(context, files.ground?.partner ?? '', () => take(() => without(rest, 'profile'))),
      ),
    ),
    state,
    trouble,
    (daemon.profile || daemon.snapshot) && fetchForm(context),
  );
}

/**
 * Whose orders, of when, how many.
 *
 * @param {import('../words/speech.js').Speech} speech
 * @param {import('../check/files.js').Verdict['plan'] | undefined} ground
 */
export function snapshotText(speech, ground) {
  if (!ground?.snapshot) return '';
  const { partner, takenAt, orders } = ground.snapshot;
  const time = speech.time(takenAt);
  return speech.text('snapshot_of', { partner, time, orders: speech.text('plan_orders', { n: orders }) });
}

/**
 * @param {import('../check/files.js').Basis} basis
 * @param {keyof import('../check/files.js').Basis} part
 */
function without(basis, part) {
  const rest = { ...basis };
  delete rest[part];
  return rest;
}

/**
 * @param {string} title
 * @param {string} accept
 * @param {(file: File) => void} take
 */
function picker(title, accept, take) {
  const input = make('input', { type: 'file', accept, hidden: true });
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    input.value = '';
    if (file) take(file);
  });
  return [make('button', { type: 'button', class: 'plain', onclick: () => input.click() }, title), input];
}

/**
 * @param {Context} context
 * @param {string} name
 * @param {() => void} remove
 */
function loaded({ speech }, name, remove) {
  return make(
    'div',
    { class: 'loaded' },
    make('span', {}, speech.text('loaded', { name })),
    make('button', { type: 'button', class: 'quiet', onclick: remove }, speech.text('remove')),
  );
}

/**
 * A form that brings both as downloads: the page itself may not load anything.
 *
 * @param {Context} context
 */
function fetchForm({ speech, daemon }) {
  const { text } = speech;
  const token = freshId('token');
  const send = (/** @type {string} */ action, /** @type {string} */ title) =>
    make('button', { type: 'submit', class: 'plain', formaction: action }, title);
  return make(
    'form',
    { class: 'fetch', method: 'post', enctype: 'multipart/form-data', action: '/snapshot' },
    make('h3', {}, text('fetch_title')),
    make('p', {}, text('fetch_what')),
    make(
      'div',
      { class: 'field' },
      make('label', { for: token }, text('token')),
      make('input', { id: token, name: 'token', type: 'password', autocomplete: 'current-password', required: true }),
    ),
    make(
      'div',
      { class: 'buttons' },
      daemon.snapshot && send('/snapshot', text('fetch_snapshot')),
      daemon.profile && send('/profile', text('fetch_profile')),
    ),
  );
}

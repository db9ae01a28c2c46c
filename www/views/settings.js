// With which profile and which snapshot is checked? Both come as files; where a daemon serves the page, it gives them.

import { make, fill, freshId } from '../dom/make.js';

/** @typedef {import('./context.js').Context} Context */

/** @param {Context} context */
export function settingsView(context) {
  const { files, speech, daemon } = context;
  const { text } = speech;
  const trouble = make('p', { class: 'trouble', role: 'alert', hidden: true });
  const profile = make('div', { class: 'loaded' });
  const snapshot = make('div', { class: 'loaded' });
  const show = () => {
    fill(profile, loaded(context, files.profileName, () => setProfile(undefined, undefined)));
    fill(snapshot, loaded(context, files.snapshot?.name, () => setSnapshot(undefined)));
  };
  /** @param {unknown} value @param {string | undefined} name */
  const setProfile = (value, name) => {
    files.profile = value;
    files.profileName = name;
    show();
    files.restart();
  };
  /** @param {File | undefined} file */
  const setSnapshot = (file) => {
    files.snapshot = file;
    show();
    files.restart();
  };
  /** @param {File} file */
  const readProfile = async (file) => {
    trouble.hidden = true;
    try {
      setProfile(JSON.parse(await file.text()), file.name);
    } catch (error) {
      trouble.hidden = false;
      fill(trouble, text('profile_wrong', { reason: /** @type {Error} */ (error).message }));
    }
  };
  show();
  return make(
    'details',
    { class: 'settings', open: files.profile !== undefined || files.snapshot !== undefined },
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
        picker(text('snapshot_choose'), '.intake-snapshot', setSnapshot),
        snapshot,
      ),
      make(
        'section',
        {},
        make('h3', {}, text('profile')),
        make('p', {}, text('profile_what')),
        picker(text('profile_choose'), '.json,application/json', readProfile),
        profile,
        trouble,
      ),
    ),
    (daemon.profile || daemon.snapshot) && fetchForm(context),
  );
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
 * @param {string | undefined} name
 * @param {() => void} remove
 */
function loaded({ speech }, name, remove) {
  if (name === undefined) return undefined;
  return [
    make('span', {}, speech.text('loaded', { name })),
    make('button', { type: 'button', class: 'quiet', onclick: remove }, speech.text('remove')),
  ];
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

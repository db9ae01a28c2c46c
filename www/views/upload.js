// How does a checked file reach the publisher?
// By a plain form that the reader sends, and by nothing else: the page has no way to send anything by itself.

import { make, fill, freshId } from '../dom/make.js';
import { icon } from '../dom/icon.js';

/** @typedef {import('./context.js').Context} Context */
/** @typedef {import('../check/files.js').CheckedFile} CheckedFile */
/** @typedef {import('../check/files.js').Verdict} Verdict */

/**
 * @param {Context} context
 * @param {CheckedFile} file
 * @param {Verdict} verdict
 */
export function uploadView(context, file, verdict) {
  const { speech } = context;
  const { text } = speech;
  if (verdict.fileRejected) {
    return { element: make('p', { class: 'trouble' }, text('upload_impossible')) };
  }
  const token = freshId('token');
  const hint = freshId('hint');
  const fileInput = fileField('file', [file.file]);
  const planInput = fileField('plan', []);
  const wantsPlan = make('input', { type: 'checkbox' });
  const anyway = make('input', { type: 'checkbox', required: true });
  const state = make('p', { class: 'state', role: 'status' });
  const send = make('button', { type: 'submit', class: 'strong' }, icon('up'), text('upload_send'));
  const form = make(
    'form',
    {
      class: 'upload',
      method: 'post',
      enctype: 'multipart/form-data',
      action: `/upload?lang=${speech.language}`,
      target: '_blank',
    },
    make('h3', {}, text('upload_title')),
    make('p', {}, text('upload_what', { name: file.name, size: speech.size(file.file.size) })),
    make(
      'div',
      { class: 'field' },
      make('label', { for: token }, text('token')),
      make('input', {
        id: token,
        name: 'token',
        type: 'password',
        autocomplete: 'current-password',
        required: true,
        spellcheck: 'false',
        'aria-describedby': hint,
      }),
      make('small', { id: hint }, text('upload_token_what')),
    ),
    fileInput,
    make('label', { class: 'tick' }, wantsPlan, make('span', {}, text('upload_plan'))),
    verdict.rejected > 0 &&
      make('label', { class: 'tick' }, anyway, make('span', {}, text('upload_anyway', { n: verdict.rejected }))),
    planInput,
    make('div', { class: 'buttons' }, send),
    state,
  );
  // The plan is made before the form can be sent: a form that is sent cannot wait.
  wantsPlan.addEventListener('change', async () => {
    if (!wantsPlan.checked) return setFiles(planInput, []);
    send.disabled = true;
    fill(state, text('making'));
    try {
      const plan = await file.export('plan', { language: speech.language });
      setFiles(planInput, [new File([plan], `${file.name}.plan.json`, { type: 'application/json' })]);
      fill(state);
    } catch (error) {
      wantsPlan.checked = false;
      fill(state, text('not_made', { reason: /** @type {Error} */ (error).message }));
    }
    send.disabled = false;
  });
  form.addEventListener('submit', () => {
    // Without a plan the field would send an empty file.
    planInput.disabled = !wantsPlan.checked;
    fill(state, text('upload_sent'));
  });
  return { element: form };
}

/**
 * @param {string} name
 * @param {File[]} files
 */
function fileField(name, files) {
  const input = make('input', { type: 'file', name, hidden: true, tabindex: '-1', 'aria-hidden': 'true' });
  setFiles(input, files);
  return input;
}

/**
 * @param {HTMLInputElement} input
 * @param {File[]} files
 */
function setFiles(input, files) {
  const transfer = new DataTransfer();
  for (const file of files) transfer.items.add(file);
  input.files = transfer.files;
}

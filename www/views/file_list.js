// Which files have been given, and how does each stand?

import { make } from '../dom/make.js';
import { icon } from '../dom/icon.js';
import { chooseButton, pasteButton } from './choose.js';
import { toneOf } from './verdict.js';

/** @typedef {import('./context.js').Context} Context */
/** @typedef {import('../check/files.js').CheckedFile} CheckedFile */

/** @param {Context} context */
export function fileList(context) {
  const { files, speech } = context;
  const { text } = speech;
  return make(
    'nav',
    { class: 'files', 'aria-label': text('files') },
    files.list.length > 1 && make('ul', {}, files.list.map((file) => fileItem(context, file))),
    make('div', { class: 'buttons' }, chooseButton(context, text('another'), 'plain'), pasteButton(context)),
  );
}

/**
 * @param {Context} context
 * @param {CheckedFile} file
 */
function fileItem({ files, speech }, file) {
  const [kind, words] = standing(speech, file);
  const chosen = file === files.chosen;
  return make(
    'li',
    { class: kind },
    make(
      'button',
      { type: 'button', class: 'file', 'aria-current': chosen && 'true', onclick: () => files.choose(file) },
      icon(file.verdict ? (kind === 'good' ? 'good' : kind === 'warning' ? 'warning' : 'error') : 'file'),
      make('span', { class: 'file-name' }, file.name),
      make('span', { class: 'file-state' }, words),
    ),
    make(
      'button',
      {
        type: 'button',
        class: 'quiet',
        'aria-label': speech.text('remove_file', { name: file.name }),
        onclick: () => files.remove(file),
      },
      icon('close'),
    ),
  );
}

/**
 * @param {import('../words/speech.js').Speech} speech
 * @param {CheckedFile} file
 * @returns {[string, string]}
 */
function standing({ text }, file) {
  const { verdict } = file;
  if (!verdict) return [file.state, text(/** @type {'waiting'} */ (file.state))];
  return [toneOf(verdict), verdictWords({ text }, verdict)];
}

/**
 * @param {Pick<import('../words/speech.js').Speech, 'text'>} speech
 * @param {import('../check/files.js').Verdict} verdict
 */
function verdictWords({ text }, verdict) {
  if (verdict.fileRejected) return text('file_rejected');
  if (verdict.errors > 0) return text('file_errors', { n: verdict.errors });
  if (verdict.warnings > 0) return text('file_warnings', { n: verdict.warnings });
  return text('file_good');
}

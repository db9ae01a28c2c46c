// How do files get in? Dropped anywhere, chosen, or pasted as rows from a spreadsheet.

import { make, freshId } from '../dom/make.js';
import { icon } from '../dom/icon.js';

/** @typedef {import('./context.js').Context} Context */

/**
 * The button that opens the browser's own dialog, and the field behind it.
 *
 * @param {Context} context
 * @param {string} title
 * @param {string} kind
 */
export function chooseButton({ files }, title, kind) {
  const input = make('input', {
    type: 'file',
    multiple: true,
    hidden: true,
    accept: '.csv,.tsv,.txt,.xlsx,.xlsm,.ods,.ndjson,.jsonl,.json,.gz,.zst,.zip,text/csv,application/json',
  });
  input.addEventListener('change', () => {
    const chosen = [...(input.files ?? [])];
    // The same file can be chosen again after it has been mended.
    input.value = '';
    files.add(chosen);
  });
  const button = make('button', { type: 'button', class: kind, onclick: () => input.click() }, icon('file'), title);
  return [button, input];
}

/**
 * @param {Context} context
 */
export function pasteButton(context) {
  const { speech, files } = context;
  const { text } = speech;
  const heading = freshId('paste');
  const how = freshId('how');
  const area = make('textarea', {
    rows: '10',
    spellcheck: 'false',
    autocomplete: 'off',
    'aria-label': text('paste_label'),
    'aria-describedby': how,
  });
  const check = make('button', { type: 'submit', class: 'strong' }, text('paste_check'));
  const cancel = make('button', { type: 'button', class: 'plain', onclick: () => dialog.close() }, text('cancel'));
  const form = make(
    'form',
    { method: 'dialog' },
    make('h2', { id: heading }, text('paste_title')),
    make('p', { id: how }, text('paste_how')),
    area,
    make('div', { class: 'buttons' }, cancel, check),
  );
  const dialog = make('dialog', { class: 'paste', 'aria-labelledby': heading }, form);
  form.addEventListener('submit', () => {
    if (area.value.trim() !== '') files.add([pasted(area.value, text('pasted_name'))]);
    area.value = '';
  });
  const button = make(
    'button',
    { type: 'button', class: 'plain', onclick: () => dialog.showModal() },
    icon('paste'),
    text('paste'),
  );
  return [button, dialog];
}

/**
 * Rows as a file; spreadsheets copy them with tabs between the cells.
 *
 * @param {string} rows
 * @param {string} name
 */
export function pasted(rows, name) {
  return new File([rows.endsWith('\n') ? rows : `${rows}\n`], name, { type: 'text/csv' });
}

/**
 * Takes what is dropped upon an element.
 *
 * @param {HTMLElement} element
 * @param {(files: File[]) => void} take
 */
export function takeDrops(element, take) {
  let depth = 0;
  const hasFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes('Files') ?? false;
  element.addEventListener('dragenter', (event) => {
    if (!hasFiles(event)) return;
    depth += 1;
    element.toggleAttribute('data-dragging', true);
  });
  element.addEventListener('dragleave', (event) => {
    if (!hasFiles(event)) return;
    depth -= 1;
    if (depth <= 0) element.toggleAttribute('data-dragging', false);
  });
  element.addEventListener('dragover', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
  });
  element.addEventListener('drop', (event) => {
    depth = 0;
    element.toggleAttribute('data-dragging', false);
    if (!hasFiles(event)) return;
    event.preventDefault();
    take([...(event.dataTransfer?.files ?? [])]);
  });
}

/**
 * Takes what is pasted while no field has the focus, if it looks like rows.
 *
 * @param {ClipboardEvent} event
 * @param {Context} context
 */
export function takePaste(event, { files, speech }) {
  const inField = event
    .composedPath()
    .some((node) => node instanceof Element && node.matches('input, textarea, [contenteditable], dialog'));
  if (inField || !event.clipboardData) return;
  const dropped = [...event.clipboardData.files];
  const rows = event.clipboardData.getData('text/plain');
  if (dropped.length > 0) files.add(dropped);
  else if (/[\t\n]/.test(rows)) files.add([pasted(rows, speech.text('pasted_name'))]);
  else return;
  event.preventDefault();
}

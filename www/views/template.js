// What can a partner begin with? A file with every field and a sample row, and the table of fields.

import { make } from '../dom/make.js';
import { icon } from '../dom/icon.js';
import { fieldsButton } from './fields.js';
import { save } from './save.js';

/** @typedef {import('./context.js').Context} Context */

/** @param {Context} context */
export function templateButtons(context) {
  const { text } = context.speech;
  return make(
    'div',
    { class: 'buttons' },
    templateButton(context, 'csv', text('template_csv')),
    templateButton(context, 'ndjson', text('template_ndjson')),
    fieldsButton(context),
  );
}

/**
 * @param {Context} context
 * @param {'csv' | 'ndjson'} format
 * @param {string} title
 */
function templateButton({ files, speech }, format, title) {
  const onclick = async () => {
    const made = await files.template(format, speech.language);
    // A spreadsheet takes a file for UTF-8 only where it begins with the mark for it.
    const mark = format === 'csv' ? '\uFEFF' : '';
    save(new Blob([mark, made], { type: 'text/plain' }), `${speech.text('template_name')}.${format}`);
  };
  return make('button', { type: 'button', class: 'plain', onclick }, icon('drop'), title);
}

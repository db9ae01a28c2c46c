// How is somebody asked before something happens?
// By a dialog that names what will happen and begins on the way out; what it does is said on its button.

import { make, freshId } from '../dom/make.js';
import { Refused } from './api.js';

/**
 * Asks, does it where the answer is yes, and closes once it is done. What goes wrong is said in the dialog.
 *
 * @param {import('./context.js').Context} context
 * @param {Node} near where the dialog is put
 * @param {object} question
 * @param {string} question.title
 * @param {import('../dom/make.js').Child[]} question.content
 * @param {string} question.yes what the button says that does it
 * @param {string} question.tone of the button
 * @param {() => Promise<void>} question.act
 */
export function confirm({ speech }, near, { title, content, yes, tone, act }) {
  const { text } = speech;
  const id = freshId('question');
  const said = make('p', { class: 'trouble', role: 'alert', hidden: true });
  const cancel = make('button', { type: 'button', class: 'plain', autofocus: true, onclick: () => dialog.close() }, text('cancel'));
  const go = make('button', { type: 'button', class: `strong ${tone}` }, yes);
  const dialog = make(
    'dialog',
    { class: 'question', 'aria-labelledby': id },
    make('h3', { id }, title),
    ...content,
    said,
    make('div', { class: 'buttons' }, cancel, go),
  );
  go.addEventListener('click', async () => {
    go.disabled = true;
    said.hidden = true;
    try {
      await act();
      dialog.close();
    } catch (error) {
      said.textContent = text('failed', { reason: error instanceof Refused ? error.message : String(error) });
      said.hidden = false;
      go.disabled = false;
      cancel.focus();
    }
  });
  const before = /** @type {ShadowRoot} */ (near.getRootNode()).activeElement;
  dialog.addEventListener('close', () => {
    dialog.remove();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  });
  near.appendChild(dialog);
  dialog.showModal();
}

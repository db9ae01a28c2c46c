// How does somebody of the house sign in?
// With a token; a wrong one is said plainly, and the daemon bounds how many may be tried.

import { make } from '../../dom/make.js';
import { Refused } from '../api.js';
import { prose } from '../parts.js';

/**
 * @param {import('../speech.js').Speech} speech
 * @param {(token: string) => Promise<void>} signIn
 * @param {string} [why] why one has to
 * @returns {import('../context.js').View}
 */
export function signInView({ text }, signIn, why = '') {
  const said = make('p', { class: 'trouble', role: 'alert', id: 'sign-in-said', hidden: !why }, why);
  const field = make('input', {
    type: 'password',
    id: 'token',
    name: 'token',
    autocomplete: 'current-password',
    spellcheck: 'false',
    required: true,
    'aria-describedby': 'token-what sign-in-said',
  });
  const button = make('button', { type: 'submit', class: 'strong' }, text('sign_in'));
  const form = make(
    'form',
    { class: 'sign-in', novalidate: true },
    make('div', { class: 'field' }, make('label', { for: 'token' }, text('token')), field),
    make('p', { class: 'faint', id: 'token-what' }, prose(text('token_what'))),
    said,
    make('div', { class: 'buttons' }, button),
  );
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const token = field.value.trim();
    if (!token) return tell(text('token_missing'));
    button.disabled = true;
    try {
      await signIn(token);
    } catch (error) {
      button.disabled = false;
      tell(whyNot(error));
    }
  });

  /** @param {string} words */
  function tell(words) {
    said.textContent = words;
    said.hidden = false;
    field.setAttribute('aria-invalid', 'true');
    field.focus();
  }

  /** @param {unknown} error */
  function whyNot(error) {
    if (!(error instanceof Refused)) return text('failed', { reason: String(error) });
    if (error.status !== 401) return text('failed', { reason: error.message });
    return text(error.code === NO_RIGHT ? 'token_of_partner' : 'token_wrong');
  }

  const title = text('sign_in');
  return {
    title,
    element: make(
      'div',
      { class: 'welcome' },
      make('h2', { class: 'display', tabindex: '-1' }, text('sign_in_title')),
      make('p', { class: 'lead' }, prose(text('sign_in_lead'))),
      form,
    ),
  };
}

/** The platform's code for a good token without the right. */
const NO_RIGHT = 99009;

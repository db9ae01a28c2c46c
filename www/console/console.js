// What belongs to the page and not to what stands in it? The choice of language, and the way past the head.

import { languageFor } from '../words/speech.js';
import { IntakeConsole } from './element.js';
import { speechFor } from './speech.js';

const KEY = 'intake.language';

/** @typedef {import('../words/speech.js').Language} Language */

customElements.define('intake-console', IntakeConsole);
const element = /** @type {IntakeConsole} */ (document.querySelector('intake-console'));

speak(languageFor([...remembered(), ...navigator.languages]));
for (const button of document.querySelectorAll('[data-language]')) {
  button.addEventListener('click', () => {
    const language = /** @type {Language} */ (button.getAttribute('data-language'));
    remember(language);
    speak(language);
  });
}
// The address behind `#` names the view, so that the way past the head is no address.
document.querySelector('.skip')?.addEventListener('click', (event) => {
  event.preventDefault();
  element.focusView();
});

/** @param {Language} language */
function speak(language) {
  const { text } = speechFor(language);
  document.documentElement.lang = language;
  for (const part of document.querySelectorAll('[data-text]')) {
    part.textContent = text(/** @type {import('./words.js').TextKey} */ (part.getAttribute('data-text')));
  }
  document.querySelector('.languages')?.setAttribute('aria-label', text('language'));
  for (const button of document.querySelectorAll('[data-language]')) {
    button.setAttribute('aria-pressed', String(button.getAttribute('data-language') === language));
  }
  element.setAttribute('lang', language);
}

/** @returns {string[]} */
function remembered() {
  try {
    const language = localStorage.getItem(KEY);
    return language ? [language] : [];
  } catch {
    // Storage may be denied to a page; then nothing is remembered.
    return [];
  }
}

/** @param {Language} language */
function remember(language) {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // As above.
  }
}

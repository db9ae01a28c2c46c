// Which language does the reader want, and who is told?
// What was chosen is remembered for all of Intake's pages; before that the browser's languages say it.

import { languageFor } from './speech.js';

const KEY = 'intake.language';

/** @typedef {import('./speech.js').Language} Language */

/**
 * Gives the page its language, and another one whenever a button for one is pressed.
 *
 * @param {Element} element speaks the language of its `lang`
 * @param {(language: Language) => (key: any) => string} textsIn the page's own texts in a language, by their keys
 */
export function chooseLanguage(element, textsIn) {
  /** @param {Language} language */
  const speak = (language) => {
    const text = textsIn(language);
    document.documentElement.lang = language;
    element.setAttribute('lang', language);
    for (const part of document.querySelectorAll('[data-text]')) {
      part.textContent = text(part.getAttribute('data-text'));
    }
    document.querySelector('.languages')?.setAttribute('aria-label', text('language'));
    for (const button of document.querySelectorAll('[data-language]')) {
      button.setAttribute('aria-pressed', String(button.getAttribute('data-language') === language));
    }
  };
  speak(languageFor([...remembered(), ...navigator.languages]));
  for (const button of document.querySelectorAll('[data-language]')) {
    button.addEventListener('click', () => {
      const language = /** @type {Language} */ (button.getAttribute('data-language'));
      remember(language);
      speak(language);
    });
  }
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

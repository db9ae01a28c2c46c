// What belongs to the page and not to the checker? The choice of language, the daemon behind it, and being there offline.

import { languageFor, speechFor } from './words/speech.js';

const KEY = 'intake.language';

/** @typedef {import('./words/speech.js').Language} Language */

const element = /** @type {import('./element.js').IntakeCheck} */ (document.querySelector('intake-check'));
// Set by `daemon.js` where a daemon serves the page.
element.daemon = /** @type {{ intakeDaemon?: object }} */ (globalThis).intakeDaemon ?? {};

speak(languageFor([...remembered(), ...navigator.languages]));
for (const button of document.querySelectorAll('[data-language]')) {
  button.addEventListener('click', () => {
    const language = /** @type {Language} */ (button.getAttribute('data-language'));
    remember(language);
    speak(language);
  });
}
offline();

/** @param {Language} language */
function speak(language) {
  const { text } = speechFor(language);
  document.documentElement.lang = language;
  element.setAttribute('lang', language);
  document.title = `Intake · ${text('title')}`;
  for (const part of document.querySelectorAll('[data-text]')) {
    part.textContent = text(/** @type {import('./words/texts.js').TextKey} */ (part.getAttribute('data-text')));
  }
  document.querySelector('.languages')?.setAttribute('aria-label', text('language'));
  for (const button of document.querySelectorAll('[data-language]')) {
    button.setAttribute('aria-pressed', String(button.getAttribute('data-language') === language));
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

/** Keeps the page for days without a network. From disk there is nothing to keep: the page is there already. */
function offline() {
  if (location.protocol === 'file:' || !('serviceWorker' in navigator)) return;
  navigator.serviceWorker.register('sw.js').then(
    () => navigator.serviceWorker.ready.then(() => document.documentElement.toggleAttribute('data-offline', true)),
    // Without it everything works but a reload offline.
    () => {},
  );
}

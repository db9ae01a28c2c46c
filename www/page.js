// What belongs to the page and not to the checker? The choice of language, the daemon behind it, and being there offline.

import { chooseLanguage } from './words/choice.js';
import { speechFor } from './words/speech.js';

const element = /** @type {import('./element.js').IntakeCheck} */ (document.querySelector('intake-check'));
// Set by `daemon.js` where a daemon serves the page.
element.daemon = /** @type {{ intakeDaemon?: object }} */ (globalThis).intakeDaemon ?? {};

chooseLanguage(element, (language) => {
  const { text } = speechFor(language);
  document.title = `Intake · ${text('title')}`;
  return text;
});
offline();

/** Keeps the page for days without a network. From disk there is nothing to keep: the page is there already. */
function offline() {
  if (location.protocol === 'file:' || !('serviceWorker' in navigator)) return;
  navigator.serviceWorker.register('sw.js').then(
    () => navigator.serviceWorker.ready.then(() => document.documentElement.toggleAttribute('data-offline', true)),
    // Without it everything works but a reload offline.
    () => {},
  );
}

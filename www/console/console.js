// What belongs to the page and not to what stands in it? The choice of language, and the way past the head.

import { chooseLanguage } from '../words/choice.js';
import { IntakeConsole } from './element.js';
import { speechFor } from './speech.js';

customElements.define('intake-console', IntakeConsole);
const element = /** @type {IntakeConsole} */ (document.querySelector('intake-console'));

chooseLanguage(element, (language) => speechFor(language).text);
// The address behind `#` names the view, so that the way past the head is no address.
document.querySelector('.skip')?.addEventListener('click', (event) => {
  event.preventDefault();
  element.focusView();
});

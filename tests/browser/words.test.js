// Is everything said in both languages?

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { languageFor, speechFor } from '../../www/words/speech.js';
import { TEXTS } from '../../www/words/texts.js';
import { TEXTS as OPERATORS_TEXTS } from '../../www/console/words.js';

test('every text is there in both languages, with the same holes', () => {
  const holes = (/** @type {string} */ text) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
  for (const [key, { de, en }] of [...Object.entries(TEXTS), ...Object.entries(OPERATORS_TEXTS)]) {
    const forms = [de, en].map((form) => (typeof form === 'string' ? form : form.other));
    assert(forms.every((text) => text.length > 0), key);
    assert.deepEqual(holes(forms[0]), holes(forms[1]), key);
  }
});

test('the first language that the page has is the reader\'s', () => {
  assert.equal(languageFor(['fr', 'de-CH', 'en']), 'de');
  assert.equal(languageFor(['fr']), 'en');
});

test('one and many are told apart, and numbers are written as the language does', () => {
  assert.equal(speechFor('de').text('file_errors', { n: 1 }), '1 Fehler');
  assert.equal(speechFor('en').text('matches', { n: 1 }), '1 finding');
  assert.equal(speechFor('en').text('matches', { n: 0 }), '0 findings');
  assert.equal(speechFor('de').text('matches', { n: 1234567 }), '1.234.567 Befunde');
  assert.equal(speechFor('de').size(133_000_000), '133 MB');
  assert.equal(speechFor('en').size(4200), '4.2 kB');
});

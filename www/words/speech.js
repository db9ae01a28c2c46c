// How does the page speak: which language, and how are numbers, sizes and times written?
// One speech is made per language; views take it and ask it for every word.

import { TEXTS } from './texts.js';

/** @typedef {import('./texts.js').Language} Language */
/** @typedef {import('./texts.js').TextKey} TextKey */
/** @typedef {Record<string, string | number>} Fillings */

/**
 * The language that a reader wants, of those that the page has.
 *
 * @param {readonly string[]} wishes language tags, the dearest first
 * @returns {Language}
 */
export function languageFor(wishes) {
  for (const wish of wishes) {
    const tag = wish.toLowerCase();
    if (tag.startsWith('de')) return 'de';
    if (tag.startsWith('en')) return 'en';
  }
  return 'en';
}

/**
 * A sentence with its holes filled; of two forms the one that fits the number `n`.
 *
 * @param {string | { one: string, other: string }} form
 * @param {Fillings} fillings
 * @param {Intl.PluralRules} plurals
 * @param {(value: number) => string} number
 */
export function filled(form, fillings, plurals, number) {
  const chosen =
    typeof form === 'string' ? form : form[plurals.select(Number(fillings.n)) === 'one' ? 'one' : 'other'];
  return chosen.replace(/\{(\w+)\}/g, (hole, name) => {
    const filling = fillings[name];
    if (filling === undefined) return hole;
    return typeof filling === 'number' ? number(filling) : filling;
  });
}

/** @typedef {ReturnType<typeof speechFor>} Speech */

/** @param {Language} language */
export function speechFor(language) {
  const numbers = new Intl.NumberFormat(language);
  const tenths = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const rounded = new Intl.NumberFormat(language, { maximumSignificantDigits: 3 });
  const percents = new Intl.NumberFormat(language, { style: 'percent' });
  const times = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  const plurals = new Intl.PluralRules(language);

  /**
   * @param {TextKey} key
   * @param {Fillings} [fillings]
   */
  function text(key, fillings = {}) {
    return filled(TEXTS[key][language], fillings, plurals, (value) => numbers.format(value));
  }

  return {
    language,
    text,
    /** A whole number. @param {number} value */
    number: (value) => numbers.format(value),
    /** A rate, to three digits: more are not known. @param {number} value */
    rate: (value) => rounded.format(value),
    /** @param {number} share 0 to 1 */
    percent: (share) => percents.format(Math.floor(share * 100) / 100),
    /** @param {number} value */
    seconds: (value) => tenths.format(value),
    /** A size as file managers write it. @param {number} bytes */
    size(bytes) {
      if (bytes < 1000) return `${numbers.format(bytes)} B`;
      const units = ['kB', 'MB', 'GB'];
      let value = bytes / 1000;
      let unit = 0;
      while (value >= 1000 && unit < units.length - 1) {
        value /= 1000;
        unit += 1;
      }
      return `${value < 10 ? tenths.format(value) : numbers.format(Math.round(value))} ${units[unit]}`;
    },
    /** A moment of RFC 3339 in the reader's own time zone. @param {string} moment */
    time(moment) {
      const time = new Date(moment);
      return Number.isNaN(time.getTime()) ? moment : times.format(time);
    },
    /** The words of the core in this language. @param {{ de: string, en: string }} both */
    of: (both) => both[language],
  };
}

// How does the operator's page speak?
// With the checking page's numbers, sizes, times and words for decisions, and sentences of its own.

import { filled, speechFor as pageSpeechFor } from '../words/speech.js';
import { TEXTS } from './words.js';

/** @typedef {import('./words.js').TextKey} TextKey */
/** @typedef {import('../words/speech.js').Language} Language */
/** @typedef {import('../words/speech.js').Fillings} Fillings */
/** @typedef {ReturnType<typeof speechFor>} Speech */

/** Seconds of each unit, the largest first. @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** @param {Language} language */
export function speechFor(language) {
  const page = pageSpeechFor(language);
  const plurals = new Intl.PluralRules(language);
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const exact = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' });

  /**
   * @param {TextKey} key
   * @param {Fillings} [fillings]
   */
  function text(key, fillings = {}) {
    return filled(TEXTS[key][language], fillings, plurals, page.number);
  }

  return {
    ...page,
    text,
    /** The checking page's speech, for its own parts and words. */
    page,
    /** A moment to the second, in the reader's own zone. @param {string} moment */
    moment(moment) {
      const time = new Date(moment);
      return Number.isNaN(time.getTime()) ? moment : exact.format(time);
    },
    /**
     * How long ago a moment was.
     *
     * @param {string} moment
     * @param {number} [now] milliseconds
     */
    ago(moment, now = Date.now()) {
      const seconds = (now - new Date(moment).getTime()) / 1000;
      if (Number.isNaN(seconds)) return moment;
      // Clocks of two machines differ a little: nothing lies in the future for that.
      for (const [unit, length] of UNITS) {
        if (seconds >= length) return relative.format(-Math.floor(seconds / length), unit);
      }
      return text('just_now');
    },
    /** A length of time in its largest unit. @param {number} seconds */
    length(seconds) {
      for (const [unit, length] of UNITS) {
        if (seconds >= length) {
          const number = Math.floor(seconds / length);
          return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(number);
        }
      }
      return new Intl.NumberFormat(language, { style: 'unit', unit: 'second', unitDisplay: 'long' }).format(
        Math.floor(seconds),
      );
    },
  };
}

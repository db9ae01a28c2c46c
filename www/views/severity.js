// How is shown how much a finding weighs, and what is decided for a row?
// A word stands beside every colour.

import { make } from '../dom/make.js';
import { icon } from '../dom/icon.js';

/** @typedef {import('../words/speech.js').Speech} Speech */
/** @typedef {'error' | 'warning' | 'note'} Severity */

/** @type {Severity[]} */
export const SEVERITIES = ['error', 'warning', 'note'];

/** In the order of their weight for a reader: what ends or comes back first. */
export const DECISIONS = /** @type {const} */ ([
  'end',
  'reactivate',
  'missing',
  'payment',
  'update',
  'createCustomer',
  'create',
  'unchanged',
  'reject',
]);

/** @typedef {typeof DECISIONS[number]} Decision */

/**
 * @param {Speech} speech
 * @param {Severity} severity
 */
export function severityBadge(speech, severity) {
  return make('span', { class: `badge ${severity}` }, icon(severity), speech.text(severity));
}

/**
 * What a decision is called; without a snapshot nobody knows whether an accepted row is new.
 *
 * @param {Speech} speech
 * @param {Decision} decision
 * @param {boolean} exact
 */
export function decisionName(speech, decision, exact) {
  return speech.text(decision === 'create' && !exact ? 'decision_accept' : `decision_${decision}`);
}

/**
 * @param {Speech} speech
 * @param {Decision} decision
 * @param {boolean} exact
 */
export function decisionMeans(speech, decision, exact) {
  return speech.text(decision === 'create' && !exact ? 'means_accept' : `means_${decision}`);
}

/**
 * @param {Speech} speech
 * @param {Decision} decision
 * @param {boolean} exact
 */
export function decisionBadge(speech, decision, exact) {
  return make('span', { class: `badge decision ${decision}` }, decisionName(speech, decision, exact));
}

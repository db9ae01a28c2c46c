// What would the import do? Ends and reactivations first, every change field by field, and plainly what cannot be known here.

import { make, fill, freshId } from '../dom/make.js';
import { Browser } from './browser.js';
import { planDetail, changeText } from './plan_row.js';
import { rowNumber } from './place.js';
import { searchField } from './filters.js';
import { settingsView, snapshotText } from './settings.js';
import { DECISIONS, decisionBadge, decisionMeans, decisionName } from './severity.js';

/** @typedef {import('./context.js').Context} Context */
/** @typedef {import('../check/files.js').CheckedFile} CheckedFile */
/** @typedef {import('../check/files.js').Verdict} Verdict */
/** @typedef {import('../check/files.js').PlanRow} PlanRow */
/** @typedef {import('../check/files.js').RowsQuery} RowsQuery */
/** @typedef {import('./severity.js').Decision} Decision */

/**
 * @param {Context} context
 * @param {CheckedFile} file
 * @param {Verdict} verdict
 */
export function planView(context, file, verdict) {
  const { speech } = context;
  const { counts, exact } = verdict.plan;
  const shown = DECISIONS.filter((decision) => counts[decision] > 0);
  const means = make('p', { class: 'means' });
  /** @type {Decision | undefined} */
  let chosen = shown[0];
  const browser = planBrowser(context, file, exact, queryOf(chosen, ''));
  const search = searchField(speech.text('plan_search'), () => ask());
  const ask = () => browser.setQuery(queryOf(chosen, search.input.value));
  const choice = decisionChoice(context, verdict, shown, (decision) => {
    chosen = decision;
    tellMeaning();
    ask();
  });
  const tellMeaning = () => fill(means, chosen ? decisionMeans(speech, chosen, exact) : undefined);
  tellMeaning();
  const element = make(
    'div',
    { class: 'plan' },
    basis(context, verdict),
    // Where much is unknown, what would tell it stands near.
    !exact && settingsView(context),
    choice.element,
    make('div', { class: 'filters' }, search.element),
    means,
    browser.element,
    exact && settingsView(context),
  );
  return {
    element,
    shown: () => browser.start(),
    /** @param {string} decision */
    filter(decision) {
      choice.choose(/** @type {Decision} */ (decision));
    },
    close: () => browser.close(),
  };
}

/**
 * What the plan rests on, and what it cannot know.
 *
 * @param {Context} context
 * @param {Verdict} verdict
 */
function basis({ speech }, verdict) {
  const { plan } = verdict;
  const { text } = speech;
  return make(
    'aside',
    { class: `basis ${plan.exact ? 'exact' : ''}`, 'aria-label': text('plan') },
    plan.snapshot && make('p', {}, text('plan_exact', { snapshot: snapshotText(speech, plan) })),
    plan.unknown.length > 0 && [
      make('h3', {}, text(plan.exact ? 'plan_unknown_exact' : 'plan_unknown')),
      make('ul', {}, plan.unknown.map((unknown) => make('li', {}, speech.of(unknown)))),
    ],
  );
}

/**
 * @param {Context} context
 * @param {Verdict} verdict
 * @param {Decision[]} shown
 * @param {(decision: Decision | undefined) => void} changed
 */
function decisionChoice({ speech }, verdict, shown, changed) {
  const name = freshId('decision');
  const { counts, exact } = verdict.plan;
  /** @param {Decision | undefined} decision @param {string} title @param {number} count @param {boolean} checked */
  const chip = (decision, title, count, checked) =>
    make(
      'label',
      { class: `chip ${decision ?? 'all'}` },
      make('input', { type: 'radio', name, value: decision ?? '', checked, onchange: () => changed(decision) }),
      make('span', {}, title, ' ', make('b', {}, speech.number(count))),
    );
  const element = make(
    'fieldset',
    { class: 'chips' },
    make('legend', { class: 'unseen' }, speech.text('plan_rows')),
    shown.map((decision, place) =>
      chip(decision, decisionName(speech, decision, exact), counts[decision], place === 0),
    ),
    chip(undefined, speech.text('plan_all'), verdict.rows, shown.length === 0),
  );
  return {
    element,
    /** @param {Decision} decision */
    choose(decision) {
      const input = element.querySelector(`input[value="${decision}"]`);
      if (!(input instanceof HTMLInputElement)) return;
      input.checked = true;
      changed(decision);
    },
  };
}

/**
 * @param {Context} context
 * @param {CheckedFile} file
 * @param {boolean} exact
 * @param {RowsQuery} query
 */
function planBrowser(context, file, exact, query) {
  const { speech } = context;
  const { text } = speech;
  return /** @type {Browser<PlanRow, RowsQuery>} */ (
    new Browser(
      context,
      {
        label: text('plan_rows'),
        kind: 'plan-rows',
        columns: [
          { name: 'row-number', title: text('plan_row') },
          { name: 'decision-name', title: text('plan_decision') },
          { name: 'key', title: text('plan_key') },
          { name: 'change', title: text('plan_change') },
        ],
        draw(item, cells, row) {
          const number = rowNumber(item);
          fill(cells[0], number ? speech.number(number) : '–');
          fill(cells[1], decisionBadge(speech, /** @type {Decision} */ (item.decision), exact));
          fill(cells[2], item.externalSystemId ?? item.customerId ?? '–');
          fill(cells[3], changeText(speech, item));
          row.classList.toggle('reactivates', item.decision === 'reactivate');
        },
        ask: (asked, from, count) => file.rows(asked, from, count),
        detail: (item) => planDetail(context, file, item, exact),
        count(total, complete) {
          if (!complete) return text('matches_so_far', { n: total });
          return total === 0 ? text('plan_matches_none') : text('plan_matches', { n: total });
        },
        pick: text('plan_pick'),
      },
      query,
    )
  );
}

/**
 * @param {Decision | undefined} decision
 * @param {string} words
 * @returns {RowsQuery}
 */
function queryOf(decision, words) {
  const trimmed = words.trim();
  return { ...(decision ? { decision } : {}), ...(trimmed ? { text: trimmed } : {}) };
}

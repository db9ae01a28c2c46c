// What is wrong, and where? By kind with exact counts, or one by one with filters.

import { make, fill, freshId } from '../dom/make.js';
import { icon } from '../dom/icon.js';
import { findingFilters } from './filters.js';
import { findingsBrowser } from './findings_list.js';
import { groupsView } from './groups.js';
import { mappingView } from './mapping.js';
import { isMendable, mendingView } from './mending.js';

/** @typedef {import('./context.js').Context} Context */
/** @typedef {import('../check/files.js').CheckedFile} CheckedFile */
/** @typedef {import('../check/files.js').Verdict} Verdict */
/** @typedef {import('../check/files.js').FindingsQuery} FindingsQuery */

/**
 * @param {Context} context
 * @param {CheckedFile} file
 * @param {Verdict} verdict
 */
export function findingsView(context, file, verdict) {
  const { text } = context.speech;
  if (verdict.groups.length === 0) {
    return {
      element: make(
        'div',
        {},
        make('p', { class: 'all-good' }, icon('good'), text('findings_none')),
        mappingView(context, file, verdict),
      ),
      /** @param {string} _severity */
      filter(_severity) {},
      close() {},
    };
  }
  const body = make('div', { class: 'findings-body' });
  /** @type {{ element: HTMLElement, shown?: () => void, close: () => void } | undefined} */
  let current;
  /** @param {'grouped' | 'single'} way @param {FindingsQuery} query */
  const show = (way, query = {}) => {
    current?.close();
    current = way === 'grouped' ? groupsView(context, file, verdict) : singleView(context, file, verdict, query);
    fill(body, current.element);
    current.shown?.();
  };
  const ways = switcher(context, show);
  const mending = isMendable(verdict) ? mendingView(context, file, verdict) : undefined;
  const element = make(
    'div',
    { class: 'findings' },
    mappingView(context, file, verdict),
    mending?.element,
    ways.element,
    body,
  );
  show('grouped');
  return {
    element,
    /** @param {string} severity */
    filter(severity) {
      ways.choose('single');
      show('single', { severity: /** @type {FindingsQuery['severity']} */ (severity) });
    },
    close() {
      current?.close();
      mending?.close();
    },
  };
}

/**
 * The list of findings with filters.
 *
 * @param {Context} context
 * @param {CheckedFile} file
 * @param {Verdict} verdict
 * @param {FindingsQuery} query
 */
function singleView(context, file, verdict, query) {
  const browser = findingsBrowser(context, file, query, false);
  const filters = findingFilters(context, verdict, query, (changed) => browser.setQuery(changed));
  return {
    element: make('div', {}, filters, browser.element),
    shown: () => browser.start(),
    close: () => browser.close(),
  };
}

/**
 * @param {Context} context
 * @param {(way: 'grouped' | 'single') => void} show
 */
function switcher({ speech }, show) {
  const name = freshId('way');
  /** @param {'grouped' | 'single'} way @param {string} title @param {boolean} checked */
  const choice = (way, title, checked) =>
    make(
      'label',
      {},
      make('input', { type: 'radio', name, value: way, checked, onchange: () => show(way) }),
      make('span', {}, title),
    );
  const grouped = choice('grouped', speech.text('grouped'), true);
  const single = choice('single', speech.text('one_by_one'), false);
  return {
    element: make(
      'fieldset',
      { class: 'switcher' },
      make('legend', { class: 'unseen' }, speech.text('shown_how')),
      grouped,
      single,
    ),
    /** @param {'grouped' | 'single'} way */
    choose(way) {
      const input = (way === 'grouped' ? grouped : single).querySelector('input');
      if (input) input.checked = true;
    },
  };
}

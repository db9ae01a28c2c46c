// What has come out for one file? The verdict, and under it what was found, what would happen, and what can be taken along.

import { make, fill, freshId } from '../dom/make.js';
import { verdictView } from './verdict.js';
import { findingsView } from './findings.js';
import { planView } from './plan.js';
import { downloadsView } from './downloads.js';
import { uploadView } from './upload.js';
import { aboutFile } from './about_file.js';

/** @typedef {import('./context.js').Context} Context */
/** @typedef {import('./context.js').View} View */
/** @typedef {import('../check/files.js').CheckedFile} CheckedFile */
/** @typedef {{ element: HTMLElement, shown?: () => void, filter?: (value: string) => void, close?: () => void }} Part */

/**
 * @param {Context} context
 * @param {CheckedFile} file
 * @returns {View & { heading: HTMLElement }}
 */
export function resultView(context, file) {
  const verdict = /** @type {import('../check/files.js').Verdict} */ (file.verdict);
  const { text, number } = context.speech;
  // What weighs less stands among the other findings.
  const serious = verdict.aboutFile.filter((item) => item.severity === 'error');
  const found = verdict.errors + verdict.warnings + verdict.notes;
  /** @type {{ name: string, title: string, count?: string, make: () => Part }[]} */
  const parts = [
    {
      name: 'findings',
      title: text('findings'),
      count: number(found),
      make: () => findingsView(context, file, verdict),
    },
    { name: 'plan', title: text('plan'), make: () => planView(context, file, verdict) },
    { name: 'downloads', title: text('downloads'), make: () => downloadsView(context, file, verdict) },
    ...(context.daemon.upload
      ? [{ name: 'upload', title: text('upload'), make: () => uploadView(context, file, verdict) }]
      : []),
  ].filter((part) => part.name !== 'plan' || !verdict.fileRejected);
  // Where headers have been given a meaning, the profile that keeps it is taken along there.
  const mapped = context.files.basis.mapping !== undefined;
  const firstTab = found > 0 || mapped ? 'findings' : parts[1].name;
  const tabs = tabsOf(context, parts);
  const { element, heading } = verdictView(context, file, verdict, ({ tab, severity, decision }) => {
    tabs.show(tab)?.filter?.(severity ?? decision ?? '');
    tabs.focus();
  });
  return {
    element: make(
      'div',
      { class: 'result' },
      element,
      serious.length > 0 && aboutFile(context, serious),
      tabs.element,
    ),
    heading,
    shown: () => tabs.show(parts.some((part) => part.name === context.lastTab) ? context.lastTab : firstTab),
    close: () => tabs.close(),
  };
}

/**
 * Tabs as their pattern describes them: arrows move and choose, one panel is there at a time.
 *
 * @param {Context} context
 * @param {{ name: string, title: string, count?: string, make: () => Part }[]} parts
 */
function tabsOf(context, parts) {
  const panel = make('div', { role: 'tabpanel', id: freshId('panel'), class: 'tab-panel', tabindex: '-1' });
  const buttons = parts.map((part) =>
    make(
      'button',
      {
        type: 'button',
        role: 'tab',
        id: freshId('tab'),
        'aria-controls': panel.id,
        onclick: () => choose(part.name),
      },
      part.title,
      part.count !== undefined && make('span', { class: 'tab-count' }, part.count),
    ),
  );
  /** @type {Part | undefined} */
  let current;
  let name = '';
  /** @param {string} wanted */
  function show(wanted) {
    const place = parts.findIndex((part) => part.name === wanted);
    if (place < 0 || wanted === name) return current;
    current?.close?.();
    name = wanted;
    buttons.forEach((button, index) => {
      button.setAttribute('aria-selected', String(index === place));
      button.tabIndex = index === place ? 0 : -1;
    });
    panel.setAttribute('aria-labelledby', buttons[place].id);
    current = parts[place].make();
    fill(panel, current.element);
    current.shown?.();
    return current;
  }
  /** @param {string} wanted */
  const choose = (wanted) => {
    context.lastTab = wanted;
    show(wanted);
  };
  const list = make('div', { role: 'tablist', class: 'tabs' }, buttons);
  list.addEventListener('keydown', (event) => {
    const now = buttons.findIndex((button) => button.tabIndex === 0);
    const goal = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (goal === undefined) return;
    event.preventDefault();
    const place = (goal + buttons.length) % buttons.length;
    choose(parts[place].name);
    buttons[place].focus();
  });
  return {
    element: make('div', { class: 'tabbed' }, list, panel),
    show,
    focus: () => panel.focus(),
    close: () => current?.close?.(),
  };
}

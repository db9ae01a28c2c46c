// What does somebody see who has just come? One place for the file, and what helps to make one.

import { make } from '../dom/make.js';
import { icon } from '../dom/icon.js';
import { chooseButton, pasteButton } from './choose.js';
import { settingsView } from './settings.js';
import { templateButtons } from './template.js';

/** @typedef {import('./context.js').Context} Context */
/** @typedef {import('./context.js').View} View */

/**
 * @param {Context} context
 * @returns {View}
 */
export function startView(context) {
  const { text } = context.speech;
  return {
    element: make(
      'div',
      { class: 'start' },
      make('header', { class: 'hero' }, make('h2', { class: 'display' }, text('title')), make('p', { class: 'lead' }, text('lead'))),
      make(
        'section',
        { class: 'drop', 'aria-label': text('drop_here') },
        make('span', { class: 'drop-sign' }, icon('drop')),
        make('p', { class: 'drop-title' }, text('drop_here')),
        make('p', { class: 'drop-kinds' }, text('drop_kinds')),
        make(
          'div',
          { class: 'buttons' },
          chooseButton(context, text('choose'), 'strong'),
          pasteButton(context),
        ),
      ),
      settingsView(context),
      make(
        'section',
        { class: 'template' },
        make('div', {}, make('h2', {}, text('template_title')), make('p', {}, text('template_what'))),
        templateButtons(context),
      ),
    ),
  };
}

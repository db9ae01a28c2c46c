// What is said about a file as a whole?

import { make } from '../dom/make.js';
import { reasons } from './record.js';
import { severityBadge } from './severity.js';

/**
 * @param {import('./context.js').Context} context
 * @param {import('../check/files.js').FindingItem[]} items
 */
export function aboutFile(context, items) {
  const { speech } = context;
  return make(
    'section',
    { class: 'about-file' },
    make('h3', {}, speech.text('about_file')),
    make(
      'ul',
      {},
      items.map((item) =>
        make(
          'li',
          {},
          make('p', { class: 'finding-what' }, severityBadge(speech, item.severity), ' ', speech.of(item.what)),
          reasons(context, item),
        ),
      ),
    ),
  );
}

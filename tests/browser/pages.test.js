// Are items asked for as they come into view, and forgotten when they are far from it?

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { PAGE, Pages } from '../../www/list/pages.js';

/**
 * A file of so many items that answers when it is told to.
 *
 * @param {number} total
 */
function source(total) {
  /** @type {{ from: number, answer: () => Promise<void> }[]} */
  const asked = [];
  const pages = new Pages(
    (from, count) =>
      new Promise((resolve) => {
        const items = Array.from({ length: Math.max(0, Math.min(count, total - from)) }, (_, index) => from + index);
        const answer = async () => {
          resolve({ total, complete: true, items });
          await new Promise((soon) => setImmediate(soon));
        };
        asked.push({ from, answer });
      }),
    () => {},
    assert.fail,
  );
  return { pages, asked };
}

test('one page is under way at a time, and the next is the one in view by then', async () => {
  const { pages, asked } = source(10_000);
  pages.start();
  for (const first of [1000, 2000, 3000]) pages.want(first, first + 10);
  assert.deepEqual(asked.map(({ from }) => from), [0]);
  await asked[0].answer();
  assert.deepEqual(asked.map(({ from }) => from), [0, 3000]);
  await asked[1].answer();
  assert.equal(pages.at(3005), 3005);
  assert.equal(pages.at(1005), undefined);
  assert.equal(asked.length, 2);
});

test('a view over the border of two pages gets both', async () => {
  const { pages, asked } = source(1000);
  pages.start();
  await asked[0].answer();
  pages.want(PAGE - 2, PAGE + 5);
  assert.deepEqual(asked.map(({ from }) => from), [0, PAGE]);
});

test('pages far from the view are forgotten', async () => {
  const { pages, asked } = source(1_000_000);
  pages.start();
  await asked[0].answer();
  for (let page = 1; page < 100; page += 1) {
    pages.want(page * PAGE, page * PAGE + 10);
    await asked[page].answer();
  }
  assert(pages.kept.size <= 30);
  assert.equal(pages.at(99 * PAGE), 99 * PAGE);
  assert.equal(pages.at(0), undefined);
});

test('while a search counts on, it is asked again until it has seen everything', async () => {
  const answers = [
    { total: 2, complete: false, items: ['a', 'b'] },
    { total: 5, complete: false, items: ['a', 'b', 'c', 'd', 'e'] },
    { total: 7, complete: true, items: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] },
  ];
  /** @type {[number, boolean][]} */
  const told = [];
  const pages = new Pages(
    async () => answers[told.length],
    () => told.push([pages.total, pages.complete]),
    assert.fail,
  );
  pages.start();
  await new Promise((soon) => setImmediate(soon));
  assert.deepEqual(told, [[2, false], [5, false], [7, true]]);
  assert.equal(pages.at(6), 'g');
});

test('after the end nothing is taken any more', async () => {
  const { pages, asked } = source(100);
  pages.start();
  pages.close();
  await asked[0].answer();
  assert.equal(pages.at(0), undefined);
  assert.equal(pages.total, 0);
});

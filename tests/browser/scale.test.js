// Does a scroll bar reach every row, also of more rows than a page can be high?

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { MOST_PIXELS, rowsInView, scaleOf, topThatShows } from '../../www/list/scale.js';

const ROW = 44;
const VIEW = 600;

test('a short list is as high as its rows', () => {
  const scale = scaleOf(100, ROW, VIEW);
  assert.equal(scale.made, 100 * ROW);
  assert.equal(scale.compressed, false);
  for (const place of [0, 17, 3800]) assert.equal(scale.barOf(scale.topOf(place)), place);
  assert.equal(scale.topOf(1e9), 100 * ROW - VIEW);
});

test('tens of millions of rows fit, and both ends are where they should be', () => {
  const total = 60_000_000;
  const scale = scaleOf(total, ROW, VIEW);
  assert.equal(scale.made, MOST_PIXELS);
  assert.equal(scale.topOf(0), 0);
  const end = scale.topOf(MOST_PIXELS - VIEW);
  const { end: last } = rowsInView(end, ROW, VIEW, total);
  assert.equal(last, total);
  // There and back again within a pixel of the bar.
  for (const place of [1, 1000, 4_000_000, 7_999_000]) assert(Math.abs(scale.barOf(scale.topOf(place)) - place) < 1e-3);
});

test('a row that is brought into view is whole and moved as little as needed', () => {
  assert.equal(topThatShows(5, 0, ROW, VIEW), 0);
  assert.equal(topThatShows(20, 0, ROW, VIEW), 21 * ROW - VIEW);
  assert.equal(topThatShows(2, 500, ROW, VIEW), 2 * ROW);
  const { first, end, shift } = rowsInView(100, ROW, VIEW, 1000);
  assert.deepEqual([first, end, shift], [2, 16, -12]);
});

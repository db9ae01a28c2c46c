// How is a view held against axe?

import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import assert from 'node:assert/strict';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * Holds a view against axe.
 *
 * @param {import('playwright-core').Page} page
 * @param {string} view
 */
export async function clean(page, view) {
  const found = await page.evaluate(async (source) => {
    const scope = /** @type {any} */ (globalThis);
    // The page's policy does not hold for what the browser's debugger evaluates.
    if (!scope.axe) (0, eval)(source);
    const { violations } = await scope.axe.run();
    return violations.map((/** @type {any} */ rule) => {
      const places = rule.nodes.map((/** @type {any} */ node) => `${JSON.stringify(node.target)} ${node.any[0]?.message ?? ''}`);
      return `${rule.id}: ${places.join('; ')}`;
    });
  }, AXE);
  assert.deepEqual(found, [], view);
}

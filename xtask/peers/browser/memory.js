// How much memory does a tab take at its peak, above what it took when it stood idle?
// The private memory of all processes that render, looked at many times a second: there is one tab at a time.

import { readFileSync } from 'node:fs';

const EVERY_MS = 100;

/** @param {import('playwright-core').Browser} browser */
export async function tabMemory(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  const idle = megabytesOf(renderers);
  let peak = idle;
  const looking = setInterval(() => (peak = Math.max(peak, megabytesOf(renderers))), EVERY_MS);
  return {
    /** Stops looking, and gives the peak in MiB above idle. */
    end() {
      clearInterval(looking);
      return peak - idle;
    },
  };
}

/** @param {number[]} processes */
function megabytesOf(processes) {
  let kib = 0;
  for (const id of processes) {
    try {
      const rollup = readFileSync(`/proc/${id}/smaps_rollup`, 'utf8');
      for (const [, size] of rollup.matchAll(/^Private_(?:Clean|Dirty): +(\d+) kB$/gm)) kib += Number(size);
    } catch {
      // A process that has ended takes no memory.
    }
  }
  return kib / 1024;
}

// How much memory does a tab take at its peak, above what it took when it stood idle?
// The private memory of all processes that render, looked at many times a second: there is one tab at a time.

import { readFileSync, readdirSync } from 'node:fs';

const EVERY_MS = 100;

/** @param {number} browser the process that all of a browser's others come from */
export function tabMemory(browser) {
  const renderers = renderersBelow(browser);
  if (renderers.length === 0) throw new Error('no process that renders is found below the browser');
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

/** Chromium names what a process is for in its arguments; renderers are begun by one that begins others. @param {number} browser */
function renderersBelow(browser) {
  /** @type {Map<number, number[]>} */
  const children = new Map();
  for (const entry of readdirSync('/proc')) {
    const id = Number(entry);
    if (!Number.isInteger(id)) continue;
    // The name in brackets may hold anything; state and parent stand behind it.
    const parent = Number(textOf(`/proc/${id}/stat`).split(')').at(-1)?.trim().split(' ')[1]);
    children.set(parent, [...(children.get(parent) ?? []), id]);
  }
  const below = [browser];
  for (const id of below) below.push(...(children.get(id) ?? []));
  return below.filter((id) => textOf(`/proc/${id}/cmdline`).includes('--type=renderer'));
}

/** @param {number[]} processes */
function megabytesOf(processes) {
  let kib = 0;
  for (const id of processes) {
    for (const [, size] of textOf(`/proc/${id}/smaps_rollup`).matchAll(/^Private_(?:Clean|Dirty): +(\d+) kB$/gm)) kib += Number(size);
  }
  return kib / 1024;
}

/** What a process says of itself; a process that has ended says nothing. @param {string} path */
function textOf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

// Which items are at hand, and which must be asked for?
// At most one page is under way at a time, and the next one asked for is always the one that is in view now; pages far
// from the view are forgotten, so that millions of items never stand in memory together.

/**
 * @template Item
 * @typedef {{ total: number, complete?: boolean, items: Item[] }} Page
 */

/** Items of one page. */
export const PAGE = 60;
/** Pages kept. */
const KEPT = 30;

/** @template Item */
export class Pages {
  /**
   * @param {(from: number, count: number) => Promise<Page<Item>>} ask
   * @param {() => void} changed called whenever items came or their number changed
   * @param {(error: unknown) => void} failed
   */
  constructor(ask, changed, failed) {
    this.ask = ask;
    this.changed = changed;
    this.failed = failed;
    /** @type {Map<number, Item[]>} */
    this.kept = new Map();
    this.total = 0;
    /** Is `total` final? A search goes on counting while it reads the file. */
    this.complete = false;
    this.known = false;
    this.busy = false;
    this.closed = false;
    this.wanted = { first: 0, end: PAGE };
  }

  /** Begins; nothing is asked for before. */
  start() {
    this.step();
  }

  /** Forgets everything; answers under way are thrown away. */
  close() {
    this.closed = true;
    this.kept.clear();
  }

  /**
   * @param {number} index
   * @returns {Item | undefined}
   */
  at(index) {
    const page = Math.floor(index / PAGE);
    return this.kept.get(page)?.[index - page * PAGE];
  }

  /**
   * Says which items are in view.
   *
   * @param {number} first
   * @param {number} end
   */
  want(first, end) {
    this.wanted = { first, end };
    this.step();
  }

  step() {
    if (this.busy || this.closed) return;
    const page = this.missing();
    if (page === undefined) return;
    this.busy = true;
    this.ask(page * PAGE, PAGE).then(
      (answer) => this.take(page, answer),
      (error) => {
        this.busy = false;
        if (!this.closed) this.failed(error);
      },
    );
  }

  /** The first page in view that is not at hand; while counting goes on, the first one in view again and again. */
  missing() {
    if (!this.known) return 0;
    const first = Math.floor(this.wanted.first / PAGE);
    const last = Math.floor(Math.max(this.wanted.first, this.wanted.end - 1) / PAGE);
    for (let page = first; page <= last && page * PAGE < this.total; page += 1) {
      // While counting goes on, a page may have had to end early.
      const length = Math.min(PAGE, this.total - page * PAGE);
      if ((this.kept.get(page)?.length ?? 0) < length) return page;
    }
    return this.complete ? undefined : first;
  }

  /**
   * @param {number} page
   * @param {Page<Item>} answer
   */
  take(page, answer) {
    this.busy = false;
    if (this.closed) return;
    this.known = true;
    this.total = answer.total;
    this.complete = answer.complete !== false;
    if (answer.items.length > 0) this.kept.set(page, answer.items);
    this.forget(page);
    this.changed();
    this.step();
  }

  /** @param {number} near a page that stays */
  forget(near) {
    if (this.kept.size <= KEPT) return;
    const byDistance = [...this.kept.keys()].sort(
      (one, other) => Math.abs(other - near) - Math.abs(one - near),
    );
    for (const page of byDistance.slice(0, this.kept.size - KEPT)) this.kept.delete(page);
  }
}

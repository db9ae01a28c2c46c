// How does the page stay true while things happen?
// It asks how everything stands, again and again, and is told in full only where something has changed: one short request at a time, none
// while nobody looks, and ever longer pauses while there is no answer. Nothing is held open at the daemon.

/** @typedef {import('./shapes.js').Overview} Overview */

/** Between two looks while an import is worked on, and while nothing happens. */
const BUSY_MS = 1_000;
const QUIET_MS = 3_000;
/** The longest pause while there is no answer. */
const LONGEST_MS = 30_000;

export class Live {
  /**
   * @param {import('./api.js').Api} api
   * @param {object} hears
   * @param {(overview: Overview) => void} hears.changed
   * @param {(error: Error) => void} hears.lost called at each failure
   * @param {() => void} hears.back called at the first answer after one
   */
  constructor(api, hears) {
    this.api = api;
    this.hears = hears;
    this.tag = '';
    this.failures = 0;
    this.ended = false;
    this.asking = false;
    /** @type {Overview | undefined} */
    this.overview = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.seen = () => (document.hidden ? clearTimeout(this.timer) : void this.look());
    document.addEventListener('visibilitychange', this.seen);
  }

  end() {
    this.ended = true;
    clearTimeout(this.timer);
    document.removeEventListener('visibilitychange', this.seen);
  }

  /** Looks now. */
  async look() {
    clearTimeout(this.timer);
    if (this.asking || this.ended) return;
    this.asking = true;
    try {
      const answer = await this.api.changed('/overview', this.tag);
      if (this.ended) return;
      if (this.failures > 0) this.hears.back();
      this.failures = 0;
      if (answer) {
        this.tag = answer.tag;
        this.overview = answer.content;
        this.hears.changed(answer.content);
      }
    } catch (error) {
      if (this.ended) return;
      this.failures += 1;
      this.hears.lost(/** @type {Error} */ (error));
    } finally {
      this.asking = false;
      this.wait();
    }
  }

  wait() {
    if (this.ended || document.hidden) return;
    const busy = this.overview?.recent.some((file) => file.open && file.step !== 'held');
    const pause = this.failures > 0 ? Math.min(LONGEST_MS, BUSY_MS * 2 ** this.failures) : busy ? BUSY_MS : QUIET_MS;
    this.timer = setTimeout(() => this.look(), pause);
  }
}

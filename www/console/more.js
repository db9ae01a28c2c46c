// How does a list grow page by page, and stay true while things happen?
// Each page names the place where the next one begins. What is asked for later wins: an older answer that comes late is thrown away.

import { make, fill } from '../dom/make.js';
import { loading, redraw, trouble } from './parts.js';

/** @typedef {import('./speech.js').Speech} Speech */

/**
 * @template Item
 * @typedef {{ items: Item[], next: string | null }} Page
 */

/** @template Item */
export class More {
  /**
   * @param {Speech} speech
   * @param {object} options
   * @param {(after: string | undefined, signal: AbortSignal) => Promise<Page<Item>>} options.ask
   * @param {(items: Item[]) => Node[]} options.draw
   * @param {string} options.none what is said where there is nothing
   * @param {string} [options.incomplete] what is said where nothing was found yet, and there is more to look through
   */
  constructor(speech, options) {
    this.speech = speech;
    this.options = options;
    /** @type {Item[]} */
    this.items = [];
    /** @type {string | null} */
    this.next = null;
    /** How many pages are shown. */
    this.pages = 0;
    /** @type {AbortController | undefined} */
    this.asking = undefined;
    this.content = make('div', { class: 'more-content' }, loading(speech));
    this.foot = make('div', { class: 'buttons more-foot' });
    this.element = make('div', { class: 'more', 'aria-busy': 'true' }, this.content, this.foot);
  }

  /** Asks for the first page, and draws it when it is there. */
  async begin() {
    await this.load(1);
  }

  /** The same pages as they are now; nothing is said of it where that fails, since it is tried again. */
  async again() {
    if (this.asking || this.pages > 1) return;
    await this.load(1, true);
  }

  close() {
    this.asking?.abort();
  }

  /** @param {number} pages @param {boolean} [quietly] */
  async load(pages, quietly = false) {
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    this.element.setAttribute('aria-busy', 'true');
    const goesOn = pages > 1;
    try {
      const page = await this.options.ask(goesOn ? (this.next ?? undefined) : undefined, asking.signal);
      if (asking.signal.aborted) return;
      this.items = goesOn ? [...this.items, ...page.items] : page.items;
      this.next = page.next;
      this.pages = pages;
      this.draw();
    } catch (error) {
      if (asking.signal.aborted || quietly) return;
      fill(this.foot);
      const target = goesOn ? this.foot : this.content;
      fill(target, trouble(this.speech, error, () => void this.load(pages)));
    } finally {
      if (this.asking === asking) {
        this.asking = undefined;
        this.element.setAttribute('aria-busy', 'false');
      }
    }
  }

  draw() {
    const { none, incomplete = '', draw } = this.options;
    const empty = this.items.length === 0;
    const words = empty && this.next ? incomplete : none;
    redraw(this.content, empty ? make('p', { class: 'faint' }, words) : draw(this.items));
    redraw(
      this.foot,
      this.next !== null &&
        make(
          'button',
          { type: 'button', class: 'plain', 'data-key': 'more', onclick: () => void this.load(this.pages + 1) },
          this.speech.text('older'),
        ),
    );
  }
}

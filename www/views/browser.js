// How are many items looked through: a list on one side, the one that is active on the other?
// Where there is no room for both, the active one opens above the list. The list keeps its place while one looks.

import { make, fill, say } from '../dom/make.js';
import { Pages } from '../list/pages.js';
import { VirtualList } from '../list/virtual_list.js';
import { icon } from '../dom/icon.js';

/** @typedef {import('./context.js').Context} Context */

/** Below this width an item opens above the list. */
const ROOM_FOR_BOTH = 860;
/** While keys are held down, the item is not looked up at every step. */
const PAUSE_MS = 90;

/**
 * @template Item, Query
 * @typedef {object} BrowserOptions
 * @property {string} label
 * @property {string} kind
 * @property {import('../list/virtual_list.js').Column[]} columns
 * @property {(item: Item, cells: HTMLTableCellElement[], row: HTMLTableRowElement) => void} draw
 * @property {(query: Query, from: number, count: number) => Promise<import('../list/pages.js').Page<Item>>} ask
 * @property {(item: Item) => Promise<{ title: string, content: Node[] }>} detail
 * @property {(total: number, complete: boolean) => string} count
 * @property {string} pick what to say before anything is active
 */

/**
 * @template Item, Query
 */
export class Browser {
  /**
   * @param {Context} context
   * @param {BrowserOptions<Item, Query>} options
   * @param {Query} query
   */
  constructor(context, options, query) {
    this.context = context;
    this.options = options;
    this.query = query;
    const { text } = context.speech;
    this.turn = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.pause = undefined;

    this.list = new VirtualList({
      label: `${options.label}. ${text('list_keys')}`,
      kind: options.kind,
      columns: options.columns,
      draw: (index, cells, row) => this.drawRow(index, cells, row),
      want: (first, end) => this.pages.want(first, end),
      activate: () => this.activated(),
      enter: () => this.entered(),
    });
    this.count = make('p', { class: 'count', role: 'status' });
    this.side = make('section', { class: 'side', tabindex: '-1' }, this.hint());
    this.sheet = make('dialog', { class: 'sheet' });
    this.sheet.addEventListener('close', () => this.list.table.focus({ preventScroll: true }));
    this.sheet.addEventListener('click', (event) => {
      if (event.target === this.sheet) this.sheet.close();
    });
    this.side.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.list.table.focus();
    });
    this.element = make(
      'div',
      { class: 'browser' },
      make('div', { class: 'items' }, this.count, this.list.element),
      this.side,
      this.sheet,
    );
    this.pages = this.pagesOf(query);
  }

  /** Begins to ask; the element should be in the page by then. */
  start() {
    this.pages.start();
  }

  /** @param {Query} query */
  setQuery(query) {
    this.query = query;
    this.pages.close();
    this.turn += 1;
    this.list.active = -1;
    this.list.top = 0;
    this.pages = this.pagesOf(query);
    fill(this.side, this.hint());
    this.pages.start();
  }

  close() {
    this.pages.close();
    this.list.close();
    clearTimeout(this.pause);
    this.turn += 1;
  }

  hint() {
    return make('p', { class: 'pick' }, this.options.pick);
  }

  /** @param {Query} query */
  pagesOf(query) {
    return /** @type {Pages<Item>} */ (
      new Pages(
        (from, count) => this.options.ask(query, from, count),
        () => this.changed(),
        (error) => this.failed(error),
      )
    );
  }

  changed() {
    const { total, complete } = this.pages;
    say(this.count, this.options.count(total, complete));
    this.element.classList.toggle('nothing', total === 0 && complete);
    this.list.setTotal(total);
    this.list.refresh();
  }

  /** @param {unknown} error */
  failed(error) {
    say(this.count, /** @type {Error} */ (error).message);
  }

  /**
   * @param {number} index
   * @param {HTMLTableCellElement[]} cells
   * @param {HTMLTableRowElement} row
   */
  drawRow(index, cells, row) {
    const item = this.pages.at(index);
    if (item === undefined) {
      for (const cell of cells) say(cell, '');
      say(cells[0], '…');
      return undefined;
    }
    this.options.draw(item, cells, row);
    return item;
  }

  hasRoom() {
    return this.element.clientWidth >= ROOM_FOR_BOTH;
  }

  activated() {
    if (!this.hasRoom()) return;
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.show(this.side), PAUSE_MS);
  }

  async entered() {
    clearTimeout(this.pause);
    if (this.hasRoom()) {
      await this.show(this.side);
      if (this.context.byKeyboard()) this.side.focus({ preventScroll: true });
      return;
    }
    fill(this.sheet);
    this.sheet.showModal();
    await this.show(this.sheet);
  }

  /** @param {HTMLElement} place */
  async show(place) {
    const item = this.pages.at(this.list.active);
    if (item === undefined) return;
    this.turn += 1;
    const turn = this.turn;
    try {
      const { title, content } = await this.options.detail(item);
      // Meanwhile another one may have become active.
      if (turn !== this.turn) return;
      place.setAttribute('aria-label', title);
      const isSheet = place === this.sheet;
      fill(place, isSheet && this.closer(), content);
      place.scrollTop = 0;
      const marked = place.querySelector('.strip .marked');
      const strip = marked?.closest('.strip');
      if (marked instanceof HTMLElement && strip) {
        strip.scrollLeft = marked.offsetLeft - (strip.clientWidth - marked.offsetWidth) / 2;
      }
    } catch (error) {
      if (turn === this.turn) fill(place, make('p', { class: 'trouble' }, /** @type {Error} */ (error).message));
    }
  }

  closer() {
    const { text } = this.context.speech;
    return make(
      'button',
      { type: 'button', class: 'quiet closer', 'aria-label': text('close'), onclick: () => this.sheet.close() },
      icon('close'),
    );
  }
}

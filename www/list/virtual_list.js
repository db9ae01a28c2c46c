// How does a list of any length scroll, by mouse, touch and keyboard, with a handful of elements?
// Rows in view are the only ones that exist; they are filled anew as the list moves and never made anew. One row is
// active; it is the one that a screen reader reads and that the keys move.

import { make, freshId } from '../dom/make.js';
import { scaleOf, rowsInView, topThatShows } from './scale.js';

/**
 * @typedef {object} Column
 * @property {string} name class of its cells
 * @property {string} title header
 * @property {string} [hint] title of the header
 */

/**
 * @typedef {object} Source
 * @property {number} total
 * @property {(first: number, end: number) => void} want
 */

/** @typedef {{ element: HTMLTableRowElement, cells: HTMLTableCellElement[], index: number, drawn: unknown }} Row */

export class VirtualList {
  /**
   * @param {object} options
   * @param {string} options.label what the list is, for those who do not see it
   * @param {string} options.kind class of the list; its style gives columns and row height
   * @param {Column[]} options.columns
   * @param {(index: number, cells: HTMLTableCellElement[], row: HTMLTableRowElement) => unknown} options.draw fills the cells of
   *   a row; gives what it drew, nothing where the item is not at hand
   * @param {(first: number, end: number) => void} options.want
   * @param {(index: number) => void} options.activate called when another row became active
   * @param {(index: number) => void} options.enter called when the active row is entered
   */
  constructor(options) {
    this.options = options;
    this.total = 0;
    this.top = 0;
    this.active = -1;
    this.viewHeight = 0;
    this.headHeight = 0;
    this.rowHeight = 44;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.settling = undefined;
    /** The place of the bar that this list itself has set. */
    this.bar = 0;
    this.scheduled = false;
    this.named = freshId('row');
    /** @type {Row[]} */
    this.rows = [];
    this.scale = scaleOf(0, this.rowHeight, 0);

    this.body = make('tbody', { role: 'rowgroup' });
    this.table = make(
      'table',
      { role: 'grid', class: `grid ${options.kind}`, tabindex: '0', 'aria-label': options.label },
      make(
        'thead',
        { role: 'rowgroup' },
        make(
          'tr',
          { role: 'row', 'aria-rowindex': '1' },
          options.columns.map((column) =>
            make('th', { role: 'columnheader', scope: 'col', class: column.name, title: column.hint }, column.title),
          ),
        ),
      ),
      this.body,
    );
    this.height = make('div', { class: 'height' });
    this.view = make('div', { class: 'view' }, this.table);
    this.scroller = make('div', { class: 'scroller', tabindex: '-1' }, this.view, this.height);
    this.element = make('div', { class: 'list' }, this.scroller);

    this.scroller.addEventListener('scroll', () => this.scrolled(), { passive: true });
    this.scroller.addEventListener('wheel', (event) => this.wheeled(event), { passive: false });
    this.table.addEventListener('keydown', (event) => this.pressed(event));
    this.body.addEventListener('click', (event) => this.clicked(event));
    this.table.addEventListener('focus', () => {
      if (this.active < 0 && this.total > 0) this.activate(0, false);
    });
    this.observer = new ResizeObserver(() => this.measure());
    this.observer.observe(this.scroller);
  }

  /** Ends the list; it must not be used any more. */
  close() {
    this.observer.disconnect();
  }

  /**
   * Says how many rows there are; the place of the list stays.
   *
   * @param {number} total
   */
  setTotal(total) {
    if (total !== this.total) {
      this.total = total;
      this.table.setAttribute('aria-rowcount', String(total + 1));
      // A short list is only as high as its rows.
      this.scroller.style.setProperty('--rows', String(Math.min(total, 1000)));
      this.rescale();
    }
    this.draw();
  }

  /** Draws all rows again, as after items came. */
  refresh() {
    for (const row of this.rows) row.drawn = undefined;
    this.draw();
  }

  /**
   * Makes a row the active one and brings it into view.
   *
   * @param {number} index
   * @param {boolean} told tell the listener
   */
  activate(index, told = true) {
    const bounded = Math.max(0, Math.min(this.total - 1, index));
    if (this.total === 0) return;
    const moved = bounded !== this.active;
    this.active = bounded;
    this.moveTo(topThatShows(bounded, this.top, this.rowHeight, this.bodyHeight()));
    this.draw();
    if (told && moved) this.options.activate(bounded);
  }

  measure() {
    const head = this.table.tHead?.offsetHeight ?? 0;
    const height = this.scroller.clientHeight;
    const rowHeight = parseFloat(getComputedStyle(this.table).getPropertyValue('--row-height')) || 44;
    if (height === 0) return;
    this.scroller.style.setProperty('--row-height', `${rowHeight}px`);
    this.scroller.style.setProperty('--head', `${head}px`);
    if (height === this.viewHeight && rowHeight === this.rowHeight && head === this.headHeight) return;
    const first = this.top / this.rowHeight;
    this.viewHeight = height;
    this.rowHeight = rowHeight;
    this.headHeight = head;
    this.top = first * rowHeight;
    this.rescale();
    this.draw();
  }

  bodyHeight() {
    return Math.max(0, this.viewHeight - this.headHeight);
  }

  rescale() {
    this.scale = scaleOf(this.total, this.rowHeight, this.bodyHeight());
    this.height.style.height = `${this.scale.made + this.headHeight - this.viewHeight}px`;
    this.view.style.height = `${this.viewHeight}px`;
    this.moveTo(this.top);
  }

  /** @param {number} top */
  moveTo(top) {
    this.top = Math.min(Math.max(0, top), this.scale.last);
    const bar = Math.round(this.scale.barOf(this.top));
    this.bar = bar;
    if (Math.round(this.scroller.scrollTop) !== bar) this.scroller.scrollTop = bar;
  }

  scrolled() {
    const bar = this.scroller.scrollTop;
    const step = bar - this.bar;
    // What this list has set itself comes back as an event; rounding of the browser is not a movement.
    if (Math.abs(step) < 1.5) return;
    this.bar = bar;
    const small = this.scale.compressed && Math.abs(step) < this.viewHeight;
    // Touch moves in small steps: in a compressed list these are real pixels, and the bar follows when they end.
    this.top = small ? Math.min(Math.max(0, this.top + step), this.scale.last) : this.scale.topOf(bar);
    if (small) this.settle();
    this.schedule();
  }

  settle() {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.moveTo(this.top), 160);
  }

  /** @param {WheelEvent} event */
  wheeled(event) {
    if (!this.scale.compressed || event.ctrlKey || event.deltaY === 0) return;
    const unit = event.deltaMode === 1 ? this.rowHeight : event.deltaMode === 2 ? this.bodyHeight() : 1;
    const before = this.top;
    this.moveTo(this.top + event.deltaY * unit);
    // At an end the page around goes on scrolling.
    if (this.top !== before) event.preventDefault();
    this.schedule();
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    if (event.altKey || event.metaKey || this.total === 0) return;
    const page = Math.max(1, Math.floor(this.bodyHeight() / this.rowHeight) - 1);
    const from = Math.max(0, this.active);
    /** @type {Record<string, number>} */
    const goals = {
      ArrowDown: this.active < 0 ? 0 : from + 1,
      ArrowUp: from - 1,
      PageDown: from + page,
      PageUp: from - page,
      Home: 0,
      End: this.total - 1,
    };
    const goal = goals[event.key];
    if (goal !== undefined) {
      event.preventDefault();
      this.activate(goal);
    } else if ((event.key === 'Enter' || event.key === ' ') && this.active >= 0) {
      event.preventDefault();
      this.options.enter(this.active);
    }
  }

  /** @param {Event} event */
  clicked(event) {
    const target = /** @type {Element} */ (event.target).closest('tr');
    const row = this.rows.find((one) => one.element === target);
    if (!row || row.index >= this.total) return;
    this.table.focus({ preventScroll: true });
    this.activate(row.index);
    this.options.enter(row.index);
  }

  schedule() {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      this.draw();
    });
  }

  draw() {
    if (this.viewHeight === 0) return;
    const { first, end, shift } = rowsInView(this.top, this.rowHeight, this.bodyHeight(), this.total);
    const needed = end - first;
    while (this.rows.length < needed) this.rows.push(this.makeRow());
    this.body.style.transform = `translateY(${shift}px)`;
    this.rows.forEach((row, place) => this.drawRow(row, first + place, place < needed));
    const active = this.active >= first && this.active < end ? `${this.named}-${this.active}` : undefined;
    if (active) this.table.setAttribute('aria-activedescendant', active);
    else this.table.removeAttribute('aria-activedescendant');
    this.options.want(first, end);
  }

  /**
   * @param {Row} row
   * @param {number} index
   * @param {boolean} shown
   */
  drawRow(row, index, shown) {
    row.element.hidden = !shown;
    if (!shown) {
      row.index = -1;
      row.element.removeAttribute('id');
      return;
    }
    if (row.index !== index || row.drawn === undefined) {
      row.index = index;
      row.element.id = `${this.named}-${index}`;
      row.element.setAttribute('aria-rowindex', String(index + 2));
      row.element.classList.toggle('odd', index % 2 === 1);
      row.drawn = this.options.draw(index, row.cells, row.element);
      row.element.classList.toggle('coming', row.drawn === undefined);
    }
    row.element.setAttribute('aria-selected', String(index === this.active));
  }

  /** @returns {Row} */
  makeRow() {
    const cells = this.options.columns.map((column) => make('td', { role: 'gridcell', class: column.name }));
    const element = make('tr', { role: 'row' }, cells);
    this.body.append(element);
    return { element, cells, index: -1, drawn: undefined };
  }
}

// Which offers are in the catalog?

import { make } from '../../dom/make.js';
import { icon } from '../../dom/icon.js';
import { searchField } from '../../views/filters.js';
import { link, loading, redraw, table, trouble, viewHead } from '../parts.js';

/** @typedef {import('../context.js').Context} Context */
/** @typedef {import('../shapes.js').Offer} Offer */

const SIZE = 100;

/** @param {Context} context @returns {import('../context.js').View} */
export function offersView(context) {
  const { speech, session, api } = context;
  const { text } = speech;
  const list = make('div', {}, loading(speech));
  const search = searchField(text('offers_search'), () => draw());
  /** @type {Offer[] | undefined} */
  let offers;
  let known = '';
  let closed = false;

  async function load() {
    try {
      const found = await everyOffer(api);
      const now = JSON.stringify(found);
      if (closed || now === known) return;
      known = now;
      offers = found;
      draw();
    } catch (error) {
      if (!closed && !offers) redraw(list, trouble(speech, error, () => void load()));
    }
  }

  function draw() {
    if (!offers) return;
    const wanted = search.input.value.trim().toLowerCase();
    const fits = offers.filter(({ plenigoOfferId, internalTitle }) => `${plenigoOfferId} ${internalTitle}`.toLowerCase().includes(wanted));
    const none = text(offers.length === 0 ? 'offers_none' : 'offers_none_fit');
    redraw(list, fits.length === 0 ? make('p', { class: 'faint' }, none) : offersTable(context, fits));
  }

  void load();
  let mark = '';
  return {
    title: text('offers_title'),
    element: make(
      'div',
      { class: 'parts' },
      viewHead(text('offers_title'), session.mayAct && link('/offers/new', [icon('file'), text('offer_new')], 'button strong')),
      make('p', { class: 'faint' }, text('offers_what')),
      make('div', { class: 'filters', role: 'search' }, search.element),
      list,
    ),
    changed(overview) {
      if (mark !== '' && mark !== overview.mark) void load();
      mark = overview.mark;
    },
    close: () => {
      closed = true;
    },
  };
}

/** The whole catalog, page by page. @param {import('../api.js').Api} api @returns {Promise<Offer[]>} */
export async function everyOffer(api) {
  /** @type {Offer[]} */
  const all = [];
  for (;;) {
    const last = all.at(-1);
    const after = last ? `&startingAfter=${encodeURIComponent(last.plenigoOfferId)}` : '';
    const { items } = await api.platform('GET', `/products/offers?size=${SIZE}${after}`);
    all.push(...items);
    if (items.length < SIZE) return all;
  }
}

/** @param {Context} context @param {Offer[]} offers */
function offersTable({ speech }, offers) {
  const { text } = speech;
  const { element, body, row } = table(text('offers_title'), [
    { title: text('offer_title'), kind: 'name' },
    { title: text('offer_id') },
    { title: text('management') },
    { title: text('offer_rights') },
    { title: text('offer_methods'), kind: 'wide' },
  ]);
  for (const offer of offers) {
    body.append(
      row([
        [
          link(`/offers/${encodeURIComponent(offer.plenigoOfferId)}`, offer.internalTitle),
          offer.archived ? make('span', { class: 'badge' }, text('archived')) : null,
        ],
        make('code', {}, offer.plenigoOfferId),
        make('span', { class: `badge ${offer.managedBy === 'PLENIGO' ? '' : 'update'}` }, text(`managed_short_${offer.managedBy}`)),
        offer.accessRightIds.length > 0 ? offer.accessRightIds.map((right) => make('code', { class: 'right' }, right)) : make('span', { class: 'faint' }, text('none')),
        offer.allowedPaymentMethods.length > 0 ? offer.allowedPaymentMethods.join(', ') : make('span', { class: 'faint' }, text('methods_all')),
      ]),
    );
  }
  return element;
}

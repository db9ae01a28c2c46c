// How is an offer made or changed, with its external management?
// By the platform's own calls and words; every rule is the daemon's, and what it says of a value stands beside that value.

import { make, fill } from '../../dom/make.js';
import { Refused } from '../api.js';
import { loading, select, trouble, viewHead } from '../parts.js';

/** @typedef {import('../context.js').Context} Context */
/** @typedef {import('../shapes.js').Offer} Offer */

const METHODS = ['AMAZON_PAY', 'APPLE_PAY', 'BANK_ACCOUNT', 'BILLING', 'CREDIT_CARD', 'GOOGLE_PAY', 'IDEAL', 'PAYPAL', 'POSTFINANCE', 'SOFORT', 'TWINT', 'ZERO'];
const MANAGERS = /** @type {const} */ (['EXTERNAL', 'WBZ', 'PLENIGO']);
const BASES = /** @type {const} */ (['TIME', 'CREDIT', 'ISSUE', 'OTHER']);

/** The address of the form for a new one. */
const NEW = 'new';

/** @type {Offer} */
const FRESH = {
  plenigoOfferId: '',
  internalTitle: '',
  managedBy: 'EXTERNAL',
  archived: false,
  allowedPaymentMethods: [],
  multiplePurchases: false,
  accessRightIds: [],
  productBase: 'TIME',
  steps: 1,
};

/** @param {Context} context @param {string} id @returns {import('../context.js').View} */
export function offerView(context, id) {
  const { speech, api } = context;
  const { text } = speech;
  const isNew = id === NEW;
  const title = text(isNew ? 'offer_new' : 'offer_edit');
  const body = make('div', { class: 'parts' }, loading(speech));
  let closed = false;

  async function load() {
    try {
      const offer = isNew ? FRESH : await api.platform('GET', `/products/offers/${encodeURIComponent(id)}`);
      if (!closed) fill(body, offerForm(context, offer, isNew));
    } catch (error) {
      if (!closed) fill(body, trouble(speech, error, () => void load()));
    }
  }

  void load();
  return {
    title,
    element: make('div', { class: 'parts' }, viewHead(title), body),
    close: () => {
      closed = true;
    },
  };
}

/** @param {Context} context @param {Offer} offer @param {boolean} isNew */
function offerForm(context, offer, isNew) {
  const { speech, session, api } = context;
  const { text } = speech;
  const { mayAct } = session;
  const said = make('p', { class: 'trouble', role: 'alert', hidden: true });
  const title = make('input', { name: 'internalTitle', value: offer.internalTitle, maxlength: 100, required: true, autocomplete: 'off' });
  const number = make('input', { name: 'plenigoOfferId', value: offer.plenigoOfferId, maxlength: 20, required: true, readonly: !isNew, autocomplete: 'off', spellcheck: 'false', class: 'mono' });
  const rights = make('textarea', { name: 'accessRightIds', rows: 3, spellcheck: 'false' }, offer.accessRightIds.join('\n'));
  const base = select(BASES.map((value) => ({ value, title: text(`base_${value}`) })), offer.productBase, 'productBase');
  const steps = make('input', { name: 'steps', type: 'number', min: 1, max: 1000, value: offer.steps });
  const save = make('button', { type: 'submit', class: 'strong' }, text(isNew ? 'offer_make' : 'offer_save'));
  const form = make(
    'form',
    { class: 'card offer-form', novalidate: true },
    make(
      'fieldset',
      { disabled: !mayAct },
      field('internalTitle', text('offer_title'), title, text('offer_title_what')),
      field('plenigoOfferId', text('offer_id'), number, text('offer_id_what')),
      management(context, offer),
      field('accessRightIds', text('offer_rights'), rights, text('offer_rights_what')),
      methods(context, offer),
      make('div', { class: 'pair-of-fields' }, field('productBase', text('offer_base'), base), field('steps', text('offer_steps'), steps, text('offer_steps_what'))),
      tick('multiplePurchases', text('offer_multiple'), offer.multiplePurchases),
      tick('archived', text('offer_archived'), offer.archived),
      said,
      make('div', { class: 'buttons' }, mayAct ? save : make('p', {}, text('only_reads_what')), make('a', { class: 'button plain', href: '#/offers' }, text('cancel'))),
    ),
  );
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    clear(form);
    said.hidden = true;
    save.disabled = true;
    try {
      const wanted = valueOf(form);
      if (isNew) await api.platform('POST', '/products/offers', wanted);
      else await api.platform('PUT', `/products/offers/${encodeURIComponent(offer.plenigoOfferId)}`, wanted);
      context.announce(text(isNew ? 'offer_made' : 'offer_saved'));
      context.look();
      context.go('/offers');
    } catch (error) {
      save.disabled = false;
      const fields = error instanceof Refused ? error.fields : [];
      const shown = fields.filter((one) => mark(form, one.field, one.error));
      said.textContent = shown.length > 0 ? text('offer_wrong', { n: shown.length }) : text('failed', { reason: /** @type {Error} */ (error).message });
      said.hidden = false;
      const first = form.querySelector('[aria-invalid="true"]');
      if (first instanceof HTMLElement) first.focus();
    }
  });
  return form;
}

/**
 * A field with its name, what it means, and room for what is wrong with it.
 *
 * @param {string} name
 * @param {string} title
 * @param {HTMLElement} input
 * @param {string} [what]
 */
function field(name, title, input, what = '') {
  input.id = `offer-${name}`;
  input.setAttribute('aria-describedby', `${input.id}-what ${input.id}-wrong`);
  return make(
    'div',
    { class: 'field', 'data-field': name },
    make('label', { for: input.id }, title),
    input,
    make('small', { id: `${input.id}-what` }, what),
    make('p', { class: 'wrong', id: `${input.id}-wrong`, hidden: true }),
  );
}

/** @param {string} name @param {string} title @param {boolean} checked */
function tick(name, title, checked) {
  const id = `offer-${name}`;
  return make(
    'div',
    { class: 'tick', 'data-field': name },
    make('input', { type: 'checkbox', name, id, checked, 'aria-describedby': `${id}-wrong` }),
    make('label', { for: id }, title),
    make('p', { class: 'wrong', id: `${id}-wrong`, hidden: true }),
  );
}

/** @param {Context} context @param {Offer} offer */
function management({ speech }, offer) {
  const { text } = speech;
  return make(
    'fieldset',
    { class: 'choices', 'data-field': 'managedBy' },
    make('legend', {}, text('management')),
    MANAGERS.map((value) => {
      const id = `managed-${value}`;
      return make(
        'div',
        { class: 'choice' },
        make('input', { type: 'radio', name: 'managedBy', id, value, checked: offer.managedBy === value, 'aria-describedby': `${id}-what` }),
        make('div', {}, make('label', { for: id }, `${text(`managed_${value}`)} `, make('code', {}, value)), make('p', { class: 'faint', id: `${id}-what` }, text(`managed_${value}_what`))),
      );
    }),
    make('p', { class: 'wrong', hidden: true }),
  );
}

/** @param {Context} context @param {Offer} offer */
function methods({ speech }, offer) {
  const { text } = speech;
  return make(
    'fieldset',
    { class: 'choices', 'data-field': 'allowedPaymentMethods' },
    make('legend', {}, text('offer_methods')),
    make('p', { class: 'faint' }, text('offer_methods_what')),
    make(
      'div',
      { class: 'method-list' },
      METHODS.map((value) => {
        const id = `method-${value}`;
        return make('div', { class: 'tick' }, make('input', { type: 'checkbox', name: 'allowedPaymentMethods', id, value, checked: offer.allowedPaymentMethods.includes(value) }), make('label', { for: id }, value));
      }),
    ),
    make('p', { class: 'wrong', hidden: true }),
  );
}

/** What the form says, in the platform's words. @param {HTMLFormElement} form */
function valueOf(form) {
  const said = new FormData(form);
  const lines = String(said.get('accessRightIds') ?? '').split(/[\n,]/);
  const steps = String(said.get('steps') ?? '').trim();
  return {
    plenigoOfferId: String(said.get('plenigoOfferId') ?? '').trim(),
    internalTitle: String(said.get('internalTitle') ?? '').trim(),
    managedBy: said.get('managedBy'),
    accessRightIds: lines.map((right) => right.trim()).filter(Boolean),
    allowedPaymentMethods: said.getAll('allowedPaymentMethods'),
    multiplePurchases: said.has('multiplePurchases'),
    archived: said.has('archived'),
    productBase: said.get('productBase'),
    // What is no number is sent as it is, so that the daemon says what is wrong with it.
    steps: /^\d+$/.test(steps) ? Number(steps) : steps,
  };
}

/** @param {HTMLFormElement} form */
function clear(form) {
  for (const wrong of form.querySelectorAll('.wrong')) /** @type {HTMLElement} */ (wrong).hidden = true;
  for (const input of form.querySelectorAll('[aria-invalid]')) input.removeAttribute('aria-invalid');
}

/** Says what is wrong beside the field. False: the form has no such field. @param {HTMLFormElement} form @param {string} name @param {string} error */
function mark(form, name, error) {
  const place = form.querySelector(`[data-field="${CSS.escape(name)}"]`);
  const wrong = place?.querySelector('.wrong');
  if (!(wrong instanceof HTMLElement)) return false;
  wrong.textContent = wrong.hidden ? error : `${wrong.textContent} ${error}`;
  wrong.hidden = false;
  place?.querySelector('input, textarea, select')?.setAttribute('aria-invalid', 'true');
  return true;
}

// What is `<intake-check>`? The checker as an element, for the page here and for any other.
//
// Attributes: `lang` (`de` or `en`; else the browser's), `profile` (a partner's profile as JSON). Properties: `profile`,
// `snapshot` (a file), `daemon`. Events: `intake-verdict` for each file checked, with its name and verdict.

import { make, fill, say } from './dom/make.js';
import { Files } from './check/files.js';
import { languageFor, speechFor } from './words/speech.js';
import { takeDrops, takePaste } from './views/choose.js';
import { startView } from './views/start.js';
import { progressView, noResultView } from './views/progress.js';
import { resultView } from './views/result.js';
import { fileList } from './views/file_list.js';
import { privacyView } from './views/privacy.js';
import { sheets } from './style/sheets.js';

/** @typedef {import('./views/context.js').Context} Context */
/** @typedef {import('./views/context.js').View} View */
/** @typedef {import('./check/files.js').CheckedFile} CheckedFile */

export class IntakeCheck extends HTMLElement {
  static observedAttributes = ['lang', 'profile'];

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = sheets();
    this.root = root;
    /** @type {import('./views/context.js').Daemon} */
    this.daemon = {};
    /** @type {Files | undefined} */
    this.files = undefined;
    /** @type {View | undefined} */
    this.view = undefined;
    /** What the view shows, so that it is made anew only where that changes. */
    this.shown = '';
    /** @type {Context | undefined} nothing before the element is in a page */
    this.context = undefined;
    this.readyAt = Infinity;
    this.keyboard = false;

    this.alarms = make('div', { role: 'alert' });
    this.top = make('div', { class: 'top' });
    this.body = make('div', { class: 'body' });
    this.bottom = make('div', { class: 'bottom' });
    this.said = make('p', { class: 'unseen', 'aria-live': 'polite' });
    this.veil = make('div', { class: 'veil', 'aria-hidden': 'true' });
    root.append(this.alarms, this.top, this.body, this.bottom, this.said, this.veil);

    this.addEventListener('keydown', () => (this.keyboard = true), { capture: true });
    this.addEventListener('pointerdown', () => (this.keyboard = false), { capture: true });
    takeDrops(this, (files) => this.check(files));
    this.pastes = (/** @type {ClipboardEvent} */ event) => this.context && takePaste(event, this.context);
  }

  connectedCallback() {
    const files = new Files();
    this.files = files;
    files.addEventListener('change', (event) => this.changed(/** @type {CustomEvent} */ (event).detail));
    files.addEventListener('progress', (event) => {
      if (/** @type {CustomEvent} */ (event).detail === files.chosen) this.view?.update?.();
    });
    files.ready.then(
      () => {
        this.readyAt = performance.now();
        this.toggleAttribute('data-ready', true);
      },
      (error) => this.cannotStart(error),
    );
    document.addEventListener('paste', this.pastes);
    this.speak();
    this.readProfile();
  }

  disconnectedCallback() {
    document.removeEventListener('paste', this.pastes);
    this.privacy?.close();
    this.view?.close?.();
    this.files?.end();
    this.files = undefined;
  }

  /** @param {string} name */
  attributeChangedCallback(name) {
    if (!this.files) return;
    if (name === 'lang') this.speak();
    else this.readProfile();
  }

  /** The profile by which files are checked. @param {object | undefined} profile */
  set profile(profile) {
    this.found({ ...this.files?.basis, profile });
  }

  get profile() {
    return this.files?.basis.profile;
  }

  /** The snapshot against which is planned. @param {File | undefined} snapshot */
  set snapshot(snapshot) {
    this.found({ ...this.files?.basis, snapshot });
  }

  get snapshot() {
    return this.files?.basis.snapshot;
  }

  /** Checks files as if they had been dropped. @param {Iterable<File>} files */
  check(files) {
    this.files?.add(files);
  }

  readProfile() {
    const text = this.getAttribute('profile');
    if (text === null) return;
    try {
      this.profile = JSON.parse(text);
    } catch (error) {
      this.refuse(/** @type {Error} */ (error));
    }
  }

  /** @param {import('./check/files.js').Basis} basis */
  found(basis) {
    fill(this.alarms);
    this.files?.found(basis).catch((error) => this.refuse(error));
  }

  /** Says that what a page has set cannot be used. @param {Error} error */
  refuse(error) {
    const { text } = this.context?.speech ?? speechFor('en');
    this.alarm(text('basis_wrong', { reason: error.message }));
  }

  /** Says everything in the language that is wanted now. */
  speak() {
    const wish = this.getAttribute('lang');
    const language = languageFor([...(wish ? [wish] : []), ...navigator.languages]);
    this.context = this.contextFor(language);
    this.body.lang = language;
    this.top.lang = language;
    this.bottom.lang = language;
    say(this.veil, this.context.speech.text('drop_now'));
    this.privacy?.close();
    this.privacy = privacyView(this.context, () => this.readyAt);
    fill(this.bottom, this.privacy.element);
    this.shown = '';
    this.draw();
  }

  /**
   * @param {'de' | 'en'} language
   * @returns {Context}
   */
  contextFor(language) {
    return {
      speech: speechFor(language),
      files: /** @type {Files} */ (this.files),
      daemon: this.daemon,
      byKeyboard: () => this.keyboard,
      announce: (text) => say(this.said, text),
      lastTab: this.context?.lastTab ?? '',
    };
  }

  /** @param {CheckedFile | undefined} checked */
  changed(checked) {
    const { files } = this;
    if (!files) return;
    const focusWasInside = this.root.activeElement !== null;
    this.draw();
    if (checked?.state !== 'done' || checked !== files.chosen || !checked.verdict) {
      if (focusWasInside && this.root.activeElement === null) this.heading()?.focus();
      return;
    }
    this.privacy?.look();
    if (checked.told) return;
    checked.told = true;
    const { name, verdict } = checked;
    // Whoever gave the file by keyboard goes on reading at the verdict; others are only told.
    if (this.keyboard || focusWasInside) this.heading()?.focus({ preventScroll: true });
    else say(this.said, this.heading()?.textContent ?? '');
    this.dispatchEvent(new CustomEvent('intake-verdict', { detail: { name, verdict }, bubbles: true, composed: true }));
  }

  heading() {
    const found = this.body.querySelector('h2[tabindex]');
    return found instanceof HTMLElement ? found : undefined;
  }

  draw() {
    const { files, context } = this;
    if (!files || !context) return;
    fill(this.top, files.list.length > 0 && fileList(context));
    const chosen = files.chosen;
    const shown = chosen ? `${chosen.handle} ${chosen.state}` : `start ${files.foundings}`;
    if (shown === this.shown) return;
    this.shown = shown;
    this.view?.close?.();
    this.view = chosen ? fileView(context, chosen) : startView(context);
    fill(this.body, this.view.element);
    this.view.shown?.();
  }

  /** @param {Error} error */
  cannotStart(error) {
    const { text } = this.context?.speech ?? speechFor('en');
    this.alarm(text('cannot_start', { reason: error.message }), text('cannot_start_todo'));
  }

  /** @param {...string} sentences */
  alarm(...sentences) {
    fill(this.alarms, make('div', { class: 'trouble' }, sentences.map((sentence) => make('p', {}, sentence))));
  }
}

/**
 * @param {Context} context
 * @param {CheckedFile} file
 * @returns {View}
 */
function fileView(context, file) {
  if (file.state === 'done') return resultView(context, file);
  if (file.state === 'failed' || file.state === 'cancelled') return noResultView(context, file);
  return progressView(context, file);
}

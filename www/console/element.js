// What is `<intake-console>`? The operator's page: who is signed in, which view is seen, and what happens meanwhile.
// The token lives in the window's own session storage, so that a reload keeps it and a closed window forgets it.

import { make, fill } from '../dom/make.js';
import { icon } from '../dom/icon.js';
import { languageFor } from '../words/speech.js';
import { Api } from './api.js';
import { Live } from './live.js';
import { ageAll } from './parts.js';
import { navigation } from './navigation.js';
import { placeOf, viewOf } from './places.js';
import { signInView } from './views/sign_in.js';
import { speechFor } from './speech.js';
import { sheets } from './style.js';

const KEY = 'intake.console.token';
/** How often it is said anew how long ago things were. */
const AGE_MS = 20_000;
/** For how long is shown what was done. */
const NOTE_MS = 8_000;

export class IntakeConsole extends HTMLElement {
  static observedAttributes = ['lang'];

  constructor() {
    super();
    this.root = this.attachShadow({ mode: 'open' });
    this.root.adoptedStyleSheets = sheets();
    this.speech = speechFor('en');
    /** @type {Api | undefined} */
    this.api = undefined;
    /** @type {import('./shapes.js').Session | undefined} */
    this.session = undefined;
    /** @type {Live | undefined} */
    this.live = undefined;
    /** @type {import('./context.js').View | undefined} */
    this.view = undefined;
    /** @type {ReturnType<typeof navigation> | undefined} */
    this.navigation = undefined;
    /** When the daemon last answered. */
    this.answered = new Date().toISOString();

    this.lost = make('div', { class: 'lost', role: 'status', hidden: true });
    this.note = make('div', { class: 'note', hidden: true });
    this.said = make('p', { class: 'unseen', 'aria-live': 'polite' });
    this.side = make('div', { class: 'side-column' });
    this.stage = make('div', { class: 'stage' });
    this.frame = make('div', { class: 'frame' }, this.side, make('div', { class: 'stage-column' }, this.lost, this.stage));
    this.root.append(this.frame, this.note, this.said);
    this.moved = () => this.show(true);
  }

  connectedCallback() {
    globalThis.addEventListener('hashchange', this.moved);
    this.ages = setInterval(() => ageAll(this.root, this.speech), AGE_MS);
    const token = remembered();
    if (token) this.signIn(token).catch(() => this.signOut());
    else this.signOut();
  }

  disconnectedCallback() {
    globalThis.removeEventListener('hashchange', this.moved);
    clearInterval(this.ages);
    this.live?.end();
    this.view?.close?.();
  }

  attributeChangedCallback() {
    const wish = this.getAttribute('lang');
    this.speech = speechFor(languageFor(wish ? [wish] : []));
    if (this.api) this.api.language = this.speech.language;
    this.frame.lang = this.speech.language;
    if (!this.isConnected) return;
    if (this.session) this.begin();
    else if (this.view) this.askForToken();
  }

  /**
   * Signs in, or says why not.
   *
   * @param {string} token
   */
  async signIn(token) {
    const api = new Api(token, this.speech.language);
    const session = await api.get('/session');
    api.refused = () => this.signOut(this.speech.text('token_no_more'));
    this.api = api;
    this.session = session;
    remember(token);
    this.live = new Live(api, {
      changed: (overview) => this.changed(overview),
      lost: () => this.sayLost(),
      back: () => {
        this.lost.hidden = true;
        this.announce(this.speech.text('back'));
      },
    });
    this.begin();
    this.live.look();
  }

  /** @param {string} [why] */
  signOut(why) {
    this.live?.end();
    this.live = undefined;
    this.api = undefined;
    this.session = undefined;
    this.navigation = undefined;
    this.lost.hidden = true;
    remember('');
    this.askForToken(why);
  }

  /** @param {string} [why] */
  askForToken(why) {
    fill(this.side);
    this.frame.classList.add('alone');
    this.put(signInView(this.speech, (token) => this.signIn(token), why), false);
  }

  /** Draws everything for who is signed in. */
  begin() {
    const { session } = this;
    if (!session) return;
    this.frame.classList.remove('alone');
    this.navigation = navigation(this.context(), () => this.signOut());
    fill(this.side, this.navigation.element);
    this.show(false);
    if (this.live?.overview) this.navigation.changed(this.live.overview);
  }

  /** @returns {import('./context.js').Context} */
  context() {
    return {
      speech: this.speech,
      api: /** @type {Api} */ (this.api),
      session: /** @type {import('./shapes.js').Session} */ (this.session),
      overview: () => this.live?.overview,
      look: () => void this.live?.look(),
      announce: (text) => this.announce(text),
      go: (path) => {
        location.hash = path;
      },
    };
  }

  /** Shows the view that the address names. @param {boolean} moved did the reader go there? */
  show(moved) {
    if (!this.session) return;
    const place = placeOf(location.hash);
    this.navigation?.at(place);
    this.put(viewOf(this.context(), place), moved);
  }

  /** @param {import('./context.js').View} view @param {boolean} moved */
  put(view, moved) {
    this.view?.close?.();
    this.view = view;
    fill(this.stage, view.element);
    document.title = `${view.title} · Intake`;
    if (moved) {
      this.focusView();
      globalThis.scrollTo(0, 0);
    }
    const overview = this.live?.overview;
    if (overview) view.changed?.(overview);
  }

  focusView() {
    const heading = this.stage.querySelector('h2');
    heading?.focus({ preventScroll: true });
  }

  /** @param {import('./shapes.js').Overview} overview */
  changed(overview) {
    this.answered = new Date().toISOString();
    this.lost.hidden = true;
    this.navigation?.changed(overview);
    this.view?.changed?.(overview);
  }

  sayLost() {
    const { speech } = this;
    fill(this.lost, icon('warning'), speech.text('lost', { time: speech.moment(this.answered) }));
    this.lost.hidden = false;
  }

  /** @param {string} text */
  announce(text) {
    this.said.textContent = text;
    fill(this.note, icon('good'), text);
    this.note.hidden = false;
    clearTimeout(this.noted);
    this.noted = setTimeout(() => (this.note.hidden = true), NOTE_MS);
  }
}

function remembered() {
  try {
    return sessionStorage.getItem(KEY) ?? '';
  } catch {
    // Storage may be denied to a page; then a reload signs out.
    return '';
  }
}

/** @param {string} token nothing to forget it */
function remember(token) {
  try {
    if (token) sessionStorage.setItem(KEY, token);
    else sessionStorage.removeItem(KEY);
  } catch {
    // As above.
  }
}

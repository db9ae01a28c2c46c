// How did one file live, what was decided of it, and what did its partner get?

import { make, fill } from '../../dom/make.js';
import { save } from '../../views/save.js';
import { severityBadge } from '../../views/severity.js';
import { card, countBadges, exactly, figure, link, loading, progressOf, redraw, stateBadge, trouble, viewHead } from '../parts.js';
import { actionsOf, brakeSays, planRows, willHappen } from '../plan.js';

/** @typedef {import('../context.js').Context} Context */
/** @typedef {import('../shapes.js').FileWithLife} FileWithLife */
/** @typedef {import('../shapes.js').Paper} Paper */

/** @param {Context} context @param {string} importId @returns {import('../context.js').View} */
export function fileView(context, importId) {
  const { speech, api } = context;
  const { text } = speech;
  const title = text('import_n', { id: importId });
  const head = viewHead(title);
  const about = make('div', { class: 'parts' }, loading(speech));
  const plan = make('div', { hidden: true });
  const rest = make('div', { class: 'parts' });
  const element = make('div', { class: 'parts' }, head, about, plan, rest);
  /** @type {ReturnType<typeof planRows> | undefined} */
  let rows;
  /** @type {FileWithLife | undefined} */
  let known;
  let shown = '';
  let asking = false;
  let closed = false;

  async function load() {
    if (asking || closed) return;
    asking = true;
    try {
      /** @type {FileWithLife} */
      const found = await api.get(`/files/${encodeURIComponent(importId)}`);
      if (!closed) draw(found);
    } catch (error) {
      if (!closed && shown === '') fill(about, trouble(speech, error, () => void load()));
    } finally {
      asking = false;
    }
  }

  /** @param {FileWithLife} found */
  function draw(found) {
    const now = JSON.stringify(found);
    if (now === shown) return;
    const wasHeldAt = held;
    shown = now;
    known = found;
    const { file } = found;
    if (file.way === 'file') /** @type {HTMLElement} */ (head.firstChild).textContent = file.file;
    redraw(about, summary(context, file), file.state === 'held' && heldPart(context, element, file));
    redraw(rest, life(context, found), papers(context, found));
    held = file.state === 'held' ? file.changed : '';
    if (held === wasHeldAt) return;
    rows?.close();
    rows = held ? planRows(context, file) : undefined;
    fill(plan, rows && card(text('plan'), rows.element));
    plan.hidden = !rows;
  }
  /** When the plan was held that is shown; nothing where none is. */
  let held = '';

  void load();
  return {
    title,
    element,
    changed({ recent, held: waiting }) {
      const now = [...recent, ...waiting].find((file) => file.importId === importId);
      if (!known || !now) return;
      if (JSON.stringify(now) === JSON.stringify(known.file)) return;
      // Its life is read from the journal, which is long where much is applied: meanwhile only how far it is is told.
      if (now.step === 'applying' && known.file.step === 'applying') draw({ ...known, file: now });
      else void load();
    },
    close: () => {
      closed = true;
      rows?.close();
    },
  };
}

/** @param {Context} context @param {import('../shapes.js').FileShape} file */
function summary({ speech }, file) {
  const { text } = speech;
  const log = `/log?importId=${file.importId}`;
  return make(
    'section',
    { class: 'card', 'aria-label': text('standing') },
    make('p', { class: 'counts' }, stateBadge(speech, file), progressOf(speech, file), countBadges(speech, file.counts)),
    file.reason && file.state !== 'held' && make('p', {}, make('b', {}, `${text('reason')}: `), file.reason),
    make(
      'dl',
      { class: 'figures' },
      figure(text('partner'), link(`/files?partner=${encodeURIComponent(file.partner)}`, file.partner)),
      figure(text('import_id'), file.importId),
      figure(text('came'), exactly(speech, file.claimed)),
      figure(text('records'), file.rows === null ? '–' : speech.number(file.rows)),
      figure(text('size'), speech.size(file.bytes)),
      file.sent &&
        figure(text('sent_of_file'), text('sent_counts', file.sent), file.sent.refused > 0 ? 'warning' : ''),
      file.place && figure(text('rests_at'), make('code', {}, file.place)),
      figure('SHA-256', make('code', { class: 'hash' }, file.sha256)),
    ),
    make(
      'p',
      { class: 'buttons' },
      link(log, text('rows_of_file')),
      (file.counts?.reject ?? 0) > 0 && file.state !== 'held' && link(`${log}&success=false`, text('failed_of_file')),
    ),
  );
}

/** @param {Context} context @param {HTMLElement} near @param {import('../shapes.js').FileShape} file */
function heldPart(context, near, file) {
  const { speech } = context;
  return card(
    speech.text('brake_says'),
    make('p', { class: 'held' }, brakeSays(speech, file.reason ?? '')),
    willHappen(speech, file.counts),
    make('div', { class: 'buttons' }, ...actionsOf(context, near, file)),
  );
}

/** @param {Context} context @param {FileWithLife} found */
function life({ speech }, { steps, findings }) {
  const { text } = speech;
  return card(
    text('life'),
    make(
      'ol',
      { class: 'life' },
      steps.map((step) =>
        make(
          'li',
          { class: step.step },
          make('b', {}, text(/** @type {'state_held'} */ (`state_${step.step}`))),
          ' ',
          exactly(speech, step.time),
          step.nextRow ? make('span', { class: 'faint' }, ` ${text('up_to_row', { n: step.nextRow })}`) : null,
          step.reason ? make('span', { class: 'faint' }, ` ${brakeSays(speech, step.reason)}`) : null,
        ),
      ),
    ),
    findings.length > 0 && make('h4', {}, text('about_file')),
    findings.map((finding) => make('p', { class: 'finding' }, severityBadge(speech.page, finding.severity), ' ', speech.of(finding.message))),
  );
}

/** @param {Context} context @param {FileWithLife} found */
function papers(context, { file, papers: all }) {
  const { speech } = context;
  const { text } = speech;
  const why = file.way === 'request' ? 'papers_request' : file.open ? 'papers_none' : 'papers_gone';
  return card(
    text('papers'),
    all.length === 0
      ? make('p', { class: 'faint' }, text(why))
      : make('ul', { class: 'papers' }, all.map((paper) => paperItem(context, file.importId, paper))),
  );
}

/** @param {Context} context @param {string} importId @param {Paper} paper */
function paperItem({ speech, api, announce }, importId, { kind, name }) {
  const { text } = speech;
  const what = text(`paper_${kind}`);
  const button = make('button', { type: 'button', class: 'plain', 'aria-label': text('download_of', { what }) }, what);
  button.addEventListener('click', async () => {
    button.disabled = true;
    try {
      save(await api.blob(`/files/${importId}/papers/${kind}`), name);
    } catch (error) {
      announce(text('failed', { reason: /** @type {Error} */ (error).message }));
    } finally {
      button.disabled = false;
    }
  });
  return make('li', {}, button, make('code', {}, name));
}

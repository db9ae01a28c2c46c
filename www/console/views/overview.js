// How does everything stand, and what needs the operator?

import { make } from '../../dom/make.js';
import { icon } from '../../dom/icon.js';
import { ago, card, countBadges, figure, link, loading, progressOf, prose, redraw, stateBadge, table } from '../parts.js';

/** @typedef {import('../context.js').Context} Context */
/** @typedef {import('../shapes.js').Overview} Overview */
/** @typedef {import('../shapes.js').Alarm} Alarm */
/** @typedef {import('../shapes.js').PartnerShape} PartnerShape */

/** Where each alarm leads. @type {Record<import('../shapes.js').AlarmKind, string>} */
const LEADS = {
  notReady: '',
  disk: '',
  upstream: '/outbox',
  parked: '/outbox',
  overdue: '/files',
  waiting: '/files',
  held: '/held',
};

/** @type {import('../shapes.js').AlarmKind[]} */
const GRAVE = ['notReady', 'disk', 'upstream'];

/** @param {Context} context @returns {import('../context.js').View} */
export function overviewView(context) {
  const { speech } = context;
  const { text } = speech;
  const body = make('div', { class: 'parts' }, loading(speech));
  const sentence = make('h2', { tabindex: '-1' }, text('nav_overview'));
  const alarms = make('ul', { class: 'alarms' });
  const sign = make('span', { class: 'sign' }, icon('note'));
  const verdict = make(
    'section',
    { class: 'verdict', 'aria-label': text('nav_overview') },
    make('div', { class: 'sentence' }, sign, make('div', { class: 'verdict-words' }, sentence, alarms)),
  );
  return {
    title: text('nav_overview'),
    element: make('div', { class: 'parts' }, verdict, body),
    changed(overview) {
      const tone = toneOf(overview.alarms);
      verdict.className = `verdict ${tone}`;
      redraw(sign, icon(tone === 'good' ? 'good' : 'warning'));
      sentence.textContent =
        overview.alarms.length === 0 ? text('all_well') : text('needs_you', { n: overview.alarms.length });
      redraw(alarms, overview.alarms.map((alarm) => alarmItem(context, overview, alarm)));
      alarms.hidden = overview.alarms.length === 0;
      redraw(body, partnersCard(context, overview), recentCard(context, overview), figuresOf(context, overview));
    },
  };
}

/** @param {Alarm[]} alarms */
function toneOf(alarms) {
  if (alarms.length === 0) return 'good';
  return alarms.some(({ kind }) => GRAVE.includes(kind)) ? 'bad' : 'warning';
}

/** @param {Context} context @param {Overview} overview @param {Alarm} alarm */
function alarmItem({ speech }, { disk, partners }, alarm) {
  const { text } = speech;
  const { kind, partner = '', count = 0, since } = alarm;
  const every = partners.find(({ name }) => name === partner)?.expectEverySeconds ?? 0;
  const key = kind === 'overdue' && !since ? 'alarm_overdue_never' : /** @type {'alarm_held'} */ (`alarm_${kind}`);
  const words = text(key, {
    partner,
    n: count,
    text: alarm.text ?? '',
    ago: since ? speech.ago(since) : '',
    every: speech.length(every),
    free: speech.size(disk.freeBytes),
    reserve: speech.size(disk.reserveBytes),
  });
  const about = partner && kind !== 'held' ? `?partner=${encodeURIComponent(partner)}` : '';
  return make(
    'li',
    { class: GRAVE.includes(kind) ? 'grave' : '' },
    make('span', {}, words),
    LEADS[kind] && link(`${LEADS[kind]}${about}`, [text('look'), make('span', { class: 'unseen' }, `: ${words}`)]),
  );
}

/** @param {Context} context @param {Overview} overview */
function partnersCard({ speech }, { partners }) {
  const { text } = speech;
  if (partners.length === 0) return card(text('partners'), make('p', { class: 'faint' }, prose(text('no_partners'))));
  const { element, body, row } = table(text('partners'), [
    { title: text('partner'), kind: 'name' },
    { title: text('last_seen') },
    { title: text('last_applied') },
    { title: text('expected') },
    { title: text('inbox') },
    { title: text('standing'), kind: 'end' },
  ]);
  for (const partner of partners) {
    body.append(
      row([
        link(`/files?partner=${encodeURIComponent(partner.name)}`, partner.name),
        ago(speech, partner.lastSeen),
        ago(speech, partner.lastApplied),
        partner.expectEverySeconds
          ? speech.length(partner.expectEverySeconds)
          : make('span', { class: 'faint' }, text('not_agreed')),
        partner.waiting > 0
          ? [`${speech.number(partner.waiting)} · `, ago(speech, partner.waitingSince)]
          : make('span', { class: 'faint' }, text('none')),
        standingOf(speech, partner),
      ]),
    );
  }
  return card(text('partners'), element);
}

/** @param {import('../speech.js').Speech} speech @param {PartnerShape} partner */
function standingOf({ text }, partner) {
  const badges = [];
  if (partner.overdue) badges.push(make('span', { class: 'badge warning' }, icon('warning'), text('overdue')));
  if (partner.held > 0) badges.push(make('span', { class: 'badge warning' }, text('held_n', { n: partner.held })));
  if (!partner.configured) badges.push(make('span', { class: 'badge' }, text('not_configured')));
  if (badges.length === 0) badges.push(make('span', { class: 'badge good' }, icon('good'), text('on_time')));
  return make('span', { class: 'counts' }, badges);
}

/** @param {Context} context @param {Overview} overview */
function recentCard({ speech }, { recent }) {
  const { text } = speech;
  if (recent.length === 0) return card(text('recent'), make('p', { class: 'faint' }, text('files_none')));
  const { element, body, row } = table(text('recent'), [
    { title: text('file'), kind: 'name' },
    { title: text('partner') },
    { title: text('came') },
    { title: text('state') },
    { title: text('decisions'), kind: 'wide' },
  ]);
  for (const file of recent) {
    body.append(
      row([
        link(`/files/${file.importId}`, file.way === 'request' ? text('import_n', { id: file.importId }) : file.file),
        file.partner,
        ago(speech, file.claimed),
        [stateBadge(speech, file), progressOf(speech, file)],
        countBadges(speech, file.counts),
      ]),
    );
  }
  return card(text('recent'), element, make('p', {}, link('/files', text('all_files'))));
}

/** @param {Context} context @param {Overview} overview */
function figuresOf({ speech, session }, overview) {
  const { text } = speech;
  const { disk, outbox, parts } = overview;
  return make(
    'div',
    { class: 'pair-of-cards' },
    card(
      text('outbox_title'),
      make('p', { class: 'faint' }, text(outbox.mirroring ? 'mirroring_on' : 'mirroring_off')),
      outbox.mirroring &&
        make(
          'dl',
          { class: 'figures' },
          figure(text('depth'), speech.number(outbox.depth)),
          figure(text('oldest'), outbox.oldestSince ? ago(speech, outbox.oldestSince) : text('none')),
          figure(text('parked'), speech.number(outbox.parked), outbox.parked > 0 ? 'warning' : ''),
          figure(text('sent'), speech.number(outbox.sent)),
        ),
    ),
    card(
      text('system'),
      make(
        'ul',
        { class: 'counts' },
        parts.map(({ name, good }) =>
          make(
            'li',
            { class: `badge ${good ? 'good' : 'error'}` },
            icon(good ? 'good' : 'error'),
            text(`part_${name}`),
            make('span', { class: 'unseen' }, ` ${text(good ? 'works' : 'works_not')}`),
          ),
        ),
      ),
      make(
        'dl',
        { class: 'figures' },
        figure(text('disk_free'), speech.size(disk.freeBytes)),
        figure(text('disk_reserve'), speech.size(disk.reserveBytes)),
        figure(text('journal_size'), speech.size(disk.journalBytes)),
        figure(text('orders'), speech.number(overview.orders)),
        figure(text('customers'), speech.number(overview.customers)),
        figure(text('offers'), speech.number(overview.offers)),
        figure(text('log_entries'), speech.number(overview.logEntries)),
        figure(text('version'), session.program),
      ),
    ),
  );
}

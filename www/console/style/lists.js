// How do tables, entries of the log and the life of a file look? Where it is narrow, a row becomes a card of its own.

export const LISTS = `
.rows { width: 100%; border-collapse: collapse; font-size: .9375rem; font-variant-numeric: tabular-nums; }
.rows th, .rows td { text-align: start; vertical-align: top; padding: .5625rem 1rem .5625rem 0; border-bottom: 1px solid var(--line); font-weight: 400; overflow-wrap: anywhere; }
.rows th:last-child, .rows td:last-child { padding-right: 0; }
.rows tbody tr:last-child > * { border-bottom: 0; }
.rows thead th { font-size: .8125rem; font-weight: 600; color: var(--soft); white-space: nowrap; }
.rows tbody th { font-weight: 600; min-width: 9rem; }
.rows small { display: block; font-weight: 400; white-space: nowrap; }
.rows time { white-space: nowrap; }
.rows tbody th .badge { margin-left: .5rem; }
.rows .number { text-align: end; }
.rows td.number { white-space: nowrap; }
.rows thead .wide { width: 32%; }
.rows progress { display: block; margin-top: .375rem; width: 7rem; height: .5rem; }
.rows .right { display: inline-block; margin-right: .5rem; }
.rows .buttons { gap: .375rem; flex-wrap: nowrap; }
.rows .buttons button { min-height: 2.25rem; padding: .25rem .75rem; white-space: nowrap; }
.key { font-family: var(--mono); font-size: .9em; overflow-wrap: anywhere; }
@container intake (max-width: 52rem) {
  .rows, .rows tbody { display: block; }
  .rows thead { display: none; }
  .rows tr { display: grid; grid-template-columns: minmax(0, 1fr); gap: .25rem; padding-block: .75rem; border-bottom: 1px solid var(--line); }
  .rows tbody tr:last-child { border-bottom: 0; }
  .rows tbody th, .rows tbody td { display: grid; grid-template-columns: minmax(7.5rem, 34%) minmax(0, 1fr); gap: 0 .75rem; padding: 0; border: 0; text-align: start; width: auto; }
  .rows tbody th { display: block; font-size: 1rem; }
  .rows tbody td::before { content: attr(data-label) / ""; color: var(--soft); font-size: .8125rem; padding-top: .125rem; grid-row: 1 / span 3; }
  .rows tbody td > * { grid-column: 2; justify-self: start; }
  .rows td.number, .rows .number { text-align: start; }
  .rows .buttons { flex-wrap: wrap; }
  .rows .buttons button { min-height: 2.75rem; }
}

.more { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; }
.more-foot:empty { display: none; }
.more > .more-content > .rows, .parts > div > .rows { background: var(--card); border: 1px solid var(--line); border-radius: 1rem; border-collapse: separate; border-spacing: 0; }
.more > .more-content > .rows th:first-child, .parts > div > .rows th:first-child { padding-left: 1.25rem; }
.more > .more-content > .rows :is(th, td):last-child, .parts > div > .rows :is(th, td):last-child { padding-right: 1.25rem; }
@container intake (max-width: 52rem) {
  .more > .more-content > .rows tr, .parts > div > .rows tr { padding-inline: 1rem; }
  .more > .more-content > .rows th:first-child, .parts > div > .rows th:first-child { padding-left: 0; }
}

.entries { display: grid; gap: .625rem; }
.entry { background: var(--card); border: 1px solid var(--line); border-radius: var(--round); padding: .75rem 1rem; display: grid; grid-template-columns: minmax(0, 1fr); gap: .375rem; }
.entry.failed { border-left: 4px solid var(--error); padding-left: calc(1rem - 3px); }
.entry-head { display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: center; }
.entry-head .key { font-weight: 600; }
.entry-head time { margin-left: auto; color: var(--soft); font-size: .875rem; font-variant-numeric: tabular-nums; }
.entry .offer { font: .8125rem/1.4 var(--mono); overflow-wrap: anywhere; }
.entry-foot { font-size: .875rem; overflow-wrap: anywhere; }
.entry .why, .card .why { color: var(--error); overflow-wrap: anywhere; }
.entry .given { font-size: .9375rem; overflow-wrap: anywhere; }
.entry .changes { width: auto; min-width: min(28rem, 100%); }
.entry .changes :is(th, td) { border-bottom: 0; padding-block: .125rem; }
.entry .changes td code { overflow-wrap: anywhere; }
.entry .changes th { white-space: nowrap; overflow-wrap: normal; }
.entry .changes thead th { padding-bottom: 0; }
.card .entries .entry { background: none; }

.life { margin: 0; padding: 0; list-style: none; display: grid; }
.life li { position: relative; padding: 0 0 .75rem 1.5rem; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.life li::before { content: ""; position: absolute; left: .25rem; top: .5rem; width: .625rem; height: .625rem; border-radius: 50%; background: var(--accent); }
.life li::after { content: ""; position: absolute; left: .5rem; top: 1.125rem; bottom: -.5rem; width: 2px; background: var(--line); }
.life li:last-child { padding-bottom: 0; }
.life li:last-child::after { display: none; }
.life time { margin-inline: .375rem; color: var(--soft); }
.life .held::before { background: var(--warning); }
.life li.held { background: none; color: inherit; border-radius: 0; padding: 0 0 .75rem 1.5rem; }
.life .rejected::before, .life .discarded::before { background: var(--error); }
.life .applied::before { background: var(--good); }
.papers { display: grid; gap: .625rem; }
.papers li { display: flex; flex-wrap: wrap; gap: .375rem 1rem; align-items: center; overflow-wrap: anywhere; }
.fields { margin: 0; display: grid; gap: .375rem; }
.fields div { display: grid; grid-template-columns: minmax(9.75rem, 40%) minmax(0, 1fr); gap: .75rem; }
.fields dt { color: var(--soft); font-size: .875rem; overflow-wrap: anywhere; }
.fields dd { overflow-wrap: anywhere; }
`;

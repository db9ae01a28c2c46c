// How do lists look: groups that open, and rows without end?

export const LIST = `
.groups { width: 100%; border-collapse: separate; border-spacing: 0; margin-top: 1rem; background: var(--card); border: 1px solid var(--line); border-radius: var(--round); }
.groups > thead > tr > th { position: sticky; top: 0; z-index: 2; background: var(--card); border-radius: var(--round); text-align: start; font-size: .875rem; font-weight: 600; color: var(--soft); padding: .75rem 1rem; }
.groups > tbody > tr > th, .groups > tbody > tr > td { text-align: start; font-weight: 400; padding: .25rem 1rem; border-top: 1px solid var(--line); vertical-align: middle; }
.groups > thead > tr > .numbers, .groups > tbody > tr > .numbers { text-align: end; font-variant-numeric: tabular-nums; }
.groups .group > .numbers { font-weight: 650; font-size: 1.0625rem; }
.groups .group > th { padding: 0 !important; width: 52%; }
.groups .group { cursor: pointer; }
.groups .group:hover { background: color-mix(in srgb, var(--accent-soft) 45%, transparent); }
.group > .first, .group > .column { color: var(--soft); font-size: .9375rem; font-variant-numeric: tabular-nums; }
.group > .column { overflow-wrap: anywhere; color: var(--ink); }
.opener { width: 100%; justify-content: flex-start; padding: .75rem 1rem; border-radius: .5rem; }
.opener .icon:first-child { color: var(--soft); width: 1rem; height: 1rem; }
.opener[aria-expanded="true"] > .icon:first-child { rotate: 90deg; }
.opener .what { font-weight: 500; }
.groups .panel-row > td { padding: 0 1rem 1.25rem !important; border-top: 0 !important; }
.panel { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; padding-top: .25rem; }
@container intake (max-width: 44rem) {
  .groups, .groups > tbody { display: block; }
  .groups > thead { display: none; }
  .groups .group { display: grid; grid-template-columns: minmax(0, 1fr) auto; column-gap: .75rem; padding: .25rem .75rem .75rem; border-top: 1px solid var(--line); }
  .groups > tbody:first-of-type > .group { border-top: 0; }
  .groups > tbody > .group > * { border: 0; width: auto; padding: 0; }
  .groups .group > th { grid-column: 1 / 3; }
  .opener { display: grid; grid-template-columns: auto auto minmax(0, 1fr); gap: .25rem .5rem; justify-items: start; padding: .625rem 0; }
  .opener .what { grid-column: 1 / 4; }
  .group > .first { grid-column: 1 / 3; }
  .groups .panel-row, .groups .panel-row > td { display: block; }
  .groups .panel-row > td { padding: 0 .75rem 1rem !important; }
}

.browser { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; }
.browser > .items { min-width: 0; container: items / inline-size; }
.count { color: var(--soft); font-size: .9375rem; margin-bottom: .375rem; font-variant-numeric: tabular-nums; min-height: 1.5em; }
.nothing .list { display: none; }
.list { border: 1px solid var(--line); border-radius: var(--round); background: var(--card); overflow: hidden; }
.list:has(.grid:focus-visible) { outline: 3px solid var(--accent); outline-offset: 2px; }
.scroller { height: min(calc(var(--rows, 8) * var(--row-height, 44px) + var(--head, 2.5rem) + 1px), clamp(20rem, 60vh, 46rem)); overflow-y: auto; overflow-x: hidden; position: relative; overflow-anchor: none; }
.view { position: sticky; top: 0; overflow: hidden; }
.grid { display: block; width: 100%; --row-height: 44px; font-size: .9375rem; }
.grid:focus-visible { outline: none; }
.grid thead, .grid tbody { display: block; }
.grid thead { position: relative; z-index: 1; background: var(--card); box-shadow: inset 0 -1px var(--line); }
.grid tr { display: grid; grid-template-columns: var(--columns); align-items: center; column-gap: .75rem; padding-inline: .875rem; }
.grid thead tr { height: 2.5rem; }
.grid tbody tr { height: var(--row-height); cursor: pointer; border-bottom: 1px solid var(--line); }
.grid th { text-align: start; font-size: .8125rem; font-weight: 600; color: var(--soft); padding: 0; }
.grid td { padding: 0; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; min-width: 0; }
.grid tbody tr:hover { background: color-mix(in srgb, var(--accent-soft) 45%, transparent); }
.grid tbody tr[aria-selected="true"] { background: var(--accent-soft); box-shadow: inset 3px 0 var(--accent); }
.grid tbody tr.reactivates { background: var(--reactivate-soft); }
.grid tbody tr.reactivates[aria-selected="true"] { box-shadow: inset 3px 0 var(--reactivate); }
.grid .row-number { text-align: end; font-variant-numeric: tabular-nums; font-weight: 600; }
.grid td.severity .badge { padding-inline: .4rem; }
.grid .key { font-family: var(--mono); font-size: .875rem; }
.grid th.key { font-family: inherit; font-size: .8125rem; }
.coming { color: var(--soft); }
.findings-all { --columns: 5rem 7.25rem minmax(6rem, 1fr) minmax(8rem, 2fr) minmax(5rem, .9fr); }
.findings-of-kind { --columns: 5rem minmax(8rem, 2fr) minmax(5rem, 1fr); }
.plan-rows { --columns: 5rem 10.5rem minmax(6rem, 1fr) minmax(8rem, 2fr); }
.pick { color: var(--soft); }
.side { display: none; }
.side:focus-visible { outline: 3px solid var(--accent); }
@container items (max-width: 46rem) {
  .findings-all, .plan-rows { --row-height: 68px; }
  .findings-all thead, .plan-rows thead { display: none; }
  .findings-all tbody tr, .plan-rows tbody tr { align-content: center; row-gap: .125rem; column-gap: .75rem; }
  .grid:is(.findings-all, .plan-rows) .row-number { grid-column: 1; grid-row: 1; text-align: start; min-width: 2rem; }
  .findings-all { --columns: auto minmax(0, 1fr) fit-content(40%); }
  .findings-all .column { grid-column: 2; grid-row: 1; color: var(--soft); }
  .findings-all .severity { grid-column: 3; grid-row: 1; justify-self: end; }
  .findings-all .what { grid-row: 2; grid-column: 1 / 3; }
  .findings-all .cell-value { grid-row: 2; grid-column: 3; justify-self: end; max-width: 100%; }
  .plan-rows { --columns: auto minmax(0, 1fr) auto; }
  .plan-rows .key { grid-column: 2; grid-row: 1; }
  .plan-rows .decision-name { grid-column: 3; grid-row: 1; }
  .plan-rows .change { grid-column: 1 / 4; grid-row: 2; color: var(--soft); }
}
@container items (max-width: 30rem) {
  .findings-of-kind { --row-height: 68px; --columns: auto minmax(0, 1fr); }
  .findings-of-kind thead, .findings-all .cell-value { display: none; }
  .findings-all .what { grid-column: 1 / 4; }
  .findings-of-kind tbody tr { align-content: center; row-gap: .125rem; }
  .grid.findings-of-kind .row-number { text-align: start; }
  .findings-of-kind .cell-value { grid-column: 2; grid-row: 1; text-align: end; }
  .findings-of-kind .what { grid-column: 1 / 3; grid-row: 2; }
}
`;

// How do the verdict, the tabs and what they hold look?

export const RESULT = `
.result { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.5rem; }
.verdict { --tone: var(--note); --tone-soft: var(--note-soft); background: var(--card); border: 1px solid var(--line); border-radius: 1.25rem; box-shadow: var(--shadow); overflow: hidden; }
.verdict.good { --tone: var(--good); --tone-soft: var(--good-soft); }
.verdict.warning { --tone: var(--warning); --tone-soft: var(--warning-soft); }
.verdict.mixed, .verdict.bad { --tone: var(--error); --tone-soft: var(--error-soft); }
.sentence { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 1.125rem; padding: clamp(1.25rem, 3cqi, 2rem); }
.sentence > div { display: grid; gap: .625rem; justify-items: start; }
.sentence h2 { font-size: clamp(1.3rem, 1rem + 1.6cqi, 1.875rem); letter-spacing: -.015em; }
.sign { display: grid; place-items: center; width: 3rem; height: 3rem; border-radius: 50%; background: var(--tone-soft); color: var(--tone); font-size: 1.25rem; }
.sign .icon { stroke-width: 2.5; }
.bad .sign { background: var(--tone); color: var(--card); }
.facts { color: var(--soft); font-size: .9375rem; display: flex; flex-wrap: wrap; gap: .125rem 1.25rem; }
.facts .name { color: var(--ink); font-weight: 600; overflow-wrap: anywhere; }
.held { background: var(--warning-soft); color: var(--warning); border-radius: var(--round); padding: .625rem .875rem; }
.tiles { display: grid; grid-template-columns: auto minmax(0, 1fr); border-top: 1px solid var(--line); }
.tile-group { padding: 1rem clamp(1.25rem, 3cqi, 2rem) 1.25rem; }
.tile-group + .tile-group { border-left: 1px solid var(--line); }
.tile-group h3 { font-size: .875rem; font-weight: 600; color: var(--soft); margin-bottom: .5rem; }
.tile-row { display: flex; flex-wrap: wrap; gap: .5rem; margin-inline: -.75rem; }
.tile { display: grid; gap: 0; justify-items: start; align-content: start; min-width: 5.5rem; padding: .375rem .75rem .5rem; color: var(--note); }
.tile:hover:not(:disabled) { background: var(--note-soft); }
.tile .number { font-size: 1.625rem; font-weight: 650; line-height: 1.2; font-variant-numeric: tabular-nums; letter-spacing: -.02em; }
.tile .name { font-size: .875rem; color: var(--ink); }
.tile.zero .number { color: var(--soft); font-weight: 400; }
.tile.zero .name { color: var(--soft); }
.tile.error:not(.zero), .tile.end, .tile.missing, .tile.reject:not(.zero) { color: var(--error); }
.tile.warning:not(.zero), .tile.payment { color: var(--warning); }
.tile.create:not(.zero), .tile.createCustomer { color: var(--good); }
.tile.update { color: var(--accent); }
.tile.reactivate { color: var(--reactivate); background: var(--reactivate-soft); }
@container intake (max-width: 44rem) {
  .tiles { grid-template-columns: minmax(0, 1fr); }
  .tile-group + .tile-group { border-left: 0; border-top: 1px solid var(--line); }
  .sentence { grid-template-columns: minmax(0, 1fr); }
}

.about-file { background: var(--card); border: 1px solid var(--line); border-radius: var(--round); padding: 1.125rem 1.25rem; display: grid; gap: .875rem; }
.about-file ul { display: grid; gap: 1.25rem; }
.tabs { display: flex; gap: .25rem; border-bottom: 1px solid var(--line); overflow-x: auto; padding: 3px 3px 0; margin: -3px -3px 0; scrollbar-width: none; }
.tabs button { border-radius: .625rem .625rem 0 0; padding: .625rem 1rem; color: var(--soft); font-weight: 600; white-space: nowrap; border-bottom: 3px solid transparent; }
.tabs button:hover { color: var(--accent); }
.tabs [aria-selected="true"] { color: var(--accent); border-bottom-color: var(--accent); }
.tabs button:focus-visible { outline-offset: -2px; }
.tab-count { font-size: .8125rem; font-weight: 600; background: var(--note-soft); color: var(--note); border-radius: 1rem; padding: 0 .5rem; font-variant-numeric: tabular-nums; }
.tab-panel { padding-top: 1.25rem; min-height: 12rem; }
.all-good { display: flex; gap: .625rem; align-items: center; color: var(--good); font-weight: 600; }

.switcher { border: 1px solid var(--edge); border-radius: .75rem; padding: .1875rem; margin: 0; display: inline-flex; background: var(--card); }
.switcher label { position: relative; cursor: pointer; }
.switcher input, .chips input { position: absolute; opacity: 0; inset: 0; width: 100%; height: 100%; margin: 0; cursor: pointer; }
.switcher span { display: block; padding: .375rem .875rem; border-radius: .5rem; font-size: .9375rem; font-weight: 600; }
.switcher input:checked + span { background: var(--accent); color: var(--accent-ink); }
.switcher input:focus-visible + span, .chips input:focus-visible + span { outline: 3px solid var(--accent); outline-offset: 3px; }

.chips { border: 0; padding: 0; margin: 0; display: flex; flex-wrap: wrap; gap: .5rem; }
.chip { position: relative; --tone: var(--note); --tone-soft: var(--note-soft); }
.chip span { display: block; padding: .4375rem .875rem; border-radius: 2rem; border: 1px solid var(--edge); background: var(--card); color: var(--tone); font-size: .9375rem; font-weight: 500; }
.chip b { font-variant-numeric: tabular-nums; margin-left: .25rem; }
.chip input:checked + span { background: var(--tone); border-color: var(--tone); color: var(--card); }
.chip.end, .chip.missing, .chip.reject { --tone: var(--error); }
.chip.reactivate { --tone: var(--reactivate); --tone-soft: var(--reactivate-soft); }
.chip.reactivate span { background: var(--reactivate-soft); border-color: var(--reactivate); }
.chip.payment { --tone: var(--warning); }
.chip.update { --tone: var(--accent); }
.chip.create, .chip.createCustomer { --tone: var(--good); }
.plan { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; }
.plan .filters { margin: 0; }
.basis { border-left: 4px solid var(--accent); background: var(--card); border-radius: 0 var(--round) var(--round) 0; padding: .875rem 1.125rem; display: grid; gap: .375rem; }
.basis:not(.exact) { border-color: var(--warning); }
.basis ul { list-style: disc; padding-left: 1.25rem; color: var(--soft); max-width: 52rem; }
.means { color: var(--soft); }
.means:empty { display: none; }

.downloads { display: grid; border: 1px solid var(--line); border-radius: var(--round); background: var(--card); }
.downloads li { display: flex; flex-wrap: wrap; gap: .75rem 2rem; align-items: center; justify-content: space-between; padding: 1.125rem 1.25rem; }
.downloads li + li { border-top: 1px solid var(--line); }
.downloads li > div:first-child { flex: 1 1 22rem; }
.downloads p { color: var(--soft); max-width: 46rem; }
.state { font-size: .9375rem; overflow-wrap: anywhere; }
.state:empty { display: none; }
.upload { display: grid; gap: 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: var(--round); padding: clamp(1.25rem, 3cqi, 2rem); }
.upload > p { max-width: 46rem; overflow-wrap: anywhere; }
`;

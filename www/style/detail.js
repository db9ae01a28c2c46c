// How does one finding, one row of the plan, one record look?

export const DETAIL = `
.side, .sheet { overflow-wrap: anywhere; }
/* A value that turns the direction of reading turns only its own. */
.value, .strip td, .strip th, .raw pre, .grid td, .header, .changes td { unicode-bidi: isolate; }
.side > *, .sheet > * { margin-bottom: 1rem; }
.side > :last-child, .sheet > :last-child { margin-bottom: 0; }
.kicker { font-size: .875rem; font-weight: 600; color: var(--accent); margin-bottom: .25rem !important; }
.place { display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: center; color: var(--soft); font-size: .9375rem; }
.place .letter + .header { margin-left: -.35rem; }
.place .header { color: var(--ink); font-weight: 600; }
.place .value { white-space: pre-wrap; color: var(--ink); }
.reasons { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(15rem, 100%), 1fr)); gap: .75rem 1.5rem; }
.reasons dt { font-size: .8125rem; font-weight: 600; color: var(--soft); }
.reasons .todo dd { font-weight: 600; }
.finding { border-left: 3px solid var(--line); padding-left: .875rem; }
.finding-what { font-weight: 600; }
.note-line { background: var(--good-soft); color: var(--good); border-radius: .5rem; padding: .5rem .75rem; }
.record figcaption { font-size: .8125rem; font-weight: 600; color: var(--soft); margin-bottom: .375rem; }
.strip { overflow-x: auto; border: 1px solid var(--edge); border-radius: .5rem; position: relative; }
.strip table { border-collapse: separate; border-spacing: 0; font-size: .875rem; }
.strip th, .strip td { border-right: 1px solid var(--line); border-bottom: 1px solid var(--line); padding: .375rem .625rem; text-align: start; white-space: pre; max-width: 18rem; overflow: hidden; text-overflow: ellipsis; overflow-wrap: normal; }
.strip tbody tr > * { border-bottom: 0; }
.strip .letters > * { background: var(--note-soft); color: var(--note); font: 600 .75rem/1.3 var(--mono); text-align: center; padding-block: .1875rem; }
.strip [scope="row"], .strip .letters > :first-child { position: sticky; left: 0; background: var(--note-soft); color: var(--note); font-weight: 600; font-variant-numeric: tabular-nums; text-align: end; }
.strip .headers th[scope="col"] { font-weight: 600; }
.strip .marked { --tone: var(--note); --tone-soft: var(--note-soft); background: var(--tone-soft); box-shadow: inset 0 0 0 2px var(--tone); font-weight: 600; min-width: 5rem; }
.strip .marked.error { --tone: var(--error); --tone-soft: var(--error-soft); }
.strip .marked.warning { --tone: var(--warning); --tone-soft: var(--warning-soft); }
.mending { border: 1px solid var(--line); border-radius: var(--round); background: var(--card); padding: 1rem 1.25rem; margin-block: 1rem; display: grid; gap: .625rem; }
.mending .soft { color: var(--soft); font-size: .875rem; }
.mapping { border: 1px solid var(--line); border-radius: var(--round); background: var(--card); padding: .75rem 1.25rem; margin-block: 1rem; }
.mapping summary { font-weight: 600; }
.mapping form, .mapping-fields { display: grid; gap: .75rem; margin-block: .75rem; }
.fix { background: var(--note-soft); border-radius: .5rem; padding: .75rem; display: grid; gap: .5rem; }
.fix dl { display: grid; gap: .375rem; }
.fix dt { font-size: .8125rem; font-weight: 600; color: var(--soft); }
.edit { border-top: 1px solid var(--line); padding-top: 1rem; display: grid; gap: .625rem; }
.edit h5 { margin: 0; font-size: 1rem; }
.edits li { display: flex; align-items: center; justify-content: space-between; gap: .75rem; }
.raw summary { font-size: .875rem; color: var(--soft); padding: .25rem; }
.raw pre { font: .8125rem/1.6 var(--mono); background: var(--note-soft); border-radius: .5rem; padding: .75rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 16rem; }
.changes { width: 100%; border-collapse: collapse; font-size: .9375rem; }
.changes caption { text-align: start; font-size: .8125rem; font-weight: 600; color: var(--soft); padding-bottom: .25rem; }
.changes th, .changes td { text-align: start; vertical-align: top; padding: .4375rem .75rem .4375rem 0; border-bottom: 1px solid var(--line); font-weight: 400; }
.changes thead th { font-size: .8125rem; color: var(--soft); }
.changes tbody th { font-weight: 600; overflow-wrap: normal; }
.changes .old { color: var(--soft); }
.changes .new { font-weight: 600; }
@container intake (min-width: 56rem) {
  .browser { grid-template-columns: minmax(0, 1.35fr) minmax(22rem, 1fr); }
  .side { display: block; border: 1px solid var(--line); border-radius: var(--round); background: var(--card); padding: 1.25rem; margin-top: 1.875rem; max-height: clamp(20rem, 60vh, 46rem); overflow: auto; align-self: start; }
  .browser.nothing { grid-template-columns: minmax(0, 1fr); }
  .browser.nothing .side { display: none; }
}
`;

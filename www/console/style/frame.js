// How do the frame, the ways from view to view, and the cards look?

export const FRAME = `
a { color: var(--accent); text-underline-offset: .2em; text-decoration-thickness: 1px; }
a:hover { text-decoration-thickness: 2px; }
.faint { color: var(--soft); }
h2 { font-size: clamp(1.375rem, 1.1rem + 1.2cqi, 1.75rem); letter-spacing: -.015em; overflow-wrap: anywhere; }
/* It is no control: whoever lands on it by keyboard is shown where that is, and no more. */
h2[tabindex]:focus-visible { outline: none; text-decoration: underline 3px var(--accent); text-underline-offset: .25em; }
h3 { font-size: 1.0625rem; }
h4 { font-size: 1rem; }

.frame { display: grid; grid-template-columns: 13.5rem minmax(0, 1fr); gap: 2rem; align-items: start; }
.frame.alone { grid-template-columns: minmax(0, 1fr); }
.stage-column, .parts { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.25rem; }
.side-column { position: sticky; top: 1rem; }
.side-nav { display: grid; gap: 1.25rem; }
.side-nav ul { display: grid; gap: .125rem; }
.side-nav nav a { display: flex; align-items: center; justify-content: space-between; gap: .5rem; min-height: 2.5rem; padding: .375rem .75rem; border-radius: .625rem; color: var(--ink); text-decoration: none; font-weight: 500; }
.side-nav nav a:hover { background: var(--accent-soft); color: var(--accent); }
.side-nav nav a[aria-current] { background: var(--accent-soft); color: var(--accent); font-weight: 650; box-shadow: inset 3px 0 var(--accent); }
.nav-count { min-width: 1.5rem; padding: 0 .4rem; border-radius: 1rem; background: var(--warning); color: var(--card); font-size: .8125rem; font-weight: 650; text-align: center; font-variant-numeric: tabular-nums; }
.find input { width: 100%; }
.find .filter label { padding-inline: .125rem; }
.who { border-top: 1px solid var(--line); padding-top: 1rem; display: grid; gap: .375rem; justify-items: start; font-size: .875rem; overflow-wrap: anywhere; }
.who .quiet { margin-left: -.625rem; min-height: 2.25rem; padding-block: .25rem; }

.view-head { display: flex; flex-wrap: wrap; gap: .75rem 1.5rem; align-items: center; justify-content: space-between; }
.view-head h2 { flex: 1 1 14rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 1rem; padding: 1.125rem clamp(1rem, 2cqi, 1.5rem) 1.25rem; display: grid; grid-template-columns: minmax(0, 1fr); gap: .875rem; align-content: start; }
.card > h3 { overflow-wrap: anywhere; }
.pair-of-cards { align-items: start; display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); gap: 1.25rem; }
.card > p, .held { overflow-wrap: anywhere; }

.verdict-words { width: 100%; }
.alarms { display: grid; gap: .375rem; width: 100%; }
.alarms li { display: flex; flex-wrap: wrap; gap: .125rem 1rem; justify-content: space-between; border-top: 1px solid var(--line); padding-top: .375rem; overflow-wrap: anywhere; }
.alarms li > span { flex: 1 1 20rem; }
.alarms .grave { color: var(--error); font-weight: 600; }
.verdict.bad .sign { background: var(--tone); color: var(--card); }

.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(8rem, 100%), 1fr)); gap: .875rem 1.25rem; margin: 0; }
.figure { min-width: 0; }
.figure dt { font-size: .8125rem; color: var(--soft); }
.figure dd { font-weight: 600; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.figure.warning dd { color: var(--warning); }
.figure:has(.hash) { grid-column: 1 / -1; }
.figure code { font-weight: 400; }
.counts { display: flex; flex-wrap: wrap; gap: .375rem; align-items: center; }
.badge.good { color: var(--good); background: var(--good-soft); }
.badge b { font-variant-numeric: tabular-nums; font-weight: 700; }
.badge.unchanged { color: var(--soft); }
.card progress { width: 8rem; height: .5rem; }
.will { display: grid; gap: .25rem; }
.will li { --tone: var(--soft); padding-left: .75rem; border-left: 4px solid var(--tone); }
.will .end, .will .missing, .will .reject { --tone: var(--error); }
.will .reactivate { --tone: var(--reactivate); }
.will .payment { --tone: var(--warning); }
.will .update { --tone: var(--accent); }
.will .create, .will .createCustomer { --tone: var(--good); }
.will .end, .will .reactivate, .will .missing { font-weight: 650; }

.lost { display: flex; gap: .5rem; align-items: center; background: var(--warning-soft); color: var(--warning); border-radius: var(--round); padding: .625rem .875rem; }
.note { position: fixed; inset: auto 1rem 1rem auto; max-width: min(28rem, calc(100vw - 2rem)); display: flex; gap: .625rem; align-items: center; padding: .75rem 1rem; border-radius: var(--round); background: var(--ink); color: var(--paper); box-shadow: 0 8px 30px rgb(0 0 0 / .3); z-index: 5; overflow-wrap: anywhere; }
.trouble { display: grid; gap: .5rem; justify-items: start; }

@container intake (max-width: 60rem) {
  .frame { grid-template-columns: minmax(0, 1fr); gap: 1.25rem; }
  .side-column { position: static; }
  .side-nav { gap: .875rem; grid-template-columns: minmax(0, 1fr) auto; align-items: end; }
  .side-nav nav { grid-column: 1 / -1; }
  .side-nav nav ul { display: flex; flex-wrap: wrap; gap: .25rem; }
  .side-nav nav a { min-height: 2.75rem; padding-inline: .75rem; border: 1px solid var(--line); background: var(--card); }
  .side-nav nav a[aria-current] { box-shadow: inset 0 -3px var(--accent); border-color: var(--accent); background: var(--accent-soft); }
  .who { border: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 0 .75rem; align-items: center; justify-content: end; max-width: 20rem; }
  .who .faint { display: none; }
}
@container intake (max-width: 36rem) {
  .side-nav { grid-template-columns: minmax(0, 1fr); }
  .who { max-width: none; justify-content: space-between; }
}
`;

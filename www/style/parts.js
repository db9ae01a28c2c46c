// How do the small parts look: words, buttons, fields, badges?

export const PARTS = `
h2, h3, h4, p, ul, dl, dd, figure, pre { margin: 0; }
ul { padding: 0; list-style: none; }
h2, h3, h4 { font-weight: 650; line-height: 1.25; text-wrap: balance; }
.display { font-size: clamp(1.75rem, 1.2rem + 2.4vw, 2.5rem); letter-spacing: -.02em; }
h2 { font-size: 1.25rem; letter-spacing: -.01em; }
h3 { font-size: 1rem; }
h4 { font-size: 1.125rem; }
:focus { outline: none; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
h2:focus-visible, .tab-panel:focus-visible, .side:focus-visible { outline-offset: 4px; border-radius: .25rem; }
code { font-family: var(--mono); font-size: .9em; }
small { font-size: .875rem; color: var(--soft); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.icon { width: 1.25em; height: 1.25em; flex: none; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; vertical-align: -.25em; }
.empty { color: var(--soft); font-style: italic; }
.trouble { background: var(--error-soft); color: var(--error); padding: .75rem 1rem; border-radius: var(--round); overflow-wrap: anywhere; }

button, select, input, textarea { font: inherit; color: inherit; }
button { cursor: pointer; display: inline-flex; align-items: center; justify-content: center; gap: .5rem; min-height: 2.75rem; border-radius: .625rem; border: 1px solid transparent; padding: .5rem 1rem; background: none; text-align: start; }
button:disabled { cursor: default; }
.strong { background: var(--accent); color: var(--accent-ink); font-weight: 600; padding-inline: 1.25rem; }
.strong:hover:not(:disabled) { background: color-mix(in srgb, var(--accent) 88%, var(--ink)); }
.strong:disabled, .plain:disabled { opacity: .55; }
.plain { background: var(--card); border-color: var(--edge); font-weight: 500; }
.plain:hover:not(:disabled) { border-color: var(--accent); color: var(--accent); }
.quiet { color: var(--soft); padding: .5rem .625rem; }
.quiet:hover { color: var(--accent); background: var(--accent-soft); }
.buttons { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; }
.closer { position: sticky; top: 0; float: right; margin: -.25rem -.25rem 0 0; z-index: 1; }

input, select, textarea { background: var(--card); border: 1px solid var(--edge); border-radius: .625rem; padding: .5rem .75rem; min-height: 2.75rem; max-width: 100%; }
input[type="checkbox"], input[type="radio"] { accent-color: var(--accent); min-height: 0; width: 1.15rem; height: 1.15rem; flex: none; }
textarea { width: 100%; font: .875rem/1.5 var(--mono); white-space: pre; resize: vertical; }
.field { display: grid; gap: .25rem; max-width: 26rem; }
.field label { font-weight: 600; }
.tick { display: flex; gap: .75rem; align-items: flex-start; max-width: 44rem; }
.tick input { margin-top: .2rem; }
.filters { display: flex; flex-wrap: wrap; gap: .75rem 1rem; align-items: flex-end; margin-block: 1rem; }
.filter { display: grid; gap: .25rem; }
.filter label { font-size: .875rem; color: var(--soft); }
.filters .wide { flex: 1 1 16rem; max-width: 28rem; }
.filters select { min-width: 9rem; max-width: 17rem; }

.badge { display: inline-flex; align-items: center; gap: .3rem; padding: .1rem .55rem .1rem .4rem; border-radius: 1rem; font-size: .8125rem; font-weight: 600; line-height: 1.4; white-space: nowrap; color: var(--note); background: var(--note-soft); vertical-align: .08em; }
.badge .icon { width: 1.05em; height: 1.05em; stroke-width: 2.75; }
.badge.decision { padding-inline: .6rem; }
.badge.error, .badge.end, .badge.missing { color: var(--error); background: var(--error-soft); }
.badge.warning, .badge.payment { color: var(--warning); background: var(--warning-soft); }
.badge.create, .badge.createCustomer { color: var(--good); background: var(--good-soft); }
.badge.reactivate { color: var(--reactivate); background: var(--reactivate-soft); }
.badge.update { color: var(--accent); background: var(--accent-soft); }
.badge.reject { color: var(--card); background: var(--error); }

.letter { display: inline-block; min-width: 1.5rem; padding: 0 .35rem; border-radius: .3rem; background: var(--note-soft); color: var(--note); font: 600 .8125rem/1.5 var(--mono); text-align: center; }
.letter + .header { margin-left: .4rem; }
.value { background: var(--note-soft); border-radius: .3rem; padding: .05rem .35rem; white-space: pre; }

dialog { border: 0; text-align: start; border-radius: 1rem; padding: 1.5rem; color: var(--ink); background: var(--card); box-shadow: 0 20px 60px rgb(0 0 0 / .35); max-width: min(46rem, calc(100vw - 2rem)); width: 100%; }
dialog::backdrop { background: rgb(10 20 25 / .5); }
dialog.large { max-width: min(68rem, calc(100vw - 2rem)); height: calc(100vh - 4rem); }
dialog.large[open] { display: flex; flex-direction: column; }
dialog.large .closer { position: absolute; top: 1rem; right: 1rem; float: none; }
dialog.sheet { margin: auto auto 0; max-width: 100vw; max-height: 88vh; border-radius: 1rem 1rem 0 0; padding: 1.25rem 1.25rem 2rem; }
dialog.paste form { display: grid; gap: 1rem; }
dialog.paste .buttons { justify-content: flex-end; }
@media (prefers-reduced-motion: no-preference) {
  button, .tile, .drop { transition: background-color .12s, border-color .12s, color .12s; }
  .opener .icon:first-child { transition: rotate .15s; }
  dialog[open] { animation: rise .18s ease-out; }
  @keyframes rise { from { opacity: 0; translate: 0 1rem; } }
}
`;

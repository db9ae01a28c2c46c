// How do the beginning, the progress and the frame around them look?

export const START = `
.body { padding-block: .5rem; }
.start { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.75rem; max-width: 56rem; margin: 0 auto; }
.hero { display: grid; gap: .75rem; margin-block: clamp(.5rem, 3cqi, 2.25rem) .25rem; }
.lead { font-size: 1.125rem; color: var(--soft); max-width: 42rem; text-wrap: pretty; }
.drop { display: grid; justify-items: center; gap: .5rem; text-align: center; padding: clamp(2rem, 6cqi, 3.75rem) 1.25rem; background: var(--card); border: 2px dashed var(--edge); border-radius: 1.25rem; box-shadow: var(--shadow); }
.drop-sign { display: grid; place-items: center; width: 4rem; height: 4rem; border-radius: 50%; background: var(--accent-soft); color: var(--accent); font-size: 1.5rem; margin-bottom: .5rem; }
.drop-title { font-size: 1.375rem; font-weight: 650; letter-spacing: -.01em; }
.drop-kinds { color: var(--soft); max-width: 30rem; text-wrap: balance; }
.drop .buttons { margin-top: 1.25rem; justify-content: center; }
.veil { position: absolute; inset: 0; display: none; place-items: center; z-index: 5; border: 3px solid var(--accent); border-radius: 1.25rem; background: color-mix(in srgb, var(--accent-soft) 88%, transparent); color: var(--accent); font-size: 1.5rem; font-weight: 650; pointer-events: none; }
:host([data-dragging]) .veil { display: grid; }

.template { display: flex; flex-wrap: wrap; gap: 1rem 2rem; align-items: center; justify-content: space-between; }
.template p { color: var(--soft); }
.template h2 { font-size: 1.0625rem; }
.settings { border: 1px solid var(--line); border-radius: var(--round); background: var(--card); }
summary { cursor: pointer; border-radius: .5rem; }
.settings > summary { padding: .875rem 1.125rem; font-weight: 600; }
.settings > :not(summary) { margin-inline: 1.125rem; }
.settings > p { color: var(--soft); margin-bottom: 1.25rem; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(17rem, 100%), 1fr)); gap: 1.5rem 2rem; padding-bottom: 1.25rem; }
.pair section { display: grid; gap: .5rem; align-content: start; justify-items: start; }
.pair p, .fetch p { color: var(--soft); font-size: .9375rem; }
.loaded { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem .5rem; color: var(--good); font-weight: 600; overflow-wrap: anywhere; }
.loaded:empty { display: none; }
.fetch { border-top: 1px solid var(--line); padding-block: 1.25rem; display: grid; gap: .75rem; }

.files { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start; padding-block: .25rem 1rem; }
.files .buttons { gap: .5rem; margin-left: auto; }
.files ul { flex: 1 1 30rem; display: flex; flex-wrap: wrap; gap: .5rem; }
.files li { display: flex; border: 1px solid var(--line); border-radius: .625rem; background: var(--card); max-width: 100%; }
.files li:has([aria-current]) { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
.files .file { display: grid; grid-template-columns: auto minmax(0, 1fr); column-gap: .6rem; row-gap: 0; padding: .375rem .25rem .375rem .75rem; }
.files .file .icon { grid-row: 1 / 3; align-self: center; color: var(--soft); }
.files .good .icon:first-child { color: var(--good); }
.files .warning .file .icon { color: var(--warning); }
.files .mixed .file .icon, .files .bad .file .icon, .files .failed .file .icon { color: var(--error); }
.file-name { font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; max-width: 18rem; }
.file-state { font-size: .8125rem; color: var(--soft); }

.progress { background: var(--card); border: 1px solid var(--line); border-radius: 1.25rem; box-shadow: var(--shadow); padding: clamp(1.25rem, 4cqi, 2.5rem); max-width: 56rem; margin: clamp(.5rem, 4cqi, 3rem) auto; display: grid; gap: 1.25rem; }
.progress-head { display: flex; gap: 1rem; justify-content: space-between; align-items: baseline; }
.progress h2 { overflow-wrap: anywhere; }
.percent { font-size: 1.25rem; font-weight: 650; font-variant-numeric: tabular-nums; color: var(--accent); }
progress { appearance: none; width: 100%; height: .625rem; border: 0; border-radius: 1rem; background: var(--accent-soft); overflow: hidden; }
progress::-webkit-progress-bar { background: var(--accent-soft); }
progress::-webkit-progress-value { background: var(--accent); border-radius: 1rem; }
progress::-moz-progress-bar { background: var(--accent); border-radius: 1rem; }
.progress dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: 1rem; }
.progress dt { color: var(--soft); font-size: .875rem; }
.progress dl div { display: flex; flex-direction: column-reverse; }
.progress dd { font-size: 1.375rem; font-weight: 600; font-variant-numeric: tabular-nums; }

.privacy { margin-block: 1.75rem .5rem; border-top: 1px solid var(--line); padding-top: 1rem; }
.privacy summary { display: flex; gap: .75rem; align-items: start; padding: .25rem; color: var(--good); list-style: none; }
.privacy summary::-webkit-details-marker { display: none; }
.privacy .icon { margin-top: .15rem; }
.privacy strong { margin-right: .5rem; }
.privacy .how { color: var(--soft); text-decoration: underline; text-underline-offset: .2em; }
.privacy ul { padding: .75rem .25rem .25rem 2.25rem; display: grid; gap: .375rem; color: var(--soft); list-style: disc; max-width: 48rem; }

.field-table { overflow: auto; flex: 1; min-height: 0; }
.field-table table { width: 100%; border-collapse: collapse; font-size: .9375rem; }
.field-table thead th { position: sticky; top: 0; background: var(--card); box-shadow: inset 0 -1px var(--edge); color: var(--soft); font-size: .875rem; }
.field-table th, .field-table td { text-align: start; vertical-align: top; padding: .625rem .75rem .625rem 0; border-bottom: 1px solid var(--line); font-weight: 400; overflow-wrap: anywhere; min-width: 7rem; }
.field-table td small { display: block; margin-top: .125rem; }
.field-table .table-name th { font-weight: 650; padding-top: 1.5rem; }
@media (max-width: 44rem) {
  .field-table table, .field-table tbody, .field-table tr, .field-table th, .field-table td { display: block; border: 0; padding: 0; }
  .field-table thead { display: none; }
  .field-table tr { padding-block: .75rem; border-bottom: 1px solid var(--line); display: grid; gap: .125rem; }
  .field-table .table-name { border: 0; padding-bottom: 0; }
}
.required { display: inline-block; margin-left: .5rem; font-size: .8125rem; font-weight: 600; color: var(--accent); }
`;

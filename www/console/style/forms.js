// How do the ways in, the questions and the forms look?

export const FORMS = `
.welcome { max-width: 34rem; margin: clamp(1rem, 6cqi, 4rem) auto; display: grid; gap: 1rem; }
.lead { font-size: 1.0625rem; color: var(--soft); }
.sign-in { background: var(--card); border: 1px solid var(--line); border-radius: 1.25rem; box-shadow: var(--shadow); padding: clamp(1.25rem, 4cqi, 2rem); display: grid; gap: 1rem; }
.sign-in .field { max-width: none; }
.sign-in .field input { font-family: var(--mono); }
.field input, .field textarea, .field select { width: 100%; }
[aria-invalid="true"] { border-color: var(--error); box-shadow: inset 0 0 0 1px var(--error); }
.button { display: inline-flex; align-items: center; justify-content: center; gap: .5rem; min-height: 2.75rem; border-radius: .625rem; border: 1px solid transparent; padding: .5rem 1rem; text-decoration: none; }
.button.plain { color: var(--ink); border-color: var(--edge); }
.strong.danger { background: var(--error); color: var(--card); }
.strong.danger:hover:not(:disabled) { background: color-mix(in srgb, var(--error) 88%, var(--ink)); }
.filters { margin-block: 0; }
.filters .filter input, .filters .filter select { width: 100%; min-width: 9rem; max-width: none; }
form.filters { background: var(--card); border: 1px solid var(--line); border-radius: 1rem; padding: 1rem 1.25rem; display: grid; grid-template-columns: repeat(auto-fill, minmax(min(14rem, 100%), 1fr)); align-items: end; }
form.filters .buttons { grid-column: 1 / -1; }
.question { display: none; gap: 1rem; }
.question[open] { display: grid; }
.question h3 { font-size: 1.25rem; }
.question .buttons { justify-content: flex-end; }
.question > p { overflow-wrap: anywhere; }
fieldset { border: 0; margin: 0; padding: 0; min-width: 0; }
.offer-form > fieldset { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.375rem; max-width: 46rem; }
.offer-form .field { max-width: 34rem; }
.offer-form legend { font-weight: 600; padding: 0; margin-bottom: .375rem; }
.offer-form textarea { white-space: pre-wrap; }
.mono { font-family: var(--mono); }
.choices { display: grid; gap: .625rem; }
.choice { display: flex; gap: .75rem; align-items: flex-start; border: 1px solid var(--line); border-radius: var(--round); padding: .75rem 1rem; }
.choice:has(:checked) { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
.choice input { margin-top: .2rem; }
.choice label { font-weight: 600; }
.choice p { font-size: .9375rem; }
.method-list { display: grid; grid-template-columns: repeat(auto-fill, minmax(11.5rem, 1fr)); gap: .5rem 1rem; }
.pair-of-fields { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(14rem, 100%), 1fr)); gap: 1.375rem; align-items: start; }
.wrong { color: var(--error); font-weight: 600; }
input[readonly] { background: var(--note-soft); }
`;

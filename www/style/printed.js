// How does the page look that is printed and passed on?

export const PRINTED = `
:root { color-scheme: light dark; }
body { font: 11pt/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .75rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
.verdict { font-size: 1.2rem; font-weight: 600; border-left: .4rem solid #785003; padding: .5rem 1rem; margin: 0 0 1rem; }
.verdict.good { border-color: #17663a; }
.verdict.mixed, .verdict.bad { border-color: #a3261d; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.25rem; margin: 0 0 1.25rem; }
dt { opacity: .75; }
dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; margin: 0 0 2rem; font-size: .92em; }
table.counts { width: auto; }
caption { text-align: left; font-weight: 600; font-size: 1.1rem; padding-bottom: .4rem; }
small { font-weight: 400; opacity: .75; }
th, td { text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid #9996; unicode-bidi: isolate; }
th { white-space: nowrap; }
.counts th { font-weight: 400; }
.counts td { text-align: right; font-variant-numeric: tabular-nums; }
code { font-family: ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
@media print {
  :root { color-scheme: light; }
  body { margin: 0; max-width: none; padding: 0; font-size: 9pt; }
  thead { display: table-header-group; }
  tr { break-inside: avoid; }
}
`;

// How does the page look on paper? The verdict, the kinds of findings and the plan's counts; lists without end are for the
// report that can be downloaded.

export const PRINT = `
@media print {
  :host { background: none; color: #000; font-size: 10pt; }
  .top, .bottom, .tabs, .switcher, .browser, .filters, .chips, .means, .settings, .buttons, .opener .icon:first-child { display: none !important; }
  .verdict, .groups, .about-file, .basis { box-shadow: none; border-color: #999; break-inside: avoid; }
  .groups { break-inside: auto; }
  .groups > tbody { break-inside: avoid; }
  .groups > thead > tr > th { position: static; }
  .groups .panel-row[hidden] { display: table-row !important; }
  .tile { background: none !important; }
}
`;

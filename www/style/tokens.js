// Which colours and measures does everything use?
// `light-dark()` follows the `color-scheme` of the page around, so that the checker is never dark on a light page.

export const TOKENS = `
:host {
  --paper: #faf9f6; --card: #ffffff; --ink: #1a2226; --soft: #55616a; --line: #e3e1db; --edge: #8b9499;
  --accent: #0e5a6b; --accent-ink: #ffffff; --accent-soft: #e4eff1;
  --good: #17663a; --good-soft: #e6f3ea; --error: #a3261d; --error-soft: #fbeae7;
  --warning: #785003; --warning-soft: #fcf1da; --note: #44566a; --note-soft: #ebeff3;
  --reactivate: #6a2c9e; --reactivate-soft: #f2e8fa;
  --shadow: 0 1px 2px rgb(20 30 35 / .05), 0 6px 24px rgb(20 30 35 / .06);
}
@supports (color: light-dark(#000, #fff)) {
  :host {
    --paper: light-dark(#faf9f6, #12171a); --card: light-dark(#ffffff, #1a2125); --ink: light-dark(#1a2226, #e9eceb);
    --soft: light-dark(#55616a, #a9b4ba); --line: light-dark(#e3e1db, #2d373c); --edge: light-dark(#8b9499, #6d7b82);
    --accent: light-dark(#0e5a6b, #7fcad9); --accent-ink: light-dark(#ffffff, #06242b);
    --accent-soft: light-dark(#e4eff1, #17343b);
    --good: light-dark(#17663a, #7fd09b); --good-soft: light-dark(#e6f3ea, #17301f);
    --error: light-dark(#a3261d, #ff9b8f); --error-soft: light-dark(#fbeae7, #3b1c19);
    --warning: light-dark(#785003, #ecc26b); --warning-soft: light-dark(#fcf1da, #352a12);
    --note: light-dark(#44566a, #b3c3d3); --note-soft: light-dark(#ebeff3, #232d36);
    --reactivate: light-dark(#6a2c9e, #d3a8f5); --reactivate-soft: light-dark(#f2e8fa, #2f2040);
    --shadow: 0 1px 2px light-dark(rgb(20 30 35 / .05), rgb(0 0 0 / .3)), 0 6px 24px light-dark(rgb(20 30 35 / .06), rgb(0 0 0 / .25));
  }
}
:host {
  display: block; position: relative; color: var(--ink); background: var(--paper); container: intake / inline-size;
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; text-align: start;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Consolas, "Liberation Mono", monospace; --round: .75rem;
}
:host([hidden]) { display: none; }
*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
`;

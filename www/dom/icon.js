// Which little pictures are there?
// They are lines in the colour of the text around them, and never the only bearer of a meaning.

const SHAPES = /** @type {const} */ ({
  good: 'M5 12.5l4.5 4.5L19 7.5',
  error: 'M7 7l10 10M17 7L7 17',
  warning: 'M12 6v7M12 17v.5',
  note: 'M12 7v.5M12 11v6.5',
  file: 'M7 3h7l4 4v14H7zM14 3v4h4',
  drop: 'M12 4v11M7.5 10.5L12 15l4.5-4.5M5 20h14',
  up: 'M12 20V9M7.5 13.5L12 9l4.5 4.5M5 4h14',
  paste: 'M9 4h6v3H9zM9 5H6v16h12V5h-3M9 12h6M9 16h6',
  shield: 'M12 3l7 3v5c0 5-3 8.5-7 10-4-1.5-7-5-7-10V6zM9 12l2.2 2.2L15.2 10',
  open: 'M9 6l6 6-6 6',
  close: 'M7 7l10 10M17 7L7 17',
  again: 'M19 8a7.5 7.5 0 1 0 .6 6M19 4v4h-4',
});

/** @typedef {keyof typeof SHAPES} IconName */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * @param {IconName} name
 * @returns {SVGSVGElement}
 */
export function icon(name) {
  const svg = /** @type {SVGSVGElement} */ (document.createElementNS(SVG, 'svg'));
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', SHAPES[name]);
  svg.append(path);
  return svg;
}

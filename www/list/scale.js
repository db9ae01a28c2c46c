// Which row does a scroll bar mean when there are more rows than a page can be high?
// Browsers cap an element's height between 16 and 33 million pixels. Up to our own cap a pixel is a pixel; beyond it
// the bar only points, and small steps move by real pixels, so that every row can be reached.

/** The highest that the scrolled content is made. */
export const MOST_PIXELS = 8_000_000;

/**
 * The measures of a list: how high its rows are together, and how high they are made.
 *
 * @param {number} total rows
 * @param {number} rowHeight pixels of one
 * @param {number} viewHeight pixels that are seen at once
 */
export function scaleOf(total, rowHeight, viewHeight) {
  const real = total * rowHeight;
  const made = Math.min(real, MOST_PIXELS);
  const realRange = Math.max(0, real - viewHeight);
  const madeRange = Math.max(0, made - viewHeight);
  return {
    /** Pixels that the scrolled element gets. */
    made,
    /** Is the bar only a pointer? */
    compressed: real > made,
    /** The furthest that the list's top can be. */
    last: realRange,
    /** The list's top, in real pixels, that a place of the bar means. @param {number} scrollTop */
    topOf(scrollTop) {
      if (real <= made) return clamp(scrollTop, realRange);
      return madeRange === 0 ? 0 : clamp((scrollTop / madeRange) * realRange, realRange);
    },
    /** The place of the bar for the list's top. @param {number} top */
    barOf(top) {
      if (real <= made) return clamp(top, realRange);
      return realRange === 0 ? 0 : (clamp(top, realRange) / realRange) * madeRange;
    },
  };
}

/**
 * Rows to show, from the first to one behind the last.
 *
 * @param {number} top real pixels above the view
 * @param {number} rowHeight
 * @param {number} viewHeight
 * @param {number} total
 */
export function rowsInView(top, rowHeight, viewHeight, total) {
  const first = Math.min(total, Math.floor(top / rowHeight));
  const end = Math.min(total, Math.ceil((top + viewHeight) / rowHeight));
  return { first, end, shift: first * rowHeight - top };
}

/**
 * The list's top after the row has been brought into view, moved as little as needed.
 *
 * @param {number} index
 * @param {number} top
 * @param {number} rowHeight
 * @param {number} viewHeight
 */
export function topThatShows(index, top, rowHeight, viewHeight) {
  const above = index * rowHeight;
  const below = above + rowHeight - viewHeight;
  if (top > above) return above;
  if (top < below) return below;
  return top;
}

/**
 * @param {number} value
 * @param {number} most
 */
function clamp(value, most) {
  return Math.min(Math.max(0, value), most);
}

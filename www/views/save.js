// How does something made here get onto the disk?
// Through a link to the bytes in memory: nothing is sent, and the browser asks or saves as it always does.

/**
 * @param {Blob} blob
 * @param {string} name
 */
export function save(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken the bytes by then, also large ones.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/**
 * A file's name with another ending.
 *
 * @param {string} name
 * @param {string} ending with its dot
 */
export function named(name, ending) {
  return `${name.replace(/\.(csv|tsv|txt|ndjson|jsonl|json)$/i, '')}${ending}`;
}

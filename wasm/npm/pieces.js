// How is a file read, and what is made of it gathered, in pieces?
// Of a file of any size only pieces are in memory.

/** So many bytes of output are gathered before they become a blob. */
const PART = 4 << 20;

/**
 * Calls for each piece of a file; the next one is read meanwhile.
 *
 * @param {Blob} file
 * @param {AbortSignal | undefined} signal
 * @param {(bytes: Uint8Array) => void | Promise<void>} each
 */
export async function eachPiece(file, signal, each) {
  // Asking for one slice after another would take a browser twice the time.
  const reader = file.stream().getReader();
  try {
    for (let next = reader.read(); ; ) {
      const { done, value } = await next;
      signal?.throwIfAborted();
      if (done) return;
      next = reader.read();
      // Whoever stops in between waits for it no more.
      next.catch(() => {});
      await each(value);
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** Output that comes in pieces; a browser keeps what is a blob out of the page's memory. */
export class Parts {
  constructor() {
    /** @type {Blob[]} */
    this.whole = [];
    /** @type {BlobPart[]} */
    this.open = [];
    this.length = 0;
  }

  /** @param {Uint8Array} bytes */
  add(bytes) {
    if (bytes.length === 0) return;
    this.open.push(/** @type {Uint8Array<ArrayBuffer>} */ (bytes));
    this.length += bytes.length;
    if (this.length > PART) this.close();
  }

  close() {
    if (this.length > 0) this.whole.push(new Blob(this.open));
    this.open = [];
    this.length = 0;
  }

  /** @param {string} type */
  blob(type) {
    this.close();
    return new Blob(this.whole, { type });
  }
}

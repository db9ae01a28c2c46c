// How does the checking worker ask one that works beside it?
// Every question is answered once, also when the other worker is gone: then with a failure, and the asker does the work by itself.

/** @typedef {import('intake-wasm').SessionOptions} SessionOptions */

/** Nearly all blocks have fewer bytes. */
const BLOCK = 640 << 10;

export class SidePort {
  /** @param {MessagePort} port */
  constructor(port) {
    this.port = port;
    this.last = 0;
    /** @type {Map<number, { resolve: (answer: Uint8Array) => void, reject: (error: Error) => void }>} */
    this.waiting = new Map();
    /** Memory of blocks that has come back: used again it costs less than fresh memory. @type {ArrayBuffer[]} */
    this.spare = [];
    port.onmessage = ({ data: { id, answer, failure, spare } }) => {
      if (spare) this.spare.push(spare);
      const waiting = this.waiting.get(id);
      this.waiting.delete(id);
      if (answer === undefined) waiting?.reject(new Error(failure));
      else waiting?.resolve(answer);
    };
  }

  /**
   * The SHA-256 of a file.
   *
   * @param {Blob} file
   * @param {AbortSignal} [signal]
   * @returns {Promise<Uint8Array>}
   */
  hash(file, signal) {
    const { id, answer } = this.ask({ file });
    signal?.addEventListener('abort', () => this.port.postMessage({ id, stop: true }), { once: true });
    return answer;
  }

  /**
   * Somebody who looks at blocks of one file.
   *
   * @returns {import('intake-wasm').Helper}
   */
  helper() {
    let about = 0;
    return {
      begin: (options, beginning) => {
        this.last += 1;
        about = this.last;
        this.port.postMessage({ about, options, beginning }, [beginning.buffer]);
      },
      look: (block) => {
        const spare = this.spare.pop();
        const fits = spare !== undefined && spare.byteLength >= block.length;
        const memory = fits ? spare : new ArrayBuffer(Math.max(block.length, BLOCK));
        new Uint8Array(memory).set(block);
        return this.ask({ about, memory, length: block.length }, [memory]).answer;
      },
    };
  }

  /**
   * @param {object} question
   * @param {Transferable[]} [given] what is handed over with it
   */
  ask(question, given = []) {
    this.last += 1;
    const id = this.last;
    /** @type {Promise<Uint8Array>} */
    const answer = new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
    this.port.postMessage({ id, ...question }, given);
    return { id, answer };
  }

  /** The other worker is gone. */
  end() {
    for (const { reject } of this.waiting.values()) reject(new Error('the worker beside this one is gone'));
    this.waiting.clear();
    this.port.close();
  }
}

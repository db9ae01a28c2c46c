// How does the checking worker ask the one that hashes?
// Every question is answered once, also when the other worker is gone: then with a failure, and the asker hashes by itself.

export class HashPort {
  /** @param {MessagePort} port */
  constructor(port) {
    this.port = port;
    this.last = 0;
    /** @type {Map<number, { resolve: (hash: Uint8Array) => void, reject: (error: Error) => void }>} */
    this.waiting = new Map();
    port.onmessage = ({ data: { id, hash, failure } }) => {
      const waiting = this.waiting.get(id);
      this.waiting.delete(id);
      if (hash === undefined) waiting?.reject(new Error(failure));
      else waiting?.resolve(hash);
    };
  }

  /**
   * @param {Blob} file
   * @param {AbortSignal} [signal]
   * @returns {Promise<Uint8Array>}
   */
  hash(file, signal) {
    this.last += 1;
    const id = this.last;
    signal?.addEventListener('abort', () => this.port.postMessage({ id }), { once: true });
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.port.postMessage({ id, file });
    });
  }

  /** The other worker is gone. */
  end() {
    for (const { reject } of this.waiting.values()) reject(new Error('the worker that hashes is gone'));
    this.waiting.clear();
    this.port.close();
  }
}

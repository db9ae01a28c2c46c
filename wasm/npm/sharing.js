// How do others take part in the check of a file?
// They look at blocks of it by themselves; what they find is merged in the order of the file, whoever is quicker. Whatever they do not do
// is done here, so that they can only save time.

/** @typedef {import('./intake_wasm.js').Session} Session */
/** @typedef {import('./intake_wasm.js').SessionOptions} SessionOptions */

/**
 * @typedef {object} Helper somebody who has a `BlockChecker`
 * @property {(options: SessionOptions, beginning: Uint8Array<ArrayBuffer>) => void} begin makes one for another file
 * @property {(block: Uint8Array) => Promise<Uint8Array>} look what it finds in a block, whose bytes are there until this returns
 */

/** So many blocks are with a helper: it always has the next one at hand. */
const AT_ONCE = 6;

/** So many blocks wait for one another at most. */
const MOST = 64;

/** Of so many bytes at the beginning of a file it must be known how it is read. */
const BEGINNING = 4 << 20;

export class Sharing {
  /**
   * @param {Session} session
   * @param {Helper[]} helpers
   * @param {<Result>(call: () => Result) => Result} called calls the module
   * @param {WebAssembly.Memory} memory
   */
  constructor(session, helpers, called, memory) {
    this.session = session;
    this.called = called;
    this.memory = memory;
    /** What has been read, until it is enough to say how. @type {Uint8Array[]} */
    this.beginning = [];
    /** How many blocks each has. @type {Map<Helper, number>} */
    this.busy = new Map();
    this.helpers = helpers;
    this.isOver = false;
    /** @type {Set<Promise<void>>} */
    this.away = new Set();
  }

  /** Hands out the blocks that wait; when everybody has enough, looks at them here. */
  share() {
    while (this.busy.size > 0) {
      const [helper, blocks] = [...this.busy].reduce((least, one) => (one[1] < least[1] ? one : least));
      if (blocks >= AT_ONCE) {
        if (!this.called(() => this.session.look())) return;
        continue;
      }
      const length = this.called(() => this.session.handOut());
      if (length === undefined) {
        // One that cannot be handed out waits all the same.
        if (!this.called(() => this.session.look())) return;
        continue;
      }
      this.busy.set(helper, blocks + 1);
      const done = this.ask(helper, new Uint8Array(this.memory.buffer, this.session.handedAt, length));
      this.away.add(done);
      const back = () => this.away.delete(done);
      done.then(back, back);
    }
  }

  /**
   * After each step of the file.
   *
   * @param {SessionOptions} options
   * @param {Uint8Array} bytes the step
   */
  step(options, bytes) {
    if (this.helpers.length > 0) this.begin(options, bytes);
    this.share();
  }

  /** After each piece of the file: what has come back is merged. */
  async piece() {
    if (this.away.size > 0) await turn();
    while (this.session.inLine > MOST && this.away.size > 0) {
      await Promise.race(this.away);
      this.share();
    }
  }

  /**
   * @private
   * @param {SessionOptions} options
   * @param {Uint8Array} bytes
   */
  begin(options, bytes) {
    this.beginning.push(bytes.slice());
    const read = this.beginning.reduce((sum, { length }) => sum + length, 0);
    if (this.called(() => this.session.mayHandOut())) {
      for (const helper of this.helpers) {
        const beginning = new Uint8Array(read);
        let at = 0;
        for (const part of this.beginning) {
          beginning.set(part, at);
          at += part.length;
        }
        helper.begin(options, beginning);
        this.busy.set(helper, 0);
      }
    } else if (read < BEGINNING) {
      return;
    }
    this.helpers = [];
    this.beginning = [];
  }

  /**
   * Waits for what is with others.
   *
   * @param {AbortSignal} [signal]
   */
  async end(signal) {
    this.share();
    while (this.away.size > 0) {
      await Promise.race(this.away);
      signal?.throwIfAborted();
      this.share();
    }
  }

  /** What comes back from now on means nothing any more. */
  over() {
    this.isOver = true;
  }

  /**
   * @private
   * @param {Helper} helper
   * @param {Uint8Array} block
   */
  async ask(helper, block) {
    let isUnderstood = false;
    try {
      const found = await helper.look(block);
      if (this.isOver) return;
      isUnderstood = this.called(() => this.session.takeBack(found));
    } catch {
      // Told by what follows.
    }
    if (isUnderstood) {
      this.busy.set(helper, (this.busy.get(helper) ?? 1) - 1);
    } else if (!this.isOver) {
      this.busy.delete(helper);
      this.called(() => this.session.noneComesBack());
      if (this.busy.size === 0) while (this.called(() => this.session.look()));
    }
  }
}

/** Lets messages that have come be heard. */
function turn() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve(undefined);
    };
    port2.postMessage(undefined);
  });
}

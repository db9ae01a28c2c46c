// How does the page speak with the daemon?
// In JSON, with the token in a header of its own and nowhere else. An answer that is a refusal becomes an error that says why.

/** Longer than the daemon takes for any answer. */
const PATIENCE_MS = 40_000;

/** @typedef {{ field: string, error: string, value: string }} FieldError */
/** @typedef {Record<string, string | number | boolean | undefined>} Query */

/** A refusal of the daemon's, or of the way to it. */
export class Refused extends Error {
  /**
   * @param {number} status 0 where there was no answer
   * @param {string} message
   * @param {number} [code] the platform's
   * @param {FieldError[]} [fields]
   */
  constructor(status, message, code = 0, fields = []) {
    super(message);
    this.status = status;
    this.code = code;
    this.fields = fields;
  }
}

export class Api {
  /**
   * @param {string} token
   * @param {'de' | 'en'} language
   */
  constructor(token, language) {
    this.token = token;
    this.language = language;
    /** Called when the token is good no more. */
    this.refused = () => {};
  }

  /**
   * What is asked for; the answer's shape is the caller's matter.
   *
   * @param {string} path below the page's own calls
   * @param {Query} [query]
   * @param {AbortSignal} [signal]
   * @returns {Promise<any>}
   */
  async get(path, query = {}, signal) {
    return (await this.ask('GET', `api/v1${path}${written(query)}`, { signal })).json();
  }

  /**
   * The same, but nothing where it has not changed since `tag`.
   *
   * @param {string} path
   * @param {string} tag
   * @returns {Promise<{ tag: string, content: any } | undefined>}
   */
  async changed(path, tag) {
    /** @type {Record<string, string>} */
    const headers = tag ? { 'If-None-Match': tag } : {};
    const answer = await this.ask('GET', `api/v1${path}`, { headers });
    if (answer.status === 304) return undefined;
    return { tag: answer.headers.get('etag') ?? '', content: await answer.json() };
  }

  /**
   * Has something done.
   *
   * @param {string} path
   * @param {object} content
   * @returns {Promise<any>}
   */
  async post(path, content) {
    return (await this.ask('POST', `api/v1${path}`, { content })).json();
  }

  /**
   * One of the platform's own calls.
   *
   * @param {'GET' | 'POST' | 'PUT'} method
   * @param {string} path
   * @param {object} [content]
   * @returns {Promise<any>}
   */
  async platform(method, path, content) {
    return (await this.ask(method, `../api/v3.0${path}`, { content })).json();
  }

  /** A file. @param {string} path */
  async blob(path) {
    return (await this.ask('GET', `api/v1${path}`, {})).blob();
  }

  /**
   * @param {string} method
   * @param {string} address
   * @param {{ content?: object, headers?: Record<string, string>, signal?: AbortSignal }} more
   */
  async ask(method, address, { content, headers = {}, signal }) {
    const late = AbortSignal.timeout(PATIENCE_MS);
    /** @type {Response} */
    let answer;
    try {
      answer = await fetch(address, {
        method,
        headers: {
          ...headers,
          'X-plenigo-token': this.token,
          'Accept-Language': this.language,
          ...(content ? { 'Content-Type': 'application/json' } : {}),
        },
        body: content ? JSON.stringify(content) : undefined,
        credentials: 'omit',
        cache: 'no-store',
        referrerPolicy: 'no-referrer',
        signal: signal ? AbortSignal.any([signal, late]) : late,
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new Refused(0, String(/** @type {Error} */ (error).message));
    }
    if (answer.ok || answer.status === 304) return answer;
    const refused = await refusalOf(answer);
    if (answer.status === 401) this.refused();
    throw refused;
  }
}

/** @param {Response} answer */
async function refusalOf(answer) {
  try {
    const { errorCode, errorMessage, validationErrors } = await answer.json();
    return new Refused(answer.status, String(errorMessage), Number(errorCode), validationErrors ?? []);
  } catch {
    // A proxy in between may say anything.
    return new Refused(answer.status, `${answer.status} ${answer.statusText}`);
  }
}

/** @param {Query} query */
function written(query) {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') pairs.set(name, String(value));
  }
  const text = pairs.toString();
  return text ? `?${text}` : '';
}

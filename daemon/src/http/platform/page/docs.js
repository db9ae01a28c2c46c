// How does a person explore the platform's calls? Everything shown comes from the description that the daemon serves beside this
// page; nothing is asked of anybody else, and the token that is typed in goes nowhere but to the daemon.

const base = '/api/v3.0';
const german = document.documentElement.lang === 'de';

/** One of two texts. @param {string} de @param {string} en */
const say = (de, en) => (german ? de : en);

/** What something means, in the reader's language. @param {any} told */
const meaning = (told) => (german && told['x-description-de']) || told.description || '';

/**
 * An element with attributes and children; text becomes text and nothing else.
 * @param {string} name @param {Record<string, any>} attributes @param {...(Node|string)} children
 */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, '');
    else if (value !== false && value !== undefined) element.setAttribute(key, String(value));
  }
  element.append(...children);
  return element;
}

/** A path that may go on in a new line behind each of its slashes, and nowhere within a name. @param {string} path */
const breakable = (path) =>
  make('code', {}, ...path.split('/').flatMap((step, at) => (at === 0 ? [step] : ['/', make('wbr'), step])));

/** The schema that a reference leads to. @param {any} description @param {any} schema */
function resolved(description, schema) {
  const name = schema?.$ref?.split('/').pop();
  return name ? description.components.schemas[name] : schema;
}

/** A value of a shape, as it may look. @param {any} description @param {any} schema @returns {any} */
function example(description, schema) {
  const shape = resolved(description, schema);
  if (shape.examples) return shape.examples[0];
  if (shape.anyOf) return example(description, shape.anyOf[0]);
  if (shape.enum) return shape.enum[0];
  const kind = Array.isArray(shape.type) ? shape.type[0] : shape.type;
  if (kind === 'object') {
    const own = Object.entries(shape.properties ?? {});
    return Object.fromEntries(own.map(([name, member]) => [name, example(description, member)]));
  }
  if (kind === 'array') return [example(description, shape.items)];
  if (kind === 'integer') return 1;
  if (kind === 'boolean') return true;
  if (shape.format === 'date-time') return '2026-01-31T00:00:00Z';
  if (shape.format === 'date') return '2026-01-31';
  return '…';
}

/** The kind of a value in one line. @param {any} schema */
function kindOf(schema) {
  const words = [];
  if (schema.$ref) words.push(schema.$ref.split('/').pop());
  else if (schema.anyOf) words.push(schema.anyOf.map(kindOf).join(' | '));
  else words.push([schema.type].flat().join(' | '));
  if (schema.items) words.push(`[${kindOf(schema.items)}]`);
  if (schema.format) words.push(schema.format);
  if (schema.enum) words.push(schema.enum.map(String).join(' · '));
  if (schema.minimum !== undefined || schema.maximum !== undefined) words.push(`${schema.minimum ?? ''}…${schema.maximum ?? ''}`);
  if (schema.minLength !== undefined || schema.maxLength !== undefined) words.push(`${schema.minLength ?? 0}…${schema.maxLength ?? ''} ${say('Zeichen', 'characters')}`);
  return words.join(', ');
}

const members = [say('Name', 'Name'), say('Art', 'Kind'), say('Bedeutung', 'Meaning')];
const refusals = [say('Status', 'Status'), say('Kennung', 'Code'), say('Bedeutung', 'Meaning')];

/** Which part of which call is being shown: no two tables have the same name for who only hears them. */
let part = '';

/** A table of three columns. @param {string} caption @param {[string, string, boolean, string][]} rows @param {string[]} head */
function table(caption, rows, head = members) {
  const body = rows.map(([name, kind, always, told]) =>
    make('tr', {},
      make('th', { scope: 'row' }, make('code', {}, name), always ? make('span', { class: 'always', title: say('Pflicht', 'required') }, ' *') : ''),
      make('td', {}, kind),
      make('td', {}, told)));
  return make('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': `${part}, ${caption}` },
    make('table', {},
      make('caption', {}, caption),
      make('thead', {}, make('tr', {}, ...head.map((word) => make('th', { scope: 'col' }, word)))),
      make('tbody', {}, ...body)));
}

/** The members of a shape, and of those that it names. @param {any} description @param {any} schema @param {Set<string>} seen @returns {Node[]} */
function shapeTables(description, schema, seen = new Set()) {
  const name = schema.$ref?.split('/').pop();
  if (name && seen.has(name)) return [];
  if (name) seen.add(name);
  const shape = resolved(description, schema);
  if (shape.items) return shapeTables(description, shape.items, seen);
  if (shape.anyOf) return shape.anyOf.flatMap((/** @type {any} */ one) => shapeTables(description, one, seen));
  if (!shape.properties) return [];
  const own = Object.entries(shape.properties);
  const rows = own.map(([member, told]) =>
    /** @type {[string, string, boolean, string]} */ ([member, kindOf(told), (shape.required ?? []).includes(member), meaning(told)]));
  const below = own.flatMap(([, told]) => shapeTables(description, told, seen));
  return [table(name ? `${name}: ${meaning(shape)}` : say('Antwort', 'Answer'), rows), ...below];
}

/** A block of JSON or of a command. @param {string} label @param {string} text */
const block = (label, text) =>
  make('figure', {}, make('figcaption', {}, label), make('pre', { tabindex: 0, 'aria-label': label }, make('code', {}, text)));

/** The path with the values that were typed in. @param {string} path @param {any[]} parameters @param {FormData} typed */
function address(path, parameters, typed) {
  const query = new URLSearchParams();
  let filled = path;
  for (const parameter of parameters) {
    const value = String(typed.get(parameter.name) ?? '');
    if (parameter.in === 'path') filled = filled.replace(`{${parameter.name}}`, encodeURIComponent(value));
    else if (value) query.set(parameter.name, value);
  }
  const text = query.toString();
  return base + filled + (text ? `?${text}` : '');
}

/** A form that lets one try a call that only reads. @param {string} id @param {string} path @param {any[]} parameters */
function attempt(id, path, parameters) {
  const shown = make('div', { class: 'shown', 'aria-live': 'polite' });
  const fields = parameters.map((parameter) => {
    const field = `${id}-${parameter.name}`;
    const words = parameter.schema.enum;
    const input = words
      ? make('select', { id: field, name: parameter.name }, make('option', { value: '' }, ''), ...words.map((/** @type {string} */ word) => make('option', {}, word)))
      : make('input', { id: field, name: parameter.name, required: parameter.required, autocomplete: 'off', spellcheck: 'false', value: parameter.required ? parameter.schema.examples?.[0] : undefined });
    return make('p', {}, make('label', { for: field }, parameter.name), input);
  });
  const form = /** @type {HTMLFormElement} */ (make('form', {}, ...fields, make('p', {}, make('button', {}, say('Ausprobieren', 'Try it')))));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const to = address(path, parameters, new FormData(form));
    const token = /** @type {HTMLInputElement} */ (document.getElementById('token')).value.trim();
    const command = `curl -H "X-plenigo-token: $TOKEN" '${location.origin}${to}'`;
    shown.replaceChildren(block(say('Als Befehl', 'As a command'), command));
    const begun = performance.now();
    try {
      const answer = await fetch(to, { headers: token ? { 'X-plenigo-token': token } : {}, cache: 'no-store', credentials: 'omit' });
      const text = await answer.text();
      const took = Math.round(performance.now() - begun);
      const label = `${answer.status} ${answer.statusText} · ${took} ms · ${answer.headers.get('x-request-id') ?? ''}`;
      let pretty = text;
      try { pretty = JSON.stringify(JSON.parse(text), null, 2); } catch { /* It is shown as it came. */ }
      shown.append(block(label, pretty));
    } catch {
      shown.append(make('p', { class: 'verdict bad' }, say('Der Dienst hat nicht geantwortet.', 'The service did not answer.')));
    }
  });
  return make('section', {}, make('h3', {}, say('Ausprobieren', 'Try it')), form, shown);
}

/** One call. @param {any} description @param {string} path @param {string} method @param {any} operation */
function call(description, path, method, operation) {
  const parameters = operation.parameters ?? [];
  const rights = { read: say('lesen', 'read'), import: say('importieren', 'import'), operator: say('Betreiber', 'operator') };
  part = `${operation.operationId}, ${say('Parameter', 'parameters')}`;
  const parts = [make('p', { class: 'faint' }, `${say('Nötiges Recht', 'Right needed')}: ${rights[/** @type {keyof typeof rights} */ (operation['x-right'])]}`)];
  if (parameters.length > 0) {
    const rows = parameters.map((/** @type {any} */ parameter) => [parameter.name, kindOf(parameter.schema), parameter.required, meaning(parameter)]);
    parts.push(table(say('Parameter', 'Parameters'), rows));
  }
  const body = operation.requestBody?.content['application/json'].schema;
  if (body) {
    part = `${operation.operationId}, ${say('Anfrage', 'request')}`;
    parts.push(make('h3', {}, say('Anfrage', 'Request')), ...shapeTables(description, body));
    parts.push(block(say('Beispiel', 'Example'), JSON.stringify(example(description, body), null, 2)));
  }
  for (const [status, answer] of Object.entries(operation.responses)) {
    const schema = answer.content?.['application/json'].schema;
    if (Number(status) >= 300 || !schema) continue;
    part = `${operation.operationId}, ${status}`;
    parts.push(make('h3', {}, `${say('Antwort', 'Answer')} ${status}`), ...shapeTables(description, schema));
    parts.push(block(say('Beispiel', 'Example'), JSON.stringify(example(description, schema), null, 2)));
  }
  part = operation.operationId;
  const refused = Object.entries(operation.responses).filter(([status]) => Number(status) >= 300);
  const rows = refused.map(([status, answer]) => /** @type {[string, string, boolean, string]} */ ([status, (answer['x-error-codes'] ?? []).join(', '), false, meaning(answer)]));
  parts.push(table(say('Ablehnungen', 'Refusals'), rows, refusals));
  if (method === 'get') parts.push(attempt(operation.operationId, path, parameters));
  return make('details', { id: operation.operationId },
    make('summary', {}, make('span', { class: `method ${method}` }, method.toUpperCase()), ' ', breakable(path), ' ', make('span', { class: 'faint' }, german ? operation['x-summary-de'] : operation.summary)),
    ...parts);
}

async function start() {
  const place = /** @type {HTMLElement} */ (document.getElementById('calls'));
  const description = await (await fetch(`${base}/openapi.json`)).json();
  for (const group of description.tags) {
    const calls = Object.entries(description.paths).flatMap(([path, methods]) =>
      Object.entries(/** @type {Record<string, any>} */ (methods))
        .filter(([, operation]) => operation.tags.includes(group.name))
        .map(([method, operation]) => call(description, path, method, operation)));
    if (calls.length > 0) place.append(make('section', {}, make('h2', {}, meaning(group)), ...calls));
  }
  place.removeAttribute('aria-busy');
  const named = location.hash && document.getElementById(location.hash.slice(1));
  if (named) { named.setAttribute('open', ''); named.scrollIntoView(); }
}

start();

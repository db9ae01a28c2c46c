// How does a test get a running daemon that serves the page?
// The program as it is installed, a data directory of its own, a free port of this machine.

import { spawn, execFile } from 'node:child_process';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TARGET } from './page_server.js';

const PROGRAM = process.env.INTAKE_PROGRAM ?? join(TARGET, 'release/intake');
const run = promisify(execFile);

/** The exit code of a command that found something. */
const FINDINGS = 1;

/** The partner whose token it is. */
const PARTNER = 'kiosk';

/** The offer of the tests' orders. */
export const OFFER = ['O_MZA1E7173120881551', '--title', 'Daily', '--managed-by', 'EXTERNAL', '--access-right', 'daily'];

/** A new token and its hash. @param {string[]} words */
async function newToken(...words) {
  const { stdout } = await run(PROGRAM, ['token', 'new', ...words]);
  const [, token] = stdout.match(/^ {2}(\S+)$/m) ?? [];
  const [, hash] = stdout.match(/tokens = \["([^"]+)"\]/) ?? [];
  return { token, hash };
}

/**
 * A data directory with the offer and the customer of the tests' orders, and tokens of its partner and of the house.
 *
 * @param {import('node:test').TestContext} t
 * @param {{ sections?: string, ofPartner?: string, offers?: boolean }} [more] of the configuration: sections, and keys of the partner's
 */
export async function makeBooks(t, { sections = '', ofPartner = '', offers = true } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'intake-browser-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const data = join(folder, 'data');
  const intake = (/** @type {string[]} */ ...words) => run(PROGRAM, [...words, '--data', data]);
  const { token, hash } = await newToken('--partner', PARTNER);
  const operator = await newToken();
  const reader = await newToken('--read-only');
  await mkdir(data);
  const config = [
    '[daemon]\nscan_interval = "50ms"\nquiet_time = "80ms"',
    `[http]\nlisten = "127.0.0.1:0"\noperator_tokens = ["anna ${operator.hash}"]\nread_tokens = ["${reader.hash}"]`,
    `[partners.${PARTNER}]\ntokens = ["${hash}"]\n${ofPartner}`,
    sections,
  ];
  await writeFile(join(data, 'intake.toml'), `${config.join('\n')}\n`);
  if (offers) await intake('offer', 'add', ...OFFER);
  await intake('customer', 'add', '--email', 'reader@example.org', '--language', 'de', '--id', '100003');
  return {
    folder,
    data,
    token,
    operator: operator.token,
    reader: reader.token,
    intake,
    /** Drops a file into the partner's inbox. @param {string} name @param {string} text */
    async drops(name, text) {
      await writeFile(join(data, 'inbox', PARTNER, name), text);
    },
    /** Imports a file of orders; rows may be rejected. @param {string} text */
    async imports(text) {
      const file = join(folder, 'known.csv');
      await writeFile(file, text);
      await intake('import', file, '--partner', PARTNER).catch((error) => {
        if (error.code !== FINDINGS) throw error;
      });
    },
    /** Writes a snapshot of the partner's orders and gives its path. */
    async snapshot() {
      const file = join(folder, `${PARTNER}.intake-snapshot`);
      await intake('snapshot', '--partner', PARTNER, '--out', file);
      return file;
    },
  };
}

/**
 * Starts a daemon on books of its own, or on those given.
 *
 * @param {import('node:test').TestContext} t
 * @param {Awaited<ReturnType<typeof makeBooks>>} [books]
 */
export async function startDaemon(t, books) {
  const { data, token } = books ?? (await makeBooks(t));
  const process = spawn(PROGRAM, ['serve', '--data', data], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise((resolve) => process.once('exit', resolve));
  t.after(async () => {
    process.kill('SIGTERM');
    await ended;
  });
  return { address: await addressOf(process), token };
}

/**
 * The address that the daemon's log names.
 *
 * @param {import('node:child_process').ChildProcessByStdio<null, null, import('node:stream').Readable>} process
 * @returns {Promise<string>}
 */
function addressOf(process) {
  return new Promise((resolve, reject) => {
    let said = '';
    process.stderr.on('data', (chunk) => {
      said += chunk;
      const listening = said.split('\n').find((line) => line.includes('listening for HTTP'));
      const [address] = listening?.match(/127\.0\.0\.1:\d+/) ?? [];
      if (address) resolve(`http://${address}/`);
    });
    process.once('exit', (code) => reject(new Error(`the daemon ended with ${code}\n${said}`)));
  });
}

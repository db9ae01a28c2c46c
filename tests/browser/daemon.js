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

/** The partner whose token it is. */
const PARTNER = 'kiosk';

/**
 * A data directory with the offer and the customer of the tests' orders, and a token of its partner.
 *
 * @param {import('node:test').TestContext} t
 */
export async function makeBooks(t) {
  const folder = await mkdtemp(join(tmpdir(), 'intake-browser-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const data = join(folder, 'data');
  const intake = (/** @type {string[]} */ ...words) => run(PROGRAM, [...words, '--data', data]);
  const { stdout } = await run(PROGRAM, ['token', 'new', '--partner', PARTNER]);
  const [, token] = stdout.match(/^ {2}(\S+)$/m) ?? [];
  const [, hash] = stdout.match(/tokens = \["([^"]+)"\]/) ?? [];
  await mkdir(data);
  const config = [
    '[daemon]\nscan_interval = "50ms"\nquiet_time = "80ms"',
    '[http]\nlisten = "127.0.0.1:0"',
    `[partners.${PARTNER}]\ntokens = ["${hash}"]`,
  ];
  await writeFile(join(data, 'intake.toml'), `${config.join('\n')}\n`);
  const offer = ['O_MZA1E7173120881551', '--title', 'Daily', '--managed-by', 'EXTERNAL', '--access-right', 'daily'];
  await intake('offer', 'add', ...offer);
  await intake('customer', 'add', '--email', 'reader@example.org', '--language', 'de', '--id', '100003');
  return {
    folder,
    data,
    token,
    intake,
    /** Imports a file of orders. @param {string} text */
    async imports(text) {
      const file = join(folder, 'known.csv');
      await writeFile(file, text);
      await intake('import', file, '--partner', PARTNER);
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

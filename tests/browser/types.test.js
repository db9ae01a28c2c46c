// Do the page's scripts keep to the types that they name, and to those of the package?

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { TARGET, WORKSPACE } from './page_server.js';

test('types hold', (t) => {
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  // The package lies where cargo was told to build.
  const folder = mkdtempSync(join(TARGET, 'types-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const config = {
    extends: join(WORKSPACE, 'www/tsconfig.json'),
    compilerOptions: { paths: { 'intake-wasm': [join(TARGET, 'pkg/checker.d.ts')] } },
    include: [join(WORKSPACE, 'www/**/*.js')],
    exclude: ['sw.js', 'check/worker.js', 'check/side_worker.js', 'check/workbook_bytes.js'].map((name) => join(WORKSPACE, 'www', name)),
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  execFileSync(process.execPath, [compiler, '-p', folder], { stdio: ['ignore', 'inherit', 'inherit'] });
});

// What does the package say of many files? Everything that can be asked of each, one answer behind another.
// Each answer is its length in four bytes, little endian, and its bytes. Run with: package, jobs, inputs, where to write.

import { openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, jobsFile, inputsFile, outFile] = process.argv.slice(2);
const { BlockChecker, Checker, init, template } = await import(pathToFileURL(join(folder, 'checker.js')).href);
const { Export, Session, SnapshotReader, openWorkbooksBy } = await import(pathToFileURL(join(folder, 'intake_wasm.js')).href);
const { default: load, Workbook } = await import(pathToFileURL(join(folder, 'intake_workbook.js')).href);

await init();
// The checker loads this part by itself when it meets a workbook; a session asks for nothing.
await load({ module_or_path: readFileSync(join(folder, 'intake_workbook_bg.wasm')) });
openWorkbooksBy((length, ...how) => new Workbook(length, ...how));
const { jobs, snapshots } = JSON.parse(readFileSync(jobsFile, 'utf8'));
const inputs = readFileSync(inputsFile);
const out = openSync(outFile, 'w');
const packed = snapshots.map((path) => readFileSync(path));
const known = packed.map((bytes) => {
  const reader = new SnapshotReader();
  for (let at = 0; at < bytes.length; at += 4099) reader.push(bytes.subarray(at, at + 4099));
  return reader.finish();
});

/** How many blocks somebody else has looked at. */
let helped = 0;
let offset = 0;
for (const job of jobs) {
  const bytes = inputs.subarray(offset, offset + job.length);
  offset += job.length;
  const answers = job.chunk === null ? await byChecker(job, bytes) : bySession(job, bytes);
  for (const answer of answers) put(answer);
}
await sharedAlike();

/** Asks the session itself, with chunks of the job's size. */
function bySession({ name, now, profile, snapshot, chunk, questions }, bytes) {
  const session = new Session(
    { name, total: bytes.length, now, ...(profile === null ? {} : { profile }) },
    snapshot === null ? undefined : known[snapshot].share(),
  );
  let text = bytes;
  const give = ({ block, offset, length }) => session.give(block, text.subarray(offset, offset + length));
  const whole = (ask) => {
    for (;;) {
      const answer = ask();
      if (answer === null || !('offset' in answer)) return answer;
      give(answer);
    }
  };
  const drained = (next) => {
    for (let span = next(); span !== undefined; span = next()) give(span);
  };
  const made = [];
  for (let at = 0; at < bytes.length; at += chunk) {
    session.push(bytes.subarray(at, at + chunk));
    made.push(session.takeText() ?? []);
  }
  session.endOfFile();
  made.push(session.takeText() ?? []);
  if (session.unchanged !== undefined) text = Buffer.concat([bytes.subarray(0, session.unchanged), ...made.map(Buffer.from)]);
  drained(() => session.wanted());
  const answers = [JSON.stringify(session.verdict())];
  for (const { ask, query, from, count, row, kind } of questions) {
    if (ask === 'findings') {
      if (query.text) drained(() => session.unseen(query));
      answers.push(JSON.stringify(whole(() => session.findings(query, from, count))));
    } else if (ask === 'rows') {
      if (query.text) drained(() => session.unseenRows(query));
      answers.push(JSON.stringify(whole(() => session.rows(query, from, count))));
    } else if (ask === 'record') {
      answers.push(JSON.stringify(whole(() => session.record(row))));
    } else {
      const pass = new Export(session, kind);
      const parts = [];
      for (let at = 0; at < bytes.length; at += chunk) parts.push(pass.push(session, bytes.subarray(at, at + chunk)));
      parts.push(pass.finish(session));
      pass.free();
      answers.push(Buffer.concat(parts));
    }
  }
  session.free();
  return answers;
}

/** Asks the checker, as a page does. */
async function byChecker({ name, now, profile, snapshot, questions }, bytes) {
  const checker = await Checker.open(new Blob([bytes]), {
    name,
    now,
    ...(profile === null ? {} : { profile: JSON.parse(profile) }),
    ...(snapshot === null ? {} : { snapshot: new Blob([packed[snapshot]]) }),
    helpers: [helper(1), helper(2)],
  });
  const answers = [JSON.stringify(await checker.check())];
  for (const { ask, query, from, count, row, kind } of questions) {
    if (ask === 'export') {
      answers.push(Buffer.from(await (await checker.export(kind)).arrayBuffer()));
    } else if (ask === 'record') {
      answers.push(JSON.stringify(await checker.record(row)));
    } else {
      let page = await checker[ask](query, from, count);
      while (!page.complete) page = await checker[ask](query, from, count);
      answers.push(JSON.stringify(page));
    }
  }
  checker.free();
  return answers;
}

/** A file of many blocks: who looks at them changes nothing. */
async function sharedAlike() {
  const [header, row] = template('csv', 'en').split('\n');
  const behindKey = row.slice(row.indexOf(','));
  const rows = Array.from({ length: 40_000 }, (_, number) => `${number % 30_000}${behindKey}${number % 9 === 0 ? ',x' : ''}`);
  const verdicts = [];
  for (const helpers of [[], [helper(1), helper(2)]]) {
    const checker = await Checker.open(new Blob([[header, ...rows].join('\n')]), { name: 'large.csv', now: jobs[0].now, helpers });
    verdicts.push(JSON.stringify(await checker.check()));
    checker.free();
  }
  if (verdicts[0] !== verdicts[1]) throw new Error('who looks at blocks changes the verdict');
  if (helped === 0) throw new Error('nobody has helped');
}

/** Looks at blocks as another worker does, and takes its time: every so manieth answer comes before an earlier one, or never. */
function helper(pace) {
  let blocks;
  let asked = 0;
  return {
    begin: (options, beginning) => (blocks = new BlockChecker(options, beginning)),
    look: async (block) => {
      const bytes = block.slice();
      asked += 1;
      for (let turns = (asked * pace) % 3; turns > 0; turns -= 1) await new Promise((resolve) => setImmediate(resolve));
      if (asked % 7 === 0) throw new Error('this one is gone');
      helped += 1;
      return blocks.look(bytes);
    },
  };
}

function put(answer) {
  const bytes = Buffer.from(answer);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  const frame = Buffer.concat([length, bytes]);
  for (let written = 0; written < frame.length; ) written += writeSync(out, frame, written);
}

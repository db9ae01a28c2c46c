// How does a page check orders with Intake? In a worker, through the package as it is published.

import { Checker, init } from '/pkg/checker.js';

addEventListener('message', async ({ data: { file, now } }) => {
  const checker = await Checker.open(file, { now });
  const { rows, rejected } = await checker.check();
  postMessage({ rows, bad: rejected });
  checker.free();
});

init().then(() => postMessage('ready'));

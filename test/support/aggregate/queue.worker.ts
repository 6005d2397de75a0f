/** A worker of the queue, as a process that a test can kill: node queue.worker.ts REDIS-URL SILENCE-MS */
import { serveAggregation } from '../../../src/aggregate/worker.ts';
import { treeWorker } from './tree.ts';

const [, , redis, silence] = process.argv;
const abort = new AbortController();
process.once('SIGTERM', () => abort.abort());
const done = await serveAggregation({
  redis: redis!,
  silence: Number(silence),
  worker: treeWorker,
  signal: abort.signal,
  onReady: () => process.stdout.write('ready\n'),
  onEvent: ({ type }) => process.stdout.write(`${type}\n`),
});
process.stdout.write(`done ${done}\n`);
process.exit(0);

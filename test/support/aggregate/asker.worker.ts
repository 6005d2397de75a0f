/** Who asks, as a process that a test can kill: node asker.worker.ts REDIS-URL FOLDER */
import { join } from 'node:path';
import { runQueued } from '../../../src/aggregate/queue.ts';
import { ProofStore } from '../../../src/aggregate/store.ts';
import { treeKey, treeVerdict, treeWork, VALUES } from './tree.ts';

const [, , redis, folder] = process.argv;
const store = await ProofStore.open(join(folder!, 'proofs'), treeVerdict);
await runQueued(treeWork(VALUES), {
  redis: redis!,
  store,
  keyOf: treeKey,
  work: folder!,
  poll: 20,
  onProgress: ({ done }) => process.stdout.write(`done ${done}\n`),
});
process.exit(0);

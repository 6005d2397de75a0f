import { join } from 'node:path';

/** The folder of the shared proving process, for processes below the one that started it, see start.js. */
function provingFolder(): string {
  const folder = process.env.ZKCX_TEST_PROVING;
  if (folder === undefined) throw Error('only a *.proof.test.ts can prove with the shared process');
  return folder;
}

/** Where it listens. */
export const socketPath = (folder = provingFolder()) => join(folder, 'socket');

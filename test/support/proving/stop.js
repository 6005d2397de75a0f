/** After the last test of a run, by jest: the host ends without its parent. */
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { host } from './start.js';

export default async function stop() {
  host.disconnect();
  await once(host, 'exit');
  rmSync(process.env.ZKCX_TEST_PROVING, { recursive: true });
}

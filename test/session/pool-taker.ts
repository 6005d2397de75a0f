/** A process of its own that takes files out of a pool: `FOLDER COUNT`, says when it has opened it, then what it got, and waits for its end. */
import { Pool } from '../../src/session/pool.ts';

const [folder, count] = process.argv.slice(2);
const pool = await Pool.open(folder!);
process.stdout.write('open\n');
const got: unknown[] = [];
for (let i = 0; i < Number(count); i++) {
  const taken = await pool.take(
    () => true,
    (content) => content,
  );
  if (taken === undefined) break;
  got.push(taken.value);
}
process.stdout.write(`${JSON.stringify(got)}\n`);
setInterval(() => {}, 60_000);

/**
 * A verifying process whose proofs say what is to happen: true, false, slow, crash, hang, broken, or the path of
 * a file: it crashes if the file is not there, and makes it. The data of the key names a file that gets a line
 * for each batch.
 */
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { VerifyQuestion, VerifyReport } from '../../../src/rsp/zkcx/server/verify-process.ts';

const report = (message: VerifyReport) => process.send?.(message);

function crashOnce(file: string): void {
  if (existsSync(file)) return;
  writeFileSync(file, '');
  process.exit(1);
}

process.on('message', async ({ id, proofs }: VerifyQuestion) => {
  const texts = proofs.map(({ proof: { proof } }) => proof);
  appendFileSync(proofs[0]!.key.data, `${texts.join(' ')}\n`);
  for (const text of texts) if (text.startsWith('/')) crashOnce(text);
  if (texts.includes('crash')) process.exit(1);
  if (texts.includes('broken')) report({ type: 'broken', problem: 'no pinned proof' });
  if (texts.includes('hang') || texts.includes('broken')) return;
  if (texts.includes('slow')) await setTimeout(40);
  const isValid = (text: string) => text === 'true' || text.startsWith('/');
  const open = texts.length > 1 ? 'unknown' : 'invalid';
  const verdict = texts.every(isValid) ? 'valid' : open;
  report({ type: 'verdicts', id, verdicts: texts.map(() => verdict) });
});
process.on('disconnect', () => process.exit());
report({ type: 'ready' });

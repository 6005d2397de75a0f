/** How long steps of proving took on this machine: what estimates are made of. */
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { cachePath } from '../../caches.ts';
import { writeFileAtomic } from '../../files.ts';

const durations = z.record(z.string().max(100), z.number().nonnegative());

/** Milliseconds by step, of the last run of each. A file that cannot be read says nothing. */
export function lastDurations(file = cachePath('durations.json')): Record<string, number> {
  if (file === undefined) return {};
  try {
    return durations.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return {};
  }
}

/** Remember one. An estimate is worth no failure, so a cache that cannot be written is left alone. */
export async function rememberDuration(
  step: string,
  ms: number,
  file = cachePath('durations.json'),
): Promise<void> {
  if (file === undefined) return;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const known = lastDurations(file);
    await writeFileAtomic(file, `${JSON.stringify({ ...known, [step]: Math.round(ms) })}\n`, 0o600);
  } catch {
    // nothing to do
  }
}

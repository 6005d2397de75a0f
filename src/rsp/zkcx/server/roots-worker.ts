/** Entry of a process that reads roots, once: which files in, what they say out. */
import { useCompileCache } from '../../../compile-cache.ts';
import { ZkcxError } from '../../../errors.ts';
import type { RootsQuestion, RootsReport } from './read-roots.ts';

useCompileCache();
const { readRoots } = await import('./read-roots.ts');

process.on('disconnect', () => process.exit());
process.on('message', async (question: RootsQuestion) => {
  let report: RootsReport;
  try {
    report = { type: 'read', roots: await readRoots(question) };
  } catch (error) {
    const { code, message } =
      error instanceof ZkcxError
        ? error
        : new ZkcxError('ERR_RSP_STORE', `the files could not be read: ${String(error)}`);
    report = { type: 'failed', code, message };
  }
  process.send?.(report, () => process.exit());
});

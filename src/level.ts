/** LevelDB folders: private to their owner, and open in one process at a time. */
import { ClassicLevel } from 'classic-level';
import { type ErrorCode, ZkcxError } from './errors.ts';
import { claimPrivateFolder } from './files.ts';

/** Encodings of values in LevelDB, and what they are in TypeScript. */
interface Values {
  utf8: string;
  view: Uint8Array;
}

export type Level<E extends keyof Values> = ClassicLevel<string, Values[E]>;

/**
 * Open, or make, the LevelDB in a folder. Values are not compressed, so that what must not be there can be looked for
 * in the files.
 *
 * @param options.values encoding of the values; keys are text
 * @param options.what names the database in error messages
 * @throws options.code, with reason `locked` if another process has the database open;
 *   ERR_CREDENTIAL_PERMISSIONS if others could enter a folder that holds something
 */
export async function openLevel<E extends keyof Values>(
  folder: string,
  { values, what, code }: { readonly values: E; readonly what: string; readonly code: ErrorCode },
): Promise<Level<E>> {
  try {
    await claimPrivateFolder(folder);
    // it begins to open by itself as soon as it is made
    const level: Level<E> = new ClassicLevel(folder, {
      valueEncoding: values,
      compression: false,
    });
    await level.open();
    return level;
  } catch (cause) {
    if (cause instanceof ZkcxError) throw cause;
    const isLocked = codesOf(cause).includes('LEVEL_LOCKED');
    throw new ZkcxError(
      code,
      isLocked ? `${folder} is in use by another process` : `cannot open ${what} in ${folder}`,
      { reason: isLocked ? 'locked' : undefined, cause },
    );
  }
}

/** Keys before and behind all that is in a range. Nothing else uses them. */
export interface LevelRange {
  readonly before: string;
  readonly behind: string;
}

/**
 * Take what was deleted or replaced in a range off the disk: values and keys, from tables and from the log. LevelDB
 * does that in its own time, and never in the lowest level that has tables of the range: a value that was written and
 * deleted before its table was made stays in that table for good, also after `compactRange`. So the range is first
 * pushed down to one level, which writes the log to tables too. Then one small table that spans the range is put above
 * it, and pushing that down rewrites every table of the range.
 *
 * Values that an iterator is reading meanwhile stay until the next time.
 */
export async function rewriteRange<E extends keyof Values>(
  level: Level<E>,
  { before, behind }: LevelRange,
): Promise<void> {
  await level.compactRange(before, behind);
  const ends = [before, behind].map((key) => ({ type: 'put' as const, key, value: '' }));
  await level.batch<string, string>(ends, { valueEncoding: 'utf8' });
  await level.compactRange(before, behind);
  await level.batch(ends.map(({ key }) => ({ type: 'del' as const, key })));
}

/** Codes of an error and of its causes. */
function codesOf(error: unknown): unknown[] {
  if (typeof error !== 'object' || error === null) return [];
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return [code, ...codesOf(cause)];
}

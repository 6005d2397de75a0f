/** LevelDB folders: private to their owner, and open in one process at a time. */
import { chmod, mkdir } from 'node:fs/promises';
import { ClassicLevel } from 'classic-level';
import { type ErrorCode, ZkcxError } from './errors.ts';

/** Encodings of values in LevelDB, and what they are in TypeScript. */
interface Values {
  utf8: string;
  view: Uint8Array;
}

export type Level<E extends keyof Values> = ClassicLevel<string, Values[E]>;

/**
 * Open, or make, the LevelDB in a folder.
 *
 * @param options.values encoding of the values; keys are text
 * @param options.what names the database in error messages
 * @throws options.code, with reason `locked` if another process has the database open
 */
export async function openLevel<E extends keyof Values>(
  folder: string,
  { values, what, code }: { readonly values: E; readonly what: string; readonly code: ErrorCode },
): Promise<Level<E>> {
  const level: Level<E> = new ClassicLevel(folder, { valueEncoding: values });
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
    await level.open();
  } catch (cause) {
    const isLocked = codesOf(cause).includes('LEVEL_LOCKED');
    throw new ZkcxError(
      code,
      isLocked ? `${folder} is in use by another process` : `cannot open ${what} in ${folder}`,
      { reason: isLocked ? 'locked' : undefined, cause },
    );
  }
  return level;
}

/** Codes of an error and of its causes. */
function codesOf(error: unknown): unknown[] {
  if (typeof error !== 'object' || error === null) return [];
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return [code, ...codesOf(cause)];
}

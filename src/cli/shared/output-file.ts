import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ZkcxError } from '../../errors.ts';

/** Refuse a place that cannot be written, or that holds something already. */
export async function assertWritable(file: string): Promise<void> {
  const exists = await access(file).then(
    () => true,
    () => false,
  );
  if (exists) throw new ZkcxError('ERR_FILE_WRITE', `${file} exists: remove it or name another`);
  try {
    await access(dirname(file), constants.W_OK);
  } catch (cause) {
    throw new ZkcxError('ERR_FILE_WRITE', `cannot write into ${dirname(file)}`, { cause });
  }
}

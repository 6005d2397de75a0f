/**
 * Births that stand so deep in their chain that no reorganisation replaces them: archives need not be asked for them
 * again. The file is the holder's own: whoever else can write it is not believed. Nothing depends on it but time,
 * so what cannot be read is found out anew.
 */
import { dirname } from 'node:path';
import { z } from 'zod';
import { makeFolder, readFileLimited, writeFileAtomic } from '../../../files.ts';

const MAX_BYTES = 1_000_000;
/** Older ones go. */
const MAX_BIRTHS = 1_000;

const uint32 = z.int().min(0).max(0xffff_ffff);

const birth = z.strictObject({
  /** `Chain.identity`. */
  chain: z.string().max(200),
  address: z.string().max(60),
  transaction: z.string().max(60),
  height: uint32,
  /** Slots between the network's genesis and its last hard fork before. */
  era: uint32,
});

const schema = z.strictObject({
  format: z.literal('zkcx-births'),
  version: z.literal(1),
  births: z.array(birth).max(MAX_BIRTHS),
});

export type Birth = z.infer<typeof birth>;
export type BirthName = Pick<Birth, 'chain' | 'address' | 'transaction'>;

/** Undefined where the file, if any, does not have it. */
export async function knownBirth(
  file: string | undefined,
  name: BirthName,
): Promise<Birth | undefined> {
  return (await read(file)).find((known) => isSame(known, name));
}

/** Keep one, if that can be. */
export async function keepBirth(file: string | undefined, added: Birth): Promise<void> {
  if (file === undefined) return;
  const others = (await read(file)).filter((known) => !isSame(known, added));
  const document: z.infer<typeof schema> = {
    format: 'zkcx-births',
    version: 1,
    births: [...others, added].slice(-MAX_BIRTHS),
  };
  try {
    await makeFolder(dirname(file));
    await writeFileAtomic(file, `${JSON.stringify(document, null, 2)}\n`, 0o600);
  } catch {
    // the next one who asks finds out anew
  }
}

async function read(file: string | undefined): Promise<readonly Birth[]> {
  if (file === undefined) return [];
  try {
    const bytes = await readFileLimited(file, MAX_BYTES, { ownerOnly: true });
    return schema.parse(JSON.parse(new TextDecoder().decode(bytes))).births;
  } catch {
    return [];
  }
}

const isSame = (a: BirthName, b: BirthName) =>
  a.chain === b.chain && a.address === b.address && a.transaction === b.transaction;

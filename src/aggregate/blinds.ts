/**
 * The blinds of an aggregation, kept in its work folder: the same chains are planned with the same blinds again,
 * so that proofs that are finished still fit. Private: with a blind and a certificate one can tell
 * whose claim it is.
 */
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Field } from 'o1js';
import { z } from 'zod';
import { fieldString } from '../arguments.ts';
import { isAbsent, readFileLimited, writeFileAtomic } from '../files.ts';
import type { RandomBytes } from '../random.ts';
import { freshBlind } from '../witness/chain.ts';

const MAX_BLINDS_BYTES = 16_000_000;

const blindsSchema = z.strictObject({
  format: z.literal('zkcx-aggregate-blinds'),
  version: z.literal(1),
  blinds: z.record(z.string().regex(/^[0-9a-f]{40}$/), fieldString),
});

export class BlindBook {
  private readonly file: string;
  private readonly blinds: Map<string, string>;
  private readonly random: RandomBytes;

  private constructor(file: string, blinds: Map<string, string>, random: RandomBytes) {
    this.file = file;
    this.blinds = blinds;
    this.random = random;
  }

  /**
   * Open the blinds in a folder. A file that is damaged is put aside, and what was proven with its blinds
   * is proven again. Throws ERR_CREDENTIAL_PERMISSIONS when others may read it.
   */
  static async open(folder: string, random: RandomBytes): Promise<BlindBook> {
    const file = join(folder, 'blinds.json');
    return new BlindBook(file, await read(file), random);
  }

  /** The blind of a link; a new one where there is none. */
  of(link: string): Field {
    const known = this.blinds.get(link);
    if (known !== undefined) return Field(known);
    const blind = freshBlind(this.random);
    this.blinds.set(link, blind.toString());
    return blind;
  }

  /** To be called before anything is proven with them. Readable by the owner only. */
  async save(): Promise<void> {
    const document: z.infer<typeof blindsSchema> = {
      format: 'zkcx-aggregate-blinds',
      version: 1,
      blinds: Object.fromEntries(this.blinds),
    };
    await writeFileAtomic(this.file, JSON.stringify(document), 0o600);
  }
}

async function read(file: string): Promise<Map<string, string>> {
  let text: string;
  try {
    const bytes = await readFileLimited(file, MAX_BLINDS_BYTES, { ownerOnly: true });
    text = new TextDecoder().decode(bytes);
  } catch (error) {
    if (isAbsent(error)) return new Map();
    throw error;
  }
  try {
    return new Map(Object.entries(blindsSchema.parse(JSON.parse(text)).blinds));
  } catch {
    await rename(file, `${file}.damaged`);
    return new Map();
  }
}

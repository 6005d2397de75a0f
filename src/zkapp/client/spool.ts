/**
 * The relay's folder: holders put chain proofs into `inbox` (each under a name of the holder's choice,
 * ending in .json), and find their member files in `outbox` under the same names. What cannot be
 * published goes to `refused`, with the reason beside it.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type ErrorCode, ZkcxError } from '../../errors.ts';
import { AGGREGATE_HEIGHT } from '../../params.ts';
import { formatEnvelope, parseEnvelope, type ProofEnvelope } from '../../prover/envelope.ts';
import { readFileLimited, writeFileAtomic } from '../../prover/files.ts';
import { type AggregateMember, writeMember } from '../../prover/member.ts';

const MAX_PROOF_BYTES = 200_000;
const MAX_BATCH_BYTES = 1_000_000;
const FOLDERS = ['inbox', 'batch', 'outbox', 'refused', 'work'] as const;

/** A proof that waits, by the name of its file. */
export interface Waiting {
  readonly name: string;
  readonly proof: ProofEnvelope;
}

const batchSchema = z.strictObject({
  format: z.literal('zkcx-relay-batch'),
  version: z.literal(1),
  /** In the order of the leaves. */
  names: z
    .array(z.string())
    .min(1)
    .max(2 ** AGGREGATE_HEIGHT),
});

export class Spool {
  private readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Open a spool folder, made where there is none. */
  static async open(folder: string): Promise<Spool> {
    for (const name of FOLDERS) await mkdir(join(folder, name), { recursive: true, mode: 0o700 });
    return new Spool(folder);
  }

  /** Where a fold keeps what it has done. */
  get work(): string {
    return join(this.folder, 'work');
  }

  /** Proofs in the inbox; files that are none are refused, and counted. */
  async waiting(): Promise<{ readonly found: Waiting[]; readonly refused: number }> {
    const names = (await readdir(join(this.folder, 'inbox'))).filter((name) =>
      /^[\w-][\w.-]{0,100}\.json$/.test(name),
    );
    const found: Waiting[] = [];
    let refused = 0;
    for (const name of names.sort()) {
      try {
        found.push({ name, proof: await this.read('inbox', name) });
      } catch (error) {
        if (!(error instanceof ZkcxError)) throw error;
        await this.refuse(name, error);
        refused += 1;
      }
    }
    return { found, refused };
  }

  /** Put a file of the inbox aside, and say why. The reason names no value of it. */
  async refuse(name: string, { code, message }: { code: ErrorCode; message: string }) {
    const reason = `${JSON.stringify({ code, message })}\n`;
    await writeFileAtomic(join(this.folder, 'refused', `${name}.reason`), reason, 0o600);
    await rename(join(this.folder, 'inbox', name), join(this.folder, 'refused', name));
  }

  /** The batch that was begun and is not finished. */
  async batch(): Promise<Waiting[] | undefined> {
    const file = join(this.folder, 'batch.json');
    let names: string[];
    try {
      const bytes = await readFileLimited(file, MAX_BATCH_BYTES);
      ({ names } = batchSchema.parse(JSON.parse(new TextDecoder().decode(bytes))));
    } catch (error) {
      if (error instanceof ZkcxError && error.code === 'ERR_FILE_READ') return undefined;
      throw new ZkcxError('ERR_FILE_READ', `${file} is damaged: remove it to begin a new batch`, {
        cause: error,
      });
    }
    return Promise.all(
      names.map(async (name) => ({ name, proof: await this.read('batch', name) })),
    );
  }

  /** Take proofs out of the inbox into a batch. Done again after a stop, it comes to the same. */
  async begin(batch: readonly Waiting[]): Promise<void> {
    for (const { name, proof } of batch) {
      await writeFileAtomic(join(this.folder, 'batch', name), formatEnvelope(proof), 0o600);
    }
    const document: z.infer<typeof batchSchema> = {
      format: 'zkcx-relay-batch',
      version: 1,
      names: batch.map(({ name }) => name),
    };
    // from here on the batch is what counts
    const file = join(this.folder, 'batch.json');
    await writeFileAtomic(file, `${JSON.stringify(document)}\n`, 0o600);
  }

  /** Hand out the members' files, and forget the batch. */
  async finish(batch: readonly Waiting[], members: readonly AggregateMember[]): Promise<void> {
    for (const [i, { name }] of batch.entries()) {
      await writeMember(join(this.folder, 'outbox', name), members[i]!);
      await rm(join(this.folder, 'inbox', name), { force: true });
    }
    await this.abandon();
    for (const name of ['batch', 'work']) {
      await rm(join(this.folder, name), { recursive: true, force: true });
      await mkdir(join(this.folder, name), { mode: 0o700 });
    }
  }

  /** Give up a batch that cannot be published any more: its proofs wait again. */
  async abandon(): Promise<void> {
    await rm(join(this.folder, 'batch.json'), { force: true });
  }

  private async read(folder: 'inbox' | 'batch', name: string): Promise<ProofEnvelope> {
    const bytes = await readFileLimited(join(this.folder, folder, name), MAX_PROOF_BYTES);
    // a credential file has another format and is refused here: openings are not for relays
    return parseEnvelope(new TextDecoder().decode(bytes));
  }
}

/**
 * An order that has nothing to do with that of arrival, and that nobody can choose: by a hash of the
 * commitments' values.
 */
export function batchOrder(waiting: readonly Waiting[]): Waiting[] {
  const key = ({ proof }: Waiting) =>
    createHash('sha256').update(proof.proof.publicOutput.join()).digest('hex');
  return [...waiting].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

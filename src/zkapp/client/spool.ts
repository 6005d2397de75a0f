/**
 * The relay's folder: holders put refreshes of their credentials into `inbox` (each under a name of the holder's choice,
 * ending in .json), and find their member files in `outbox` under the same names. What cannot be
 * published goes to `refused`, with the reason beside it.
 */
import { createHash } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { checked, path } from '../../arguments.ts';
import { type ErrorCode, ZkcxError } from '../../errors.ts';
import { AGGREGATE_HEIGHT } from '../../params.ts';
import { parseEnvelope, type ProofEnvelope } from '../../prover/envelope.ts';
import { isAbsent, makeFolder, readFileLimited, writeFileAtomic } from '../../files.ts';
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

interface Reason {
  readonly code: ErrorCode;
  readonly message: string;
}

const REPLACED: Reason = {
  code: 'ERR_AGGREGATE_DUPLICATE',
  message: 'another proof came under the same name while this one was in a batch',
};

export class Spool {
  private readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Open a spool folder, made where there is none. Throws ERR_FILE_WRITE. */
  static async open(folder: string): Promise<Spool> {
    checked(folder, path, 'Spool.open');
    for (const name of FOLDERS) await makeFolder(join(folder, name));
    return new Spool(folder);
  }

  /** Where an aggregation keeps its finished proofs. */
  get work(): string {
    return join(this.folder, 'work');
  }

  /** Proofs in the inbox; files that are none are refused, and counted. */
  async waiting(): Promise<{ readonly found: Waiting[]; readonly refused: number }> {
    const names = (await readdir(this.path('inbox'))).filter((name) =>
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
  async refuse(name: string, reason: Reason): Promise<void> {
    await this.putAside('inbox', name, reason);
  }

  /** The batch that was begun and is not finished. */
  async batch(): Promise<Waiting[] | undefined> {
    let names: string[];
    try {
      const bytes = await readFileLimited(this.list, MAX_BATCH_BYTES);
      ({ names } = batchSchema.parse(JSON.parse(new TextDecoder().decode(bytes))));
    } catch (error) {
      if (isAbsent(error)) {
        // stopped while it was begun
        await this.abandon();
        return undefined;
      }
      // that it cannot be read now does not mean that nothing of it is published
      if (error instanceof ZkcxError) throw error;
      throw new ZkcxError(
        'ERR_FILE_READ',
        `${this.list} is damaged: remove it to begin a new batch`,
        { cause: error },
      );
    }
    return Promise.all(
      names.map(async (name) => ({ name, proof: await this.read('batch', name) })),
    );
  }

  /** Take proofs out of the inbox into a batch, in this order. */
  async begin(batch: readonly Waiting[]): Promise<void> {
    const names = batch.map(({ name }) => name);
    for (const name of names) await rename(this.path('inbox', name), this.path('batch', name));
    const document: z.infer<typeof batchSchema> = { format: 'zkcx-relay-batch', version: 1, names };
    // from here on the batch is what counts
    await writeFileAtomic(this.list, `${JSON.stringify(document)}\n`, 0o600);
  }

  /** Hand out the members' files, and forget the batch. */
  async finish(batch: readonly Waiting[], members: readonly AggregateMember[]): Promise<void> {
    for (const [i, { name }] of batch.entries()) {
      await writeMember(this.path('outbox', name), members[i]!);
    }
    // all of it at once: half a batch would be published again
    const finished = join(this.folder, 'finished');
    await rm(finished, { recursive: true, force: true });
    await rename(this.path('batch'), finished);
    await makeFolder(this.path('batch'));
    await rm(finished, { recursive: true });
    await rm(this.work, { recursive: true, force: true });
    await makeFolder(this.work);
  }

  /** Give up a batch that cannot be published any more: its proofs wait again. */
  async abandon(): Promise<void> {
    await rm(this.list, { force: true });
    const waiting = new Set(await readdir(this.path('inbox')));
    for (const name of await readdir(this.path('batch'))) {
      if (name.startsWith('.')) continue;
      if (!waiting.has(name)) await rename(this.path('batch', name), this.path('inbox', name));
      else await this.putAside('batch', name, REPLACED);
    }
  }

  private async putAside(from: 'inbox' | 'batch', name: string, { code, message }: Reason) {
    const reason = `${JSON.stringify({ code, message })}\n`;
    await writeFileAtomic(this.path('refused', `${name}.reason`), reason, 0o600);
    await rename(this.path(from, name), this.path('refused', name));
  }

  /** Which files are the batch, once it is complete; no holder's file begins with a dot. */
  private get list(): string {
    return this.path('batch', '.batch.json');
  }

  private path(folder: (typeof FOLDERS)[number], name = ''): string {
    return join(this.folder, folder, name);
  }

  private async read(folder: 'inbox' | 'batch', name: string): Promise<ProofEnvelope> {
    const bytes = await readFileLimited(this.path(folder, name), MAX_PROOF_BYTES);
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

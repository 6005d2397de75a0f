/**
 * Finished proofs in a folder, by the id of their job: program, inputs and verification key. A file is
 * there whole or not at all, and counts only if it verifies and says what was planned.
 */
import { access, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { ZkcxError } from '../errors.ts';
import { jsonProof, type JsonProof } from '../prover/envelope.ts';
import { makeFolder, readFileLimited, writeFileAtomic } from '../files.ts';
import { claims, type AggregateJob, needsOf } from './job.ts';

const MAX_PROOF_BYTES = 300_000;

/** Whether a proof of a program verifies under the key that is trusted for it. */
export type Verdict = (program: string, proof: JsonProof) => Promise<boolean>;

export class ProofStore {
  private readonly folder: string;
  private readonly verdict: Verdict;

  private constructor(folder: string, verdict: Verdict) {
    this.folder = folder;
    this.verdict = verdict;
  }

  /** Open, or make, the store in a folder. Throws ERR_FILE_WRITE. */
  static async open(folder: string, verdict: Verdict): Promise<ProofStore> {
    await makeFolder(join(folder, 'damaged'));
    return new ProofStore(folder, verdict);
  }

  /**
   * The proof of a job. An entry that cannot be read, does not verify or says something else than was
   * planned is put aside, into `damaged`, and counts as missing.
   */
  async read(job: AggregateJob): Promise<JsonProof | undefined> {
    const file = this.file(job);
    if (!(await exists(file))) return undefined;
    const proof = await readProof(file);
    if (proof !== undefined && (await this.holds(job, proof))) return proof;
    await rename(file, join(this.folder, 'damaged', `${job.id}.json`));
    return undefined;
  }

  /** Keep a proof. Throws ERR_AGGREGATE_PROOF for one that is not what was planned, or not valid. */
  async write(job: AggregateJob, proof: JsonProof): Promise<void> {
    if (!(await this.holds(job, proof))) {
      throw new ZkcxError(
        'ERR_AGGREGATE_PROOF',
        `${job.program}.${job.method}: the proof that came back is not valid, or not of what was planned`,
      );
    }
    await writeFileAtomic(this.file(job), JSON.stringify(proof), 0o600);
  }

  private async holds(job: AggregateJob, proof: JsonProof): Promise<boolean> {
    return claims(proof, job) && (await this.verdict(job.program, proof));
  }

  private file({ id }: AggregateJob): string {
    return join(this.folder, `${id}.json`);
  }
}

/** What is there already, and what is still to be done, in an order in which it can be done. */
export interface Remaining {
  readonly proofs: Map<string, JsonProof>;
  readonly jobs: readonly AggregateJob[];
}

/**
 * Read what is kept of the proofs that are wanted, and else of those that they need. What lies below
 * a proof that is kept is not asked for again.
 */
export async function remaining(
  { jobs, given, wanted }: Work,
  store: ProofStore,
): Promise<Remaining> {
  const proofs = new Map(given);
  const needed = new Set(wanted);
  const missing: AggregateJob[] = [];
  for (const job of jobs.toReversed()) {
    if (!needed.has(job.id)) continue;
    const proof = await store.read(job);
    if (proof !== undefined) proofs.set(job.id, proof);
    else {
      missing.unshift(job);
      for (const id of needsOf(job)) needed.add(id);
    }
  }
  return { proofs, jobs: missing };
}

/** Jobs, each behind all that it needs, and proofs that need no job. */
export interface Work {
  readonly jobs: readonly AggregateJob[];
  readonly given: ReadonlyMap<string, JsonProof>;
  /** Ids of the proofs that are asked for. */
  readonly wanted: readonly string[];
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

async function readProof(file: string): Promise<JsonProof | undefined> {
  try {
    const text = new TextDecoder().decode(await readFileLimited(file, MAX_PROOF_BYTES));
    return jsonProof.safeParse(JSON.parse(text)).data;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof ZkcxError) return undefined;
    throw error;
  }
}

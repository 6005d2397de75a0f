/**
 * A proof to make, as data: what a process needs that makes it, whether here or elsewhere, and what
 * the proof must claim. The inputs that are no proofs are private.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ZkcxError } from '../errors.ts';
import { fieldString } from '../arguments.ts';
import type { JsonProof } from '../prover/envelope.ts';
import type { VerificationKey } from '../prover/keys.ts';
import type { ProofJob } from '../prover/prover.ts';

/** A private input of the method: the proof with this id, or a value as its type's `toJSON` makes it. */
export const jobInput = z.union([
  z.strictObject({ proof: z.string().max(200) }),
  z.strictObject({ value: z.json() }),
]);

export type JobInput = z.infer<typeof jobInput>;

export const jobBody = z.strictObject({
  program: z.string().max(40),
  method: z.string().max(40),
  publicInput: fieldString,
  /** In the order of the method's arguments. */
  inputs: z.array(jobInput).max(8),
  /** What the proof must claim. */
  publicOutput: z.array(fieldString).max(64),
});

export type JobBody = z.infer<typeof jobBody>;

export interface AggregateJob extends JobBody {
  /**
   * 40 hexadecimal digits that stand for the body and the verification key: work with the same id gives
   * a proof of the same claim under the same key. The blinds in it keep it from telling what it hashes.
   */
  readonly id: string;
}

/** Verification key of a program. */
export type KeyOf = (program: string) => VerificationKey;

export function jobOf(body: JobBody, keyOf: KeyOf): AggregateJob {
  const { program, method, publicInput, inputs, publicOutput } = body;
  const { hash } = keyOf(program);
  return { id: digest([hash, program, method, publicInput, inputs, publicOutput]), ...body };
}

/** SHA-256 of JSON, its first 40 hexadecimal digits. */
export function digest(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 40);
}

/** Ids of the proofs that a job verifies, each once. */
export function needsOf({ inputs }: Pick<AggregateJob, 'inputs'>): string[] {
  return [...new Set(inputs.flatMap((input) => ('proof' in input ? [input.proof] : [])))];
}

/** The job as a prover takes it. Every proof that it needs must be there. */
export function proofJob(job: JobBody, proofs: ReadonlyMap<string, JsonProof>): ProofJob {
  const { program, method, publicInput, inputs } = job;
  const privateInputs = inputs.map((input) => {
    if ('value' in input) return input.value;
    const proof = proofs.get(input.proof);
    if (proof === undefined) {
      throw new ZkcxError(
        'ERR_AGGREGATE_WORKER',
        `${program}.${method}: a proof that it needs is missing`,
      );
    }
    return proof;
  });
  return { program, method, publicInput, privateInputs };
}

/** Whether a proof says what was planned. */
export function claims(
  { publicInput, publicOutput }: JsonProof,
  planned: Pick<JobBody, 'publicInput' | 'publicOutput'>,
): boolean {
  const values = [planned.publicInput, ...planned.publicOutput];
  return values.join() === [...publicInput, ...publicOutput].join();
}

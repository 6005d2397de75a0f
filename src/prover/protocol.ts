/** Messages between the process that asks and the process that proves. */
import { z } from 'zod';
import { jsonProof, plainProof } from './envelope.ts';
import { circuitsSchema } from './pinned-circuits.ts';

/** Machine code, about four times as fast, or WebAssembly, which runs wherever Node runs. */
export const BACKENDS = ['native', 'wasm'] as const;
export type Backend = (typeof BACKENDS)[number];

/** Work for the worker; `id` comes back with everything that belongs to it. */
export type Command =
  | {
      readonly id: number;
      readonly type: 'compile';
      readonly program: string;
      readonly backend?: Backend;
      /** Use nothing that is pinned of the program, and report what to pin of it. */
      readonly fresh: boolean;
    }
  | {
      readonly id: number;
      readonly type: 'prove';
      readonly program: string;
      readonly method: string;
      readonly publicInput: unknown;
      /** One value for each private input, proofs among them, as their types' `toJSON` makes them. */
      readonly privateInputs: readonly unknown[];
    };

const backend = z.enum(BACKENDS);
const milliseconds = z.number().nonnegative();

export const reportSchema = z.discriminatedUnion('type', [
  z.strictObject({
    id: z.int(),
    type: z.literal('compiling'),
    program: z.string(),
    backend,
    fallback: z.string().optional(),
  }),
  z.strictObject({
    id: z.int(),
    type: z.literal('compiled'),
    program: z.string(),
    ms: milliseconds,
    key: z.strictObject({ hash: z.string(), data: z.string() }),
    circuits: circuitsSchema.optional(),
  }),
  z.strictObject({
    id: z.int(),
    type: z.literal('proving'),
    program: z.string(),
    method: z.string(),
  }),
  z.strictObject({
    id: z.int(),
    type: z.literal('proved'),
    program: z.string(),
    method: z.string(),
    ms: milliseconds,
    /** Bytes that the worker has in use now, and had at most. */
    memory: z.number().positive(),
    peakMemory: z.number().positive(),
    proof: z.union([jsonProof, plainProof]),
  }),
  z.strictObject({
    id: z.int(),
    type: z.literal('failed'),
    code: z.enum([
      'ERR_PROVER_REFUSED',
      'ERR_PROVER_INPUT',
      'ERR_PROVER_BACKEND',
      'ERR_PROVER_FAILED',
    ]),
    message: z.string(),
  }),
]);

export type Report = z.infer<typeof reportSchema>;

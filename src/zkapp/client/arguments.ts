/** Forms of what callers pass to the registry's client, see src/arguments.ts. */
import { Field, PrivateKey } from 'o1js';
import { z } from 'zod';
import { callback, field, fieldString, instanceOf, path } from '../../arguments.ts';
import { AGGREGATE_HEIGHT } from '../../params.ts';
import { BACKENDS } from '../../prover/protocol.ts';
import { RegistryTree } from '../../witness/registry-tree.ts';
import { RevocationMap } from '../../witness/revocation-map.ts';
import { RegistryHistory } from './history.ts';

/** Milliseconds that a timer of Node.js takes. */
const milliseconds = z.int().min(0).max(2_147_483_647);
const nanomina = z
  .bigint()
  .min(0n)
  .lt(1n << 64n);
const url = z.string().min(1).max(2_000);
const network = z.union([
  z.enum(['mainnet', 'devnet', 'testnet']),
  z.strictObject({ custom: z.string() }),
]);

/** An implementation of `Chain`. */
export const chain = z.looseObject({
  identity: callback,
  clock: callback,
  tip: callback,
  account: callback,
  events: callback,
  eventHeights: callback,
  submit: callback,
  command: callback,
});

export const sender = z.strictObject({
  chain,
  feePayer: instanceOf(PrivateKey),
  journal: path,
  fee: nanomina.optional(),
  onStep: callback.optional(),
  onState: callback.optional(),
  onCompile: callback.optional(),
  interval: milliseconds.optional(),
  now: callback.optional(),
  signal: instanceOf(AbortSignal).optional(),
  backend: z.enum(BACKENDS).optional(),
});

export const nodeOptions = z.strictObject({
  nodes: z.array(url).min(1).max(100),
  archives: z.array(url).max(100).optional(),
  network: network.optional(),
  now: callback.optional(),
  interval: milliseconds.optional(),
  attempts: z.int().min(1).max(10_000).optional(),
  plainHttp: z.boolean().optional(),
  fetch: callback.optional(),
  timeout: milliseconds.min(1).optional(),
  maxBytes: z.int().min(1).optional(),
  retries: z.int().min(0).max(100).optional(),
  pause: milliseconds.optional(),
  signal: instanceOf(AbortSignal).optional(),
});

export const embeddedOptions = z.strictObject({
  folder: path,
  random: callback,
  now: callback,
  proofs: z.boolean().optional(),
  genesis: z
    .bigint()
    .min(0n)
    .max(2n ** 38n)
    .optional(),
  slotSeconds: z.int().min(1).max(86_400).optional(),
  finality: z.int().min(0).max(10_000).optional(),
  canonical: z.int().min(0).max(10_000).optional(),
});

const member = z.looseObject({
  leaf: instanceOf(Field),
  path: z.looseObject({
    siblings: z.array(instanceOf(Field)).min(1).max(AGGREGATE_HEIGHT),
    right: z.array(instanceOf(Field)).min(1).max(AGGREGATE_HEIGHT),
  }),
});

/** `expected` and `births` are checked where they are used. */
export const syncOptions = z.strictObject({
  expected: z.unknown().optional(),
  births: z.unknown().optional(),
  members: z.array(member).optional(),
  attempts: z.int().min(1).max(10_000).optional(),
  interval: milliseconds.optional(),
  checkpoint: path.optional(),
  minimumMembers: z.int().min(0).optional(),
});

export const synced = z.looseObject({
  address: z.string().max(100),
  born: z.int().min(0),
  height: z.int().min(0),
  state: z.looseObject({ trustRoot: field, registryRoot: field, revocationRoot: field }),
  publications: z.array(z.looseObject({ value: field, height: z.int().min(0) })),
  tree: instanceOf(RegistryTree),
  history: instanceOf(RegistryHistory),
});

/** A document of `parseEnvelope`; which proof it must be, is said where it is used. */
export const envelope = z.looseObject({
  program: z.string(),
  verificationKeyHash: z.string(),
  proof: z.looseObject({
    publicInput: z.array(fieldString),
    publicOutput: z.array(fieldString),
    maxProofsVerified: z.int(),
    proof: z.string(),
  }),
});

export const revocationMap = instanceOf(RevocationMap);

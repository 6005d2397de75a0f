/** The files of an embedded chain: what it is, and every command that it accepted, in their order. */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PrivateKey } from 'o1js';
import { z } from 'zod';
import { ZkcxError } from '../../../errors.ts';
import { SLOT_SECONDS } from '../../../params.ts';
import { describeIssue } from '../../../arguments.ts';
import { readFileLimited, writeFileAtomic } from '../../../files.ts';
import type { RandomBytes } from '../../../random.ts';
import type { Clock } from '../../../time.ts';
import { accountKeyFrom } from '../keys.ts';

const MAX_FILE_BYTES = 8_000_000;

const chainSchema = z.strictObject({
  format: z.literal('zkcx-chain'),
  version: z.literal(2),
  /** Unix seconds of slot 0. */
  genesis: z.int().min(0),
  slotSeconds: z.int().min(1).max(86_400),
  /** Blocks on top of one that make it count as final, and as canonical. */
  finality: z.int().min(0).max(10_000),
  canonical: z.int().min(0).max(10_000),
  /** What the accounts' keys are made of. */
  seed: z.string().regex(/^[0-9a-f]{64}$/),
  proofs: z.boolean(),
});

export type ChainFile = z.infer<typeof chainSchema>;

const entrySchema = z.strictObject({
  slot: z.int().min(0),
  hash: z.string(),
  /** Why it had no effect but its fee. */
  failure: z.string().max(300).optional(),
  command: z.looseObject({
    accountUpdates: z.array(
      z.looseObject({
        body: z.looseObject({
          publicKey: z.string(),
          tokenId: z.string(),
          events: z.array(z.array(z.string())),
          authorizationKind: z.looseObject({ isSigned: z.boolean(), isProved: z.boolean() }),
        }),
      }),
    ),
  }),
});

/** A command, and the slot of its block. */
export type Entry = z.infer<typeof entrySchema>;

export interface NewChain {
  readonly random: RandomBytes;
  /** Unix seconds. */
  readonly now: Clock;
  /** Of a new chain: whether it checks proofs; default true. Without, anybody may claim anything. */
  readonly proofs?: boolean;
  /** Of a new chain: Unix seconds of slot 0; default now. */
  readonly genesis?: bigint;
  /** Of a new chain: seconds of a slot; default as on Mina. */
  readonly slotSeconds?: number;
  /** Of a new chain: blocks on top of one after which it is final; default 0, for nothing is ever replaced. */
  readonly finality?: number;
  /** Of a new chain: blocks on top of one after which it is canonical; default as `finality`. */
  readonly canonical?: number;
}

/** Throws ERR_REGISTRY_CHAIN, ERR_CREDENTIAL_PERMISSIONS, ERR_FILE_WRITE. */
export async function openChainFile(folder: string, options: NewChain): Promise<ChainFile> {
  const path = join(folder, 'chain.json');
  if ((await readdir(folder)).includes('chain.json')) return readJson(path, chainSchema);
  const { random, now, proofs = true, slotSeconds = SLOT_SECONDS, finality = 0 } = options;
  const { genesis = now(), canonical = finality } = options;
  const file: ChainFile = {
    format: 'zkcx-chain',
    version: 2,
    genesis: Number(genesis),
    slotSeconds,
    finality,
    canonical,
    seed: Buffer.from(random(32)).toString('hex'),
    proofs,
  };
  await writeFileAtomic(path, `${JSON.stringify(file, null, 2)}\n`, 0o600);
  return file;
}

const entryFile = (folder: string, number: number) =>
  join(folder, 'journal', `${String(number).padStart(6, '0')}.json`);

export async function writeEntry(folder: string, number: number, entry: Entry): Promise<void> {
  await writeFileAtomic(entryFile(folder, number), JSON.stringify(entry), 0o600);
}

/** All commands of a folder, oldest first. */
export async function* readEntries(folder: string): AsyncGenerator<Entry> {
  const names = await readdir(join(folder, 'journal'));
  const count = names.filter((name) => name.endsWith('.json')).length;
  for (let number = 1; number <= count; number++) {
    yield await readJson(entryFile(folder, number), entrySchema);
  }
}

/** Deterministic: the accounts of a folder are the same whenever it is opened. */
export function keyOf({ seed }: ChainFile, index: number): PrivateKey {
  return accountKeyFrom(createHash('sha256').update(`zkcx account ${index} ${seed}`).digest());
}

async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  let json: unknown;
  try {
    const bytes = await readFileLimited(path, MAX_FILE_BYTES, { ownerOnly: true });
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    if (cause instanceof ZkcxError && cause.code === 'ERR_CREDENTIAL_PERMISSIONS') throw cause;
    throw damaged(`${path} cannot be read`, cause);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw damaged(`${path} has another form: ${describeIssue(parsed.error)}`);
}

export const damaged = (how: string, cause?: unknown) =>
  new ZkcxError('ERR_REGISTRY_CHAIN', `the embedded chain cannot be opened: ${how}`, { cause });

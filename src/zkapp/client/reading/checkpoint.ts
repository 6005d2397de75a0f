/**
 * What was read of a registry and can change no more, so that the next reading begins behind it: its canonical
 * events. Everything else follows from them: tree, trust set, map with its floors, pending actions, admin.
 */
import { z } from 'zod';
import { ZkcxError } from '../../../errors.ts';
import { describeIssue, fieldString } from '../../../arguments.ts';
import { isAbsent, readFileLimited, writeFileAtomic } from '../../../files.ts';
import type { ChainEvent } from '../chain.ts';

const MAX_CHECKPOINT_BYTES = 500_000_000;

const uint32 = z.int().min(0).max(0xffffffff);
const bigint = z
  .string()
  .regex(/^[0-9]{1,20}$/)
  .transform(BigInt);

const eventSchema = z.strictObject({
  fields: z.array(fieldString.transform(BigInt)).max(1_024),
  block: z.strictObject({
    height: uint32,
    stateHash: z.string().min(1).max(100),
    globalSlotSinceGenesis: uint32,
    globalSlotSinceHardfork: uint32,
    time: bigint,
  }),
  status: z.literal('canonical'),
  transaction: z.string().min(1).max(100),
  sequenceNumber: uint32,
  accountUpdate: uint32,
  authorization: z.enum(['None', 'Signature', 'Proof']),
});

const checkpointSchema = z.strictObject({
  format: z.literal('zkcx-checkpoint'),
  version: z.literal(1),
  chain: z.string().min(1).max(200),
  address: z.string().min(1).max(100),
  /** Events of all blocks up to this one are here. */
  height: uint32,
  events: z.array(eventSchema),
});

export interface Checkpoint {
  readonly chain: string;
  readonly address: string;
  readonly height: number;
  readonly events: readonly ChainEvent[];
}

/**
 * Undefined where there is none. Throws ERR_REGISTRY_CHECKPOINT (damaged, or of another registry or chain), ERR_FILE_*.
 */
export async function readCheckpoint(
  file: string,
  { chain, address }: Pick<Checkpoint, 'chain' | 'address'>,
): Promise<Checkpoint | undefined> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(await readFileLimited(file, MAX_CHECKPOINT_BYTES)));
  } catch (cause) {
    if (isAbsent(cause)) return undefined;
    if (cause instanceof ZkcxError) throw cause;
    throw unusable(file, 'it is not JSON', cause);
  }
  const parsed = checkpointSchema.safeParse(json);
  if (!parsed.success) throw unusable(file, describeIssue(parsed.error));
  if (parsed.data.chain !== chain || parsed.data.address !== address) {
    throw unusable(file, 'it is of another registry or chain');
  }
  return parsed.data;
}

const unusable = (file: string, how: string, cause?: unknown) =>
  new ZkcxError('ERR_REGISTRY_CHECKPOINT', `${file}: ${how}; remove it to read all again`, {
    cause,
  });

/** Throws ERR_FILE_WRITE. */
export async function writeCheckpoint(file: string, checkpoint: Checkpoint): Promise<void> {
  // whoever told of them may have called them pending when they were deep enough already
  const events = checkpoint.events.map((event) => ({ ...event, status: 'canonical' }));
  const document = { format: 'zkcx-checkpoint', version: 1, ...checkpoint, events };
  const text = JSON.stringify(document, (_name, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
  await writeFileAtomic(file, `${text}\n`, 0o600);
}

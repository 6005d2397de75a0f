/**
 * The relay: collects proofs of many holders, each a refresh of a credential, aggregates them, and publishes them from an account of its
 * own at fixed times, so that neither account nor hour tells whose entry is whose. It gets proofs and
 * nothing else; an opening has no business here.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { callback, checked, instanceOf } from '../../arguments.ts';
import { ZkcxError } from '../../errors.ts';
import { AGGREGATE_HEIGHT, MIN_REMAINING_SECONDS } from '../../params.ts';
import type { ProofEnvelope } from '../../prover/envelope.ts';
import type { AggregateMember } from '../../prover/member.ts';
import { pinnedKeyOf, verifyRefresh } from '../../prover/verify.ts';
import type { Clock } from '../../time.ts';
import { periodOf } from '../contract/index.ts';
import type { DeploymentFile } from './deployment.ts';
import * as argument from './arguments.ts';
import { publishAggregate, type PublishedAt } from './publish.ts';
import { DEFAULT_FEE, type Sender } from './send.ts';
import { batchOrder, Spool, type Waiting } from './spool.ts';
import { type SyncedRegistry, syncRegistry, type SyncOptions } from './sync.ts';

/** One proof for many, and each one's path in it, in the order of the list. */
export interface AggregatedBatch {
  readonly aggregate: ProofEnvelope;
  readonly members: readonly AggregateMember[];
}

export interface AggregateContext {
  readonly trustRoot: bigint;
  /** Unix seconds, as the chain has it. */
  readonly at: bigint;
}

export interface RelayOptions {
  readonly sender: Sender;
  readonly deployment: DeploymentFile;
  readonly spool: Spool;
  readonly sync?: SyncOptions;
  /** Proofs below which nothing is published: a batch of few hides little. At least 2. */
  readonly minimum: number;
  /** Aggregates refreshes. Called again with the same list, it continues where it stopped. */
  readonly aggregateBatch: (
    proofs: readonly ProofEnvelope[],
    context: AggregateContext,
  ) => Promise<AggregatedBatch>;
}

export interface RelayRun {
  /** Undefined when there was too little to publish. */
  readonly published?: PublishedAt & { readonly members: number };
  readonly waiting: number;
  readonly refused: number;
}

/**
 * One turn: check what waits, and if it is enough, aggregate and publish it and hand out the members' files. A
 * turn that was stopped anywhere goes on in the next one; nothing is published twice.
 *
 * @throws the codes of `syncRegistry`, `publishAggregate` and of the aggregation
 */
export async function relayTurn(options: RelayOptions): Promise<RelayRun> {
  checked(options, relayOptions, 'relayTurn');
  const { sender, deployment, spool, minimum } = options;
  const synced = await syncRegistry(sender.chain, deployment, options.sync);
  let batch = await spool.batch();
  let refused = 0;
  if (batch === undefined) {
    const checked = await checkWaiting(options, synced);
    refused = checked.refused;
    if (checked.good.length < minimum) return { waiting: checked.good.length, refused };
    batch = batchOrder(checked.good).slice(0, 2 ** AGGREGATE_HEIGHT);
    await spool.begin(batch);
  }
  try {
    const published = await publishBatch(options, synced, batch);
    return { published: { ...published, members: batch.length }, waiting: 0, refused };
  } catch (error) {
    // what holds of the list as it is will hold in every turn: begin anew from the inbox
    const lost = error instanceof ZkcxError && BATCH_IS_LOST.test(error.code);
    if (lost) await spool.abandon();
    throw error;
  }
}

const BATCH_IS_LOST =
  /^ERR_(AGGREGATE_(DUPLICATE|EXPIRED|MERGE|PROOF|SIZE|TRUST_ROOT)$|PROOF|REGISTRY_(WINDOW|TRUST_ROOT|AGGREGATE))/;

async function publishBatch(
  options: RelayOptions,
  synced: SyncedRegistry,
  batch: readonly Waiting[],
): Promise<PublishedAt> {
  const { spool, aggregateBatch } = options;
  const { aggregate, members } = await aggregateBatch(
    batch.map(({ proof }) => proof),
    { trustRoot: synced.state.trustRoot, at: timeOf(synced) },
  );
  // it may stand there already, from a turn that was stopped before it could say so
  const published = await publishDearer(options, synced, aggregate);
  await spool.finish(batch, members);
  return published;
}

/** Times that a batch is sent in a turn, each for twice the fee of the one before. */
const SENDINGS = 4;

/** Who publishes once a block is always faster; who pays more comes first in a block. */
async function publishDearer(
  { sender, deployment, sync }: RelayOptions,
  synced: SyncedRegistry,
  aggregate: ProofEnvelope,
): Promise<PublishedAt> {
  const { fee = DEFAULT_FEE } = sender;
  for (let sending = 0, registry = synced; ; sending++) {
    try {
      const dearer = { ...sender, fee: fee * 2n ** BigInt(sending) };
      return await publishAggregate(dearer, registry, aggregate);
    } catch (error) {
      const wasSlower = error instanceof ZkcxError && SLOWER.has(error.code);
      if (!wasSlower || sending + 1 === SENDINGS) throw error;
      registry = await syncRegistry(sender.chain, deployment, sync);
    }
  }
}

/** Somebody else changed the registry first. */
const SLOWER: ReadonlySet<string> = new Set(['ERR_REGISTRY_REFUSED', 'ERR_COMMAND_FAILED']);

/** Proofs that can be published now; the others are refused. */
async function checkWaiting({ sender, spool }: RelayOptions, synced: SyncedRegistry) {
  const { state } = synced;
  const at = timeOf(synced);
  const good: Waiting[] = [];
  const seen = new Set<string>();
  const { found, ...spooled } = await spool.waiting();
  let { refused } = spooled;
  for (const { name, proof } of found) {
    try {
      // a day more than the contract asks for: aggregation and waiting take time
      const until = at + BigInt(MIN_REMAINING_SECONDS + 86_400);
      pinnedKeyOf('refresh', proof);
      if (sender.chain.proofs) {
        await verifyRefresh(proof, { trustRoot: state.trustRoot, at });
        assertValidUntil(proof, until);
      }
      const [, , , commitment] = proof.proof.publicOutput;
      if (seen.has(commitment!)) {
        throw new ZkcxError('ERR_AGGREGATE_DUPLICATE', 'this proof waits under another name, too');
      }
      seen.add(commitment!);
      good.push({ name, proof });
    } catch (error) {
      if (!(error instanceof ZkcxError)) throw error;
      await spool.refuse(name, error);
      refused += 1;
    }
  }
  return { good, refused };
}

const timeOf = ({ state, slot }: SyncedRegistry) =>
  periodOf(state, { first: slot, last: slot }).from;

function assertValidUntil({ proof }: ProofEnvelope, until: bigint): void {
  if (BigInt(proof.publicOutput[2]!) >= until) return;
  throw new ZkcxError(
    'ERR_REGISTRY_WINDOW',
    'the window of this credential ends too soon to publish it: renew it',
  );
}

const relayOptions = z.strictObject({
  sender: argument.sender,
  deployment: z.unknown().optional(),
  spool: z.custom<Spool>((value) => value instanceof Spool),
  sync: z.unknown().optional(),
  minimum: z
    .int()
    .min(2)
    .max(2 ** AGGREGATE_HEIGHT),
  aggregateBatch: callback,
});

const relayLoop = z.strictObject({
  // timers of Node.js have 31 bits of milliseconds, and fire at once beyond that
  every: z.int().min(1).max(2_147_483),
  now: callback,
  onTurn: callback,
  onError: callback,
  signal: instanceOf(AbortSignal),
});

export interface RelayLoop {
  /** Seconds between turns. Turns are at multiples of it since 1970, whenever the relay was started. */
  readonly every: number;
  /** Unix seconds. */
  readonly now: Clock;
  readonly onTurn: (run: RelayRun) => void;
  /** A turn that failed: it is tried again at the next time. */
  readonly onError: (error: ZkcxError) => void;
  readonly signal: AbortSignal;
}

/** Take turns until `signal` fires. Throws ERR_ARGUMENT. */
export async function runRelay(options: RelayOptions, loop: RelayLoop): Promise<void> {
  checked(options, relayOptions, 'runRelay');
  checked(loop, relayLoop, 'runRelay, loop');
  const { every, now, onTurn, onError, signal } = loop;
  while (!signal.aborted) {
    const rest = every - Number(now() % BigInt(every));
    try {
      await sleep(1000 * rest, undefined, { signal });
    } catch {
      return;
    }
    try {
      onTurn(await relayTurn(options));
    } catch (error) {
      if (!(error instanceof ZkcxError)) throw error;
      onError(error);
    }
  }
}

/**
 * Waiting for a command until its end is certain. A command counts at most once, for its nonce is used once; it ends
 * by being in a block for good, or by being impossible: its last slot is over, or another command took its nonce.
 * Nothing else is an end, no silence and no bad answer of a node.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Mina } from 'o1js';
import { ZkcxError } from '../../../errors.ts';
import { type Clock, systemClock } from '../../../time.ts';
import type { Chain, CommandStatus, Inclusion } from '../chain.ts';
import type { Attempt, Sent } from './journal.ts';

/** What is known of a command while it is waited for. */
export type CommandState =
  | 'unanswered'
  | 'unknown'
  | 'pooled'
  | 'evicted'
  | 'included'
  | 'failed'
  | 'orphaned'
  | 'expired'
  | 'replaced';

export interface CommandReport {
  readonly state: CommandState;
  readonly transaction: string;
  /** Blocks on top of its block, or since the end became known; it counts from `Chain.finality` on. */
  readonly depth?: number;
}

export interface SettleOptions {
  readonly chain: Chain;
  /** Who pays, base58. */
  readonly feePayer: string;
  /** Milliseconds between two looks; default 20,000. */
  readonly interval?: number;
  /** Unix seconds; default the system's. */
  readonly now?: Clock;
  readonly signal?: AbortSignal;
  readonly onState?: (report: CommandReport) => void;
}

/** How it ended. */
export type Outcome =
  | { readonly state: 'applied'; readonly inclusion: Inclusion }
  | {
      readonly state: 'failed' | 'expired' | 'replaced';
      readonly transaction: string;
      readonly why: string;
    };

/** Seconds after the last slot in which nodes may stay silent. */
const PATIENCE = 10_800n;

/** Throws ERR_COMMAND_PENDING when the wait is broken off, or nobody answers long after the last slot. */
export async function settle(sent: Sent, options: SettleOptions): Promise<Outcome> {
  const { interval = 20_000, now = systemClock, signal, onState } = options;
  const newest = sent.attempts.at(-1)!;
  const watch = new Watch(sent, options);
  let silentFrom: bigint | undefined;
  for (;;) {
    try {
      const seen = await watch.look();
      onState?.(seen.report);
      if (seen.outcome !== undefined) return seen.outcome;
      silentFrom = undefined;
    } catch (error) {
      if (!isPassing(error)) throw error;
      const at = now();
      silentFrom ??= at;
      onState?.({ state: 'unanswered', transaction: newest.hash });
      const end = watch.end === undefined || silentFrom > watch.end ? silentFrom : watch.end;
      if (at > end + PATIENCE) throw pending(newest, 'no node answers', error);
    }
    await sleep(interval, undefined, { signal }).catch(() => undefined);
    if (signal?.aborted) throw pending(newest, 'the wait was ended');
  }
}

/** One bad answer, or none, says nothing about the command. */
const isPassing = (error: unknown) =>
  error instanceof ZkcxError && /^ERR_(NODE_|REGISTRY_REFUSED)/.test(error.code);

const pending = ({ hash }: Attempt, how: string, cause?: unknown) =>
  new ZkcxError(
    'ERR_COMMAND_PENDING',
    `transaction ${hash} is not settled, ${how}: the same call finds it again and pays nothing more`,
    { cause, reason: hash },
  );

class Watch {
  /** Unix seconds at which the last slot is over, once a node has told how slots lie in time. */
  end: bigint | undefined;
  private was: CommandState = 'unknown';
  private deadSince: number | undefined;
  private readonly sent: Sent;
  private readonly options: SettleOptions;

  constructor(sent: Sent, options: SettleOptions) {
    this.sent = sent;
    this.options = options;
  }

  async look(): Promise<{ report: CommandReport; outcome?: Outcome }> {
    const { chain, feePayer } = this.options;
    const newest = this.sent.attempts.at(-1)!;
    const { height, globalSlotSinceGenesis } = await chain.tip();
    const { genesis, slotSeconds } = await chain.clock();
    const lastSlot = Math.max(...this.sent.attempts.map(({ validUntil }) => validUntil));
    this.end = genesis + BigInt(slotSeconds) * BigInt(lastSlot + 1);
    // before the command itself: else one that comes into a block between two questions seemed to be replaced
    const account = await chain.account(feePayer);
    const found = await this.find();
    if (found?.status.state === 'included') return this.included(found.attempt, found.status);
    const dead =
      (account?.nonce ?? 0) > this.sent.nonce
        ? 'replaced'
        : globalSlotSinceGenesis > lastSlot
          ? 'expired'
          : undefined;
    if (dead !== undefined) return this.dead(dead, height);
    this.deadSince = undefined;
    const state = found === undefined ? this.lost() : 'pooled';
    this.was = state;
    if (found === undefined) await this.again(newest);
    return { report: { state, transaction: (found?.attempt ?? newest).hash } };
  }

  /** The attempt that a node knows; the one in a block, if there is one. */
  private async find() {
    const { chain, feePayer } = this.options;
    let pooled: { attempt: Attempt; status: CommandStatus } | undefined;
    for (const attempt of this.sent.attempts.toReversed()) {
      const status = await chain.command({ transaction: attempt.hash, feePayer });
      if (status.state === 'included') return { attempt, status };
      if (status.state === 'pooled') pooled ??= { attempt, status };
    }
    return pooled;
  }

  private included(
    { hash }: Attempt,
    { height, depth, failure }: Extract<CommandStatus, { state: 'included' }>,
  ) {
    this.deadSince = undefined;
    const state = failure === undefined ? 'included' : 'failed';
    this.was = state;
    const report = { state, transaction: hash, depth } as const;
    if (depth < this.options.chain.finality) return { report };
    const outcome: Outcome =
      failure === undefined
        ? { state: 'applied', inclusion: { transaction: hash, height } }
        : {
            state: 'failed',
            transaction: hash,
            why: `is in block ${height}, but failed (${failure})`,
          };
    return { report, outcome };
  }

  /** A reorganisation may bring it back, so the end must be as deep as anything else that is told. */
  private dead(state: 'expired' | 'replaced', height: number) {
    this.deadSince ??= height;
    const transaction = this.sent.attempts.at(-1)!.hash;
    const depth = height - this.deadSince;
    const report = { state, transaction, depth } as const;
    if (depth < this.options.chain.finality) return { report };
    const outcome: Outcome = { state, transaction, why: WHY[state] };
    return { report, outcome };
  }

  private lost(): CommandState {
    if (this.was === 'pooled') return 'evicted';
    return this.was === 'included' || this.was === 'failed' ? 'orphaned' : this.was;
  }

  /** Nobody has it: hand it in as it was. A refusal is no end either, other nodes may have it. */
  private async again({ command }: Attempt): Promise<void> {
    const transaction = Mina.Transaction.fromJSON(command as never);
    try {
      await this.options.chain.submit(transaction as unknown as Mina.Transaction<true, true>);
    } catch (error) {
      if (!isPassing(error)) throw error;
    }
  }
}

const WHY = {
  expired: 'came into no block in time and never will',
  replaced: 'never will come into a block: another one of the account took its nonce',
} as const;

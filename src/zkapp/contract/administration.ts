/** Arguments of the admin's methods, checked as the contract checks them. */
import { Bool, Field, type PublicKey } from 'o1js';
import { ZkcxError } from '../../errors.ts';
import { ACTION_DELAY_SECONDS, ACTION_TERM_SECONDS, TRUST_HEIGHT } from '../../params.ts';
import { adminKeyHash, pendingHash } from './action.ts';
import { type AdminAction, TrustChange } from './arguments.ts';
import { unpackClock } from './clock.ts';
import type { RegistryState, Slots } from './state.ts';
import { trustLeaves, trustRootOf } from './trust-set.ts';

/** Throws ERR_REGISTRY_ADMIN unless the key is the admin's. */
export function assertAdmin(state: RegistryState, admin: PublicKey): void {
  if (adminKeyHash(admin).toBigInt() !== state.adminKeyHash) {
    throw new ZkcxError('ERR_REGISTRY_ADMIN', "this is not the key of the registry's admin");
  }
}

/**
 * Throws ERR_REGISTRY_ADMIN, and ERR_REGISTRY_ACTION while actions are pending that have not expired by the
 * first of the slots.
 */
export function assertCanPropose(state: RegistryState, admin: PublicKey, { first }: Slots): void {
  assertAdmin(state, admin);
  const term = pendingTerm(state);
  if (term !== undefined && first < term.end) {
    throw new ZkcxError(
      'ERR_REGISTRY_ACTION',
      'other actions are pending: apply or cancel them before the next ones are proposed',
    );
  }
}

/** Throws ERR_REGISTRY_ADMIN, and ERR_REGISTRY_ACTION when nothing is pending. */
export function assertCanCancel(state: RegistryState, admin: PublicKey): void {
  assertAdmin(state, admin);
  if (state.pendingActions === 0n) {
    throw new ZkcxError('ERR_REGISTRY_ACTION', 'no actions are pending');
  }
}

/** Slots in which pending actions can be applied: `begin` <= slot < `end`. */
export interface Term {
  readonly begin: number;
  readonly end: number;
}

/** Undefined when nothing is pending. */
export function pendingTerm(state: RegistryState): Term | undefined {
  if (state.pendingActions === 0n) return undefined;
  const { slotSeconds } = unpackClock(state.clock);
  const after = (seconds: number) => Number(state.pendingSlot) + Math.ceil(seconds / slotSeconds);
  return {
    begin: after(ACTION_DELAY_SECONDS),
    end: after(ACTION_DELAY_SECONDS + ACTION_TERM_SECONDS),
  };
}

/**
 * What the first of the pending actions is applied with.
 *
 * @param pending all of them, in their order
 * @returns the hash of those behind it, and those of the slots that are in its term
 * @throws ERR_REGISTRY_ACTION (none is pending, or others than these), ERR_REGISTRY_DELAY (too early),
 *   ERR_REGISTRY_EXPIRED
 */
export function pendingArguments(
  state: RegistryState,
  pending: readonly AdminAction[],
  { first, last }: Slots,
) {
  const rest = pendingRest(state, pending);
  const { begin, end } = pendingTerm(state)!;
  if (first < begin) {
    throw new ZkcxError('ERR_REGISTRY_DELAY', `it can be applied from slot ${begin} on`);
  }
  if (first >= end) {
    throw new ZkcxError(
      'ERR_REGISTRY_EXPIRED',
      `it could be applied before slot ${end}: propose it`,
    );
  }
  return { rest, slots: { first, last: Math.min(last, end - 1) } };
}

/** Hash of the actions behind the first. Throws ERR_REGISTRY_ACTION when these are not the pending ones. */
export function pendingRest(
  { pendingActions }: RegistryState,
  pending: readonly AdminAction[],
): Field {
  if (pending.length === 0) throw new ZkcxError('ERR_REGISTRY_ACTION', 'no actions are pending');
  if (pendingHash(pending).toBigInt() !== pendingActions) {
    throw new ZkcxError('ERR_REGISTRY_ACTION', 'these are not the pending actions: sync again');
  }
  return pendingHash(pending.slice(1));
}

/**
 * What accepts a CI.
 *
 * @param leaves `CiLeaf.hash` of the CIs accepted now
 * @throws ERR_TRUST_DUPLICATE, ERR_TRUST_SIZE, ERR_REGISTRY_TRUST_ROOT (not the leaves of the state)
 */
export function trustAddition(
  state: RegistryState,
  leaves: readonly bigint[],
  leaf: bigint,
): TrustChange {
  if (leaves.includes(leaf)) {
    throw new ZkcxError('ERR_TRUST_DUPLICATE', 'the registry accepts this CI already');
  }
  if (leaves.length >= 2 ** TRUST_HEIGHT) {
    throw new ZkcxError('ERR_TRUST_SIZE', `a registry accepts at most ${2 ** TRUST_HEIGHT} CIs`);
  }
  assertLeaves(state, leaves);
  return trustChange(leaves, leaf);
}

/** What removes a CI. @throws ERR_TRUST_UNKNOWN, ERR_REGISTRY_TRUST_ROOT */
export function trustRemoval(
  state: RegistryState,
  leaves: readonly bigint[],
  leaf: bigint,
): TrustChange {
  if (!leaves.includes(leaf)) {
    throw new ZkcxError('ERR_TRUST_UNKNOWN', 'the registry does not accept this CI');
  }
  assertLeaves(state, leaves);
  return trustChange(
    leaves.filter((other) => other !== leaf),
    leaf,
  );
}

function trustChange(others: readonly bigint[], leaf: bigint): TrustChange {
  const sorted = trustLeaves(others);
  return new TrustChange({
    leaf: Field(leaf),
    others: sorted,
    before: sorted.map((other, i) => Bool(i < others.length && other.toBigInt() < leaf)),
  });
}

function assertLeaves({ trustRoot }: RegistryState, leaves: readonly bigint[]): void {
  if (trustRootOf(leaves).toBigInt() !== trustRoot) {
    throw new ZkcxError(
      'ERR_REGISTRY_TRUST_ROOT',
      'these are not the CIs that the registry accepts now: sync again',
    );
  }
}

/** Arguments of the admin's methods, checked as the contract checks them. */
import { Bool, Field, type PublicKey } from 'o1js';
import { ZkcxError } from '../../errors.ts';
import { ADMIN_DELAY_SLOTS, TRUST_HEIGHT } from '../../params.ts';
import { actionHash, adminKeyHash } from './action.ts';
import { type AdminAction, TrustChange } from './arguments.ts';
import { treeRoot } from './gates.ts';
import type { RegistryState, Slots } from './state.ts';

/** Throws ERR_REGISTRY_ADMIN unless the key is the admin's. */
export function assertAdmin(state: RegistryState, admin: PublicKey): void {
  if (adminKeyHash(admin).toBigInt() !== state.adminKeyHash) {
    throw new ZkcxError('ERR_REGISTRY_ADMIN', "this is not the key of the registry's admin");
  }
}

/** Throws ERR_REGISTRY_ADMIN, and ERR_REGISTRY_ACTION while an action is pending. */
export function assertCanPropose(state: RegistryState, admin: PublicKey): void {
  assertAdmin(state, admin);
  if (state.pendingActions !== 0n) {
    throw new ZkcxError(
      'ERR_REGISTRY_ACTION',
      'another action is pending: apply or cancel it before the next one is proposed',
    );
  }
}

/** Throws ERR_REGISTRY_ADMIN, and ERR_REGISTRY_ACTION when none is pending. */
export function assertCanCancel(state: RegistryState, admin: PublicKey): void {
  assertAdmin(state, admin);
  if (state.pendingActions === 0n) {
    throw new ZkcxError('ERR_REGISTRY_ACTION', 'no action is pending');
  }
}

/** First slot in which the pending action can be applied. */
export function applicableFrom({ pendingSlot }: RegistryState): number {
  return Number(pendingSlot) + ADMIN_DELAY_SLOTS;
}

/** Throws ERR_REGISTRY_ACTION when another action is pending or none, ERR_REGISTRY_DELAY too early. */
export function assertCanApply(state: RegistryState, action: AdminAction, { first }: Slots): void {
  if (actionHash(action).toBigInt() !== state.pendingActions) {
    throw new ZkcxError('ERR_REGISTRY_ACTION', 'this action is not the pending one: propose it');
  }
  const from = applicableFrom(state);
  if (first < from) {
    throw new ZkcxError('ERR_REGISTRY_DELAY', `the action can be applied from slot ${from} on`);
  }
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
  const sorted = ascending(others);
  return new TrustChange({
    leaf: Field(leaf),
    others: padded(sorted),
    before: padded(sorted).map((_, i) => Bool(i < sorted.length && sorted[i]! < leaf)),
  });
}

function assertLeaves({ trustRoot }: RegistryState, leaves: readonly bigint[]): void {
  if (treeRoot(padded(ascending(leaves))).toBigInt() !== trustRoot) {
    throw new ZkcxError(
      'ERR_REGISTRY_TRUST_ROOT',
      'these are not the CIs that the registry accepts now: sync again',
    );
  }
}

const ascending = (leaves: readonly bigint[]) => [...leaves].sort((a, b) => (a < b ? -1 : 1));

const padded = (sorted: readonly bigint[]) =>
  Array.from({ length: 2 ** TRUST_HEIGHT }, (_, i) => Field(sorted[i] ?? 0n));

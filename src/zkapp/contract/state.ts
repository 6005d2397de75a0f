/** The contract's state and its time in plain values. */
import { UInt32 } from 'o1js';
import { ZkcxError } from '../../errors.ts';
import { SLOT_SECONDS } from '../../params.ts';
import { SlotRange } from './arguments.ts';

/** The eight fields of the account's state, in their order. */
export const STATE_FIELDS = [
  'registryRoot',
  'nextIndex',
  'trustRoot',
  'revocationRoot',
  'adminKeyHash',
  'pendingAction',
  'pendingSlot',
  'genesis',
] as const;

export type RegistryState = Readonly<Record<(typeof STATE_FIELDS)[number], bigint>>;

/** An account's state fields by name. Throws ERR_REGISTRY_ACCOUNT when there are not eight. */
export function registryState(fields: readonly bigint[]): RegistryState {
  if (fields.length !== STATE_FIELDS.length) {
    throw new ZkcxError(
      'ERR_REGISTRY_ACCOUNT',
      'this account does not have the state of a registry',
    );
  }
  const named = STATE_FIELDS.map((name, i) => [name, fields[i]!] as const);
  return Object.fromEntries(named) as unknown as RegistryState;
}

/** Slots in which a transaction can be included, both ends among them. */
export interface Slots {
  readonly first: number;
  readonly last: number;
}

export function slotRange({ first, last }: Slots): SlotRange {
  return new SlotRange({ first: UInt32.from(first), last: UInt32.from(last) });
}

/** Unix seconds when the first slot begins and the last one ends. */
export function periodOf({ genesis }: RegistryState, { first, last }: Slots) {
  const seconds = BigInt(SLOT_SECONDS);
  return { from: genesis + BigInt(first) * seconds, until: genesis + BigInt(last + 1) * seconds };
}

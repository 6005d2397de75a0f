/** The contract's state and its time in plain values. */
import { UInt32 } from 'o1js';
import { ZkcxError } from '../../errors.ts';
import { SlotRange } from './arguments.ts';
import { unpackClock } from './clock.ts';

/** The eight fields of the account's state, in their order. */
export const STATE_FIELDS = [
  'registryRoot',
  'nextIndex',
  'trustRoot',
  'revocationRoot',
  'adminKeyHash',
  'pendingActions',
  'pendingSlot',
  'clock',
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

/** Unix seconds when a slot begins. */
export function timeOfSlot({ clock }: Pick<RegistryState, 'clock'>, slot: number): bigint {
  const { genesis, slotSeconds } = unpackClock(clock);
  return genesis + BigInt(slot) * BigInt(slotSeconds);
}

/** Unix seconds when the first slot begins and the last one ends. */
export function periodOf(state: RegistryState, { first, last }: Slots) {
  return { from: timeOfSlot(state, first), until: timeOfSlot(state, last + 1) };
}

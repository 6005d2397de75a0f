/** In a contract: a device that counts now agreed to this very act, and this is what it is called here. */
import { Bool, Field, type SmartContract } from 'o1js';
import { z } from 'zod';
import { checked, instanceOf } from '../arguments.ts';
import type { PresentationClaim } from '../circuits/session.ts';
import { MODE } from '../params.ts';
import { type Role, ROLES } from '../roles.ts';
import type { SlotRange } from '../zkapp/contract/arguments.ts';
import { clockGates, type NetworkClock, packClock } from '../zkapp/contract/clock.ts';
import type { Period } from '../zkapp/contract/gates.ts';
import { actStatement, type ContractAct } from './act.ts';
import * as form from './arguments.ts';
import { PossessionProof, PresentationProof, pinnedVerificationKey } from './side-loaded.ts';

/** What a holder shows: all of it is the prover's choice, until it is checked. */
export interface ShownDevice {
  readonly presentation: PresentationProof;
  readonly possession: PossessionProof;
  /** What the device is called in the contract for the purpose of the act. */
  readonly pseudonym: Field;
}

/** What the contract requires. Nothing here may come from the prover. */
export interface DeviceRequirements {
  /** Root of the CIs that the contract accepts. */
  readonly trustRoot: Field;
  /** Root of the revocation map that it accepts. */
  readonly revocationRoot: Field;
  /** Any of these. */
  readonly roles: readonly Role[];
  /** When the transaction counts, see `requireSlots`. */
  readonly period: Period;
  /** Seconds that the presentation may be old. */
  readonly maxAge: bigint;
}

const shownDevice = z.looseObject({
  presentation: instanceOf(PresentationProof),
  possession: instanceOf(PossessionProof),
  pseudonym: form.field,
});

/**
 * Assert that a device which meets the requirements agreed to the act: its presentation holds under the contract's
 * roots at a recent time, and the key of this presentation signed the act. Returns what the presentation claims, for
 * openings.
 *
 * The proof says so for this contract, purpose, action and sender alone, but for them again and again: keep the
 * pseudonym and refuse it the second time, or put a counter into the action. Require the sender's signature
 * (`this.sender.getAndRequireSignature()`).
 *
 * @param act `address` and `tokenId` are the contract's own, `this.address` and `this.tokenId`
 */
export function assertActed(
  shown: ShownDevice,
  requirements: DeviceRequirements,
  act: ContractAct,
): PresentationClaim {
  checked(shown, shownDevice, 'the proofs of assertActed');
  checked(requirements, form.requirements, 'the requirements of assertActed');
  checked(act, form.act, 'the act of assertActed');
  const { presentation, possession, pseudonym } = shown;
  const { publicInput: request, publicOutput: claim } = presentation;
  presentation.verify(pinnedVerificationKey('presentation'));
  possession.verify(pinnedVerificationKey('possession'));

  request.mode.assertEquals(MODE.presentation, 'a presentation');
  request.registryRoot.assertEquals(0, 'a presentation of no registry');
  request.trustRoot.assertEquals(requirements.trustRoot, 'under the CIs that are accepted');
  request.revocationRoot.assertEquals(requirements.revocationRoot, 'under the revocation map');
  assertRole(request.role, requirements.roles);
  assertRecent(request.time, requirements.period, requirements.maxAge);

  // o1js asks for no signature of the empty key
  act.sender.x.assertNotEquals(0, 'the sender has a key');
  possession.publicInput.mode.assertEquals(MODE.possession, 'a possession');
  possession.publicInput.statement.assertEquals(
    actStatement(act, claim, pseudonym),
    'the device agreed to this act',
  );
  return claim;
}

/** In a circuit: a role is one of these. @param role its number, of a presentation or of an opening */
export function assertRole(role: Field, roles: readonly Role[]): void {
  checked(role, form.field, 'the role of assertRole');
  checked(roles, form.roles, 'the roles of assertRole');
  const isOne = roles.map((name) => role.equals(ROLES[name].number));
  isOne.reduce((any, is) => any.or(is), Bool(false)).assertTrue('a role that is accepted');
}

/** In a circuit: a time of a presentation is not after the period, and at its end at most so old. */
export function assertRecent(time: Field, period: Period, maxAge: bigint): void {
  checked(time, form.field, 'the time of assertRecent');
  checked(period, form.period, 'the period of assertRecent');
  checked(maxAge, form.requirements.shape.maxAge, 'the age of assertRecent');
  time.assertLessThanOrEqual(period.from, 'the presentation is of no later time');
  period.until.assertLessThanOrEqual(time.add(maxAge), 'the presentation is recent');
}

/**
 * In a contract: let the transaction count in these slots only. Returns the times of the first's beginning and the
 * last's end. The prover chooses the slots; the network sees to it that they are now.
 *
 * @param clock a field of the state, see `clockField`: when slots began, and how long they are, is nothing that a
 *   prover may choose
 */
export function requireSlots(contract: SmartContract, clock: Field, slots: SlotRange): Period {
  checked(
    contract,
    z.looseObject({ currentSlot: z.looseObject({ requireBetween: z.function() }) }),
    'the contract of requireSlots',
  );
  checked(clock, form.field, 'the clock of requireSlots');
  checked(slots, form.slots, 'the slots of requireSlots');
  const { first, last } = slots;
  contract.currentSlot.requireBetween(first, last);
  const timeOf = clockGates(clock);
  return { from: timeOf(first.value), until: timeOf(last.value.add(1)) };
}

/**
 * How a network counts time, as one field for the state of a contract. Mina has slots of 180 s; an upgrade of the network
 * may change that, and the contract must then be told.
 */
export function clockField(clock: NetworkClock): Field {
  checked(clock, form.clock, 'clockField');
  return Field(packClock(clock));
}

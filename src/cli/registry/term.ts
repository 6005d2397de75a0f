/** When what is pending in a registry can be applied. */
import type { RegistryState } from '../../zkapp/contract/index.ts';
import { isoTime } from '../shared/output.ts';

/** Undefined when nothing is pending. Slots and times: from `applicableFrom` on, before `expires`. */
export async function termFacts(state: RegistryState, slot: number) {
  const { pendingTerm, timeOfSlot } = await import('../../zkapp/contract/index.ts');
  const term = pendingTerm(state);
  if (term === undefined) return undefined;
  const { begin, end } = term;
  return {
    stage: slot < begin ? 'waiting' : slot < end ? 'armed' : 'expired',
    applicableFrom: isoTime(timeOfSlot(state, begin)),
    applicableFromSlot: begin,
    expires: isoTime(timeOfSlot(state, end)),
    expiresSlot: end,
  };
}

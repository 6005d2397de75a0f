import { expect, test } from '@jest/globals';
import { capture } from '../../support/kimchi/index.ts';
import { jointScan, type Kind } from '../../support/kimchi/joint/index.ts';
import type { Gadgets } from './gadgets/inputs.ts';

/** What the joint scan finds in a gadget. */
export interface Expected {
  /** Constraints of the gadget: one that is removed is missed here. */
  readonly scanned: number;
  /** Moves that nothing refuses: freedom of the prover by design, which `why` names. */
  readonly unbound?: number;
  /** Constraints of which none alone refuses a move of the scan, by their kind. */
  readonly missed?: Readonly<Partial<Record<Kind, number>>>;
  readonly why?: string;
}

export const TWICE =
  'places, lengths and numbers that follow from pinned bytes: what moves is refused by its own equation and again by what is read there';
export const INVERSE = 'the inverse of 0 in a comparison';

export const reasons = (...all: readonly string[]): string => all.join('; ');

/** A test for each gadget: what the scan finds is what is expected of it. */
export function testScans<G extends Gadgets>(
  gadgets: G,
  expected: Readonly<Record<keyof G, Expected>>,
): void {
  test.each(Object.entries(gadgets))('%s', async (name, circuit) => {
    const scan = jointScan(await capture(circuit));
    const missed: Partial<Record<Kind, number>> = {};
    for (const { kind } of scan.missed) missed[kind] = (missed[kind] ?? 0) + 1;
    const { scanned, unbound = 0, missed: known = {}, why } = expected[name]!;
    expect({ scanned: scan.scanned.length, unbound: scan.unbound.length, missed }).toEqual({
      scanned,
      unbound,
      missed: known,
    });
    // a reason, exactly where there is something to explain
    expect(why === undefined).toBe(unbound === 0 && Object.keys(known).length === 0);
  });
}

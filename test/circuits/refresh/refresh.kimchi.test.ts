/** A refresh claims what the proof inside does, under another blind, and nothing else. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { ChainClaim, Opening } from '../../../src/circuits/claims.ts';
import { RefreshWitness } from '../../../src/circuits/refresh.program.ts';
import { MODE, TABLE } from '../../../src/params.ts';
import {
  capture,
  type Captured,
  evaluate,
  judge,
  scanUnbound,
  witnessOf,
} from '../../support/kimchi/index.ts';
import {
  claimOf,
  honest,
  KIND,
  METHODS,
  OPENING,
  type RefreshCase,
  refreshCircuit,
} from './refresh-circuit.ts';

/** An opening for each of its field elements, with that one changed. */
const CHANGED = Opening.toFields(OPENING).map((_, i, fields) =>
  Opening.fromFields(fields.map((field, j) => (i === j ? field.add(1) : field))),
) as Opening[];

describe.each(METHODS)('%s', (method) => {
  const good = honest(method);
  let current = good;
  const circuit = refreshCircuit(method, () => current);
  let captured: Captured;

  beforeAll(async () => {
    captured = await capture(circuit);
  }, 60_000);

  const witnessFor = (input: RefreshCase) => {
    current = input;
    return witnessOf(captured, circuit, { unchecked: true });
  };
  const accepts = async (input: RefreshCase) =>
    evaluate(captured, await witnessFor(input)).length === 0;
  const refuses = async (change: Partial<RefreshCase>) =>
    expect(await accepts({ ...good, ...change })).toBe(false);
  const opened = (opening: Opening) => new RefreshWitness({ ...good.witness, opening });

  test('takes what was planned: the same claim under another blind', async () => {
    expect(await accepts(good)).toBe(true);
    const { commitment, ...rest } = good.claim;
    const { commitment: before, ...proven } = good.proven;
    expect(rest).toEqual(proven);
    const blinded = new Opening({ ...OPENING, blind: good.witness.blind });
    expect(commitment).toEqual(Opening.commitment(blinded));
    expect(commitment.equals(before).toBoolean()).toBe(false);
  });

  test('takes the same blind again: that it is fresh is not proven', async () => {
    const { blind } = OPENING;
    const witness = new RefreshWitness({ opening: OPENING, blind });
    expect(await accepts({ ...good, witness, claim: good.proven })).toBe(true);
  });

  test('refuses a proof of any other kind', async () => {
    const others = Object.values(MODE).filter((mode) => mode !== KIND[method]);
    expect(others).toHaveLength(Object.keys(MODE).length - 1);
    for (const mode of [...others, 0]) await refuses({ mode: Field(mode) });
  });

  // one method for all of them: the other one differs by its kind alone
  test('refuses an opening with any value that the proof does not commit to', async () => {
    expect(CHANGED.length).toBeGreaterThan(40);
    const { blind } = good.witness;
    const changed = method === 'ofChain' ? CHANGED : CHANGED.slice(0, 3);
    for (const opening of changed) {
      // the claim follows the lie
      const { commitment } = claimOf(new Opening({ ...opening, blind }));
      const claim = new ChainClaim({ ...good.claim, commitment });
      await refuses({ witness: opened(opening), claim });
    }
  });

  test.each(['trustRoot', 'validFrom', 'validUntil', 'commitment'] as const)(
    'refuses another %s in the claim, alone and with the one inside',
    async (name) => {
      const changed = (claim: ChainClaim) =>
        new ChainClaim({ ...claim, [name]: claim[name].add(1) });
      await refuses({ claim: changed(good.claim) });
      await refuses({ proven: changed(good.proven) });
      // what the proof inside claims is the refresh's to repeat, but for the commitment
      const both = { ...good, proven: changed(good.proven), claim: changed(good.claim) };
      expect(await accepts(both)).toBe(name !== 'commitment');
    },
  );

  test('has a table of one value, which every program needs', () => {
    expect(captured.tables).toEqual([{ id: TABLE.one, indices: [1n] }]);
  });

  test('has nothing that is unbound', async () => {
    current = good;
    expect(scanUnbound(await capture(circuit))).toEqual([]);
  });

  test('is judged so by kimchi itself', async () => {
    const refused = { refused: expect.any(String) };
    const verdict = async (change: Partial<RefreshCase>) =>
      judge(captured, await witnessFor({ ...good, ...change }));
    expect(await verdict({})).toBe('accepted');
    expect(await verdict({ mode: Field(MODE.certify) })).toEqual(refused);
    expect(await verdict({ witness: opened(CHANGED[0]!) })).toEqual(refused);
    const { claim } = good;
    const validUntil = claim.validUntil.add(1);
    expect(await verdict({ claim: new ChainClaim({ ...claim, validUntil }) })).toEqual(refused);
  }, 120_000);
});

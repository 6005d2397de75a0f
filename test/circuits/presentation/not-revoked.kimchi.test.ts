/** A single handle against the map, with the real prover for samples. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Field, Provable } from 'o1js';
import type { CircuitContext } from '../../../src/circuits/kimchi/context.ts';
import { assertNotRevoked, HandleWitness, serialLeaf } from '../../../src/circuits/revocation.ts';
import { hashOfHandle } from '../../../src/witness/chain.ts';
import { noneEntry, type RevocationMap } from '../../../src/witness/revocation-map.ts';
import { NOW, sgp26Device } from '../../support/certificates/index.ts';
import {
  capture,
  type Captured,
  evaluate,
  judge,
  scanUnbound,
  witnessOf,
} from '../../support/kimchi/index.ts';
import { standInGates } from '../chain/chain-circuit.ts';
import { credentialOf, FRESH, listEntry, mapOf, type TestCredential } from './credentials.ts';
import { mapRootOf, noBit, rootOf, swapped } from './lies.ts';
import { gap, type RevocationLie, revokedLies, unlistedLies } from './revocation-lies.ts';

interface Input {
  readonly revocationRoot: Field;
  readonly time: Field;
  /** Hash that the opening holds. */
  readonly handle: Field;
  readonly witness: HandleWitness;
}

const device = credentialOf('SGP.26 eUICC', sgp26Device());

function honest(link = 1, map: RevocationMap = mapOf(device)): Input {
  const handle = device.handles[link]!;
  return {
    revocationRoot: map.root,
    time: Field(NOW),
    handle: hashOfHandle(handle),
    witness: map.witness(handle, handle.serialNumber, NOW),
  };
}

let current = honest();

function circuit(context: CircuitContext): void {
  const given = (name: 'revocationRoot' | 'time' | 'handle') =>
    Provable.witness(Field, () => current[name]);
  const [revocationRoot, time, handle] = [given('revocationRoot'), given('time'), given('handle')];
  const witness = Provable.witness(HandleWitness, () => current.witness);
  standInGates(context, [revocationRoot, time, handle]);
  assertNotRevoked(context, witness, { revocationRoot, time }).assertEquals(handle);
}

let captured: Captured;

beforeAll(async () => {
  captured = await capture(circuit);
}, 60_000);

const witnessFor = (input: Input) => {
  current = input;
  return witnessOf(captured, circuit, { unchecked: true });
};
const accepts = async (input: Input) => evaluate(captured, await witnessFor(input)).length === 0;
const verdict = async (input: Input) => judge(captured, await witnessFor(input));

/** A link as a liar shows it, under the true map. */
function shown(of: TestCredential, link: number, lie: RevocationLie): Input {
  const handle = of.handles[link]!;
  const map = mapOf(of, { [link]: lie.entry(handle) });
  const others = of.handles.filter((other) => other !== handle);
  const { witness, ...rest } = honest(link);
  const forged = { ...witness, ...lie.forge(map, handle, others) };
  return { ...rest, witness: forged, revocationRoot: map.root };
}

/** The witness with changes, under the root that follows from it. */
function underOwnRoot(change: Partial<HandleWitness>): Input {
  const input = honest();
  const witness = { ...input.witness, ...change };
  return { ...input, witness, revocationRoot: mapRootOf(witness) };
}

const lies = (rows: readonly RevocationLie[]) => rows.map((lie) => [lie.name, lie] as const);

test('a clean certificate passes, also without a list and at the ends of a gap', async () => {
  const serial = device.handles[1]!.serialNumber;
  const maps = [noneEntry(), listEntry([serial - 1n, serial + 1n])].map((entry) =>
    mapOf(device, { 1: entry }),
  );
  expect(await accepts(honest(0))).toBe(true);
  for (const map of maps) expect(await accepts(honest(1, map))).toBe(true);
});

test('the time may be the first and the last second of a list', async () => {
  const at = (time: bigint) => ({ ...honest(), time: Field(time) });
  expect(await accepts(at(FRESH.thisUpdate))).toBe(true);
  expect(await accepts(at(FRESH.nextUpdate - 1n))).toBe(true);
  expect(await accepts(at(FRESH.thisUpdate - 1n))).toBe(false);
  expect(await accepts(at(FRESH.nextUpdate))).toBe(false);
});

test.each(lies(revokedLies))('a revoked certificate is refused %s', async (_, lie) => {
  expect(await accepts(shown(device, 0, lie))).toBe(false);
  expect(await accepts(shown(device, 1, lie))).toBe(false);
});

test.each(lies(unlistedLies))('a certificate is refused %s', async (_, lie) => {
  expect(await accepts(shown(device, 0, lie))).toBe(false);
  expect(await accepts(shown(device, 1, lie))).toBe(false);
});

describe('a path', () => {
  const { witness } = honest();
  const { mapRight, serialRight: right, serialSiblings: siblings, entry, low, next } = witness;

  test('with swapped sides is refused', async () => {
    const [map, list] = [{ mapRight: swapped(mapRight) }, { serialRight: swapped(right) }];
    expect(await accepts({ ...honest(), witness: { ...witness, ...map } })).toBe(false);
    expect(await accepts({ ...honest(), witness: { ...witness, ...list } })).toBe(false);
    expect(await accepts(underOwnRoot(list))).toBe(false);
  });

  test('with sides that are no bits is refused under any root', async () => {
    expect(await accepts(underOwnRoot({}))).toBe(true);
    expect(await accepts(underOwnRoot({ mapRight: noBit(mapRight) }))).toBe(false);
    const serials = rootOf(serialLeaf(low, next), { siblings, right: noBit(right) });
    const odd = { ...entry, serials };
    expect(await accepts(underOwnRoot({ serialRight: noBit(right), entry: odd }))).toBe(false);
  });

  test('of the sentinel is no path of a serial number', async () => {
    // key 0: the serial number would be -1
    const minusOne = Field(-1n);
    const { issuer, listKind } = witness;
    const map = mapOf(device);
    const serials = map.get(device.handles[1]!)!.serials;
    const forged = { ...witness, ...gap(serials, 0n), serialNumber: minusOne };
    const handle = hashOfHandle({
      issuer,
      listKind: listKind.toBigInt(),
      serialNumber: minusOne.toBigInt(),
    });
    expect(await accepts({ ...honest(), witness: forged, handle })).toBe(false);
  });
});

test('the real prover says the same', async () => {
  expect(await verdict(honest())).toBe('accepted');
  const [, own, end, jump] = revokedLies as [RevocationLie, ...RevocationLie[]];
  for (const lie of [own!, end!, jump!, unlistedLies[0]!, unlistedLies[1]!]) {
    expect(await verdict(shown(device, 1, lie))).toEqual({ refused: expect.any(String) });
  }
  const odd = underOwnRoot({ mapRight: noBit(honest().witness.mapRight) });
  expect(await verdict(odd)).toEqual({ refused: expect.any(String) });
}, 300_000);

test('nothing is unbound', async () => {
  current = honest();
  const fresh = await capture(circuit);
  expect(scanUnbound(fresh)).toEqual([]);
});

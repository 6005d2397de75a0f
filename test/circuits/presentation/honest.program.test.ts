/** What must pass, and that circuits and plain computation show the same. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { sha256 } from '@noble/hashes/sha2.js';
import { Field } from 'o1js';
import { N } from '../../../src/circuits/gadgets/p256/curve.ts';
import { pseudonymOf } from '../../../src/circuits/session.ts';
import { noneEntry } from '../../../src/witness/revocation-map.ts';
import { sgp26Device, sgp26Server } from '../../support/certificates/index.ts';
import { v3DeviceSubCa } from '../../support/certificates/chains.ts';
import { KEYS } from '../../support/certificates/keys.ts';
import { capture, type Captured, evaluate, witnessOf } from '../../support/kimchi/index.ts';
import {
  credentialOf,
  FRESH,
  fourLinks,
  listEntry,
  mapOf,
  sessionOf,
  WINDOW,
} from './credentials.ts';
import {
  type Input,
  inputOf,
  presentationJudge,
  PROGRAM_LIST,
  programCircuit,
  type SessionInput,
} from './presentation-circuit.ts';

const device = credentialOf('SGP.26 eUICC', sgp26Device());
const server = credentialOf('SGP.26 DPauth', sgp26Server('dpAuth'), KEYS.dpAuth);
const threeLinks = credentialOf('v3 eUICC under a SubCA', v3DeviceSubCa());

const accepts = presentationJudge((program) => inputOf(program, sessionOf(device)));

describe.each(PROGRAM_LIST)('%s shows what was planned of', (program) => {
  test.each([
    ['an eUICC under an EUM', device],
    ['a DPauth under the CI', server],
    ['a chain of three links', threeLinks],
    ['a chain of four links', fourLinks(threeLinks)],
  ])('%s', async (_, credential) => {
    expect(await accepts(inputOf(program, sessionOf(credential)))).toBe(true);
  });

  test('a credential at the ends of its window, beside lists that last', async () => {
    const lasting = listEntry([], { thisUpdate: 0n, nextUpdate: 1n << 37n });
    const map = mapOf(device, { 0: lasting, 1: lasting });
    for (const time of [WINDOW.from, WINDOW.until]) {
      expect(await accepts(inputOf(program, sessionOf(device, { time, map })))).toBe(true);
    }
  });

  test('a credential at the ends of what its lists cover', async () => {
    for (const time of [FRESH.thisUpdate, FRESH.nextUpdate - 1n]) {
      expect(await accepts(inputOf(program, sessionOf(device, { time })))).toBe(true);
    }
  });

  test('a chain whose issuers publish no list, or one with the neighbours of its serial', async () => {
    const [first, second] = device.handles.map(({ serialNumber }) => serialNumber);
    const beside = listEntry([first! - 1n, first! + 1n, second!]);
    const map = mapOf(device, { 0: beside, 1: noneEntry() });
    expect(await accepts(inputOf(program, sessionOf(device, { map })))).toBe(true);
  });
});

test('the pseudonym is zero without a scope, and one a certificate and scope', async () => {
  const claimOf = (scope: bigint, of = device) => {
    const input = inputOf('presentation', { ...sessionOf(of), scope: Field(scope) });
    return { input, pseudonym: (input as SessionInput).claim!.pseudonym };
  };
  const none = claimOf(0n);
  expect(none.pseudonym.toBigInt()).toBe(0n);
  expect(await accepts(none.input)).toBe(true);
  const { key, identity } = device.opening;
  const [one, other, foreign] = [claimOf(1n), claimOf(2n), claimOf(1n, server)];
  expect(one.pseudonym).toEqual(pseudonymOf(key, identity, Field(1)));
  const values = [none, one, other, foreign].map(({ pseudonym }) => pseudonym.toBigInt());
  expect(new Set(values).size).toBe(4);
});

describe('the signature', () => {
  const session = sessionOf(device);
  const honest = inputOf('registryPresentation', session) as SessionInput;
  let current: Input = honest;
  const circuit = programCircuit('registryPresentation', () => current, {
    withSignature: true,
  });
  let captured: Captured;

  beforeAll(async () => {
    captured = await capture(circuit);
  }, 120_000);

  async function takes(input: Input): Promise<boolean> {
    current = input;
    let witness;
    try {
      witness = await witnessOf(captured, circuit, { unchecked: true });
    } catch {
      return false; // there is no way to begin
    }
    return evaluate(captured, witness).length === 0;
  }

  test('may have a high s or a low one', async () => {
    const { r, s } = session.signature;
    expect(s).toBeLessThan(N / 2n);
    expect(await takes(honest)).toBe(true);
    const high = { ...session, signature: { r, s: N - s } };
    expect(await takes(inputOf('registryPresentation', high))).toBe(true);
  }, 60_000);

  test('is over the committed digest, by the committed key', async () => {
    const digest = sha256(Uint8Array.of(1));
    const other = inputOf('registryPresentation', sessionOf(device, { digest })) as SessionInput;
    const witness = { ...honest.witness, digest: other.witness.digest };
    expect(await takes({ ...honest, witness, claim: undefined })).toBe(false);
    // a signature by another key, over the very digest
    const foreign = inputOf('registryPresentation', sessionOf(server)) as SessionInput;
    const { signature } = foreign.witness;
    expect(await takes({ ...honest, witness: { ...honest.witness, signature } })).toBe(false);
  }, 60_000);
});

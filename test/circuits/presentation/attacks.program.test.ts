/**
 * Lying provers against what the three programs have in common: each lie alone,
 * everything else as it has to be. Roots, times and commitments follow where that helps the liar.
 */
import { describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { MODE } from '../../../src/params.ts';
import { ROLES } from '../../../src/roles.ts';
import { TrustSet } from '../../../src/witness/trust.ts';
import { sgp26Device, sgp26Server } from '../../support/certificates/index.ts';
import { v3DeviceSubCa } from '../../support/certificates/chains.ts';
import { KEYS } from '../../support/certificates/keys.ts';
import {
  credentialOf,
  fourLinks,
  listEntry,
  mapOf,
  sessionOf,
  type TestCredential,
  WINDOW,
} from './credentials.ts';
import {
  credentialIn,
  noBit,
  rootOf,
  swapped,
  underMap,
  withCredential,
  withHandle,
  withOpening,
  withRequest,
} from './lies.ts';
import { type Input, inputOf, presentationJudge, PROGRAM_LIST } from './presentation-circuit.ts';
import type { Program } from './presentation-circuit.ts';
import { type RevocationLie, revokedLies } from './revocation-lies.ts';

const device = credentialOf('SGP.26 eUICC', sgp26Device());
const server = credentialOf('SGP.26 DPauth', sgp26Server('dpAuth'), KEYS.dpAuth);
const threeLinks = credentialOf('v3 eUICC under a SubCA', v3DeviceSubCa());

const honest = (program: Program, credential = device, changes = {}) =>
  inputOf(program, sessionOf(credential, changes));
const accepts = presentationJudge((program) => honest(program));
const refuses = async (input: Input) => expect(await accepts(input)).toBe(false);

/** A link as the liar shows it. */
function shown(
  program: Program,
  credential: TestCredential,
  link: number,
  lie: RevocationLie,
): Input {
  const { handles } = credential;
  const handle = handles[link]!;
  const input = honest(program, credential);
  const map = mapOf(credential, { [link]: lie.entry(handle) });
  const others = handles.filter((other) => other !== handle);
  const forged = { ...credentialIn(input).handles[link]!, ...lie.forge(map, handle, others) };
  return underMap(input, credential, map, link, forged);
}

describe.each(PROGRAM_LIST)('%s refuses', (program) => {
  test('the mode of another program', async () => {
    const others = PROGRAM_LIST.filter((name) => name !== program);
    for (const name of [...others, 'chain', 'refresh', 'possession'] as const) {
      await refuses(withRequest(honest(program), { mode: Field(MODE[name]) }));
    }
    expect(await accepts(withRequest(honest(program), {}))).toBe(true);
  });

  test('a CI that is no longer in the trust set', async () => {
    const others = [1n, 2n].map((i) => ({
      ...device.anchor,
      notAfter: device.anchor.notAfter + i,
    }));
    const trust = new TrustSet(others);
    const input = withRequest(honest(program), { trustRoot: trust.root });
    await refuses(input);
    await refuses(withCredential(input, { ci: trust.path(others[0]!) }));
  });

  test('a time before or after the window', async () => {
    const lasting = listEntry([], { thisUpdate: 0n, nextUpdate: 1n << 37n });
    const input = honest(program, device, { map: mapOf(device, { 0: lasting, 1: lasting }) });
    await refuses(withRequest(input, { time: Field(WINDOW.from - 1n) }));
    await refuses(withRequest(input, { time: Field(WINDOW.until + 1n) }));
  });

  test('a DPauth as eUICC and an eUICC as DPauth', async () => {
    const role = (name: keyof typeof ROLES) => ({ role: Field(ROLES[name].number) });
    await refuses(withRequest(honest(program, server), role('euicc-v2')));
    await refuses(withRequest(honest(program, device), role('dp-auth-v2')));
  });

  test('a revoked EUM, eUICC, DPauth and intermediate EUM', async () => {
    const [before] = revokedLies as [RevocationLie];
    await refuses(shown(program, device, 0, before));
    await refuses(shown(program, device, 1, before));
    await refuses(shown(program, server, 0, before));
    await refuses(shown(program, threeLinks, 1, before));
  });

  test('a real handle that is declared unused', async () => {
    // its serial number is on a list, or it would not be worth the lie
    const input = honest(program);
    const { opening, handles } = credentialIn(input);
    const [first] = handles as [(typeof handles)[0]];
    const hiding = withCredential(input, { handles: handles.map(() => first) });
    await refuses(hiding);
    await refuses(withOpening(hiding, { links: Field(1) }));
    await refuses(
      withOpening(hiding, { handles: [opening.handles[0]!, ...Array(3).fill(Field(0))] }),
    );
  });
});

// from here on, what all three share is tried in the smallest; see not-revoked.kimchi.test.ts too
describe('the path of the CI', () => {
  const input = honest('certify', server);
  const { opening, ci } = credentialIn(input);

  test('is refused with swapped sides', async () =>
    refuses(withCredential(input, { ci: { ...ci, right: swapped(ci.right) } })));

  test('is refused with sides that are no bits, under any root', async () => {
    const odd = { ...ci, right: noBit(ci.right) };
    const trustRoot = rootOf(opening.ciLeaf, odd);
    await refuses(withRequest(withCredential(input, { ci: odd }), { trustRoot }));
  });
});

describe('of the slots', () => {
  const four = honest('certify', fourLinks(threeLinks));
  const { opening, handles } = credentialIn(four);

  test('each holds what is shown for it', async () => {
    for (const slot of [0, 1, 2, 3]) {
      const changed = opening.handles.map((hash, i) => (i === slot ? hash.add(1) : hash));
      await refuses(withOpening(four, { handles: changed }));
    }
    const [first, second, ...others] = handles as [(typeof handles)[0], (typeof handles)[0]];
    await refuses(withCredential(four, { handles: [second, first, ...others] }));
  });

  test('as many are used as there are links, and one at least', async () => {
    for (const links of [0n, 1n, 2n, 3n, 5n, Field.ORDER - 1n]) {
      await refuses(withOpening(four, { links: Field(links) }));
    }
    const { opening: one } = credentialIn(honest('certify', server));
    await refuses(withOpening(honest('certify', server), { links: Field(0) }));
    await refuses(withOpening(honest('certify', server), { links: Field(2) }));
    expect(one.links.toBigInt()).toBe(1n);
  });

  test('unused ones are shown to be clean, too', async () => {
    const input = honest('certify', server);
    const { handles: slots } = credentialIn(input);
    expect(await accepts(input)).toBe(true);
    await refuses(withHandle(input, 3, { low: slots[3]!.low.add(1) }));
  });
});

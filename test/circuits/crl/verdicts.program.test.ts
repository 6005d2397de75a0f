/** Honest lists through all methods of `crl`: what comes out is what plain TypeScript computes. */
import { expect, test } from '@jest/globals';
import { parseRevocationList } from '../../../src/asn1/index.ts';
import { RevocationEntry } from '../../../src/circuits/revocation.ts';
import { checkCrlProfile, checkList } from '../../../src/pki/index.ts';
import { crlSteps } from '../../../src/witness/crl.ts';
import { listEntry } from '../../../src/witness/revocation.ts';
import { TrustSet } from '../../../src/witness/trust.ts';
import { madeUpKey, type TestKey } from '../../support/certificates/keys.ts';
import { ANCHOR, buildList, CI_SIGNER, FIXTURE_LISTS, sgp26List } from '../../support/crl/index.ts';
import type { CrlInput } from './crl-circuit.ts';
import { crlJudge } from './crl-judge.ts';

const trust = new TrustSet([ANCHOR]);
const judge = crlJudge();

test.each(FIXTURE_LISTS.filter(({ path }) => path.includes('CRL-A')))(
  '$path',
  async ({ recipe }) => {
    const list = parseRevocationList(buildList(recipe));
    const checked = checkList({ list, issuer: ANCHOR, at: list.thisUpdate });
    checkCrlProfile(list);
    const steps = crlSteps(list, { issuer: { anchor: ANCHOR, trust }, kind: 'user' });
    const { entry } = listEntry(checked);
    const claim = steps.at(-1)!.claim;
    expect(claim.entry.toBigInt()).toBe(RevocationEntry.hash(entry).toBigInt());
    expect(claim.count.toBigInt()).toBe(BigInt(recipe.serials.length));
    for (const step of steps) expect([step.method, await judge(step)]).toEqual([step.method, true]);
  },
  600_000,
);

/** The last input of a list of the CI, signed as `change` says. */
function lastPart(key: TestKey, change?: (tbs: Uint8Array) => Uint8Array): CrlInput {
  const signer = { ...CI_SIGNER, key };
  const list = parseRevocationList(buildList(sgp26List('A', { signer })));
  const tbs = change === undefined ? list.tbs : change(list.tbs);
  const steps = crlSteps({ ...list, tbs }, { issuer: { anchor: ANCHOR, trust }, kind: 'user' });
  const { method, witness } = steps.at(-1)!;
  return { method, witness } as CrlInput;
}

test('a false signature and a changed list are refused', async () => {
  expect(await judge(lastPart(CI_SIGNER.key))).toBe(true);
  expect(await judge(lastPart(madeUpKey('another signer')))).toBe(false);
  const { nextUpdate } = parseRevocationList(buildList(sgp26List('A'))).spans;
  const later = (tbs: Uint8Array) => tbs.with(nextUpdate.end - 2, 0x31);
  expect(await judge(lastPart(CI_SIGNER.key, later))).toBe(false);
}, 600_000);

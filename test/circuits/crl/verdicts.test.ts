/** Honest lists through all methods of `crl`: what comes out is what plain TypeScript computes. */
import { expect, test } from '@jest/globals';
import { parseRevocationList } from '../../../src/asn1/index.ts';
import { RevocationEntry } from '../../../src/circuits/revocation.ts';
import { checkCrlProfile, checkList } from '../../../src/pki/index.ts';
import { crlSteps } from '../../../src/witness/crl.ts';
import { listEntry } from '../../../src/witness/revocation.ts';
import { TrustSet } from '../../../src/witness/trust.ts';
import { ANCHOR, buildList, FIXTURE_LISTS } from '../../support/crl/index.ts';
import { crlJudge } from './crlJudge.ts';

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
  300_000,
);

/** Chains of every kind that an authority issues have witnesses: the circuit of a link accepts each certificate. */
import { beforeAll, expect, test } from '@jest/globals';
import { anchorFromCertificate, checkChain } from '../../src/pki/index.ts';
import { systemRandom } from '../../src/random.ts';
import { chainSteps } from '../../src/witness/chain.ts';
import { TrustSet } from '../../src/witness/trust.ts';
import { linkJudge, type LinkJudge } from '../circuits/chain/link-judge.ts';
import { AT, authorityOf, below, certificateOf, CHAINS } from '../support/authority.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
let accepts: LinkJudge;

beforeAll(async () => {
  await (await authorityOf(folder)).close();
  accepts = await linkJudge();
}, 120_000);

/** A chain is accepted when the one above its last certificate is, which has a row of its own. */
test.each([...CHAINS.keys()].filter((name) => name !== 'ci'))('%s', async (name) => {
  const anchor = anchorFromCertificate(certificateOf(folder, 'ci'));
  const window = { from: AT, until: AT + 86_400n };
  const chain = checkChain({ anchor, certificates: below(folder, name), window });
  const steps = chainSteps(chain, { trust: new TrustSet([anchor]), window, random: systemRandom });
  const last = steps.at(-1)!;
  expect(await accepts(last)).toBe(true);
  expect(last.opening.links.toBigInt()).toBe(BigInt(chain.links.length));
});

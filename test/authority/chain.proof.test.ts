/** A chain of four links that an authority issued, proven and verified. */
import { expect, test } from '@jest/globals';
import { anchorFromCertificate } from '../../src/pki/index.ts';
import { proveChain } from '../../src/prover/chain.ts';
import { verifyChain } from '../../src/prover/verify.ts';
import { ROLES } from '../../src/roles.ts';
import { TrustSet } from '../../src/witness/trust.ts';
import { AT, authorityOf, below, certificateOf } from '../support/authority.ts';
import { SHARED } from '../support/proving/index.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('CI, CI SubCA, EUM, EUM SubCA, eUICC', async () => {
  const folder = temporaryFolder();
  await (await authorityOf(folder, 'euicc3')).close();
  const anchors = [anchorFromCertificate(certificateOf(folder, 'ci'))];
  const certificates = below(folder, 'euicc3');
  const { proof, opening } = await proveChain({ anchors, certificates, at: AT + 86_400n }, SHARED);
  expect(opening.links.toBigInt()).toBe(4n);
  expect(opening.role.toBigInt()).toBe(BigInt(ROLES.euicc.number));
  const trustRoot = new TrustSet(anchors).root.toBigInt();
  const claim = await verifyChain(proof, { trustRoot, at: AT + 86_400n });
  expect(claim.validUntil).toBeGreaterThan(claim.validFrom);
  await expect(verifyChain(proof, { trustRoot: trustRoot + 1n })).rejects.toMatchObject({
    code: 'ERR_PROOF_TRUST_ROOT',
  });
});

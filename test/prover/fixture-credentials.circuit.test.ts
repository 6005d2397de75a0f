/** The credentials of fixtures/ are what its README says: real proofs of real test chains, still good. */
import { expect, test } from '@jest/globals';
import { bytesToHex } from '../../src/bytes.ts';
import { Opening } from '../../src/circuits/claims.ts';
import { checkForProof } from '../../src/prover/chain.ts';
import { verifyChain } from '../../src/prover/verify.ts';
import {
  PROVEN_ANCHOR,
  PROVEN_AT,
  PROVEN_DEVICES,
  PROVEN_TRUST,
  provenCertificates,
  provenCredential,
} from '../support/credentials.ts';

const trustRoot = PROVEN_TRUST.root.toBigInt();

test.each(['eum', ...PROVEN_DEVICES] as const)(
  '%s verifies under the pinned key and belongs to its certificates',
  async (name) => {
    const { proof, opening, certificates } = await provenCredential(name);
    const claim = await verifyChain(proof, { trustRoot, at: PROVEN_AT });
    expect(claim.commitment).toBe(Opening.commitment(opening).toBigInt());
    const made = provenCertificates(name);
    expect(certificates.map(({ der }) => bytesToHex(der))).toEqual(
      made.map(({ der }) => bytesToHex(der)),
    );
    const { window } = checkForProof([PROVEN_ANCHOR], made, PROVEN_AT);
    expect([claim.validFrom, claim.validUntil]).toEqual([window.from, window.until]);
  },
  120_000,
);

test('all devices have other EIDs and keys, and one EUM link', async () => {
  const openings = await Promise.all(
    PROVEN_DEVICES.map(async (name) => (await provenCredential(name)).opening),
  );
  const { opening: eum } = await provenCredential('eum');
  expect(new Set(openings.map(({ identity }) => identity.toString())).size).toBe(4);
  expect(new Set(openings.map(({ key }) => key.x.join())).size).toBe(4);
  expect(new Set(openings.map(({ blind }) => blind.toString())).size).toBe(4);
  for (const { handles, links } of openings) {
    expect(links.toString()).toBe('2');
    expect(handles[0]!.toString()).toBe(eum.handles[0]!.toString());
  }
});

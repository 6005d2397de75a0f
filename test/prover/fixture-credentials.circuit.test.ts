/** The proofs of fixtures/ are what its README says: real ones of real test chains, still good. */
import { expect, test } from '@jest/globals';
import { bytesToHex } from '../../src/bytes.ts';
import { Opening } from '../../src/circuits/claims.ts';
import { checkForProof } from '../../src/prover/chain.ts';
import { publishedOpening } from '../../src/prover/credential.ts';
import { isValid } from '../../src/prover/guard.ts';
import type { ProgramName } from '../../src/prover/program-shapes.ts';
import { pinnedKeyOf, verifyChain, verifyRefresh } from '../../src/prover/verify.ts';
import {
  PROVEN_ANCHOR,
  PROVEN_AT,
  PROVEN_DEVICES,
  PROVEN_TRUST,
  provenCertificates,
  provenCredential,
  provenRefresh,
} from '../support/credentials.ts';
import { LINKING_PROOFS, linkingProof } from '../support/linking/proofs.ts';

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

test.each(PROVEN_DEVICES)(
  'what %s gave away verifies under the pinned key, and is opened by what it kept',
  async (name) => {
    const claim = await verifyRefresh(provenRefresh(name), { trustRoot, at: PROVEN_AT });
    const credential = await provenCredential(name);
    expect(claim.commitment).toBe(Opening.commitment(publishedOpening(credential)!).toBigInt());
    expect(claim.commitment).not.toBe(Opening.commitment(credential.opening).toBigInt());
  },
  120_000,
);

test('the second proof of a device has a commitment of its own', async () => {
  const again = provenRefresh('euicc-1-again');
  const { commitment } = await verifyRefresh(again, { trustRoot, at: PROVEN_AT });
  expect(commitment.toString()).not.toBe(provenRefresh('euicc-1').proof.publicOutput[3]);
}, 120_000);

test.each(LINKING_PROOFS)(
  '%s verifies under the pinned key',
  async (name) => {
    const envelope = linkingProof(name);
    const key = pinnedKeyOf(envelope.program as ProgramName, envelope);
    expect(await isValid(envelope.proof, key)).toBe(true);
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

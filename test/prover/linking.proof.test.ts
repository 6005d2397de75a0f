/**
 * Proofs made now, as a holder makes them: one to give away and one to present. They have nothing in common with each
 * other, with the chain proof, or with those of fixtures/ that were made of the same credential.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type Credential } from '../../src/prover/credential.ts';
import type { ProofEnvelope } from '../../src/prover/envelope.ts';
import { provePresentation } from '../../src/prover/present.ts';
import { Prover } from '../../src/prover/prover.ts';
import { type Openable, proveRefresh } from '../../src/prover/refresh.ts';
import { shareCredential } from '../../src/prover/share.ts';
import { systemRandom } from '../../src/random.ts';
import { provenCredential, provenRefresh } from '../support/credentials.ts';
import { presentationOf } from '../support/linking/plans.ts';
import { linkingProof } from '../support/linking/proofs.ts';
import { linkedBy } from '../support/linking/public.ts';
import { written } from '../support/linking/values.ts';
import { SHARED } from '../support/proving/index.ts';

let credential: Credential;
let shared: ProofEnvelope;
let refresh: Openable;
let presentation: ProofEnvelope;

beforeAll(async () => {
  credential = await provenCredential('euicc-1');
  const prover = new Prover(SHARED);
  try {
    ({ proof: shared } = await shareCredential(credential, { prover, again: true }));
    refresh = await proveRefresh(credential, prover);
    const plan = presentationOf(refresh, systemRandom);
    presentation = await provePresentation(plan, refresh.proof, prover);
  } finally {
    prover.close();
  }
});

describe('a proof that was given away, and a presentation', () => {
  test('have nothing in common with each other, or with what was made before', () => {
    for (const [a, b] of [
      [shared, presentation],
      [shared, credential.proof],
      [presentation, credential.proof],
      [shared, provenRefresh('euicc-1')],
      [shared, provenRefresh('euicc-2')],
      [presentation, linkingProof('presentation-1')],
    ] as const) {
      expect(linkedBy(a, b)).toEqual(new Map());
      expect(linkedBy(b, a)).toEqual(new Map());
    }
  });

  test('would have, one hop nearer', () => {
    expect(written(linkedBy(refresh.proof, credential.proof))).toBeGreaterThanOrEqual(34);
    expect(written(linkedBy(presentation, refresh.proof))).toBeGreaterThanOrEqual(34);
  });
});

/** What a holder gives away, with proofs that were made before: which are made, of what, and what is kept. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { ChainClaim, Opening } from '../../src/circuits/claims.ts';
import { MODE } from '../../src/params.ts';
import { type Credential, publishedOpening } from '../../src/prover/credential.ts';
import type { JsonProof } from '../../src/prover/envelope.ts';
import type { ProofJob, Prover } from '../../src/prover/prover.ts';
import { shareCredential } from '../../src/prover/share.ts';
import { refreshWitness } from '../../src/witness/refresh.ts';
import { blindBytes, provenCredential, provenRefresh } from '../support/credentials.ts';
import { unprovenRefresh } from '../support/envelope.ts';

let credential: Credential;
const given = provenRefresh('euicc-1').proof;

beforeAll(async () => {
  credential = { ...(await provenCredential('euicc-1')), published: undefined };
});

/** Blinds of the fixture, in the order in which they are asked for. */
function fixtureRandom() {
  const owners = ['first refresh, euicc-1', 'published, euicc-1'];
  return (length: number) => blindBytes(owners.shift()!)(length);
}

/** Hands out the proofs of the fixture; the first refresh was dropped, so it is one in form only. */
function recorded(second: JsonProof = given) {
  const jobs: ProofJob[] = [];
  const prove = async (job: ProofJob): Promise<JsonProof> => {
    jobs.push(job);
    if (jobs.length === 2) return second;
    const claim = ChainClaim.fromFields(
      credential.proof.proof.publicOutput.map((value) => Field(value)),
    ) as ChainClaim;
    const first = blindBytes('first refresh, euicc-1');
    const refreshed = refreshWitness(claim, credential.opening, first);
    return unprovenRefresh(ChainClaim.toFields(refreshed.claim)).proof;
  };
  return { jobs, prover: { prove } as unknown as Prover };
}

describe('a credential that is shared', () => {
  test('is refreshed twice, and keeps the blind of the second', async () => {
    const { jobs, prover } = recorded();
    const shared = await shareCredential(credential, { prover, random: fixtureRandom() });
    expect(jobs.map(({ program, method, publicInput }) => [program, method, publicInput])).toEqual([
      ['refresh', 'ofChain', String(MODE.refresh)],
      ['refresh', 'ofRefresh', String(MODE.refresh)],
    ]);
    const [[ofChain], [ofRefresh]] = jobs.map(({ privateInputs }) => privateInputs) as [
      [JsonProof],
      [JsonProof],
    ];
    expect(ofChain).toEqual(credential.proof.proof);
    expect(ofRefresh.publicOutput[3]).not.toBe(ofChain.publicOutput[3]);
    expect(shared.proof).toEqual(provenRefresh('euicc-1'));
    const opening = publishedOpening(shared.credential)!;
    expect(Opening.commitment(opening).toString()).toBe(given.publicOutput[3]);
    expect({ ...shared.credential, published: undefined }).toEqual(credential);
  });

  test('is not shared again, unless that is asked for', async () => {
    const { jobs, prover } = recorded();
    const published = Field(5);
    await expect(
      shareCredential({ ...credential, published }, { prover, random: fixtureRandom() }),
    ).rejects.toMatchObject({ code: 'ERR_CREDENTIAL_SHARED' });
    expect(jobs).toEqual([]);
    const again = { prover, random: fixtureRandom(), again: true };
    const shared = await shareCredential({ ...credential, published }, again);
    expect(shared.credential.published!.toBigInt()).not.toBe(5n);
  });

  test('is not given away by a proof that does not verify', async () => {
    const { prover } = recorded({ ...given, proof: credential.proof.proof.proof });
    await expect(
      shareCredential(credential, { prover, random: fixtureRandom() }),
    ).rejects.toMatchObject({ code: 'ERR_PROOF_INVALID' });
  });

  test('is not given away by a proof of something else', async () => {
    const { prover } = recorded(provenRefresh('euicc-2').proof);
    await expect(
      shareCredential(credential, { prover, random: fixtureRandom() }),
    ).rejects.toMatchObject({ code: 'ERR_PROVER_FAILED' });
  });
});

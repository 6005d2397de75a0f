/** What a holder gives away, with proofs that were made before: which are made, of what, and what is kept. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { ChainClaim, Opening } from '../../src/circuits/claims.ts';
import { MODE } from '../../src/params.ts';
import {
  type Credential,
  publishedOpening,
  readCredential,
  writeCredential,
} from '../../src/prover/credential.ts';
import { type JsonProof, parseEnvelope } from '../../src/prover/envelope.ts';
import type { ProofJob, Prover } from '../../src/prover/prover.ts';
import { shareCredential, shareFromFile } from '../../src/prover/share.ts';
import { refreshWitness } from '../../src/witness/refresh.ts';
import { blindBytes, provenCredential, provenRefresh } from '../support/credentials.ts';
import { unprovenRefresh } from '../support/envelope.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

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

describe('a credential file that is shared', () => {
  const folder = temporaryFolder();
  const files = { credential: join(folder, 'credential.json'), out: join(folder, 'shared.json') };
  const kept = async () => (await readCredential(files.credential)).published?.toString();

  beforeEach(async () => {
    await writeCredential(files.credential, credential);
    rmSync(files.out, { force: true });
  });

  test('keeps the blind, and the proof is written', async () => {
    const proof = await shareFromFile(files, { ...recorded(), random: fixtureRandom() });
    expect(parseEnvelope(readFileSync(files.out, 'utf8'))).toEqual(proof);
    const opening = publishedOpening(await readCredential(files.credential))!;
    expect(Opening.commitment(opening).toString()).toBe(given.publicOutput[3]);
  });

  test('keeps it although the proof could not be written', async () => {
    const out = join(folder, 'missing', 'shared.json');
    await expect(
      shareFromFile({ ...files, out }, { ...recorded(), random: fixtureRandom() }),
    ).rejects.toMatchObject({ code: 'ERR_FILE_WRITE' });
    expect(await kept()).toBeDefined();
  });

  test('keeps nothing of a proof that failed', async () => {
    const failing = recorded(provenRefresh('euicc-2').proof);
    await expect(
      shareFromFile(files, { ...failing, random: fixtureRandom() }),
    ).rejects.toMatchObject({ code: 'ERR_PROVER_FAILED' });
    expect(await kept()).toBeUndefined();
    expect(existsSync(files.out)).toBe(false);
  });

  test.each([
    ['renewed', async () => provenCredential('euicc-2')],
    ['shared', async () => ({ ...credential, published: Field(5) })],
  ])('is left as it is when it was %s meanwhile', async (_, changed) => {
    const { prover } = recorded();
    const prove: Prover['prove'] = async (job, options) => {
      await writeCredential(files.credential, await changed());
      return prover.prove(job, options);
    };
    const meanwhile = { prover: { prove } as Prover, random: fixtureRandom() };
    await expect(shareFromFile(files, meanwhile)).rejects.toMatchObject({
      code: 'ERR_CREDENTIAL_MISMATCH',
    });
    expect(await kept()).toBe((await changed()).published?.toString());
    expect(existsSync(files.out)).toBe(false);
  });
});

/**
 * A session with real proofs, once: refresh, presentation, possession and statement over a chain that is
 * proven already; what they give, that they work once, and that none of their public values can be another one.
 * The same programs serve a download over RSP.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EXAMPLES } from '../../examples/api/proofs.eg.ts';
import { parseRevocationList } from '../../src/asn1/index.ts';
import type { Credential } from '../../src/prover/credential.ts';
import type { ProofEnvelope } from '../../src/prover/envelope.ts';
import { Prover, type ProverEvent } from '../../src/prover/prover.ts';
import { proveAnswer } from '../../src/session/answer.ts';
import { verifyCertified } from '../../src/session/certified.ts';
import {
  type CertifiedBundle,
  formatBundle,
  type PresentationBundle,
} from '../../src/session/envelopes.ts';
import { checkRequest, termsAhead } from '../../src/session/holder.ts';
import { buildMap, formatMap } from '../../src/session/map-file.ts';
import { CLIENT_OFFER } from '../../src/session/offers.ts';
import { OnceStore } from '../../src/session/once-store.ts';
import { openPools } from '../../src/session/pools.ts';
import { obtainPresentation, prepareAhead } from '../../src/session/presenter.ts';
import { SessionVerifier } from '../../src/session/session-verifier.ts';
import { certify } from '../../src/session/statements.ts';
import { download } from '../rsp/zkcx/proven-download.ts';
import { provenCredential } from '../support/credentials.ts';
import { ciList } from '../support/crl/index.ts';
import { SHARED } from '../support/proving/index.ts';
import { withValue } from './bundles.ts';
import {
  ANCHORS,
  countingBytes,
  EID,
  EUICC,
  MAP,
  NOW,
  PEER,
  POLICY,
  rootsOf,
  sign,
  SOURCES,
  TRUST,
} from './world.ts';

const root = new URL('../../', import.meta.url);
const CI = 'fixtures/sgp26/CertificateIssuer/CERT_CI_ECDSA_NIST.der';
const CI_2017 = 'fixtures/sgp26-2017/CERT_CI_ECDSA_NIST_2017.der';
const folder = mkdtempSync(join(tmpdir(), 'zkcx-proofs-'));
const ask = {
  clientOffer: CLIENT_OFFER,
  purpose: 'download',
  disclosures: ['identity'],
  oncePerDevice: true,
} as const;

const prover = new Prover(SHARED);
let store: OnceStore;
let credential: Credential;
let bundle: PresentationBundle;
let serverOffer: Uint8Array;
let statement: CertifiedBundle;
/** Programs that were proven ahead, and after the request. */
const proven: string[][] = [];

/** Verifiers that make the same challenge, so that one answer can be tried on each of them. */
function newVerifier(): { verifier: SessionVerifier; transactionId: string } {
  const verifier = new SessionVerifier({
    ...PEER,
    role: 'euicc-v2',
    roots: () => rootsOf(MAP),
    store,
    now: () => NOW,
    random: countingBytes(77),
  });
  const challenge = verifier.challenge(ask);
  ({ serverOffer } = challenge);
  return { verifier, transactionId: challenge.transactionId };
}

const answered = (answer: unknown) => {
  const { verifier, transactionId } = newVerifier();
  return verifier.accept(transactionId, answer);
};

/** What work has proven, in order. */
async function noting<T>(work: (onEvent: (event: ProverEvent) => void) => Promise<T>): Promise<T> {
  const programs: string[] = [];
  proven.push(programs);
  return work((event) => {
    if (event.type === 'proved') programs.push(`${event.program}.${event.method}`);
  });
}

beforeAll(async () => {
  store = await OnceStore.open(join(folder, 'once'));
  credential = await provenCredential('euicc-1');
  const pools = await openPools(join(folder, 'phone.pool'), credential);
  const shared = { credential, anchors: ANCHORS, pools };
  const ahead = { ...shared, accepted: termsAhead(credential, POLICY) };
  await noting((onEvent) => prepareAhead(ahead, prover, { onEvent }));
  newVerifier();
  await noting(async (onEvent) => {
    const accepted = await checkRequest(
      { peer: PEER, clientOffer: CLIENT_OFFER, serverOffer, credential },
      { ...POLICY, consent: () => true },
    );
    const { prepared, done } = await obtainPresentation({ ...shared, accepted }, prover, {
      onEvent,
    });
    bundle = await proveAnswer({ accepted, prepared, sign }, prover, { onEvent });
    await done();
  });
  statement = await certify(
    { credential, anchors: ANCHORS, trust: TRUST, map: MAP, time: NOW },
    prover,
  );
});

afterAll(async () => {
  prover.close();
  await store.close();
  rmSync(folder, { recursive: true });
});

describe('a session with real proofs', () => {
  test('takes one proof after the request, the smallest, if a presentation is ready', () => {
    expect(proven).toEqual([['refresh.ofChain', 'presentation.prove'], ['possession.prove']]);
  });

  test('is accepted, and tells what was asked for', async () => {
    const verified = await answered(bundle);
    expect(verified).toMatchObject({
      role: 'euicc-v2',
      time: NOW,
      identity: { kind: 'eid', digits: EID },
    });
    expect(verified.pseudonym).toBe(BigInt(bundle.pseudonym!));
    expect(verified).not.toHaveProperty('issuer');
    expect(Object.isFrozen(verified)).toBe(true);
  });

  test('is accepted once for a device', async () => {
    await expect(answered(bundle)).rejects.toMatchObject({ code: 'ERR_SESSION_PSEUDONYM' });
  });

  test('is verified by a fresh process, in seconds', () => {
    const lists = [ciList('B'), ciList('A')].map((der) => parseRevocationList(der));
    const map = buildMap({ sources: SOURCES, anchors: ANCHORS, lists, at: NOW });
    expect(map.map.root.toBigInt()).toBe(MAP.root.toBigInt());
    const files = { map: formatMap(map), request: serverOffer, presentation: formatBundle(bundle) };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const start = performance.now();
    const command = [
      '--import tsx src/cli/main.ts present verify',
      `${join(folder, 'presentation')} --request ${join(folder, 'request')}`,
      `--map ${join(folder, 'map')} --ci ${CI} --ci ${CI_2017}`,
      `--address ${PEER.serverAddress} --oid ${PEER.serverOid} --at ${NOW} --json`,
    ];
    const { status, stdout, stderr } = spawnSync(process.execPath, command.join(' ').split(' '), {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    // other tests may run beside it
    expect(performance.now() - start).toBeLessThan(25_000);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, identity: { digits: EID } });
  });

  test('is refused with any public value of its proofs changed', async () => {
    const { presentation, possession } = bundle;
    const count = ({ proof }: ProofEnvelope) =>
      proof.publicInput.length + proof.publicOutput.length;
    const changed = [
      ...Array.from({ length: count(presentation) }, (_, i) => ({
        ...bundle,
        presentation: withValue(presentation, i, 12345n),
      })),
      ...Array.from({ length: count(possession) }, (_, i) => ({
        ...bundle,
        possession: withValue(possession, i, 12345n),
      })),
      { ...bundle, pseudonym: '12345' },
    ];
    expect(changed).toHaveLength(12);
    for (const answer of changed) {
      await expect(answered(answer)).rejects.toMatchObject({
        code: expect.stringMatching(/^ERR_PROOF_/),
      });
    }
  });

  test('is refused with other proofs in the place of its own', async () => {
    const { presentation, possession } = bundle;
    const bytes = (envelope: ProofEnvelope, other: ProofEnvelope) => ({
      ...envelope,
      proof: { ...envelope.proof, proof: other.proof.proof },
    });
    for (const answer of [
      { ...bundle, presentation: bytes(presentation, possession) },
      { ...bundle, presentation: bytes(presentation, statement.proof) },
      { ...bundle, possession: bytes(possession, presentation) },
    ]) {
      await expect(answered(answer)).rejects.toMatchObject({ code: 'ERR_PROOF_INVALID' });
    }
  });
});

describe('a statement with a real proof', () => {
  const expectation = {
    trustRoot: TRUST.root.toBigInt(),
    mapRoot: MAP.root.toBigInt(),
    role: 'euicc-v2' as const,
    now: NOW,
  };

  test('is accepted, and tells key and identity', async () => {
    expect(await verifyCertified(statement, expectation)).toMatchObject({
      key: EUICC.publicKey,
      identity: { kind: 'eid', digits: EID },
      time: NOW,
    });
  });

  test('is refused with any public value changed', async () => {
    const { publicInput, publicOutput } = statement.proof.proof;
    for (let i = 0; i < publicInput.length + publicOutput.length; i++) {
      const { proof } = statement;
      const value = BigInt([...publicInput, ...publicOutput][i]!) + 1n;
      const changed = { ...statement, proof: withValue(proof, i, value) };
      await expect(verifyCertified(changed, expectation)).rejects.toMatchObject({
        code: expect.stringMatching(/^ERR_PROOF_/),
      });
    }
  });
});

test('the examples of a session and of a statement run with real proofs', async () => {
  const pools = await EXAMPLES.prepareAhead(credential, prover, join(folder, 'example'));
  const answered = await EXAMPLES.proveAnswer(credential, prover, pools);
  await expect(EXAMPLES.verifyPresentation(answered)).resolves.toBeUndefined();
  await expect(EXAMPLES.certify(credential, prover)).resolves.toMatchObject({ version: 1 });
});

describe('a download with real proofs', () => {
  // here, because to compile its programs takes longer than to prove
  test("with today's eUICC is proven while it runs, and the EID is told with consent", async () => {
    const { asked, proven, refusals } = await download({ prover, folder });
    expect(refusals).toEqual([]);
    expect(proven).toEqual(['presentation', 'possession']);
    expect(asked).toContain('zkcxDisclose');
  });
});

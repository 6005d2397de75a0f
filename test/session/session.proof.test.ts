/**
 * A session with real proofs, once: refresh, presentation, possession and statement over a chain that is
 * proven already; what they give, that they work once, that none of their public values can be another one, and that
 * they have nothing in common with what the holder gives away. The examples make what a session takes, for the PKI
 * and at the time of the examples. The same programs serve a download over RSP.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EXAMPLES } from '../../examples/api/proofs.eg.ts';
import { at, peer, policy } from '../../examples/api/session.eg.ts';
import { anchors, rootsOf, signAsEuicc, testMap } from '../../examples/test-pki.ts';
import type { Credential } from '../../src/prover/credential.ts';
import { PresentationRequest } from '../../src/circuits/session.ts';
import type { AnyEnvelope, JsonProof, ProofEnvelope } from '../../src/prover/envelope.ts';
import { type JobOptions, type ProofJob, Prover } from '../../src/prover/prover.ts';
import { proveRegistryPresentation } from '../../src/prover/present.ts';
import { shareCredential } from '../../src/prover/share.ts';
import { publicValues } from '../../src/prover/verify.ts';
import { proveAnswer } from '../../src/session/answer.ts';
import { verifyCertified } from '../../src/session/certified.ts';
import {
  type CertifiedBundle,
  formatBundle,
  type PresentationBundle,
} from '../../src/session/envelopes.ts';
import { checkRequest } from '../../src/session/holder.ts';
import { formatMap } from '../../src/session/map-file.ts';
import { CLIENT_OFFER } from '../../src/session/offers.ts';
import { OnceStore } from '../../src/session/once-store.ts';
import { type CredentialPools, openPools } from '../../src/session/pools.ts';
import { obtainPresentation } from '../../src/session/presenter.ts';
import { SessionVerifier } from '../../src/session/session-verifier.ts';
import { systemRandom } from '../../src/random.ts';
import { TrustSet } from '../../src/witness/trust.ts';
import { download } from '../rsp/zkcx/proven-download.ts';
import { provenCredential, provenRefresh } from '../support/credentials.ts';
import { linkingProof, plainLinkingProof } from '../support/linking/proofs.ts';
import { publishedPresentationOf } from '../support/linking/plans.ts';
import { linkedBy } from '../support/linking/public.ts';
import { written } from '../support/linking/values.ts';
import { SHARED } from '../support/proving/index.ts';
import { withValue } from './bundles.ts';
import { countingBytes, EID, EUICC } from './world.ts';

const root = new URL('../../', import.meta.url);
const CI = 'fixtures/sgp26/CertificateIssuer/CERT_CI_ECDSA_NIST.der';
const TRUST_ROOT = new TrustSet(anchors).root.toBigInt();
const MAP = testMap(at);
const MAP_ROOT = MAP.map.root.toBigInt();
const folder = mkdtempSync(join(tmpdir(), 'zkcx-proofs-'));
const ask = {
  clientOffer: CLIENT_OFFER,
  purpose: 'download',
  disclosures: ['identity'],
  oncePerDevice: true,
} as const;

/** Keeps what it proves, in order. */
class KeepingProver extends Prover {
  readonly proofs: { readonly of: string; readonly proof: JsonProof }[] = [];

  override async prove(job: ProofJob, options?: JobOptions): Promise<JsonProof> {
    const proof = await super.prove(job, options);
    this.proofs.push({ of: `${job.program}.${job.method}`, proof });
    return proof;
  }
}

const prover = new KeepingProver(SHARED);
let store: OnceStore;
let credential: Credential;
let bundle: PresentationBundle;
let serverOffer: Uint8Array;
let statement: CertifiedBundle;
/** What is ready in them is what the session used: no holder keeps such. */
let again: CredentialPools;
/** Proofs of the session that were made ahead, and after the request. */
let ahead: typeof prover.proofs;
let after: typeof prover.proofs;

/** Verifiers that make the same challenge, so that one answer can be tried on each of them. */
function newVerifier(): { verifier: SessionVerifier; transactionId: string } {
  const verifier = new SessionVerifier({
    ...peer,
    role: 'euicc-v2',
    roots: () => rootsOf(MAP),
    store,
    now: () => at,
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

beforeAll(async () => {
  store = await OnceStore.open(join(folder, 'once'));
  credential = await provenCredential('euicc-1');
  const pools = await EXAMPLES.prepareAhead(credential, prover, join(folder, 'phone.pool'));
  ahead = prover.proofs.splice(0);
  newVerifier();
  const accepted = await checkRequest(
    { peer, clientOffer: CLIENT_OFFER, serverOffer, credential },
    { ...policy, consent: () => true },
  );
  const input = { accepted, credential, anchors, pools };
  const { prepared, done } = await obtainPresentation(input, prover);
  bundle = await proveAnswer({ accepted, prepared, sign: signAsEuicc }, prover);
  await done();
  after = prover.proofs.splice(0);
  again = await openPools(join(folder, 'again.pool'), credential);
  await again.presentations.add(prepared);
  statement = await EXAMPLES.certify(credential, prover);
});

afterAll(async () => {
  prover.close();
  await store.close();
  rmSync(folder, { recursive: true });
});

describe('a session with real proofs', () => {
  test('takes one proof after the request, the smallest, if a presentation is ready', () => {
    const names = [ahead, after].map((proofs) => proofs.map(({ of }) => of));
    expect(names).toEqual([['refresh.ofChain', 'presentation.prove'], ['sessionPossession.prove']]);
  });

  test('is accepted, and tells what was asked for', async () => {
    const verified = await answered(bundle);
    expect(verified).toMatchObject({
      role: 'euicc-v2',
      time: at,
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
    const files = { map: formatMap(MAP), request: serverOffer, presentation: formatBundle(bundle) };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const start = performance.now();
    const command = [
      '--import tsx src/cli/main.ts present verify',
      `${join(folder, 'presentation')} --request ${join(folder, 'request')}`,
      `--map ${join(folder, 'map')} --ci ${CI}`,
      `--address ${peer.serverAddress} --oid ${peer.serverOid} --at ${at} --json`,
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
    const count = (envelope: AnyEnvelope) => publicValues(envelope).length;
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
    const bytes = <E extends AnyEnvelope>(envelope: E, proof: string): E => ({
      ...envelope,
      proof: { ...envelope.proof, proof },
    });
    for (const answer of [
      { ...bundle, presentation: bytes(presentation, possession.proof.proof) },
      { ...bundle, presentation: bytes(presentation, statement.proof.proof.proof) },
      { ...bundle, possession: bytes(possession, plainLinkingProof('possession-1').proof.proof) },
    ]) {
      await expect(answered(answer)).rejects.toMatchObject({ code: 'ERR_PROOF_INVALID' });
    }
    const long = bytes(possession, presentation.proof.proof);
    await expect(answered({ ...bundle, possession: long })).rejects.toMatchObject({
      code: 'ERR_PROOF_FORMAT',
    });
  });
});

test('a witness that a plain circuit refuses gives no proof', async () => {
  const plan = publishedPresentationOf(credential, systemRandom);
  const request = { ...plan.request, time: plan.request.time.add(400n * 86_400n * 365n) };
  const late = { ...plan, request: new PresentationRequest(request) };
  await expect(proveRegistryPresentation(late, prover)).rejects.toMatchObject({
    code: 'ERR_PROVER_REFUSED',
  });
});

describe('a statement with a real proof', () => {
  const expectation = {
    trustRoot: TRUST_ROOT,
    mapRoot: MAP_ROOT,
    role: 'euicc-v2' as const,
    now: at,
  };

  test('is accepted, and tells key and identity', async () => {
    expect(await verifyCertified(statement, expectation)).toMatchObject({
      key: EUICC.publicKey,
      identity: { kind: 'eid', digits: EID },
      time: at,
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

describe('a proof that was given away, and a presentation', () => {
  let shared: ProofEnvelope;
  beforeAll(async () => {
    ({ proof: shared } = await shareCredential(credential, { prover, again: true }));
  });

  test('have nothing in common with each other, or with what was made before', () => {
    const { presentation } = bundle;
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
    const refresh = { ...shared, proof: ahead[0]!.proof };
    expect(written(linkedBy(refresh, credential.proof))).toBeGreaterThanOrEqual(34);
    expect(written(linkedBy(bundle.presentation, refresh))).toBeGreaterThanOrEqual(34);
  });
});

test('the example of an answer runs with real proofs', async () => {
  const answered = await EXAMPLES.proveAnswer(credential, prover, again);
  await expect(EXAMPLES.verifyPresentation(answered)).resolves.toBeUndefined();
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

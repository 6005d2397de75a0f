/**
 * A session with real proofs, once: presentation, message, possession and statement over a chain that is
 * proven already; what they give, that they work once, and that none of their public values can be another one.
 * The same programs serve a download over RSP.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseRevocationList } from '../../src/asn1/index.ts';
import { concatBytes } from '../../src/bytes.ts';
import type { Credential } from '../../src/prover/credential.ts';
import type { ProofEnvelope } from '../../src/prover/envelope.ts';
import { Prover } from '../../src/prover/prover.ts';
import { type HolderSession, planAnswer, proveAnswer } from '../../src/session/answer.ts';
import { verifyCertified } from '../../src/session/certified.ts';
import { encodeTlv } from '../../src/asn1/tlv.ts';
import { type CertifiedBundle, formatBundle } from '../../src/session/envelopes.ts';
import type { PresentationBundle } from '../../src/session/envelopes.ts';
import { checkRequest } from '../../src/session/holder.ts';
import { buildMap, formatMap } from '../../src/session/map-file.ts';
import { CLIENT_OFFER } from '../../src/session/offers.ts';
import { OnceStore } from '../../src/session/once-store.ts';
import { SessionVerifier } from '../../src/session/session-verifier.ts';
import { certify, possess } from '../../src/session/statements.ts';
import type { VerifiedPresentation } from '../../src/session/verifier.ts';
import { encodeOid } from '../../src/asn1/oid.ts';
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
  SERVER_OID,
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
let kept: HolderSession;
let possession: ProofEnvelope;
let statement: CertifiedBundle;

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

const cancellation = () =>
  encodeTlv(
    0x30,
    concatBytes(
      encodeTlv(0x80, kept.transcript.transactionId),
      encodeTlv(0x81, encodeOid(SERVER_OID)),
      Uint8Array.of(0x82, 1, 0),
    ),
  );

beforeAll(async () => {
  store = await OnceStore.open(join(folder, 'once'));
  credential = await provenCredential('euicc-1');
  newVerifier();
  const accepted = await checkRequest(
    { peer: PEER, clientOffer: CLIENT_OFFER, serverOffer, credential },
    { ...POLICY, consent: () => true },
  );
  const plan = await planAnswer({ accepted, credential, anchors: ANCHORS, sign });
  kept = plan.session;
  bundle = await proveAnswer(plan, prover);
  possession = await possess(
    {
      session: kept,
      kind: 'cancelSession',
      message: cancellation(),
      context: { serverOid: SERVER_OID },
      sign,
    },
    prover,
  );
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
  let verified: VerifiedPresentation;

  test('is accepted, and tells what was asked for', async () => {
    verified = await answered(bundle);
    expect(verified).toMatchObject({
      role: 'euicc-v2',
      identity: { kind: 'eid', digits: EID },
      session: kept.session,
      hiddenLength: 16,
    });
    expect(verified.pseudonym).not.toBe(0n);
    expect(verified).not.toHaveProperty('issuer');
    expect(Object.isFrozen(verified)).toBe(true);
  });

  test('is accepted once for a device', async () => {
    await expect(answered(bundle)).rejects.toMatchObject({ code: 'ERR_SESSION_PSEUDONYM' });
  });

  test('goes on with one message of a kind', async () => {
    const { verifier } = newVerifier();
    const message = { kind: 'cancelSession', message: cancellation() } as const;
    await expect(verifier.acceptMessage(verified, message, possession)).resolves.toMatchObject({
      kind: 'cancelSession',
      session: kept.session,
    });
    await expect(verifier.acceptMessage(verified, message, possession)).rejects.toMatchObject({
      code: 'ERR_SESSION_REPEATED',
    });
    await expect(
      verifier.acceptMessage(verified, message, withValue(possession, 1, 5n)),
    ).rejects.toMatchObject({ code: 'ERR_PROOF_STATEMENT' });
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
    const { presentation, message } = bundle;
    if (message.kind !== 'proof') throw Error('a message proof is expected');
    const count = ({ proof }: ProofEnvelope) =>
      proof.publicInput.length + proof.publicOutput.length;
    const changed = [
      ...Array.from({ length: count(presentation) }, (_, i) => ({
        ...bundle,
        presentation: withValue(presentation, i, 12345n),
      })),
      ...Array.from({ length: count(message.proof) }, (_, i) => ({
        ...bundle,
        message: { ...message, proof: withValue(message.proof, i, 12345n) },
      })),
    ];
    expect(changed).toHaveLength(16);
    for (const answer of changed) {
      await expect(answered(answer)).rejects.toMatchObject({
        code: expect.stringMatching(/^ERR_PROOF_/),
      });
    }
  });

  test('is refused with the proofs of it exchanged', async () => {
    const { presentation, message } = bundle;
    if (message.kind !== 'proof') throw Error('a message proof is expected');
    const bytes = (envelope: ProofEnvelope, other: ProofEnvelope) => ({
      ...envelope,
      proof: { ...envelope.proof, proof: other.proof.proof },
    });
    for (const answer of [
      { ...bundle, presentation: bytes(presentation, message.proof) },
      { ...bundle, presentation: bytes(presentation, statement.proof) },
      { ...bundle, message: { ...message, proof: bytes(message.proof, possession) } },
    ]) {
      await expect(answered(answer)).rejects.toMatchObject({ code: 'ERR_PROOF_INVALID' });
    }
  });
});

describe('a statement with a real proof', () => {
  const { trustRoot, revocationRoot } = rootsOf(MAP);
  const expectation = {
    trustRoot,
    mapRoots: [{ root: revocationRoot, at: NOW }],
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

describe('a download with real proofs', () => {
  // here, because to compile its programs takes longer than to prove
  test("with today's eUICC takes two proofs, and the EID is told with consent", async () => {
    const { asked, proven, refusals } = await download({ prover, folder });
    expect(refusals).toEqual([]);
    expect(proven).toEqual(['presentation']);
    expect(asked).toContain('zkcxDisclose');
  });
});

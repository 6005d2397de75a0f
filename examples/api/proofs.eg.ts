/**
 * What proves, and what verifies such a proof: one example of each function, to be called with a prover. The tests run
 * those that make no proof; the others are type checked with all else.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import {
  aggregateChains,
  bindTranscript,
  certify,
  type CertifiedBundle,
  checkRequest,
  CLIENT_OFFER,
  type Credential,
  formatEnvelope,
  parseEnvelope,
  parseRevocationList,
  planAnswer,
  possess,
  proveAnswer,
  proveCrl,
  type ProofEnvelope,
  Prover,
  readMember,
  renewCredential,
  scopeOf,
  serveAggregation,
  shareCredential,
  TrustSet,
  verifyAggregate,
  verifyCertified,
  verifyCrl,
  verifyPossession,
  verifyPresentation,
  writeCredential,
  writeMember,
} from 'zkcx';
import { anchors, readTestFile, signAsEuicc, testMap } from '../test-pki.ts';
import { at, peer, policy, withVerifier } from './session.eg.ts';

const trust = new TrustSet(anchors);
const trustRoot = trust.root.toBigInt();
const { map } = testMap(at);

export const EXAMPLES = {
  Prover: async () => {
    // #region Prover
    // a process that compiles each program once and proves one thing at a time
    const prover = new Prover();
    prover.close();
    // #endregion Prover
  },

  renewCredential: async (credential: Credential, prover: Prover) => {
    // 2026-07-25, in the quarter of the window of the fixture
    const sameQuarter = 1_784_980_800n;
    // #region renewCredential
    // in the quarter of the credential's own window nothing would be gained: no proof is made
    await assert.rejects(renewCredential(credential, { anchors, now: sameQuarter }, { prover }), {
      code: 'ERR_CREDENTIAL_RENEWAL',
    });
    // #endregion renewCredential
  },

  /** `file` is the credential's. */
  shareCredential: async (credential: Credential, prover: Prover, file: string) => {
    // #region shareCredential
    const shared = await shareCredential(credential, { prover });
    // keep its blind first: without it nothing can be shown of what is published
    await writeCredential(file, shared.credential);
    const given = formatEnvelope(shared.proof);
    // #endregion shareCredential
    assert.deepEqual(parseEnvelope(given), shared.proof);
  },

  /** `work` is a private folder. */
  proveCrl: async (prover: Prover, work: string) => {
    // #region proveCrl
    const list = parseRevocationList(readTestFile('crl/CRL-A-0.der'));
    const proof = await proveCrl(
      { anchors, certificates: [], list, kind: 'user', at },
      { work, prover },
    );
    // #endregion proveCrl
    // #region verifyCrl
    const claim = await verifyCrl(proof, { trustRoot });
    assert.equal(claim.count, 0n);
    // #endregion verifyCrl
  },

  /** `shared` are proofs of `shareCredential`, two or more under the same CIs; `folder` is a private folder. */
  aggregateChains: async (shared: readonly ProofEnvelope[], prover: Prover, folder: string) => {
    // #region aggregateChains
    const { aggregate, chains } = await aggregateChains(
      { trust: anchors, chains: shared.map((proof) => ({ proof })), at },
      { work: join(folder, 'work'), prover },
    );
    // #endregion aggregateChains
    // #region verifyAggregate
    const claim = await verifyAggregate(aggregate, { trustRoot, at });
    assert.equal(claim.count, BigInt(shared.length));
    // #endregion verifyAggregate
    // #region writeMember
    const file = join(folder, 'member.json');
    await writeMember(file, chains[0]!.member);
    // #endregion writeMember
    // #region readMember
    const member = await readMember(file);
    assert.equal(member.root.toBigInt(), claim.root);
    // #endregion readMember
  },

  serveAggregation: async (redis: string) => {
    // #region serveAggregation
    // proves jobs of others until it is told to stop
    const stop = new AbortController();
    const proven = await serveAggregation({
      redis,
      signal: stop.signal,
      onReady: () => stop.abort(),
    });
    assert.equal(proven, 0);
    // #endregion serveAggregation
  },

  proveAnswer: (credential: Credential, prover: Prover) =>
    withVerifier(async (verifier) => {
      // #region proveAnswer
      const { transactionId, serverOffer } = verifier.challenge({
        clientOffer: CLIENT_OFFER,
        purpose: 'download',
      });
      const request = { peer, clientOffer: CLIENT_OFFER, serverOffer, credential };
      const accepted = await checkRequest(request, policy);
      const plan = await planAnswer({ accepted, credential, anchors, sign: signAsEuicc });
      const answer = await proveAnswer(plan, prover);
      // #endregion proveAnswer
      // #region verifyPresentation
      // `SessionVerifier.accept` does this, and remembers what was accepted
      const verified = await verifyPresentation(answer, {
        terms: {
          mode: 'presentation',
          trustRoot,
          revocationRoot: map.root.toBigInt(),
          time: at,
          role: 'euicc-v2',
          scope: scopeOf(peer.serverOid, 'download'),
        },
        transcript: bindTranscript({
          transactionId: new Uint8Array(Buffer.from(transactionId, 'hex')),
          serverAddress: peer.serverAddress,
          clientOffer: CLIENT_OFFER,
          serverOffer,
        }),
        mapRootAt: at,
        now: at,
      });
      assert.notEqual(verified.pseudonym, 0n);
      // #endregion verifyPresentation
      const cancelSession = Uint8Array.of(
        ...[0x30, 0x18, 0x80, 0x10],
        ...plan.session.transcript.transactionId,
        ...[0x81, 0x03, 0x88, 0x37, 0x0a, 0x82, 0x01, 0x00],
      );
      cancelSession[1] = cancelSession.length - 2;
      // #region possess
      const possession = await possess(
        {
          session: plan.session,
          kind: 'cancelSession',
          message: cancelSession,
          context: { serverOid: peer.serverOid },
          sign: signAsEuicc,
        },
        prover,
      );
      // #endregion possess
      // #region verifyPossession
      const message = await verifyPossession(
        {
          kind: 'cancelSession',
          message: cancelSession,
          context: { ...verified.transcript, serverOid: peer.serverOid },
          session: verified.session,
          sessionKey: verified.sessionKey,
        },
        possession,
      );
      assert.equal(message.kind, 'cancelSession');
      // #endregion verifyPossession
    }),

  certify: async (credential: Credential, prover: Prover): Promise<CertifiedBundle> => {
    // #region certify
    const statement = await certify({ credential, anchors, trust, map, time: at }, prover);
    // #endregion certify
    // #region verifyCertified
    const { identity } = await verifyCertified(statement, {
      trustRoot,
      mapRoots: [{ root: map.root.toBigInt(), at }],
      role: 'euicc-v2',
      now: at,
    });
    assert.equal(identity.kind, 'eid');
    // #endregion verifyCertified
    return statement;
  },
};

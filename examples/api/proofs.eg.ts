/**
 * What proves, and what verifies such a proof: one example of each function, to be called with a prover. The tests run
 * those of sessions; what takes many minutes is type checked with all else.
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
  type CredentialPools,
  formatEnvelope,
  obtainPresentation,
  openPools,
  parseEnvelope,
  parseRevocationList,
  planAnswer,
  planPossession,
  prepareAhead,
  preparePresentation,
  presentationBundle,
  type PresentationBundle,
  proveAnswer,
  proveCrl,
  type ProofEnvelope,
  Prover,
  readMember,
  renewCredential,
  type RequestTerms,
  scopeOf,
  serveAggregation,
  sessionId,
  sessionMessage,
  shareCredential,
  termsAhead,
  TrustSet,
  verifyAggregate,
  verifyCertified,
  verifyCrl,
  verifyPresentation,
  writeCredential,
  writeMember,
} from 'zkcx';
import { anchors, readTestFile, rootsOf, signAsEuicc, testMap } from '../test-pki.ts';
import { at, peer, policy, withVerifier } from './session.eg.ts';

const trust = new TrustSet(anchors);
const trustRoot = trust.root.toBigInt();
const { map } = testMap(at);

/** An answer with the challenge that it is to. */
interface AnswerOfExample {
  readonly answer: PresentationBundle;
  readonly transactionId: string;
  readonly serverOffer: Uint8Array;
  readonly offered: RequestTerms;
}

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

  /** `folder` is a private folder. */
  prepareAhead: async (credential: Credential, prover: Prover, folder: string) => {
    const pools = await openPools(folder, credential);
    await pools.refreshes.refill({ count: 1 }, prover);
    // #region prepareAhead
    // when the user begins, or by a schedule; never because one was used
    const accepted = termsAhead(credential, policy);
    const made = await prepareAhead({ accepted, credential, anchors, pools }, prover);
    assert.equal(made, 1);
    // #endregion prepareAhead
    // its refresh is used up
    assert.equal(await pools.refreshes.ready(), 0);
    return pools;
  },

  preparePresentation: async (
    credential: Credential,
    prover: Prover,
    folder: string,
  ): Promise<void> => {
    const { refreshes } = await openPools(folder, credential);
    await refreshes.refill({ count: 1 }, prover);
    // #region preparePresentation
    const taken = await refreshes.take();
    assert.ok(taken !== undefined);
    const accepted = termsAhead(credential, policy);
    const refresh = async () => taken.value;
    const prepared = await preparePresentation({ accepted, credential, anchors, refresh }, prover);
    await taken.done();
    assert.equal(prepared.terms.time, at);
    // a second presentation over one refresh would be linked with the first
    const again = preparePresentation({ accepted, credential, anchors, refresh }, prover);
    await assert.rejects(again, { code: 'ERR_SESSION_REPEATED' });
    // #endregion preparePresentation
  },

  /** `pools` have a presentation ready. */
  proveAnswer: (
    credential: Credential,
    prover: Prover,
    pools: CredentialPools,
  ): Promise<AnswerOfExample> =>
    withVerifier(async (verifier) => {
      const { transactionId, serverOffer } = verifier.challenge({
        clientOffer: CLIENT_OFFER,
        purpose: 'download',
      });
      const request = { peer, clientOffer: CLIENT_OFFER, serverOffer, credential };
      const accepted = await checkRequest(request, policy);
      // #region obtainPresentation
      const input = { accepted, credential, anchors, pools };
      const { prepared, source, done } = await obtainPresentation(input, prover);
      assert.equal(source, 'pool');
      // #endregion obtainPresentation
      // #region planAnswer
      const plan = await planAnswer({ accepted, prepared, sign: signAsEuicc });
      assert.notEqual(plan.values.pseudonym, 0n);
      // #endregion planAnswer
      // #region planPossession
      // the same, for a protocol with messages of its own
      const message = sessionMessage(accepted.transcript);
      const { values } = planPossession({
        prepared,
        session: sessionId(accepted.transcript.serverChallenge),
        message,
        signature: await signAsEuicc(message),
        scope: scopeOf(peer.serverOid, 'download'),
      });
      assert.deepEqual(values, plan.values);
      // #endregion planPossession
      // #region proveAnswer
      // the one proof between challenge and answer; at the end of the session the presentation is deleted
      const answer = await proveAnswer({ accepted, prepared, sign: signAsEuicc }, prover);
      await done();
      // #endregion proveAnswer
      // #region presentationBundle
      // what `proveAnswer` puts together
      assert.deepEqual(presentationBundle(prepared, answer.possession, values), answer);
      // #endregion presentationBundle
      return { answer, transactionId, serverOffer, offered: accepted.request };
    }),

  /** What `proveAnswer` made with real proofs. */
  verifyPresentation: async ({
    answer,
    transactionId,
    serverOffer,
    offered,
  }: AnswerOfExample): Promise<void> => {
    // #region verifyPresentation
    // `SessionVerifier.accept` does this, and remembers what was accepted
    const transcript = bindTranscript({
      transactionId: new Uint8Array(Buffer.from(transactionId, 'hex')),
      serverAddress: peer.serverAddress,
      clientOffer: CLIENT_OFFER,
      serverOffer,
    });
    const verified = await verifyPresentation(answer, {
      offered,
      accepted: rootsOf({ map }),
      serverOid: peer.serverOid,
      session: sessionId(transcript.serverChallenge),
      message: sessionMessage(transcript),
      now: at,
    });
    assert.equal(verified.role, 'euicc-v2');
    assert.notEqual(verified.pseudonym, undefined);
    // #endregion verifyPresentation
  },

  certify: async (credential: Credential, prover: Prover): Promise<CertifiedBundle> => {
    // #region certify
    const statement = await certify({ credential, anchors, trust, map, time: at }, prover);
    // #endregion certify
    // #region verifyCertified
    const { identity } = await verifyCertified(statement, {
      trustRoot,
      mapRoot: map.root.toBigInt(),
      role: 'euicc-v2',
      now: at,
    });
    assert.equal(identity.kind, 'eid');
    // #endregion verifyCertified
    return statement;
  },
};

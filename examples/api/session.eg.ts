/**
 * Sessions up to the proofs: the verifier's request, the holder's decision and plan. One example of each
 * function; they run in the tests. What takes a proof is in `proofs.eg.ts`.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AcceptedRequest,
  bindTranscript,
  checkRequest,
  CLIENT_OFFER,
  formatBundle,
  type HolderPolicy,
  OnceStore,
  parseBundle,
  planAnswer,
  planCertify,
  planPossession,
  readSession,
  refuseAlike,
  REFUSAL,
  scopeOf,
  sessionId,
  SessionVerifier,
  TrustSet,
  writeSession,
} from 'zkcx';
import { anchors, signAsEuicc, testMap } from '../test-pki.ts';
import { inFolder } from './files.eg.ts';

/** 2026-11-01. */
export const at = 1_793_491_200n;
const { map } = testMap(at);

/** The server, as the holder authenticated it. */
export const peer = { serverAddress: 'dp.example.com', serverOid: '2.999.10' };

/** The test PKI has one CI, so the minimum is lowered; a real holder keeps the default of two. */
export const policy: HolderPolicy = {
  trustSets: [anchors],
  minimumCis: 1,
  maps: [map],
  now: () => at,
};

export async function withVerifier<T>(use: (verifier: SessionVerifier) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'zkcx-example-'));
  const store = await OnceStore.open(folder);
  try {
    return await use(
      new SessionVerifier({
        ...peer,
        role: 'euicc-v2',
        roots: () => ({
          trustRoot: new TrustSet(anchors).root.toBigInt(),
          revocationRoot: map.root.toBigInt(),
          mapRootAt: at,
        }),
        store,
        now: () => at,
      }),
    );
  } finally {
    await store.close();
    await rm(folder, { recursive: true });
  }
}

/** A request of the verifier, as the holder of a credential accepts it. */
const accepted = (use: (accepted: AcceptedRequest) => Promise<void>) =>
  inFolder((_, credential) =>
    withVerifier(async (verifier) => {
      const { serverOffer } = verifier.challenge({ clientOffer: CLIENT_OFFER });
      const input = { peer, clientOffer: CLIENT_OFFER, serverOffer, credential };
      await use(await checkRequest(input, policy));
    }),
  );

export const EXAMPLES = {
  CLIENT_OFFER: async () => {
    // #region CLIENT_OFFER
    // the same bytes from every installation of this release: they tell no devices apart
    assert.match(new TextDecoder().decode(CLIENT_OFFER), /"presentation"/);
    // #endregion CLIENT_OFFER
  },

  scopeOf: async () => {
    // #region scopeOf
    // one pseudonym of a device at each server and for each purpose
    assert.notEqual(scopeOf('2.999.10', 'download'), scopeOf('2.999.20', 'download'));
    assert.notEqual(scopeOf('2.999.10', 'download'), scopeOf('2.999.10', 'loyalty'));
    // #endregion scopeOf
  },

  SessionVerifier: () =>
    withVerifier(async (verifier) => {
      // #region SessionVerifier
      const { transactionId, serverOffer } = verifier.challenge({ clientOffer: CLIENT_OFFER });
      assert.ok(serverOffer.length > 0);
      // a challenge is used up by its first answer
      await assert.rejects(verifier.accept(transactionId, {}), { code: 'ERR_PROOF_FORMAT' });
      await assert.rejects(verifier.accept(transactionId, {}), { code: 'ERR_SESSION_UNKNOWN' });
      // #endregion SessionVerifier
    }),

  bindTranscript: async () => {
    // #region bindTranscript
    const transcript = bindTranscript({
      transactionId: new Uint8Array(16),
      serverAddress: 'dp.example.com',
      clientOffer: CLIENT_OFFER,
      serverOffer: new TextEncoder().encode('{}'),
    });
    assert.equal(transcript.serverChallenge.length, 32);
    // #endregion bindTranscript
  },

  sessionId: async () => {
    // #region sessionId
    const serverChallenge = new Uint8Array(32);
    const id = sessionId({
      transactionId: new Uint8Array(16),
      serverAddress: 'dp.example.com',
      serverChallenge,
    });
    assert.notEqual(id.toBigInt(), 0n);
    // #endregion sessionId
  },

  checkRequest: () =>
    inFolder((_, credential) =>
      withVerifier(async (verifier) => {
        // #region checkRequest
        const { serverOffer } = verifier.challenge({ clientOffer: CLIENT_OFFER });
        const request = { peer, clientOffer: CLIENT_OFFER, serverOffer, credential };
        const accepted = await checkRequest(request, policy);
        assert.equal(accepted.role, 'euicc-v2');
        // a holder that does not know the verifier's revocation map answers nothing
        await assert.rejects(checkRequest(request, { ...policy, maps: [] }), {
          code: 'ERR_HOLDER_MAP',
        });
        // #endregion checkRequest
      }),
    ),

  planAnswer: () =>
    inFolder((_, credential) =>
      accepted(async (request) => {
        // #region planAnswer
        const plan = await planAnswer({
          accepted: request,
          credential,
          anchors,
          sign: signAsEuicc,
        });
        assert.equal(plan.presentation.program, 'presentation');
        assert.equal(plan.hidden.length, 16);
        // #endregion planAnswer
      }),
    ),

  refuseAlike: async () => {
    // #region refuseAlike
    const { wire, reason } = await refuseAlike(async () => {
      throw Error('whatever fails looks the same to the peer');
    });
    assert.equal(wire, REFUSAL);
    assert.ok(reason !== undefined);
    // #endregion refuseAlike
  },

  REFUSAL: async () => {
    // #region REFUSAL
    assert.match(REFUSAL, /ERR_HOLDER_REFUSED/);
    // #endregion REFUSAL
  },

  parseBundle: async () => {
    // #region parseBundle
    // JSON within the size limits; what it says is checked by `verifyPresentation`
    assert.deepEqual(parseBundle('{ "format": "zkcx-presentation" }'), {
      format: 'zkcx-presentation',
    });
    // #endregion parseBundle
  },

  formatBundle: () =>
    inFolder(async (_, { proof }) => {
      // #region formatBundle
      const text = formatBundle({ format: 'zkcx-certified', version: 1, proof });
      assert.deepEqual(parseBundle(text), { format: 'zkcx-certified', version: 1, proof });
      // #endregion formatBundle
    }),

  writeSession: () =>
    inFolder((folder, credential) =>
      accepted(async (request) => {
        const plan = await planAnswer({
          accepted: request,
          credential,
          anchors,
          sign: signAsEuicc,
        });
        // #region writeSession
        // private: it opens the commitment to the key
        const file = join(folder, 'session.json');
        await writeSession(file, plan.session);
        // #endregion writeSession
        // #region readSession
        const kept = await readSession(file);
        assert.equal(kept.session, plan.session.session);
        // #endregion readSession
      }),
    ),

  planPossession: () =>
    inFolder((_, credential) =>
      accepted(async (request) => {
        const { session } = await planAnswer({
          accepted: request,
          credential,
          anchors,
          sign: signAsEuicc,
        });
        // #region planPossession
        // only messages of SGP.22 that belong to this session are signed
        const other = planPossession({
          session,
          kind: 'cancelSession',
          message: Uint8Array.of(0x30, 0),
          context: { serverOid: peer.serverOid },
          sign: signAsEuicc,
        });
        await assert.rejects(other, { code: 'ERR_SESSION_MESSAGE' });
        // #endregion planPossession
      }),
    ),

  planCertify: () =>
    inFolder(async (_, credential) => {
      // #region planCertify
      const trust = new TrustSet(anchors);
      const plan = planCertify({ credential, anchors, trust, map, time: at });
      assert.ok(plan !== undefined);
      // #endregion planCertify
    }),
};

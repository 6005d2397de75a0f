/**
 * Sessions up to the proofs: the verifier's request, the holder's decision, what is kept ready. One example of
 * each function; they run in the tests. What takes a proof is in `proofs.eg.ts`.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  bindTranscript,
  checkRequest,
  CLIENT_OFFER,
  formatBundle,
  type HolderPolicy,
  identifierScopeOf,
  mapFacts,
  MapHistory,
  OnceStore,
  openPools,
  parseBundle,
  planCertify,
  poolsFolderOf,
  PresentationPool,
  RefreshPool,
  refuseAlike,
  REFUSAL,
  scopeOf,
  sessionId,
  sessionMessage,
  SessionVerifier,
  termsAhead,
  trustFacts,
  TrustSet,
} from 'zkcx';
import { anchors, rootsOf, testMap } from '../test-pki.ts';
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
  const roots = rootsOf({ map });
  try {
    return await use(
      new SessionVerifier({
        ...peer,
        role: 'euicc-v2',
        roots: () => roots,
        store,
        now: () => at,
      }),
    );
  } finally {
    await store.close();
    await rm(folder, { recursive: true });
  }
}

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

  identifierScopeOf: async () => {
    // #region identifierScopeOf
    // an identifier tells no more than a pseudonym would, and has other scopes: the two are never confused
    assert.notEqual(identifierScopeOf('2.999.10', 'loyalty'), scopeOf('2.999.10', 'loyalty'));
    // #endregion identifierScopeOf
  },

  trustFacts: async () => {
    // #region trustFacts
    const { root, ciEnds } = trustFacts(anchors);
    assert.equal(root, new TrustSet(anchors).root.toBigInt());
    // the first second at which the CI no longer counts
    assert.deepEqual(ciEnds, [anchors[0]!.notAfter + 1n]);
    // #endregion trustFacts
  },

  mapFacts: async () => {
    // #region mapFacts
    const { root, ends } = mapFacts(map);
    assert.equal(root, map.root.toBigInt());
    // a presentation made before a list ended does not count after that
    assert.ok(ends.every((end) => end > at));
    // #endregion mapFacts
  },

  MapHistory: () =>
    inFolder(async (folder) => {
      // #region MapHistory
      // lists are reissued every day: what was prepared under yesterday's map counts as long as today's adds nothing
      const history = await MapHistory.open(join(folder, 'maps.json'));
      const [clean, revoking] = [testMap(at), testMap(at, ['CRL-B-EUM', 'CRL-A-0'])];
      await history.serve(clean, { anchors, now: at });
      await history.serve(revoking, { anchors, now: at + 60n });
      // this one adds a serial number: the earlier map counts for an hour more, or for the grace that is given
      assert.equal(history.accepted(at + 120n).length, 2);
      assert.deepEqual(history.accepted(at + 120n, 0n), [mapFacts(revoking.map)]);
      // #endregion MapHistory
    }),

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

  sessionMessage: async () => {
    // #region sessionMessage
    // what the leaf key signs; the verifier writes the same bytes by itself
    const message = sessionMessage({
      transactionId: new Uint8Array(16),
      serverAddress: 'dp.example.com',
      serverChallenge: new Uint8Array(32),
    });
    assert.equal(message[0], 0x30);
    // #endregion sessionMessage
  },

  sessionId: async () => {
    // #region sessionId
    // of 32 bytes that no other session has: the challenge of its transcript
    assert.notEqual(sessionId(new Uint8Array(32)), 0n);
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

  termsAhead: () =>
    inFolder(async (_, credential) => {
      // #region termsAhead
      // what can be proven before a server asks: under the newest that the holder knows
      const terms = termsAhead(credential, policy);
      assert.equal(terms.mode, 'presentation');
      // an event, and the same one for everybody who has this map: 2026-11-01 0:00 UTC
      assert.equal(terms.time, at);
      // #endregion termsAhead
    }),

  openPools: () =>
    inFolder(async (folder, credential) => {
      // #region poolsFolderOf
      const pools = poolsFolderOf(join(folder, 'credential.json'));
      assert.equal(pools, join(folder, 'credential.pool'));
      // #endregion poolsFolderOf
      // #region openPools
      // folders with CACHEDIR.TAG: what is in them is used once, and must not come back from a backup
      const { refreshes, presentations } = await openPools(pools, credential);
      // #endregion openPools
      // #region RefreshPool
      // `refill` proves until so many are ready; nothing is ready here
      assert.equal(await refreshes.ready(), 0);
      assert.equal(await refreshes.take(), undefined);
      assert.ok(refreshes instanceof RefreshPool);
      // #endregion RefreshPool
      // #region PresentationPool
      // by mode, roots, time and role: `prepareAhead` fills it
      const { mode, trust, map, time, role } = termsAhead(credential, policy);
      const roots = { trustRoot: trust.root.toBigInt(), revocationRoot: map.root.toBigInt() };
      assert.equal(await presentations.ready({ mode, ...roots, time, role }), 0);
      assert.ok(presentations instanceof PresentationPool);
      // #endregion PresentationPool
    }),

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

  planCertify: () =>
    inFolder(async (_, credential) => {
      // #region planCertify
      const trust = new TrustSet(anchors);
      const plan = planCertify({ credential, anchors, trust, map, time: at });
      assert.ok(plan !== undefined);
      // #endregion planCertify
    }),
};

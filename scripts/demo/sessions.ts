/**
 * The demo's second half: the credential is shown to two servers that compare notes afterwards, then a
 * list revokes the manufacturer's certificate.
 */
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import {
  checkRequest,
  CLIENT_OFFER,
  type Credential,
  formatBundle,
  OnceStore,
  parseBundle,
  type Peer,
  planAnswer,
  proveAnswer,
  type Prover,
  type ProverEvent,
  refuseAlike,
  SessionVerifier,
  type SourcedMap,
  TrustSet,
  ZkcxError,
} from 'zkcx';
import { anchors, signAsEuicc, testMap } from '../../examples/test-pki.ts';

export interface SessionDemo {
  /** For the servers' stores. */
  readonly folder: string;
  readonly credential: Credential;
  readonly prover: Prover;
  readonly say: (...lines: string[]) => void;
  readonly onEvent: (event: ProverEvent) => void;
}

const SERVERS: readonly Peer[] = [
  { serverAddress: 'dp.example.com', serverOid: '2.999.10' },
  { serverAddress: 'shop.example.org', serverOid: '2.999.20' },
];
const now = () => BigInt(Math.floor(Date.now() / 1000));
const short = (value: bigint | undefined) => `${String(value).slice(0, 12)}...`;

export async function demoSessions(demo: SessionDemo): Promise<void> {
  const { say, folder } = demo;
  const clean = testMap(now());
  say(
    '',
    '4. Two sessions. The CI publishes two revocation lists, the EUM none; each server asks for an',
    '   eUICC of this CI, not revoked, and for a pseudonym in its own scope. The eUICC signs with its',
    '   P-256 key, as it does today.',
  );
  const seen: { pseudonym?: bigint; sessionKey: bigint }[] = [];
  for (const [i, peer] of SERVERS.entries()) {
    const store = await OnceStore.open(join(folder, `server${i}`));
    seen.push(await session(demo, { map: clean, peer, store }));
    await store.close();
  }
  const [first, second] = seen as [(typeof seen)[0], (typeof seen)[0]];
  say(
    '',
    '   The two servers compare all that they have:',
    `   pseudonyms       ${short(first.pseudonym)} and ${short(second.pseudonym)}`,
    `   key commitments  ${short(first.sessionKey)} and ${short(second.sessionKey)}`,
    '   Nothing is equal or computable from the other: they cannot tell that it was one device. Back',
    '   at the same server the device would show the same pseudonym.',
  );
  await demoRevocation(demo);
}

async function session(
  { credential, prover, onEvent, say }: SessionDemo,
  server: { map: SourcedMap; peer: Peer; store: OnceStore },
) {
  const { peer } = server;
  const { verifier, policy } = sides(server);
  const { transactionId, serverOffer } = verifier.challenge({
    clientOffer: CLIENT_OFFER,
    purpose: 'download',
    oncePerDevice: true,
  });
  const start = performance.now();
  const accepted = await checkRequest(
    { peer, clientOffer: CLIENT_OFFER, serverOffer, credential },
    policy,
  );
  const plan = await planAnswer({ accepted, credential, anchors, sign: signAsEuicc });
  const wire = formatBundle(await proveAnswer(plan, prover, { onEvent }));
  const proved = performance.now();
  const verified = await verifier.accept(transactionId, parseBundle(wire));
  const verifiedIn = performance.now() - proved;
  say(
    `   ${peer.serverAddress} accepts: role ${verified.role}, not revoked, pseudonym ${short(verified.pseudonym)}`,
    `   ${wire.length} bytes of JSON, proven in ${seconds(proved - start)}, verified in ${seconds(verifiedIn)}`,
    '   hidden: EID, key, certificates, serial numbers, manufacturer, signature, 16 bytes of the message',
  );
  return verified;
}

async function demoRevocation(demo: SessionDemo) {
  const { say, credential, folder } = demo;
  const revoking = testMap(now(), ['CRL-B-EUM', 'CRL-A-0']);
  const peer = SERVERS[0]!;
  const store = await OnceStore.open(join(folder, 'server2'));
  const { verifier, policy } = sides({ map: revoking, peer, store });
  const { transactionId, serverOffer } = verifier.challenge({ clientOffer: CLIENT_OFFER });
  const refused = await refuseAlike(async () => {
    const request = { peer, clientOffer: CLIENT_OFFER, serverOffer, credential };
    const accepted = await checkRequest(request, policy);
    const plan = await planAnswer({ accepted, credential, anchors, sign: signAsEuicc });
    return { wire: 'an answer', value: plan };
  });
  const reason = refused.reason?.code;
  const atServer: unknown = await verifier
    .accept(transactionId, parseBundle(refused.wire))
    .catch((error: unknown) => error);
  await store.close();
  if (reason !== 'ERR_REVOCATION_REVOKED' || !(atServer instanceof ZkcxError)) {
    throw Error('a revoked certificate was presented');
  }
  say(
    '',
    "5. A new CRL-B revokes the EUM's certificate. The credential is as valid as before; the map's root",
    '   is another one, and no absence can be shown under it:',
    `   the holder finds   ${reason}`,
    `   the server sees    ${refused.wire.trim()}`,
    `   and answers        ${atServer.code}`,
    '   Nothing of the chain has to be proven again, by anyone.',
  );
}

/** Server and holder as they see one map and one CI. */
function sides({ map: { map }, peer, store }: Parameters<typeof session>[1]) {
  const roots = {
    trustRoot: new TrustSet(anchors).root.toBigInt(),
    revocationRoot: map.root.toBigInt(),
  };
  const verifier = new SessionVerifier({
    ...peer,
    role: 'euicc-v2',
    roots: () => ({ ...roots, mapRootAt: now() }),
    store,
    // a first run compiles between challenge and answer
    lifetime: 1_800n,
  });
  // the test CI is alone; a real holder keeps the minimum of two
  const policy = { trustSets: [anchors], minimumCis: 1, maps: [map] };
  return { verifier, policy };
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/**
 * The demo's second half: refreshes and presentations are made ahead, the credential is shown to two servers
 * that compare everything they have afterwards, then a list revokes the manufacturer's certificate.
 */
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import {
  checkRequest,
  CLIENT_OFFER,
  type CredentialPools,
  obtainPresentation,
  OnceStore,
  openPools,
  parseBundle,
  type Peer,
  poolsFolderOf,
  prepareAhead,
  refuseAlike,
  SessionVerifier,
  type SourcedMap,
  termsAhead,
  ZkcxError,
} from 'zkcx';
import { anchors, rootsOf, testMap } from '../../examples/test-pki.ts';
import { type Demo, meet, type Met, now, seconds } from './session.ts';
import { common, numbersOf, numbersOfSession } from './whole-proofs.ts';

const SERVERS: readonly Peer[] = [
  { serverAddress: 'dp.example.com', serverOid: '2.999.10' },
  { serverAddress: 'shop.example.org', serverOid: '2.999.20' },
];
const short = (value: bigint | undefined) => `${String(value).slice(0, 12)}...`;

/** The test CI is alone; a real holder keeps the minimum of two. */
const policyOf = ({ map }: SourcedMap) => ({ trustSets: [anchors], minimumCis: 1, maps: [map] });

const verifierOf = (map: SourcedMap, peer: Peer, store: OnceStore) =>
  new SessionVerifier({
    ...peer,
    role: 'euicc-v2',
    roots: () => rootsOf(map),
    store,
    // a first run compiles between challenge and answer
    lifetime: 1_800n,
  });

export async function demoSessions(demo: Demo): Promise<void> {
  const map = testMap(now());
  const pools = await prepare(demo, map);
  await twoServers(demo, map, pools);
  await revocation(demo);
}

async function prepare(demo: Demo, map: SourcedMap): Promise<CredentialPools> {
  const { say, credential, prover, onEvent, folder } = demo;
  say(
    '',
    '4. Prepared ahead, while no server waits. A refresh is the chain proof again under another blind,',
    '   and each is used once: whoever has two proofs over one of them knows that they belong together.',
  );
  const pools = await openPools(poolsFolderOf(join(folder, 'credential.json')), credential);
  let start = performance.now();
  const refreshes = await pools.refreshes.refill({ count: 3 }, prover, { onEvent });
  say(`   ${refreshes} refreshes are in the pool, in ${seconds(performance.now() - start)}`);
  const accepted = termsAhead(credential, policyOf(map));
  start = performance.now();
  const made = await prepareAhead({ accepted, credential, anchors, pools, count: 2 }, prover, {
    onEvent,
  });
  const event = new Date(Number(accepted.time) * 1000).toISOString().slice(0, 16);
  say(
    `   ${made} presentations are ready, in ${seconds(performance.now() - start)}: under the newest lists, for the`,
    `   event ${event} UTC, which is the same for all devices; nothing in them is about a server`,
  );
  return pools;
}

async function twoServers(demo: Demo, map: SourcedMap, pools: CredentialPools): Promise<void> {
  const { say, folder } = demo;
  say(
    '',
    '5. Two sessions. The CI publishes two revocation lists, the EUM none; each server asks for an',
    '   eUICC of this CI, not revoked, and for a pseudonym in its own scope. The eUICC signs with its',
    '   P-256 key, as it does today; that it did is the one proof made while the server waits.',
  );
  const seen: Met[] = [];
  for (const [i, peer] of SERVERS.entries()) {
    const store = await OnceStore.open(join(folder, `server${i}`));
    const verifier = verifierOf(map, peer, store);
    const met = await meet(demo, {
      peer,
      verifier,
      policy: policyOf(map),
      pools,
      oncePerDevice: true,
    });
    await store.close();
    const { verified, source, bytes, answeredIn, verifiedIn } = met;
    const presentation = source === 'pool' ? 'out of the pool' : 'made on the spot';
    say(
      `   ${peer.serverAddress} accepts: role ${verified.role}, not revoked, pseudonym ${short(verified.pseudonym)}`,
      `   presentation ${presentation}, online ${seconds(answeredIn)}, verified in ${seconds(verifiedIn)}, ${bytes} bytes of JSON`,
      '   hidden: EID, key, certificates, serial numbers, manufacturer, signature',
    );
    seen.push(met);
  }
  await compare(demo, seen as [Met, Met], pools);
}

/** Whole proofs, as two servers that work together have them. Throws if they have anything in common that is not public. */
async function compare(
  { say, credential }: Demo,
  [first, second]: [Met, Met],
  pools: CredentialPools,
) {
  const [one, other] = [numbersOfSession(first.bundle), numbersOfSession(second.bundle)];
  const { trustRoot, revocationRoot } = first.verified;
  const shared = common(one, other);
  const linking = shared.filter((number) => number !== trustRoot && number !== revocationRoot);
  if (linking.length > 0) throw Error(`two sessions have ${linking.length} numbers in common`);
  // of a refresh that is used for nothing else
  const control = await pools.refreshes.take();
  if (control === undefined) throw Error('there is no refresh left');
  const found = common(numbersOf(credential.proof), numbersOf(control.value.proof));
  await control.done();
  if (found.length < 30) throw Error('the comparison finds nothing');
  say(
    '',
    '   The two servers compare whole proofs, every number in them:',
    `   ${one.size} numbers at the first, ${other.size} at the second; ${shared.length} in common, the roots of the CIs and of`,
    '   the lists, which all devices have. Nothing else: they cannot tell that it was one device. Back at',
    '   the same server the device would show the same pseudonym.',
    `   Control: the chain proof and a refresh of it, neither of which leaves the device, share ${found.length}.`,
  );
}

async function revocation({ say, credential, prover, folder }: Demo): Promise<void> {
  const map = testMap(now(), ['CRL-B-EUM', 'CRL-A-0']);
  const peer = SERVERS[0]!;
  const store = await OnceStore.open(join(folder, 'server2'));
  const verifier = verifierOf(map, peer, store);
  const { transactionId, serverOffer } = verifier.challenge({ clientOffer: CLIENT_OFFER });
  const refused = await refuseAlike(async () => {
    const request = { peer, clientOffer: CLIENT_OFFER, serverOffer, credential };
    const accepted = await checkRequest(request, policyOf(map));
    // refused before anything is proven
    const { prepared } = await obtainPresentation({ accepted, credential, anchors }, prover);
    return { wire: 'an answer', value: prepared };
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
    "6. A new CRL-B revokes the EUM's certificate. The credential is as valid as before; the map's root",
    '   is another one, and no absence can be shown under it:',
    `   the holder finds   ${reason}`,
    `   the server sees    ${refused.wire.trim()}`,
    `   and answers        ${atServer.code}`,
    '   Nothing of the chain has to be proven again, by anyone.',
  );
}

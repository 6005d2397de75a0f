/**
 * `npm run bench:registry-life`: the life of a registry with real proofs, on an embedded chain that checks them all. It
 * begins with 40 sources, takes a credential and an aggregate and a list, and gives five issuers another source by one list
 * of actions; then a session is proven from it. Prints the seconds of each step. Some twenty minutes on two cores, and
 * 12 GB of memory.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  aggregateChains,
  buildMap,
  checkRequest,
  CLIENT_OFFER,
  formatBundle,
  mapFacts,
  obtainPresentation,
  OnceStore,
  parseBundle,
  parseRevocationList,
  proveAnswer,
  proveCrl,
  Prover,
  type RevocationSource,
  SessionVerifier,
  trustFacts,
} from 'zkcx';
import {
  apply,
  deployedSources,
  deployRegistry,
  EmbeddedChain,
  propose,
  publishAggregate,
  publishRefresh,
  type Sender,
  syncRegistry,
  updateRevocation,
} from 'zkcx/zkapp';
import { ci, eum, signAsEuicc } from '../examples/test-pki.ts';
import { hashedSource } from '../src/witness/revocation.ts';
import { ciList, POINTS } from '../test/support/crl/index.ts';
import {
  PROVEN_ANCHOR,
  PROVEN_AT,
  PROVEN_TRUST,
  provenCredential,
  provenRefresh,
} from '../test/support/credentials.ts';
import { madeUpEum } from '../test/support/devices.ts';

const SOURCES = 40;
const CHANGED = 5;
const WEEK_IN_SLOTS = 3_360;
const PEER = { serverAddress: 'dp.example.com', serverOid: '2.999.10' };

const folder = mkdtempSync(join(tmpdir(), 'zkcx-life-'));
const began = performance.now();
/** The time of the fixtures, and it goes on. */
const now = () => PROVEN_AT + BigInt(Math.floor((performance.now() - began) / 1_000));

async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  console.log(`${((performance.now() - start) / 1_000).toFixed(1).padStart(8)} s  ${name}`);
  return result;
}

const pointOf = (number: number, version: number) =>
  `http://eum-${number}.example.com/CRL-${version}.crl`;
const others = Array.from({ length: SOURCES - 2 }, (_, i) => madeUpEum(i).certificate);
const sourcesOf = (changed: number): RevocationSource[] => [
  { issuer: ci, kind: 'ca', point: POINTS.B },
  { issuer: eum, kind: 'user', point: 'none' },
  ...others.map((issuer, i): RevocationSource => ({
    issuer,
    kind: 'user',
    point: pointOf(i, i < changed ? 2 : 1),
  })),
];

const list = parseRevocationList(ciList('B'));
const credential = await provenCredential('euicc-1');
const chains = ['euicc-2', 'euicc-3'].map((name) => ({ proof: provenRefresh(name) }));
const trust = PROVEN_TRUST.root.toBigInt();
const { aggregate } = await step('two refreshes aggregated', () =>
  aggregateChains({ trust, chains, at: PROVEN_AT }, { work: join(folder, 'aggregate') }),
);
const listProof = await step('a list proven', () =>
  proveCrl(
    { anchors: [PROVEN_ANCHOR], certificates: [], list, kind: 'ca', at: PROVEN_AT },
    { work: join(folder, 'crl') },
  ),
);

const chain = await EmbeddedChain.open({ folder: join(folder, 'chain'), random: randomBytes, now });
const [payer, admin] = chain.accounts;
const sender: Sender = { chain, feePayer: payer!, journal: join(folder, 'sent') };
const deployment = await step(`deployed with ${SOURCES} sources`, () =>
  deployRegistry(sender, {
    trust: PROVEN_TRUST.leaves,
    sources: deployedSources(sourcesOf(0)),
    admin: admin!.toPublicKey(),
    random: randomBytes,
  }),
);
const sync = () => syncRegistry(chain, deployment);
const mapNow = async (changed: number, lists: (typeof list)[]) => {
  const { history } = await sync();
  const sources = sourcesOf(changed);
  return buildMap({
    sources,
    anchors: [PROVEN_ANCHOR],
    lists,
    at: now(),
    allowExpired: true,
    registry: history.map,
  });
};

await step('the aggregate published, the contract compiled before', async () =>
  publishAggregate(sender, await sync(), aggregate),
);
await step('a credential published', async () =>
  publishRefresh(sender, await sync(), provenRefresh('euicc-1')),
);
await step('the list put into the map', async () => {
  const { map } = buildMap({
    sources: sourcesOf(0),
    anchors: [PROVEN_ANCHOR],
    lists: [list],
    at: now(),
  });
  return updateRevocation(sender, await sync(), listProof, map);
});
const proposals = sourcesOf(CHANGED)
  .slice(2, 2 + CHANGED)
  .map((source) => ({ kind: 'setSource' as const, ...hashedSource(source) }));
await step(`${CHANGED} sources proposed in one list`, async () =>
  propose(sender, await sync(), admin!, proposals),
);
chain.setSlot((await chain.slot()) + 2 * WEEK_IN_SLOTS - 100);
for (let i = 1; i <= CHANGED; i++) {
  await step(`action ${i} applied`, async () => apply(sender, await sync()));
}

const prover = new Prover();
const anchors = [PROVEN_ANCHOR];
const store = await OnceStore.open(join(folder, 'once'));
await step('a session proven from the registry, and accepted', async () => {
  const { tree } = await sync();
  const { map } = await mapNow(CHANGED, [list]);
  const roots = {
    trustSets: [trustFacts(anchors)],
    maps: [mapFacts(map)],
    registryRoots: [tree, ...tree.recent].map(({ root }) => root.toBigInt()),
  };
  const verifier = new SessionVerifier({
    ...PEER,
    mode: 'registryPresentation',
    role: 'euicc-v2',
    roots: () => roots,
    store,
    now,
    lifetime: 1_800n,
  });
  const { transactionId, serverOffer } = verifier.challenge({
    clientOffer: CLIENT_OFFER,
    purpose: 'download',
  });
  const accepted = await checkRequest(
    { peer: PEER, clientOffer: CLIENT_OFFER, serverOffer, credential },
    {
      trustSets: [anchors],
      minimumCis: 1,
      maps: [map],
      registry: tree,
      minimumPublished: 1,
      now,
    },
  );
  const { prepared } = await obtainPresentation({ accepted, credential, anchors }, prover);
  const answer = await proveAnswer({ accepted, prepared, sign: signAsEuicc }, prover);
  const wire = formatBundle(answer);
  const { role } = await verifier.accept(transactionId, parseBundle(wire));
  console.log(`          role ${role}`);
});
await store.close();
prover.close();
await chain.close();
rmSync(folder, { recursive: true });
process.exit(0);

/** Presentations that were made before the server learnt something new: for how long they count. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { type Certificate, parseCertificate } from '../../../src/asn1/index.ts';
import type { RevocationSource, TrustAnchor } from '../../../src/pki/index.ts';
import { publishedOpening } from '../../../src/prover/credential.ts';
import { acceptedBy } from '../../../src/rsp/zkcx/server/accepted.ts';
import { buildMap, type SourcedMap } from '../../../src/session/map-file.ts';
import { MapHistory } from '../../../src/session/map-history.ts';
import { leafOf } from '../../../src/witness/presentation.ts';
import { RegistryTree } from '../../../src/witness/registry-tree.ts';
import { newFile } from '../../session/histories.ts';
import {
  ANCHORS,
  credentialOf,
  EID,
  NOW,
  POLICY,
  serverRootsOf,
  SOURCES,
} from '../../session/world.ts';
import { sgp26Device } from '../../support/certificates/index.ts';
import { keyUsage, setExtension } from '../../support/certificates/fields.ts';
import { EUM_POINT, listOf, sgp26List } from '../../support/crl/index.ts';
import { signerOf } from '../../support/crl/list.ts';
import { otherEuicc } from '../../support/rsp/soft-euicc.ts';
import { refusalOf } from '../../support/rsp/refusal.ts';
import { ACCEPTED } from './negotiated.ts';
import { begin, type Ready } from './server-device.ts';
import { ZkcxSmdp } from './zkcx-smdp.ts';

const MODE = 'zkcx-device';
const DAY = 86_400n;
/** A device below an EUM that publishes a list of its own, which that of SGP.26 must not. */
const euicc = otherEuicc(EID, {
  1: (draft) => setExtension(draft, keyUsage('keyCertSign', 'cRLSign')),
});
const [EUM, EUICC] = [euicc.eumCertificate, euicc.euiccCertificate].map((der) =>
  parseCertificate(der),
) as [Certificate, Certificate];
const one = { euicc, credential: credentialOf([EUM, EUICC]) };
const EUM_SIGNER = signerOf(sgp26Device()[1]!);
const [CA, USER] = SOURCES;
const DEVICES: RevocationSource = { issuer: EUM, kind: 'user', point: EUM_POINT };

/** Lists of the CI and of the EUM as they were issued on a day. */
function mapOf(
  { ca = [], eum = [] }: { readonly ca?: readonly bigint[]; readonly eum?: readonly bigint[] } = {},
  { day = 0n, sources = [CA!, USER!, DEVICES] } = {},
): SourcedMap {
  const [thisUpdate, nextUpdate] = [NOW + day * DAY, NOW + (day + 2n) * DAY];
  const issue = { number: day + 1n, thisUpdate, nextUpdate };
  const recipes = [
    sgp26List('B', { ...issue, serials: ca }),
    sgp26List('A', issue),
    sgp26List('A', { ...issue, signer: EUM_SIGNER, point: EUM_POINT, serials: eum }),
  ].filter(({ point }) => sources.some((source) => source.point === point));
  return buildMap({ sources, anchors: ANCHORS, lists: recipes.map(listOf), at: thisUpdate });
}

const earlier = mapOf();
/** The device has not heard of anything newer. */
const policy = { ...POLICY, maps: [earlier.map] };
const revoked: readonly (readonly [string, SourcedMap])[] = [
  ['a device', mapOf({ eum: [EUICC.serialNumber] })],
  ['an EUM', mapOf({ ca: [EUM.serialNumber] })],
];

let server: ZkcxSmdp;
beforeAll(async () => {
  server = await ZkcxSmdp.open();
});
afterAll(() => server.close());
beforeEach(() => {
  server.refusals.splice(0);
  server.smdp.time = NOW;
});

/** A server with a history of its own; `serve` is what happens when its files change. */
async function serving(grace: bigint) {
  const history = await MapHistory.open(newFile());
  let anchors: readonly TrustAnchor[] = ANCHORS;
  let map = earlier;
  const roots = async () => ({
    ...serverRootsOf(map.map),
    anchors,
    history: history.states!,
  });
  server.accepted = acceptedNowBy(acceptedBy({ roots, grace, now: () => server.smdp.time }));
  const serve = async (next: SourcedMap, cis: readonly TrustAnchor[] = ANCHORS) => {
    [map, anchors] = [next, cis];
    await history.serve(next, { anchors: cis, now: server.smdp.time });
    await refresh();
  };
  await serve(earlier);
  return serve;
}

/** The server of the tests asks without waiting. */
let refresh: () => Promise<void>;
function acceptedNowBy(accepted: ReturnType<typeof acceptedBy>) {
  let known = ACCEPTED as Awaited<ReturnType<typeof accepted>>;
  refresh = async () => {
    known = await accepted();
  };
  return () => known;
}

async function prepareNow(): Promise<Ready> {
  const { parts } = await begin(server, one, MODE, { policy });
  return parts;
}

/** What AuthenticateClient says to a device that begins a session with what it has ready. */
async function present(ready: Ready): Promise<readonly string[]> {
  await refresh();
  const visit = await begin(server, one, MODE, { ready });
  const { matchingId } = await server.smdp.order();
  const outcome = await refusalOf(visit.authenticate(matchingId));
  return [outcome, ...server.refusals.splice(0)];
}

const WRONG_MAP = ['8.1/6.1', 'ERR_PROOF_REVOCATION_ROOT'];

describe.each([0n, 3_600n])('with a grace of %d s', (grace) => {
  test.each(revoked)('%s whose serial number was added is refused after it', async (_, later) => {
    const serve = await serving(grace);
    const ready = [await prepareNow(), await prepareNow(), await prepareNow()] as const;
    expect(await present(ready[0])).toEqual(['accepted']);
    server.smdp.time = NOW + 60n;
    await serve(later);
    if (grace > 0n) {
      server.smdp.time = NOW + 60n + grace - 1n;
      expect(await present(ready[1])).toEqual(['accepted']);
    }
    server.smdp.time = NOW + 60n + grace;
    expect(await present(ready[2])).toEqual(WRONG_MAP);
  });

  test('a device whose CI was removed is refused at once', async () => {
    const serve = await serving(grace);
    const ready = await prepareNow();
    await serve(earlier, ANCHORS.slice(1));
    expect(await present(ready)).toEqual(['8.1/6.1', 'ERR_PROOF_TRUST_ROOT']);
  });

  test('a device whose issuer was removed is refused at once', async () => {
    const serve = await serving(grace);
    const ready = await prepareNow();
    await serve(mapOf({}, { sources: [CA!, USER!] }));
    expect(await present(ready)).toEqual(WRONG_MAP);
  });
});

test('lists that are reissued and say the same waste nothing that was prepared', async () => {
  const serve = await serving(0n);
  const ready = await prepareNow();
  server.smdp.time = NOW + 86_000n;
  await serve(mapOf({}, { day: 1n }));
  expect(await present(ready)).toEqual(['accepted']);
});

test('a registry root that is two publications old counts while the registry names it', async () => {
  await serving(0n);
  const credential = { ...one.credential, published: Field(77) };
  const leaves = Array.from({ length: 63 }, (_, i) => Field(i + 1));
  const own = leafOf(publishedOpening(credential)!);
  const before = new RegistryTree([...leaves, own]);
  const now = new RegistryTree([...leaves, own, Field(100), Field(101)]);
  now.acceptRecent([{ publications: 64, root: before.root }]);
  const roots = [now, ...now.recent].map(({ root }) => root.toBigInt());
  const accepted = server.accepted();
  server.accepted = () => ({ ...accepted, registryRoots: roots });
  const published = { euicc: one.euicc, credential };
  const visit = await begin(server, published, MODE, { policy: { ...policy, registry: before } });
  expect(visit.parts.prepared.terms.registryRoot).toBe(before.root.toBigInt());
  const { matchingId } = await server.smdp.order();
  expect((await visit.authenticate(matchingId)).next).toBe('challenge');

  // and no longer, once it does not
  const late = await begin(server, published, MODE, { policy: { ...policy, registry: before } });
  server.accepted = () => ({ ...accepted, registryRoots: roots.slice(0, 1) });
  server.refusals.splice(0);
  expect(await refusalOf(late.authenticate(matchingId))).toBe('8.1/6.1');
  expect(server.refusals).toEqual(['ERR_PROOF_REGISTRY_ROOT']);
});

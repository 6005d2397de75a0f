/**
 * The demo's second half: the credential is shown to two servers that compare notes afterwards, then a
 * list revokes the manufacturer's certificate.
 */
import { createPrivateKey, sign as signBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { type Certificate, parseCertificate, parseRevocationList } from '../../src/asn1/index.ts';
import { bytesToBigint } from '../../src/bytes.ts';
import { ZkcxError } from '../../src/errors.ts';
import { anchorFromCertificate, checkSources, fillSources } from '../../src/pki/index.ts';
import type { Credential } from '../../src/prover/credential.ts';
import type { Prover, ProverEvent } from '../../src/prover/prover.ts';
import { planAnswer, proveAnswer, refuseAlike } from '../../src/session/answer.ts';
import { formatBundle, parseBundle } from '../../src/session/envelopes.ts';
import { checkRequest, type Peer } from '../../src/session/holder.ts';
import { CLIENT_OFFER } from '../../src/session/offers.ts';
import { OnceStore } from '../../src/session/once-store.ts';
import { SessionVerifier } from '../../src/session/session-verifier.ts';
import { revocationMap } from '../../src/witness/revocation.ts';
import type { RevocationMap } from '../../src/witness/revocation-map.ts';
import { TrustSet } from '../../src/witness/trust.ts';
import { ciList, POINTS } from '../../test/support/crl/index.ts';

export interface SessionDemo {
  readonly sgp26: string;
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
  const { say, sgp26, folder } = demo;
  const read = (file: string) => parseCertificate(readFileSync(join(sgp26, file)));
  const ci = read('CertificateIssuer/CERT_CI_ECDSA_NIST.der');
  const eum = read('EUM/CERT_EUM_ECDSA_NIST.der');
  const clean = mapOf(ci, eum, [readListFile(sgp26, 'CRL-B-0'), readListFile(sgp26, 'CRL-A-0')]);
  say(
    '',
    '4. Two sessions. The CI publishes two revocation lists, the EUM none; each server asks for an',
    '   eUICC of this CI, not revoked, and for a pseudonym in its own scope. The eUICC signs with its',
    '   P-256 key, as it does today.',
  );
  const seen: { pseudonym?: bigint; sessionKey: bigint }[] = [];
  for (const [i, peer] of SERVERS.entries()) {
    const store = await OnceStore.open(join(folder, `server${i}`));
    seen.push(await session(demo, { ci, map: clean, peer, store }));
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
  await demoRevocation(demo, ci, eum);
}

async function session(
  { credential, prover, onEvent, say, sgp26 }: SessionDemo,
  server: { ci: Certificate; map: RevocationMap; peer: Peer; store: OnceStore },
) {
  const { peer } = server;
  const { verifier, anchors, policy } = sides(server);
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
  const plan = await planAnswer({ accepted, credential, anchors, sign: signer(sgp26) });
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

async function demoRevocation(demo: SessionDemo, ci: Certificate, eum: Certificate) {
  const { say, credential, folder, sgp26 } = demo;
  const at = now();
  const serials = { serials: [eum.serialNumber], number: 2n, thisUpdate: at - 60n };
  const revoking = mapOf(ci, eum, [ciList('B', serials), readListFile(sgp26, 'CRL-A-0')]);
  const peer = SERVERS[0]!;
  const store = await OnceStore.open(join(folder, 'server2'));
  const { verifier, anchors, policy } = sides({ ci, map: revoking, peer, store });
  const { transactionId, serverOffer } = verifier.challenge({ clientOffer: CLIENT_OFFER });
  const refused = await refuseAlike(async () => {
    const request = { peer, clientOffer: CLIENT_OFFER, serverOffer, credential };
    const accepted = await checkRequest(request, policy);
    const plan = await planAnswer({ accepted, credential, anchors, sign: signer(sgp26) });
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
function sides({ ci, map, peer, store }: Parameters<typeof session>[1]) {
  const anchors = [anchorFromCertificate(ci)];
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
  return { verifier, anchors, policy };
}

export function mapOf(
  ci: Certificate,
  eum: Certificate,
  lists: readonly Uint8Array[],
): RevocationMap {
  const at = now();
  const sources = checkSources({
    sources: [
      { issuer: ci, kind: 'ca', point: POINTS.B },
      { issuer: ci, kind: 'user', point: POINTS.A },
      { issuer: eum, kind: 'user', point: 'none' },
    ],
    anchors: [anchorFromCertificate(ci)],
    at,
  });
  const parsed = lists.map((der) => parseRevocationList(der));
  return revocationMap(fillSources({ sources, lists: parsed, at }));
}

export const readListFile = (sgp26: string, list: string) =>
  new Uint8Array(readFileSync(join(sgp26, `crl/${list}.der`)));

/** The eUICC. */
export function signer(sgp26: string) {
  const key = createPrivateKey(readFileSync(join(sgp26, 'eUICC/SK_EUICC_ECDSA_NIST.pem')));
  return (message: Uint8Array) => {
    const signature = signBytes('sha256', message, { key, dsaEncoding: 'ieee-p1363' });
    return {
      r: bytesToBigint(signature.subarray(0, 32)),
      s: bytesToBigint(signature.subarray(32)),
    };
  };
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/** The parties of the demo: SM-DP+ on loopback, an emulated eUICC, an LPA, and somebody who listens. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { type HolderPolicy, mapFacts, parseCertificate, TrustSet } from 'zkcx';
import {
  cardInterface,
  es10,
  type EuiccOptions,
  type Fetch,
  memoryStore,
  openEuicc,
  openIsdr,
  parseSecretKey,
  smdpIdentity,
} from 'zkcx/rsp';
import type { ServerRoots } from 'zkcx/rsp/zkcx';
import * as testPki from '../../examples/test-pki.ts';
import type { Recorded, Secret } from './leak-scan.ts';
import type { Exchange } from './recording.ts';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const ADDRESS = 'testsmdpplus1.example.com';

const read = (name: string) => new Uint8Array(readFileSync(join(root, 'fixtures/sgp26', name)));
const certificate = (name: string) => parseCertificate(read(name));
export const now = () => BigInt(Math.floor(Date.now() / 1000));
export const random = (size: number) => new Uint8Array(randomBytes(size));

export const ANCHORS = testPki.anchors;
const { eum: EUM, euicc: EUICC } = testPki;

const pair = (name: string) => ({
  certificate: certificate(`${name}/CERT_S_SM_${name}_ECDSA_NIST.der`),
  secretKey: parseSecretKey(read(`${name}/SK_S_SM_${name}_ECDSA_NIST.pem`)),
});

export function serverIdentity() {
  return smdpIdentity({ auth: pair('DPauth'), pb: pair('DPpb') }, ANCHORS, now());
}

const { map: MAP } = testPki.testMap(now());

/** What the server knows of CIs and revocation, computed from the published lists. */
export const ROOTS: ServerRoots = {
  anchors: ANCHORS,
  trust: new TrustSet(ANCHORS),
  map: MAP,
  history: { current: mapFacts(MAP), superseded: [] },
};

/** What the device knows by itself. The test CI is alone; a real device keeps the minimum of two. */
export const POLICY: HolderPolicy = {
  trustSets: [ANCHORS],
  minimumCis: 1,
  maps: [MAP],
};

/** What a classic LPA tells of the device around the eUICC. */
export const DEVICE = { tac: Uint8Array.of(0x35, 0x29, 0x06, 0x11), deviceCapabilities: {} };

/** An eUICC with the SGP.26 credential, and the functions that an LPA has of it. */
export async function newDevice(firmware: EuiccOptions['firmware']) {
  const euicc = await openEuicc({
    credentials: [
      {
        certificate: EUICC.der,
        eumCertificate: EUM.der,
        secretKey: parseSecretKey(read('eUICC/SK_EUICC_ECDSA_NIST.pem')),
      },
    ],
    anchors: ANCHORS,
    store: memoryStore(),
    now,
    random,
    firmware,
  });
  return { euicc, card: es10(await openIsdr(cardInterface(euicc.card))) };
}

/** A fetch to the server on loopback that writes everything down: an observer without TLS. */
export function listening(port: number): { readonly fetch: Fetch; readonly heard: Exchange[] } {
  const heard: Exchange[] = [];
  return {
    heard,
    fetch: async (url, init) => {
      const { pathname } = new URL(url);
      const start = performance.now();
      const response = await fetch(`http://127.0.0.1:${port}${pathname}`, init);
      const answer = await response.text();
      const name = pathname.slice(pathname.lastIndexOf('/') + 1);
      const answeredAt = performance.now();
      heard.push({ name, request: init.body, answer, ms: answeredAt - start, answeredAt });
      // a status without a body takes none
      const body = response.status === 204 ? null : answer;
      return new Response(body, { status: response.status, headers: response.headers });
    },
  };
}

export const trafficOf = (heard: readonly Exchange[]): Recorded[] =>
  heard.flatMap(({ name, request, answer }) => [
    { label: `${name}, request`, body: request },
    { label: `${name}, answer`, body: answer },
  ]);

/** What tells this eUICC from others, or says what it got. */
export function secretsOf(eid: string, iccid: string, matchingId: string): Secret[] {
  const text = (value: string) => new TextEncoder().encode(value);
  const { x, y } = EUICC.publicKey;
  return [
    { name: 'EID', values: [text(eid), fromHex(eid)] },
    { name: 'CERT.EUICC', values: [EUICC.der] },
    { name: 'CERT.EUM', values: [EUM.der] },
    {
      name: 'public key of the eUICC',
      values: [x, y].map((half) => fromHex(half.toString(16).padStart(64, '0'))),
    },
    // that of the manufacturer has four bytes, which any text of this length could hold by chance
    { name: 'serial number', values: [fromHex(evenHex(EUICC.serialNumber))] },
    { name: 'manufacturer', values: [text('RSP Test EUM')] },
    { name: 'ICCID', values: [text(iccid), fromHex(swapNibbles(iccid))] },
    { name: 'MatchingID', values: [text(matchingId)] },
  ];
}

const fromHex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));

/** As SGP.22 writes an ICCID: the digits of each byte exchanged, F behind an odd number of them. */
const swapNibbles = (digits: string) =>
  (digits.length % 2 === 0 ? digits : `${digits}F`).replace(/(.)(.)/g, '$2$1');

function evenHex(value: bigint): string {
  const hex = value.toString(16);
  return hex.length % 2 === 0 ? hex : `0${hex}`;
}

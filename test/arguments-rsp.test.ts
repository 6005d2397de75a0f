/** What `zkcx/rsp` exports refuses what is not of the form that it takes: see arguments.circuit.test.ts. */
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseCertificate } from '../src/asn1/index.ts';
import * as rsp from '../src/rsp/index.ts';
import { fixture } from './support/certificates/keys.ts';
import { NOW } from './support/certificates/chains.ts';
import {
  assertTyped,
  blockedPath,
  type Call,
  codeOf,
  errorOf,
  type OptionRow,
  testOptions,
} from './support/arguments.ts';
import {
  countedRandom,
  keepOn,
  SGP26_CREDENTIAL,
  testAnchor,
  testCard,
} from './support/rsp/emulator.ts';
import { ADDRESS, testTrust } from './support/rsp/smdpp.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const folder = temporaryFolder();
const { blocked, nowhere } = blockedPath(folder);

const offline: rsp.Fetch = () => Promise.reject(Error('offline'));
const server = rsp.es9pClient(ADDRESS, { fetch: offline });
const random = countedRandom();
const now = () => NOW;
const CI = parseCertificate(fixture('sgp26/CertificateIssuer/CERT_CI_ECDSA_NIST.der'));
const anchors = [testAnchor()];
const trust = testTrust();
const [identity] = trust.identities;
const code = {
  address: ADDRESS,
  matchingId: 'T',
  oid: '2.999',
  confirmationCodeRequired: true,
};

let euicc: rsp.Euicc;
let card: rsp.Es10;
beforeAll(async () => {
  ({ euicc, card } = await testCard());
});
afterAll(() => euicc.close());

/** Ends what a call made. */
async function closed(made: unknown): Promise<void> {
  const { close, disconnect } = ((await made) ?? {}) as Record<string, () => unknown>;
  await close?.();
  await disconnect?.();
}

const anyFunction = (exported: unknown) => exported as (...values: unknown[]) => unknown;
const is = (value: unknown): value is string => typeof value === 'string';

/** How each export is called with any values: none of them runs a program or asks a host of a made-up name. */
const CALLS: Record<keyof typeof rsp, ((...values: unknown[]) => unknown) | 'constant'> = {
  CARD_QUIRKS: 'constant',
  ISDR_AID: 'constant',
  ISDR_AIDS: 'constant',
  STATUS: 'constant',
  apduOfProcess: (command, args) => closed(anyFunction(rsp.apduOfProcess)(nowhere(command), args)),
  apduOfTcp: (host, port) =>
    closed(anyFunction(rsp.apduOfTcp)(is(host) ? '127.0.0.1' : host, port)),
  cardInterface: anyFunction(rsp.cardInterface),
  openIsdr: anyFunction(rsp.openIsdr),
  serveApdu: anyFunction(rsp.serveApdu),
  serveApduTcp: (first, options) => closed(anyFunction(rsp.serveApduTcp)(first, options)),
  levelStore: (path) => anyFunction(rsp.levelStore)(nowhere(path)),
  memoryStore: anyFunction(rsp.memoryStore),
  openEuicc: anyFunction(rsp.openEuicc),
  // its options: test/rsp/lpa/discover.test.ts
  discoverEvents: anyFunction(rsp.discoverEvents),
  downloadProfile: anyFunction(rsp.downloadProfile),
  es10: anyFunction(rsp.es10),
  es2pClient: anyFunction(rsp.es2pClient),
  es9pClient: anyFunction(rsp.es9pClient),
  formatActivationCode: anyFunction(rsp.formatActivationCode),
  formatBlindBinding: anyFunction(rsp.formatBlindBinding),
  parseActivationCode: anyFunction(rsp.parseActivationCode),
  parseBlindBinding: anyFunction(rsp.parseBlindBinding),
  probeServer: anyFunction(rsp.probeServer),
  sendNotifications: anyFunction(rsp.sendNotifications),
  tlsFetch: anyFunction(rsp.tlsFetch),
  RspRefusal: (...values) => void Reflect.construct(rsp.RspRefusal, values),
  administrate: (path, ...rest) => anyFunction(rsp.administrate)(nowhere(path), ...rest),
  parseSecretKey: anyFunction(rsp.parseSecretKey),
  serveSmdp: anyFunction(rsp.serveSmdp),
  smdpIdentity: anyFunction(rsp.smdpIdentity),
  // their options: test/rsp/smds/arguments.test.ts
  serveSmds: anyFunction(rsp.serveSmds),
  smdsIdentity: anyFunction(rsp.smdsIdentity),
};

const DEVICE = { tac: Uint8Array.of(1, 2, 3, 4), deviceCapabilities: {} };

const OPTIONS: readonly OptionRow[] = [
  [
    'openIsdr',
    { aid: rsp.ISDR_AID, blockSize: 100, basicChannel: true, le: true },
    [],
    (o) => rsp.openIsdr(keepOn(euicc), o as never).then((made) => made.close()),
  ],
  [
    'serveApduTcp',
    { host: '127.0.0.1', port: 0, exposed: true, idleTimeout: 10 },
    [],
    // a name would be looked up
    (o) =>
      is((o as { host?: unknown } | undefined)?.host) &&
      (o as { host: string }).host !== '127.0.0.1'
        ? undefined
        : closed(rsp.serveApduTcp(euicc.card, o as never)),
  ],
  [
    'openEuicc',
    {
      credentials: [SGP26_CREDENTIAL],
      anchors,
      store: rsp.memoryStore(),
      now,
      random,
      memory: 100_000,
      info: { svn: '2.4.0' },
      fixedInfo2: Uint8Array.of(0xbf, 0x22, 0),
      newOneTimeKey: () => ({}),
      rootDsAddress: 'ds.example.com',
      firmware: 'zkcx',
      aid: rsp.ISDR_AID,
      channels: 3,
      responseSize: 200,
      maxData: 200,
      quirks: ['proactive'],
    },
    ['credentials', 'anchors', 'store', 'now', 'random'],
    (o) => closed(rsp.openEuicc(o as never)),
  ],
  [
    'formatActivationCode',
    code,
    ['address', 'matchingId', 'confirmationCodeRequired'],
    (o) => rsp.formatActivationCode(o as never),
  ],
  [
    'formatBlindBinding',
    { salt: new Uint8Array(16), order: 1n },
    ['salt', 'order'],
    (o) => rsp.formatBlindBinding(o as never),
  ],
  [
    'downloadProfile',
    {
      es10: { ...rsp.es10({ request: async () => new Uint8Array(), close: async () => {} }) },
      server,
      notificationServer: () => server,
      matchingId: 'TOKEN',
      oid: '2.999',
      device: DEVICE,
      consent: async () => 'accept',
      confirmationCode: async () => undefined,
      confirmationCodeForm: 'hex',
      onEvent: () => {},
      signal: new AbortController().signal,
    },
    ['es10', 'server', 'notificationServer', 'matchingId', 'device', 'consent', 'confirmationCode'],
    (o) => rsp.downloadProfile(o as never),
  ],
  [
    'es2pClient',
    {
      tls: { ca: 'PEM', cert: 'PEM', key: 'PEM', serverName: 'es2.example.com' },
      token: 'token',
      requester: '2.999',
      timeout: 10,
      signal: new AbortController().signal,
    },
    [],
    (o) => rsp.es2pClient('https://es2.example.com', o as never),
  ],
  [
    'es9pClient',
    { fetch: offline, plain: true, timeout: 10, signal: new AbortController().signal },
    ['fetch'],
    (o) => rsp.es9pClient(ADDRESS, o as never),
  ],
  [
    'sendNotifications',
    {
      server: () => server,
      attempts: 2,
      delay: 1,
      seqNumbers: [1],
      delivery: async () => undefined,
    },
    ['server'],
    (o) => rsp.sendNotifications(card, o as never),
  ],
  [
    'probeServer',
    { now: NOW, random, svn: '2.5.0' },
    ['now', 'random'],
    (o) => rsp.probeServer(server, anchors, o as never),
  ],
  [
    'tlsFetch',
    {
      ciCertificates: [CI],
      publicRoots: false,
      plainLoopback: true,
      connectTo: { host: 'localhost', port: 443 },
      now,
      onServer: () => {},
    },
    ['ciCertificates', 'now'],
    (o) => rsp.tlsFetch(o as never),
  ],
  [
    'a request of tlsFetch',
    { method: 'POST', headers: {}, body: '{}', redirect: 'error' },
    ['method', 'headers', 'body'],
    (o) => rsp.tlsFetch({ ciCertificates: [], now })('http://a.example.com/', o as never),
  ],
  [
    'RspRefusal, status',
    { subjectCode: '8.2', reasonCode: '3.7', message: 'No' },
    ['subjectCode', 'reasonCode', 'message'],
    (o) => void new rsp.RspRefusal(o as never),
  ],
  [
    'RspRefusal, options',
    { message: 'No' },
    [],
    (o) => void new rsp.RspRefusal(rsp.STATUS.common.busy, o as never),
  ],
  [
    'smdpIdentity',
    { auth: identity!.auth, pb: identity!.pb },
    ['auth', 'pb'],
    (o) => rsp.smdpIdentity(o as never, anchors, NOW),
  ],
  [
    'serveSmdp',
    {
      folder: join(blocked, 'smdpp'),
      settings: { address: ADDRESS },
      trust,
      es9p: { host: '127.0.0.1', port: 0 },
      es2p: { host: '127.0.0.1', port: 0, token: 't'.repeat(32) },
      monitor: { host: '127.0.0.1', port: 0 },
      now,
      progress: { operators: [{ url: 'https://operator.example.com' }] },
      discovery: { smds: [{ address: 'smds.example.com' }] },
      zkcx: async () => ({}),
      maxBody: 1_000,
      onEvent: () => {},
      onSweep: () => {},
    },
    ['folder', 'settings', 'trust', 'es9p', 'now'],
    (o) => {
      const given = o as Record<string, unknown> | undefined;
      return rsp.serveSmdp((given && { ...given, folder: nowhere(given['folder']) }) as never);
    },
  ],
  [
    'serveSmdp, settings',
    {
      address: ADDRESS,
      minimumSvn: '2.0.0',
      maximumSvn: '2.9.0',
      sessionLifetime: 60,
      begunSessionLifetime: 60,
      maxSessions: 5,
      maxBegunSessions: 5,
      maxBegunSessionsPerAddress: 0,
      confirmationCodeLimit: 1,
      downloadLimit: 1,
      orderLifetime: 60,
      smds: ['smds.example.com'],
      confirmationCodeForm: 'hex',
      replaceSessionKeys: true,
      retention: { orders: 60 },
    },
    ['address'],
    (o) => serveWith({ settings: o }),
  ],
  [
    'serveSmdp, settings, retention',
    { packages: 0, orders: 60, undecided: 86_400, claims: 60, interval: 60 },
    [],
    (o) => serveWith({ settings: { address: ADDRESS, retention: o } }),
  ],
  [
    'serveSmdp, es9p',
    {
      host: '127.0.0.1',
      port: 0,
      handshakeTimeout: 10,
      headersTimeout: 10,
      requestTimeout: 10,
      answerTimeout: 10,
      keepAliveTimeout: 10,
      maxConnections: 5,
      maxConnectionsPerAddress: 0,
      tls: { cert: 'c', key: 'k' },
    },
    ['host', 'port'],
    (o) => serveWith({ es9p: o }),
  ],
  [
    'serveSmdp, progress',
    {
      operators: [{ url: 'https://operator.example.com', requester: 'one', tls: { ca: 'c' } }],
      retryAfter: 10,
      timeout: 10,
      maxAge: 10,
      maxWaiting: 10,
      onEvent: () => {},
    },
    ['operators'],
    (o) => serveWith({ progress: o ?? null }),
  ],
  ['serveSmdp, trust', { ...trust }, ['anchors', 'identities'], (o) => serveWith({ trust: o })],
  [
    'administrate',
    { now, address: ADDRESS },
    ['now'],
    (o) => rsp.administrate(join(blocked, 'smdpp'), 'listOrders', {}, o as never),
  ],
];

/** A server whose store cannot be opened: nothing is listened on. */
function serveWith(changes: object) {
  const right = {
    folder: join(blocked, 'smdpp'),
    settings: { address: ADDRESS },
    trust,
    es9p: { host: '127.0.0.1', port: 0 },
    now,
  };
  return rsp.serveSmdp({ ...right, ...changes } as never);
}

/** Empty objects are right where every member may be left out. */
const EMPTY = ['info', 'headers', 'deviceCapabilities', 'retention'];

testOptions(
  OPTIONS,
  (_, member, value) =>
    EMPTY.includes(member) && value !== null && typeof value === 'object' && !Array.isArray(value),
);

describe('every export of zkcx/rsp', () => {
  test('has a row here', () => {
    expect(Object.keys(CALLS).sort()).toEqual(Object.keys(rsp).sort());
  });

  const calls = Object.entries(CALLS).filter(([, call]) => call !== 'constant');

  test.each(calls)('%s throws nothing but a ZkcxError, whatever it gets', async (_, call) => {
    await assertTyped(call as Call);
  });
});

test('places beside options are looked at as well', async () => {
  const streams = [new PassThrough(), new PassThrough()] as const;
  const wrong: (() => unknown)[] = [
    () => rsp.probeServer(server, [{}] as never, { now: NOW, random }),
    () => rsp.probeServer({ ...server, call: 'call' } as never, anchors, { now: NOW, random }),
    () => rsp.smdpIdentity(identity!, [] as never, NaN as never),
    () => rsp.smdpIdentity({ auth: identity!.auth, pb: identity!.pb }, anchors, 5 as never),
    () => rsp.sendNotifications({} as never, { server: () => server }),
    () => rsp.apduOfTcp('127.0.0.1', '80' as never),
    () => rsp.apduOfTcp('127.0.0.1', 80.5),
    () => rsp.apduOfTcp('127.0.0.1', 65_536),
    () => rsp.apduOfProcess('a\0b', []),
    () => rsp.apduOfProcess('', []),
    () => rsp.apduOfProcess('node', '-v' as never),
    () => rsp.serveApdu({ reset: 1 } as never, ...streams),
    () => rsp.serveApdu(euicc.card, {} as never, streams[1]),
    () => rsp.parseSecretKey('-----BEGIN' as never),
    () => rsp.administrate(folder, 'dropOrders' as never, {}, { now }),
    () => rsp.administrate('', 'listOrders', {}, { now }),
    () => rsp.administrate(folder, 'listOrders', 5 as never, { now }),
    () => rsp.administrate(folder, 'listOrders', { limit: 5n }, { now }),
  ];
  for (const call of wrong) expect(codeOf(await errorOf(call))).toBe('ERR_ARGUMENT');
});

/** What `zkcx/rsp/zkcx` exports refuses what is not of the form that it takes: see arguments.circuit.test.ts. */
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { ZkcxError } from '../src/errors.ts';
import * as rsp from '../src/rsp/index.ts';
import * as zkcx from '../src/rsp/zkcx/index.ts';
import { CredentialStore } from '../src/session/credential-store.ts';
import { countingBytes, credentialOf, MAP, NOW, POLICY, serverRootsOf } from './session/world.ts';
import {
  assertTyped,
  blockedPath,
  type Call,
  codeOf,
  errorOf,
  type OptionRow,
  testOptions,
} from './support/arguments.ts';
import { ADDRESS, testTrust } from './support/rsp/smdpp.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const folder = temporaryFolder();
const { blocked, nowhere } = blockedPath(folder);

const now = () => NOW;
const server = rsp.es9pClient(ADDRESS, { fetch: () => Promise.reject(Error('offline')) });
const prover = { prove: async () => ({}) };
const proofs = zkcx.deviceProofs(prover as never);
const { identities } = testTrust();
const credentials = [identities[0]!.auth, identities[0]!.pb].map(({ certificate }) =>
  credentialOf([certificate]),
);
const serverRoots = { ...serverRootsOf(MAP), registryRoots: [5n] };
const roots = async () => serverRoots;
const statements = {
  identities,
  credentials,
  roots,
  certify: () => Promise.reject(Error('no proofs here')),
  maximumAge: 3_600n,
  now,
  onError: () => {},
};

let sessions: zkcx.KeptSessions;
let store: CredentialStore;
beforeAll(async () => {
  sessions = await zkcx.KeptSessions.open(join(folder, 'sessions'));
  store = await CredentialStore.open(join(folder, 'credentials'));
});

const kept = {
  mode: 'zkcx',
  state: 'current',
  iccid: '8944000000000000001',
  eid: '89049032123451234512345678901235',
  at: NOW,
  serverAddress: ADDRESS,
  transactionId: new Uint8Array(16),
  installation: new Uint8Array(16),
  session: new Uint8Array(32),
  notificationKey: new Uint8Array(65),
};
const content = { eid: kept.eid, iccids: [kept.iccid], installations: [kept.installation] };

const es10 = rsp.es10({ request: async () => new Uint8Array(), close: async () => {} });
const download = {
  es10,
  server,
  notificationServer: () => server,
  matchingId: 'TOKEN',
  oid: '2.999',
  consent: async () => 'accept',
  confirmationCode: async () => undefined,
  confirmationCodeForm: 'text',
  onEvent: () => {},
  signal: new AbortController().signal,
  mode: 'zkcx',
  policy: POLICY,
  proofs,
  random: countingBytes(),
  consentToEid: async () => false,
  history: methodsOf('isUnspoiled'),
  newerMaps: async () => [MAP],
  pools: async () => undefined,
  identifierSecret: 5n,
  order: { salt: new Uint8Array(16), order: 5n },
  consentToOrder: async () => false,
  busyDelay: 1,
  othersAllowed: false,
};
const OPTIONAL = [
  'oid',
  'confirmationCodeForm',
  'onEvent',
  'signal',
  'consentToEid',
  'history',
  'newerMaps',
  'pools',
  'identifierSecret',
  'order',
  'consentToOrder',
  'busyDelay',
  'othersAllowed',
];

const OPTIONS: readonly OptionRow[] = [
  [
    'deviceProofs',
    { onEvent: () => {} },
    [],
    (o) => zkcx.deviceProofs(prover as never, o as never),
  ],
  [
    'downloadZkcx',
    download,
    Object.keys(download).filter((name) => !OPTIONAL.includes(name)),
    (o) => zkcx.downloadZkcx((o && { credentials: store, sessions, ...o }) as never),
  ],
  [
    'downloadZkcx, stores',
    {
      credentials: { ...methodsOf('list', 'read', 'add', 'replace') },
      sessions: methodsOf('keep', 'find', 'confirm', 'forget', 'sweep'),
    },
    ['credentials', 'sessions'],
    (o) => zkcx.downloadZkcx((o && { ...download, ...o }) as never),
  ],
  [
    'downloadZkcx, policy',
    {
      ...POLICY,
      minimumCis: 2,
      minimumEntries: 2,
      minimumPublished: 64,
      tolerance: 300n,
      consent: () => true,
    },
    ['trustSets', 'maps'],
    (o) => zkcx.downloadZkcx({ ...download, credentials: store, sessions, policy: o } as never),
  ],
  [
    'zkcxDelivery',
    { sessions: methodsOf('find', 'confirm', 'forget'), othersAllowed: true },
    ['sessions'],
    (o) => zkcx.zkcxDelivery(o as never),
  ],
  ['KeptSessions.keep', kept, Object.keys(kept), (o) => sessions.keep(o as never)],
  ['KeptSessions.sweep', content, Object.keys(content), (o) => sessions.sweep(o as never)],
  [
    'rootsOfFiles',
    {
      anchors: [join(blocked, 'ci')],
      map: join(blocked, 'map'),
      registry: join(blocked, 'registry'),
      history: join(blocked, 'history'),
    },
    ['anchors', 'map'],
    (o) => zkcx.rootsOfFiles(o as never, now),
  ],
  [
    'rootsOfFiles, options',
    { certified: credentials, onError: () => {}, worker: new URL('file:///worker.js') },
    [],
    (o) => zkcx.rootsOfFiles({ anchors: [blocked], map: blocked }, now, o as never),
  ],
  [
    'ServerStatements',
    statements,
    ['identities', 'credentials', 'roots', 'certify', 'now'],
    (o) => void new zkcx.ServerStatements(o as never),
  ],
  [
    'zkcxServer',
    {
      roots,
      statements: new zkcx.ServerStatements(statements),
      verifiers: {},
      grace: 0n,
      maxAge: 28_800n,
      allowPostponed: true,
      lifetime: 600n,
      maxSessions: 5,
      maxSessionsPerAddress: 5,
      onRefusal: () => {},
    },
    ['roots'],
    (o) => zkcx.zkcxServer(o as never),
  ],
  [
    'zkcxServer, statements',
    { credentials, certify: statements.certify, onError: () => {} },
    ['credentials', 'certify'],
    (o) => zkcx.zkcxServer({ roots, statements: (o ?? null) as never }),
  ],
  [
    'zkcxServer, verifiers',
    { processes: 1, places: 1, batch: 1, timeout: 1_000, worker: new URL('file:///worker.js') },
    [],
    (o) => zkcx.zkcxServer({ roots, verifiers: o as never }),
  ],
];

function methodsOf(...names: string[]): object {
  return Object.fromEntries(names.map((name) => [name, () => Promise.reject(Error('not asked'))]));
}

// empty objects are right where every member may be left out
testOptions(
  OPTIONS,
  (_, member, value) =>
    member === 'verifiers' && value !== null && typeof value === 'object' && !Array.isArray(value),
);

const anyFunction = (exported: unknown) => exported as (...values: unknown[]) => unknown;

/** How each export, and each method of a class, is called with any values. */
const CALLS: Record<string, Call> = {
  deviceProofs: anyFunction(zkcx.deviceProofs),
  downloadZkcx: anyFunction(zkcx.downloadZkcx),
  zkcxDelivery: anyFunction(zkcx.zkcxDelivery),
  rootsOfFiles: anyFunction(zkcx.rootsOfFiles),
  zkcxServer: anyFunction(zkcx.zkcxServer),
  'KeptSessions.open': (path) => anyFunction(zkcx.KeptSessions.open)(nowhere(path)),
  'KeptSessions.keep': (value) => sessions.keep(value as never),
  'KeptSessions.find': (value) => sessions.find(value as never),
  'KeptSessions.confirm': (value) => sessions.confirm(value as never),
  'KeptSessions.forget': (value) => sessions.forget(value as never),
  'KeptSessions.sweep': (value) => sessions.sweep(value as never),
  sweepSessions: anyFunction(zkcx.sweepSessions),
  ServerStatements: (value) => void new zkcx.ServerStatements(value as never),
  'ServerStatements.current': (value) =>
    new zkcx.ServerStatements(statements).current(value as never),
};
/** Methods that take nothing. */
const BARE = ['ServerStatements.renew', 'ServerStatements.start', 'ServerStatements.stop'];

describe('every export of zkcx/rsp/zkcx', () => {
  test('has a row here, and every method of a class', () => {
    const expected = Object.entries(zkcx).flatMap(([name, exported]) => {
      if (!String(exported).startsWith('class')) return [name];
      const own = Object.getOwnPropertyNames((exported as { prototype: object }).prototype);
      const methods = own.filter((method) => method !== 'constructor');
      const made = Object.hasOwn(exported, 'open') ? [`${name}.open`] : [name];
      return [...made, ...methods.map((method) => `${name}.${method}`)];
    });
    expect([...Object.keys(CALLS), ...BARE].sort()).toEqual(expected.sort());
  });

  test.each(Object.entries(CALLS))(
    '%s throws nothing but a ZkcxError, whatever it gets',
    async (_, call) => {
      await assertTyped(anyFunction(call));
    },
  );
});

test('the roots that a server is given are such', async () => {
  const wrong = [
    {},
    { registryRoots: [] },
    { registryRoots: [0n] },
    { trust: 99n },
    { map: {} },
    { history: {} },
  ];
  // where a server goes on once it has looked at the roots
  const table = {
    beside: () => {
      throw new ZkcxError('ERR_RSP_BUSY', 'reached');
    },
  };
  for (const changes of wrong) {
    const given = async () => ({ ...serverRoots, ...changes }) as never;
    const open = zkcx.zkcxServer({ roots: given });
    const made = new zkcx.ServerStatements({ ...statements, roots: given });
    const found = [
      codeOf(
        await errorOf(() =>
          open({
            trust: { identities },
            now,
            settings: { address: ADDRESS },
            sessions: table,
          } as never),
        ),
      ),
      codeOf(await errorOf(() => made.renew())),
    ];
    const isRight = changes === wrong[0];
    expect([changes, found[0]]).toEqual([changes, isRight ? 'ERR_RSP_BUSY' : 'ERR_ARGUMENT']);
    if (!isRight) expect(found[1]).toBe('ERR_ARGUMENT');
  }
});

test('places beside options are looked at as well', async () => {
  const files = { anchors: [blocked], map: blocked };
  const wrong: (() => unknown)[] = [
    () => zkcx.deviceProofs({} as never),
    () => zkcx.rootsOfFiles(files, NOW as never),
    () => zkcx.rootsOfFiles({ ...files, anchors: blocked as never }, now),
    () => zkcx.rootsOfFiles({ ...files, anchors: [] }, now),
    () => zkcx.KeptSessions.open('a\0b'),
    () => sessions.find({ kind: 'otherSignedNotification' } as never),
    () => sessions.keep({ ...kept, notificationKey: new Uint8Array(64) } as never),
    () => sessions.keep({ ...kept, state: 'over' } as never),
  ];
  for (const call of wrong) expect(codeOf(await errorOf(call))).toBe('ERR_ARGUMENT');
});

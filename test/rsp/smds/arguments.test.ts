/** What the SM-DS takes is of the form that it says, see test/arguments-rsp.test.ts. */
import { join } from 'node:path';
import { serveSmdp, serveSmds, smdsIdentity } from '../../../src/rsp/index.ts';
import { blockedPath, type OptionRow, testOptions } from '../../support/arguments.ts';
import { NOW } from '../../support/certificates/chains.ts';
import { serverPair, SMDS_ADDRESS, SMDS_OID } from '../../support/rsp/smds.ts';
import { ADDRESS, testAnchor, testTrust } from '../../support/rsp/smdpp.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const { blocked, nowhere } = blockedPath(temporaryFolder());
const anchors = [testAnchor()];
const auth = serverPair('ds-auth-v2', SMDS_OID);
const identity = smdsIdentity(auth, anchors, NOW);

const right = {
  folder: join(blocked, 'smds'),
  settings: { address: SMDS_ADDRESS },
  trust: { anchors, identities: [identity] },
  servers: ['2.999.10'],
  es11: { host: '127.0.0.1', port: 0 },
  es12: { host: '127.0.0.1', port: 0, tls: { cert: 'c', key: 'k', clientCa: 'c' } },
  root: { address: 'root.example.com' },
  now: () => NOW,
  maxBody: 1_000,
  onEvent: () => {},
  onSweep: () => {},
};

/** A server whose store cannot be opened: nothing is listened on. */
const serveWith = (changes: object) => serveSmds({ ...right, ...changes } as never);

const OPTIONS: readonly OptionRow[] = [
  [
    'serveSmds',
    right,
    ['folder', 'settings', 'trust', 'es11', 'now'],
    (o) => {
      const given = o as Record<string, unknown> | undefined;
      return serveSmds((given && { ...given, folder: nowhere(given['folder']) }) as never);
    },
  ],
  [
    'serveSmds, settings',
    {
      address: SMDS_ADDRESS,
      minimumSvn: '2.0.0',
      maximumSvn: '2.9.0',
      sessionLifetime: 60,
      maxSessions: 5,
      maxSessionsPerAddress: 0,
      eventLifetime: 60,
      maxEventsPerDevice: 1,
      maxEventsPerServer: 1,
      sweepInterval: 60,
    },
    ['address'],
    (o) => serveWith({ settings: o }),
  ],
  [
    'serveSmds, root',
    {
      address: 'root.example.com',
      url: 'https://root.example.com',
      tls: { ca: 'c' },
      retryAfter: 10,
      timeout: 10,
      maxAge: 10,
      maxWaiting: 10,
      onEvent: () => {},
    },
    ['address'],
    (o) => serveWith({ root: o ?? null }),
  ],
  [
    'serveSmdp, discovery',
    {
      smds: [{ address: SMDS_ADDRESS, url: 'https://a.example', forwards: true, tls: { ca: 'c' } }],
      retryAfter: 10,
      timeout: 10,
      maxAge: 10,
      maxWaiting: 10,
      onEvent: () => {},
    },
    ['smds'],
    (o) => {
      const es9p = right.es11;
      const trust = testTrust();
      const settings = { address: ADDRESS };
      const { folder, now } = right;
      return serveSmdp({ folder, now, es9p, trust, settings, discovery: (o ?? null) as never });
    },
  ],
  [
    'smdsIdentity',
    { ...auth },
    ['certificate', 'secretKey'],
    (o) => smdsIdentity(o as never, anchors, NOW),
  ],
];

/** An empty object is right where every member may be left out. */
testOptions(
  OPTIONS,
  (_, member, value) =>
    member === 'tls' && value !== null && typeof value === 'object' && !Array.isArray(value),
);

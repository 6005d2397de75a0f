/** One download in each mode, with everything that can be seen and measured of it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CredentialStore, Prover } from 'zkcx';
import { administrate, downloadProfile, es9pClient, serveSmdp } from 'zkcx/rsp';
import {
  deviceProofs,
  downloadZkcx,
  KeptSessions,
  type ServerStatements,
  zkcxServer,
} from 'zkcx/rsp/zkcx';
import { findLeaks, type Leak } from './leak-scan.ts';
import {
  ADDRESS,
  ANCHORS,
  ROOTS,
  type Exchange,
  listening,
  newDevice,
  now,
  random,
  secretsOf,
  serverIdentity,
  trafficOf,
} from './parties.ts';

export const MODES = ['classic', 'zkcx-device', 'zkcx'] as const;
export type Mode = (typeof MODES)[number];

export interface Result {
  readonly mode: Mode;
  readonly heard: readonly Exchange[];
  /** What an observer without TLS finds of `secrets`. */
  readonly leaks: readonly Leak[];
  readonly secrets: readonly string[];
  /** What the server has of them when all is over. */
  readonly kept: readonly string[];
  /** Proofs that the device made for this download, with their seconds. */
  readonly proofs: readonly { readonly what: string; readonly seconds: number }[];
}

export interface Demo {
  readonly folder: string;
  readonly profile: Uint8Array;
  readonly prover: Prover;
  readonly credentials: CredentialStore;
  readonly statements: ServerStatements;
  readonly say: (...lines: string[]) => void;
}

/** Download the profile in a mode. Throws if the eUICC has anything else in the end. */
export async function download(demo: Demo, mode: Mode): Promise<Result> {
  const { profile, prover, statements, credentials, say } = demo;
  const folder = join(demo.folder, mode);
  mkdirSync(folder);
  const identity = serverIdentity();
  const service = await serveSmdp({
    folder: join(folder, 'smdpp'),
    settings: { address: ADDRESS },
    trust: { anchors: ANCHORS, identities: [identity] },
    es9p: { host: '127.0.0.1', port: 0 },
    now,
    zkcx: zkcxServer({
      folder: join(folder, 'zkcx'),
      roots: async () => ROOTS,
      statements,
      onRefusal: (name, code) => say(`   SM-DP+ refuses ${name}: ${code}`),
    }),
  });
  const { euicc, card } = await newDevice(mode === 'zkcx' ? 'zkcx' : 'classic');
  try {
    const { context } = service.server;
    const content = Buffer.from(profile).toString('base64');
    const names = { serviceProviderName: 'TS.48', profileName: 'Generic test profile' };
    const operate = (name: 'addProfile' | 'addOrder', request: object) =>
      administrate(join(folder, 'smdpp'), name, request, { now });
    const added = await operate('addProfile', { package: content, ...names });
    const { iccid } = (added as { profile: { iccid: string } }).profile;
    const ordered = await operate('addOrder', { iccid, requireZkcx: mode !== 'classic' });
    const { matchingId } = (ordered as { order: { matchingId: string } }).order;
    const { fetch, heard } = listening(service.es9p.port);
    const server = (address: string) => es9pClient(address, { fetch, plain: true });
    const proofs: { what: string; seconds: number }[] = [];
    const common = {
      es10: card,
      server: server(ADDRESS),
      notificationServer: server,
      matchingId,
      oid: identity.auth.certificate.registeredId!,
      device: { tac: Uint8Array.of(0x35, 0x29, 0x06, 0x11), deviceCapabilities: {} },
      confirmationCode: async () => undefined,
    };
    const { isdpAid } =
      mode === 'classic'
        ? await downloadProfile({ ...common, consent: async () => 'accept' })
        : await downloadZkcx({
            ...common,
            mode,
            // the test CI is alone; a real device keeps the minimum of two
            policy: { trustSets: [ANCHORS], minimumCis: 1, maps: [ROOTS.map] },
            credentials,
            sessions: await KeptSessions.open(join(folder, 'sessions')),
            proofs: deviceProofs(prover),
            random,
            consent: async ({ tells }) => {
              say(`   the user accepts; told to the server: ${tells.join(' and ') || 'nothing'}`);
              return 'accept';
            },
            onEvent: (event) => {
              if (event.type !== 'proven') return;
              const { what, seconds } = event;
              proofs.push({ what, seconds });
              say(`   the device proves: ${what}, ${seconds.toFixed(1)} s`);
            },
          });
    const installed = await euicc.profilePackage(isdpAid);
    if (installed === undefined || !Buffer.from(installed).equals(profile))
      throw Error('profiles differ');
    const secrets = secretsOf(await card.eid(), iccid, matchingId);
    const sessions = transactionsOf(heard).map((id) =>
      context.sessions.get(id, mode === 'classic' ? undefined : mode),
    );
    const records = JSON.stringify([await context.store.order(iccid), sessions]);
    const atServer = findLeaks([{ label: 'records', body: records }], secrets);
    return {
      mode,
      heard,
      leaks: findLeaks(trafficOf(heard), secrets),
      secrets: secrets.map(({ name }) => name),
      kept: [...new Set(atServer.map(({ secret }) => secret))],
      proofs,
    };
  } finally {
    await service.close();
  }
}

/** TransactionIDs as the server keeps them. */
function transactionsOf(heard: readonly Exchange[]): string[] {
  const answers = heard.flatMap(({ name, answer }) =>
    name === 'initiateAuthentication' ? [JSON.parse(answer) as { transactionId: string }] : [],
  );
  return answers.map(({ transactionId }) => transactionId.toLowerCase());
}

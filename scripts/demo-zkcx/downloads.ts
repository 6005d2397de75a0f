/** Downloads in each mode, with everything that can be seen and measured of them. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { CredentialStore, Prover } from 'zkcx';
import { administrate, downloadProfile, es9pClient, serveSmdp } from 'zkcx/rsp';
import {
  deviceProofs,
  downloadZkcx,
  KeptSessions,
  type ServerStatements,
  zkcxServer,
} from 'zkcx/rsp/zkcx';
import { findLeaks } from './leak-scan.ts';
import { poolsOf, prepare } from './prepared.ts';
import {
  ADDRESS,
  ANCHORS,
  DEVICE,
  listening,
  newDevice,
  now,
  POLICY,
  random,
  ROOTS,
  secretsOf,
  serverIdentity,
  trafficOf,
} from './parties.ts';
import type { DeviceEvent, Proof, Result, Run } from './recording.ts';

export interface Demo {
  readonly folder: string;
  readonly profile: Uint8Array;
  readonly prover: Prover;
  readonly credentials: CredentialStore;
  readonly statements: ServerStatements;
  readonly say: (...lines: string[]) => void;
}

/** Download the profile. Throws if the eUICC has anything else in the end. */
export async function download(demo: Demo, run: Run): Promise<Result> {
  const { profile, prover, statements, credentials, say } = demo;
  const { mode } = run;
  const folder = join(demo.folder, run.name);
  mkdirSync(folder);
  const identity = serverIdentity();
  const service = await serveSmdp({
    folder: join(folder, 'smdpp'),
    settings: { address: ADDRESS },
    trust: { anchors: ANCHORS, identities: [identity] },
    es9p: { host: '127.0.0.1', port: 0 },
    now,
    zkcx: zkcxServer({
      roots: async () => ROOTS,
      statements,
      onRefusal: (name, code) => say(`   SM-DP+ refuses ${name}: ${code}`),
    }),
  });
  const { euicc, card } = await newDevice(mode === 'zkcx' ? 'zkcx' : 'classic');
  try {
    const { context } = service.server;
    const { iccid, matchingId } = await sell(join(folder, 'smdpp'), demo, mode !== 'classic');
    const ahead = run.isPrepared ? await prepare(demo) : [];
    const { fetch, heard } = listening(service.es9p.port);
    const server = (address: string) => es9pClient(address, { fetch, plain: true });
    const online: Proof[] = [];
    const events: DeviceEvent[] = [];
    let shownAt = NaN;
    const accept = async () => {
      shownAt = performance.now();
      events.push({ type: 'accepted', at: shownAt });
      return 'accept' as const;
    };
    const common = {
      es10: card,
      server: server(ADDRESS),
      notificationServer: server,
      matchingId,
      oid: identity.auth.certificate.registeredId!,
      confirmationCode: async () => undefined,
    };
    const { isdpAid } =
      mode === 'classic'
        ? await downloadProfile({ ...common, device: DEVICE, consent: accept })
        : await downloadZkcx({
            ...common,
            mode,
            policy: POLICY,
            credentials,
            ...(run.isPrepared && { pools: (name: string) => poolsOf(credentials, name) }),
            sessions: await KeptSessions.open(join(folder, 'sessions')),
            proofs: deviceProofs(prover),
            random,
            consent: ({ tells }) => {
              say(`   the user accepts; told to the server: ${tells.join(' and ') || 'nothing'}`);
              return accept();
            },
            onEvent: (event) => {
              if (event.type !== 'proven') return;
              const { what, seconds } = event;
              events.push({ type: 'proven', at: performance.now(), what, seconds });
              say(`   the device has its ${what} after ${seconds.toFixed(1)} s`);
              if (what !== 'credential') online.push({ what, seconds });
            },
          });
    const installed = await euicc.profilePackage(isdpAid);
    if (installed === undefined || !Buffer.from(installed).equals(profile))
      throw Error('profiles differ');
    const challenges = heard.filter(({ name }) => name === 'initiateAuthentication');
    const secrets = secretsOf(await card.eid(), iccid, matchingId);
    const sessions = challenges.map(({ answer }) => {
      const { transactionId } = JSON.parse(answer) as { transactionId: string };
      return context.sessions.get(transactionId.toLowerCase());
    });
    const records = JSON.stringify([await context.store.latestOrder(iccid), sessions]);
    const atServer = findLeaks([{ label: 'records', body: records }], secrets);
    return {
      run,
      heard,
      events,
      leaks: findLeaks(trafficOf(heard), secrets),
      secrets: secrets.map(({ name }) => name),
      kept: [...new Set(atServer.map(({ secret }) => secret))],
      ahead,
      online,
      // the last challenge: a first use takes two
      toMetadata: (shownAt - challenges.at(-1)!.answeredAt) / 1000,
    };
  } finally {
    await service.close();
  }
}

/** Put the profile on sale at the server of a folder, and order it. */
async function sell(folder: string, { profile }: Demo, requireZkcx: boolean) {
  const operate = (name: 'addProfile' | 'addOrder', request: object) =>
    administrate(folder, name, request, { now });
  const added = await operate('addProfile', {
    package: Buffer.from(profile).toString('base64'),
    serviceProviderName: 'TS.48',
    profileName: 'Generic test profile',
  });
  const { iccid } = (added as { profile: { iccid: string } }).profile;
  const ordered = await operate('addOrder', { iccid, requireZkcx });
  const { matchingId } = (ordered as { order: { matchingId: string } }).order;
  return { iccid, matchingId };
}

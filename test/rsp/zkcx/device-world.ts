/**
 * An LPA and an emulated eUICC against the SM-DP+ of zkCX, in one process. Everything is real but the
 * proofs: envelopes have the public values that were planned, and both ends take them.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { parseCertificate } from '../../../src/asn1/index.ts';
import { formatBundle } from '../../../src/session/envelopes.ts';
import { CredentialStore } from '../../../src/session/credential-store.ts';
import { verifyCertified } from '../../../src/session/certified.ts';
import { planCertify } from '../../../src/session/statements.ts';
import type { Euicc, EuiccFirmware } from '../../../src/rsp/euicc/index.ts';
import { es9pClient } from '../../../src/rsp/lpa/index.ts';
import type { Es10, Es9pOptions, Fetch } from '../../../src/rsp/lpa/index.ts';
import {
  type DeviceProofs,
  deviceProofs,
  downloadZkcx,
  KeptSessions,
  type ZkcxDownloadOptions,
  type ZkcxEvent,
} from '../../../src/rsp/zkcx/device/index.ts';
import { ServerChannel } from '../../../src/rsp/zkcx/channel.ts';
import type { ZkcxMode } from '../../../src/rsp/zkcx/negotiation.ts';
import { fixture } from '../../support/certificates/keys.ts';
import { countedRandom, es10Of, testEuicc } from '../../support/rsp/emulator.ts';
import { ADDRESS } from '../../support/rsp/smdpp.ts';
import { certifiedOf } from '../../session/bundles.ts';
import { ANCHORS, credentialOf, MAP, NOW, POLICY, TRUST } from '../../session/world.ts';
import { cheapProver } from '../../support/cheap-prover.ts';
import { ZkcxSmdp } from './zkcx-smdp.ts';

export type Json = Record<string, unknown>;

export const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
export const bytesOf = (written: unknown) =>
  Uint8Array.from(Buffer.from(String(written), 'base64'));

/** Changes the answer of a function on the way. */
export type Meddler = (name: string, answer: Json) => Json | Promise<Json>;

export const CERT = {
  auth: fixture('sgp26/DPauth/CERT_S_SM_DPauth_ECDSA_NIST.der'),
  pb: fixture('sgp26/DPpb/CERT_S_SM_DPpb_ECDSA_NIST.der'),
};

/** A statement about a server's certificate, as `certify` makes it. */
export function statement(der: Uint8Array, time = NOW, map = MAP): Uint8Array {
  const credential = credentialOf([parseCertificate(der)]);
  const plan = planCertify({ credential, anchors: ANCHORS, trust: TRUST, map, time });
  return new TextEncoder().encode(formatBundle(certifiedOf(plan)));
}

/** Everything but the proofs themselves, which both ends take as they are; what was asked for is counted. */
export function unprovenDevice(made: string[]): DeviceProofs {
  const proofs = deviceProofs(cheapProver().prover);
  const after = async <T>(what: string, work: () => T | Promise<T>, signal?: AbortSignal) => {
    made.push(what);
    signal?.throwIfAborted();
    return work();
  };
  return {
    chain: ({ certificates }) => after('chain', () => credentialOf([...certificates])),
    renewed: ({ certificates }) => after('renewed', () => credentialOf([...certificates])),
    presentation: (wanted) => after('presentation', () => proofs.presentation(wanted)),
    ahead: (wanted) => after('ahead', () => proofs.ahead(wanted)),
    possession: (plan) => after('possession', () => proofs.possession(plan)),
    verifyCertified: (envelope, expectation) =>
      verifyCertified(envelope, { ...expectation, assertProof: async () => {} }),
  };
}

export class DeviceWorld {
  readonly server: ZkcxSmdp;
  readonly euicc: Euicc;
  readonly card: Es10;
  readonly folder = mkdtempSync(join(tmpdir(), 'zkcx-device-'));
  /** What the server was asked, by name of the function, and in which bytes. */
  readonly asked: string[] = [];
  readonly traffic: string[] = [];
  readonly events: ZkcxEvent[] = [];
  readonly made: string[] = [];

  private constructor(server: ZkcxSmdp, euicc: Euicc, card: Es10) {
    this.server = server;
    this.euicc = euicc;
    this.card = card;
  }

  /** With a credential in the store, unless this is to be a first use. */
  static async open({
    firmware = 'classic' as EuiccFirmware,
    firstUse = false,
    context = {} as Parameters<typeof ZkcxSmdp.open>[0],
  } = {}): Promise<DeviceWorld> {
    const server = await ZkcxSmdp.open(context);
    server.statements = { auth: statement(CERT.auth), pb: statement(CERT.pb) };
    const euicc = await testEuicc({ firmware });
    const world = new DeviceWorld(server, euicc, await es10Of(euicc));
    if (!firstUse) await (await world.credentials()).add('euicc', credentialOf());
    return world;
  }

  async close(): Promise<void> {
    await this.server.close();
    rmSync(this.folder, { recursive: true });
  }

  credentials(): Promise<CredentialStore> {
    return CredentialStore.open(join(this.folder, 'credentials'));
  }

  sessions(): Promise<KeptSessions> {
    return KeptSessions.open(join(this.folder, 'sessions'));
  }

  /** Files of kept sessions: content and permissions. */
  keptFiles(): { readonly text: string; readonly mode: number }[] {
    const folder = join(this.folder, 'sessions');
    return readdirSync(folder).map((name) => ({
      text: readFileSync(join(folder, name), 'utf8'),
      mode: statSync(join(folder, name)).mode & 0o777,
    }));
  }

  fetch(meddle?: Meddler): Fetch {
    return async (url, { body }) => {
      const name = url.slice(url.lastIndexOf('/') + 1);
      this.asked.push(name);
      const response = await this.server.post(new URL(url).pathname, JSON.parse(body) as object);
      const text = await response.clone().text();
      this.traffic.push(body, text);
      if (meddle === undefined || response.status !== 200) return response;
      return Response.json(await meddle(name, JSON.parse(text) as Json));
    };
  }

  es9p(meddle?: Meddler, options: Partial<Es9pOptions> = {}) {
    return es9pClient(ADDRESS, { fetch: this.fetch(meddle), ...options });
  }

  async download(
    mode: ZkcxMode,
    matchingId: string,
    { meddle, ...changes }: Partial<ZkcxDownloadOptions> & { readonly meddle?: Meddler } = {},
  ) {
    const server = this.es9p(meddle);
    return downloadZkcx({
      es10: this.card,
      server,
      notificationServer: () => server,
      mode,
      matchingId,
      policy: POLICY,
      credentials: await this.credentials(),
      sessions: await this.sessions(),
      proofs: unprovenDevice(this.made),
      random: countedRandom('device'),
      consent: async () => 'accept',
      confirmationCode: async () => undefined,
      onEvent: (event) => this.events.push(event),
      ...changes,
    });
  }

  /** An order with a profile of its own, and the bytes that have to arrive. */
  async order(changes: Parameters<ZkcxSmdp['smdp']['order']>[0] = {}) {
    const order = await this.server.smdp.order(changes);
    return { iccid: order.iccid, matchingId: order.matchingId! };
  }

  async state(iccid: string): Promise<string | undefined> {
    return (await this.server.smdp.storedOrder(iccid))?.state;
  }
}

/** The server seals something else than it meant to, so many times. */
export function answering(change: (answer: Json) => Json, times = 1): void {
  const { sealAnswer } = ServerChannel.prototype;
  let left = times;
  jest.spyOn(ServerChannel.prototype, 'sealAnswer').mockImplementation(function (
    this: ServerChannel,
    body: Uint8Array,
  ) {
    const { answer } = JSON.parse(new TextDecoder().decode(body)) as { answer?: Json };
    if (answer === undefined || left-- <= 0) return sealAnswer.call(this, body);
    const changed = new TextEncoder().encode(JSON.stringify({ answer: change(answer) }));
    return sealAnswer.call(this, changed);
  });
}

/** Code of what is thrown, and its reason where there is one. */
export async function failureOf(work: Promise<unknown>): Promise<string> {
  const error = (await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )) as { code?: string; reason?: string } | undefined;
  return [error?.code, error?.reason].filter(Boolean).join(' ');
}

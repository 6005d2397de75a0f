/** Whole downloads of the TS.48 test profiles, over every way that an LPA reaches server and eUICC. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPrivateKey } from 'node:crypto';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parseCertificate } from '../../src/asn1/index.ts';
import {
  apduOfProcess,
  apduOfTcp,
  cardInterface,
  openIsdr,
  serveApduTcp,
} from '../../src/rsp/apdu/index.ts';
import type { ApduInterface } from '../../src/rsp/apdu/index.ts';
import { levelStore, memoryStore } from '../../src/rsp/euicc/index.ts';
import type { EuiccStore } from '../../src/rsp/euicc/index.ts';
import { downloadProfile, es10, es9pClient, tlsFetch } from '../../src/rsp/lpa/index.ts';
import type { Fetch, TlsOptions } from '../../src/rsp/lpa/index.ts';
import { es9pApp } from '../../src/rsp/smdpp/app.ts';
import { listen } from '../../src/rsp/server/listen.ts';
import type { Listening } from '../../src/rsp/server/listen.ts';
import { generalizedTime } from '../support/certificates/der.ts';
import type { Change } from '../support/certificates/draft.ts';
import { rolePolicy, setExtension } from '../support/certificates/fields.ts';
import { build, fixture, NOW, sgp26Server } from '../support/certificates/index.ts';
import { ROOT } from '../support/command.ts';
import { CI, euiccFiles } from '../support/sgp26-files.ts';
import { testEuicc } from '../support/rsp/emulator.ts';
import { TestSmdp } from '../support/rsp/smdpp.ts';

/** Name in the TLS certificate of SGP.26. */
const ADDRESS = 'testsmdpplus1.example.com';
const TS48_ICCID = '89000123456789012341';
const SGP26 = join(ROOT, 'fixtures/sgp26');

let smdp: TestSmdp;
const folder = mkdtempSync(join(tmpdir(), 'zkcx-download-'));
beforeEach(async () => {
  smdp = await TestSmdp.open({ address: ADDRESS });
});
afterEach(() => smdp.close());
afterAll(() => rmSync(folder, { recursive: true }));

/** Order a profile, download it, enable it; returns the AID of its ISD-P. */
async function download(profile: Uint8Array, apdu: ApduInterface, fetch: Fetch, plain = false) {
  await smdp.profile({ package: Buffer.from(profile).toString('base64') });
  const { matchingId } = await smdp.order({ iccid: TS48_ICCID });
  const channel = await openIsdr(apdu);
  try {
    const card = es10(channel);
    const server = es9pClient(ADDRESS, { fetch, plain });
    const done = await downloadProfile({
      es10: card,
      server,
      notificationServer: () => server,
      matchingId: matchingId!,
      oid: '2.999.10',
      device: { tac: Uint8Array.of(1, 2, 3, 4), deviceCapabilities: {} },
      consent: async () => 'accept',
      confirmationCode: async () => undefined,
    });
    expect(done.notification?.failure).toBeUndefined();
    expect((await smdp.storedOrder(TS48_ICCID))?.state).toBe('installed');
    await card.enableProfile({ iccid: TS48_ICCID });
    expect(await card.profiles()).toEqual([
      expect.objectContaining({ iccid: TS48_ICCID, profileState: 'enabled' }),
    ]);
    return done.isdpAid;
  } finally {
    await channel.close();
  }
}

async function expectPackage(store: EuiccStore, aid: Uint8Array, profile: Uint8Array) {
  expect(await store.profilePackage(aid)).toEqual(profile);
}

const V3 = fixture('rsp/profiles/TS48v3_SAIP2.1_BERTLV.der');

describe('in one process', () => {
  test.each(['TS48v3_SAIP2.1_BERTLV', 'TS48v7_SAIP2.3_BERTLV_SUCI', 'TS48v7_SAIP2.3_NoBERTLV'])(
    '%s arrives as it was ordered',
    async (name) => {
      const profile = fixture(`rsp/profiles/${name}.der`);
      const store = memoryStore();
      const { card } = await testEuicc({ store });
      const app = es9pApp(smdp.server);
      const fetch: Fetch = async (url, init) => app.request(url, init);
      await expectPackage(store, await download(profile, cardInterface(card), fetch), profile);
    },
  );
});

describe('over HTTP on loopback', () => {
  test('with the eUICC behind a socket', async () => {
    const server = await listen(es9pApp(smdp.server), { host: '127.0.0.1', port: 0 });
    const store = memoryStore();
    const { card } = await testEuicc({ store });
    const cardServer = await serveApduTcp(card);
    try {
      const fetch = tlsFetch({
        ciCertificates: [],
        plainLoopback: true,
        connectTo: { host: '127.0.0.1', port: server.port },
        now: () => NOW,
      });
      const apdu = await apduOfTcp('127.0.0.1', cardServer.port);
      await expectPackage(store, await download(V3, apdu, fetch, true), V3);
    } finally {
      await cardServer.close();
      await server.close();
    }
  });
});

describe('over HTTPS on loopback', () => {
  const ci = parseCertificate(fixture('sgp26/CertificateIssuer/CERT_CI_ECDSA_NIST.der'));
  const key = createPrivateKey(readFileSync(join(SGP26, 'DPtls/SK_S_SM_DP_TLS_NIST.pem'))).export({
    type: 'pkcs8',
    format: 'pem',
  }) as string;

  /** The TLS certificate of SGP.26, valid whenever the test runs. */
  function tlsCertificate(change: Change = () => {}): string {
    const [certificate] = build(sgp26Server('dpTls'), {
      1: (draft) => {
        draft.notAfter = generalizedTime('20540101000000Z');
        change(draft);
      },
    }).certificates;
    const base64 = Buffer.from(certificate!).toString('base64').replace(/.{64}/g, '$&\n');
    return `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
  }

  let server: Listening;
  afterEach(() => server.close());

  const serve = async (change?: Change) => {
    const tls = { cert: tlsCertificate(change), key };
    server = await listen(es9pApp(smdp.server), { host: '127.0.0.1', port: 0, tls });
  };

  const fetchOf = (options: Partial<TlsOptions> = {}) =>
    tlsFetch({
      ciCertificates: [ci],
      publicRoots: false,
      connectTo: { host: '127.0.0.1', port: server.port },
      now: () => NOW,
      ...options,
    });

  test('under the CI', async () => {
    await serve();
    const seen: (readonly Uint8Array[])[] = [];
    const store = memoryStore();
    const { card } = await testEuicc({ store });
    const fetch = fetchOf({ onServer: (chain) => seen.push(chain) });
    await expectPackage(store, await download(V3, cardInterface(card), fetch), V3);
    expect(seen[0]!.at(-1)).toEqual(ci.der);
  });

  const request = (fetch: Fetch, host = ADDRESS) =>
    fetch(`https://${host}/`, { method: 'POST', headers: {}, body: '' }).then(
      ({ status }) => status,
      (error: { code: string; reason?: string }) => `${error.code} ${error.reason}`,
    );

  test('is refused without the CI, under another name, with another role, out of time', async () => {
    await serve();
    expect(await request(fetchOf())).toBe(404);
    expect(await request(fetchOf({ ciCertificates: [] }))).toMatch(/^ERR_RSP_TLS/);
    expect(await request(fetchOf({ ciCertificates: [], publicRoots: true }))).toMatch(
      /^ERR_RSP_TLS/,
    );
    expect(await request(fetchOf(), 'other.example.com')).toMatch(
      /^ERR_RSP_TLS ERR_TLS_CERT_ALTNAME_INVALID/,
    );
    expect(await request(fetchOf({ now: () => 4_000_000_000n }))).toBe(
      'ERR_RSP_TLS ERR_CHAIN_EXPIRED',
    );
    await server.close();
    await serve((draft) => setExtension(draft, rolePolicy('4')));
    expect(await request(fetchOf())).toBe('ERR_RSP_TLS ERR_RSP_TLS');
  });

  test('plain HTTP is for loopback, by option', async () => {
    await serve();
    const plain = (options: Partial<TlsOptions>) =>
      fetchOf(options)(`http://${ADDRESS}/`, { method: 'POST', headers: {}, body: '' }).then(
        () => 'answered',
        (error: { code: string }) => error.code,
      );
    expect(await plain({})).toBe('ERR_RSP_TLS');
    const elsewhere = { host: '192.0.2.1', port: 80 };
    expect(await plain({ plainLoopback: true, connectTo: elsewhere })).toBe('ERR_RSP_TLS');
  });

  test('a server that is not there', async () => {
    await serve();
    const fetch = fetchOf();
    await server.close();
    expect(await request(fetch)).toBe('ERR_RSP_SERVER ECONNREFUSED');
  });
});

describe('over standard input and output', () => {
  test('with the eUICC as a child process, which keeps what it got', async () => {
    const data = join(folder, 'euicc');
    const apdu = apduOfProcess('node', [
      '--import',
      'tsx',
      join(ROOT, 'src/cli/main.ts'),
      'euicc',
      '--ci',
      CI,
      '--euicc',
      euiccFiles(),
      '--data',
      data,
      '--at',
      String(NOW),
    ]);
    const app = es9pApp(smdp.server);
    const aid = await download(V3, apdu, async (url, init) => app.request(url, init));
    const store = await levelStore(data);
    await expectPackage(store, aid, V3);
    expect((await store.load()).profiles).toHaveLength(1);
    await store.close();
  });

  test('a program that is none, or does not speak the protocol', async () => {
    const none = apduOfProcess('zkcx-no-such-program', []);
    await expect(openIsdr(none)).rejects.toMatchObject({ code: 'ERR_RSP_APDU' });
    const other = apduOfProcess('node', ['-e', 'console.log("hello")']);
    await expect(openIsdr(other)).rejects.toMatchObject({ code: 'ERR_RSP_APDU' });
  });
});

/** The LPA at SM-DS: what it finds, follows and refuses, with an emulated eUICC and real servers over TLS. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { parseCertificate } from '../../../src/asn1/index.ts';
import {
  type DiscoverOptions,
  discoverEvents,
  es9pClient,
  serveSmdp,
  smdpIdentity,
  tlsFetch,
} from '../../../src/rsp/index.ts';
import { downloadProfile } from '../../../src/rsp/index.ts';
import { administrate } from '../../../src/rsp/index.ts';
import type { SmdsServiceOptions } from '../../../src/rsp/smds/index.ts';
import { DOWNLOAD_ERROR } from '../../../src/sgp22/messages/prepare-download.ts';
import { ZkcxError } from '../../../src/errors.ts';
import { type OptionRow, testOptions } from '../../support/arguments.ts';
import { NOW } from '../../support/certificates/chains.ts';
import { fixture } from '../../support/certificates/keys.ts';
import { EID, es10Of, TestDownload, testEuicc } from '../../support/rsp/emulator.ts';
import {
  CI_PEM,
  serverPair,
  serverTls,
  SMDP_TLS,
  SMDS_ADDRESS,
  TestSmds,
} from '../../support/rsp/smds.ts';
import { event, register } from '../../support/rsp/smds-device.ts';
import { ADDRESS, testAnchor, testPackage, testTrust } from '../../support/rsp/smdpp.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { until } from '../smdpp/operator.ts';

const folder = temporaryFolder();
const DEVICE = { tac: Uint8Array.of(1, 2, 3, 4), deviceCapabilities: {} };
const ci = parseCertificate(fixture('sgp26/CertificateIssuer/CERT_CI_ECDSA_NIST.der'));

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});
const kept = <T extends { close(): Promise<void> }>(each: T): T => {
  open.push(each);
  return each;
};

type Kinds = ('smdp' | 'smds')[];

/** Clients by address, which are at other ports than the addresses say. */
const clients =
  (ports: Readonly<Record<string, number>>, servers: Kinds = ['smdp', 'smds']) =>
  (address: string) => {
    const port = ports[address] ?? 1;
    const fetch = tlsFetch({
      ciCertificates: [ci],
      publicRoots: false,
      servers,
      connectTo: { host: '127.0.0.1', port },
      now: () => NOW,
    });
    return es9pClient(address, { fetch });
  };

async function smdsOf(address = SMDS_ADDRESS, options: Partial<SmdsServiceOptions> = {}) {
  const tls = serverTls('ds-tls-v2', '2.999.30', address);
  const es11 = { host: '127.0.0.1', port: 0, tls };
  return kept(await TestSmds.open({ ...options, settings: { address }, es11 }));
}

async function smdpOf(discovery?: Parameters<typeof serveSmdp>[0]['discovery']) {
  const data = `${folder}/${Math.random()}`;
  const served = await serveSmdp({
    folder: data,
    settings: { address: ADDRESS },
    trust: testTrust(),
    es9p: { host: '127.0.0.1', port: 0, tls: serverTls('dp-tls-v2', '2.999.10', ADDRESS) },
    now: () => NOW,
    discovery,
  });
  kept(served);
  const addOrder = async (iccid: string, body: object) => {
    const profile = Buffer.from(testPackage(iccid)).toString('base64');
    const names = { serviceProviderName: 'Operator', profileName: 'Plan' };
    const now = () => NOW;
    await administrate(data, 'addProfile', { package: profile, ...names }, { now });
    await administrate(data, 'addOrder', { iccid, ...body }, { now });
  };
  return { served, addOrder };
}

async function card() {
  const euicc = await testEuicc();
  open.push({ close: () => euicc.close() });
  return es10Of(euicc);
}

describe('an LPA', () => {
  test('finds its order through an alternative SM-DS, and downloads it', async () => {
    const root = await smdsOf('root.example.com');
    const alternative = await smdsOf(SMDS_ADDRESS, {
      root: {
        address: 'root.example.com',
        url: root.es12,
        tls: { ...serverTls('ds-tls-v2', '2.999.31'), ca: CI_PEM },
      },
    });
    const told: string[] = [];
    const { served, addOrder } = await smdpOf({
      smds: [
        {
          address: SMDS_ADDRESS,
          url: alternative.es12,
          forwards: true,
          tls: { ...SMDP_TLS(), ca: CI_PEM },
        },
      ],
      onEvent: ({ outcome }) => void told.push(outcome),
    });
    await addOrder('8949000000000000017', {
      eid: EID,
      matchingId: 'ORDER-1',
      smdsAddress: SMDS_ADDRESS,
    });
    await until(() => told.length === 1);
    const es10 = await card();
    const server = clients({
      [ADDRESS]: served.es9p.port,
      [SMDS_ADDRESS]: alternative.service.es11.port,
      'root.example.com': root.service.es11.port,
    });
    const asked: string[] = [];
    const options = {
      es10,
      server,
      device: DEVICE,
      onEvent: ({ address }: { address: string }) => void asked.push(address),
    };
    await until(async () => {
      const found = await discoverEvents({ ...options, address: 'root.example.com' });
      return found.length === 1;
    });
    asked.splice(0);
    const [found] = await discoverEvents({ ...options, address: 'root.example.com' });
    expect(found).toEqual({ address: ADDRESS, eventId: 'ORDER-1', smds: SMDS_ADDRESS });
    expect(asked).toEqual(['root.example.com', SMDS_ADDRESS, ADDRESS]);
    const { metadata } = await downloadProfile({
      es10,
      server: server(found!.address),
      notificationServer: server,
      matchingId: found!.eventId,
      device: DEVICE,
      consent: async () => 'accept',
      confirmationCode: async () => undefined,
    });
    expect(metadata.iccid).toBe('8949000000000000017');
    await until(() => told.length === 2);
    await until(async () => {
      const left = await discoverEvents({ ...options, address: SMDS_ADDRESS });
      return left.length === 0;
    });
  });

  test('says which events lead nowhere, and follows no circle', async () => {
    const smds = await smdsOf();
    for (const [i, rspServerAddress] of [
      'no address',
      'gone.example.com',
      SMDS_ADDRESS,
    ].entries()) {
      await register(smds, event(`E-${i}`, { rspServerAddress }));
    }
    const server = clients({ [SMDS_ADDRESS]: smds.service.es11.port });
    const options = { es10: await card(), address: SMDS_ADDRESS, server, device: DEVICE };
    const found = await discoverEvents(options);
    const both = { smds: SMDS_ADDRESS, failure: expect.any(String) };
    expect(found).toEqual([
      { address: 'no address', eventId: 'E-0', ...both },
      { address: 'gone.example.com', eventId: 'E-1', ...both },
    ]);
  });

  test('is refused by an SM-DP+ where it asks for events, and refuses an SM-DS as SM-DP+', async () => {
    const { served } = await smdpOf();
    const smds = await smdsOf();
    const es10 = await card();
    const server = clients({
      [ADDRESS]: served.es9p.port,
      [SMDS_ADDRESS]: smds.service.es11.port,
    });
    const refused = { code: 'ERR_RSP_DOWNLOAD', reason: 'serverRole' };
    const asked = discoverEvents({ es10, address: ADDRESS, server, device: DEVICE });
    await expect(asked).rejects.toMatchObject(refused);
    const download = {
      es10,
      notificationServer: server,
      matchingId: 'T',
      device: DEVICE,
      consent: async () => 'accept' as const,
      confirmationCode: async () => undefined,
    };
    const fetched = downloadProfile({ ...download, server: server(SMDS_ADDRESS) });
    await expect(fetched).rejects.toMatchObject(refused);
    // the TLS certificate of the one is not that of the other either
    const strict = clients({ [SMDS_ADDRESS]: smds.service.es11.port }, ['smdp']);
    const trusted = downloadProfile({ ...download, server: strict(SMDS_ADDRESS) });
    await expect(trusted).rejects.toMatchObject({ code: 'ERR_RSP_TLS' });
  });

  test('goes by the certificate of a server, not by what it answers', async () => {
    const anchors = [testAnchor()];
    const dpAuth = serverPair('dp-auth-v2', '2.999.30');
    const identity = { auth: dpAuth, ciPkId: anchors[0]!.subjectKeyIdentifier, oid: '2.999.30' };
    const smds = await smdsOf(SMDS_ADDRESS, { trust: { anchors, identities: [identity] } });
    const server = clients({ [SMDS_ADDRESS]: smds.service.es11.port });
    const asked = discoverEvents({
      es10: await card(),
      address: SMDS_ADDRESS,
      server,
      device: DEVICE,
    });
    await expect(asked).rejects.toMatchObject({ reason: 'serverRole' });
    const dsAuth = serverPair('ds-auth-v2', '2.999.30');
    const wrong = () => smdpIdentity({ auth: dsAuth, pb: dsAuth }, anchors, NOW);
    expect(wrong).toThrow(expect.objectContaining({ code: 'ERR_RSP_IDENTITY' }));
  });
});

test('an eUICC takes no profile from a server that it knows as an SM-DS', async () => {
  const download = new TestDownload(await card());
  const { certificate, secretKey } = serverPair('ds-auth-v2', '2.999.10');
  const response = await download.authenticate({
    signer: { secret: secretKey },
    request: { serverCertificate: certificate.der },
  });
  expect(response.result).toBe('ok');
  expect(await download.prepare()).toMatchObject({
    result: 'error',
    downloadErrorCode: DOWNLOAD_ERROR.noSessionContext,
  });
});

const OPTIONS: readonly OptionRow[] = [
  [
    'discoverEvents',
    {
      es10: { euiccInfo1: offline, euiccChallenge: offline, authenticateServer: offline },
      address: SMDS_ADDRESS,
      server: clients({}),
      device: DEVICE,
      onEvent: () => {},
      signal: new AbortController().signal,
    },
    ['es10', 'address', 'server', 'device'],
    (o) => discoverEvents(o as unknown as DiscoverOptions),
  ],
];

function offline(): Promise<never> {
  return Promise.reject(new ZkcxError('ERR_RSP_CARD', 'offline'));
}

const EMPTY = ['deviceCapabilities'];
testOptions(OPTIONS, (_, member) => EMPTY.includes(member));

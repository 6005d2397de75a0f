/**
 * The scan of traffic for what tells a device: it finds everything in a classic download, in every form, and
 * nothing in sealed messages that are full of it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { property, assert, uint8Array, nat } from 'fast-check';
import { concatBytes } from '../../../src/bytes.ts';
import { downloadProfile, es9pClient } from '../../../src/rsp/lpa/index.ts';
import { encodeJson } from '../../../src/sgp22/messages/es9p.ts';
import { iccidBytes, hexToBytes } from '../../../src/sgp22/messages/identifiers.ts';
import { es9pApp } from '../../../src/rsp/smdpp/app.ts';
import { ClientChannel, type SealedKind, ServerChannel } from '../../../src/rsp/zkcx/channel.ts';
import { SEALED_ANSWER, SEALED_REQUEST } from '../../../src/rsp/zkcx/messages.ts';
import { EID, EUM } from '../../session/world.ts';
import { ROOT } from '../../support/command.ts';
import { es10Of, testEuicc } from '../../support/rsp/emulator.ts';
import { findLeaks, type Recorded } from '../../../scripts/demo-zkcx/leak-scan.ts';
import { ADDRESS, TestSmdp } from '../../support/rsp/smdpp.ts';
import {
  DEVICE,
  description,
  KNOWN,
  orderSecrets,
  overheard,
  signatureSecret,
  text,
} from './device-secrets.ts';
import { DeviceWorld } from './device-world.ts';
import { negotiate } from './negotiated.ts';

const ICCID = '89000123456789012341';

describe('the scan', () => {
  const forms: [string, (bytes: Uint8Array) => string][] = [
    ['raw', (bytes) => Buffer.from(bytes).toString('latin1')],
    ['hexadecimal', (bytes) => Buffer.from(bytes).toString('hex')],
    ['upper-case hexadecimal', (bytes) => Buffer.from(bytes).toString('hex').toUpperCase()],
    ['base64', (bytes) => Buffer.from(bytes).toString('base64')],
  ];

  test.each(forms)('finds bytes in %s, wherever they stand', (_, write) => {
    const bytes = uint8Array({ minLength: 8, maxLength: 40 });
    assert(
      property(bytes, nat(20), nat(20), (secret, before, after) => {
        const around = concatBytes(new Uint8Array(before), secret, new Uint8Array(after));
        const traffic = [{ label: 'a', body: `{"x":"${write(around)}"}` }];
        expect(findLeaks(traffic, [{ name: 's', values: [secret] }])).toHaveLength(1);
      }),
      { numRuns: 200 },
    );
  });

  test('finds digits of reversed nibbles', () => {
    const body = Buffer.from(iccidBytes(ICCID)).toString('base64');
    const values = [hexToBytes(ICCID, 'the ICCID')];
    expect(findLeaks([{ label: 'a', body }], [{ name: 'ICCID', values }])).toHaveLength(1);
  });

  test('finds nothing where nothing is', () => {
    const other = Buffer.from(EUM.der).toString('base64');
    const traffic = [{ label: 'a', body: other }];
    expect(findLeaks(traffic, [{ name: 'EID', values: [text(EID)] }])).toEqual([]);
  });
});

describe('a classic download', () => {
  let smdp: TestSmdp;
  beforeAll(async () => {
    smdp = await TestSmdp.open();
  });
  afterAll(() => smdp.close());

  test('tells an observer everything', async () => {
    const profile = readFileSync(
      join(ROOT, 'fixtures/rsp/profiles/TS48v7_SAIP2.3_BERTLV_SUCI.der'),
    );
    await smdp.profile({ package: profile.toString('base64') });
    const { matchingId } = await smdp.order({ iccid: ICCID });
    const app = es9pApp(smdp.server);
    const traffic: Recorded[] = [];
    const server = es9pClient(ADDRESS, {
      plain: true,
      fetch: async (url, init) => {
        const response = await app.request(new URL(url).pathname, init);
        const answer = await response.text();
        traffic.push({ label: `${url}, request`, body: init.body });
        traffic.push({ label: `${url}, answer`, body: answer });
        const body = response.status === 204 ? null : answer;
        return new Response(body, { status: response.status });
      },
    });
    const card = await es10Of(await testEuicc());
    const told = await description(card);
    const signatures: Uint8Array[] = [];
    await downloadProfile({
      es10: overheard(card, signatures),
      server,
      notificationServer: () => server,
      matchingId: matchingId!,
      device: DEVICE,
      consent: async () => 'accept',
      confirmationCode: async () => undefined,
    });
    const secrets = [
      ...KNOWN,
      ...orderSecrets(matchingId!, ICCID),
      told,
      signatureSecret(signatures),
    ];
    const found = new Set(findLeaks(traffic, secrets).map(({ secret }) => secret));
    expect([...found].sort()).toEqual(secrets.map(({ name }) => name).sort());
  });
});

describe('a download in zkCX', () => {
  test.each(['zkcx-device', 'zkcx'] as const)('tells an observer nothing in %s', async (mode) => {
    const world = await DeviceWorld.open({ firmware: mode === 'zkcx' ? 'zkcx' : 'classic' });
    try {
      const { iccid, matchingId } = await world.order();
      await world.download(mode, matchingId);
      expect(world.asked).toContain('getBoundProfilePackage');
      expect(world.asked.at(-1)).toBe('handleNotification');
      const traffic = world.traffic.map((body, i) => ({ label: String(i), body }));
      const secrets = [...KNOWN, ...orderSecrets(matchingId, iccid)];
      expect(findLeaks(traffic, secrets)).toEqual([]);
      // what does stand there is found, so the scan did look
      const server = { name: 'address of the server', values: [text(ADDRESS)] };
      expect(findLeaks(traffic, [server]).length).toBeGreaterThan(0);
    } finally {
      await world.close();
    }
  });
});

describe('sealed messages', () => {
  const secrets = [...KNOWN, ...orderSecrets('A1B2-C3D4-E5F6', ICCID)];
  const body = concatBytes(...secrets.flatMap(({ values }) => values));

  test('full of secrets show none of them', async () => {
    const { key, transcript } = await negotiate();
    const client = await ClientChannel.open(key.publicKey, transcript);
    const server = new ServerChannel(key, transcript);
    const { transactionId } = transcript;
    const traffic: Recorded[] = [];
    const kinds: SealedKind[] = ['authenticateClient', 'zkcxDisclose', 'getBoundProfilePackage'];
    for (const kind of kinds) {
      const zkcx = await client.seal(kind, body);
      const request = encodeJson(SEALED_REQUEST, { transactionId, zkcx });
      traffic.push({ label: kind, body: JSON.stringify(request) });
      await server.open(kind, zkcx);
      const answer = { transactionId, zkcx: await server.sealAnswer(body) };
      traffic.push({ label: kind, body: JSON.stringify(encodeJson(SEALED_ANSWER, answer)) });
    }
    expect(findLeaks(traffic, secrets)).toEqual([]);
    // the same bodies without their seal
    const open = [{ label: 'open', body: Buffer.from(body).toString('base64') }];
    expect(new Set(findLeaks(open, secrets).map(({ secret }) => secret)).size).toBe(secrets.length);
  });
});

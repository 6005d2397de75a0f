/** What a server is asked without an eUICC, and the command line of LPA and eUICC. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { es9pClient, probeServer } from '../../../src/rsp/lpa/index.ts';
import type { Fetch } from '../../../src/rsp/lpa/index.ts';
import { encodeTlv } from '../../../src/asn1/tlv.ts';
import { es9pApp } from '../../../src/rsp/smdpp/app.ts';
import { listen } from '../../../src/rsp/server/listen.ts';
import { NOW } from '../../support/certificates/index.ts';
import { KEYS } from '../../support/certificates/keys.ts';
import { told } from '../../support/cli.ts';
import { CERT_DPAUTH, countedRandom, SERVER, testAnchor } from '../../support/rsp/emulator.ts';
import { CI, euiccFiles } from '../../support/sgp26-files.ts';
import { TestSmdp } from '../../support/rsp/smdpp.ts';

let smdp: TestSmdp;
beforeEach(async () => {
  smdp = await TestSmdp.open();
});
afterEach(() => smdp.close());

describe('probe', () => {
  const options = { now: NOW, random: countedRandom() };
  const fetch: Fetch = async (url, init) => es9pApp(smdp.server).request(url, init);
  const other = { ...testAnchor(), subjectKeyIdentifier: new Uint8Array(20).fill(7) };

  test('finds the CIs that a server serves', async () => {
    const server = es9pClient(SERVER, { fetch });
    expect(await probeServer(server, [testAnchor(), other], options)).toEqual([
      {
        ci: testAnchor().subjectKeyIdentifier,
        supported: true,
        certificate: CERT_DPAUTH,
        oid: '2.999.10',
      },
      {
        ci: other.subjectKeyIdentifier,
        supported: false,
        certificate: undefined,
        problem: expect.stringContaining('ERR_RSP_REFUSED'),
      },
    ]);
  });

  test('sees a chain that does not hold, and a signature that is none', async () => {
    const server = es9pClient(SERVER, { fetch });
    const wrongKey = { ...testAnchor(), publicKey: KEYS.eum.publicKey };
    const late = { ...options, now: 4_000_000_000n };
    const problems = [
      ...(await probeServer(server, [wrongKey], options)),
      ...(await probeServer(server, [testAnchor()], late)),
    ];
    const forged: Fetch = async (url, init) => {
      const answer = (await (await fetch(url, init)).json()) as Record<string, unknown>;
      const none = Buffer.from(encodeTlv(0x5f37, new Uint8Array(64).fill(1))).toString('base64');
      return Response.json({ ...answer, serverSignature1: none });
    };
    const liar = es9pClient(SERVER, { fetch: forged });
    problems.push(...(await probeServer(liar, [testAnchor()], options)));
    expect(problems.map(({ supported, problem }) => [supported, problem])).toEqual([
      [false, expect.stringContaining('ERR_CHAIN_SIGNATURE')],
      [false, expect.stringContaining('ERR_CHAIN_EXPIRED')],
      [false, expect.stringContaining('ERR_RSP_SIGNATURE')],
    ]);
  });

  test('throws for a server that does not speak ES9+', async () => {
    const shop = es9pClient(SERVER, { fetch: async () => new Response('<html>') });
    await expect(probeServer(shop, [testAnchor()], options)).rejects.toMatchObject({
      code: 'ERR_RSP_SERVER',
    });
    const moved = es9pClient(SERVER, { fetch: async () => new Response(null, { status: 302 }) });
    await expect(probeServer(moved, [testAnchor()], options)).rejects.toMatchObject({
      code: 'ERR_RSP_SERVER',
      reason: '302',
    });
  });
});

describe('zkcx lpa', () => {
  const folder = mkdtempSync(join(tmpdir(), 'zkcx-lpa-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const ci = ['--ci', CI];
  const card = [
    ...ci,
    '--euicc',
    euiccFiles(),
    '--data',
    join(folder, 'euicc'),
    '--at',
    String(NOW),
  ];
  const lpa = (...args: string[]) => told('lpa', ...args);

  test('downloads, enables, tells servers', async () => {
    const server = await listen(es9pApp(smdp.server), { host: '127.0.0.1', port: 0 });
    try {
      const network = ['--http', '--connect-to', `127.0.0.1:${server.port}`];
      const { iccid, matchingId } = await smdp.order({ confirmationCode: '1234' });
      const code = `LPA:1$${SERVER}$${matchingId}$$1`;
      // a test is nobody who could be asked
      expect(await lpa('download', code, ...network, ...card)).toMatchObject({
        status: 2,
        error: { code: 'ERR_CLI_USAGE' },
      });
      expect(await lpa('download', 'LPA:1$x y$', '--yes', ...network, ...card)).toMatchObject({
        status: 2,
        error: { code: 'ERR_RSP_ACTIVATION_CODE' },
      });
      expect(await lpa('probe', SERVER, ...ci, ...network)).toMatchObject({
        status: 0,
        cis: [{ supported: true }],
      });
      const secret = join(folder, 'code');
      writeFileSync(secret, '1234\n', { mode: 0o600 });
      const right = ['--yes', '--confirmation-code-file', secret, ...network, ...card];
      expect(await lpa('download', code, ...right)).toMatchObject({
        status: 0,
        ok: true,
        iccid,
        notified: true,
      });
      expect((await lpa('enable', iccid, ...card)).status).toBe(0);
      expect(await lpa('delete', iccid, ...card)).toMatchObject({
        status: 1,
        error: { code: 'ERR_RSP_CARD', reason: 'profileNotInDisabledState' },
      });
      expect(await lpa('notifications', '--send', ...network, ...card)).toMatchObject({
        status: 0,
        notifications: [{ seqNumber: 1, event: 'enable', address: SERVER }],
      });
    } finally {
      await server.close();
    }
  });
});

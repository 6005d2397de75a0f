/**
 * The examples run, and every exported function of the root entry point has one. That of `proveChain` runs in
 * prover/chain.proof.test.ts, that of `verifyPresentation` in session/session.proof.test.ts.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { EXAMPLES as CERTIFICATES } from '../examples/api/certificates.eg.ts';
import { EXAMPLES as FILES } from '../examples/api/files.eg.ts';
import { EXAMPLES as ORDERS } from '../examples/api/orders.eg.ts';
import { EXAMPLES as PROOFS } from '../examples/api/proofs.eg.ts';
import { EXAMPLES as SESSION } from '../examples/api/session.eg.ts';
import { download, emulatedCard } from '../examples/lpa-download.ts';
import { openShop, testProfile } from '../examples/smdpp-shop.ts';
import { testMap } from '../examples/test-pki.ts';
import { verifierService } from '../examples/verifier-service.ts';
import { CLIENT_OFFER, parseServerRequest } from '../src/session/offers.ts';
import * as index from '../src/index.ts';
import { Prover } from '../src/prover/prover.ts';
import { cheapProver } from './support/cheap-prover.ts';
import { ROOT } from './support/command.ts';
import { provenCredential } from './support/credentials.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const EXAMPLES = join(ROOT, 'examples');

describe('the example of', () => {
  const renewCredential = async () =>
    PROOFS.renewCredential(await provenCredential('euicc-1'), new Prover());
  /** Proofs in form only: those that are verified run in session/session.proof.test.ts. */
  const { prover } = cheapProver();
  const preparePresentation = async () =>
    PROOFS.preparePresentation(await provenCredential('euicc-1'), prover, temporaryFolder());
  const proveAnswer = async () => {
    const credential = await provenCredential('euicc-1');
    const pools = await PROOFS.prepareAhead(credential, prover, temporaryFolder());
    const { answer } = await PROOFS.proveAnswer(credential, prover, pools);
    expect(answer.possession.program).toBe('sessionPossession');
  };
  const cheap = {
    ...CERTIFICATES,
    ...FILES,
    ...ORDERS,
    ...SESSION,
    Prover: PROOFS.Prover,
    renewCredential,
    preparePresentation,
    proveAnswer,
  };
  test.each(Object.keys(cheap))('%s', async (name) => {
    await expect(Promise.resolve(cheap[name as keyof typeof cheap]())).resolves.toBeUndefined();
  });
});

test('every exported function and class has an example', () => {
  const text = readdirSync(EXAMPLES, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(EXAMPLES, file), 'utf8'))
    .join('\n');
  const regions = [...text.matchAll(/\/\/ #region (\w+)\n.*?\/\/ #endregion \1\n/gs)].map(
    ([, name]) => name!,
  );
  expect(new Set(regions).size).toBe(regions.length);
  expect(regions.toSorted()).toEqual(Object.keys(index).toSorted());
});

test('examples and demos import the package by its public names only', () => {
  const sources = ['examples', 'scripts'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .map((file) => `${folder}/${file}`)
      .filter((file) => /^(examples|scripts\/demo).*\.ts$/.test(file)),
  );
  expect(sources.length).toBeGreaterThan(15);
  for (const file of sources) {
    const text = readFileSync(join(ROOT, file), 'utf8');
    const imports = [...text.matchAll(/from '([^']+)'/g)].map(([, name]) => name!);
    const foreign = imports.filter(
      (name) =>
        !/^(node:|zkcx($|\/)|\.\.?\/[\w./-]+\.ts$|(o1js|zod)$)/.test(name) ||
        /(src|test|bench)\//.test(name),
    );
    expect({ file, foreign }).toEqual({ file, foreign: [] });
  }
});

test('a shop sells a profile, and an LPA downloads it', async () => {
  const shop = await openShop(temporaryFolder());
  try {
    await shop.stock('S', testProfile());
    const { activationCode, confirmationCode } = await shop.sell('S');
    const seen: string[] = [];
    const iccid = await download({
      activationCode,
      card: await emulatedCard(),
      ask: async ({ profileName }) => {
        seen.push(profileName);
        return 'accept';
      },
      confirmationCode: async () => confirmationCode,
      connectTo: { host: '127.0.0.1', port: shop.service.es9p.port },
    });
    expect(iccid).toMatch(/^89/);
    expect(seen).toEqual(['Plan S']);
    await expect(shop.sell('S')).rejects.toMatchObject({ code: 'ERR_RSP_REFUSED' });
  } finally {
    await shop.close();
  }
});

test('a verifier service challenges, and refuses what is no answer', async () => {
  const codes: string[] = [];
  const map = testMap(BigInt(Math.floor(Date.now() / 1000)));
  const { server, serveMap, close } = await verifierService({
    folder: temporaryFolder(),
    serverAddress: 'verifier.example.com',
    serverOid: '2.999.10',
    map,
    onRefused: (code) => codes.push(code),
  });
  try {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const post = async (path: string, body: Uint8Array | string) =>
      fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body: Buffer.from(body) });
    const challenge = async () =>
      (await (await post('/challenge', CLIENT_OFFER)).json()) as Record<string, string>;
    const { transactionId, serverOffer } = await challenge();
    expect(transactionId).toMatch(/^[0-9a-f]{32}$/i);
    const rootsIn = (offer = '') =>
      parseServerRequest(Buffer.from(offer, 'base64')).revocationRoots.map(BigInt);
    const root = map.map.root.toBigInt();
    expect(rootsIn(serverOffer)).toEqual([root]);
    // a map that revokes more is offered first, the one before it for a while
    const newer = testMap(BigInt(Math.floor(Date.now() / 1000)), ['CRL-B-EUM', 'CRL-A-0']);
    await serveMap(newer);
    expect(rootsIn((await challenge()).serverOffer)).toEqual([newer.map.root.toBigInt(), root]);
    for (const answer of ['{}', 'no JSON', 'x'.repeat(400_000)]) {
      const refused = await post(`/answer/${transactionId}`, answer);
      expect(refused.status).toBe(403);
      expect(await refused.json()).toEqual({ accepted: false });
    }
    expect(codes).toEqual(['ERR_PROOF_FORMAT', 'ERR_REQUEST', 'ERR_REQUEST']);
  } finally {
    await close();
  }
});

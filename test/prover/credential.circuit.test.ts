import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { parseCertificate } from '../../src/asn1/index.ts';
import { Opening } from '../../src/circuits/claims.ts';
import {
  type Credential,
  publishedOpening,
  readCredential,
  writeCredential,
} from '../../src/prover/credential.ts';
import { publicKey } from '../../src/witness/encode.ts';

const folder = mkdtempSync(join(tmpdir(), 'zkcx-credential-'));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (file: string) =>
  parseCertificate(readFileSync(new URL(`../../fixtures/sgp26/${file}`, import.meta.url)));
const eum = read('EUM/CERT_EUM_ECDSA_NIST.der');
const euicc = read('eUICC/CERT_EUICC_ECDSA_NIST.der');

const opening = new Opening({
  ...Opening.empty(),
  blind: Field(123456789),
  role: Field(7),
  links: Field(2),
  key: publicKey(euicc.publicKey),
});

const credential: Credential = {
  proof: {
    format: 'zkcx-proof',
    version: 1,
    program: 'chain',
    verificationKeyHash: '1',
    proof: {
      publicInput: ['1'],
      publicOutput: ['2', '3', '4', Opening.commitment(opening).toString()],
      maxProofsVerified: 1,
      proof: 'AAAA',
    },
  },
  opening,
  certificates: [eum, euicc],
};

const base64 = (der: Uint8Array) => Buffer.from(der).toString('base64');

async function written(name: string, change?: (document: Record<string, unknown>) => unknown) {
  const path = join(folder, name);
  await writeCredential(path, credential);
  if (change !== undefined) {
    const document = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    writeFileSync(path, JSON.stringify(change(document)));
  }
  return path;
}

describe('a credential file', () => {
  test('is read back as it was written', async () => {
    const read = await readCredential(await written('same.json'));
    expect(read.proof).toEqual(credential.proof);
    expect(read.certificates).toEqual(credential.certificates);
    expect(Opening.toJSON(read.opening)).toEqual(Opening.toJSON(opening));
    expect(Opening.commitment(read.opening).toBigInt()).toBe(
      Opening.commitment(opening).toBigInt(),
    );
  });

  test('opens what was published of it, and nothing where nothing was', async () => {
    expect(publishedOpening(await readCredential(await written('unpublished.json')))).toBe(
      undefined,
    );
    const path = join(folder, 'published.json');
    await writeCredential(path, { ...credential, published: Field(77) });
    const published = publishedOpening(await readCredential(path))!;
    expect(Opening.toJSON(published)).toEqual(
      Opening.toJSON(new Opening({ ...opening, blind: Field(77) })),
    );
    expect(Opening.toJSON((await readCredential(path)).opening)).toEqual(Opening.toJSON(opening));
  });

  test('belongs to its owner only, whatever the umask', async () => {
    const umask = process.umask(0);
    const path = await written('private.json').finally(() => process.umask(umask));
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test.each([0o640, 0o604, 0o660, 0o602])('is refused with mode %o', async (mode) => {
    const path = await written('open.json');
    chmodSync(path, mode);
    await expect(readCredential(path)).rejects.toMatchObject({
      code: 'ERR_CREDENTIAL_PERMISSIONS',
    });
  });

  test('replaces an older one and leaves nothing else behind', async () => {
    await written('again.json');
    await written('again.json');
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('that cannot be written leaves nothing behind', async () => {
    const path = join(folder, 'missing', 'credential.json');
    await expect(writeCredential(path, credential)).rejects.toMatchObject({
      code: 'ERR_FILE_WRITE',
    });
    // a folder in the way: the temporary file was complete, the rename fails
    await expect(writeCredential(folder, credential)).rejects.toMatchObject({
      code: 'ERR_FILE_WRITE',
    });
    const beside = readdirSync(tmpdir()).filter((name) => name.includes('.zkcx-credential-'));
    expect(beside).toEqual([]);
  });

  test.each([
    ['an unknown field', (document: object) => ({ ...document, note: 1 })],
    ['no opening', (document: object) => ({ ...document, opening: undefined })],
    ['half an opening', (document: object) => ({ ...document, opening: { blind: '1' } })],
    ['another format', (document: object) => ({ ...document, format: 'zkcx-proof' })],
    ['no certificates', (document: object) => ({ ...document, certificates: [] })],
    [
      'five certificates',
      (document: object) => ({ ...document, certificates: Array(5).fill(base64(eum.der)) }),
    ],
    [
      'half a certificate',
      (document: object) => ({ ...document, certificates: [base64(eum.der.slice(0, 99))] }),
    ],
    ['a blind that is none', (document: object) => ({ ...document, published: '0x77' })],
    ['no object', () => [1]],
  ])('with %s is refused', async (_, change) => {
    const path = await written('bad.json', change);
    await expect(readCredential(path)).rejects.toMatchObject({ code: 'ERR_CREDENTIAL_FORMAT' });
  });

  test.each([1, 2, 4])('of version %d is refused as such', async (version) => {
    const path = await written('later.json', (document) => ({ ...document, version }));
    await expect(readCredential(path)).rejects.toMatchObject({ code: 'ERR_CREDENTIAL_VERSION' });
  });

  test('whose opening belongs to another proof is refused', async () => {
    const path = await written('mixed.json', (document) => ({
      ...document,
      opening: { ...(document.opening as object), role: '8' },
    }));
    await expect(readCredential(path)).rejects.toMatchObject({ code: 'ERR_CREDENTIAL_MISMATCH' });
  });

  test.each([
    ['a certificate missing', [base64(euicc.der)]],
    ['another leaf', [base64(euicc.der), base64(eum.der)]],
  ])('with %s is refused', async (_, certificates) => {
    const path = await written('chain.json', (document) => ({ ...document, certificates }));
    await expect(readCredential(path)).rejects.toMatchObject({ code: 'ERR_CREDENTIAL_MISMATCH' });
  });

  test('never appears in an error', async () => {
    const path = join(folder, 'broken.json');
    writeFileSync(path, '{"opening": {"blind": "987654321"', { mode: 0o600 });
    const error: unknown = await readCredential(path).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ERR_CREDENTIAL_FORMAT', cause: undefined });
    expect(String(error)).not.toContain('987654321');
  });

  test('that is missing or far too long is refused', async () => {
    await expect(readCredential(join(folder, 'none.json'))).rejects.toMatchObject({
      code: 'ERR_FILE_READ',
    });
    const long = join(folder, 'long.json');
    writeFileSync(long, ' '.repeat(300_001), { mode: 0o600 });
    await expect(readCredential(long)).rejects.toMatchObject({ code: 'ERR_FILE_SIZE' });
  });
});

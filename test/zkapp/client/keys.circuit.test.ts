import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { PrivateKey } from 'o1js';
import {
  accountKeyFrom,
  parseAccountAddress,
  parseAccountKey,
  readAccountKey,
} from '../../../src/zkapp/client/keys.ts';
import { refusalOf } from './refusal.ts';

const folder = mkdtempSync(join(tmpdir(), 'zkcx-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));
const key = PrivateKey.random();

test('a key is read from a file that only its owner may read', async () => {
  const file = join(folder, 'key');
  writeFileSync(file, `${key.toBase58()}\n`, { mode: 0o600 });
  expect((await readAccountKey(file)).toBase58()).toBe(key.toBase58());
  for (const mode of [0o640, 0o604, 0o666]) {
    chmodSync(file, mode);
    expect(await refusalOf(() => readAccountKey(file))).toBe('ERR_CREDENTIAL_PERMISSIONS');
  }
  expect(await refusalOf(() => readAccountKey(join(folder, 'none')))).toBe('ERR_FILE_READ');
});

test('what is no key is refused, and not repeated', async () => {
  const typo = `${key.toBase58().slice(0, -1)}0`;
  const error = await Promise.resolve()
    .then(() => parseAccountKey(typo, 'ZKCX_FEE_PAYER_KEY'))
    .catch((e: unknown) => e as Error);
  expect(error).toMatchObject({ code: 'ERR_ACCOUNT_KEY' });
  expect(JSON.stringify([String(error), (error as Error).cause])).not.toContain(typo.slice(0, 20));
  const address = key.toPublicKey();
  expect(parseAccountAddress(` ${address.toBase58()} `).toBase58()).toBe(address.toBase58());
  expect(await refusalOf(async () => parseAccountAddress('B62'))).toBe('ERR_ACCOUNT_KEY');
});

test('32 bytes make a key, whatever they are', () => {
  for (const byte of [0x01, 0xff]) {
    const made = accountKeyFrom(new Uint8Array(32).fill(byte));
    expect(PrivateKey.fromBase58(made.toBase58()).toBigInt()).toBe(made.toBigInt());
  }
});

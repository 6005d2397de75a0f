/** Credentials at rest: private, shown without secrets, renewed in time. */
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { Opening } from '../../src/circuits/claims.ts';
import { CredentialStore, RENEWAL_AHEAD, summarise } from '../../src/session/credential-store.ts';
import { renewalWindow } from '../../src/session/renewal.ts';
import { ANCHORS, credentialOf, EID, NOW } from './world.ts';

const folder = mkdtempSync(join(tmpdir(), 'zkcx-store-'));
afterAll(() => rmSync(folder, { recursive: true }));
const credential = credentialOf();
const validUntil = credential.opening.validUntil.toBigInt();

describe('a credential store', () => {
  test('keeps credentials to its owner and shows no secret', async () => {
    const path = join(folder, 'own');
    const store = await CredentialStore.open(path);
    await store.add('phone', credential);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(statSync(join(path, 'phone.json')).mode & 0o777).toBe(0o600);
    const shown = await store.list(NOW);
    expect(shown).toEqual([
      expect.objectContaining({ name: 'phone', role: 'euicc-v2', state: 'current' }),
    ]);
    const text = JSON.stringify(shown, (_, value: unknown) => String(value));
    for (const secret of [EID, credential.opening.blind, ...credential.opening.key.x]) {
      expect(text).not.toContain(String(secret));
    }
    expect(Opening.toJSON((await store.read('phone')).opening)).toEqual(
      Opening.toJSON(credential.opening),
    );
  });

  test('does not overwrite, but replaces what was renewed', async () => {
    const store = await CredentialStore.open(join(folder, 'again'));
    await store.add('phone', credential);
    await expect(store.add('phone', credential)).rejects.toMatchObject({
      code: 'ERR_CREDENTIAL_NAME',
    });
    const before = await store.show('phone', NOW);
    const blind = Field(4711);
    const opening = new Opening({ ...credential.opening, blind });
    const { proof } = credential;
    const publicOutput = [
      ...proof.proof.publicOutput.slice(0, 3),
      String(Opening.commitment(opening)),
    ];
    const renewed = { ...proof, proof: { ...proof.proof, publicOutput } };
    await store.replace('phone', { ...credential, opening, proof: renewed });
    expect((await store.show('phone', NOW)).fingerprint).not.toBe(before.fingerprint);
  });

  test.each(['../phone', '', 'Phone', '.phone', 'a/b', 'a'.repeat(64)])(
    'refuses the name "%s"',
    async (name) => {
      const store = await CredentialStore.open(join(folder, 'names'));
      await expect(store.add(name, credential)).rejects.toMatchObject({
        code: 'ERR_CREDENTIAL_NAME',
      });
    },
  );

  test('refuses a folder that others can enter', async () => {
    const path = join(folder, 'shared');
    await CredentialStore.open(path);
    chmodSync(path, 0o750);
    await expect(CredentialStore.open(path)).rejects.toMatchObject({
      code: 'ERR_CREDENTIAL_PERMISSIONS',
    });
  });

  test('does not leave out a file that it cannot read', async () => {
    const path = join(folder, 'broken');
    const store = await CredentialStore.open(path);
    writeFileSync(join(path, 'bad.json'), '{}', { mode: 0o600 });
    await expect(store.list(NOW)).rejects.toMatchObject({ code: 'ERR_CREDENTIAL_FORMAT' });
  });
});

describe('renewal', () => {
  test.each([
    ['before its window', credential.opening.validFrom.toBigInt() - 1n, 'early'],
    ['in its window', NOW, 'current'],
    ['30 days before the end', validUntil - RENEWAL_AHEAD + 1n, 'renew'],
    ['at the last second', validUntil, 'renew'],
    ['after it', validUntil + 1n, 'over'],
  ])('%s the state is %s', (_, now, state) => {
    expect(summarise(credential, now).state).toBe(state);
  });

  test('gives the canonical window of the next quarter, and none in the same', () => {
    expect(renewalWindow(credential, ANCHORS, NOW + 92n * 86_400n).until).toBeGreaterThan(
      validUntil,
    );
    expect(() => renewalWindow(credential, ANCHORS, NOW + 86_400n)).toThrow(
      expect.objectContaining({ code: 'ERR_CREDENTIAL_RENEWAL' }),
    );
    expect(() => renewalWindow(credential, [ANCHORS[1]!], NOW)).toThrow(
      expect.objectContaining({ code: 'ERR_TRUST_UNKNOWN' }),
    );
  });
});

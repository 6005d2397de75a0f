/** Credentials, proofs, registry: what is kept in files. One example of each; they run in the tests. */
import assert from 'node:assert/strict';
import { chmod, copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Field } from 'o1js';
import {
  type Credential,
  CredentialStore,
  formatEnvelope,
  formatRegistry,
  loadRegistry,
  OnceStore,
  parseEnvelope,
  readCredential,
  RegistryTree,
  TrustSet,
  verifyChain,
  verifyRefresh,
  writeCredential,
  ZkcxError,
} from 'zkcx';
import { anchors } from '../test-pki.ts';

/** A proven credential of fixtures/, in a folder that only its owner can enter. Valid in 2026-11. */
export async function inFolder(
  use: (folder: string, credential: Credential) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'zkcx-example-'));
  try {
    const file = join(folder, 'credential.json');
    const fixture = new URL('../../fixtures/credentials/euicc-1.json', import.meta.url);
    await copyFile(fileURLToPath(fixture), file);
    // others must not read a credential: readCredential refuses the file otherwise
    await chmod(file, 0o600);
    await use(folder, await readCredential(file));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** 2026-11-01. */
const at = 1_793_491_200n;

export const EXAMPLES = {
  readCredential: () =>
    inFolder(async (folder) => {
      // #region readCredential
      const credential = await readCredential(join(folder, 'credential.json'));
      assert.equal(credential.certificates.length, 2);
      // #endregion readCredential
    }),

  writeCredential: () =>
    inFolder(async (folder, credential) => {
      // #region writeCredential
      const file = join(folder, 'kept.json');
      await writeCredential(file, credential);
      assert.deepEqual((await readCredential(file)).proof, credential.proof);
      // #endregion writeCredential
    }),

  formatEnvelope: () =>
    inFolder(async (_, { proof }) => {
      // #region formatEnvelope
      // the text of a proof, for whoever verifies it; the credential's opening is not in it
      const text = formatEnvelope(proof);
      assert.deepEqual(parseEnvelope(text), proof);
      // #endregion formatEnvelope
    }),

  parseEnvelope: async () => {
    // #region parseEnvelope
    assert.throws(() => parseEnvelope('{ "format": "zkcx-proof" }'), ZkcxError);
    // #endregion parseEnvelope
  },

  verifyChain: () =>
    inFolder(async (_, { proof }) => {
      // #region verifyChain
      const trustRoot = new TrustSet(anchors).root.toBigInt();
      const claim = await verifyChain(proof, { trustRoot, at });
      assert.ok(claim.validFrom <= at && at <= claim.validUntil);
      await assert.rejects(verifyChain(proof, { trustRoot: trustRoot + 1n, at }), ZkcxError);
      // #endregion verifyChain
    }),

  verifyRefresh: async () => {
    const fixture = new URL('../../fixtures/refreshes/euicc-1.json', import.meta.url);
    const text = await readFile(fixture, 'utf8');
    // #region verifyRefresh
    // a proof that a holder gave away, to be published
    const trustRoot = new TrustSet(anchors).root.toBigInt();
    const { commitment } = await verifyRefresh(parseEnvelope(text), { trustRoot, at });
    assert.notEqual(commitment, 0n);
    // #endregion verifyRefresh
  },

  CredentialStore: () =>
    inFolder(async (folder, credential) => {
      // #region CredentialStore
      const store = await CredentialStore.open(join(folder, 'credentials'));
      await store.add('phone', credential);
      const [summary] = await store.list(at);
      assert.equal(summary?.role, 'euicc-v2');
      assert.equal(summary.state, 'current');
      // #endregion CredentialStore
    }),

  OnceStore: () =>
    inFolder(async (folder) => {
      // #region OnceStore
      const store = await OnceStore.open(join(folder, 'once'));
      assert.equal(await store.claim('pseudonym/1', at), true);
      assert.equal(await store.claim('pseudonym/1', at), false);
      await store.close();
      // #endregion OnceStore
    }),

  RegistryTree: async () => {
    // #region RegistryTree
    const tree = new RegistryTree();
    const place = tree.append(Field(5));
    assert.equal(place, 0);
    assert.equal(tree.size, 1);
    // #endregion RegistryTree
  },

  formatRegistry: async () => {
    // #region formatRegistry
    const text = formatRegistry(new RegistryTree([Field(5), Field(6)]));
    assert.match(text, /zkcx-registry/);
    // #endregion formatRegistry
  },

  loadRegistry: async () => {
    // #region loadRegistry
    const tree = new RegistryTree([Field(5), Field(6)]);
    // throws ERR_REGISTRY_ROOT if the publications do not give the root in the file
    const again = loadRegistry(formatRegistry(tree));
    assert.equal(again.root.toBigInt(), tree.root.toBigInt());
    // #endregion loadRegistry
  },
};

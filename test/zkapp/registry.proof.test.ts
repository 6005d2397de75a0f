/**
 * The registry contract with real proofs: deploy, publish a proven credential, and what a chain that
 * checks proofs refuses. The claim that stands there is the one that presentations look for.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { AccountUpdate, Field, Mina, PrivateKey } from 'o1js';
import { ChainProof } from '../../src/circuits/chain.program.ts';
import { credentialLeaf } from '../../src/circuits/session.ts';
import { guardVerification } from '../../src/prover/guard.ts';
import { RegistryTree } from '../../src/witness/registry-tree.ts';
import { compileRegistry } from '../../src/zkapp/client/compile.ts';
import { ProofRegistry, publishArguments, registryState } from '../../src/zkapp/contract/index.ts';
import { proveAlone } from '../support/alone.ts';
import { PROVEN_AT, PROVEN_TRUST, provenCredential } from '../support/credentials.ts';

const MINUTES = 60_000;
const SLOTS = { first: 0, last: 20 };
const key = PrivateKey.random();
const registry = new ProofRegistry(key.toPublicKey());
const tree = new RegistryTree();
let payer: Mina.TestPublicKey;
let proof: ChainProof;

proveAlone();

beforeAll(async () => {
  await compileRegistry();
  await guardVerification();
  const local = await Mina.LocalBlockchain({ proofsEnabled: true });
  Mina.setActiveInstance(local);
  payer = local.testAccounts[0];
  proof = await ChainProof.fromJSON((await provenCredential('euicc-1')).proof.proof);
  const deployment = {
    trustRoot: PROVEN_TRUST.root,
    admin: payer as Mina.TestPublicKey,
    genesis: Field(PROVEN_AT),
  };
  const transaction = await Mina.transaction({ sender: payer, fee: 1e8 }, async () => {
    AccountUpdate.fundNewAccount(payer);
    await registry.deploy(deployment);
  });
  await transaction.prove();
  await transaction.sign([payer.key, key]).send();
}, 45 * MINUTES);

const state = () => {
  const { appState } = Mina.getAccount(key.toPublicKey()).zkapp!;
  return registryState(appState.map((field) => field.toBigInt()));
};

const publish = (published: ChainProof) =>
  Mina.transaction({ sender: payer, fee: 1e8 }, async () => {
    const claim = published.publicOutput;
    const { path, slots } = publishArguments({ state: state(), tree, claim, slots: SLOTS });
    await registry.publish(published, path, slots);
  });

describe('on a chain that checks proofs', () => {
  let honest: Mina.Transaction<true, false>;

  test(
    'a claim that its proof does not prove is not even proven again',
    async () => {
      const { publicInput, publicOutput, maxProofsVerified, proof: inner } = proof;
      const commitment = publicOutput.commitment.add(1);
      const forged = new ChainProof({
        publicInput,
        publicOutput: { ...publicOutput, commitment },
        maxProofsVerified,
        proof: inner,
      });
      const transaction = await publish(forged);
      await expect(transaction.prove()).rejects.toThrow();
    },
    MINUTES,
  );

  test(
    'a state edited under a good proof is refused',
    async () => {
      honest = await (await publish(proof)).prove();
      const forged = JSON.parse(honest.toJSON()) as {
        accountUpdates: { body: { update: { appState: (string | null)[] } } }[];
      };
      const { appState } = forged.accountUpdates.at(-1)!.body.update;
      expect(appState[0]).not.toBeNull();
      appState[0] = '1';
      // refused for its proof, before anybody looks at signatures
      const sent = Mina.Transaction.fromJSON(JSON.stringify(forged)).send();
      await expect(sent).rejects.toThrow(/Invalid proof/);
      expect(state().nextIndex).toBe(0n);
    },
    3 * MINUTES,
  );

  test('the credential is published with it as it was', async () => {
    await honest.sign([payer.key]).send();
    const { commitment, validFrom, validUntil } = proof.publicOutput;
    tree.append(credentialLeaf(commitment, validFrom, validUntil));
    expect(state()).toMatchObject({ registryRoot: tree.root.toBigInt(), nextIndex: 1n });
  });

  test('a proof of one update is none of another', async () => {
    // the next publication would need a proof of its own
    const next = await publish(proof);
    const bare = JSON.parse(next.toJSON()) as { accountUpdates: { authorization: object }[] };
    const old = JSON.parse(honest.toJSON()) as typeof bare;
    bare.accountUpdates.at(-1)!.authorization = old.accountUpdates.at(-1)!.authorization;
    const sent = Mina.Transaction.fromJSON(JSON.stringify(bare)).send();
    await expect(sent).rejects.toThrow(/Invalid proof/);
  });

  test('the state is not edited by a signature of the account', async () => {
    const edit = await Mina.transaction({ sender: payer, fee: 1e8 }, async () => {
      const update = AccountUpdate.createSigned(key.toPublicKey());
      AccountUpdate.setValue(update.update.appState[0]!, Field(1));
    });
    await expect(edit.sign([payer.key, key]).send()).rejects.toThrow(/permitted|authorization/i);
  });
});

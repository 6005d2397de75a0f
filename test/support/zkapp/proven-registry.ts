/**
 * A registry on a chain in this process that checks proofs, for zkapp/registry.proof.test.ts: transactions are
 * proven where the contract is compiled. The functions go from one state of the chain to the next.
 */
import { AccountUpdate, Field, Mina, PrivateKey } from 'o1js';
import { RefreshProof } from '../../../src/circuits/refresh.program.ts';
import { credentialLeaf } from '../../../src/circuits/session.ts';
import type { JsonProof } from '../../../src/prover/envelope.ts';
import { guardVerification } from '../../../src/prover/guard.ts';
import { initialMap } from '../../../src/witness/initial-map.ts';
import { RegistryTree } from '../../../src/witness/registry-tree.ts';
import { compileRegistry } from '../../../src/zkapp/client/compile.ts';
import {
  fundingUpdate,
  packClock,
  ProofRegistry,
  publishArguments,
  registryState,
} from '../../../src/zkapp/contract/index.ts';
import { PROVEN_AT, PROVEN_TRUST } from '../credentials.ts';

const SLOTS = { first: 0, last: 20 };
const key = PrivateKey.random();
const registry = new ProofRegistry(key.toPublicKey());
const tree = new RegistryTree();
let payer: Mina.TestPublicKey;
let proof: RefreshProof;
let honest: Mina.Transaction<true, false>;

interface Update {
  authorization: object;
  body: { update: { appState: (string | null)[] } };
}
interface Json {
  accountUpdates: Update[];
}
const jsonOf = (transaction: Mina.Transaction<boolean, boolean>) =>
  JSON.parse(transaction.toJSON()) as Json;
const fromJson = (json: Json) => Mina.Transaction.fromJSON(JSON.stringify(json));

/** Deploy a registry; `published` is what the other functions publish. */
export async function deploy(published: JsonProof): Promise<void> {
  await compileRegistry();
  await guardVerification();
  const local = await Mina.LocalBlockchain({ proofsEnabled: true });
  Mina.setActiveInstance(local);
  payer = local.testAccounts[0];
  proof = await RefreshProof.fromJSON(published);
  const birth = {
    trustRoot: PROVEN_TRUST.root,
    admin: payer as Mina.TestPublicKey,
    revocationRoot: initialMap([]).root,
    clock: Field(packClock({ genesis: PROVEN_AT, slotSeconds: 180 })),
  };
  const transaction = await Mina.transaction({ sender: payer, fee: 1e8 }, async () => {
    AccountUpdate.attachToTransaction(fundingUpdate(payer));
    await registry.deploy(birth);
  });
  await transaction.prove();
  await transaction.sign([payer.key, key]).send();
}

const stateOnChain = () => {
  const { appState } = Mina.getAccount(key.toPublicKey()).zkapp!;
  return registryState(appState.map((field) => field.toBigInt()));
};

export function state() {
  const { registryRoot, nextIndex } = stateOnChain();
  return { registryRoot: String(registryRoot), nextIndex: String(nextIndex) };
}

const publish = (published: RefreshProof) =>
  Mina.transaction({ sender: payer, fee: 1e8 }, async () => {
    const claim = published.publicOutput;
    const { path, slots } = publishArguments({
      state: stateOnChain(),
      tree,
      claim,
      slots: SLOTS,
    });
    await registry.publish(published, path, slots);
  });

/** Prove a publication of a claim that its proof does not prove. */
export async function proveOtherClaim(): Promise<void> {
  const { publicInput, publicOutput, maxProofsVerified, proof: inner } = proof;
  const commitment = publicOutput.commitment.add(1);
  const forged = new RefreshProof({
    publicInput,
    publicOutput: { ...publicOutput, commitment },
    maxProofsVerified,
    proof: inner,
  });
  await (await publish(forged)).prove();
}

/** Prove a publication, without sending it. */
export async function provePublication(): Promise<void> {
  honest = await (await publish(proof)).prove();
}

/** Send it with an element of the state changed; refused for its proof, before anybody looks at signatures. */
export async function sendEdited(): Promise<void> {
  const edited = jsonOf(honest);
  const { appState } = edited.accountUpdates.at(-1)!.body.update;
  if (appState[0] === null) throw Error('nothing to edit');
  appState[0] = '1';
  await fromJson(edited).send();
}

/** Send it as it was proven. Returns the state that it must lead to. */
export async function sendPublication() {
  await honest.sign([payer.key]).send();
  const { commitment, validFrom, validUntil } = proof.publicOutput;
  tree.append(credentialLeaf(commitment, validFrom, validUntil));
  return { registryRoot: String(tree.root.toBigInt()), nextIndex: '1' };
}

/** Send the next publication with the proof of the one before. */
export async function sendWithProofOfAnother(): Promise<void> {
  const next = jsonOf(await publish(proof));
  next.accountUpdates.at(-1)!.authorization = jsonOf(honest).accountUpdates.at(-1)!.authorization;
  await fromJson(next).send();
}

/** Set an element of the state by a signature of the registry's account. */
export async function sendSignedEdit(): Promise<void> {
  const edit = await Mina.transaction({ sender: payer, fee: 1e8 }, async () => {
    const update = AccountUpdate.createSigned(key.toPublicKey());
    AccountUpdate.setValue(update.update.appState[0]!, Field(1));
  });
  await edit.sign([payer.key, key]).send();
}

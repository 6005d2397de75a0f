/**
 * Registries that were not born as registries: made for real on the embedded chain, each as whoever deploys it could,
 * with the deployment file that would go with it.
 */
import { AccountUpdate, Field, Mina, Permissions, PrivateKey } from 'o1js';
import { pinnedKey, type VerificationKey } from '../../../../src/prover/keys.ts';
import { RegistryTree } from '../../../../src/witness/registry-tree.ts';
import { birthOf } from '../../../../src/zkapp/client/birth/certificate.ts';
import type { DeploymentFile } from '../../../../src/zkapp/client/deployment.ts';
import { eventFields, Published } from '../../../../src/zkapp/contract/events.ts';
import {
  birthUpdate,
  fundingUpdate,
  registryKey,
  STATE_FIELDS,
} from '../../../../src/zkapp/contract/index.ts';
import type { World } from '../world.ts';

/** A credential that nobody has proven anything of. */
export const INVENTED = Field(4711);

export type Change = (birth: AccountUpdate, funding: AccountUpdate) => void;

export interface Forgery {
  readonly address: string;
  /** What the forger would hand out: all of it as in an honest one, but for the command. */
  readonly deployment: DeploymentFile;
  /** Another command of the account's own key. */
  sign(change: (update: AccountUpdate) => void): Promise<string>;
}

/** An account whose birth is changed in some way, and signed as it is then. */
export async function forge(
  world: World,
  change: Change,
  { key = PrivateKey.random(), more }: { key?: PrivateKey; more?: () => void } = {},
): Promise<Forgery> {
  const { chain, deployment } = world;
  const payer = world.sender.feePayer;
  const birth = birthUpdate(key.toPublicKey(), birthOf(deployment, await chain.clock()));
  const send = async (build: () => void) => {
    await chain.activate();
    const options = { sender: payer.toPublicKey(), fee: 1e8 };
    const built = await Mina.transaction(options, async () => build());
    const signed = built.sign([payer, key]);
    const transaction = await chain.submit(signed);
    // its block is that of the present slot
    const { height } = await chain.tip();
    return { transaction, height, command: signed.toJSON() };
  };
  const born = await send(() => {
    const funding = fundingUpdate(payer.toPublicKey());
    change(birth, funding);
    AccountUpdate.attachToTransaction(funding);
    // unless it is a child of the other one now
    if (birth.body.callDepth === 0) AccountUpdate.attachToTransaction(birth);
    more?.();
  });
  const address = key.toPublicKey().toBase58();
  return {
    address,
    deployment: { ...deployment, ...born, address },
    sign: async (edit) => {
      const { transaction } = await send(() => {
        const update = AccountUpdate.createSigned(key.toPublicKey());
        edit(update);
      });
      return transaction;
    },
  };
}

/** With everything open to the account's key. */
export const open: Change = ({ account }) => account.permissions.set(Permissions.initial());

/** As a registry is. */
export const lock = ({ account }: AccountUpdate) =>
  account.permissions.set({
    ...Permissions.allImpossible(),
    access: Permissions.proof(),
    editState: Permissions.proof(),
  });

/** A key of another circuit. */
export const FOREIGN: VerificationKey = pinnedKey('chain');

export const withKey =
  ({ data, hash }: VerificationKey) =>
  ({ account }: AccountUpdate) =>
    account.verificationKey.set({ data, hash: Field(hash) });

export const genuine = withKey(registryKey());

/** The state and the event of a registry in which the invented credential is published. */
export function publishInvented(update: AccountUpdate): void {
  const tree = new RegistryTree();
  tree.append(INVENTED);
  setState(update, 'registryRoot', tree.root);
  setState(update, 'nextIndex', Field(1));
  const published = eventFields('published', new Published({ index: Field(0), leaf: INVENTED }));
  const { Events } = AccountUpdate;
  update.body.events = Events.pushEvent(update.body.events, published);
}

export function setState(
  update: AccountUpdate,
  name: (typeof STATE_FIELDS)[number],
  value: Field,
): void {
  AccountUpdate.setValue(update.update.appState[STATE_FIELDS.indexOf(name)]!, value);
}

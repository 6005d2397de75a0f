/** A registry of one's own. */
import { AccountUpdate, Field, type PublicKey } from 'o1js';
import { ZkcxError } from '../../errors.ts';
import type { RandomBytes } from '../../random.ts';
import { initialMap } from '../../witness/initial-map.ts';
import {
  ACCOUNT_FEE,
  fundingUpdate,
  packClock,
  registryKey,
  unprovenKey,
} from '../contract/index.ts';
import type { Inclusion } from './chain.ts';
import { newAccountKey } from './keys.ts';
import { sendCall, type Sender } from './send.ts';

export interface Deployment {
  /** Root of a `TrustSet`. */
  readonly trustRoot: bigint;
  /** Who may propose. */
  readonly admin: PublicKey;
  readonly random: RandomBytes;
}

export interface Deployed extends Inclusion {
  readonly address: string;
  /** Hash of its verification key: another one would be another contract. */
  readonly code: bigint;
}

/**
 * Deploy an empty registry. Its account's key signs this one transaction and is forgotten: from then on
 * only proofs count. The codes of `sendCall`.
 */
export async function deployRegistry(
  sender: Sender,
  { trustRoot, admin, random }: Deployment,
): Promise<Deployed> {
  const key = newAccountKey(random);
  const address = key.toPublicKey().toBase58();
  const verificationKey = sender.chain.proofs ? registryKey() : await unprovenKey();
  const clock = await sender.chain.clock();
  const birth = {
    trustRoot: Field(trustRoot),
    revocationRoot: initialMap([]).root,
    admin,
    clock: Field(packClock(clock)),
    verificationKey,
  };
  const inclusion = await sendCall(
    sender,
    address,
    async (registry, payer) => {
      AccountUpdate.attachToTransaction(fundingUpdate(payer));
      await registry.deploy(birth);
    },
    { signers: [key], cost: ACCOUNT_FEE },
  );
  const account = await sender.chain.account(address);
  if (account?.zkapp === undefined) {
    throw new ZkcxError(
      'ERR_REGISTRY_ACCOUNT',
      `the chain does not show the contract at ${address} yet: look again later`,
    );
  }
  return { ...inclusion, address, code: BigInt(verificationKey.hash) };
}

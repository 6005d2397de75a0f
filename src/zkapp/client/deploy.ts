/** A registry of one's own. */
import { AccountUpdate, type PrivateKey, PublicKey } from 'o1js';
import { callback, checked, instanceOf } from '../../arguments.ts';
import type { RandomBytes } from '../../random.ts';
import { ACCOUNT_FEE, fundingUpdate, type RegistryBirth } from '../contract/index.ts';
import { birthOf } from './birth/certificate.ts';
import * as argument from './arguments.ts';
import type { Chain } from './chain.ts';
import { deployment as deploymentForm, type DeploymentFile } from './deployment.ts';
import { newAccountKey } from './keys.ts';
import { sendCommand, type Sender } from './send.ts';

/** Addresses that are tried: whoever sees one in the pool can create its account first. */
const ATTEMPTS = 3;

export interface Deployment extends Pick<DeploymentFile, 'trust' | 'sources'> {
  /** Who may propose. */
  readonly admin: PublicKey;
  readonly random: RandomBytes;
}

const form = deploymentForm
  .pick({ trust: true, sources: true })
  .extend({ admin: instanceOf(PublicKey), random: callback });

/**
 * Deploy a registry in which nothing is published yet. Its account's key signs this one transaction and is
 * forgotten: from then on only proofs count. Nothing is proven, so nothing is compiled. Returns what belongs into
 * the deployment file. Throws ERR_ARGUMENT and the codes of `sendCall`.
 */
export async function deployRegistry(
  sender: Sender,
  deployment: Deployment,
): Promise<DeploymentFile> {
  checked(sender, argument.sender, 'deployRegistry, sender');
  checked(deployment, form, 'deployRegistry');
  for (let attempt = 1; ; attempt++) {
    const key = newAccountKey(deployment.random);
    try {
      return await deployAt(key, sender, deployment);
    } catch (error) {
      const address = key.toPublicKey().toBase58();
      if (attempt === ATTEMPTS || !(await isTaken(sender.chain, address))) throw error;
    }
  }
}

async function deployAt(key: PrivateKey, sender: Sender, deployment: Deployment) {
  const { trust, sources } = deployment;
  const began = { trust, sources, admin: deployment.admin.toBase58() };
  const birth = birthOf(began, await sender.chain.clock());
  const { inclusion, sent } = await sendCommand(
    sender,
    key.toPublicKey().toBase58(),
    async (registry, payer) => {
      AccountUpdate.attachToTransaction(fundingUpdate(payer));
      await registry.deploy(birth);
    },
    { signers: [key], cost: ACCOUNT_FEE, proves: false, purpose: purposeOf(birth) },
  );
  // one that was on its way already, for the same beginning, has another address
  const { command } = sent!.attempts.find(({ hash }) => hash === inclusion.transaction)!;
  return { address: addressOf(command), ...inclusion, ...began, command: JSON.stringify(command) };
}

/** The same beginning: who is stopped and deploys again has one registry, not two. */
function purposeOf({ trustRoot, revocationRoot, admin }: RegistryBirth): string {
  return `deploy ${trustRoot.toString()} ${revocationRoot.toString()} ${admin.toBase58()}`;
}

function addressOf(command: object): string {
  const { accountUpdates } = command as {
    accountUpdates: { body: { publicKey: string } }[];
  };
  return accountUpdates[1]!.body.publicKey;
}

/** Only its key can have made a contract of it. */
async function isTaken(chain: Chain, address: string): Promise<boolean> {
  const account = await chain.account(address);
  return account !== undefined && account.zkapp === undefined;
}

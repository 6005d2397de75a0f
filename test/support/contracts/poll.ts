/**
 * A poll on a chain in this process, and a device of fixtures/ that votes in it. What a device shows is computed as by its
 * holder; whether there is a proof of it is up to the test.
 */
import { AccountUpdate, Bool, Field, Mina, PrivateKey, type PublicKey } from 'o1js';
import { DevicePoll, type voteOf, Voters } from '../../../examples/device-poll.ts';
import { signAsEuicc } from '../../../examples/test-pki.ts';
import { planAct, type SlotRange } from '../../../src/contracts/index.ts';
import { type Credential, publishedOpening } from '../../../src/prover/credential.ts';
import type { ProofEnvelope } from '../../../src/prover/envelope.ts';
import type { Prepared } from '../../../src/session/prepared.ts';
import type { PresentationPlan } from '../../../src/witness/presentation.ts';
import { slotRange } from '../../../src/zkapp/contract/state.ts';
import { blindBytes, PROVEN_AT, PROVEN_TRUST } from '../credentials.ts';
import { MAP, presentationOf } from '../linking/plans.ts';

/** The network's: a slot begins at the time of the presentation. */
export const CLOCK = { genesis: PROVEN_AT - 1_800n, slotSeconds: 180 };
export const SLOTS: SlotRange = slotRange({ first: 20, last: 30 });

export interface Account {
  readonly key: PrivateKey;
  readonly address: PublicKey;
}

/** A plan of a presentation as a holder has it, once it is proven. */
export function preparedOf(plan: PresentationPlan, presentation: ProofEnvelope): Prepared {
  const terms = {
    mode: 'presentation',
    trustRoot: PROVEN_TRUST.root.toBigInt(),
    revocationRoot: MAP.root.toBigInt(),
    time: PROVEN_AT,
    role: 'euicc-v2',
  } as const;
  return { presentation, openings: plan.openings, terms };
}

/** A presentation of the published credential; another number, other blinds. */
export function planOf(credential: Credential, number = 1): PresentationPlan {
  let next = 0;
  const random = (length: number) => blindBytes(`poll ${number} ${next++}`)(length);
  return presentationOf({ opening: publishedOpening(credential)! }, random);
}

/** What the test key of the device signs. */
export const agreeTo = (prepared: Prepared, act: ReturnType<typeof voteOf>) =>
  planAct({ prepared, act, sign: signAsEuicc });

export interface PollWorld {
  readonly poll: DevicePoll;
  readonly voter: Account;
  readonly stranger: Account;
  readonly admin: Account;
  at(slot: number): void;
  deploy(): Promise<DevicePoll>;
  /** Build, prove and send, signed by the payer. */
  send(payer: Account, call: () => Promise<void>): Promise<void>;
}

export async function createPoll(proofsEnabled: boolean): Promise<PollWorld> {
  const local = await Mina.LocalBlockchain({ proofsEnabled });
  Mina.setActiveInstance(local);
  local.setGlobalSlot(25);
  const [voter, stranger, admin] = local.testAccounts.map((account) => ({
    key: account.key,
    address: account as PublicKey,
  })) as [Account, Account, Account];

  const send: PollWorld['send'] = async (payer, call) => {
    const transaction = await Mina.transaction({ sender: payer.address, fee: 1e8 }, call);
    await transaction.prove();
    await transaction.sign([payer.key]).send();
  };

  async function deploy(): Promise<DevicePoll> {
    const key = PrivateKey.random();
    const made = new DevicePoll(key.toPublicKey());
    const transaction = await Mina.transaction({ sender: admin.address, fee: 1e8 }, async () => {
      AccountUpdate.fundNewAccount(admin.address);
      await made.deploy({
        trustRoot: PROVEN_TRUST.root,
        revocationRoot: MAP.root,
        clock: CLOCK,
        admin: admin.address,
      });
    });
    await transaction.prove();
    await transaction.sign([admin.key, key]).send();
    return made;
  }

  return {
    poll: await deploy(),
    voter,
    stranger,
    admin,
    at: (slot) => local.setGlobalSlot(slot),
    deploy,
    send,
  };
}

/** The votes of a poll as its state has them. */
export const countOf = (poll: DevicePoll) => ({
  yes: poll.yes.get().toBigInt(),
  no: poll.no.get().toBigInt(),
});

export const YES = Bool(true);

/** The map behind `voters` once these voted. */
export function votersOf(...pseudonyms: readonly Field[]): Voters {
  const voters = new Voters();
  for (const pseudonym of pseudonyms) voters.insert(pseudonym, Field(1));
  return voters;
}

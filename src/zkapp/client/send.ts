/** A call of the contract as a transaction: built, proven, signed, handed in, waited for. */
import { Mina, type PrivateKey, PublicKey, UInt64 } from 'o1js';
import { ZkcxError } from '../../errors.ts';
import { ProofRegistry, type Slots } from '../contract/index.ts';
import type { Chain, Inclusion } from './chain.ts';
import { compileRegistry, type CompileOptions } from './compile.ts';

/** Nanomina; the accepted minimum of the network was a tenth of this when it was last looked up. */
export const DEFAULT_FEE = 100_000_000n;
/** A transaction counts in an hour from now, or not at all. */
const SLOTS = 20;

/** What is under way; nothing in it is secret. */
export type SendStep = 'building' | 'proving' | 'sending' | 'waiting';

export interface Sender extends CompileOptions {
  readonly chain: Chain;
  /** Pays, and is seen to. */
  readonly feePayer: PrivateKey;
  /** Nanomina; default DEFAULT_FEE. */
  readonly fee?: bigint;
  readonly onStep?: (step: SendStep) => void;
  readonly signal?: AbortSignal;
}

/** Slots in which a transaction that is made now can be included. */
export async function slotsFromNow(chain: Chain): Promise<Slots> {
  const first = await chain.slot();
  return { first, last: first + SLOTS - 1 };
}

/**
 * Send a call.
 *
 * @param signers keys of further accounts that sign
 * @param cost nanomina beside the fee
 * @throws ERR_ACCOUNT_FUNDS (an account is missing or has too little), ERR_REGISTRY_REFUSED (by the
 *   contract or the chain), ERR_REGISTRY_PENDING, ERR_PROVER_KEY, the chain's ERR_NODE_* codes
 */
export async function sendCall(
  sender: Sender,
  address: string,
  call: (registry: ProofRegistry, payer: PublicKey) => Promise<void>,
  { signers = [], cost = 0n }: { signers?: readonly PrivateKey[]; cost?: bigint } = {},
): Promise<Inclusion> {
  const { chain, feePayer, fee = DEFAULT_FEE, onStep, signal } = sender;
  const payer = feePayer.toPublicKey();
  await assertFunds(chain, payer, fee + cost);
  if (chain.proofs) await compileRegistry(sender);
  onStep?.('building');
  const others = signers.map((key) => key.toPublicKey().toBase58());
  await chain.activate([payer.toBase58(), address, ...others]);
  const transaction = await built(async () => {
    const registry = new ProofRegistry(PublicKey.fromBase58(address));
    return Mina.transaction({ sender: payer, fee: UInt64.from(fee) }, () => call(registry, payer));
  });
  onStep?.('proving');
  await built(() => transaction.prove());
  onStep?.('sending');
  const hash = await chain.submit(
    transaction.sign([feePayer, ...signers]) as unknown as Mina.Transaction<true, true>,
  );
  onStep?.('waiting');
  return chain.wait(hash, { signal });
}

/** Throws ERR_ACCOUNT_FUNDS. */
export async function assertFunds(chain: Chain, owner: PublicKey, needed: bigint): Promise<void> {
  const account = await chain.account(owner.toBase58());
  if (account !== undefined && account.balance >= needed) return;
  throw new ZkcxError(
    'ERR_ACCOUNT_FUNDS',
    `account ${owner.toBase58()} ${account === undefined ? 'is not on this chain' : 'has too little'}: ` +
      `${needed} nanomina are needed`,
  );
}

/** The contract speaks in its own words; they name public values at most. */
async function built<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof ZkcxError) throw cause;
    const [reason] = String(cause instanceof Error ? cause.message : cause).split('\n');
    throw new ZkcxError(
      'ERR_REGISTRY_REFUSED',
      `the contract refuses the transaction: ${reason?.slice(0, 300)}`,
      { cause },
    );
  }
}

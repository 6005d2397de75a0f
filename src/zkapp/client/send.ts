/** A call of the contract as a transaction: built, proven, signed, handed in, waited for. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Mina, type PrivateKey, PublicKey, UInt32, UInt64 } from 'o1js';
import { ZkcxError } from '../../errors.ts';
import type { Clock } from '../../time.ts';
import { ProofRegistry, type Slots } from '../contract/index.ts';
import type { Chain, ChainAccount, Inclusion } from './chain.ts';
import { compileRegistry, type CompileOptions } from './compile.ts';
import { type AccountJournal, type Attempt, openJournal, type Sent } from './sending/journal.ts';
import { type CommandReport, type Outcome, settle } from './sending/settle.ts';

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
  /** Folder that remembers what was sent and is not settled; one for each chain. */
  readonly journal: string;
  /** Nanomina; default DEFAULT_FEE. A higher one replaces a command for the same purpose that is stuck. */
  readonly fee?: bigint;
  readonly onStep?: (step: SendStep) => void;
  /** Where the command is, whenever that was looked for. */
  readonly onState?: (report: CommandReport) => void;
  /** Milliseconds between two looks; default 20,000. */
  readonly interval?: number;
  /** Unix seconds; default the system's. */
  readonly now?: Clock;
  readonly signal?: AbortSignal;
}

/** Slots in which a transaction that is made now can be included. */
export async function slotsFromNow(chain: Chain): Promise<Slots> {
  const first = await chain.slot();
  return { first, last: first + SLOTS - 1 };
}

export type ContractCall = (registry: ProofRegistry, payer: PublicKey) => Promise<void>;

export interface CallOptions {
  /** Keys of further accounts that sign. */
  readonly signers?: readonly PrivateKey[];
  /** Nanomina beside the fee. */
  readonly cost?: bigint;
  /** Whether anything in it is proven; default true. */
  readonly proves?: boolean;
  /** Runs before the call is built, and not at all where nothing is left to be sent. */
  readonly prepare?: () => Promise<void>;
  /** Names what the call brings about; the same call that was sent before is found again by it. */
  readonly purpose?: string;
  /** Whether it is brought about, by whichever command: anybody can put a proof into one of his own. */
  readonly effect?: () => Promise<Inclusion | undefined>;
}

/**
 * Send a call, and wait until its end is certain: what is returned is in a block that `chain.finality` blocks stand
 * on. A command that was sent before and is not settled comes first; for the same purpose it is the answer.
 *
 * @throws ERR_ACCOUNT_FUNDS (an account is missing or has too little), ERR_REGISTRY_REFUSED (by the contract or the
 *   chain), ERR_COMMAND_PENDING, ERR_COMMAND_FAILED, ERR_COMMAND_EXPIRED, ERR_COMMAND_REPLACED, ERR_COMMAND_EARLIER
 *   (another call was waiting and took effect), ERR_COMMAND_JOURNAL, ERR_REGISTRY_LOCKED, ERR_PROVER_KEY, the
 *   chain's ERR_NODE_* codes. Once it is sent, `reason` is the command's hash.
 */
export async function sendCall(
  sender: Sender,
  address: string,
  call: ContractCall,
  options: CallOptions = {},
): Promise<Inclusion> {
  return (await sendCommand(sender, address, call, options)).inclusion;
}

export interface SentCall {
  readonly inclusion: Inclusion;
  /** Undefined where somebody else's command brought the effect about. */
  readonly sent?: Sent;
}

/** `sendCall`, with what was sent. */
export async function sendCommand(
  sender: Sender,
  address: string,
  call: ContractCall,
  options: CallOptions,
): Promise<SentCall> {
  const journal = await openJournal(sender.journal, sender.feePayer.toPublicKey().toBase58());
  try {
    const earlier = await settleEarlier(sender, journal, options);
    if (earlier !== undefined && 'inclusion' in earlier) return earlier;
    const done = await finalEffect(sender, options.effect);
    if (done !== undefined) return { inclusion: done };
    await options.prepare?.();
    const sent = await buildSent(sender, address, call, { ...options, stuck: earlier?.stuck });
    // from here on it may be sent, whatever happens to this process
    await journal.write(sent);
    sender.onStep?.('sending');
    await handIn(sender, sent, () =>
      earlier === undefined ? journal.clear() : journal.write(earlier.stuck),
    );
    sender.onStep?.('waiting');
    const outcome = await settle(sent, settleOptions(sender));
    await journal.clear();
    const effect = () => finalEffect(sender, options.effect);
    return { inclusion: await inclusionOf(outcome, effect), sent };
  } finally {
    await journal.close();
  }
}

/**
 * What was sent before comes to its end first. Undefined when nothing is left of it; `stuck` when a command for the
 * same purpose is on its way still and the fee is higher now.
 */
async function settleEarlier(
  sender: Sender,
  journal: AccountJournal,
  { purpose, effect }: CallOptions,
): Promise<SentCall | { readonly stuck: Sent } | undefined> {
  const { chain, fee = DEFAULT_FEE } = sender;
  const sent = await journal.read();
  if (sent === undefined) return undefined;
  if (sent.chain !== (await chain.identity())) {
    throw new ZkcxError(
      'ERR_COMMAND_JOURNAL',
      `the journal ${sender.journal} is of another chain: give another folder`,
    );
  }
  const isSame = purpose !== undefined && sent.purpose === purpose;
  if (isSame && fee > BigInt(sent.attempts.at(-1)!.fee) && !(await isIncluded(sender, sent))) {
    return { stuck: sent };
  }
  sender.onStep?.('waiting');
  const outcome = await settle(sent, settleOptions(sender));
  await journal.clear();
  if (outcome.state === 'applied') {
    if (isSame) return { inclusion: outcome.inclusion, sent };
    const { transaction } = outcome.inclusion;
    throw new ZkcxError(
      'ERR_COMMAND_EARLIER',
      `transaction ${transaction}, which this account sent before, took effect just now; this call was not sent: ` +
        'sync, and see whether it is still wanted',
      { reason: transaction },
    );
  }
  if (!isSame || outcome.state !== 'failed') return undefined;
  return { inclusion: await inclusionOf(outcome, () => finalEffect(sender, effect)), sent };
}

/** What is brought about already, once that is final. */
async function finalEffect(
  { chain, interval = 20_000, signal }: Sender,
  effect: CallOptions['effect'],
): Promise<Inclusion | undefined> {
  for (;;) {
    const done = await effect?.();
    if (done === undefined) return undefined;
    const { height } = await chain.tip();
    if (height - done.height >= chain.finality) return done;
    await sleep(interval, undefined, { signal });
  }
}

async function isIncluded({ chain, feePayer }: Sender, { attempts }: Sent): Promise<boolean> {
  const payer = feePayer.toPublicKey().toBase58();
  const statuses = attempts.map(({ hash }) =>
    chain.command({ transaction: hash, feePayer: payer }),
  );
  return (await Promise.all(statuses)).some(({ state }) => state === 'included');
}

/** Build, prove and sign; nothing is sent. */
async function buildSent(
  sender: Sender,
  address: string,
  call: ContractCall,
  {
    signers = [],
    cost = 0n,
    proves = true,
    purpose = '',
    stuck,
  }: CallOptions & { readonly stuck?: Sent },
): Promise<Sent> {
  const { chain, feePayer, fee = DEFAULT_FEE, onStep } = sender;
  const payer = feePayer.toPublicKey();
  const { inferredNonce } = await assertFunds(chain, payer, fee + cost);
  if (chain.proofs && proves) await compileRegistry(sender);
  onStep?.('building');
  const others = signers.map((key) => key.toPublicKey().toBase58());
  await chain.activate([payer.toBase58(), address, ...others]);
  const nonce = stuck?.nonce ?? inferredNonce;
  const transaction = await built(async () => {
    const registry = new ProofRegistry(PublicKey.fromBase58(address));
    const payment = { sender: payer, fee: UInt64.from(fee), nonce };
    return Mina.transaction(payment, () => call(registry, payer));
  });
  const validUntil = lastSlotOf(transaction) ?? (await slotsFromNow(chain)).last;
  transaction.transaction.feePayer.body.validUntil = UInt32.from(validUntil);
  onStep?.('proving');
  await built(() => transaction.prove());
  const json = transaction.sign([feePayer, ...signers]).toJSON();
  const attempt: Attempt = {
    hash: await Mina.Transaction.hash(json),
    fee: fee.toString(),
    validUntil,
    command: JSON.parse(json) as Attempt['command'],
  };
  return {
    chain: await chain.identity(),
    purpose,
    nonce,
    attempts: [...(stuck?.attempts ?? []), attempt],
  };
}

/** The last slot that a proof in it allows: in a later block it would fail, and its fee be paid. */
function lastSlotOf({ transaction }: Mina.Transaction<false, false>): number | undefined {
  const ends = transaction.accountUpdates
    .map(({ body }) => body.preconditions.validWhile)
    .filter(({ isSome }) => isSome.toBoolean())
    .map(({ value }) => Number(value.upper.toBigint()));
  return ends.length === 0 ? undefined : Math.min(...ends);
}

/** @param undo when nobody took it */
async function handIn({ chain, feePayer }: Sender, sent: Sent, undo: () => Promise<void>) {
  const { hash, command } = sent.attempts.at(-1)!;
  try {
    const transaction = Mina.Transaction.fromJSON(command as never);
    await chain.submit(transaction as unknown as Mina.Transaction<true, true>);
  } catch (error) {
    if (!(error instanceof ZkcxError)) throw error;
    // only a refusal by all is an answer; else somebody may have it, and waiting tells
    if (!/^ERR_(NODE|REGISTRY)_REFUSED$/.test(error.code)) return;
    const query = { transaction: hash, feePayer: feePayer.toPublicKey().toBase58() };
    const status = await chain.command(query).catch(() => undefined);
    if (status?.state !== 'unknown') return;
    await undo();
    await naming(hash, () => Promise.reject(error));
  }
}

const settleOptions = ({ chain, feePayer, interval, now, signal, onState }: Sender) => ({
  chain,
  feePayer: feePayer.toPublicKey().toBase58(),
  interval,
  now,
  signal,
  onState,
});

async function inclusionOf(
  outcome: Outcome,
  effect: () => Promise<Inclusion | undefined>,
): Promise<Inclusion> {
  if (outcome.state === 'applied') return outcome.inclusion;
  const done = await naming(outcome.transaction, effect);
  if (done !== undefined) return done;
  throw ended(outcome);
}

/** What fails after a command was sent says which one that was. */
export async function naming<T>(hash: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof ZkcxError)) throw cause;
    throw new ZkcxError(cause.code, `${cause.message} (transaction ${hash})`, {
      cause,
      reason: hash,
    });
  }
}

const ended = ({ state, transaction, why }: Exclude<Outcome, { state: 'applied' }>) =>
  new ZkcxError(ENDED[state], `transaction ${transaction} ${why}: sync and try again`, {
    reason: transaction,
  });

const ENDED = {
  failed: 'ERR_COMMAND_FAILED',
  expired: 'ERR_COMMAND_EXPIRED',
  replaced: 'ERR_COMMAND_REPLACED',
} as const;

/** Throws ERR_ACCOUNT_FUNDS. */
export async function assertFunds(
  chain: Chain,
  owner: PublicKey,
  needed: bigint,
): Promise<ChainAccount> {
  const account = await chain.account(owner.toBase58());
  if (account !== undefined && account.balance >= needed) return account;
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

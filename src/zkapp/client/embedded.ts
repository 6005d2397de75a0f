/**
 * A chain of one's own, for trying and for demonstrations: o1js's LocalBlockchain, which applies
 * transactions as Mina's ledger does and checks their proofs, but has no consensus and no other members.
 * It lives in memory; a folder keeps every transaction that it accepted, and opening the folder
 * applies them again, proofs and all.
 */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Mina, type PrivateKey, PublicKey, TokenId, UInt32, UInt64 } from 'o1js';
import { z } from 'zod';
import { ZkcxError } from '../../errors.ts';
import { SLOT_SECONDS } from '../../params.ts';
import { selectBackend } from '../../prover/backend.ts';
import { guardVerification } from '../../prover/guard.ts';
import { describeIssue } from '../../arguments.ts';
import { makeFolder, readFileLimited, writeFileAtomic } from '../../files.ts';
import type { RandomBytes } from '../../random.ts';
import type { Clock } from '../../time.ts';
import type { Chain, ChainAccount, ChainEvent, Inclusion } from './chain.ts';
import { lockFolder } from './folder-lock.ts';
import { accountKeyFrom } from './keys.ts';

const MAX_FILE_BYTES = 8_000_000;
/** Accounts with funds, made for the folder. */
const ACCOUNTS = 4;
/** Nanomina of each. */
const FUNDS = 1_000_000_000_000n;

const chainSchema = z.strictObject({
  format: z.literal('zkcx-chain'),
  version: z.literal(1),
  /** Unix seconds of slot 0. */
  genesis: z.int().min(0),
  /** What the accounts' keys are made of. */
  seed: z.string().regex(/^[0-9a-f]{64}$/),
  proofs: z.boolean(),
});

const entrySchema = z.strictObject({
  slot: z.int().min(0),
  hash: z.string(),
  command: z.looseObject({
    accountUpdates: z.array(
      z.looseObject({
        body: z.looseObject({
          publicKey: z.string(),
          tokenId: z.string(),
          events: z.array(z.array(z.string())),
        }),
      }),
    ),
  }),
});

type Entry = z.infer<typeof entrySchema>;

export interface EmbeddedOptions {
  /** Made where there is none; mode 0700, for it holds the accounts' keys. */
  readonly folder: string;
  readonly random: RandomBytes;
  /** Unix seconds. */
  readonly now: Clock;
  /** Of a new chain: whether it checks proofs; default true. Without, anybody may claim anything. */
  readonly proofs?: boolean;
  /** Of a new chain: Unix seconds of slot 0; default now. */
  readonly genesis?: bigint;
}

export class EmbeddedChain implements Chain {
  readonly network = 'devnet';
  readonly proofs: boolean;
  /** Keys of accounts with funds: who pays, the registry's admin, the relay, one more. */
  readonly accounts: readonly PrivateKey[];
  private readonly folder: string;
  private readonly slotZero: number;
  private readonly now: Clock;
  private readonly local: Mina.LocalBlockchain;
  private readonly unlock: () => Promise<void>;
  private readonly entries: Entry[] = [];
  private wanted = 0;

  private constructor(
    { folder, now }: EmbeddedOptions,
    { genesis, proofs, seed }: z.infer<typeof chainSchema>,
    local: Mina.LocalBlockchain,
    unlock: () => Promise<void>,
  ) {
    this.folder = folder;
    this.now = now;
    this.slotZero = genesis;
    this.proofs = proofs;
    this.unlock = unlock;
    const genesisTimestamp = UInt64.from(1000 * genesis);
    this.local = {
      ...local,
      getNetworkConstants: () => ({ ...local.getNetworkConstants(), genesisTimestamp }),
    };
    this.accounts = Array.from({ length: ACCOUNTS }, (_, i) => keyOf(seed, i));
    for (const key of this.accounts) {
      this.local.addAccount(key.toPublicKey(), String(FUNDS));
    }
  }

  /**
   * Open the chain of a folder, or begin one. Throws ERR_REGISTRY_LOCKED (another process has it open),
   * ERR_REGISTRY_CHAIN (a file of it is damaged, missing, or does not apply), ERR_CREDENTIAL_PERMISSIONS,
   * ERR_FILE_WRITE.
   */
  static async open(options: EmbeddedOptions): Promise<EmbeddedChain> {
    const { folder } = options;
    await makeFolder(join(folder, 'journal'));
    const unlock = await lockFolder(folder);
    try {
      const file = await openFile(options);
      selectBackend();
      const local = await Mina.LocalBlockchain({ proofsEnabled: file.proofs });
      const chain = new EmbeddedChain(options, file, local, unlock);
      await chain.replay();
      return chain;
    } catch (error) {
      await unlock();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.unlock();
  }

  /** The clock's slot, or a later one that was set or used before. */
  async slot(): Promise<number> {
    return this.currentSlot();
  }

  async genesis(): Promise<bigint> {
    return BigInt(this.slotZero);
  }

  /** Go ahead in time. Throws ERR_REGISTRY_SLOT for a slot that is over. */
  setSlot(slot: number): void {
    if (slot < this.currentSlot()) {
      throw new ZkcxError(
        'ERR_REGISTRY_SLOT',
        `the chain is at slot ${this.currentSlot()}: name a later one`,
      );
    }
    this.wanted = slot;
  }

  async account(address: string): Promise<ChainAccount | undefined> {
    const publicKey = PublicKey.fromBase58(address);
    if (!this.local.hasAccount(publicKey)) return undefined;
    const { nonce, balance, zkapp } = this.local.getAccount(publicKey);
    return {
      nonce: Number(nonce.toBigint()),
      balance: balance.toBigInt(),
      zkapp:
        zkapp?.verificationKey === undefined
          ? undefined
          : {
              state: zkapp.appState.map((field) => field.toBigInt()),
              verificationKey: {
                data: zkapp.verificationKey.data,
                hash: zkapp.verificationKey.hash.toBigInt(),
              },
              provedState: zkapp.provedState.toBoolean(),
            },
    };
  }

  async events(address: string): Promise<ChainEvent[]> {
    const token = TokenId.toBase58(TokenId.default);
    return this.entries.flatMap(({ hash, command }, i) =>
      command.accountUpdates
        .filter(({ body }) => body.publicKey === address && body.tokenId === token)
        .flatMap(({ body }) => body.events)
        .map((fields) => ({ fields: fields.map(BigInt), height: i + 1, transaction: hash })),
    );
  }

  async activate(): Promise<void> {
    this.local.setGlobalSlot(this.currentSlot());
    this.local.setBlockchainLength(UInt32.from(this.entries.length + 1));
    Mina.setActiveInstance(this.local);
  }

  /** Throws ERR_REGISTRY_REFUSED. What is returned is in the folder. */
  async submit(transaction: Mina.Transaction<boolean, boolean>): Promise<string> {
    await this.activate();
    const slot = this.currentSlot();
    const hash = await this.apply(transaction);
    const command = JSON.parse(transaction.toJSON()) as Entry['command'];
    const entry = { slot, hash, command };
    await writeFileAtomic(this.file(this.entries.length + 1), JSON.stringify(entry), 0o600);
    this.entries.push(entry);
    return hash;
  }

  /** A transaction is in its block as soon as it is accepted. Throws ERR_REGISTRY_PENDING. */
  async wait(transaction: string): Promise<Inclusion> {
    const index = this.entries.findIndex(({ hash }) => hash === transaction);
    if (index >= 0) return { transaction, height: index + 1 };
    throw new ZkcxError('ERR_REGISTRY_PENDING', `transaction ${transaction} is not in this chain`);
  }

  private currentSlot(): number {
    const clock = Math.max(0, Math.floor((Number(this.now()) - this.slotZero) / SLOT_SECONDS));
    return Math.max(clock, this.wanted, this.entries.at(-1)?.slot ?? 0);
  }

  private async apply(transaction: Mina.Transaction<boolean, boolean>): Promise<string> {
    // o1js's local chain verifies the proofs itself
    if (this.proofs) await guardVerification();
    let reason: unknown;
    try {
      const { status, hash, errors } = await this.local.sendTransaction(transaction);
      if (status === 'pending') return hash;
      reason = errors.join('; ');
    } catch (error) {
      reason = error instanceof Error ? error.message : error;
    }
    throw new ZkcxError('ERR_REGISTRY_REFUSED', `the chain refuses it: ${firstLine(reason)}`);
  }

  /** Apply all that was accepted before, each transaction in its slot. */
  private async replay(): Promise<void> {
    const names = (await readdir(join(this.folder, 'journal'))).filter((name) =>
      name.endsWith('.json'),
    );
    for (let number = 1; number <= names.length; number++) {
      const entry = await readJson(this.file(number), entrySchema);
      this.local.setGlobalSlot(entry.slot);
      this.local.setBlockchainLength(UInt32.from(number));
      Mina.setActiveInstance(this.local);
      let hash: string;
      try {
        hash = await this.apply(Mina.Transaction.fromJSON(entry.command as never));
      } catch (cause) {
        throw damaged(`transaction ${number} does not apply`, cause);
      }
      if (hash !== entry.hash) throw damaged(`transaction ${number} is another one`);
      this.entries.push(entry);
    }
  }

  private file(number: number): string {
    return join(this.folder, 'journal', `${String(number).padStart(6, '0')}.json`);
  }
}

async function openFile({ folder, random, now, proofs = true, genesis }: EmbeddedOptions) {
  const path = join(folder, 'chain.json');
  if ((await readdir(folder)).includes('chain.json')) return readJson(path, chainSchema);
  const file: z.infer<typeof chainSchema> = {
    format: 'zkcx-chain',
    version: 1,
    genesis: Number(genesis ?? now()),
    seed: Buffer.from(random(32)).toString('hex'),
    proofs,
  };
  await writeFileAtomic(path, `${JSON.stringify(file, null, 2)}\n`, 0o600);
  return file;
}

/** Deterministic: the accounts of a folder are the same whenever it is opened. */
function keyOf(seed: string, index: number): PrivateKey {
  return accountKeyFrom(createHash('sha256').update(`zkcx account ${index} ${seed}`).digest());
}

async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  let json: unknown;
  try {
    const bytes = await readFileLimited(path, MAX_FILE_BYTES, { ownerOnly: true });
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    if (cause instanceof ZkcxError && cause.code === 'ERR_CREDENTIAL_PERMISSIONS') throw cause;
    throw damaged(`${path} cannot be read`, cause);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw damaged(`${path} has another form: ${describeIssue(parsed.error)}`);
}

const damaged = (how: string, cause?: unknown) =>
  new ZkcxError('ERR_REGISTRY_CHAIN', `the embedded chain cannot be opened: ${how}`, { cause });

/** o1js tells what is wrong first, and where in its own code after that. */
function firstLine(reason: unknown): string {
  return String(reason).split('\n')[0]!.slice(0, 300);
}

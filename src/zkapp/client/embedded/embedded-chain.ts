/**
 * A chain of one's own, for trying and for demonstrations: o1js's LocalBlockchain, which applies
 * transactions as Mina's ledger does and checks their proofs, but has no consensus and no other members.
 * Every slot has its block, most of them empty, so heights go on with time. It lives in memory; a folder
 * keeps every transaction that it accepted, and opening the folder applies them again, proofs and all.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Mina, type PrivateKey, PublicKey, TokenId, Types, UInt32, UInt64 } from 'o1js';
import { checked } from '../../../arguments.ts';
import { z } from 'zod';
import { ZkcxError } from '../../../errors.ts';
import { selectBackend } from '../../../prover/backend.ts';
import { guardVerification } from '../../../prover/guard.ts';
import { makeFolder } from '../../../files.ts';
import type { Clock } from '../../../time.ts';
import * as argument from '../arguments.ts';
import {
  type BlockRange,
  type Chain,
  type ChainAccount,
  type ChainBlock,
  type ChainClock,
  type ChainEvent,
  type CommandQuery,
  type CommandStatus,
  type EventHeights,
  MAX_RANGE,
} from '../chain.ts';
import { lockFolder } from '../folder-lock.ts';
import {
  type ChainFile,
  damaged,
  type Entry,
  keyOf,
  type NewChain,
  openChainFile,
  readEntries,
  writeEntry,
} from './chain-files.ts';

/** Accounts with funds, made for the folder. */
const ACCOUNTS = 4;
/** Nanomina of each. */
const FUNDS = 1_000_000_000_000n;

export interface EmbeddedOptions extends NewChain {
  /** Made where there is none; mode 0700, for it holds the accounts' keys. */
  readonly folder: string;
}

export class EmbeddedChain implements Chain {
  readonly network = 'devnet';
  readonly proofs: boolean;
  readonly finality: number;
  readonly canonical: number;
  /** Keys of accounts with funds: who pays, the registry's admin, the relay, one more. */
  readonly accounts: readonly PrivateKey[];
  private readonly folder: string;
  private readonly file: ChainFile;
  private readonly now: Clock;
  private readonly local: Mina.LocalBlockchain;
  private readonly unlock: () => Promise<void>;
  private readonly entries: Entry[] = [];
  private wanted = 0;

  private constructor(
    { folder, now }: EmbeddedOptions,
    file: ChainFile,
    local: Mina.LocalBlockchain,
    unlock: () => Promise<void>,
  ) {
    this.folder = folder;
    this.now = now;
    this.file = file;
    this.proofs = file.proofs;
    this.finality = file.finality;
    this.canonical = file.canonical;
    this.unlock = unlock;
    const genesisTimestamp = UInt64.from(1000 * file.genesis);
    const slotTime = UInt64.from(1000 * file.slotSeconds);
    this.local = {
      ...local,
      getNetworkConstants: () => ({ ...local.getNetworkConstants(), genesisTimestamp, slotTime }),
    };
    this.accounts = Array.from({ length: ACCOUNTS }, (_, i) => keyOf(file, i));
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
    checked(options, argument.embeddedOptions, 'EmbeddedChain.open');
    const { folder } = options;
    await makeFolder(join(folder, 'journal'));
    const unlock = await lockFolder(folder);
    try {
      const file = await openChainFile(folder, options);
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

  async identity(): Promise<string> {
    return sha256(`zkcx chain ${JSON.stringify(this.file)}`);
  }

  async clock(): Promise<ChainClock> {
    return { genesis: BigInt(this.file.genesis), slotSeconds: this.file.slotSeconds };
  }

  async tip(): Promise<ChainBlock> {
    return this.block(this.currentSlot());
  }

  /** The block of a height, empty or not. Throws ERR_REGISTRY_SLOT for one that is still to come. */
  blockAt(height: number): ChainBlock {
    const last = heightOf(this.currentSlot());
    if (Number.isInteger(height) && height >= 1 && height <= last) return this.block(height - 1);
    throw new ZkcxError('ERR_REGISTRY_SLOT', `the chain has blocks of the heights 1 to ${last}`);
  }

  /** The clock's slot, or a later one that was set or used before. */
  async slot(): Promise<number> {
    return this.currentSlot();
  }

  /** Go ahead in time. Throws ERR_REGISTRY_SLOT for a slot that is over. */
  setSlot(slot: number): void {
    checked(slot, z.int().min(0).max(0xffffffff), 'EmbeddedChain.setSlot');
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
    return read(Types.Account.toJSON(this.local.getAccount(publicKey)));
  }

  /** As an archive does, it answers MAX_RANGE blocks at most: else ERR_NODE_RANGE. */
  async events(address: string, { from, to }: BlockRange): Promise<ChainEvent[]> {
    if (to - from > MAX_RANGE) {
      throw new ZkcxError('ERR_NODE_RANGE', `ask for ${MAX_RANGE} blocks at most`);
    }
    const token = TokenId.toBase58(TokenId.default);
    const { canonical } = await this.eventHeights();
    return this.entries.flatMap((entry, i) => {
      const block = this.block(entry.slot);
      if (block.height < from || block.height >= to || entry.failure !== undefined) return [];
      const sequenceNumber = i - this.entries.findIndex(({ slot }) => slot === entry.slot);
      return entry.command.accountUpdates.flatMap(({ body }, accountUpdate) =>
        body.publicKey !== address || body.tokenId !== token
          ? []
          : body.events.map((fields) => ({
              fields: fields.map(BigInt),
              block,
              status: block.height <= canonical ? ('canonical' as const) : ('pending' as const),
              transaction: entry.hash,
              sequenceNumber,
              accountUpdate,
              authorization: kindOf(body),
            })),
      );
    });
  }

  async eventHeights(): Promise<EventHeights> {
    const pending = heightOf(this.currentSlot());
    return { pending, canonical: Math.max(0, pending - this.canonical) };
  }

  async activate(): Promise<void> {
    this.standIn(this.currentSlot());
  }

  /**
   * What is returned is in the folder, with or without effect: as on Mina, a command that fails after its fee was
   * taken is in a block. Throws ERR_REGISTRY_REFUSED for one that is in none.
   */
  async submit(transaction: Mina.Transaction<boolean, boolean>): Promise<string> {
    const slot = this.currentSlot();
    this.standIn(slot);
    const { hash, failure } = await this.apply(transaction);
    const command = JSON.parse(transaction.toJSON()) as Entry['command'];
    const entry = { slot, hash, failure, command };
    await writeEntry(this.folder, this.entries.length + 1, entry);
    this.entries.push(entry);
    return hash;
  }

  /** A command is in its block as soon as it is accepted. */
  async command({ transaction }: CommandQuery): Promise<CommandStatus> {
    const entry = this.entries.find(({ hash }) => hash === transaction);
    if (entry === undefined) return { state: 'unknown' };
    const depth = this.currentSlot() - entry.slot;
    return { state: 'included', height: heightOf(entry.slot), depth, failure: entry.failure };
  }

  private currentSlot(): number {
    const { genesis, slotSeconds } = this.file;
    const clock = Math.max(0, Math.floor((Number(this.now()) - genesis) / slotSeconds));
    return Math.max(clock, this.wanted, this.entries.at(-1)?.slot ?? 0);
  }

  /** The block of a slot. Its hash is another one as soon as anything in it, or before it, is. */
  private block(slot: number): ChainBlock {
    const { genesis, slotSeconds } = this.file;
    const before = this.entries.filter((entry) => entry.slot <= slot).map(({ hash }) => hash);
    return {
      height: heightOf(slot),
      stateHash: sha256(`zkcx block ${this.file.seed} ${slot} ${before.join(' ')}`),
      globalSlotSinceGenesis: slot,
      globalSlotSinceHardfork: slot,
      time: BigInt(genesis + slot * slotSeconds),
    };
  }

  private standIn(slot: number): void {
    this.local.setGlobalSlot(slot);
    this.local.setBlockchainLength(UInt32.from(heightOf(slot)));
    Mina.setActiveInstance(this.local);
  }

  private async apply(
    transaction: Mina.Transaction<boolean, boolean>,
  ): Promise<Pick<Entry, 'hash' | 'failure'>> {
    // o1js's local chain verifies the proofs itself
    if (this.proofs) await guardVerification();
    const payer = transaction.transaction.feePayer.body.publicKey;
    const nonce = () => (this.local.hasAccount(payer) ? this.local.getAccount(payer).nonce : 0);
    const before = String(nonce());
    let reason: unknown;
    try {
      const { status, hash, errors } = await this.local.sendTransaction(transaction);
      if (status === 'pending') return { hash };
      reason = errors.join('; ');
      // the fee was taken: it is in the block, and did nothing else
      if (String(nonce()) !== before) return { hash, failure: firstLine(reason) };
    } catch (error) {
      reason = error instanceof Error ? error.message : error;
    }
    throw new ZkcxError('ERR_REGISTRY_REFUSED', `the chain refuses it: ${firstLine(reason)}`);
  }

  /** Apply all that was accepted before, each transaction in its slot. */
  private async replay(): Promise<void> {
    for await (const entry of readEntries(this.folder)) {
      const number = this.entries.length + 1;
      if (entry.slot < (this.entries.at(-1)?.slot ?? 0)) {
        throw damaged(`transaction ${number} is older than the one before it`);
      }
      this.standIn(entry.slot);
      let applied: Pick<Entry, 'hash' | 'failure'>;
      try {
        applied = await this.apply(Mina.Transaction.fromJSON(entry.command as never));
      } catch (cause) {
        throw damaged(`transaction ${number} does not apply`, cause);
      }
      if (applied.hash !== entry.hash || applied.failure !== entry.failure) {
        throw damaged(`transaction ${number} is another one`);
      }
      this.entries.push(entry);
    }
  }
}

/** The block of slot 0 is the first. */
const heightOf = (slot: number) => slot + 1;

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

type AccountJson = ReturnType<typeof Types.Account.toJSON>;

function read(json: AccountJson): ChainAccount {
  const { nonce, balance, permissions, delegate, timing, tokenSymbol, votingFor, zkapp } = json;
  const { isTimed, ...times } = timing;
  const key = zkapp?.verificationKey;
  return {
    nonce: Number(nonce),
    inferredNonce: Number(nonce),
    balance: BigInt(balance),
    permissions,
    delegate: delegate ?? undefined,
    timing: isTimed
      ? {
          initialMinimumBalance: BigInt(times.initialMinimumBalance),
          cliffTime: BigInt(times.cliffTime),
          cliffAmount: BigInt(times.cliffAmount),
          vestingPeriod: BigInt(times.vestingPeriod),
          vestingIncrement: BigInt(times.vestingIncrement),
        }
      : undefined,
    tokenSymbol: String(tokenSymbol),
    votingFor: BigInt(votingFor),
    zkapp:
      key === undefined || key === null
        ? undefined
        : {
            state: zkapp!.appState.map(BigInt),
            verificationKey: { data: key.data, hash: BigInt(key.hash) },
            provedState: zkapp!.provedState,
            uri: zkapp!.zkappUri,
          },
  };
}

function kindOf({ authorizationKind }: Entry['command']['accountUpdates'][number]['body']) {
  if (authorizationKind.isProved) return 'Proof';
  return authorizationKind.isSigned ? 'Signature' : 'None';
}

/** o1js tells what is wrong first, and where in its own code after that. */
function firstLine(reason: unknown): string {
  return String(reason).split('\n')[0]!.slice(0, 300);
}

/**
 * What the registry's client needs of a chain: two implementations, one embedded in this process and
 * one behind the GraphQL interface of Mina nodes. What a chain reports is a claim, checked by whoever uses it.
 */
import type { Mina, NetworkId } from 'o1js';

/** Mina's kinds of authorization that a permission can ask for. */
export type AuthRequired = 'None' | 'Either' | 'Proof' | 'Signature' | 'Impossible';

/** Permissions as nodes tell them; nothing of them is left out, as o1js's `Permissions.fromJSON` does. */
export interface AccountPermissions {
  readonly editState: AuthRequired;
  readonly access: AuthRequired;
  readonly send: AuthRequired;
  readonly receive: AuthRequired;
  readonly setDelegate: AuthRequired;
  readonly setPermissions: AuthRequired;
  /** `txnVersion`: the version of transactions from which on `auth` may fall back to a signature. */
  readonly setVerificationKey: { readonly auth: AuthRequired; readonly txnVersion: string };
  readonly setZkappUri: AuthRequired;
  readonly editActionState: AuthRequired;
  readonly setTokenSymbol: AuthRequired;
  readonly incrementNonce: AuthRequired;
  readonly setVotingFor: AuthRequired;
  readonly setTiming: AuthRequired;
}

/** How an account's balance is freed over time: nanomina, and slots since genesis. */
export interface AccountTiming {
  readonly initialMinimumBalance: bigint;
  readonly cliffTime: bigint;
  readonly cliffAmount: bigint;
  readonly vestingPeriod: bigint;
  readonly vestingIncrement: bigint;
}

/** An account of the default token, as the chain, or a node, reports it. */
export interface ChainAccount {
  readonly nonce: number;
  /** The nonce after those of the account's commands that wait in the pool. */
  readonly inferredNonce: number;
  /** Nanomina. */
  readonly balance: bigint;
  readonly permissions: AccountPermissions;
  /** To whom it delegates, base58; to itself unless it was told otherwise. */
  readonly delegate?: string;
  /** Undefined when its whole balance is free. */
  readonly timing?: AccountTiming;
  readonly tokenSymbol: string;
  /** Field of the state hash; 0 unless it was set. */
  readonly votingFor: bigint;
  /** Of an account with a contract only. */
  readonly zkapp?: {
    /** State fields: 8 until Mina's Mesa upgrade, 32 from then on. */
    readonly state: readonly bigint[];
    readonly verificationKey: { readonly data: string; readonly hash: bigint };
    /** Whether proofs of the contract set the whole state. */
    readonly provedState: boolean;
    readonly uri: string;
  };
}

/** How the chain's slots lie in time. Both change with a hard fork; slots go on since genesis. */
export interface ChainClock {
  /** Unix seconds of slot 0, counted back with the present length of a slot. */
  readonly genesis: bigint;
  readonly slotSeconds: number;
}

/** A block, by what Mina's protocol state says of it. */
export interface ChainBlock {
  readonly height: number;
  /** Base58; of an embedded chain a hash of its own. */
  readonly stateHash: string;
  readonly globalSlotSinceGenesis: number;
  readonly globalSlotSinceHardfork: number;
  /** Unix seconds. */
  readonly time: bigint;
}

/** One event of a contract, as it was emitted, and where that was. */
export interface ChainEvent {
  /** Which kind, and its fields. */
  readonly fields: readonly bigint[];
  readonly block: ChainBlock;
  /** Whether the block is final for whoever tells of it. */
  readonly status: 'canonical' | 'pending';
  /** Hash of the command. */
  readonly transaction: string;
  /** Place of the command in its block. */
  readonly sequenceNumber: number;
  /** Place of the account update in its command, the fee payer not counted. */
  readonly accountUpdate: number;
  readonly authorization: 'None' | 'Signature' | 'Proof';
}

/** Blocks of these heights; without the one that `to` names. */
export interface BlockRange {
  /** At least 1. */
  readonly from: number;
  readonly to: number;
}

/** Up to which height events are known. */
export interface EventHeights {
  readonly canonical: number;
  readonly pending: number;
}

/** A command that is in a block. */
export interface Inclusion {
  /** Hash of the command. */
  readonly transaction: string;
  readonly height: number;
}

/** Where a command is, as far as the best chain and the pools of nodes go. */
export type CommandStatus =
  | {
      readonly state: 'included';
      readonly height: number;
      /** Blocks on top of its block. */
      readonly depth: number;
      /** Set when it had no effect: its fee was paid all the same. */
      readonly failure?: string;
    }
  | { readonly state: 'pooled' }
  /** In no pool and no recent block: never arrived, dropped, or long ago. */
  | { readonly state: 'unknown' };

export interface CommandQuery {
  /** Hash of the command. */
  readonly transaction: string;
  /** Who pays its fee, base58. */
  readonly feePayer: string;
}

export interface Chain {
  readonly network: NetworkId;
  /** Whether the chain checks proofs; only the embedded one can be told not to, for tests. */
  readonly proofs: boolean;
  /** Blocks that must stand on top of one before anybody is told that what is in it happened. */
  readonly finality: number;
  /** Blocks on top of one that make it final for the protocol: none below is ever replaced. */
  readonly canonical: number;
  /** Names the chain, the same for whoever asks and whenever. */
  identity(): Promise<string>;
  clock(): Promise<ChainClock>;
  /** The newest block. */
  tip(): Promise<ChainBlock>;
  /** The present slot since genesis. */
  slot(): Promise<number>;
  /** Undefined where there is no such account. */
  account(address: string): Promise<ChainAccount | undefined>;
  /**
   * Events of a contract, in the order in which they were emitted. Throws ERR_NODE_RANGE for more blocks than
   * whoever knows them tells of at once; MAX_RANGE are always allowed.
   */
  events(address: string, range: BlockRange): Promise<ChainEvent[]>;
  /** How far `events` goes at present. */
  eventHeights(): Promise<EventHeights>;
  /** Make it the chain that o1js builds transactions for, with the present state of these accounts. */
  activate(addresses: readonly string[]): Promise<void>;
  /**
   * Hand in a transaction that is proven and signed. Returns its hash, computed here. After ERR_NODE_REFUSED and
   * ERR_REGISTRY_REFUSED nobody has it; after any other failure that is open.
   */
  submit(transaction: Mina.Transaction<true, true>): Promise<string>;
  command(query: CommandQuery): Promise<CommandStatus>;
  close(): Promise<void>;
}

/** Blocks that an archive tells of at once. */
export const MAX_RANGE = 10_000;

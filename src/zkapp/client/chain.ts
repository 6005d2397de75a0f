/**
 * What the registry's client needs of a chain: two implementations, one embedded in this process and
 * one behind the GraphQL interface of Mina nodes.
 */
import type { Mina, NetworkId } from 'o1js';

/** An account as the chain, or a node, reports it. */
export interface ChainAccount {
  readonly nonce: number;
  /** Nanomina. */
  readonly balance: bigint;
  /** Of an account with a contract only. */
  readonly zkapp?: {
    /** The eight state fields. */
    readonly state: readonly bigint[];
    readonly verificationKey: { readonly data: string; readonly hash: bigint };
    /** Whether proofs of the contract set the whole state. */
    readonly provedState: boolean;
  };
}

/** One event of a contract, as it was emitted: which kind, and its fields. */
export interface ChainEvent {
  readonly fields: readonly bigint[];
  /** Block that holds it, and the transaction. */
  readonly height: number;
  readonly transaction: string;
}

/** A transaction that is in a block. */
export interface Inclusion {
  readonly transaction: string;
  readonly height: number;
}

export interface WaitOptions {
  readonly signal?: AbortSignal;
}

export interface Chain {
  readonly network: NetworkId;
  /** Whether the chain checks proofs; only the embedded one can be told not to, for tests. */
  readonly proofs: boolean;
  /** The present slot since genesis; one has SLOT_SECONDS. */
  slot(): Promise<number>;
  /** Unix seconds of slot 0. */
  genesis(): Promise<bigint>;
  /** Undefined where there is no such account. */
  account(address: string): Promise<ChainAccount | undefined>;
  /** Events of a contract, oldest first. */
  events(address: string): Promise<ChainEvent[]>;
  /** Make it the chain that o1js builds transactions for, with the present state of these accounts. */
  activate(addresses: readonly string[]): Promise<void>;
  /** Hand in a transaction that is proven and signed. Returns its hash, computed here. */
  submit(transaction: Mina.Transaction<true, true>): Promise<string>;
  /** Wait until a transaction is in a block. */
  wait(transaction: string, options?: WaitOptions): Promise<Inclusion>;
  close(): Promise<void>;
}

/**
 * o1js builds transactions for one "active instance". This one has the accounts that a node reported
 * and nothing else: it makes no request of its own, so every answer goes through `askNode`.
 */
import { Account, Bool, Field, Mina, type NetworkId, PublicKey, UInt32, UInt64 } from 'o1js';
import { selectBackend } from '../../prover/backend.ts';
import type { ChainAccount } from './chain.ts';

export interface Snapshot {
  /** Whether proofs count; else none is made. */
  readonly proofs: boolean;
  readonly network: NetworkId;
  readonly slot: number;
  /** Undefined: there is no such account. */
  readonly accounts: ReadonlyMap<string, ChainAccount | undefined>;
}

/** Build transactions for the chain of a snapshot. They can be proven and signed, not sent. */
export async function activateSnapshot(snapshot: Snapshot): Promise<void> {
  selectBackend();
  const { network, proofs, slot, accounts } = snapshot;
  const local = await Mina.LocalBlockchain({ proofsEnabled: proofs });
  local.setGlobalSlot(slot);
  const known = new Map<string, Account>();
  for (const [address, account] of accounts) {
    if (account !== undefined) known.set(address, toAccount(address, account));
  }
  Mina.setActiveInstance({
    ...local,
    getNetworkId: () => network,
    hasAccount: (publicKey) => known.has(publicKey.toBase58()),
    getAccount(publicKey) {
      const account = known.get(publicKey.toBase58());
      if (account === undefined) throw Error(`no account ${publicKey.toBase58()}`);
      return account;
    },
  });
}

function toAccount(address: string, { inferredNonce, balance, zkapp }: ChainAccount): Account {
  const account = Account.empty();
  account.publicKey = PublicKey.fromBase58(address);
  account.nonce = UInt32.from(inferredNonce);
  account.balance = UInt64.from(balance);
  if (zkapp !== undefined) {
    account.zkapp = {
      appState: zkapp.state.map((field) => Field(field)),
      verificationKey: {
        data: zkapp.verificationKey.data,
        hash: Field(zkapp.verificationKey.hash),
      },
      provedState: Bool(zkapp.provedState),
      zkappVersion: UInt32.from(0),
      actionState: [],
      lastActionSlot: UInt32.from(0),
      zkappUri: zkapp.uri,
    };
  }
  return account;
}

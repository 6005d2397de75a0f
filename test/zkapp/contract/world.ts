/**
 * A registry on a chain in this process that does not check proofs: the contract's rules run, and what
 * a proof claims is up to the test. Its methods get arguments from here without the plain checks.
 */
import { AccountUpdate, Field, Mina, PrivateKey, type PublicKey } from 'o1js';
import { AggregateClaim } from '../../../src/circuits/aggregate.ts';
import { AggregateProof } from '../../../src/circuits/aggregate.program.ts';
import { ChainClaim } from '../../../src/circuits/claims.ts';
import { CrlClaim } from '../../../src/circuits/crl.ts';
import { RefreshProof } from '../../../src/circuits/refresh.program.ts';
import {
  CrlProof,
  fundingUpdate,
  ProofRegistry,
  registryState,
} from '../../../src/zkapp/contract/index.ts';
import { MODE } from '../../../src/params.ts';
import { initialMap } from '../../../src/witness/initial-map.ts';
import { snarky } from '../../support/kimchi/bindings.ts';
import { hashValues } from '../../support/kimchi/hashing.ts';
import { CLOCK, LEAVES, rootOf, SLOTS, timeOf } from './values.ts';

// a third of the time of a transaction otherwise
const { poseidon, run } = snarky;
const { update } = poseidon;
poseidon.update = (...all) => (run.inProver() ? hashValues : update)(...all);

const DAY = 86_400n;
const chainClaim = {
  trustRoot: rootOf(LEAVES).toBigInt(),
  validFrom: timeOf(SLOTS.first) - DAY,
  validUntil: timeOf(SLOTS.first) + 300n * DAY,
  commitment: 1n,
};
const aggregateClaim = {
  trustRoot: chainClaim.trustRoot,
  root: 12n,
  height: 2n,
  count: 3n,
  validUntil: chainClaim.validUntil,
};

/** Proofs of nothing. */
const dummies = await Promise.all([
  RefreshProof.dummy(Field(0), new ChainClaim(fields(chainClaim)), 1),
  AggregateProof.dummy(Field(0), new AggregateClaim(fields(aggregateClaim)), 1),
]);

export function refreshProof(claim: Partial<typeof chainClaim> = {}, mode: number = MODE.refresh) {
  return new RefreshProof({
    ...dummies[0],
    publicInput: Field(mode),
    publicOutput: new ChainClaim(fields({ ...chainClaim, ...claim })),
  });
}

export function aggregateProof(
  claim: Partial<typeof aggregateClaim> = {},
  mode: number = MODE.aggregate,
) {
  return new AggregateProof({
    ...dummies[1],
    publicInput: Field(mode),
    publicOutput: new AggregateClaim(fields({ ...aggregateClaim, ...claim })),
  });
}

export function crlProof(
  { mapKey, entry, trustRoot = rootOf(LEAVES) }: { mapKey: Field; entry: Field; trustRoot?: Field },
  mode: number = MODE.crl,
) {
  return new CrlProof({
    ...dummies[0],
    publicInput: Field(mode),
    publicOutput: new CrlClaim({ trustRoot, mapKey, entry, count: Field(0) }),
  });
}

function fields<Key extends string>(values: Record<Key, bigint>): Record<Key, Field> {
  const entries = Object.entries<bigint>(values).map(([key, value]) => [key, Field(value)]);
  return Object.fromEntries(entries) as Record<Key, Field>;
}

interface Account {
  readonly key: PrivateKey;
  readonly address: PublicKey;
}

export interface World {
  readonly registry: ProofRegistry;
  /** The account of the registry itself. */
  readonly zkapp: Account;
  readonly payer: Account;
  readonly admin: Account;
  readonly stranger: Account;
  state(): ReturnType<typeof registryState>;
  at(slot: number): void;
  /** A transaction that is proven and signed. */
  build(call: () => Promise<void>, options?: BuildOptions): Promise<Sendable>;
  /** Build and send. */
  send(call: () => Promise<void>, options?: BuildOptions): Promise<void>;
}

interface BuildOptions {
  /** Who signs beside the fee payer. */
  readonly signers?: readonly Account[];
  readonly payer?: Account;
  /** false: without the proof that the contract's update needs. */
  readonly proven?: boolean;
}

interface Sendable {
  send(): Promise<unknown>;
}

/** What the registry of a world starts with. @param clock of its state */
export const birthOf = (admin: PublicKey, clock = CLOCK) => ({
  trustRoot: rootOf(LEAVES),
  revocationRoot: initialMap([]).root,
  admin,
  clock: Field(clock),
});

/** A chain with a fresh registry, at the first of SLOTS. */
export async function createWorld(clock = CLOCK): Promise<World> {
  const local = await Mina.LocalBlockchain({ proofsEnabled: false });
  Mina.setActiveInstance(local);
  local.setGlobalSlot(SLOTS.first);
  const [payer, admin, stranger] = local.testAccounts.map((account) => ({
    key: account.key,
    address: account as PublicKey,
  })) as [Account, Account, Account];
  const key = PrivateKey.random();
  const zkapp = { key, address: key.toPublicKey() };
  const registry = new ProofRegistry(zkapp.address);

  const build: World['build'] = async (call, options = {}) => {
    const { signers = [], payer: from = payer, proven = true } = options;
    const transaction = await Mina.transaction({ sender: from.address, fee: 1e8 }, call);
    if (proven) await transaction.prove();
    return transaction.sign([from.key, ...signers.map((account) => account.key)]);
  };
  const send: World['send'] = async (call, options) => {
    await (await build(call, options)).send();
  };
  await send(
    async () => {
      AccountUpdate.attachToTransaction(fundingUpdate(payer.address));
      await registry.deploy(birthOf(admin.address, clock));
    },
    { signers: [zkapp] },
  );
  return {
    registry,
    zkapp,
    payer,
    admin,
    stranger,
    state: () => {
      const { appState } = Mina.getAccount(zkapp.address).zkapp!;
      return registryState(appState.map((field) => field.toBigInt()));
    },
    at: (slot) => local.setGlobalSlot(slot),
    build,
    send,
  };
}

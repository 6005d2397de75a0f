/** The registry's contents from its events, compared with its state. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ZkcxError } from '../../errors.ts';
import type { RegistryMember, RegistryTree } from '../../witness/registry-tree.ts';
import { assertNetworkClock, registryState, type RegistryState } from '../contract/index.ts';
import type { Chain } from './chain.ts';
import { readEvent } from './events.ts';
import { type RegistryBeginning, RegistryHistory } from './history.ts';
import { readEvents } from './reading/events.ts';
import { type PublicationRecord, publicationOf } from './reading/publications.ts';

export interface SyncOptions extends RegistryBeginning {
  /** Members of aggregates whose paths are known here. */
  readonly members?: readonly RegistryMember[];
  /** Hash of the contract's verification key; without it any contract passes whose state looks alike. */
  readonly code?: bigint;
  /** Times that events and state are read before they count as different; archives lag. Default 3. */
  readonly attempts?: number;
  /** Milliseconds between them; default 20,000. */
  readonly interval?: number;
}

export interface SyncedRegistry {
  /** Of the contract's account, base58. */
  readonly address: string;
  readonly state: RegistryState;
  readonly slot: number;
  /** Of the newest block that was looked at. */
  readonly height: number;
  /** Each with its block, in the order of `tree.published`. */
  readonly publications: readonly PublicationRecord[];
  readonly tree: RegistryTree;
  readonly history: RegistryHistory;
}

/**
 * Rebuild a registry: what comes back is what the contract's state says, as far as the chain says it
 * truly.
 *
 * @throws ERR_REGISTRY_ACCOUNT, ERR_REGISTRY_CODE, ERR_REGISTRY_CLOCK (it counts time otherwise than its
 *   network), ERR_REGISTRY_EVENT (no event of a registry),
 *   ERR_REGISTRY_GAP (events missing or out of order), ERR_REGISTRY_STATE (they lead elsewhere),
 *   ERR_REGISTRY_UNKNOWN (a member of no published aggregate), and the chain's ERR_NODE_* codes
 */
export async function syncRegistry(
  chain: Chain,
  address: string,
  options: SyncOptions = {},
): Promise<SyncedRegistry> {
  const { members = [], attempts = 3, interval = 20_000 } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      const synced = await rebuild(chain, address, options);
      for (const member of members) synced.tree.addMember(member);
      return synced;
    } catch (error) {
      const late = error instanceof ZkcxError && MAY_BE_LATE.has(error.code);
      if (!late || attempt >= attempts) throw error;
      await sleep(interval);
    }
  }
}

/** A block may come between two questions, and archives follow behind their nodes. */
const MAY_BE_LATE = new Set(['ERR_REGISTRY_STATE', 'ERR_REGISTRY_GAP']);

async function rebuild(
  chain: Chain,
  address: string,
  { trust, sources, code }: SyncOptions,
): Promise<SyncedRegistry> {
  const state = await readState(chain, address, code);
  assertNetworkClock(state.clock, await chain.clock());
  const history = new RegistryHistory({ trust, sources });
  const publications: PublicationRecord[] = [];
  const { pending } = await chain.eventHeights();
  for (const event of await readEvents(chain, address, { from: 1, to: pending + 1 })) {
    const told = readEvent(event);
    history.apply(told);
    const publication = publicationOf(event, told);
    if (publication !== undefined) publications.push(publication);
  }
  history.assertLeadsTo(state);
  const { tree } = history;
  return { address, state, slot: await chain.slot(), height: pending, publications, tree, history };
}

/** Throws ERR_REGISTRY_ACCOUNT (no contract there), ERR_REGISTRY_CODE (another one). */
export async function readState(
  chain: Chain,
  address: string,
  code?: bigint,
): Promise<RegistryState> {
  const account = await chain.account(address);
  if (account?.zkapp === undefined) {
    throw new ZkcxError(
      'ERR_REGISTRY_ACCOUNT',
      `there is no contract at ${address}: check the address, the network, and whether the ` +
        'deployment is in a block yet',
    );
  }
  const { state, verificationKey } = account.zkapp;
  if (code !== undefined && verificationKey.hash !== code) {
    throw new ZkcxError(
      'ERR_REGISTRY_CODE',
      `the contract at ${address} is not the registry of this package`,
    );
  }
  return registryState(state);
}

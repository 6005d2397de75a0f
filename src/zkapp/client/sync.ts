/** The registry's contents from its events, compared with its state. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ZkcxError } from '../../errors.ts';
import type { RegistryMember, RegistryTree } from '../../witness/registry-tree.ts';
import type { RegistryState } from '../contract/index.ts';
import { assertAuthorized, type BirthOptions, checkBirth } from './birth/check.ts';
import { initialSources } from './birth/sources.ts';
import type { Chain } from './chain.ts';
import { readEvent } from './events.ts';
import type { DeploymentFile } from './deployment.ts';
import { RegistryHistory } from './history.ts';
import { readEvents } from './reading/events.ts';
import { type PublicationRecord, publicationOf } from './reading/publications.ts';

export interface SyncOptions extends BirthOptions {
  /** Members of aggregates whose paths are known here. */
  readonly members?: readonly RegistryMember[];
  /** Times that events and state are read before they count as different; archives lag. Default 3. */
  readonly attempts?: number;
  /** Milliseconds between them; default 20,000. */
  readonly interval?: number;
}

export interface SyncedRegistry {
  /** Of the contract's account, base58. */
  readonly address: string;
  /** Block of its birth: events before it are not its own. */
  readonly born: number;
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
 * @throws the codes of `checkBirth`, ERR_REGISTRY_EVENT (no event of a registry), ERR_REGISTRY_GAP
 *   (events missing or out of order), ERR_REGISTRY_STATE (they lead elsewhere),
 *   ERR_REGISTRY_UNKNOWN (a member of no published aggregate), and the chain's ERR_NODE_* codes
 */
export async function syncRegistry(
  chain: Chain,
  deployment: DeploymentFile,
  options: SyncOptions = {},
): Promise<SyncedRegistry> {
  const { members = [], attempts = 3, interval = 20_000 } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      const synced = await rebuild(chain, deployment, options);
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
const MAY_BE_LATE = new Set(['ERR_REGISTRY_STATE', 'ERR_REGISTRY_GAP', 'ERR_BIRTH_EVENT']);

async function rebuild(
  chain: Chain,
  deployment: DeploymentFile,
  { expected, births }: SyncOptions,
): Promise<SyncedRegistry> {
  const { address, trust, sources } = deployment;
  const { state, height: born } = await checkBirth(chain, deployment, { expected, births });
  const history = new RegistryHistory({ trust, sources: initialSources(sources) });
  const publications: PublicationRecord[] = [];
  const { pending } = await chain.eventHeights();
  const events = await readEvents(chain, address, { from: born, to: pending + 1 });
  assertAuthorized(events);
  for (const event of events) {
    const told = readEvent(event);
    history.apply(told);
    const publication = publicationOf(event, told);
    if (publication !== undefined) publications.push(publication);
  }
  history.assertLeadsTo(state);
  const { tree } = history;
  const [slot, height] = [await chain.slot(), pending];
  return { address, born, state, slot, height, publications, tree, history };
}

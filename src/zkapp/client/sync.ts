/** The registry's contents from its events, compared with its state. */
import { setTimeout as sleep } from 'node:timers/promises';
import { checked } from '../../arguments.ts';
import { ZkcxError } from '../../errors.ts';
import type { RegistryMember, RegistryTree } from '../../witness/registry-tree.ts';
import { adminKeyHash, type RegistryState } from '../contract/index.ts';
import { assertAuthorized, type BirthOptions, checkBirth } from './birth/check.ts';
import { initialSources } from './birth/sources.ts';
import * as argument from './arguments.ts';
import type { Chain } from './chain.ts';
import { readEvent } from './events.ts';
import { deployment as deploymentForm, type DeploymentFile } from './deployment.ts';
import { RegistryHistory } from './history.ts';
import { parseAccountAddress } from './keys.ts';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './reading/checkpoint.ts';
import { assertTimes, readEvents } from './reading/events.ts';
import { type PublicationRecord, publicationOf } from './reading/publications.ts';
import { recentRoots } from './reading/recent-roots.ts';

export interface SyncOptions extends BirthOptions {
  /** Members of aggregates whose paths are known here. */
  readonly members?: readonly RegistryMember[];
  /** Times that events and state are read before they count as different; archives lag. Default 3. */
  readonly attempts?: number;
  /** Milliseconds between them; default 20,000. */
  readonly interval?: number;
  /** File that keeps what can change no more, so that the next time only newer blocks are read. */
  readonly checkpoint?: string;
  /** Places that an accepted root of the recent past must have; default 64. */
  readonly minimumMembers?: number;
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
 *   ERR_REGISTRY_UNKNOWN (a member of no published aggregate), ERR_REGISTRY_CHECKPOINT, and the chain's ERR_NODE_* codes
 */
export async function syncRegistry(
  chain: Chain,
  deployment: DeploymentFile,
  options: SyncOptions = {},
): Promise<SyncedRegistry> {
  checked(chain, argument.chain, 'syncRegistry, chain');
  checked(deployment, deploymentForm, 'syncRegistry, deployment');
  checked(options, argument.syncOptions, 'syncRegistry, options');
  const { members = [], attempts = 3, interval = 20_000, checkpoint: file } = options;
  const named = { chain: await chain.identity(), address: deployment.address };
  let known = file === undefined ? undefined : await readCheckpoint(file, named);
  for (let attempt = 1; ; attempt++) {
    try {
      const { synced, checkpoint } = await rebuild(chain, deployment, options, known);
      if (file !== undefined) await writeCheckpoint(file, { ...named, ...checkpoint });
      for (const member of members) synced.tree.addMember(member);
      return synced;
    } catch (error) {
      const late = error instanceof ZkcxError && MAY_BE_LATE.has(error.code);
      if (!late || (attempt >= attempts && known === undefined)) throw error;
      // all of it again, in case the checkpoint is what is wrong
      if (attempt >= attempts) known = undefined;
      else await sleep(interval);
    }
  }
}

/** A block may come between two questions, and archives follow behind their nodes. */
const MAY_BE_LATE = new Set(['ERR_REGISTRY_STATE', 'ERR_REGISTRY_GAP', 'ERR_BIRTH_EVENT']);

async function rebuild(
  chain: Chain,
  deployment: DeploymentFile,
  { expected, births, minimumMembers }: SyncOptions,
  known?: Checkpoint,
): Promise<{ synced: SyncedRegistry; checkpoint: Omit<Checkpoint, 'chain' | 'address'> }> {
  const { address, trust, sources } = deployment;
  const { state, height: born } = await checkBirth(chain, deployment, { expected, births });
  const { pending: height, canonical } = await chain.eventHeights();
  const from = Math.max(born, (known?.height ?? 0) + 1);
  const fresh = await readEvents(chain, address, { from, to: height + 1 });
  const events = [...(known?.events ?? []), ...fresh];
  assertAuthorized(events);
  assertTimes(events, await chain.clock());
  const admin = adminKeyHash(parseAccountAddress(deployment.admin));
  const history = new RegistryHistory({ trust, sources: initialSources(sources), admin });
  const { tree } = history;
  const publications: PublicationRecord[] = [];
  for (const event of events) {
    const told = readEvent(event);
    history.apply(told);
    const publication = publicationOf(event, told, tree);
    if (publication !== undefined) publications.push(publication);
  }
  history.assertLeadsTo(state);
  const { time, globalSlotSinceGenesis: slot } = await chain.tip();
  tree.acceptRecent(recentRoots(publications, { time, minimum: minimumMembers }));
  // an archive may call a block canonical before it is deep enough for anybody
  const settled = Math.max(known?.height ?? 0, Math.min(canonical, height - chain.canonical));
  return {
    synced: { address, born, state, slot, height, publications, tree, history },
    checkpoint: { height: settled, events: events.filter(({ block }) => block.height <= settled) },
  };
}

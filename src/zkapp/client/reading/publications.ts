/** Publications as events tell them: what stands where, and since which block. */
import type { Field } from 'o1js';
import { RevocationEntry } from '../../../circuits/revocation.ts';
import { ZkcxError } from '../../../errors.ts';
import type { RegistryTree } from '../../../witness/registry-tree.ts';
import type { Chain, ChainEvent, Inclusion } from '../chain.ts';
import { type RegistryEvent, readEvent } from '../events.ts';
import { listEntry } from '../history.ts';
import { readEvents } from './events.ts';

export interface FoundPublication extends Inclusion {
  /** The credential's leaf, or the aggregate's root. */
  readonly value: bigint;
  /** Place of its first leaf. */
  readonly place: number;
  /** Unix seconds of its block. */
  readonly time: bigint;
}

/** With what the registry became by it. */
export interface PublicationRecord extends FoundPublication {
  readonly root: bigint;
  /** Places taken. */
  readonly size: number;
}

/** A registry, and how far it was read. */
interface ReadSoFar {
  readonly address: string;
  readonly height: number;
}

/** Undefined for an event of another kind. */
function foundIn(
  { block, transaction }: ChainEvent,
  event: RegistryEvent,
): FoundPublication | undefined {
  const at = { transaction, height: block.height, time: block.time };
  switch (event.name) {
    case 'published':
      return { ...at, value: event.value.leaf.toBigInt(), place: Number(event.value.index) };
    case 'aggregatePublished':
      return { ...at, value: event.value.root.toBigInt(), place: Number(event.value.index) };
    default:
      return undefined;
  }
}

/** @param tree as it is right after the event */
export function publicationOf(
  at: ChainEvent,
  event: RegistryEvent,
  { root, size }: RegistryTree,
): PublicationRecord | undefined {
  const found = foundIn(at, event);
  return found && { ...found, root: root.toBigInt(), size };
}

/** Where a leaf or an aggregate's root stands, at present or as it was synced; the first place of several. */
export async function findPublication(
  chain: Chain,
  synced: ReadSoFar & { readonly publications: readonly PublicationRecord[] },
  value: bigint,
): Promise<FoundPublication | undefined> {
  const known = synced.publications.find((one) => one.value === value);
  // what is not canonical may be replaced since
  if (known !== undefined && synced.height - known.height >= chain.canonical) return known;
  const found = await findEvent(chain, synced, (event, at) => {
    const publication = foundIn(at, event);
    return publication?.value === value ? publication : undefined;
  });
  if (found !== undefined || known === undefined) return found;
  throw new ZkcxError(
    'ERR_REGISTRY_GAP',
    'the archive has no event any more of what is published, or its block was replaced: sync again',
  );
}

/** Where a list came into the map. */
export function findList(
  chain: Chain,
  synced: ReadSoFar,
  claim: { readonly mapKey: Field; readonly entry: Field },
): Promise<Inclusion | undefined> {
  return findEvent(chain, synced, ({ name, value }, { transaction, block }) => {
    if (name !== 'revocationUpdated') return undefined;
    const isIt =
      value.mapKey.toBigInt() === claim.mapKey.toBigInt() &&
      RevocationEntry.hash(listEntry(value)).toBigInt() === claim.entry.toBigInt();
    return isIt ? { transaction, height: block.height } : undefined;
  });
}

/** Among the events that are not canonical for whoever synced, and those after them. */
async function findEvent<T>(
  chain: Chain,
  { address, height }: ReadSoFar,
  read: (event: RegistryEvent, at: ChainEvent) => T | undefined,
): Promise<T | undefined> {
  const { pending } = await chain.eventHeights();
  const range = { from: height - chain.canonical, to: pending + 1 };
  for (const event of await readEvents(chain, address, range)) {
    const found = read(readEvent(event), event);
    if (found !== undefined) return found;
  }
  return undefined;
}

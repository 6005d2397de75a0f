/**
 * Who takes part in something that has a number of places, each from a network address: connections, sessions. The
 * address that has the most makes room for others, so that nobody crowds everybody else out.
 */

export interface CrowdLimits {
  /** Members at a time. */
  readonly count: number;
  /** Of them, from one address; 0: as many as there are places. */
  readonly perAddress: number;
  /**
   * Whether the oldest one goes, or the newcomer has to wait, where no other address has more places than the
   * newcomer's would have. Either way none goes of an address that has fewer.
   */
  readonly ties: 'oldest' | 'refuse';
}

/** What it takes for one more: nothing, the end of a member, or more than there is. */
export type Room<T> =
  | { readonly kind: 'free' }
  | { readonly kind: 'evict'; readonly member: T }
  | { readonly kind: 'full' };

interface Group<T> {
  /** Both oldest first. */
  readonly all: Set<T>;
  readonly movable: Set<T>;
}

const FREE = { kind: 'free' } as const;
const FULL = { kind: 'full' } as const;

export class Crowd<T> {
  readonly #limits: CrowdLimits;
  readonly #groups = new Map<string, Group<T>>();
  /** The address of each member, oldest member first. */
  readonly #members = new Map<T, string>();

  constructor(limits: CrowdLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#members.size;
  }

  has(member: T): boolean {
    return this.#members.has(member);
  }

  /** Oldest first. */
  members(): Iterable<T> {
    return this.#members.keys();
  }

  oldestOf(address: string): T | undefined {
    return first(this.#groups.get(address)?.all);
  }

  /** Room for one more. A member that is settled is not made to go. An empty address is unknown, and has no limit. */
  room(address: string): Room<T> {
    const { count, perAddress, ties } = this.#limits;
    const own = this.#groups.get(address);
    const ownSize = own?.all.size ?? 0;
    if (address !== '' && perAddress > 0 && ownSize >= perAddress)
      return evict(first(own?.movable));
    if (this.#members.size < count) return FREE;
    const largest = this.#largest();
    if (largest !== undefined && largest.all.size > ownSize + 1) {
      return evict(first(largest.movable));
    }
    return evict(
      first(own?.movable) ?? (ties === 'oldest' ? this.#oldest(ownSize + 1) : undefined),
    );
  }

  add(member: T, address: string): void {
    const group = this.#groups.get(address) ?? { all: new Set(), movable: new Set() };
    this.#groups.set(address, group);
    group.all.add(member);
    group.movable.add(member);
    this.#members.set(member, address);
  }

  /** From now on it stays until it ends by itself. */
  settle(member: T): void {
    this.#groupOf(member)?.movable.delete(member);
  }

  /** It may be made to go again, as the youngest of its address. */
  unsettle(member: T): void {
    this.#groupOf(member)?.movable.add(member);
  }

  delete(member: T): void {
    const address = this.#members.get(member);
    const group = this.#groupOf(member);
    if (address === undefined || group === undefined) return;
    this.#members.delete(member);
    group.all.delete(member);
    group.movable.delete(member);
    if (group.all.size === 0) this.#groups.delete(address);
  }

  #groupOf(member: T): Group<T> | undefined {
    const address = this.#members.get(member);
    return address === undefined ? undefined : this.#groups.get(address);
  }

  /** Of the addresses with somebody who can go, the one that has the most places. */
  #largest(): Group<T> | undefined {
    let largest: Group<T> | undefined;
    for (const group of this.#groups.values()) {
      if (group.movable.size > 0 && group.all.size > (largest?.all.size ?? 0)) largest = group;
    }
    return largest;
  }

  /** Of the addresses with so many. */
  #oldest(size: number): T | undefined {
    for (const [member, address] of this.#members) {
      const group = this.#groups.get(address);
      if (group?.all.size === size && group.movable.has(member)) return member;
    }
    return undefined;
  }
}

function evict<T>(member: T | undefined): Room<T> {
  return member === undefined ? FULL : { kind: 'evict', member };
}

function first<T>(members: Set<T> | undefined): T | undefined {
  for (const member of members ?? []) return member;
  return undefined;
}

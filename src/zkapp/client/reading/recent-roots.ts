/**
 * Roots of the recent past that holders and verifiers accept beside the newest: who publishes once a block would keep
 * everyone apart otherwise. The tree is append-only, so an old root is harmless. Everybody computes the same ones.
 */
import { Field } from 'o1js';
import type { RecentRoot } from '../../../witness/registry-tree.ts';
import type { PublicationRecord } from './publications.ts';

/** Seconds between two moments whose roots are accepted, and how long they are. */
const STEP = 10_800n;
const TERM = 86_400n;

/** Places below which a root hides too little; what holders ask for by default. */
export const MINIMUM_PUBLISHED = 64;

/**
 * The roots that stood at each multiple of three hours in the 24 hours before the newest block, newest first, without
 * the newest root itself.
 *
 * @param time Unix seconds of the newest block
 */
export function recentRoots(
  publications: readonly PublicationRecord[],
  { time, minimum = MINIMUM_PUBLISHED }: { readonly time: bigint; readonly minimum?: number },
): RecentRoot[] {
  const roots = new Map<number, RecentRoot>();
  for (let at = time - (time % STEP); at >= time - TERM && at >= 0n; at -= STEP) {
    const count = publications.filter((one) => one.time <= at).length;
    const last = publications[count - 1];
    if (last === undefined || count === publications.length || last.size < minimum) continue;
    roots.set(count, { publications: count, root: Field(last.root) });
  }
  return [...roots.values()];
}

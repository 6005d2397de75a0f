import type { Bit } from '../../kimchi/context.ts';
import type { Position } from '../memory.ts';
import type { Walk } from '../walk.ts';
import { assertSamePosition, startsWith } from './optional.ts';

export interface List {
  readonly from: Position;
  readonly to: Position;
  /** How many elements the list may have. */
  readonly slots: number;
  /**
   * Whether the list is there, where a list that is there has an element: the first slot is used exactly
   * then. Absent where the list may be empty.
   */
  readonly present?: Bit;
}

/** What was read in a slot, and where the next one begins. An unused slot reads an absent element. */
type ReadSlot<T> = (at: Position, used: Bit, slot: number) => { item: T; end: Position };

/**
 * The elements that fill a list. Each begins where the one before ends, the used slots come first, and
 * the last one ends where the list does: so an element left out would leave a gap, and there is none
 * too many. One row a slot besides what `read` takes.
 */
export function readList<T>(
  walk: Walk,
  { from, to, slots, present }: List,
  read: ReadSlot<T>,
): T[] {
  const items: T[] = [];
  let at = from;
  let before: Bit | undefined;
  for (let slot = 0; slot < slots; slot++) {
    const used = before === undefined && present ? present : startsWith(walk, at, to);
    if (before !== undefined) walk.context.assertImplies(used, before);
    const { item, end } = read(at, used, slot);
    items.push(item);
    at = end;
    before = used;
  }
  assertSamePosition(walk, at, to);
  return items;
}

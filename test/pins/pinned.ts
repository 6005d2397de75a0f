import { readFileSync } from 'node:fs';
import type { RowCount } from '../../bench/row-counts.ts';

const pinned = JSON.parse(
  readFileSync(new URL('./structure.json', import.meta.url), 'utf8'),
) as Record<string, RowCount>;

const isGadget = (name: string) => name.startsWith('gadget.');
const those = (wanted: (name: string) => boolean) =>
  Object.fromEntries(Object.entries(pinned).filter(([name]) => wanted(name)));

/**
 * Rows, domain and gates of every gadget and program as structure.json has them, which `npm run pins`
 * rewrites: its diff is the review of a circuit change. Other gates are other keys.
 */
export const PINNED_GADGETS = those(isGadget);
export const PINNED_PROGRAMS = those((name) => !isGadget(name));

import type { SmdpStore } from '../store.ts';

/** Milliseconds between two counts at least. */
const PAUSE = 15_000;
/** Of the time, counting takes one part in so many. */
const SHARE = 20;

/**
 * Orders by state as they were counted last. All of them are read for it, so a large store is counted less often.
 *
 * @returns a function that gives the last count, and begins another one where it is time
 */
export function orderCounts(
  store: () => SmdpStore | undefined,
): () => Readonly<Record<string, number>> {
  let counts: Readonly<Record<string, number>> = {};
  let next = -Infinity;
  let counting = false;
  const count = async () => {
    const started = performance.now();
    const found: Record<string, number> = {};
    for await (const { state } of store()?.orders() ?? []) found[state] = (found[state] ?? 0) + 1;
    counts = found;
    next = performance.now() + Math.max(PAUSE, (performance.now() - started) * SHARE);
  };
  return () => {
    if (!counting && performance.now() >= next) {
      counting = true;
      // a store that fails is told elsewhere
      count()
        .catch(() => undefined)
        .finally(() => (counting = false));
    }
    return counts;
  };
}

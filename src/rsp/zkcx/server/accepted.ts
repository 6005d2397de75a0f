/** The server's roots, which change, and the maps that it served before -> what counts at this moment. */
import {
  type AcceptedRoots,
  type TrustFacts,
  trustFacts,
} from '../../../session/accepted-roots.ts';
import type { MapHistory } from '../../../session/map-history.ts';
import type { Clock } from '../../../time.ts';
import type { ServerRoots } from './roots.ts';

export interface AcceptedOptions {
  readonly roots: () => Promise<ServerRoots>;
  readonly history: MapHistory;
  /** Seconds that a map counts once a later one contradicts it. */
  readonly grace: bigint;
  readonly now: Clock;
}

/**
 * A function that gives what counts now. A map that is new is in the history, and on disk there, before anything
 * counts by it. Of trust sets only the present one counts: a CI that was removed is gone at once.
 *
 * @returns a function that throws what `roots` throws, and the codes of `MapHistory.serve`
 */
export function acceptedBy({ roots, history, grace, now }: AcceptedOptions) {
  let served: { readonly roots: ServerRoots; readonly trust: TrustFacts } | undefined;
  return async (): Promise<AcceptedRoots> => {
    const current = await roots();
    if (served?.roots !== current) {
      const { anchors, map } = current;
      await history.serve(map, { anchors, now: now() });
      served = { roots: current, trust: trustFacts(anchors) };
    }
    return {
      trustSets: [served.trust],
      maps: history.accepted(now(), grace),
      registryRoots: current.registryRoots,
    };
  };
}

/** The server's roots, which change, and the maps that it served before -> what counts at this moment. */
import {
  type AcceptedRoots,
  type TrustFacts,
  trustFacts,
} from '../../../session/accepted-roots.ts';
import { acceptedMaps } from '../../../session/map-history.ts';
import type { Clock } from '../../../time.ts';
import type { ServerRoots } from './roots.ts';

export interface AcceptedOptions {
  readonly roots: () => Promise<ServerRoots>;
  /** Seconds that a map counts once a later one contradicts it. */
  readonly grace: bigint;
  readonly now: Clock;
}

/**
 * A function that gives what counts now. Of trust sets only the present one counts: a CI that was removed is gone
 * at once.
 *
 * @returns a function that throws what `roots` throws
 */
export function acceptedBy({ roots, grace, now }: AcceptedOptions) {
  let served: { readonly roots: ServerRoots; readonly trust: TrustFacts } | undefined;
  return async (): Promise<AcceptedRoots> => {
    const current = await roots();
    if (served?.roots !== current) {
      served = { roots: current, trust: trustFacts(current.anchors) };
    }
    return {
      trustSets: [served.trust],
      maps: acceptedMaps(current.history, now(), grace),
      registryRoots: current.registryRoots,
    };
  };
}

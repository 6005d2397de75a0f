/** What the functions of the zkCX server share. */
import { ZkcxError } from '../../../errors.ts';
import type { OnceStore } from '../../../session/once-store.ts';
import { DEFAULT_TOLERANCE } from '../../../session/events.ts';
import { assertMapAge } from '../../../session/verifier.ts';
import type { SmdpContext } from '../../smdpp/context.ts';
import type { SmdpIdentity } from '../../smdpp/identities.ts';
import type { ServerDocuments } from '../negotiation.ts';
import type { ServerRoots } from './roots.ts';
import type { ZkcxSessions } from './sessions.ts';
import type { ProofVerifiers } from './verifiers.ts';

/** Purpose of the pseudonyms that this server asks for: see `scopeOf`. */
export const PURPOSE = 'download';

export interface ZkcxServerContext {
  readonly smdp: SmdpContext;
  readonly sessions: ZkcxSessions;
  readonly verifiers: Pick<ProofVerifiers, 'reserve'>;
  /** Trust set, revocation map and registry as they are now. */
  readonly roots: () => Promise<ServerRoots>;
  /** Statements about the server's certificates that are fresh, for the mode `zkcx`. */
  readonly statements: (identity: SmdpIdentity) => ServerDocuments | undefined;
  /** Keeps pseudonyms and accepted messages. */
  readonly once: OnceStore;
  /** Seconds from an offer to its presentation. */
  readonly lifetime: bigint;
  /** Seconds that the revocation map may be old. */
  readonly maximumMapAge: bigint;
}

/** The roots, if a device can be judged by them. Throws ERR_RSP_STORE. */
export async function fitRoots({
  roots,
  maximumMapAge,
  smdp,
}: ZkcxServerContext): Promise<ServerRoots> {
  try {
    const current = await roots();
    assertMapAge(current.mapRootAt, maximumMapAge, smdp.now(), DEFAULT_TOLERANCE);
    return current;
  } catch (cause) {
    throw new ZkcxError('ERR_RSP_STORE', 'zkCX is not served: the lists it relies on are not fit', {
      cause,
    });
  }
}

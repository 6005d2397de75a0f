/** What the functions of the zkCX server share. */
import { ZkcxError } from '../../../errors.ts';
import type { AcceptedRoots } from '../../../session/accepted-roots.ts';
import type { SmdpContext } from '../../smdpp/context.ts';
import type { SmdpIdentity } from '../../smdpp/identities.ts';
import type { ServerDocuments, WitnessReason } from '../negotiation.ts';
import type { ZkcxSessions } from './sessions.ts';
import type { ProofVerifiers } from './verifiers.ts';

/** Purpose of the pseudonyms that this server asks for: see `scopeOf`. */
export const PURPOSE = 'download';

export interface ZkcxServerContext {
  readonly smdp: SmdpContext;
  readonly sessions: ZkcxSessions;
  readonly verifiers: Pick<ProofVerifiers, 'reserve'>;
  /** Trust sets, revocation maps and registry roots that count now; see `acceptedBy`. */
  readonly accepted: () => Promise<AcceptedRoots>;
  /** Statements about the server's certificates that are fresh, for the mode `zkcx`. */
  readonly statements: (identity: SmdpIdentity) => ServerDocuments | undefined;
  /** Seconds that the time of a presentation may lie back. */
  readonly maxAge: bigint;
  /** Reasons with which today's eUICCs may cancel the session that a presentation is for. */
  readonly cancelReasons: readonly WitnessReason[];
}

/** What counts now, if a device can be judged by it. Throws ERR_RSP_STORE. */
export async function acceptedNow({ accepted }: ZkcxServerContext): Promise<AcceptedRoots> {
  try {
    return await accepted();
  } catch (cause) {
    throw new ZkcxError('ERR_RSP_STORE', 'zkCX is not served: the lists it relies on are not fit', {
      cause,
    });
  }
}

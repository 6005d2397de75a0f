/** zkcxChallenge: the eUICC has lost its session before its user agreed, and begins the second one again. */
import { STATUS } from '../../../sgp22/status-codes.ts';
import type { ZkcxAnswer, ZkcxRequest } from '../messages.ts';
import type { ZkcxServerContext } from './context.ts';
import { refusing, unknownSession } from './refusals.ts';
import type { ZkcxSession } from './sessions.ts';

/** The next second session; the one before it is void. Throws RspRefusal. */
export async function challenge(
  _: ZkcxServerContext,
  session: ZkcxSession,
  { euiccChallenge }: ZkcxRequest<'zkcxChallenge'>,
): Promise<ZkcxAnswer<'zkcxChallenge'>> {
  const { stage, mode, seconds, identity } = session;
  if (stage !== 'undisclosed' || mode !== 'zkcx-device') throw unknownSession();
  return refusing(STATUS.authenticateClient.euiccSignatureInvalid, () =>
    seconds.next(euiccChallenge, identity),
  );
}

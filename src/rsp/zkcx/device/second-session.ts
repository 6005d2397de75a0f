/**
 * `zkcx-device`: a second RSP session inside the first one, for which the eUICC signs once the user has agreed. What
 * it signs names the order, so that nobody delivers another one by it.
 */
import { bytesEqual } from '../../../bytes.ts';
import { ZkcxError } from '../../../errors.ts';
import type { AuthenticateResponseOk } from '../../../sgp22/messages/authenticate-server.ts';
import { isSignature } from '../../../sgp22/messages/signature.ts';
import type { Es10 } from '../../lpa/index.ts';
import type { ZkcxAnswer } from '../messages.ts';
import { checkedSecond, MAX_CHALLENGES, type SecondSession } from '../transcript.ts';
import type { DeviceSession } from './session.ts';
import { authenticateServer, DEVICE_INFO } from './witness.ts';

type Signed = ZkcxAnswer<'zkcxChallenge'>;

/** What the server signed for a challenge, checked. */
export interface Challenged {
  readonly counter: number;
  readonly second: SecondSession;
  readonly serverSignature1: Uint8Array;
}

/**
 * The second session that the server answered a challenge with: key, address and challenge are checked as those of the
 * first one. Throws ERR_RSP_ZKCX_TRANSCRIPT, ERR_RSP_ZKCX_SERVER.
 */
export function challenged(
  { initiated: { transcript, keys } }: Pick<DeviceSession, 'initiated'>,
  made: { readonly counter: number; readonly euiccChallenge: Uint8Array },
  { serverSigned1, serverSignature1 }: Signed,
): Challenged {
  const second = checkedSecond(transcript, made, serverSigned1);
  if (!isSignature(serverSignature1, keys.authKey, serverSigned1)) {
    throw new ZkcxError(
      'ERR_RSP_ZKCX_SERVER',
      'the second session is not signed by the key of the first one',
    );
  }
  return { counter: made.counter, second, serverSignature1 };
}

export interface Agreed {
  readonly second: SecondSession;
  readonly response: AuthenticateResponseOk;
}

/**
 * ES10b.AuthenticateServer for the second session. If the eUICC was reset meanwhile, or another LPA took a challenge,
 * the server signs for a new one, a few times.
 *
 * @param first the session that answered AuthenticateClient
 * @param matchingId of AuthenticateClient; empty: none
 * @throws ERR_RSP_DOWNLOAD when the eUICC refuses, ERR_HOLDER_KEY when it is another one, and as `exchange`
 */
export async function agreedSession(
  es10: Es10,
  session: DeviceSession,
  first: Challenged,
  matchingId: string,
): Promise<Agreed> {
  const ctxParams1 = {
    matchingId: matchingId === '' ? undefined : matchingId,
    deviceInfo: DEVICE_INFO,
  };
  for (let current = first; ; current = await nextChallenge(es10, session, current)) {
    const { second, serverSignature1 } = current;
    const signed = { serverSigned1: second.serverSigned1, serverSignature1 };
    try {
      const response = await authenticateServer(es10, session.initiated, signed, ctxParams1);
      session.waiting = second.transactionId;
      assertSameEuicc(session, response);
      return { second, response };
    } catch (error) {
      if (!isChallengeLost(error) || current.counter >= MAX_CHALLENGES) throw error;
    }
  }
}

async function nextChallenge(es10: Es10, session: DeviceSession, { counter }: Challenged) {
  const made = { counter: counter + 1, euiccChallenge: await es10.euiccChallenge() };
  const { euiccChallenge } = made;
  return challenged(session, made, await session.exchange('zkcxChallenge', { euiccChallenge }));
}

/** The eUICC has no challenge, or a later one than the server signed for. */
const isChallengeLost = (error: unknown) =>
  error instanceof ZkcxError &&
  error.code === 'ERR_RSP_DOWNLOAD' &&
  (error.reason === 'noSessionContext' || error.reason === 'euiccChallengeMismatch');

/** Between the proof and the consent somebody may have changed the card. */
function assertSameEuicc(
  { presented }: DeviceSession,
  { euiccCertificate }: AuthenticateResponseOk,
): void {
  if (bytesEqual(presented!.certificate, euiccCertificate)) return;
  throw new ZkcxError('ERR_HOLDER_KEY', 'this is not the eUICC that the session began with');
}

import { bytesToHex } from '../../bytes.ts';
import type { AuthenticateServerResponse } from '../../sgp22/messages/authenticate-server.ts';
import type { Es9pAnswer, Es9pRequest } from '../../sgp22/messages/es9p.ts';
import { type DeviceFacts, readDeviceFacts } from '../../sgp22/messages/euicc-info.ts';
import { hexToBytes, isMatchingId } from '../../sgp22/messages/identifiers.ts';
import { sign, smdpSignature2Input } from '../../sgp22/messages/signature.ts';
import { RspRefusal, STATUS } from '../../sgp22/status-codes.ts';
import { LOCK, type SmdpContext } from './context.ts';
import { authenticateEuicc } from '../server/authenticate-euicc.ts';
import { keyText } from '../server/check-euicc.ts';
import { offerOrder, smdpSigned2Of } from './offer.ts';
import { metadataOf } from './profile.ts';
import { keepRefused } from './refused-session.ts';
import { type Device, offerOf, type Session } from './session.ts';

const refuse = STATUS.authenticateClient;

/**
 * Authenticate the eUICC and offer it the profile that is ordered for it (SGP.22 5.6.3). Whatever
 * the answer, the session takes no second message of this kind; a device that has shown who it is
 * may still cancel. Throws RspRefusal.
 */
export async function authenticateClient(
  context: SmdpContext,
  { transactionId, authenticateServerResponse: response }: Es9pRequest<'authenticateClient'>,
): Promise<Es9pAnswer<'authenticateClient'>> {
  const id = bytesToHex(transactionId);
  return context.locks.run(LOCK.session(id), async () => {
    const session = context.sessions.get(id);
    if (session?.state !== 'initiated') throw new RspRefusal(refuse.invalidTransactionId);
    const authenticated = await authenticate(context, session, response);
    try {
      return await offer(context, session, authenticated);
    } catch (error) {
      // after a trouble of the server itself the same message may come again
      if (error instanceof RspRefusal) {
        await keepRefused(context, { ...session, device: authenticated.device });
      }
      throw error;
    }
  });
}

interface Authenticated {
  readonly device: Device;
  readonly facts: DeviceFacts;
  /** Empty: it asks for any order of its own. */
  readonly matchingId: string;
  readonly euiccSignature1: Uint8Array;
}

/**
 * Certificates, signature, challenge; the session ends if one of them is wrong. If none is, newcomers take no place
 * from it any more. Throws RspRefusal, and ERR_RSP_BUSY when there are too many such sessions: it may ask again.
 */
async function authenticate(
  { sessions, store, trust, now }: SmdpContext,
  session: Session,
  response: AuthenticateServerResponse,
): Promise<Authenticated> {
  let authenticated: Authenticated;
  try {
    authenticated = checkResponse(session, response, trust.anchors, now());
  } catch (error) {
    sessions.delete(session.transactionId);
    await store.change().deleteSession(session.transactionId).commit({ durable: false });
    throw error;
  }
  sessions.admit(session.transactionId);
  return authenticated;
}

function checkResponse(
  session: Session,
  response: AuthenticateServerResponse,
  anchors: SmdpContext['trust']['anchors'],
  at: bigint,
): Authenticated {
  const { euicc, euiccInfo2, ...rest } = authenticateEuicc(session, response, anchors, at);
  const facts = readDeviceFacts(euiccInfo2);
  const { freeMemory } = facts;
  const device = { eid: euicc.eid, euiccKey: keyText(euicc.publicKey), freeMemory };
  return { device, facts, ...rest };
}

/** Metadata, and the signature that ties them to what the eUICC signed. */
async function offer(
  context: SmdpContext,
  session: Session,
  { device, facts, matchingId, euiccSignature1 }: Authenticated,
): Promise<Es9pAnswer<'authenticateClient'>> {
  // no order has one of another form
  if (!isMatchingId(matchingId)) throw new RspRefusal(refuse.matchingIdRefused);
  const applicant = { name: device, matchingId, facts, zkcx: false };
  return offerOrder(context, session, applicant, ({ order, profile, identity }) => {
    const smdpSigned2 = smdpSigned2Of(session, order, { askAgain: true });
    const smdpSignature2 = sign(
      identity.pb.secretKey,
      smdpSignature2Input(smdpSigned2, euiccSignature1),
    );
    const next: Session = {
      ...session,
      state: 'authenticated',
      device,
      offer: offerOf(order, smdpSignature2),
    };
    return {
      session: next,
      change: (change) => change.putSession(next),
      answer: {
        transactionId: hexToBytes(session.transactionId, 'a TransactionID'),
        profileMetadata: metadataOf(profile),
        smdpSigned2,
        smdpSignature2,
        smdpCertificate: identity.pb.certificate.der,
      },
    };
  });
}

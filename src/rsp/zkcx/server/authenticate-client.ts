/** AuthenticateClient in zkCX: the presentation, then the order. */
import { ZkcxError } from '../../../errors.ts';
import { sessionId } from '../../../session/transcript.ts';
import { type VerifiedPresentation, verifyPresentation } from '../../../session/verifier.ts';
import { sign, smdpSignature2Input } from '../../../sgp22/messages/signature.ts';
import { RspRefusal, STATUS } from '../../../sgp22/status-codes.ts';
import {
  sessionKeyMessage,
  zkcxSmdpSignature2Input,
} from '../../../sgp22/messages/zkcx-firmware.ts';
import { keyText } from '../../server/check-euicc.ts';
import { isSupportedSvn } from '../../server/challenge.ts';
import { type FoundOrder, offerOrder, smdpSigned2Of } from '../../smdpp/offer.ts';
import { metadataOf } from '../../smdpp/profile.ts';
import { type Device, offerOf, type Session } from '../../smdpp/session.ts';
import type { ZkcxAnswer, ZkcxRequest } from '../messages.ts';
import { offeredTerms } from '../negotiation.ts';
import { cancelWitness } from '../transcript.ts';
import { acceptedNow, type ZkcxServerContext } from './context.ts';
import { assertNotHad } from './once-per-device.ts';
import { isOwn, refusing, unknownSession } from './refusals.ts';
import type { ZkcxSession } from './sessions.ts';
import type { Place } from './verifiers.ts';

const refuse = STATUS.authenticateClient;

type Request = ZkcxRequest<'authenticateClient'>;
type Answer = ZkcxAnswer<'authenticateClient'>;

/**
 * Take the presentation of a session, once: one that is not accepted ends the session. A device whose
 * order is refused can still cancel. Throws RspRefusal; ERR_RSP_STORE and others for a trouble of the server itself.
 */
export async function authenticateClient(
  context: ZkcxServerContext,
  session: ZkcxSession,
  request: Request,
  place: Place,
): Promise<Answer> {
  if (session.stage !== 'initiated') throw unknownSession();
  // proofs take their time, and newcomers must not end the session meanwhile
  context.sessions.settle(session);
  let presentation: VerifiedPresentation;
  try {
    presentation = await refusing(refuse.euiccSignatureInvalid, () =>
      verified(context, session, request, place),
    );
  } catch (error) {
    // after a trouble of the server itself the same message may come again
    if (isOwn(error)) context.sessions.unsettle(session);
    else context.sessions.end(session);
    throw error;
  }
  session.presentation = presentation;
  session.matchingId = request.matchingId;
  const record = { ...session.record, device: deviceOf(presentation, request) };
  try {
    return await offer(context, session, record, request);
  } catch (error) {
    session.stage = 'over';
    context.sessions.replace(session, { ...record, state: 'refused' });
    throw error;
  }
}

/** What costs little first; the proofs, in another process, last. */
async function verified(
  context: ZkcxServerContext,
  session: ZkcxSession,
  request: Request,
  place: Place,
): Promise<VerifiedPresentation> {
  const { offer, identity, transcript } = session;
  const message = witnessOf(session, request);
  return verifyPresentation(request.presentation, {
    offered: offeredTerms(offer),
    accepted: await acceptedNow(context),
    serverOid: identity.oid,
    session: sessionId(transcript.session),
    message,
    now: context.smdp.now(),
    assertProof: place.assertProof,
  });
}

/** The message that the key of the presentation has to have signed. */
function witnessOf(
  { mode, offer, identity, transcript, seconds }: ZkcxSession,
  request: Request,
): Uint8Array {
  if ((request.kind === 'cancellation') !== (mode === 'zkcx-device')) {
    throw new ZkcxError('ERR_RSP_ZKCX_MESSAGE', 'the message is of the kind of another mode');
  }
  const { transactionId } = transcript;
  const smdpOid = identity.oid;
  if (request.kind === 'sessionKey') {
    return sessionKeyMessage({ transactionId, smdpOid, sessionKey: request.sessionPublicKey });
  }
  const { cancelReason, euiccChallenge } = request;
  if (!offer.cancelReasons.includes(cancelReason)) {
    throw new ZkcxError(
      'ERR_RSP_ZKCX_MESSAGE',
      'the cancellation has a reason that was not offered',
    );
  }
  seconds.assertNew(euiccChallenge);
  return cancelWitness(transcript, smdpOid, cancelReason);
}

/** What is known of the device now. In `zkcx` its session key signs from here on. */
function deviceOf({ pseudonym, order }: VerifiedPresentation, request: Request): Device {
  const { freeMemory } = request.eligibility;
  return {
    pseudonym: pseudonym === undefined ? undefined : String(pseudonym),
    blindOrder: order === undefined || order === 0n ? undefined : String(order),
    euiccKey: request.kind === 'sessionKey' ? keyText(request.sessionPublicKey) : undefined,
    freeMemory,
  };
}

async function offer(
  context: ZkcxServerContext,
  session: ZkcxSession,
  record: Session & { readonly device: Device },
  request: Request,
): Promise<Answer> {
  const { matchingId = '', eligibility } = request;
  if (!isSupportedSvn(context.smdp.settings, eligibility.svn)) {
    throw new RspRefusal(refuse.noEligibleProfile, {
      message: 'The SVN of the eUICC is not supported',
    });
  }
  const { profileVersion, forbiddenProfilePolicyRules } = eligibility;
  const facts = {
    profileVersion,
    forbiddenProfilePolicyRules,
    rspCapability: eligibility.testProfileSupport ? (['testProfileSupport'] as const) : [],
  };
  const applicant = { name: record.device, matchingId, facts, zkcx: true };
  return offerOrder<Answer>(context.sessions.orders, record, applicant, async (found) => {
    const { order, profile } = found;
    // before the device is asked to disclose anything
    await assertNotHad(context.smdp, order, record.device, refuse.matchingIdRefused);
    const profileMetadata = metadataOf(profile);
    // nothing is signed before the device is known as far as it has to be
    const waiting: Session = { ...record, state: 'authenticated', offer: offerOf(order) };
    if (request.kind === 'cancellation') {
      const second = session.seconds.next(request.euiccChallenge, session.identity);
      session.stage = 'undisclosed';
      return { session: waiting, answer: { next: 'challenge', profileMetadata, ...second } };
    }
    if (order.eid !== undefined) {
      session.stage = 'undisclosed';
      return { session: waiting, answer: { next: 'identity', profileMetadata } };
    }
    const { next, signed2 } = signOffer(session, record, found);
    session.stage = 'prepared';
    return { session: next, answer: { next: 'prepare', profileMetadata, ...signed2 } };
  });
}

/**
 * SmdpSigned2 and its signature, which in `zkcx-device` covers the signature of the eUICC, and in `zkcx` the
 * negotiation. No earlier one-time key is asked for again: it would link two sessions.
 *
 * @param record its transactionId is the one that is signed
 */
export function signOffer(
  { transcript }: ZkcxSession,
  record: Session,
  { order, identity }: Pick<FoundOrder, 'order' | 'identity'>,
  euiccSignature1?: Uint8Array,
) {
  const smdpSigned2 = smdpSigned2Of(record, order, { askAgain: false });
  const input =
    euiccSignature1 === undefined
      ? zkcxSmdpSignature2Input(smdpSigned2, transcript.serverSigned1)
      : smdpSignature2Input(smdpSigned2, euiccSignature1);
  const smdpSignature2 = sign(identity.pb.secretKey, input);
  const next: Session = {
    ...record,
    state: 'authenticated',
    offer: offerOf(order, smdpSignature2),
  };
  return { next, signed2: { smdpSigned2, smdpSignature2 } };
}

/** AuthenticateClient in zkCX: the presentation, then the order. */
import { bytesToHex } from '../../../bytes.ts';
import { ZkcxError } from '../../../errors.ts';
import { termsOf } from '../../../session/offers.ts';
import { type VerifiedPresentation, verifyPresentation } from '../../../session/verifier.ts';
import { compareVersions } from '../../../sgp22/messages/identifiers.ts';
import { sign, smdpSignature2Input } from '../../../sgp22/messages/signature.ts';
import { RspRefusal, STATUS } from '../../../sgp22/status-codes.ts';
import { zkcxSmdpSignature2Input } from '../../../sgp22/messages/zkcx-firmware.ts';
import { type FoundOrder, offerOrder, smdpSigned2Of } from '../../smdpp/offer.ts';
import type { Order } from '../../smdpp/order.ts';
import { metadataOf } from '../../smdpp/profile.ts';
import type { Device, Session } from '../../smdpp/session.ts';
import type { ZkcxAnswer, ZkcxRequest } from '../messages.ts';
import { requestTerms } from '../negotiation.ts';
import { fitRoots, type ZkcxServerContext } from './context.ts';
import { isOwn, refusing, unknownSession } from './refusals.ts';
import type { LiveSession, ZkcxSession } from './sessions.ts';
import type { Place } from './verifiers.ts';

const refuse = STATUS.authenticateClient;
const MINUTE = 60n;

/**
 * Take the presentation of a session, once: one that is not accepted ends the session. A device whose
 * order is refused can still cancel. Throws RspRefusal; ERR_RSP_STORE and ERR_RSP_VERIFIER for a trouble of the
 * server itself, which leaves the session as it was.
 */
export async function authenticateClient(
  context: ZkcxServerContext,
  live: LiveSession,
  request: ZkcxRequest<'authenticateClient'>,
  place: Place,
): Promise<ZkcxAnswer<'authenticateClient'>> {
  const { session, record } = live;
  if (session.stage !== 'initiated') throw unknownSession();
  let presentation: VerifiedPresentation;
  try {
    presentation = await refusing(refuse.euiccSignatureInvalid, () =>
      verified(context, live, request.presentation, place),
    );
  } catch (error) {
    // after a trouble of the server itself the same message may come again
    if (!isOwn(error)) context.sessions.end(session);
    throw error;
  }
  session.presentation = presentation;
  const device: Device = {
    pseudonym: String(presentation.pseudonym),
    freeMemory: request.eligibility.freeMemory,
  };
  try {
    return await offer(context, session, { ...record, device }, request);
  } catch (error) {
    session.stage = 'over';
    context.smdp.sessions.set({ ...record, state: 'refused', device });
    throw error;
  }
}

/** Public values against the server's own first; the proofs, in another process, last. */
async function verified(
  context: ZkcxServerContext,
  { session, record }: LiveSession,
  bundle: unknown,
  place: Place,
): Promise<VerifiedPresentation> {
  const { lifetime, maximumMapAge } = context;
  const now = context.smdp.now();
  if (!(now < BigInt(record.createdAt) + lifetime)) {
    throw new ZkcxError('ERR_SESSION_EXPIRED', 'the offer has expired: begin again');
  }
  const current = await fitRoots(context);
  const terms = termsOf(requestTerms(session.offer), session.identity.oid);
  // of the registry an earlier root will do: nothing is ever taken out of it
  if (current.trustRoot !== terms.trustRoot || current.revocationRoot !== terms.revocationRoot) {
    throw new ZkcxError('ERR_SESSION_ROOTS', 'a CI or a list changed since the offer: begin again');
  }
  return verifyPresentation(bundle, {
    terms,
    transcript: session.transcript,
    mapRootAt: current.mapRootAt,
    maximumMapAge,
    tolerance: lifetime + MINUTE,
    now,
    assertProof: place.assertProof,
  });
}

async function offer(
  context: ZkcxServerContext,
  session: ZkcxSession,
  record: Session & { readonly device: Device },
  { matchingId = '', eligibility }: ZkcxRequest<'authenticateClient'>,
): Promise<ZkcxAnswer<'authenticateClient'>> {
  const { smdp } = context;
  if (compareVersions(eligibility.svn, smdp.settings.minimumSvn) < 0) {
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
  type Answer = ZkcxAnswer<'authenticateClient'>;
  return offerOrder<Answer>(smdp, record, applicant, async (found) => {
    const { order, profile } = found;
    await checkOnce(context, order, record.device);
    const profileMetadata = metadataOf(profile);
    if (session.mode === 'zkcx' && order.eid === undefined) {
      const { next, signed2 } = signOffer(session, record, found);
      session.stage = 'prepared';
      return { session: next, answer: { next: 'prepare', profileMetadata, ...signed2 } };
    }
    session.stage = 'undisclosed';
    // nothing is signed yet: what comes next are the openings
    const pending = { iccid: order.iccid, smdpSignature2: '' };
    return {
      session: { ...record, state: 'authenticated', offer: pending },
      answer: { next: 'disclose', profileMetadata },
    };
  });
}

/** A device that has had its one is told so before it is asked to disclose anything. */
async function checkOnce({ once }: ZkcxServerContext, order: Order, device: Device): Promise<void> {
  if (!order.oncePerDevice || order.takenBy === device.pseudonym) return;
  if (await once.has(onceKey(device))) {
    throw new RspRefusal(refuse.matchingIdRefused, { message: 'The device has had its download' });
  }
}

/** Key in the `OnceStore` of what a device may have once. The scope is always the same one. */
export const onceKey = ({ pseudonym }: Device) => `download/${pseudonym}`;

/**
 * SmdpSigned2 and its signature, which in `zkcx-device` covers the signature of the eUICC, and in `zkcx` the
 * negotiation. No earlier one-time key is asked for again: it would link two sessions.
 */
export function signOffer(
  { mode, transcript }: ZkcxSession,
  record: Session,
  { order, identity }: Pick<FoundOrder, 'order' | 'identity'>,
  euiccSignature1?: Uint8Array,
) {
  const smdpSigned2 = smdpSigned2Of(record, order, { askAgain: false });
  const input =
    mode === 'zkcx'
      ? zkcxSmdpSignature2Input(smdpSigned2, transcript.serverSigned1)
      : smdpSignature2Input(smdpSigned2, euiccSignature1!);
  const smdpSignature2 = sign(identity.pb.secretKey, input);
  const next: Session = {
    ...record,
    state: 'authenticated',
    offer: { iccid: order.iccid, smdpSignature2: bytesToHex(smdpSignature2) },
  };
  return { next, signed2: { smdpSigned2, smdpSignature2 } };
}

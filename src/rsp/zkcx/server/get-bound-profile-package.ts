/** GetBoundProfilePackage in zkCX: a package for the key that was presented, known or not. */
import { ZkcxError } from '../../../errors.ts';
import { verifyPossession } from '../../../session/possession.ts';
import { eidBytes, hexToBytes } from '../../../sgp22/messages/identifiers.ts';
import type { EuiccSigned2 } from '../../../sgp22/messages/prepare-download.ts';
import { euiccSignature2Input } from '../../../sgp22/messages/signature.ts';
import { RspRefusal, STATUS } from '../../../sgp22/status-codes.ts';
import { zkcxKdfValue } from '../../../sgp22/messages/zkcx-firmware.ts';
import { LOCK } from '../../smdpp/context.ts';
import {
  type Authenticated,
  checkPrepareDownload,
  deliverPackage,
  isCertified,
  isCodeRefusal,
  readEuiccSigned2,
} from '../../smdpp/get-bound-profile-package.ts';
import type { Order } from '../../smdpp/order.ts';
import type { Session } from '../../smdpp/session.ts';
import { type HpkeKeyPair, newHpkeKeyPair } from '../hpke.ts';
import type { ZkcxAnswer, ZkcxRequest } from '../messages.ts';
import { onceKey } from './authenticate-client.ts';
import type { ZkcxServerContext } from './context.ts';
import { writeEvidence } from './evidence.ts';
import { refusing, unknownSession } from './refusals.ts';
import type { LiveSession, ZkcxSession } from './sessions.ts';
import type { Place } from './verifiers.ts';

const refuse = STATUS.getBoundProfilePackage;

/**
 * Deliver the package. After a wrong or missing confirmation code the same session may ask again, and after a
 * proof that could not be verified; after any other refusal it can only be cancelled. Throws RspRefusal;
 * ERR_RSP_VERIFIER.
 */
export async function getBoundProfilePackage(
  context: ZkcxServerContext,
  { session, record }: LiveSession,
  request: ZkcxRequest<'getBoundProfilePackage'>,
  place: Place,
): Promise<ZkcxAnswer<'getBoundProfilePackage'>> {
  const { smdp } = context;
  if (session.stage !== 'prepared' || !isAuthenticated(record)) throw unknownSession();
  try {
    const { signed, kdfValue } = await refusing(refuse.euiccSignatureInvalid, () =>
      checked(session, record, request, place),
    );
    const pair = await newHpkeKeyPair(smdp.random);
    const evidence = writeEvidence(evidenceOf(session, pair));
    const { boundProfilePackage } = await smdp.locks.run(LOCK.order(record.offer.iccid), () =>
      deliverPackage(smdp, {
        session: record,
        signed,
        kdfValue,
        // a one-time key that comes again would link two sessions
        again: false,
        evidence,
        take: (order) => take(context, order, record),
      }),
    );
    session.stage = 'over';
    return { boundProfilePackage, notificationKey: pair.publicKey };
  } catch (error) {
    if (!isCodeRefusal(error) && !isUnverified(error)) {
      session.stage = 'over';
      smdp.sessions.set({ ...record, state: 'refused' });
    }
    throw error;
  }
}

function isAuthenticated(record: Session): record is Authenticated {
  return record.device !== undefined && record.offer !== undefined;
}

interface Checked {
  readonly signed: EuiccSigned2;
  readonly kdfValue: Uint8Array;
}

/** Nobody knows whether the proof is valid: the same message may come again. */
const isUnverified = (error: unknown) =>
  error instanceof ZkcxError && error.code === 'ERR_RSP_VERIFIER';

/** The key of the presentation signed this: seen in `zkcx-device`, by proof in `zkcx`. */
async function checked(
  { mode, transcript, identity, presentation }: ZkcxSession,
  record: Authenticated,
  request: ZkcxRequest<'getBoundProfilePackage'>,
  place: Place,
): Promise<Checked> {
  if (mode === 'zkcx-device') {
    if (request.kind !== 'signature' || !isCertified(record)) throw otherKind();
    const signed = checkPrepareDownload(record, request.prepareDownloadResponse);
    return { signed, kdfValue: eidBytes(record.device.eid) };
  }
  if (request.kind !== 'possession' || presentation === undefined) throw otherKind();
  const { euiccSigned2, possession } = request;
  const serverSignature = hexToBytes(record.offer.smdpSignature2, 'a kept signature');
  const { transactionId, serverAddress, serverSigned1 } = transcript;
  const { session, sessionKey } = presentation;
  const context = { transactionId, serverAddress, serverOid: identity.oid, serverSignature };
  const message = euiccSignature2Input(euiccSigned2, serverSignature);
  const statement = { kind: 'prepareDownload' as const, message, context, session, sessionKey };
  await verifyPossession(statement, possession, place.assertProof);
  const signed = readEuiccSigned2(record, euiccSigned2);
  return { signed, kdfValue: zkcxKdfValue(serverSigned1, signed.euiccOtpk) };
}

/** The last word before the order is the device's: of orders once per device it has had none. */
async function take(
  { once, smdp }: ZkcxServerContext,
  order: Order,
  { device }: Authenticated,
): Promise<Order> {
  const { pseudonym } = device;
  if (!order.oncePerDevice || order.takenBy === pseudonym) return order;
  if (!(await once.claim(onceKey(device), smdp.now()))) {
    throw new RspRefusal(refuse.bppRebindingRefused, {
      message: 'The device has had its download',
    });
  }
  return { ...order, takenBy: pseudonym };
}

function evidenceOf({ mode, transcript, presentation, identity }: ZkcxSession, pair: HpkeKeyPair) {
  const { session, sessionKey } = presentation!;
  return {
    mode,
    serverAddress: transcript.serverAddress,
    serverOid: identity.oid,
    sessionHash: transcript.form.session,
    session,
    sessionKey,
    notificationSecret: pair.secretKey,
  };
}

const otherKind = () =>
  new ZkcxError('ERR_RSP_ZKCX_MESSAGE', 'the message is of the kind of another mode');

/** GetBoundProfilePackage in zkCX: a package for the key that the device has shown, known or not. */
import { eidBytes } from '../../../sgp22/messages/identifiers.ts';
import type { EuiccSigned2 } from '../../../sgp22/messages/prepare-download.ts';
import { STATUS } from '../../../sgp22/status-codes.ts';
import { zkcxKdfValue } from '../../../sgp22/messages/zkcx-firmware.ts';
import { LOCK } from '../../smdpp/context.ts';
import {
  type Authenticated,
  checkPrepareDownload,
  deliverPackage,
  isCodeRefusal,
  isKeyed,
} from '../../smdpp/get-bound-profile-package.ts';
import type { Order } from '../../smdpp/order.ts';
import { newHpkeKeyPair } from '../hpke.ts';
import type { ZkcxAnswer, ZkcxRequest } from '../messages.ts';
import type { ZkcxServerContext } from './context.ts';
import { writeEvidence } from './evidence.ts';
import { assertNotHad, whileTaking } from './once-per-device.ts';
import { isOwn, refusing, unknownSession } from './refusals.ts';
import type { ZkcxSession } from './sessions.ts';

const refuse = STATUS.getBoundProfilePackage;

/**
 * Deliver the package. After a wrong or missing confirmation code the same session may ask again; after
 * any other refusal it can only be cancelled. Throws RspRefusal.
 */
export async function getBoundProfilePackage(
  context: ZkcxServerContext,
  session: ZkcxSession,
  { prepareDownloadResponse }: ZkcxRequest<'getBoundProfilePackage'>,
): Promise<ZkcxAnswer<'getBoundProfilePackage'>> {
  const { smdp, sessions } = context;
  const { record, mode, transcript, transactionId } = session;
  if (session.stage !== 'prepared' || !isKeyed(record)) throw unknownSession();
  try {
    const signed = await refusing(refuse.euiccSignatureInvalid, () =>
      checkPrepareDownload(record, prepareDownloadResponse),
    );
    const pair = await newHpkeKeyPair(smdp.random);
    const evidence = writeEvidence({
      mode,
      sessionHash: transcript.session,
      notificationSecret: pair.secretKey,
    });
    const deliver = () =>
      deliverPackage(sessions.orders, {
        session: record,
        signed,
        kdfValue: kdfValueOf(session, signed),
        // a one-time key that comes again would link two sessions
        again: false,
        evidence,
        outerTransactionId: record.transactionId === transactionId ? undefined : transactionId,
        take: (order) => take(context, order, record),
      });
    const { boundProfilePackage } = await whileTaking(smdp, record.device, () =>
      smdp.locks.run(LOCK.order(record.offer.sequence), deliver),
    );
    session.stage = 'over';
    return { boundProfilePackage, notificationKey: pair.publicKey };
  } catch (error) {
    // after a trouble of the server itself the same message may come again
    if (!isOwn(error) && !isCodeRefusal(error)) {
      session.stage = 'over';
      sessions.replace(session, { ...record, state: 'refused' });
    }
    throw error;
  }
}

/** What the keys of the package are derived with: today's eUICCs take their EID. */
function kdfValueOf(
  { mode, transcript, record: { device } }: ZkcxSession,
  { euiccOtpk }: EuiccSigned2,
): Uint8Array {
  if (mode === 'zkcx') return zkcxKdfValue(transcript.serverSigned1, euiccOtpk);
  if (device?.eid === undefined) throw unknownSession();
  return eidBytes(device.eid);
}

/** The last word before the order is the device's: of orders once per device it has had none. */
async function take(
  { smdp }: ZkcxServerContext,
  order: Order,
  { device }: Authenticated,
): Promise<Order> {
  if (order.oncePerDevice !== true) return order;
  await assertNotHad(smdp, order, device, refuse.bppRebindingRefused);
  return { ...order, takenBy: device.pseudonym };
}

/** zkcxDisclose: the user has agreed, and the device opens what its presentation committed to. */
import { bytesToHex } from '../../../bytes.ts';
import { RspRefusal, STATUS } from '../../../sgp22/status-codes.ts';
import { LOCK } from '../../smdpp/context.ts';
import { keyText } from '../../server/check-euicc.ts';
import {
  attempt,
  hasSameBlindOrder,
  isDeliverable,
  isExhausted,
  isExpired,
  isFreeFor,
} from '../../smdpp/order.ts';
import type { Session } from '../../smdpp/session.ts';
import type { ZkcxAnswer, ZkcxRequest } from '../messages.ts';
import { checkDeviceDisclosure, checkIdentityDisclosure } from '../openings.ts';
import { signOffer } from './authenticate-client.ts';
import type { ZkcxServerContext } from './context.ts';
import { isOwn, refusing, unknownSession } from './refusals.ts';
import type { ZkcxSession } from './sessions.ts';

const refuse = STATUS.authenticateClient;

/**
 * Take the openings of a session, once. Whatever is wrong with them, the session can only be cancelled
 * afterwards. Throws RspRefusal.
 */
export async function disclose(
  context: ZkcxServerContext,
  session: ZkcxSession,
  request: ZkcxRequest<'zkcxDisclose'>,
): Promise<ZkcxAnswer<'zkcxDisclose'>> {
  const { smdp, sessions } = context;
  const sequence = session.record.offer?.sequence;
  if (session.stage !== 'undisclosed' || sequence === undefined) throw unknownSession();
  // one message of this kind, right or wrong
  session.stage = 'over';
  const before = session.record;
  let disclosed = before;
  try {
    disclosed = await refusing(refuse.euiccSignatureInvalid, () => open(session, request));
    // from here on the session is known by what the eUICC signs
    sessions.replace(session, disclosed);
    return await smdp.locks.run(LOCK.order(sequence), async () => {
      const order = await smdp.store.order(sequence);
      const device = disclosed.device ?? {};
      if (order === undefined || !isDeliverable(order) || !hasSameBlindOrder(order, device)) {
        throw new RspRefusal(refuse.matchingIdRefused);
      }
      const isOther = order.eid !== undefined && order.eid !== device.eid;
      if (isOther || !isFreeFor(order, device)) throw new RspRefusal(refuse.eidMismatch);
      // since the offer, which did not count as an attempt where the order is bound to an EID
      if (isExpired(order, smdp.now())) throw new RspRefusal(refuse.downloadOrderExpired);
      if (order.eid !== undefined && isExhausted(order, smdp.settings)) {
        throw new RspRefusal(refuse.downloadRetriesExceeded);
      }
      const { identity } = session;
      const euiccSignature1 = request.kind === 'device' ? request.euiccSignature1 : undefined;
      const { next, signed2 } = signOffer(session, disclosed, { order, identity }, euiccSignature1);
      if (order.eid !== undefined) {
        // only now it is known to be an attempt of the right device
        const change = smdp.store.change().putOrder(attempt(order, Number(smdp.now())), order);
        await change.commit({ durable: false });
      }
      sessions.replace(session, next);
      session.stage = 'prepared';
      return signed2;
    });
  } catch (error) {
    if (isOwn(error)) {
      // the same message may come again
      session.stage = 'undisclosed';
      sessions.replace(session, before);
      throw error;
    }
    // by what it has shown it may still cancel
    sessions.replace(session, { ...disclosed, state: 'refused' });
    throw error;
  }
}

/** The session with what is known of the device now: its EID, and in `zkcx-device` its key. */
function open(
  { mode, presentation, seconds, transcript, matchingId, record }: ZkcxSession,
  request: ZkcxRequest<'zkcxDisclose'>,
): Session {
  if (presentation === undefined || (request.kind === 'device') !== (mode === 'zkcx-device')) {
    throw unknownSession();
  }
  const { device } = record;
  if (request.kind === 'identity') {
    return {
      ...record,
      device: { ...device, eid: checkIdentityDisclosure(request, presentation) },
    };
  }
  const second = seconds.current;
  if (second === undefined) throw unknownSession();
  const { serverAddress } = transcript;
  const expected = { second, serverAddress, matchingId };
  const { eid, key } = checkDeviceDisclosure(request, presentation, expected);
  return {
    ...record,
    transactionId: bytesToHex(second.transactionId),
    device: { ...device, eid, euiccKey: keyText(key) },
  };
}

/** zkcxDisclose: the user has agreed, and the device opens what its presentation committed to. */
import { RspRefusal, STATUS } from '../../../sgp22/status-codes.ts';
import { LOCK } from '../../smdpp/context.ts';
import { keyText } from '../../smdpp/device.ts';
import { attempt, isDeliverable, isFreeFor } from '../../smdpp/order.ts';
import type { Device, Session } from '../../smdpp/session.ts';
import type { ZkcxAnswer, ZkcxRequest } from '../messages.ts';
import { checkDeviceDisclosure, checkIdentityDisclosure } from '../openings.ts';
import { signOffer } from './authenticate-client.ts';
import type { ZkcxServerContext } from './context.ts';
import { refusing, unknownSession } from './refusals.ts';
import type { LiveSession } from './sessions.ts';

const refuse = STATUS.authenticateClient;

/**
 * Take the openings of a session, once. Whatever is wrong with them, the session can only be cancelled
 * afterwards. Throws RspRefusal.
 */
export async function disclose(
  context: ZkcxServerContext,
  { session, record }: LiveSession,
  request: ZkcxRequest<'zkcxDisclose'>,
): Promise<ZkcxAnswer<'zkcxDisclose'>> {
  const { smdp } = context;
  const iccid = record.offer?.iccid;
  if (session.stage !== 'undisclosed' || iccid === undefined) throw unknownSession();
  // one message of this kind, right or wrong
  session.stage = 'over';
  let disclosed: Session = record;
  try {
    const opened = await refusing(refuse.euiccSignatureInvalid, () => open(session, request));
    disclosed = { ...record, device: { ...record.device, ...opened } };
    return await smdp.locks.run(LOCK.order(iccid), async () => {
      const order = await smdp.store.order(iccid);
      if (order === undefined || !isDeliverable(order)) {
        throw new RspRefusal(refuse.matchingIdRefused);
      }
      const isOther = order.eid !== undefined && order.eid !== opened.eid;
      if (isOther || !isFreeFor(order, disclosed.device!)) throw new RspRefusal(refuse.eidMismatch);
      const { identity } = session;
      const euiccSignature1 = request.kind === 'device' ? request.euiccSignature1 : undefined;
      const { next, signed2 } = signOffer(session, disclosed, { order, identity }, euiccSignature1);
      if (order.eid !== undefined) {
        // only now it is known to be an attempt of the right device
        const change = smdp.store.change().putOrder(attempt(order, Number(smdp.now())), order);
        await change.commit({ durable: false });
      }
      smdp.sessions.set(next);
      session.stage = 'prepared';
      return signed2;
    });
  } catch (error) {
    // by what it has shown it may still cancel
    smdp.sessions.set({ ...disclosed, state: 'refused' });
    throw error;
  }
}

/** What is known of the device now: its EID, and in `zkcx-device` its key. */
function open(
  { mode, presentation }: LiveSession['session'],
  request: ZkcxRequest<'zkcxDisclose'>,
): Pick<Device, 'eid' | 'euiccKey'> {
  if (presentation === undefined || (request.kind === 'device') !== (mode === 'zkcx-device')) {
    throw unknownSession();
  }
  if (request.kind === 'identity') return { eid: checkIdentityDisclosure(request, presentation) };
  const { eid, key } = checkDeviceDisclosure(request, presentation);
  return { eid, euiccKey: keyText(key) };
}

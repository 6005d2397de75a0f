/** ES11, the side of devices (SGP.22 5.8): who asks with its eUICC's certificates gets the events of its EID. */
import { bytesToHex } from '../../bytes.ts';
import type { EventEntry, Es11Answer } from '../../sgp22/messages/es11.ts';
import type { Es9pAnswer, Es9pRequest } from '../../sgp22/messages/es9p.ts';
import { RspRefusal, STATUS } from '../../sgp22/status-codes.ts';
import { placeOf } from '../network-address.ts';
import { authenticateEuicc } from '../server/authenticate-euicc.ts';
import {
  chooseCi,
  chooseIdentity,
  isInTime,
  isSupportedSvn,
  type ServerIdentity,
  signChallenge,
} from '../server/challenge.ts';
import type { SmdsContext } from './context.ts';
import { isExpired } from './event.ts';
import type { DeviceName } from './store.ts';

const refuse = STATUS.es11;

/** Of one answer: the device takes up the oldest first, and asks again. */
const MAX_ENTRIES = 100;

/**
 * Open a session (SGP.22 5.8.1). Throws RspRefusal.
 *
 * @param peer network address of the client; empty: unknown
 */
export function initiateAuthentication(
  { settings, trust, sessions, now, random }: SmdsContext,
  { smdpAddress, euiccInfo1, euiccChallenge }: Es9pRequest<'initiateAuthentication'>,
  peer: string,
): Es9pAnswer<'initiateAuthentication'> {
  if (smdpAddress.toLowerCase() !== settings.address.toLowerCase()) {
    throw new RspRefusal(refuse.invalidDsAddress);
  }
  if (!isSupportedSvn(settings, euiccInfo1.svn)) {
    throw new RspRefusal(refuse.euiccVersionNotSupportedByDs);
  }
  const at = now();
  const ciPkId = chooseCi(trust.anchors, euiccInfo1, at);
  if (ciPkId === undefined) throw new RspRefusal(refuse.ciPKNotSupported);
  const isValid = ({ auth }: ServerIdentity) => isInTime(auth, at);
  const identity = chooseIdentity(trust.identities, euiccInfo1, ciPkId, isValid);
  if (identity === undefined) throw new RspRefusal(refuse.noServerCertificate);
  const transactionId = random(16);
  const serverChallenge = random(16);
  const session = {
    transactionId: bytesToHex(transactionId),
    serverAddress: smdpAddress,
    serverChallenge: bytesToHex(serverChallenge),
    ciPkId: bytesToHex(ciPkId),
    createdAt: Number(at),
  };
  sessions.begin(session, placeOf(peer));
  const signed = { transactionId, euiccChallenge, serverAddress: smdpAddress, serverChallenge };
  return signChallenge(identity, ciPkId, signed);
}

/** Authenticate the eUICC and tell its events (SGP.22 5.8.2). A session takes one such message. Throws RspRefusal. */
export async function authenticateClient(
  context: SmdsContext,
  { transactionId, authenticateServerResponse }: Es9pRequest<'authenticateClient'>,
): Promise<Es11Answer> {
  const { sessions, trust, now } = context;
  const session = sessions.take(bytesToHex(transactionId));
  if (session === undefined) throw new RspRefusal(STATUS.authenticateClient.invalidTransactionId);
  const { euicc, matchingId } = authenticateEuicc(
    session,
    authenticateServerResponse,
    trust.anchors,
    now(),
  );
  const eventEntries = await eventsOf(context, { eid: euicc.eid }, matchingId);
  return { transactionId, eventEntries };
}

/**
 * Events of a device, oldest first: all of them, or those of an EventID, by which another SM-DS may know them. Throws
 * RspRefusal for an EventID that is none of them.
 */
async function eventsOf(
  { store, now }: SmdsContext,
  device: DeviceName,
  eventIdAsked: string,
): Promise<EventEntry[]> {
  const at = now();
  const entries: EventEntry[] = [];
  for await (const { event } of store.events(device)) {
    const { eventId, rootEventId, rspServerAddress } = event;
    if (isExpired(event, at)) continue;
    if (eventIdAsked !== '' && eventIdAsked !== eventId && eventIdAsked !== rootEventId) continue;
    entries.push({ eventId, rspServerAddress });
    if (entries.length === MAX_ENTRIES) break;
  }
  if (eventIdAsked !== '' && entries.length === 0) throw new RspRefusal(refuse.eventIdUnknown);
  return entries;
}

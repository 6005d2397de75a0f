import { bytesToHex } from '../../bytes.ts';
import type { Es9pAnswer, Es9pRequest } from '../../sgp22/messages/es9p.ts';
import { RspRefusal, STATUS } from '../../sgp22/status-codes.ts';
import { placeOf } from '../network-address.ts';
import {
  chooseCi,
  chooseIdentity,
  isInTime,
  isSupportedSvn,
  signChallenge,
} from '../server/challenge.ts';
import type { SmdpContext } from './context.ts';
import { pairName, type SmdpIdentity } from './identities.ts';
import type { Session } from './session.ts';
import { tellTransaction } from '../server/trace.ts';

/**
 * Open a session (SGP.22 5.6.1). Throws RspRefusal.
 *
 * @param peer network address of the client; empty: unknown
 */
export async function initiateAuthentication(
  context: SmdpContext,
  request: Es9pRequest<'initiateAuthentication'>,
  peer: string,
): Promise<Es9pAnswer<'initiateAuthentication'>> {
  const { random, store, sessions } = context;
  const parties = chooseParties(context, request);
  const { ciPkId, identity } = parties;
  const transactionId = random(16);
  const serverChallenge = random(16);
  const { smdpAddress: serverAddress, euiccChallenge } = request;
  const challenge = { transactionId, serverChallenge, serverAddress };
  const opened = newSession(context.now(), parties, challenge);
  const change = store.change().putSession(opened);
  sessions.begin(opened, placeOf(peer));
  // sessions that are over, and those that had to make room
  for (const gone of sessions.sweep()) change.deleteSession(gone);
  tellTransaction(opened.transactionId);
  await change.commit({ durable: false });

  return signChallenge(identity, ciPkId, { ...challenge, euiccChallenge });
}

export interface Parties {
  /** Key identifier of the CI that the eUICC is to sign under. */
  readonly ciPkId: Uint8Array;
  readonly identity: SmdpIdentity;
}

/** Whether this server can be authenticated by such an eUICC, and under which CIs. Throws RspRefusal. */
export function chooseParties(
  { settings, trust, now }: SmdpContext,
  { euiccInfo1, smdpAddress }: Es9pRequest<'initiateAuthentication'>,
): Parties {
  const refuse = STATUS.initiateAuthentication;
  if (smdpAddress.toLowerCase() !== settings.address.toLowerCase()) {
    throw new RspRefusal(refuse.invalidDpAddress);
  }
  if (!isSupportedSvn(settings, euiccInfo1.svn)) {
    throw new RspRefusal(refuse.euiccVersionNotSupportedByDp);
  }
  const at = now();
  const ciPkId = chooseCi(trust.anchors, euiccInfo1, at);
  if (ciPkId === undefined) throw new RspRefusal(refuse.ciPKNotSupported);
  const identity = chooseIdentity(trust.identities, euiccInfo1, ciPkId, isValid(at));
  if (identity === undefined) throw new RspRefusal(refuse.noServerCertificate);
  return { ciPkId, identity };
}

/** What is known of a session when it begins. */
export function newSession(
  now: bigint,
  { ciPkId, identity }: Parties,
  {
    transactionId,
    serverChallenge,
    serverAddress,
  }: {
    readonly transactionId: Uint8Array;
    readonly serverChallenge: Uint8Array;
    readonly serverAddress: string;
  },
): Session {
  return {
    transactionId: bytesToHex(transactionId),
    createdAt: Number(now),
    state: 'initiated',
    serverAddress,
    serverChallenge: bytesToHex(serverChallenge),
    ciPkId: bytesToHex(ciPkId),
    serverCiPkId: bytesToHex(identity.ciPkId),
    serverPair: pairName(identity),
  };
}

const isValid =
  (at: bigint) =>
  ({ auth, pb }: SmdpIdentity) =>
    isInTime(auth, at) && isInTime(pb, at);

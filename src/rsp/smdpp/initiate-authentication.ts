import { bytesEqual, bytesToHex } from '../../bytes.ts';
import { ServerSigned1 } from '../../sgp22/messages/authenticate-server.ts';
import type { Es9pAnswer, Es9pRequest } from '../../sgp22/messages/es9p.ts';
import type { EuiccInfo1 } from '../../sgp22/messages/euicc-info.ts';
import { sign } from '../../sgp22/messages/signature.ts';
import { RspRefusal, STATUS } from '../../sgp22/status-codes.ts';
import { placeOf } from '../network-address.ts';
import type { SmdpContext } from './context.ts';
import { isSupportedSvn } from './eligibility.ts';
import { findAnchor, pairName, type SmdpIdentity, type SmdpTrust } from './identities.ts';
import type { Session } from './session.ts';
import { tellTransaction } from './trace.ts';

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

  const serverSigned1 = ServerSigned1.encode({
    transactionId,
    euiccChallenge,
    serverAddress,
    serverChallenge,
  });
  return {
    transactionId,
    serverSigned1,
    serverSignature1: sign(identity.auth.secretKey, serverSigned1),
    euiccCiPKIdToBeUsed: ciPkId,
    serverCertificate: identity.auth.certificate.der,
  };
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
  const ciPkId = chooseCi(trust, euiccInfo1, at);
  if (ciPkId === undefined) throw new RspRefusal(refuse.ciPKNotSupported);
  const identity = chooseIdentity(trust, euiccInfo1, ciPkId, at);
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

/** The first CI that the eUICC can sign under and the server accepts eUICCs under. */
function chooseCi(
  { anchors }: SmdpTrust,
  { euiccCiPKIdListForSigning }: EuiccInfo1,
  at: bigint,
): Uint8Array | undefined {
  return euiccCiPKIdListForSigning.find((id) => {
    const anchor = findAnchor(anchors, id);
    return anchor !== undefined && at >= anchor.notBefore && at <= anchor.notAfter;
  });
}

/** Certificates that the eUICC can verify and that are valid now; of the signing CI if possible. */
function chooseIdentity(
  { identities }: SmdpTrust,
  { euiccCiPKIdListForVerification }: EuiccInfo1,
  ciPkId: Uint8Array,
  at: bigint,
): SmdpIdentity | undefined {
  const verifiable = euiccCiPKIdListForVerification.flatMap((id) =>
    identities.filter((identity) => bytesEqual(identity.ciPkId, id) && isValid(identity, at)),
  );
  return verifiable.find((identity) => bytesEqual(identity.ciPkId, ciPkId)) ?? verifiable[0];
}

function isValid({ auth, pb }: SmdpIdentity, at: bigint): boolean {
  return [auth, pb].every(
    ({ certificate }) => at >= certificate.notBefore && at <= certificate.notAfter,
  );
}

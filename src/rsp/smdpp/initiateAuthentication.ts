import { bytesEqual, bytesToHex } from '../../bytes.ts';
import { encodeServerSigned1 } from '../messages/authenticateServer.ts';
import type { Es9pAnswer, Es9pRequest } from '../messages/es9p.ts';
import type { EuiccInfo1 } from '../messages/euiccInfo.ts';
import { compareVersions } from '../messages/identifiers.ts';
import { sign } from '../messages/signature.ts';
import { RspRefusal, STATUS } from '../messages/statusCodes.ts';
import type { SmdpContext } from './context.ts';
import { findAnchor, type SmdpIdentity, type SmdpTrust } from './identities.ts';
import type { Session } from './session.ts';

/**
 * Open a session (SGP.22 5.6.1). Throws RspRefusal, and ERR_RSP_BUSY when there are too many.
 */
export async function initiateAuthentication(
  context: SmdpContext,
  { euiccChallenge, euiccInfo1, smdpAddress }: Es9pRequest<'initiateAuthentication'>,
): Promise<Es9pAnswer<'initiateAuthentication'>> {
  const { settings, trust, store, sessions, now, random } = context;
  const refuse = STATUS.initiateAuthentication;
  if (smdpAddress.toLowerCase() !== settings.address.toLowerCase()) {
    throw new RspRefusal(refuse.invalidServerAddress);
  }
  if (compareVersions(euiccInfo1.svn, settings.minimumSvn) < 0) {
    throw new RspRefusal(refuse.svnNotSupported);
  }
  const at = now();
  const ciPkId = chooseCi(trust, euiccInfo1, at);
  if (ciPkId === undefined) throw new RspRefusal(refuse.noUsableCi);
  const identity = chooseIdentity(trust, euiccInfo1, ciPkId, at);
  if (identity === undefined) throw new RspRefusal(refuse.noServerCertificate);

  const transactionId = random(16);
  const serverChallenge = random(16);
  const session: Session = {
    transactionId: bytesToHex(transactionId),
    createdAt: Number(at),
    state: 'initiated',
    serverAddress: smdpAddress,
    serverChallenge: bytesToHex(serverChallenge),
    ciPkId: bytesToHex(ciPkId),
    serverCiPkId: bytesToHex(identity.ciPkId),
  };
  const change = store.change();
  for (const gone of sessions.sweep()) change.deleteSession(gone);
  sessions.add(session);
  await change.putSession(session).commit({ durable: false });

  const serverSigned1 = encodeServerSigned1({
    transactionId,
    euiccChallenge,
    serverAddress: smdpAddress,
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

/** ES10b.AuthenticateServer in the eUICC (SGP.22 5.7.13). */
import { bytesEqual } from '../../bytes.ts';
import {
  type AUTHENTICATE_ERROR,
  AuthenticateServerRequest,
  AuthenticateServerResponse,
  EuiccSigned1,
  ServerSigned1,
} from '../../sgp22/messages/authenticate-server.ts';
import { publicKeyOf } from '../../sgp22/messages/curve.ts';
import { isSignature, sign } from '../../sgp22/messages/signature.ts';
import { NO_CERTIFICATE } from '../../sgp22/messages/zkcx-server.ts';
import { sessionKeyMessage } from '../../sgp22/messages/zkcx-firmware.ts';
import type { Role } from '../../roles.ts';
import { newSecretKey } from './one-time-key.ts';
import { checkServerCertificate } from './server-certificate.ts';
import type { AuthenticatedSession, ChallengedSession, Session } from './session.ts';
import type { EuiccSettings } from './settings.ts';

const SMDP_ROLES: readonly Role[] = ['dp-auth-v2', 'dp-auth'];
const SERVER_ROLES: readonly Role[] = [...SMDP_ROLES, 'ds-auth-v2', 'ds-auth'];

type Failure = keyof typeof AUTHENTICATE_ERROR;

/**
 * Answer an AuthenticateServerRequest. The challenge counts for one attempt: whatever comes out, the
 * session that was there is over, and `session` is the new one if the server is authentic.
 *
 * @param euiccInfo2 what to sign about the eUICC, whole element
 * @throws ERR_DER_* and ERR_RSP_VALUE for a request that cannot be read
 */
export function authenticateServer(
  settings: EuiccSettings,
  current: Session | undefined,
  euiccInfo2: Uint8Array,
  bytes: Uint8Array,
): { response: Uint8Array; session: AuthenticatedSession | undefined } {
  const request = AuthenticateServerRequest.decode(bytes);
  const signed = ServerSigned1.decode(request.serverSigned1);
  const failed = (failure: Failure) => ({
    response: AuthenticateServerResponse.encode({
      result: 'error',
      transactionId: signed.transactionId,
      authenticateErrorCode: failure,
    }),
    session: undefined,
  });

  if (current?.stage !== 'challenged') return failed('noSessionContext');
  const credential = settings.identity.credentials.find(({ ciKeyIdentifier }) =>
    bytesEqual(ciKeyIdentifier, request.euiccCiPKIdToBeUsed),
  );
  if (credential === undefined) return failed('ciPKUnknown');
  const server = serverOf(settings, current, request.serverCertificate);
  if (typeof server === 'string') return failed(server);
  if (!isSignature(request.serverSignature1, server.publicKey, request.serverSigned1)) {
    return failed('invalidSignature');
  }
  if (!bytesEqual(signed.euiccChallenge, current.challenge)) {
    return failed('euiccChallengeMismatch');
  }

  const { transactionId, serverAddress, serverChallenge } = signed;
  const sessionKey = 'anchor' in server ? undefined : newSecretKey(settings.random);
  const euiccSigned1 =
    sessionKey === undefined
      ? EuiccSigned1.encode({
          transactionId,
          serverAddress,
          serverChallenge,
          euiccInfo2: { der: euiccInfo2 },
          ctxParams1: request.ctxParams1,
        })
      : sessionKeyMessage({
          transactionId,
          smdpOid: server.oid,
          sessionKey: publicKeyOf(sessionKey),
        });
  const euiccSignature1 = sign(credential.secretKey, euiccSigned1);
  return {
    response: AuthenticateServerResponse.encode({
      result: 'ok',
      euiccSigned1,
      euiccSignature1,
      euiccCertificate: credential.certificate,
      eumCertificate: credential.eumCertificate,
    }),
    session: {
      stage: 'authenticated',
      // the request's buffer is not the session's
      transactionId: transactionId.slice(),
      serverAddress,
      smdpOid: server.oid,
      server:
        'anchor' in server
          ? {
              verifiedBy: 'euicc',
              anchor: server.anchor,
              isSmdp: SMDP_ROLES.includes(server.role),
              euiccSignature1,
            }
          : {
              verifiedBy: 'lpa',
              packageKey: server.packageKey,
              serverSigned1: request.serverSigned1.slice(),
              sessionKey: sessionKey!,
            },
      credential,
    },
  };
}

/** Who signed: by its certificate, or by what the LPA said; never by a mixture of both. */
function serverOf(
  { anchors, now }: EuiccSettings,
  { server }: ChallengedSession,
  certificate: Uint8Array,
) {
  if (server !== undefined) {
    if (!bytesEqual(certificate, NO_CERTIFICATE)) return 'invalidCertificate';
    const { smdpOid: oid, authKey: publicKey, packageKey } = server;
    return { oid, publicKey, packageKey };
  }
  const checked = checkServerCertificate(certificate, anchors, now());
  if (typeof checked === 'string') return checked;
  return SERVER_ROLES.includes(checked.role) ? checked : 'invalidOid';
}

/** ES10b.PrepareDownload in the eUICC (SGP.22 5.7.5). */
import { bytesEqual } from '../../bytes.ts';
import {
  type DOWNLOAD_ERROR,
  EuiccSigned2,
  PrepareDownloadRequest,
  PrepareDownloadResponse,
  SmdpSigned2,
} from '../../sgp22/messages/prepare-download.ts';
import {
  euiccSignature2Input,
  isSignature,
  sign,
  smdpSignature2Input,
} from '../../sgp22/messages/signature.ts';
import { eidBytes } from '../../sgp22/messages/identifiers.ts';
import { zkcxKdfValue, zkcxSmdpSignature2Input } from '../../sgp22/messages/zkcx-firmware.ts';
import { NO_CERTIFICATE } from '../../sgp22/messages/zkcx-server.ts';
import type { PublicKey } from '../../pki/index.ts';
import type { Role } from '../../roles.ts';
import { keptOneTimeKey } from './one-time-key.ts';
import type { EuiccOneTimeKey } from './one-time-key.ts';
import { checkServerCertificate } from './server-certificate.ts';
import {
  type AuthenticatedSession,
  type PreparedSession,
  type Session,
  signingKey,
} from './session.ts';
import type { EuiccSettings } from './settings.ts';
import type { EuiccState } from './state.ts';

const PACKAGE_ROLES: readonly Role[] = ['dp-pb-v2', 'dp-pb'];

type Failure = keyof typeof DOWNLOAD_ERROR;

/**
 * Answer a PrepareDownloadRequest. `session` is the prepared one, undefined if the request failed; the
 * session that was there then goes on, so that it can be cancelled.
 *
 * A package that was bound before is asked for under the same one-time key, if this eUICC made that key
 * for this server and still has it; in all other cases the key is new. It always is where the LPA
 * verified the server: a key that came again would link two sessions.
 *
 * @throws ERR_DER_* and ERR_RSP_VALUE for a request that cannot be read
 */
export function prepareDownload(
  settings: EuiccSettings,
  current: Session | undefined,
  kept: EuiccState['oneTimeKeys'],
  bytes: Uint8Array,
): { response: Uint8Array; session: PreparedSession | undefined } {
  const request = PrepareDownloadRequest.decode(bytes);
  const signed = SmdpSigned2.decode(request.smdpSigned2);
  const { transactionId } = signed;
  const failed = (failure: Failure) => ({
    response: PrepareDownloadResponse.encode({
      result: 'error',
      transactionId,
      downloadErrorCode: failure,
    }),
    session: undefined,
  });

  if (current === undefined || current.stage === 'challenged') return failed('noSessionContext');
  if (!bytesEqual(transactionId, current.transactionId)) return failed('invalidTransactionId');
  // an SM-DS tells of profiles, it delivers none
  if (current.server.verifiedBy === 'euicc' && !current.server.isSmdp) {
    return failed('noSessionContext');
  }
  const packageKey = packageKeyOf(settings, current, request.smdpCertificate);
  if (typeof packageKey === 'string') return failed(packageKey);
  const { server } = current;
  const byCertificate = server.verifiedBy === 'euicc';
  const input = byCertificate
    ? smdpSignature2Input(request.smdpSigned2, server.euiccSignature1)
    : zkcxSmdpSignature2Input(request.smdpSigned2, server.serverSigned1);
  if (!isSignature(request.smdpSignature2, packageKey, input)) return failed('invalidSignature');
  if (signed.ccRequiredFlag && request.hashCc === undefined) return failed('undefinedError');

  const key =
    keptKey(byCertificate ? kept : [], current.smdpOid, signed.bppEuiccOtpk) ??
    // a second PrepareDownload of one session gets the key of the first
    (current.stage === 'prepared' ? current.oneTimeKey : settings.newOneTimeKey());
  const euiccSigned2 = EuiccSigned2.encode({
    transactionId,
    euiccOtpk: key.publicKey,
    hashCc: signed.ccRequiredFlag ? request.hashCc : undefined,
  });
  const signature = euiccSignature2Input(euiccSigned2, request.smdpSignature2);
  return {
    response: PrepareDownloadResponse.encode({
      result: 'ok',
      euiccSigned2,
      euiccSignature2: sign(signingKey(current), signature),
    }),
    session: {
      ...current,
      stage: 'prepared',
      packageKey,
      oneTimeKey: key,
      kdfValue: byCertificate
        ? eidBytes(settings.identity.eid)
        : zkcxKdfValue(server.serverSigned1, key.publicKey),
    },
  };
}

/** The key that smdpSignature2 and the package must be signed with. */
function packageKeyOf(
  { now }: EuiccSettings,
  { server, smdpOid }: Pick<AuthenticatedSession, 'server' | 'smdpOid'>,
  certificate: Uint8Array,
): PublicKey | 'unsupportedCurve' | 'invalidCertificate' {
  if (server.verifiedBy === 'lpa') {
    return bytesEqual(certificate, NO_CERTIFICATE) ? server.packageKey : 'invalidCertificate';
  }
  const checked = checkServerCertificate(certificate, [server.anchor], now());
  if (checked === 'unsupportedCurve') return 'unsupportedCurve';
  if (typeof checked === 'string') return 'invalidCertificate';
  const fits = PACKAGE_ROLES.includes(checked.role) && checked.oid === smdpOid;
  return fits ? checked.publicKey : 'invalidCertificate';
}

function keptKey(
  kept: EuiccState['oneTimeKeys'],
  smdpOid: string,
  wanted: Uint8Array | undefined,
): EuiccOneTimeKey | undefined {
  if (wanted === undefined) return undefined;
  return kept
    .filter((entry) => entry.smdpOid === smdpOid)
    .map(({ secretKey }) => keptOneTimeKey(secretKey))
    .find(({ publicKey }) => bytesEqual(publicKey, wanted));
}

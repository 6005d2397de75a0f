/** What the LPA checks itself before it lets the eUICC go on (SGP.22 3.1.2, 3.1.3). */
import { parseCertificate } from '../../asn1/index.ts';
import { bytesEqual, joinBytes } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';
import { roleOf } from '../../pki/index.ts';
import { ServerSigned1 } from '../../sgp22/messages/authenticate-server.ts';
import { BoundProfilePackage, SEGMENT } from '../../sgp22/messages/bound-profile-package.ts';
import type { Es9pAnswer } from '../../sgp22/messages/es9p.ts';
import type { EuiccInfo1 } from '../../sgp22/messages/euicc-info.ts';
import { StoreMetadataRequest } from '../../sgp22/messages/metadata.ts';
import { SmdpSigned2 } from '../../sgp22/messages/prepare-download.ts';

/** Why the LPA gives a download up; `reason` of the error. */
export type DownloadProblem =
  | 'serverAddress'
  | 'transactionId'
  | 'euiccChallenge'
  | 'smdpOid'
  | 'serverRole'
  | 'euiccCiPKIdToBeUsed'
  | 'metadataMismatch';

/** The reply to InitiateAuthentication. Signature and chain of the certificate are the eUICC's to check. */
export function checkInitiateAuthentication(
  answer: Es9pAnswer<'initiateAuthentication'>,
  expected: {
    readonly address: string;
    readonly challenge: Uint8Array;
    readonly info1: EuiccInfo1;
    /** OID of the activation code. */
    readonly oid?: string;
  },
): void {
  const signed = ServerSigned1.decode(answer.serverSigned1);
  if (!bytesEqual(signed.transactionId, answer.transactionId)) {
    throw problem('transactionId', 'the server signed another transactionId than it gave');
  }
  if (signed.serverAddress.toLowerCase() !== expected.address.toLowerCase()) {
    throw problem('serverAddress', `the server signed for ${signed.serverAddress}`);
  }
  if (!bytesEqual(signed.euiccChallenge, expected.challenge)) {
    throw problem('euiccChallenge', "the server did not sign this eUICC's challenge");
  }
  const { euiccCiPKIdListForSigning } = expected.info1;
  if (!euiccCiPKIdListForSigning.some((id) => bytesEqual(id, answer.euiccCiPKIdToBeUsed))) {
    throw problem('euiccCiPKIdToBeUsed', 'the server chose a CI that the eUICC does not have');
  }
  if (expected.oid !== undefined) {
    const { registeredId } = parseCertificate(answer.serverCertificate);
    if (registeredId !== expected.oid) {
      throw problem('smdpOid', `the server has the OID ${registeredId ?? 'none'}, not the code's`);
    }
  }
}

/** What a server is, by the certificate that the eUICC is to verify: one address may be that of either. */
export function serverKind(serverCertificate: Uint8Array): 'smdp' | 'smds' {
  const role = roleOf(parseCertificate(serverCertificate));
  if (role === 'dp-auth-v2' || role === 'dp-auth') return 'smdp';
  if (role === 'ds-auth-v2' || role === 'ds-auth') return 'smds';
  throw problem('serverRole', `the server's certificate has the role ${role}`);
}

/** Only an SM-DP+ delivers profiles. */
export function assertSmdp(serverCertificate: Uint8Array): void {
  if (serverKind(serverCertificate) === 'smdp') return;
  throw problem('serverRole', 'this is an SM-DS, which tells of profiles and delivers none');
}

/** A later answer: it must belong to the transaction. */
export function checkTransaction(transactionId: Uint8Array, expected: Uint8Array): void {
  if (!bytesEqual(transactionId, expected)) {
    throw problem('transactionId', 'an answer belongs to another transaction');
  }
}

/** The reply to AuthenticateClient: what the eUICC signs is what the user saw. */
export function checkAuthenticateClient(
  answer: Es9pAnswer<'authenticateClient'>,
  transactionId: Uint8Array,
) {
  checkTransaction(answer.transactionId, transactionId);
  const signed = SmdpSigned2.decode(answer.smdpSigned2);
  checkTransaction(signed.transactionId, transactionId);
  return { signed, metadata: StoreMetadataRequest.decode(answer.profileMetadata) };
}

/** Bytes of the MAC at the end of a segment. */
const MAC = 8;

/**
 * The metadata in the package, which is in clear, must be what the user agreed to. Data that are meant
 * for the LPA alone stay out of the package.
 */
export function checkPackageMetadata(bpp: Uint8Array, shown: Uint8Array): void {
  const segments = BoundProfilePackage.decode(bpp).storeMetadata.map(
    (segment) => SEGMENT.storeMetadata.decode(segment).content,
  );
  if (segments.some(({ length }) => length < MAC)) {
    throw problem('metadataMismatch', 'the metadata of the package have no MAC');
  }
  const installed = joinBytes(segments.map((content) => content.subarray(0, -MAC)));
  if (!bytesEqual(comparable(installed), comparable(shown))) {
    throw problem('metadataMismatch', 'the package has other metadata than those that were shown');
  }
}

function comparable(metadata: Uint8Array): Uint8Array {
  const all = StoreMetadataRequest.decode(metadata);
  return StoreMetadataRequest.encode({ ...all, serviceSpecificDataNotStoredInEuicc: undefined });
}

function problem(reason: DownloadProblem, message: string): ZkcxError {
  return new ZkcxError('ERR_RSP_DOWNLOAD', message, { reason });
}

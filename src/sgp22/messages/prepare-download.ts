/** ES10b.PrepareDownload BF21 (SGP.22 5.7.5): the server's second signature and the eUICC's. */
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '../../bytes.ts';
import { choice } from '../codec/choice.ts';
import { automatic, context, type Input, type Value } from '../codec/codec.ts';
import { boolean, coded, octets } from '../codec/primitives.ts';
import { optional, sequence, whole, message } from '../codec/structures.ts';
import { TAG } from '../tags.ts';
import { Otpk } from './curve.ts';
import { hexToBytes, transactionId } from './identifiers.ts';
import { Signature } from './signature.ts';

/** SmdpSigned2, covered by smdpSignature2. */
export const SmdpSigned2 = message(
  'smdpSigned2',
  sequence({
    transactionId: context(0, transactionId),
    ccRequiredFlag: boolean,
    /** One-time key that an earlier package of this order was bound to: 65 bytes. */
    bppEuiccOtpk: optional(Otpk),
  }),
);
export type SmdpSigned2 = Input<typeof SmdpSigned2>;

/** Signed parts and certificates are whole elements, signatures r and s of 64 bytes. */
export const PrepareDownloadRequest = message(
  'PrepareDownloadRequest',
  TAG.prepareDownload,
  sequence({
    smdpSigned2: whole(),
    smdpSignature2: Signature,
    /** See `hashConfirmationCode`. */
    hashCc: optional(octets(32)),
    /** CERT.DPpb. */
    smdpCertificate: whole(),
  }),
);
export type PrepareDownloadRequest = Input<typeof PrepareDownloadRequest>;

const euiccSigned2 = sequence({
  transactionId: context(0, transactionId),
  /** otPK.EUICC.ECKA: 65 bytes. */
  euiccOtpk: Otpk,
  hashCc: optional(octets(32)),
});

/** EUICCSigned2, covered by euiccSignature2. */
export const EuiccSigned2 = message('euiccSigned2', euiccSigned2);

export type EuiccSigned2 = Value<typeof EuiccSigned2>;

/** DownloadErrorCode. */
export const DOWNLOAD_ERROR = {
  invalidCertificate: 1,
  invalidSignature: 2,
  unsupportedCurve: 3,
  noSessionContext: 4,
  invalidTransactionId: 5,
  undefinedError: 127,
} as const;

export const PrepareDownloadResponse = message(
  'PrepareDownloadResponse',
  TAG.prepareDownload,
  choice(
    'result',
    automatic({
      ok: sequence({
        /** Whole element, see `EuiccSigned2`. */
        euiccSigned2: whole(),
        euiccSignature2: Signature,
      }),
      error: sequence({
        transactionId: context(0, transactionId),
        downloadErrorCode: coded(DOWNLOAD_ERROR),
      }),
    }),
  ),
);
export type PrepareDownloadResponse = Input<typeof PrepareDownloadResponse>;
export type PrepareDownloadResponseOk = Extract<PrepareDownloadResponse, { readonly result: 'ok' }>;

/**
 * How the code that a user types becomes bytes: most LPAs take its text, some servers expect the
 * bytes that its digits stand for.
 */
export type ConfirmationCodeForm = 'text' | 'hex';

/** SHA-256 of the confirmation code, 32 bytes: what a server keeps in place of the code. */
export function hashConfirmationCode(
  code: string,
  form: ConfirmationCodeForm = 'text',
): Uint8Array {
  const bytes =
    form === 'hex' ? hexToBytes(code, 'the confirmation code') : new TextEncoder().encode(code);
  return sha256(bytes);
}

/** hashCc of SGP.22 3.1.3: the hash of the code, bound to this download. 32 bytes. */
export function hashCcOf(codeHash: Uint8Array, transactionId: Uint8Array): Uint8Array {
  return sha256(concatBytes(codeHash, transactionId));
}

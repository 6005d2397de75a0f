/** ES10b.CancelSession BF41 (SGP.22 5.7.14): a download is given up, and the server is told. */
import { choice } from '../codec/choice.ts';
import { automatic, type Input, type Value } from '../codec/codec.ts';
import { coded, oid } from '../codec/primitives.ts';
import { sequence, whole, wrapped, message } from '../codec/structures.ts';
import { TAG } from '../tags.ts';
import { transactionId } from './identifiers.ts';
import { Signature } from './signature.ts';

/** CancelSessionReason. After postponed and timeout the order can be downloaded later. */
export const CANCEL_SESSION_REASON = {
  endUserRejection: 0,
  postponed: 1,
  timeout: 2,
  pprNotAllowed: 3,
  metadataMismatch: 4,
  loadBppExecutionError: 5,
  undefinedReason: 127,
} as const;

export const CancelSessionRequest = message(
  'CancelSessionRequest',
  TAG.cancelSession,
  sequence(automatic({ transactionId, reason: coded(CANCEL_SESSION_REASON) })),
);
export type CancelSessionRequest = Input<typeof CancelSessionRequest>;

/** EuiccCancelSessionSigned, covered by euiccCancelSessionSignature. */
export const EuiccCancelSessionSigned = message(
  'euiccCancelSessionSigned',
  sequence(
    automatic({
      transactionId,
      /** OID of CERT.DPauth. */
      smdpOid: oid,
      reason: coded(CANCEL_SESSION_REASON),
    }),
  ),
);
export type EuiccCancelSessionSigned = Value<typeof EuiccCancelSessionSigned>;

/** cancelSessionResponseError. */
export const CANCEL_SESSION_ERROR = { invalidTransactionId: 5, undefinedError: 127 } as const;

export const CancelSessionResponse = message(
  'CancelSessionResponse',
  TAG.cancelSession,
  choice(
    'result',
    automatic({
      ok: sequence({
        /** Whole element, see `EuiccCancelSessionSigned`. */
        euiccCancelSessionSigned: whole(),
        euiccCancelSessionSignature: Signature,
      }),
      error: wrapped('error', coded(CANCEL_SESSION_ERROR)),
    }),
  ),
);
export type CancelSessionResponse = Input<typeof CancelSessionResponse>;

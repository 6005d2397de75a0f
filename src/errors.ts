/** Stable codes of everything zkCX refuses. The prefix names the stage. */
export type ErrorCode =
  // bytes that are not the strict DER that was expected
  | 'ERR_DER_TRUNCATED'
  | 'ERR_DER_TRAILING'
  | 'ERR_DER_LENGTH'
  | 'ERR_DER_TAG'
  | 'ERR_DER_DEPTH'
  | 'ERR_DER_VALUE'
  | 'ERR_PEM'
  // a proof or an envelope
  | 'ERR_PROOF_FORMAT'
  | 'ERR_PROOF_VERSION'
  | 'ERR_PROOF_INVALID'
  | 'ERR_CLI_USAGE';

/**
 * The one error type. `code` is stable and meant for programs, `message` for people: what is
 * wrong and, where it helps, what to do. Never holds keys, EIDs or blinds.
 */
export class ZkcxError extends Error {
  readonly code: ErrorCode;
  /** A detail for programs: the OID, the tag, the limit. */
  readonly reason?: string;

  constructor(code: ErrorCode, message: string, options: { reason?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'ZkcxError';
    this.code = code;
    this.reason = options.reason;
  }
}

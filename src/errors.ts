/** Stable codes of everything zkCX refuses. The prefix names the stage. */
export type ErrorCode =
  // bytes that are not the strict DER that was expected
  | 'ERR_DER_TRUNCATED'
  | 'ERR_DER_OVERRUN'
  | 'ERR_DER_TRAILING'
  | 'ERR_DER_MISSING'
  | 'ERR_DER_INDEFINITE'
  | 'ERR_DER_LENGTH_MINIMAL'
  | 'ERR_DER_LENGTH_SIZE'
  | 'ERR_DER_TAG'
  | 'ERR_DER_TAG_LONG'
  | 'ERR_DER_FORM'
  | 'ERR_DER_DEPTH'
  | 'ERR_DER_BOOLEAN'
  | 'ERR_DER_DEFAULT'
  | 'ERR_DER_INTEGER'
  | 'ERR_DER_OID'
  | 'ERR_DER_BIT_STRING'
  | 'ERR_DER_NULL'
  | 'ERR_PEM'
  // strict DER that is not a certificate of RFC 5280 and the GSMA profile
  | 'ERR_CERT_VERSION'
  | 'ERR_CERT_SERIAL_NEGATIVE'
  | 'ERR_CERT_SERIAL_SIZE'
  | 'ERR_CERT_SIGNATURE_ALGORITHM'
  | 'ERR_CERT_SIGNATURE_MISMATCH'
  | 'ERR_CERT_SIGNATURE_VALUE'
  | 'ERR_CERT_NAME_EMPTY'
  | 'ERR_CERT_NAME_MULTIVALUED'
  | 'ERR_CERT_NAME_VALUE'
  | 'ERR_CERT_ORGANISATION_COUNT'
  | 'ERR_CERT_ORGANISATION_TYPE'
  | 'ERR_CERT_SUBJECT_SERIAL_COUNT'
  | 'ERR_CERT_SUBJECT_SERIAL_TYPE'
  | 'ERR_CERT_TIME_FORMAT'
  | 'ERR_CERT_TIME_RANGE'
  | 'ERR_CERT_TIME_BEFORE_1970'
  | 'ERR_CERT_KEY_ALGORITHM'
  | 'ERR_CERT_CURVE'
  | 'ERR_CERT_KEY_POINT'
  | 'ERR_CERT_KEY_COORDINATE'
  | 'ERR_CERT_UNIQUE_ID'
  | 'ERR_CERT_EXTENSIONS_ABSENT'
  | 'ERR_CERT_EXTENSION_DUPLICATE'
  | 'ERR_CERT_EXTENSION_UNKNOWN_CRITICAL'
  | 'ERR_CERT_KEY_USAGE'
  | 'ERR_CERT_PATH_LEN_WITHOUT_CA'
  | 'ERR_CERT_PATH_LEN_NEGATIVE'
  | 'ERR_CERT_POLICY_DUPLICATE'
  | 'ERR_CERT_KEY_IDENTIFIER'
  | 'ERR_CERT_AUTHORITY_ISSUER'
  | 'ERR_CERT_NAME_CONSTRAINTS_EXCLUDED'
  | 'ERR_CERT_NAME_CONSTRAINTS_ABSENT'
  | 'ERR_CERT_NAME_CONSTRAINTS_BASE'
  | 'ERR_CERT_NAME_CONSTRAINTS_DISTANCE'
  | 'ERR_CERT_PERMITTED_EINS'
  | 'ERR_CERT_CONSTRAINTS_BOTH'
  | 'ERR_CERT_GENERAL_NAME'
  | 'ERR_CERT_REGISTERED_ID_DUPLICATE'
  | 'ERR_CERT_EXTENSION_VALUE'
  // valid X.509, but outside what the circuits take; said before any proving
  | 'ERR_PROFILE_KEY_IDENTIFIER'
  | 'ERR_PROFILE_PATH_LEN'
  | 'ERR_PROFILE_TBS_LENGTH'
  | 'ERR_PROFILE_NAME_LENGTH'
  | 'ERR_PROFILE_NAME_ATTRIBUTES'
  | 'ERR_PROFILE_RDN_LENGTH'
  | 'ERR_PROFILE_EXTENSIONS'
  | 'ERR_PROFILE_POLICIES'
  | 'ERR_PROFILE_GENERAL_NAMES'
  | 'ERR_PROFILE_OID_LENGTH'
  | 'ERR_PROFILE_ORGANISATION'
  | 'ERR_PROFILE_BASES'
  | 'ERR_PROFILE_IIN_LENGTH'
  // certificates that parse, but are no chain under the anchor (docs/chain-rules.md)
  | 'ERR_CHAIN_ANCHOR'
  | 'ERR_CHAIN_LENGTH'
  | 'ERR_CHAIN_KEY'
  | 'ERR_CHAIN_SIGNATURE'
  | 'ERR_CHAIN_ISSUER_NAME'
  | 'ERR_CHAIN_SKI'
  | 'ERR_CHAIN_AKI'
  | 'ERR_CHAIN_NOT_YET_VALID'
  | 'ERR_CHAIN_EXPIRED'
  | 'ERR_CHAIN_WINDOW'
  | 'ERR_CHAIN_ROLE_MISSING'
  | 'ERR_CHAIN_ROLE_AMBIGUOUS'
  | 'ERR_CHAIN_ROLE_UNKNOWN'
  | 'ERR_CHAIN_ROLE_PAIR'
  | 'ERR_CHAIN_ROLE_ANCHOR'
  | 'ERR_CHAIN_CA'
  | 'ERR_CHAIN_KEY_USAGE'
  | 'ERR_CHAIN_PATH_LENGTH'
  | 'ERR_CHAIN_CONSTRAINTS_MISSING'
  | 'ERR_CHAIN_CONSTRAINTS_LEAF'
  | 'ERR_CHAIN_CONSTRAINTS_WIDER'
  | 'ERR_CHAIN_ORGANISATION_RANGE'
  | 'ERR_CHAIN_EID'
  | 'ERR_CHAIN_EID_RANGE'
  | 'ERR_CHAIN_SERVER_OID'
  // the set of accepted CIs
  | 'ERR_TRUST_SIZE'
  | 'ERR_TRUST_UNKNOWN'
  // the revocation map
  | 'ERR_REVOCATION_ISSUER_MISSING'
  | 'ERR_REVOCATION_STALE'
  | 'ERR_REVOCATION_REVOKED'
  // a proof or an envelope
  | 'ERR_PROOF_FORMAT'
  | 'ERR_PROOF_VERSION'
  | 'ERR_PROOF_INVALID'
  | 'ERR_PROOF_PROGRAM'
  | 'ERR_PROOF_KEY'
  | 'ERR_PROOF_MODE'
  | 'ERR_PROOF_TRUST_ROOT'
  | 'ERR_PROOF_WINDOW'
  // a credential file
  | 'ERR_CREDENTIAL_FORMAT'
  | 'ERR_CREDENTIAL_VERSION'
  | 'ERR_CREDENTIAL_PERMISSIONS'
  | 'ERR_CREDENTIAL_MISMATCH'
  // the proving process
  | 'ERR_PROVER_INPUT'
  | 'ERR_PROVER_REFUSED'
  | 'ERR_PROVER_FAILED'
  | 'ERR_PROVER_CRASHED'
  | 'ERR_PROVER_CANCELLED'
  | 'ERR_PROVER_CLOSED'
  | 'ERR_PROVER_KEY'
  // files and the command line
  | 'ERR_FILE_READ'
  | 'ERR_FILE_SIZE'
  | 'ERR_FILE_WRITE'
  | 'ERR_CLI_USAGE';

/**
 * The one error type. `code` is stable and meant for programs, `message` for people: what is
 * wrong and, where it helps, what to do. Never holds keys, EIDs or blinds.
 */
export class ZkcxError extends Error {
  readonly code: ErrorCode;
  /** A detail for programs: the OID, the tag, the limit. */
  readonly reason?: string;

  constructor(
    code: ErrorCode,
    message: string,
    options: { reason?: string; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'ZkcxError';
    this.code = code;
    this.reason = options.reason;
  }
}

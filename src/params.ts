/** Every number that changes a verification key. Change one, and `npm run pins` must run again. */

/** Certificates below the CI in one chain. */
export const MAX_LINKS = 4;

/** 64-byte SHA-256 blocks of the largest TBSCertificate: 12 blocks hold 759 bytes and the padding. */
export const TBS_BLOCKS = 12;
export const TBS_MAX_BYTES = 64 * TBS_BLOCKS - 9;

/** Height of the Merkle tree of accepted CI leaves. */
export const TRUST_HEIGHT = 8;

/**
 * Heights of the trees of revocation: entries of the map over (issuer, list kind), and serial numbers
 * of one list. An indexed tree of height h holds 2^h - 1 keys beside its sentinel.
 */
export const MAP_HEIGHT = 12;
export const SERIALS_HEIGHT = 24;

/**
 * Bytes of a revocation list that its circuits have room for: one entry with its header, the URI of the
 * distribution point, content of crlNumber. Serial numbers have up to 20 bytes, as in certificates, Names and the
 * number of extensions are limited as there.
 */
export const CRL_MAX_ENTRY = 129;
export const CRL_MAX_POINT = 217;
export const CRL_MAX_NUMBER = 8;

/** Extensions that an entry may have. */
export const CRL_ENTRY_SLOTS = 3;

/** The content of a TBSCertList has fewer than 2^24 bytes, and so have the entries. */
export const CRL_LENGTH_BITS = 24;

/**
 * Revocation lists are read in chunks: SHA-256 blocks that a method hashes at most, entries that a
 * step takes at most, and the bytes before a chunk that stay readable.
 */
export const CRL_BLOCKS = { start: 6, step: 11, finish: 6 } as const;
export const CRL_STEP_ENTRIES = 11;
export const CRL_TAIL_BYTES = 128;

/** Height of the tree of published credentials. */
export const REGISTRY_HEIGHT = 32;

/** Seconds of a slot of the Mina network. */
export const SLOT_SECONDS = 180;

/** Actions that the registry's admin can propose at a time. A transaction has room for 100 field elements of events. */
export const MAX_ACTIONS = 32;

/**
 * Seconds between proposing actions and applying them, seven days; and from then on until nothing of
 * them can be applied any more, fourteen days.
 */
export const ACTION_DELAY_SECONDS = 604_800;
export const ACTION_TERM_SECONDS = 1_209_600;

/** Seconds that a credential must stay valid after its publication: seven days. */
export const MIN_REMAINING_SECONDS = 604_800;

/** Largest height of an aggregate: up to 1,024 credentials in one proof. */
export const AGGREGATE_HEIGHT = 10;

/** Subtrees of a nameConstraints extension (or entries of permittedEins) that a link can commit to. */
export const MAX_BASES = 4;

/** Slots of the walks over a Name and over the extensions. */
export const NAME_SLOTS = 6;
export const EXTENSION_SLOTS = 12;

/** Entries of certificatePolicies and names of subjectAltName that a certificate may have. */
export const MAX_POLICIES = 4;
export const MAX_GENERAL_NAMES = 4;

/** Content bytes of a serial number (RFC 5280, 4.1.2.2). */
export const MAX_SERIAL = 20;

/** Bytes of an organisation name, an OID, a key identifier, a whole DER Name. */
export const MAX_ORGANISATION = 64;
/** Digits of an IIN in issuing constraints: what one span of bytes holds. */
export const MAX_IIN = 31;
export const MAX_OID = 30;
export const MAX_KEY_IDENTIFIER = 31;
/** Bytes of the serial number that may stand in an authorityKeyIdentifier beside the issuer. */
export const MAX_AUTHORITY_SERIAL = 31;
export const MAX_NAME = 217;
/** Content bytes of one RDN: lengths inside a Name are of one byte. */
export const MAX_RDN = 127;

/** "No limit" of pathLenConstraint; larger constraints than this are outside the profile. */
export const PATH_UNLIMITED = 127;

/** Runtime table ids, unique within a circuit. Ids 0 and 1 are kimchi's own. */
export const TABLE = {
  p256: { x0: 10, x1: 11, x2: 12, x01: 13, y01: 14, y2: 15, quotientTop: 20, elementTop: 21 },
  sha256: { chaining: 30 },
  memory: { prefix: 40, folded: 41, byte: 42, power: 43 },
  der: { short: 44, long: 45 },
  tbs: { serialLengths: 46, stringTags: 47, attributes: 48, calendar: 49, yearDays: 55 },
  walk: { digits: 51 },
  optional: { lengths: 60, octets: 61, oid: 62 },
  extensions: { keys: 63, starts: 64, ends: 65, critical: 66, generalNames: 67 },
  crl: { reasons: 80, numberLengths: 81 },
  aggregate: { powers: 90 },
  one: 91,
} as const;

/** Version that is hashed into every commitment. */
export const COMMITMENT_VERSION = 1;

/**
 * `mode`: first public input of every program, so that no proof passes for another kind. A number is never
 * used again: 3 to 7 and 15 were programs of earlier versions.
 */
export const MODE = {
  chain: 1,
  crl: 2,
  certify: 8,
  aggregate: 9,
  /** A list that is not yet read to its end: no statement, only an input of the next step. */
  crlPart: 10,
  /** Aggregates that are only an input of the next step: of one or two chains, and of several. */
  aggregatePair: 11,
  aggregateMerge: 12,
  refresh: 13,
  presentation: 14,
  possession: 16,
  registryPresentation: 17,
  sessionPossession: 18,
} as const;

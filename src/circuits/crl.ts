/**
 * What the proofs about a revocation list claim, and the state that they hand on while the list is read.
 * The same code runs in circuits and, on constants, outside.
 */
import { Field, Provable, Struct } from 'o1js';
import { Octets, packKey, PublicKey } from './claims.ts';
import { domainHash } from './hash.ts';

/** Chunks of 31 bytes, the last one of 4, that hold the tail of CRL_TAIL_BYTES. */
export const TAIL_CHUNKS = 5;

/** Public output of `crl`. */
export class CrlClaim extends Struct({
  /** Root of the CIs under which the issuer was authenticated. */
  trustRoot: Field,
  /** `mapKey` of issuer and list kind; 0 while the list is not read to its end. */
  mapKey: Field,
  /** `RevocationEntry.hash`; while the list is not read to its end `CrlState.hash`. */
  entry: Field,
  /** Serial numbers read. */
  count: Field,
}) {}

/** Where the reading of a list stands. Positions are bytes from the start of the TBSCertList. */
export class CrlState extends Struct({
  trustRoot: Field,
  /** Of the issuer; limbs are only shown to be in range where the signature is verified. */
  key: PublicKey,
  subjectKeyIdentifier: Octets,
  /** SHA-256 chaining words after the whole blocks hashed so far, each below 2^32. */
  words: Provable.Array(Field, 8),
  /** How many blocks these are. */
  blocks: Field,
  /** The last CRL_TAIL_BYTES bytes hashed, as big-endian numbers of 31, 31, 31, 31 and 4 bytes. */
  tail: Provable.Array(Field, TAIL_CHUNKS),
  /** First byte not yet read. */
  position: Field,
  /** Bytes of the whole TBSCertList, from its header. */
  total: Field,
  /** Where the entries end; without entries, where the extensions begin. */
  entriesEnd: Field,
  thisUpdate: Field,
  nextUpdate: Field,
  /** Root of the tree of the serial numbers read so far, and how many there are. */
  serials: Field,
  count: Field,
}) {
  static hash(state: CrlState): Field {
    return domainHash('crlState', [
      state.trustRoot,
      ...packKey(state.key),
      state.subjectKeyIdentifier.length,
      state.subjectKeyIdentifier.value,
      ...state.words,
      state.blocks,
      ...state.tail,
      state.position,
      state.total,
      state.entriesEnd,
      state.thisUpdate,
      state.nextUpdate,
      state.serials,
      state.count,
    ]);
  }

  /** What a proof claims that stops at a state. */
  static claim(state: CrlState): CrlClaim {
    return new CrlClaim({
      trustRoot: state.trustRoot,
      mapKey: Field(0),
      entry: CrlState.hash(state),
      count: state.count,
    });
  }
}

import { Field } from 'o1js';
import { CRL_MAX_POINT } from '../../../params.ts';
import { domainHash } from '../../hash.ts';
import { MAX_SPAN } from '../memory.ts';

const CHUNKS = Math.ceil(CRL_MAX_POINT / MAX_SPAN);

/** What `pointHash` hashes: the length and the chunks. Throws RangeError above CRL_MAX_POINT bytes. */
export function pointHashInput(uri: Uint8Array): bigint[] {
  if (uri.length > CRL_MAX_POINT) throw RangeError(`a URI above ${CRL_MAX_POINT} bytes`);
  const chunks = Array.from({ length: CHUNKS }, (_, i) =>
    uri
      .subarray(MAX_SPAN * i, MAX_SPAN * (i + 1))
      .reduce((number, byte) => 256n * number + BigInt(byte), 0n),
  );
  return [BigInt(uri.length), ...chunks];
}

/**
 * Hash of a distribution point's URI, outside circuits: Poseidon over its length in bytes and 7
 * chunks of 31 bytes as big-endian numbers, the last bytes in a shorter chunk, unused chunks 0.
 */
export function pointHash(uri: Uint8Array): Field {
  return domainHash('point', pointHashInput(uri).map(Field));
}

/** Encoding of the few DER elements that sessions write. Reading is DerCursor's. */
import { concatBytes } from '../bytes.ts';

/** Context-specific primitive tags of the session message, numbered as in SGP.22 EuiccSigned1. */
export const CONTEXT = {
  transactionId: 0x80,
  serverAddress: 0x83,
  serverChallenge: 0x84,
  /** Not in SGP.22: what stays with the holder. */
  hidden: 0x85,
} as const;

/** Tag and minimal length (X.690, 10.1) of an element with `length` content bytes, below 2^16. */
export function derHeader(tag: number, length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(tag, length);
  if (length < 0x100) return Uint8Array.of(tag, 0x81, length);
  if (length < 0x10000) return Uint8Array.of(tag, 0x82, length >> 8, length & 255);
  throw RangeError(`an element of ${length} bytes`);
}

/** A whole element. */
export function derElement(tag: number, content: Uint8Array): Uint8Array {
  return concatBytes(derHeader(tag, content.length), content);
}

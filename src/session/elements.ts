/**
 * Strict reader of the TLVs in RSP messages: like asn1's cursor, but with tags of up to two bytes,
 * which certificates do not have and SGP.22 does (5F37, BF2F).
 */
import { ZkcxError } from '../errors.ts';

export interface RspElement {
  /** Both bytes of a tag of two: 0x5f37. */
  readonly tag: number;
  readonly content: Uint8Array;
}

/** The elements that `bytes` consist of: definite, minimal lengths below 2^16, nothing left over. */
export function readElements(bytes: Uint8Array, what: string): RspElement[] {
  const elements: RspElement[] = [];
  let position = 0;
  const next = (): number => {
    const byte = bytes[position++];
    if (byte === undefined) throw refuse(what, 'ends inside an element');
    return byte;
  };
  while (position < bytes.length) {
    let tag = next();
    if ((tag & 0x1f) === 0x1f) {
      const second = next();
      // X.690, 8.1.2.4: numbers below 31 have the short form, larger ones no leading zero
      if (second < 31 || second > 127)
        throw refuse(what, 'has a tag in a form that is not minimal');
      tag = (tag << 8) | second;
    }
    let length = next();
    if (length > 0x7f) {
      const count = length & 0x7f;
      if (count !== 1 && count !== 2) throw refuse(what, 'has a length of another form');
      length = next();
      if (count === 2) length = (length << 8) | next();
      if (length < (count === 1 ? 0x80 : 0x100))
        throw refuse(what, 'has a length that is not minimal');
    }
    if (position + length > bytes.length) throw refuse(what, 'ends inside an element');
    elements.push({ tag, content: bytes.subarray(position, position + length) });
    position += length;
  }
  return elements;
}

/**
 * The same where the tags are known: a tag for each element in order, negative for one that may be
 * missing. Returns a content for each tag.
 */
export function readSequence(
  bytes: Uint8Array,
  tags: readonly number[],
  what: string,
): (Uint8Array | undefined)[] {
  const elements = readElements(bytes, what);
  const contents = tags.map((wanted) => {
    if (elements[0]?.tag === Math.abs(wanted)) return elements.shift()!.content;
    if (wanted < 0) return undefined;
    throw refuse(what, `lacks the element ${wanted.toString(16)} in its place`);
  });
  if (elements.length > 0) throw refuse(what, 'has an element that does not belong there');
  return contents;
}

/** A message that is refused for its form. */
export function refuse(what: string, problem: string): ZkcxError {
  return new ZkcxError('ERR_SESSION_MESSAGE', `${what} ${problem}`);
}

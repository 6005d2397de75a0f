/** Elements of RSP messages, read to the last byte: nothing unknown, nothing left over. */
import { type Tlv, TlvReader } from '../asn1/tlv.ts';
import { ZkcxError } from '../errors.ts';

/** The elements that `bytes` consist of. Throws ERR_SESSION_MESSAGE where they are not strict DER. */
export function readElements(bytes: Uint8Array, what: string): Tlv[] {
  const reader = new TlvReader(bytes, what);
  const elements: Tlv[] = [];
  try {
    while (!reader.done) elements.push(reader.any(what));
  } catch (cause) {
    throw new ZkcxError('ERR_SESSION_MESSAGE', `${what} is not strict DER`, { cause });
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

/**
 * PEM (RFC 7468), read as generously as its parsers are asked to be: text around the blocks (5.2, such as
 * "Bag Attributes"), blocks of other kinds, blanks, lines of any length, any line ends, a byte order mark.
 * What is between the marks must still be canonical base64.
 */
import { base64ToBytes } from '../bytes.ts';
import { z } from 'zod';
import { bytes, checked } from '../arguments.ts';
import { ZkcxError } from '../errors.ts';

interface Kind {
  /** The label of RFC 7468, and those that it names for older files. */
  readonly labels: readonly string[];
  /** What people call what is inside. */
  readonly what: string;
}

const CERTIFICATE: Kind = {
  labels: ['CERTIFICATE', 'X509 CERTIFICATE', 'X.509 CERTIFICATE'],
  what: 'certificate',
};
const LIST: Kind = { labels: ['X509 CRL', 'CRL'], what: 'revocation list' };

/**
 * DER bytes of the one certificate in a file, DER or PEM, text or bytes. DER is returned as it is;
 * `parseCertificate` judges it.
 *
 * @throws ERR_PEM also where there are several
 */
export function certificateBytes(input: Uint8Array | string): Uint8Array {
  return onlyOne(allBytes(input, CERTIFICATE), CERTIFICATE);
}

/**
 * DER bytes of every certificate in a file, in its order: a chain in PEM, or one certificate in DER.
 *
 * @throws ERR_PEM where there is none
 */
export function certificateChainBytes(input: Uint8Array | string): Uint8Array[] {
  return allBytes(input, CERTIFICATE);
}

/** The same as `certificateBytes` for a revocation list, for `parseRevocationList` to judge. */
export function listBytes(input: Uint8Array | string): Uint8Array {
  return onlyOne(allBytes(input, LIST), LIST);
}

function onlyOne(found: Uint8Array[], { what }: Kind): Uint8Array {
  if (found.length === 1) return found[0]!;
  throw pemError(what, `it has ${found.length} of them, give exactly one`);
}

function allBytes(input: Uint8Array | string, kind: Kind): Uint8Array[] {
  checked(input, z.union([z.string(), bytes]), kind.what);
  if (typeof input === 'string') return decodePem(input, kind);
  // DER of a SEQUENCE begins with 0x30
  if (input[0] === 0x30) return [new Uint8Array(input)];
  const isUtf16 = input[0] === 0xff && input[1] === 0xfe;
  return decodePem(new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8').decode(input), kind);
}

function decodePem(text: string, { labels, what }: Kind): Uint8Array[] {
  const found: Uint8Array[] = [];
  let block: { readonly label: string; readonly lines: string[] } | undefined;
  // String.trim takes a byte order mark for white space
  for (const line of text.split(/\r\n|\r|\n/).map((one) => one.trim())) {
    const [, mark, label] = /^-----(BEGIN|END) (.+)-----$/.exec(line) ?? [];
    if (label === undefined) {
      // text around blocks is nobody's business
      block?.lines.push(line);
    } else if (mark === 'BEGIN' && block === undefined) {
      block = { label, lines: [] };
    } else if (mark === 'END' && block?.label === label) {
      if (labels.includes(label)) found.push(decodeBase64(block.lines, what));
      block = undefined;
    } else {
      throw pemError(what, `"${line.slice(0, 80)}" is out of place`);
    }
  }
  if (block !== undefined) throw pemError(what, 'its last block does not end');
  if (found.length === 0) throw pemError(what, `no block "-----BEGIN ${labels[0]}-----"`);
  return found;
}

function decodeBase64(lines: readonly string[], what: string): Uint8Array {
  const base64 = lines.join('').replaceAll(/[ \t\v\f]/g, '');
  const decoded = base64ToBytes(base64);
  if (base64 === '' || decoded === undefined) {
    throw pemError(what, 'its base64 is not canonical');
  }
  return decoded;
}

const pemError = (what: string, problem: string) =>
  new ZkcxError('ERR_PEM', `The input is neither DER nor a PEM ${what}: ${problem}`);

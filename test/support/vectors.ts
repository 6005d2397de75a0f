/** Public ECDSA test vectors for P-256 with SHA-256; see fixtures/README.md. */
import { readFileSync } from 'node:fs';
import { sha256 } from '@noble/hashes/sha2.js';

export interface KeyVector {
  readonly name: string;
  readonly key: { readonly x: bigint; readonly y: bigint };
  readonly valid: boolean;
  /** What the vector changed, in the words of its file; empty where it is valid. */
  readonly reason: string;
}

export interface SignatureVector extends KeyVector {
  /** SHA-256 of the message. */
  readonly digest: Uint8Array;
  readonly r: bigint;
  readonly s: bigint;
}

const number = (hex: string | undefined): bigint => {
  if (hex === undefined || !/^[0-9a-fA-F]+$/.test(hex))
    throw Error(`no hexadecimal number: ${hex}`);
  return BigInt(`0x${hex}`);
};

const read = (file: string) =>
  readFileSync(new URL(`../../fixtures/ecdsa/${file}`, import.meta.url), 'utf8');

/** The blocks of "name = value" lines of a response file of NIST's validation program. */
function blocks(file: string): Map<string, string>[] {
  return read(file)
    .split(/\n\s*\n/)
    .map((block) => new Map([...block.matchAll(/^(\w+) = (.*)$/gm)].map(([, k, v]) => [k!, v!])))
    .filter((block) => block.has('Qx'));
}

function keyVector(block: ReadonlyMap<string, string>, name: string): KeyVector {
  // without a result, as in SigGen, the vector is one of a valid signature
  const [, verdict, reason] =
    /^([PF]) \(\d+ ?-? ?(.*)\)$/.exec(block.get('Result') ?? 'P (0 )') ?? [];
  if (verdict === undefined) throw Error(`${name}: unknown result`);
  return {
    name,
    key: { x: number(block.get('Qx')), y: number(block.get('Qy')) },
    valid: verdict === 'P',
    reason: reason!,
  };
}

/** Public keys that are, or are not, points of the curve in canonical coordinates. */
export function keyVectors(): KeyVector[] {
  return blocks('PKV.rsp').map((block, i) => keyVector(block, `PKV ${i + 1}`));
}

function nistSignatures(file: string): SignatureVector[] {
  return blocks(`${file}.rsp`).map((block, i) => ({
    ...keyVector(block, `${file} ${i + 1}`),
    digest: sha256(Buffer.from(block.get('Msg')!, 'hex')),
    r: number(block.get('R')),
    s: number(block.get('S')),
  }));
}

interface Rfc6979 {
  readonly x: string;
  readonly y: string;
  readonly signatures: readonly { message: string; r: string; s: string }[];
}

/** Signatures by NIST and of RFC 6979, valid ones and changed ones. */
export function signatureVectors(): SignatureVector[] {
  const { x, y, signatures } = JSON.parse(read('rfc6979.json')) as Rfc6979;
  const rfc = signatures.map(({ message, r, s }) => ({
    name: `RFC 6979 "${message}"`,
    key: { x: number(x), y: number(y) },
    valid: true,
    reason: '',
    digest: sha256(new TextEncoder().encode(message)),
    r: number(r),
    s: number(s),
  }));
  return [...nistSignatures('SigGen'), ...nistSignatures('SigVer'), ...rfc];
}

/** How many vectors there are for each reason; valid ones count as "valid". */
export function countByReason(vectors: readonly KeyVector[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { valid, reason } of vectors) {
    const name = valid ? 'valid' : reason;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

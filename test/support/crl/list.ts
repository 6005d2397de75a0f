/** Revocation lists in parts that can be exchanged one by one, byte-exactly, and signed again. */
import { p256 } from '@noble/curves/nist.js';
import { bigintToBytes, bytesToBigint, concatBytes } from '../../../src/bytes.ts';
import type { DraftLink } from '../certificates/chains.ts';
import { keyIdentifierOf } from '../certificates/chains.ts';
import { ascii, generalizedTime, integer, oid, sequence, TAG, tlv } from '../certificates/der.ts';
import { utcTime } from '../certificates/der.ts';
import { signatureBits } from '../certificates/draft.ts';
import { authorityKeyIdentifier, extension } from '../certificates/fields.ts';
import type { TestKey } from '../certificates/keys.ts';

export const LIST_OID = {
  cRLNumber: '2.5.29.20',
  reasonCode: '2.5.29.21',
  invalidityDate: '2.5.29.24',
  deltaCRLIndicator: '2.5.29.27',
  issuingDistributionPoint: '2.5.29.28',
  certificateIssuer: '2.5.29.29',
  expirationDate: '2.23.146.1.2.0.1',
  totalPartialCrlNumber: '2.23.146.1.2.0.2',
  partialCrlNumber: '2.23.146.1.2.0.3',
} as const;

/** Who signs lists. */
export interface ListSigner {
  /** DER Name. */
  readonly name: Uint8Array;
  readonly keyIdentifier: Uint8Array;
  readonly key: TestKey;
}

/** What a list is to say; all else is the same in every list. */
export interface ListRecipe {
  readonly signer: ListSigner;
  readonly point: string;
  readonly scope?: 'ca' | 'user';
  readonly number: bigint;
  /** Unix seconds. */
  readonly thisUpdate: bigint;
  readonly nextUpdate: bigint;
  readonly serials: readonly bigint[];
  readonly part?: { readonly number: number; readonly total: number };
}

/** Every part is a whole TLV as it will stand in the list. */
export interface ListDraft {
  version: Uint8Array;
  innerAlgorithm: Uint8Array;
  issuer: Uint8Array;
  thisUpdate: Uint8Array;
  nextUpdate: Uint8Array;
  entries: Uint8Array[];
  extensions: Uint8Array[];
  outerAlgorithm: Uint8Array;
  /** Last changes to what the parts give. */
  wrapEntries: (entries: Uint8Array[]) => Uint8Array;
  wrapExtensions: (list: Uint8Array) => Uint8Array;
  wrapTbs: (content: Uint8Array) => Uint8Array;
  wrapSignature: (signature: { r: bigint; s: bigint }) => Uint8Array;
}

export type ListChange = (draft: ListDraft) => void;

const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));

/** What a link of a test chain signs lists as. */
export function signerOf({ draft, key }: DraftLink): ListSigner {
  return { name: draft.subject, keyIdentifier: keyIdentifierOf(draft), key };
}

/** An entry with its revocationDate and, as the GSMA has it, the certificate's own end. */
export function listEntry(serial: bigint, ...extensions: Uint8Array[]): Uint8Array {
  const all = [expirationDate('20400101000000Z'), ...extensions];
  return sequence(integer(serial), utcTime('251224120000Z'), sequence(...all));
}

export const expirationDate = (text: string): Uint8Array =>
  extension(LIST_OID.expirationDate, generalizedTime(text));

export const reasonCode = (reason: number): Uint8Array =>
  extension(LIST_OID.reasonCode, tlv(0x0a, Uint8Array.of(reason)));

export const numberExtension = (type: string, value: bigint, critical = false): Uint8Array =>
  extension(type, integer(value), critical);

/** IssuingDistributionPoint of a URI and further fields, critical. */
export function issuingDistributionPoint(uri: string, ...fields: Uint8Array[]): Uint8Array {
  const point = tlv(0xa0, tlv(0xa0, tlv(0x86, ascii(uri))));
  return extension(LIST_OID.issuingDistributionPoint, sequence(point, ...fields), true);
}

/** A flag of IssuingDistributionPoint: [number] TRUE. */
export const flag = (number: number): Uint8Array => tlv(0x80 | number, Uint8Array.of(0xff));

export function draftOf(recipe: ListRecipe): ListDraft {
  const { signer, point, scope, number, part } = recipe;
  return {
    version: integer(1n),
    innerAlgorithm: ECDSA_WITH_SHA256,
    issuer: signer.name,
    thisUpdate: timeOf(recipe.thisUpdate),
    nextUpdate: timeOf(recipe.nextUpdate),
    entries: recipe.serials.map((serial) => listEntry(serial)),
    extensions: [
      authorityKeyIdentifier(signer.keyIdentifier),
      numberExtension(LIST_OID.cRLNumber, number),
      issuingDistributionPoint(
        point,
        ...(scope === undefined ? [] : [flag(scope === 'user' ? 1 : 2)]),
      ),
      ...(part === undefined
        ? []
        : [
            numberExtension(LIST_OID.totalPartialCrlNumber, BigInt(part.total), true),
            numberExtension(LIST_OID.partialCrlNumber, BigInt(part.number), true),
          ]),
    ],
    outerAlgorithm: ECDSA_WITH_SHA256,
    wrapEntries: (entries) => (entries.length === 0 ? new Uint8Array(0) : sequence(...entries)),
    wrapExtensions: (list) => tlv(0xa0, sequence(list)),
    wrapTbs: (content) => sequence(content),
    wrapSignature: signatureBits,
  };
}

/** The list, changed and then signed with the signer's key (RFC 6979: the same in every run). */
export function buildList(recipe: ListRecipe, change: ListChange = () => {}): Uint8Array {
  const draft = draftOf(recipe);
  change(draft);
  const tbs = draft.wrapTbs(
    concatBytes(
      draft.version,
      draft.innerAlgorithm,
      draft.issuer,
      draft.thisUpdate,
      draft.nextUpdate,
      draft.wrapEntries(draft.entries),
      draft.wrapExtensions(concatBytes(...draft.extensions)),
    ),
  );
  const compact = p256.sign(tbs, recipe.signer.key.secret, { lowS: false });
  const [r, s] = [compact.slice(0, 32), compact.slice(32)].map(bytesToBigint) as [bigint, bigint];
  return sequence(tbs, draft.outerAlgorithm, draft.wrapSignature({ r, s }));
}

/** Put an extension in the place of the one of the same type; add it if there is none. */
export function setListExtension(draft: ListDraft, replacement: Uint8Array, type: string): void {
  const at = indexOf(draft, type);
  if (at < 0) draft.extensions.push(replacement);
  else draft.extensions[at] = replacement;
}

export function removeListExtension(draft: ListDraft, type: string): void {
  const at = indexOf(draft, type);
  if (at < 0) throw Error(`the list has no extension ${type}`);
  draft.extensions.splice(at, 1);
}

function indexOf(draft: ListDraft, type: string): number {
  const wanted = oid(type).join();
  // extnID follows the header of two bytes
  return draft.extensions.findIndex((one) => one.slice(2, 2 + oid(type).length).join() === wanted);
}

function timeOf(time: bigint): Uint8Array {
  const digits = new Date(Number(time) * 1000).toISOString().replace(/[-:T]|\.\d+/g, '');
  return digits.startsWith('20') && digits < '2050'
    ? tlv(TAG.utcTime, ascii(digits.slice(2)))
    : generalizedTime(digits);
}

/** Serial numbers of 1 to 20 bytes, the same in every run, none of a published certificate. */
export function madeUpSerials(count: number): bigint[] {
  return Array.from({ length: count }, (_, i) => {
    const size = i < 10 ? (19 * i) % 20 : 8;
    const seed = p256.Point.Fn.create(BigInt(i + 1) * 0x9e3779b97f4a7c15f39cc0605cedc835n ** 2n);
    const bytes = bigintToBytes(seed, 32).slice(31 - size);
    bytes[0] = (bytes[0]! & 0x3f) | 0x40;
    return bytesToBigint(bytes);
  });
}

import { inside, onlyTlv } from '../../asn1/tlv.ts';
import type { Tlv } from '../../asn1/tlv.ts';
import { decodeBoundProfilePackage } from '../messages/bound-profile-package.ts';

/**
 * How an LPA cuts a package, element BF36, for ES10b.LoadBoundProfilePackage (SGP.22 2.5.5, 5.7.6):
 * the header of BF36 with BF23; A0 and A2 with their first segment; the headers of A1 and A3 alone;
 * every other segment alone. Throws ERR_DER_* if it is not such a package.
 */
export function segmentsOf(bpp: Uint8Array): Uint8Array[] {
  const { initialiseSecureChannel } = decodeBoundProfilePackage(bpp);
  const outer = onlyTlv(bpp, 0xbf36, 'BoundProfilePackage');
  const reader = inside(outer);
  reader.element(0xbf23, 'initialiseSecureChannelRequest');
  const header = outer.der.length - outer.content.length;
  const cuts = [outer.der.subarray(0, header + initialiseSecureChannel.length)];
  while (!reader.done) cuts.push(...cutSequence(reader.any('a sequence of segments')));
  return cuts;
}

function cutSequence(sequence: Tlv): Uint8Array[] {
  const header = sequence.der.length - sequence.content.length;
  const reader = inside(sequence);
  const segments: Uint8Array[] = [];
  while (!reader.done) segments.push(reader.any('a segment').der);
  const [first] = segments;
  if (first === undefined || sequence.tag === 0xa1 || sequence.tag === 0xa3) {
    return [sequence.der.subarray(0, header), ...segments];
  }
  return [sequence.der.subarray(0, header + first.length), ...segments.slice(1)];
}

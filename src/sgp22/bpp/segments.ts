import { BoundProfilePackage, SEGMENT_COMMANDS } from '../messages/bound-profile-package.ts';

/**
 * How an LPA cuts a package, element BF36, for ES10b.LoadBoundProfilePackage (SGP.22 2.5.5, 5.7.6):
 * the header of BF36 with BF23; A0 and A2 with their first segment; the headers of A1 and A3 alone;
 * every other segment alone. Throws ERR_DER_* if it is not such a package.
 */
export function segmentsOf(bytes: Uint8Array): Uint8Array[] {
  const bpp = BoundProfilePackage.decode(bytes);
  const startOf = (part: Uint8Array) => part.byteOffset - bytes.byteOffset;
  const endOf = (part: Uint8Array) => startOf(part) + part.length;
  const ends = SEGMENT_COMMANDS.flatMap((command) => {
    const segments = bpp[command] ?? [];
    const alone = command === 'storeMetadata' || command === 'loadProfileElements';
    return [...(alone ? segments.slice(0, 1).map(startOf) : []), ...segments.map(endOf)];
  });
  const cuts = [0, endOf(bpp.initialiseSecureChannel), ...ends];
  return cuts.slice(1).map((end, i) => bytes.subarray(cuts[i], end));
}

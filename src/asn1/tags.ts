/** Tags of DER elements. A tag is a number made of its identifier bytes: 0x30, 0x5f37, 0xbf38. */

/** The universal tags that certificates and revocation lists use. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** What a reader of certificates and revocation lists is told: they have no tags above one byte. */
export const X509_RULES = { maxTagBytes: 1 } as const;

/** Tag of a context-specific element, [number] with a number below 31, constructed or primitive. */
export function contextTag(number: number, constructed: boolean): number {
  return (constructed ? 0xa0 : 0x80) | number;
}

/** A tag as people write it in error messages: 0xbf38. */
export function tagName(tag: number): string {
  return '0x' + tag.toString(16).padStart(2, '0');
}

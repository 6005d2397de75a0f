/** Changes that bring a certificate to an exact size. */
import type { DraftChain } from './chains.ts';
import { ascii, oid, readLoose, sequence, tlv } from './der.ts';
import type { Draft } from './draft.ts';
import { tbsOf } from './draft.ts';
import { changed } from './faults/row.ts';
import {
  attribute,
  attributesOf,
  crlDistributionPoint,
  extension,
  name,
  nameConstraints,
  OID,
  policies,
  setExtension,
} from './fields.ts';

const ORGANISATION = 'RSP Test EUM';

/** Make the TBS exactly this long with the URL of a distribution point and a common name. */
export function padTbs(draft: Draft, length: number): void {
  const [country, organisation, serial] = attributesOf(draft.subject);
  // where a header grows, the URL alone skips some lengths
  for (let common = 'x'; common.length < 16; common += 'x') {
    draft.subject = name(country!, organisation!, serial!, attribute(OID.commonName, common));
    let url = 'http://ci.test.example.com/';
    do {
      setExtension(draft, crlDistributionPoint(url));
      url += 'x';
    } while (tbsOf(draft).length < length);
    if (tbsOf(draft).length === length) return;
  }
  throw Error(`found no TBS of ${length} bytes`);
}

/** A subject of exactly this many bytes, 150 or more: organisation, EID and two long names. */
export function padName(draft: Draft, length: number): void {
  const [, organisation, serial] = attributesOf(draft.subject);
  const unit = attribute(OID.organisationalUnit, 'A unit with a name');
  for (let text = 'x'; draft.subject.length !== length; text += 'x') {
    draft.subject = name(organisation!, serial!, unit, attribute(OID.commonName, text));
    if (text.length > length) throw Error(`no common name makes a Name of ${length} bytes`);
  }
}

/** An RDN of this many content bytes. */
export function padRdn(draft: Draft, length: number): void {
  const [, organisation, serial] = attributesOf(draft.subject);
  const common = attribute(OID.commonName, 'x'.repeat(length - 9));
  draft.subject = name(organisation!, serial!, common);
}

export function manyPolicies(draft: Draft, count: number): void {
  const others = Array.from({ length: count - 1 }, (_, i) => `2.999.${i}`);
  setExtension(draft, policies(...others, `${OID.role}.1`));
}

/** subjectAltName of DNS names and, last, a registeredID. */
export function manyGeneralNames(draft: Draft, count: number): void {
  const names = Array.from({ length: count - 1 }, (_, i) => tlv(0x82, ascii(`dp${i}.example.com`)));
  const registered = tlv(0x88, readLoose(oid('2.999.10')).content);
  setExtension(draft, extension(OID.subjectAltName, sequence(...names, registered)));
}

/** A Name of so many RDNs. */
export const nameOfRdns = (count: number): Uint8Array =>
  name(...Array.from({ length: count }, (_, i) => attribute(OID.commonName, `${i}`)));

export function manyAttributes(draft: Draft, count: number): void {
  const more = Array.from({ length: count - 4 }, (_, i) =>
    attribute(OID.organisationalUnit, `${i}`),
  );
  draft.subject = name(...attributesOf(draft.subject), ...more);
}

export function manyExtensions(draft: Draft, count: number): void {
  while (draft.extensions.length < count) {
    const type = `1.3.6.1.4.1.99999.${draft.extensions.length}`;
    draft.extensions.push(extension(type, Uint8Array.of(5, 0)));
  }
}

/** An OID of exactly this many content bytes. */
export function longOid(bytes: number): string {
  return `2.999${'.1'.repeat(bytes - 2)}`;
}

/** An organisation of exactly this many bytes, permitted by the EUM. */
export function longOrganisation(chain: DraftChain, bytes: number): DraftChain {
  const organisation = 'Long '.repeat(20).slice(0, bytes - 1) + 'X';
  changed(chain, 1, (d) => setExtension(d, nameConstraints({ organisation, iin: '8904' })));
  return changed(chain, 2, (d) => {
    const [, , serial] = attributesOf(d.subject);
    d.subject = name(attribute(OID.organisation, organisation.toLowerCase()), serial!);
  });
}

export function manyBases(draft: Draft, count: number): void {
  const others = Array.from({ length: count - 1 }, (_, i) => ({ organisation: `EUM ${i}` }));
  setExtension(draft, nameConstraints(...others, { organisation: ORGANISATION, iin: '89049032' }));
}

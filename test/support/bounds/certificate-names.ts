/** Bounds of the names in a certificate. */
import { MAX_NAME, MAX_ORGANISATION, MAX_RDN, NAME_SLOTS } from '../../../src/params.ts';
import { sgp26Device } from '../certificates/chains.ts';
import { TAG } from '../certificates/der.ts';
import type { Draft } from '../certificates/draft.ts';
import { changed } from '../certificates/faults/row.ts';
import {
  attribute,
  attributesOf,
  name,
  nameConstraints,
  OID,
  setExtension,
} from '../certificates/fields.ts';
import { longOid, manyAttributes, nameOfRdns, padName, padRdn } from '../certificates/sizes.ts';
import {
  chainRow,
  most,
  least,
  euicc,
  eum,
  ORGANISATION,
  EID,
  EUM,
  EUICC,
} from './certificate-row.ts';
import type { CertificateBound } from './certificate-row.ts';

/** A Name whose last attribute is of a type and value of the test's choice. */
const withAttribute = (draft: Draft, last: Uint8Array) => {
  const [, organisation, serial] = attributesOf(draft.subject);
  draft.subject = name(organisation!, serial!, last);
};
const setEid = (draft: Draft, eid: string) => {
  draft.subject = name(
    attribute(OID.organisation, ORGANISATION),
    attribute(OID.serialNumber, eid, TAG.printableString),
  );
};

export const nameRows = (): CertificateBound[] => [
  euicc('bytes of the subject', 'MAX_NAME', most(MAX_NAME), 'ERR_PROFILE_NAME_LENGTH', padName),
  eum('bytes of the issuer', 'MAX_NAME', most(MAX_NAME), 'ERR_PROFILE_NAME_LENGTH', (d, size) => {
    d.issuer = nameOf(size);
  }),
  euicc(
    'attributes of the subject',
    ['NAME_SLOTS', 'tbs.attributes'],
    most(NAME_SLOTS),
    'ERR_PROFILE_NAME_ATTRIBUTES',
    manyAttributes,
  ),
  eum(
    'attributes of the issuer',
    'NAME_SLOTS',
    most(NAME_SLOTS),
    'ERR_PROFILE_NAME_ATTRIBUTES',
    (d, count) => {
      d.issuer = nameOfRdns(count);
    },
  ),
  eum(
    'attributes of the issuer, at least',
    'NAME_SLOTS',
    least(1),
    'ERR_CERT_NAME_EMPTY',
    (d, count) => {
      d.issuer = nameOfRdns(count);
    },
  ),
  euicc(
    'bytes of an RDN of the subject',
    'MAX_RDN',
    most(MAX_RDN),
    'ERR_PROFILE_RDN_LENGTH',
    padRdn,
  ),
  euicc(
    'bytes of an attribute type',
    'MAX_RDN',
    most(MAX_RDN - 7),
    'ERR_PROFILE_RDN_LENGTH',
    (d, size) => {
      withAttribute(d, attribute(longOid(size), 'x'));
    },
  ),
  euicc(
    'string type of an attribute',
    'tbs.stringTags',
    most(0x1e),
    'ERR_DER_TAG_LONG',
    (d, tag) => {
      withAttribute(d, attribute(OID.commonName, 'x', tag));
    },
  ),
  euicc(
    'string type of an attribute, at least',
    'tbs.stringTags',
    least(0x0c),
    'ERR_CERT_NAME_VALUE',
    (d, tag) => {
      withAttribute(d, attribute(OID.commonName, 'x', tag));
    },
  ),
  euicc('bytes of an attribute', 'der.short', least(1), 'ERR_CERT_NAME_VALUE', (d, size) => {
    withAttribute(d, attribute(OID.commonName, 'x'.repeat(size)));
  }),
  chainRow(
    'bytes of the organisation',
    'MAX_ORGANISATION',
    most(MAX_ORGANISATION),
    'ERR_PROFILE_ORGANISATION',
    1,
    (size) => {
      const chain = changed(sgp26Device(), EUM, (d) =>
        setExtension(d, nameConstraints({ iin: '8904' })),
      );
      return changed(chain, EUICC, (d) => {
        const serial = attribute(OID.serialNumber, EID, TAG.printableString);
        d.subject = name(attribute(OID.organisation, 'o'.repeat(size)), serial);
      });
    },
  ),
  euicc('organisations', 'tbs.attributes', most(1), 'ERR_CERT_ORGANISATION_COUNT', (d, count) => {
    const organisations = Array.from({ length: count }, () =>
      attribute(OID.organisation, ORGANISATION),
    );
    d.subject = name(...organisations, attribute(OID.serialNumber, EID, TAG.printableString));
  }),
  euicc(
    'organisations, at least',
    'tbs.attributes',
    least(1),
    'ERR_CERT_ORGANISATION_COUNT',
    (d, count) => {
      const organisations = Array.from({ length: count }, () =>
        attribute(OID.organisation, ORGANISATION),
      );
      d.subject = name(...organisations, attribute(OID.serialNumber, EID, TAG.printableString));
    },
  ),
  euicc(
    'string type of the organisation',
    'tbs.attributes',
    most(0x13),
    'ERR_CERT_ORGANISATION_TYPE',
    (d, tag) => {
      const serial = attribute(OID.serialNumber, EID, TAG.printableString);
      d.subject = name(attribute(OID.organisation, ORGANISATION, tag), serial);
    },
  ),
  euicc(
    'serial numbers in the subject',
    'tbs.attributes',
    most(1),
    'ERR_CERT_SUBJECT_SERIAL_COUNT',
    (d, count) => {
      const serials = Array.from({ length: count }, () =>
        attribute(OID.serialNumber, EID, TAG.printableString),
      );
      d.subject = name(attribute(OID.organisation, ORGANISATION), ...serials);
    },
  ),
  euicc('digits of the EID', 'walk.digits', most(32), 'ERR_CHAIN_EID', (d, size) =>
    setEid(d, `${EID}1`.slice(0, size)),
  ),
  euicc('digits of the EID, at least', 'walk.digits', least(32), 'ERR_CHAIN_EID', (d, size) =>
    setEid(d, EID.slice(0, size)),
  ),
  euicc('a digit of the EID', 'walk.digits', ['9', ':'], 'ERR_CHAIN_EID', (d, digit) =>
    setEid(d, EID.slice(0, 31) + digit),
  ),
  euicc('a digit of the EID, at least', 'walk.digits', ['0', '/'], 'ERR_CHAIN_EID', (d, digit) =>
    setEid(d, EID.slice(0, 31) + digit),
  ),
];

/** A Name of this many bytes, 160 or more. */
function nameOf(size: number): Uint8Array {
  const long = attribute(OID.commonName, 'n'.repeat(100));
  for (let rest = ''; ; rest += 'x') {
    const found = name(long, attribute(OID.organisationalUnit, `u${rest}`));
    if (found.length === size) return found;
    if (found.length > size) throw Error(`found no Name of ${size} bytes`);
  }
}

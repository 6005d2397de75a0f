/** Bounds of the extensions of a certificate, but for issuing constraints. */
import {
  EXTENSION_SLOTS,
  MAX_AUTHORITY_SERIAL,
  MAX_GENERAL_NAMES,
  MAX_KEY_IDENTIFIER,
  MAX_OID,
  MAX_POLICIES,
  PATH_UNLIMITED,
} from '../../../src/params.ts';
import { keyIdentifierOf, sgp26Device, sgp26Server } from '../certificates/chains.ts';
import type { DraftChain } from '../certificates/chains.ts';
import { ascii, nonMinimal, oid, readLoose, sequence, TAG, tlv } from '../certificates/der.ts';
import type { Draft } from '../certificates/draft.ts';
import { changed } from '../certificates/faults/row.ts';
import {
  attribute,
  authorityKeyIdentifier,
  basicConstraints,
  extension,
  name,
  OID,
  policies,
  registeredId,
  setExtension,
  subjectKeyIdentifier,
} from '../certificates/fields.ts';
import { longOid, manyExtensions, manyGeneralNames, manyPolicies } from '../certificates/sizes.ts';
import {
  chainRow,
  row,
  most,
  least,
  euicc,
  eum,
  ofBytes,
  EUM,
  EUICC,
  SERVER,
} from './certificate-row.ts';
import type { CertificateBound } from './certificate-row.ts';

const keyIdentifier = (size: number) => ofBytes(size, 0xff);

/** An eUICC whose AKI names the EUM's key, of up to MAX_KEY_IDENTIFIER bytes, and the other fields. */
const withAuthority = (draft: Draft, id: Uint8Array, ...fields: Uint8Array[]) =>
  setExtension(draft, extension(OID.authorityKeyIdentifier, sequence(tlv(0x80, id), ...fields)));
const authorityIssuer = tlv(0xa1, tlv(0xa4, name(attribute(OID.commonName, 'Test CI'))));
const eumKeyIdentifier = () => keyIdentifierOf(sgp26Device()[EUM]!.draft);

export const extensionRows = (): CertificateBound[] => [
  euicc(
    'extensions',
    [
      'EXTENSION_SLOTS',
      'extensions.keys',
      'extensions.starts',
      'extensions.ends',
      'extensions.critical',
    ],
    most(EXTENSION_SLOTS),
    'ERR_PROFILE_EXTENSIONS',
    manyExtensions,
  ),
  euicc(
    'bytes of the OID of an extension',
    ['MAX_OID', 'optional.oid'],
    most(MAX_OID),
    'ERR_PROFILE_OID_LENGTH',
    (d, size) => {
      d.extensions.push(extension(longOid(size), Uint8Array.of(5, 0)));
    },
  ),
  euicc(
    'bytes of the OID of an extension, at least',
    'optional.oid',
    least(1),
    'ERR_DER_OID',
    (d, size) => {
      d.extensions.push(
        sequence(tlv(TAG.oid, new Uint8Array(size).fill(0x2a)), tlv(4, Uint8Array.of(5, 0))),
      );
    },
  ),
  euicc(
    'bytes of an extension that is not known',
    'optional.lengths',
    [0, 1],
    'ERR_DER_LENGTH_MINIMAL',
    (d, more) => {
      const value = tlv(4, new Uint8Array(0));
      d.extensions.push(sequence(oid('2.999.1'), more > 0 ? nonMinimal(value) : value));
    },
  ),
  euicc(
    'bytes of the SKI',
    ['MAX_KEY_IDENTIFIER', 'optional.octets'],
    most(MAX_KEY_IDENTIFIER),
    'ERR_PROFILE_KEY_IDENTIFIER',
    (d, size) => {
      setExtension(d, subjectKeyIdentifier(keyIdentifier(size)));
    },
  ),
  euicc(
    'bytes of the SKI, at least',
    'optional.octets',
    least(1),
    'ERR_CERT_KEY_IDENTIFIER',
    (d, size) => {
      setExtension(d, subjectKeyIdentifier(keyIdentifier(size)));
    },
  ),
  chainRow(
    'bytes of the AKI',
    'MAX_KEY_IDENTIFIER',
    most(MAX_KEY_IDENTIFIER),
    'ERR_PROFILE_KEY_IDENTIFIER',
    1,
    (size) => {
      const own = keyIdentifier(Math.min(size, MAX_KEY_IDENTIFIER));
      const chain = changed(sgp26Device(), EUM, (d) => setExtension(d, subjectKeyIdentifier(own)));
      const aki = authorityKeyIdentifier(keyIdentifier(size));
      return changed(chain, EUICC, (d) => setExtension(d, aki));
    },
  ),
  euicc(
    'bytes of the serial number in the AKI',
    'MAX_AUTHORITY_SERIAL',
    most(MAX_AUTHORITY_SERIAL),
    'ERR_PROFILE_AUTHORITY_SERIAL',
    (d, size) => {
      withAuthority(d, eumKeyIdentifier(), authorityIssuer, tlv(0x82, ofBytes(size)));
    },
  ),
  euicc(
    'bytes of the serial number in the AKI, at least',
    'optional.octets',
    least(1),
    'ERR_DER_INTEGER',
    (d, size) => {
      withAuthority(d, eumKeyIdentifier(), authorityIssuer, tlv(0x82, ofBytes(size)));
    },
  ),
  euicc(
    'names in the AKI, at least',
    'optional.lengths',
    least(1),
    'ERR_DER_MISSING',
    (d, count) => {
      const issuer = tlv(0xa1, ...Array.from({ length: count }, () => tlv(0x82, ascii('ci'))));
      withAuthority(d, eumKeyIdentifier(), issuer, tlv(0x82, ofBytes(1)));
    },
  ),
  euicc('bits of keyUsage', 'optional.lengths', [7, 6], 'ERR_CERT_KEY_USAGE', (d, unused) => {
    // nine bits, or ten: X.690 lets a later version add some
    const bits = tlv(TAG.bitString, Uint8Array.of(unused, 0x80, 1 << unused));
    setExtension(d, extension(OID.keyUsage, bits, true));
  }),
  eum(
    'pathLenConstraint',
    'PATH_UNLIMITED',
    most(PATH_UNLIMITED - 1),
    'ERR_PROFILE_PATH_LEN',
    (d, size) => {
      setExtension(d, basicConstraints(true, size));
    },
  ),
  eum(
    'pathLenConstraint, at least',
    'PATH_UNLIMITED',
    ['00', 'ff'],
    'ERR_CERT_PATH_LEN_NEGATIVE',
    (d, byte) => {
      const number = tlv(0x02, Uint8Array.of(parseInt(byte, 16)));
      const value = sequence(tlv(TAG.boolean, Uint8Array.of(0xff)), number);
      setExtension(d, extension(OID.basicConstraints, value, true));
    },
  ),
  euicc('policies', 'MAX_POLICIES', most(MAX_POLICIES), 'ERR_PROFILE_POLICIES', manyPolicies),
  euicc(
    'bytes of the OID of a policy',
    'MAX_OID',
    most(MAX_OID),
    'ERR_PROFILE_OID_LENGTH',
    (d, size) => {
      setExtension(d, policies(`${OID.role}.1`, longOid(size)));
    },
  ),
  row(
    'names in subjectAltName',
    'MAX_GENERAL_NAMES',
    most(MAX_GENERAL_NAMES),
    'ERR_PROFILE_GENERAL_NAMES',
    dpAuth,
    SERVER,
    manyGeneralNames,
  ),
  row(
    'kind of a name in subjectAltName',
    'extensions.generalNames',
    most(0x87),
    'ERR_CERT_REGISTERED_ID_DUPLICATE',
    dpAuth,
    SERVER,
    withName,
  ),
  row(
    'kind of a name in subjectAltName, at most',
    'extensions.generalNames',
    [0x87, 0x89],
    'ERR_CERT_GENERAL_NAME',
    dpAuth,
    SERVER,
    withName,
  ),
  row(
    'bytes of the OID of a server',
    'MAX_OID',
    most(MAX_OID),
    'ERR_PROFILE_OID_LENGTH',
    dpAuth,
    SERVER,
    (d, size) => {
      setExtension(d, registeredId(longOid(size)));
    },
  ),
];

function dpAuth(): DraftChain {
  return sgp26Server('dpAuth');
}

/** A subjectAltName of a server's OID, and a name under another tag. */
function withName(draft: Draft, tag: number): void {
  const registered = tlv(0x88, readLoose(oid('2.999.10')).content);
  setExtension(
    draft,
    extension(OID.subjectAltName, sequence(registered, tlv(tag, Uint8Array.of(0x2a)))),
  );
}

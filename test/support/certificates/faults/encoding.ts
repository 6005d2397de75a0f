/** Faults of the encoding: strict DER broken at one place of one TBS. */
import type { ErrorCode } from '../../../../src/errors.ts';
import { keyIdentifierOf, sgp26Device } from '../chains.ts';
import {
  append,
  lieAboutLength,
  nonMinimal,
  oid,
  readLoose,
  rewrite,
  sequence,
  TAG,
  tlv,
} from '../der.ts';
import type { Change } from '../draft.ts';
import { extension, OID, setExtension } from '../fields.ts';
import { changed, EUICC, EUM, faultOf } from './row.ts';
import type { Fault } from './row.ts';

type Path = readonly number[];

/**
 * Places in the TBS by child numbers: 0 version, 1 serial, 2 algorithm, 3 issuer, 4 validity,
 * 5 subject, 6 key, 7 extensions. Extensions of the eUICC: AKI, SKI, keyUsage, policies; of the
 * EUM: AKI, SKI, keyUsage, policies, SAN, basicConstraints, CRLDP, nameConstraints.
 */
const EUICC_PLACES: readonly (readonly [string, Path])[] = [
  ['TBSCertificate', []],
  ['version', [0]],
  ['the version number', [0, 0]],
  ['serialNumber', [1]],
  ['the signature algorithm', [2]],
  ['the OID of the signature algorithm', [2, 0]],
  ['issuer', [3]],
  ['validity', [4]],
  ['notBefore', [4, 0]],
  ['notAfter', [4, 1]],
  ['subject', [5]],
  ['an RDN of the subject', [5, 1]],
  ['an attribute of the subject', [5, 1, 0]],
  ['an attribute type', [5, 1, 0, 0]],
  ['the organisation', [5, 1, 0, 1]],
  ['the EID', [5, 2, 0, 1]],
  ['subjectPublicKeyInfo', [6]],
  ['the key algorithm', [6, 0]],
  ['the curve', [6, 0, 1]],
  ['the point', [6, 1]],
  ['the [3] of the extensions', [7]],
  ['the list of extensions', [7, 0]],
  ['an extension', [7, 0, 2]],
  ['an extnID', [7, 0, 2, 0]],
  ['a critical flag', [7, 0, 2, 1]],
  ['an extnValue', [7, 0, 2, 2]],
  ['keyUsage', [7, 0, 2, 2, 0]],
  ['authorityKeyIdentifier', [7, 0, 0, 1, 0]],
  ['the keyIdentifier', [7, 0, 0, 1, 0, 0]],
  ['subjectKeyIdentifier', [7, 0, 1, 1, 0]],
  ['certificatePolicies', [7, 0, 3, 2, 0]],
  ['a PolicyInformation', [7, 0, 3, 2, 0, 0]],
  ['the role OID', [7, 0, 3, 2, 0, 0, 0]],
];

const EUM_PLACES: readonly (readonly [string, Path])[] = [
  ['basicConstraints', [7, 0, 5, 2, 0]],
  ['cA', [7, 0, 5, 2, 0, 0]],
  ['pathLenConstraint', [7, 0, 5, 2, 0, 1]],
  ['nameConstraints', [7, 0, 7, 2, 0]],
  ['permittedSubtrees', [7, 0, 7, 2, 0, 0]],
  ['a GeneralSubtree', [7, 0, 7, 2, 0, 0, 0]],
  ['a directoryName', [7, 0, 7, 2, 0, 0, 0, 0]],
  ['the Name of a subtree', [7, 0, 7, 2, 0, 0, 0, 0, 0]],
  ['the permitted organisation', [7, 0, 7, 2, 0, 0, 0, 0, 0, 0, 0, 1]],
  ['the permitted IIN', [7, 0, 7, 2, 0, 0, 0, 0, 0, 1, 0, 1]],
];

function at(
  name: string,
  code: ErrorCode,
  draft: number,
  path: Path,
  change: (der: Uint8Array) => Uint8Array,
): Fault {
  const chain = changed(sgp26Device(), draft, (euicc) => {
    euicc.wrapTbs = (content) => rewrite(tlv(TAG.sequence, content), path, change);
  });
  return faultOf(name, code, 'tbs', chain, { link: draft - 1 });
}

const NULL = Uint8Array.of(0x05, 0x00);

export function encodingFaults(): Fault[] {
  const fault = (
    name: string,
    code: ErrorCode,
    path: Path,
    change: (der: Uint8Array) => Uint8Array,
  ): Fault => at(name, code, EUICC, path, change);
  return [
    ...EUICC_PLACES.map(([what, path]) =>
      fault(`length of ${what} not minimal`, 'ERR_DER_LENGTH_MINIMAL', path, nonMinimal),
    ),
    ...EUM_PLACES.map(([what, path]) =>
      at(`length of ${what} not minimal`, 'ERR_DER_LENGTH_MINIMAL', EUM, path, nonMinimal),
    ),
    fault('list of extensions of indefinite length', 'ERR_DER_INDEFINITE', [7, 0], (der) =>
      Uint8Array.of(TAG.sequence, 0x80, ...readLoose(der).content, 0, 0),
    ),
    fault('element after the extensions', 'ERR_DER_TRAILING', [], (der) => append(der, NULL)),
    fault('element after the list of extensions', 'ERR_DER_TRAILING', [7], (der) =>
      append(der, NULL),
    ),
    fault('element after the version number', 'ERR_DER_TRAILING', [0], (der) => append(der, NULL)),
    fault('third time in validity', 'ERR_DER_TRAILING', [4], (der) => append(der, NULL)),
    fault('element after the point', 'ERR_DER_TRAILING', [6], (der) => append(der, NULL)),
    fault('element after the curve', 'ERR_DER_TRAILING', [6, 0], (der) => append(der, NULL)),
    fault('element after an attribute value', 'ERR_DER_TRAILING', [5, 1, 0], (der) =>
      append(der, NULL),
    ),
    fault('element after an extnValue', 'ERR_DER_TRAILING', [7, 0, 2], (der) => append(der, NULL)),
    fault('byte after keyUsage in its extnValue', 'ERR_DER_TRAILING', [7, 0, 2, 2], (der) =>
      append(der, Uint8Array.of(0)),
    ),
    fault('byte after the SKI in its extnValue', 'ERR_DER_TRAILING', [7, 0, 1, 1], (der) =>
      append(der, Uint8Array.of(0)),
    ),
    fault(
      'element after the policies in their extnValue',
      'ERR_DER_TRAILING',
      [7, 0, 3, 2],
      (der) => append(der, NULL),
    ),
    fault('last extnValue longer than its extension', 'ERR_DER_OVERRUN', [7, 0, 3, 2], (der) =>
      lieAboutLength(der, 1),
    ),
    fault('last extnValue shorter than its extension', 'ERR_DER_TRAILING', [7, 0, 3, 2], (der) =>
      lieAboutLength(der, -1),
    ),
    fault('last extension longer than the list', 'ERR_DER_OVERRUN', [7, 0, 3], (der) =>
      lieAboutLength(der, 1),
    ),
    fault(
      'last attribute value longer than its attribute',
      'ERR_DER_OVERRUN',
      [5, 3, 0, 1],
      (der) => lieAboutLength(der, 1),
    ),
    fault('last RDN longer than the subject', 'ERR_DER_OVERRUN', [5, 3], (der) =>
      lieAboutLength(der, 1),
    ),
    fault('SKI longer than its extnValue', 'ERR_DER_OVERRUN', [7, 0, 1, 1, 0], (der) =>
      lieAboutLength(der, 1),
    ),
    fault(
      'role OID longer than its PolicyInformation',
      'ERR_DER_OVERRUN',
      [7, 0, 3, 2, 0, 0, 0],
      (der) => lieAboutLength(der, 1),
    ),
    fault('critical flag of 01', 'ERR_DER_BOOLEAN', [7, 0, 2, 1], () =>
      tlv(TAG.boolean, Uint8Array.of(1)),
    ),
    fault('critical flag FALSE, the default, written', 'ERR_DER_DEFAULT', [7, 0, 2, 1], () =>
      tlv(TAG.boolean, Uint8Array.of(0)),
    ),
    fault('unused bits of keyUsage not zero', 'ERR_DER_BIT_STRING', [7, 0, 2, 2, 0], () =>
      tlv(TAG.bitString, Uint8Array.of(7, 0xc0)),
    ),
    fault('trailing zero bits in keyUsage', 'ERR_CERT_KEY_USAGE', [7, 0, 2, 2, 0], () =>
      tlv(TAG.bitString, Uint8Array.of(0, 0x80)),
    ),
    fault('subject is a SET', 'ERR_DER_TAG', [5], (der) => tlv(TAG.set, readLoose(der).content)),
    fault('RDN is a SEQUENCE', 'ERR_DER_TAG', [5, 1], (der) =>
      tlv(TAG.sequence, readLoose(der).content),
    ),
    fault('keyIdentifier under tag [3]', 'ERR_DER_TRAILING', [7, 0, 0, 1, 0, 0], (der) =>
      tlv(0x83, readLoose(der).content),
    ),
    fault('zero arc of the role OID padded', 'ERR_DER_OID', [7, 0, 3, 2, 0, 0, 0], (der) => {
      const { content } = readLoose(der);
      return tlv(TAG.oid, content.slice(0, -1), Uint8Array.of(0x80), content.slice(-1));
    }),
  ];
}

/** Faults in values that decide nothing: the parser refuses them all the same. */
export function skippedFaults(): Fault[] {
  const skipped = (name: string, code: ErrorCode, draft: number, change: Change): Fault =>
    faultOf(name, code, 'skipped', changed(sgp26Device(), draft, change), { link: draft - 1 });
  const added = (name: string, code: ErrorCode, type: string, value: Uint8Array): Fault =>
    skipped(name, code, EUICC, (d) => setExtension(d, extension(type, value)));
  const issuer = tlv(0xa1, tlv(0xa4, nonMinimal(sequence())));
  const keyIdentifier = tlv(0x80, keyIdentifierOf(sgp26Device()[EUM]!.draft));
  return [
    skipped('length in a distribution point not minimal', 'ERR_DER_LENGTH_MINIMAL', EUM, (d) => {
      d.extensions = d.extensions.map((der, i) =>
        i === 6 ? rewrite(der, [1, 0, 0], nonMinimal) : der,
      );
    }),
    added('empty extKeyUsage', 'ERR_DER_MISSING', '2.5.29.37', sequence()),
    added(
      'length in the issuer of an AKI not minimal',
      'ERR_DER_LENGTH_MINIMAL',
      OID.authorityKeyIdentifier,
      sequence(keyIdentifier, issuer, tlv(0x82, Uint8Array.of(1))),
    ),
    added(
      'length in a directoryName of subjectAltName not minimal',
      'ERR_DER_LENGTH_MINIMAL',
      OID.subjectAltName,
      sequence(tlv(0xa4, nonMinimal(sequence()))),
    ),
    added(
      'length in a policy qualifier not minimal',
      'ERR_DER_LENGTH_MINIMAL',
      OID.certificatePolicies,
      sequence(sequence(oid(`${OID.role}.1`), sequence(nonMinimal(sequence(oid('2.999.1')))))),
    ),
  ];
}

/** Valid certificates that are larger than the circuits take; each just above one limit. */
import {
  EXTENSION_SLOTS,
  MAX_BASES,
  MAX_GENERAL_NAMES,
  MAX_IIN,
  MAX_KEY_IDENTIFIER,
  MAX_NAME,
  MAX_OID,
  MAX_ORGANISATION,
  MAX_POLICIES,
  MAX_RDN,
  NAME_SLOTS,
  TBS_MAX_BYTES,
} from '../../../../src/params.ts';
import type { ErrorCode } from '../../../../src/errors.ts';
import { sgp26Device, sgp26Server } from '../chains.ts';
import type { DraftChain } from '../chains.ts';
import { ascii, oid, readLoose, sequence, TAG, tlv } from '../der.ts';
import type { Change, Draft } from '../draft.ts';
import { tbsOf } from '../draft.ts';
import {
  attribute,
  attributesOf,
  authorityKeyIdentifier,
  basicConstraints,
  crlDistributionPoint,
  extension,
  name,
  nameConstraints,
  OID,
  policies,
  registeredId,
  setExtension,
  subjectKeyIdentifier,
} from '../fields.ts';
import { changed, faultOf } from './row.ts';
import type { Fault } from './row.ts';

const ORGANISATION = 'RSP Test EUM';
const IIN = '8904903212345123451234567890123';

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

export function profileFaults(): Fault[] {
  const euicc = (fault: string, code: ErrorCode, change: Change): Fault =>
    faultOf(fault, code, 'tbs', changed(sgp26Device(), 2, change));
  const eum = (fault: string, code: ErrorCode, change: Change): Fault =>
    faultOf(fault, code, 'tbs', changed(sgp26Device(), 1, change), { link: 0 });
  const keyIdentifier = new Uint8Array(MAX_KEY_IDENTIFIER + 1).fill(7);
  return [
    euicc('TBS of 760 bytes', 'ERR_PROFILE_TBS_LENGTH', (d) => padTbs(d, TBS_MAX_BYTES + 1)),
    euicc('subject of 218 bytes', 'ERR_PROFILE_NAME_LENGTH', (d) => padName(d, MAX_NAME + 1)),
    euicc('RDN of 128 bytes', 'ERR_PROFILE_RDN_LENGTH', (d) => padRdn(d, MAX_RDN + 1)),
    euicc('5 policies', 'ERR_PROFILE_POLICIES', (d) => manyPolicies(d, MAX_POLICIES + 1)),
    faultOf(
      '5 names in subjectAltName',
      'ERR_PROFILE_GENERAL_NAMES',
      'tbs',
      changed(sgp26Server('dpAuth'), 1, (d) => manyGeneralNames(d, MAX_GENERAL_NAMES + 1)),
    ),
    euicc('subject of 7 attributes', 'ERR_PROFILE_NAME_ATTRIBUTES', (d) =>
      manyAttributes(d, NAME_SLOTS + 1),
    ),
    euicc('13 extensions', 'ERR_PROFILE_EXTENSIONS', (d) => manyExtensions(d, EXTENSION_SLOTS + 1)),
    euicc('policy OID of 31 bytes', 'ERR_PROFILE_OID_LENGTH', (d) => {
      setExtension(d, policies(`${OID.role}.1`, longOid(MAX_OID + 1)));
    }),
    faultOf(
      'server OID of 31 bytes',
      'ERR_PROFILE_OID_LENGTH',
      'tbs',
      changed(sgp26Server('dpAuth'), 1, (d) => {
        setExtension(d, registeredId(longOid(MAX_OID + 1)));
      }),
    ),
    euicc('SKI of 32 bytes', 'ERR_PROFILE_KEY_IDENTIFIER', (d) =>
      setExtension(d, subjectKeyIdentifier(keyIdentifier)),
    ),
    euicc('AKI of 32 bytes', 'ERR_PROFILE_KEY_IDENTIFIER', (d) =>
      setExtension(d, authorityKeyIdentifier(keyIdentifier)),
    ),
    eum('pathLenConstraint 127', 'ERR_PROFILE_PATH_LEN', (d) =>
      setExtension(d, basicConstraints(true, 127)),
    ),
    faultOf(
      'organisation of 65 bytes',
      'ERR_PROFILE_ORGANISATION',
      'tbs',
      longOrganisation(sgp26Device(), MAX_ORGANISATION + 1),
      { link: 0 },
    ),
    eum('5 bases', 'ERR_PROFILE_BASES', (d) => manyBases(d, MAX_BASES + 1)),
    eum('IIN of 32 digits', 'ERR_PROFILE_IIN_LENGTH', (d) => {
      setExtension(
        d,
        nameConstraints({
          organisation: ORGANISATION,
          iin: `${IIN}5`.padEnd(MAX_IIN + 1, '0'),
          tag: TAG.utf8String,
        }),
      );
    }),
  ];
}

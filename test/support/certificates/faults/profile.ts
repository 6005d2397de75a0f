/** Valid certificates that are larger than the circuits take; each just above one limit. */
import {
  EXTENSION_SLOTS,
  MAX_BASES,
  MAX_IIN,
  MAX_KEY_IDENTIFIER,
  MAX_NAME,
  MAX_OID,
  MAX_ORGANISATION,
  NAME_SLOTS,
  TBS_MAX_BYTES,
} from '../../../../src/params.ts';
import type { ErrorCode } from '../../../../src/errors.ts';
import { sgp26Device, sgp26Server } from '../chains.ts';
import type { DraftChain } from '../chains.ts';
import { TAG } from '../der.ts';
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

/** Make the TBS exactly this long with the URL of a distribution point. */
export function padTbs(draft: Draft, length: number): void {
  setExtension(draft, crlDistributionPoint('http://ci.test.example.com/'));
  for (let url = 'http://ci.test.example.com/'; tbsOf(draft).length < length; url += 'x') {
    setExtension(draft, crlDistributionPoint(url));
  }
  if (tbsOf(draft).length !== length) throw Error(`no URL makes a TBS of ${length} bytes`);
}

/** A subject of exactly this many bytes: organisation, serialNumber and a long common name. */
export function padName(draft: Draft, length: number): void {
  const [, organisation, serial] = attributesOf(draft.subject);
  for (let text = 'x'; draft.subject.length !== length; text += 'x') {
    draft.subject = name(organisation!, serial!, attribute(OID.commonName, text));
    if (text.length > length) throw Error(`no common name makes a Name of ${length} bytes`);
  }
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

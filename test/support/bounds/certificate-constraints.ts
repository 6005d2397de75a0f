/** Bounds of issuing constraints. */
import { MAX_BASES, MAX_IIN, MAX_ORGANISATION } from '../../../src/params.ts';
import { sgp26Device, v3Device } from '../certificates/chains.ts';

import { nameConstraints, permittedEins, setExtension } from '../certificates/fields.ts';
import { longOrganisation, manyBases } from '../certificates/sizes.ts';
import { chainRow, row, most, least, eum, ORGANISATION, EID, EUM } from './certificate-row.ts';
import type { CertificateBound } from './certificate-row.ts';

export const constraintRows = (): CertificateBound[] => [
  eum('bases', 'MAX_BASES', most(MAX_BASES), 'ERR_PROFILE_BASES', manyBases),
  eum('bases, at least', 'MAX_BASES', least(1), 'ERR_CERT_NAME_CONSTRAINTS_ABSENT', (d, count) => {
    const bases = Array.from({ length: count }, () => ({
      organisation: ORGANISATION,
      iin: '8904',
    }));
    setExtension(d, nameConstraints(...bases));
  }),
  chainRow(
    'bytes of a permitted organisation',
    'MAX_ORGANISATION',
    most(MAX_ORGANISATION),
    'ERR_PROFILE_ORGANISATION',
    0,
    (size) => longOrganisation(sgp26Device(), size),
  ),
  eum('digits of an IIN', 'MAX_IIN', most(MAX_IIN), 'ERR_PROFILE_IIN_LENGTH', (d, size) => {
    setExtension(d, nameConstraints({ organisation: ORGANISATION, iin: EID.slice(0, size) }));
  }),
  eum(
    'a digit of an IIN',
    'walk.digits',
    ['9', ':'],
    'ERR_CERT_NAME_CONSTRAINTS_BASE',
    (d, digit) => {
      const [fitting, other] = [{ iin: '8904' }, { iin: `890${digit}` }];
      setExtension(d, nameConstraints(fitting, other));
    },
  ),
  row(
    'entries of permittedEins',
    'MAX_BASES',
    most(MAX_BASES),
    'ERR_PROFILE_BASES',
    v3Device,
    EUM,
    (d, count) => {
      const others = Array.from({ length: count - 1 }, (_, i) => `890${i}`);
      setExtension(d, permittedEins(...others, '89049032'));
    },
  ),
  row(
    'entries of permittedEins, at least',
    'MAX_BASES',
    least(1),
    'ERR_DER_MISSING',
    v3Device,
    EUM,
    (d, count) => {
      setExtension(d, permittedEins(...['89049032'].slice(0, count)));
    },
  ),
  row(
    'digits of an entry of permittedEins',
    'MAX_IIN',
    most(MAX_IIN),
    'ERR_PROFILE_IIN_LENGTH',
    v3Device,
    EUM,
    (d, size) => {
      setExtension(d, permittedEins(EID.slice(0, size)));
    },
  ),
  row(
    'digits of an entry of permittedEins, at least',
    'MAX_IIN',
    least(1),
    'ERR_CERT_PERMITTED_EINS',
    v3Device,
    EUM,
    (d, size) => {
      setExtension(d, permittedEins('8904', '8'.repeat(size)));
    },
  ),
  row(
    'a digit of an entry of permittedEins',
    'walk.digits',
    ['9', ':'],
    'ERR_CERT_PERMITTED_EINS',
    v3Device,
    EUM,
    (d, digit) => {
      setExtension(d, permittedEins('8904', `89${digit}`));
    },
  ),
];

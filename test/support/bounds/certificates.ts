/** Every bound of the circuits for certificates: what a link of a chain is built with, on each side. */
import { MAX_SERIAL, TBS_MAX_BYTES } from '../../../src/params.ts';
import { v3FiveLinks } from '../certificates/chains.ts';
import { nonMinimal, sequence, tlv } from '../certificates/der.ts';
import { caseOf } from '../certificates/faults/row.ts';
import { padTbs } from '../certificates/sizes.ts';
import { most, least, euicc, ofBytes } from './certificate-row.ts';
import type { CertificateBound } from './certificate-row.ts';
import { constraintRows } from './certificate-constraints.ts';
import { extensionRows } from './certificate-extensions.ts';
import { nameRows } from './certificate-names.ts';
import { timeRows } from './certificate-times.ts';

const tbsRows = (): CertificateBound[] => [
  euicc(
    'bytes of the TBS',
    ['TBS_BLOCKS', 'TBS_MAX_BYTES'],
    most(TBS_MAX_BYTES),
    'ERR_PROFILE_TBS_LENGTH',
    padTbs,
  ),
  euicc(
    'bytes of the length of the version',
    ['der.short', 'der.long'],
    [0, 1],
    'ERR_DER_LENGTH_MINIMAL',
    (d, more) => {
      if (more > 0) d.wrapTbs = (content) => nonMinimal(sequence(content));
    },
  ),
  euicc(
    'bytes of the serial number',
    ['MAX_SERIAL', 'tbs.serialLengths'],
    most(MAX_SERIAL),
    'ERR_CERT_SERIAL_SIZE',
    (d, size) => {
      d.serialNumber = tlv(0x02, ofBytes(size));
    },
  ),
  euicc(
    'bytes of the serial number, at least',
    'tbs.serialLengths',
    least(1),
    'ERR_DER_INTEGER',
    (d, size) => {
      d.serialNumber = tlv(0x02, ofBytes(size));
    },
  ),
  euicc(
    'first byte of the serial number',
    'tbs.serialLengths',
    most(0x7f),
    'ERR_CERT_SERIAL_NEGATIVE',
    (d, first) => {
      d.serialNumber = tlv(0x02, ofBytes(8, first));
    },
  ),
];

/** A chain of five, or the four CAs of it. */
const LINKS: CertificateBound = {
  name: 'links',
  from: ['MAX_LINKS'],
  near: 4,
  far: 5,
  code: 'ERR_CHAIN_LENGTH',
  build: (count: number) => {
    const whole = caseOf(`${count} links`, v3FiveLinks());
    return { ...whole, chain: whole.chain.slice(0, count), link: count - 1 };
  },
};

export const certificateBounds = (): CertificateBound[] => [
  LINKS,
  ...tbsRows(),
  ...nameRows(),
  ...timeRows(),
  ...extensionRows(),
  ...constraintRows(),
];

/** What RSP knows of profile packages (profile package specification of the TCA): header and status. */
import { bytesToHex } from '../../bytes.ts';
import { automatic, badValue, context } from '../codec/codec.ts';
import { integer, mapped, octets, text } from '../codec/primitives.ts';
import { elements, list, message, optional, sequence } from '../codec/structures.ts';
import { hexToBytes } from './identifiers.ts';

/** Digits in their order, unlike EF ICCID and the messages of SGP.22. */
const plainIccid = mapped(
  octets(10),
  (bytes, what) => {
    const digits = bytesToHex(bytes).replace(/f+$/, '');
    if (!/^\d{18,20}$/.test(digits)) throw badValue(what, 'must have 18 to 20 digits');
    return digits;
  },
  (digits, what) => hexToBytes(digits.padEnd(20, 'f'), what),
);

/** An unprotected profile package: a ProfileHeader, then other profile elements. */
export const ProfilePackage = elements(
  'profile package',
  {
    profileHeader: context(
      0,
      sequence(
        automatic({
          majorVersion: integer,
          minorVersion: integer,
          profileType: optional(text(100)),
          iccid: plainIccid,
        }),
        'unread',
      ),
    ),
  },
  'extensible',
);

/** How the profile elements were taken; 0 is ok. */
export const EuiccResponse = message(
  'EUICCResponse',
  sequence(automatic({ peStatus: list(sequence(automatic({ status: integer })), 'a PEStatus') })),
);

/** EIDs (SGP.02, SGP.29): 30 digits and two that check them. */
import { z } from 'zod';
import { checked } from '../arguments.ts';
import { ZkcxError } from '../errors.ts';

const WITHOUT_CHECK_DIGITS = 30;

/**
 * An EID of its first 30 digits: as a number it leaves 1 when divided by 97 (SGP.29, annex B; ISO/IEC 7064,
 * MOD 97-10). Throws ERR_AUTHORITY_EID.
 */
export function completeEid(digits: string): string {
  checked(digits, z.string(), 'the digits of completeEid');
  if (!/^[0-9]{30}$/.test(digits)) {
    throw new ZkcxError('ERR_AUTHORITY_EID', 'an EID has 30 digits and two check digits');
  }
  const rest = 98n - (BigInt(`${digits}00`) % 97n);
  return digits + rest.toString().padStart(2, '0');
}

/**
 * The EID at a place of the range that a CA may issue: all that begins with `iin`.
 *
 * @param place from 0
 * @throws ERR_AUTHORITY_EID when the range has no such place
 */
export function eidAt(iin: string, place: bigint): string {
  checked(iin, z.string().regex(/^[0-9]{1,30}$/), 'the IIN of eidAt');
  checked(place, z.bigint().min(0n), 'the place of eidAt');
  const room = WITHOUT_CHECK_DIGITS - iin.length;
  if (place >= 10n ** BigInt(room)) {
    throw new ZkcxError('ERR_AUTHORITY_EID', `no EID is left that begins with ${iin}`);
  }
  return completeEid(room === 0 ? iin : iin + place.toString().padStart(room, '0'));
}

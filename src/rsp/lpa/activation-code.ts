import { z } from 'zod';
import { checked } from '../../arguments.ts';
import { isOid } from '../../asn1/index.ts';
import { ZkcxError } from '../../errors.ts';
import { isMatchingId } from '../../sgp22/messages/identifiers.ts';
import { isServerAddress } from '../arguments.ts';
import * as argument from './arguments.ts';

/** What an activation code says (SGP.22 4.1). */
export interface ActivationCode {
  /** FQDN of the SM-DP+, with a port if the code names one. */
  readonly address: string;
  /** AC_Token; empty: none, the server looks for a default order. */
  readonly matchingId: string;
  /** OID of the SM-DP+, dotted: the LPA checks that it talks to this one. */
  readonly oid?: string;
  readonly confirmationCodeRequired: boolean;
}

const PREFIX = 'LPA:';
const MAX_LENGTH = 255;
/** With a link around it. */
const MAX_INPUT_LENGTH = 2_048;
/** What the links of phone makers call the activation code in them. */
const LINK_PARAMETER = 'carddata';

/**
 * Read an activation code: `1$address$matchingId`, then optionally `$oid` and `$1` for a confirmation code, as people
 * and programs hand it on: with or without the prefix `LPA:` that a QR code has, in any case; in a setup link of a phone
 * maker (`https://esimsetup.apple.com/...?carddata=LPA:1$...`, the same of Android, and as an `intent:`); with
 * percent-encoding; with white space or invisible characters around it or around a field; with `$` at its end, or 0 for
 * "no confirmation code". Fields that later versions may add are refused, and so is what lacks a part: a code that was
 * cut or garbled must not reach a server.
 *
 * @throws ERR_RSP_ACTIVATION_CODE, the field as reason
 */
export function parseActivationCode(input: string): ActivationCode {
  checked(input, z.string(), 'parseActivationCode');
  if (input.length > MAX_INPUT_LENGTH) throw wrong('length', 'it is too long');
  const text = decoded(withoutLink(bare(input)));
  if (text.length > MAX_LENGTH) throw wrong('length', `it is above ${MAX_LENGTH} characters`);
  const code = text.slice(0, PREFIX.length).toUpperCase() === PREFIX ? text.slice(4) : text;
  const fields = code.split('$').map(bare);
  // says no more than if it were not there
  while (fields.length > 3 && fields.at(-1) === '') fields.pop();
  const [format, address, matchingId, oid, flag = ''] = fields;
  if (format !== '1') throw wrong('format', 'its format must be 1, as in LPA:1$address$token');
  if (address === undefined || matchingId === undefined || fields.length > 5) {
    throw wrong('fields', 'it must have the fields 1$address$token, and at most $oid$1 after them');
  }
  if (!isServerAddress(address)) {
    throw wrong('address', 'its SM-DP+ address must be a host name, not one of zkCX');
  }
  if (!isMatchingId(matchingId)) {
    throw wrong('matchingId', 'its token may have letters, digits, hyphens, dots and underscores');
  }
  if (oid !== undefined && oid !== '' && !isOid(oid)) {
    throw wrong('oid', 'its SM-DP+ OID must be dotted numbers');
  }
  if (!['', '0', '1'].includes(flag)) {
    throw wrong(
      'confirmationCode',
      'its confirmation code flag must be 1 or left out; the code itself does not belong there',
    );
  }
  return {
    address,
    matchingId,
    ...(oid ? { oid } : {}),
    confirmationCodeRequired: flag === '1',
  };
}

/** Without white space and invisible characters around it, which come along when people copy. */
const bare = (text: string) => text.replace(/^[\s\p{Cf}]+/u, '').replace(/[\s\p{Cf}]+$/u, '');

/** The code in a setup link; anything else as it is. Where the link leads to is not asked. */
function withoutLink(text: string): string {
  if (!/^(https|intent):\/\//i.test(text)) return text;
  const parameters = URL.canParse(text) ? [...new URL(text).searchParams] : [];
  const codes = parameters.filter(([name]) => name.toLowerCase() === LINK_PARAMETER);
  if (codes.length === 1) return bare(codes[0]![1]);
  throw wrong('format', `its link must have one parameter ${LINK_PARAMETER}`);
}

/** Without percent-encoding: a code as such has no "%". */
function decoded(text: string): string {
  if (!text.includes('%') || text.includes('$')) return text;
  try {
    return bare(decodeURIComponent(text));
  } catch {
    throw wrong('format', 'its percent-encoding is broken');
  }
}

/** The text of an activation code, with its prefix. Throws ERR_RSP_ACTIVATION_CODE where it is too long. */
export function formatActivationCode(code: ActivationCode): string {
  checked(code, argument.activationCode, 'formatActivationCode');
  const { address, matchingId, oid, confirmationCodeRequired } = code;
  const fields = ['1', address, matchingId];
  if (oid !== undefined || confirmationCodeRequired) fields.push(oid ?? '');
  if (confirmationCodeRequired) fields.push('1');
  const text = PREFIX + fields.join('$');
  if (text.length > MAX_LENGTH) throw wrong('length', `it is above ${MAX_LENGTH} characters`);
  return text;
}

function wrong(reason: string, problem: string): ZkcxError {
  return new ZkcxError('ERR_RSP_ACTIVATION_CODE', `This is no activation code: ${problem}`, {
    reason,
  });
}

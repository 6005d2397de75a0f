import { ZkcxError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import type { ListScope, RevocationList } from './crl-types.ts';
import { readAuthorityKeyIdentifier } from './extension-values.ts';
import { readExtension } from './extensions.ts';
import { OID } from './oid.ts';
import { contextTag, TAG } from './tags.ts';
import { inside, type TlvReader } from './tlv.ts';
import type { Extension } from './types.ts';
import { decodeBoolean, readInteger } from './values.ts';

/** RFC 5280 5.2.3. */
const MAX_NUMBER_BYTES = 20;

type ListValues = Partial<
  Pick<RevocationList, 'authorityKeyIdentifier' | 'crlNumber' | 'point' | 'scope'>
> & { total?: bigint; number?: bigint };

/** The known extensions of a list. Each reader takes one element off the extnValue. */
const READERS: Readonly<Record<string, (value: TlvReader) => ListValues>> = {
  [OID.authorityKeyIdentifier]: (v) => ({ authorityKeyIdentifier: readAuthorityKeyIdentifier(v) }),
  [OID.cRLNumber]: (v) => ({ crlNumber: readNumber(v) }),
  [OID.issuingDistributionPoint]: readIssuingDistributionPoint,
  [OID.totalPartialCrlNumber]: (v) => ({ total: readInteger(v, 'totalPartialCrlNumber').value }),
  [OID.partialCrlNumber]: (v) => ({ number: readInteger(v, 'partialCrlNumber').value }),
  [OID.deltaCRLIndicator]: () => {
    throw new ZkcxError('ERR_CRL_DELTA', 'This is a delta list: give the complete one');
  },
};

/** Content of crlExtensions (RFC 5280 5.2) of a complete list, or of one part of a GSMA list. */
export function readListExtensions(
  list: TlvReader,
): Pick<
  RevocationList,
  'extensions' | 'authorityKeyIdentifier' | 'crlNumber' | 'point' | 'scope' | 'part'
> {
  const { extensions, values } = readExtensionList(list, READERS);
  const { authorityKeyIdentifier, crlNumber, point, scope, total, number } = values;
  if (authorityKeyIdentifier === undefined) {
    throw new ZkcxError('ERR_CRL_AKI_MISSING', 'The list does not name the key that signed it');
  }
  if (crlNumber === undefined) {
    throw new ZkcxError('ERR_CRL_NUMBER_MISSING', 'The list has no cRLNumber');
  }
  if (point === undefined || scope === undefined) {
    throw new ZkcxError('ERR_CRL_POINT_MISSING', 'The list has no issuingDistributionPoint');
  }
  const part = partOf(number, total);
  return { extensions, authorityKeyIdentifier, crlNumber, point, scope, ...(part && { part }) };
}

/** At least one extension, each OID once, unknown critical ones refused. */
export function readExtensionList<T extends object>(
  list: TlvReader,
  readers: Readonly<Record<string, (value: TlvReader) => T>>,
): { extensions: readonly Extension[]; values: T } {
  const extensions: Extension[] = [];
  const seen = new Set<string>();
  const values = {} as T;
  do {
    const { extension, value } = readExtension(list);
    const { oid, critical } = extension;
    if (seen.has(oid)) {
      throw new ZkcxError('ERR_CRL_EXTENSION_DUPLICATE', `Extension ${oid} occurs twice`, {
        reason: oid,
      });
    }
    seen.add(oid);
    const reader = Object.hasOwn(readers, oid) ? readers[oid] : undefined;
    if (reader) {
      Object.assign(values, reader(value));
      value.finish();
    } else if (critical) {
      throw new ZkcxError(
        'ERR_CRL_EXTENSION_UNKNOWN_CRITICAL',
        `Extension ${oid} is critical and unknown`,
        { reason: oid },
      );
    }
    extensions.push(extension);
  } while (!list.done);
  return { extensions, values };
}

function readNumber(value: TlvReader): bigint {
  const number = readInteger(value, 'cRLNumber');
  const length = number.element.content.length;
  if (number.value < 0n || length > MAX_NUMBER_BYTES) {
    throw new ZkcxError(
      'ERR_CRL_NUMBER',
      `cRLNumber must not be negative nor above ${MAX_NUMBER_BYTES} bytes`,
    );
  }
  return number.value;
}

/**
 * IssuingDistributionPoint (RFC 5280 5.2.5): one URI, and which certificates the list is about. All
 * that would make the list say less than "these, and no others, are revoked" is refused.
 */
function readIssuingDistributionPoint(value: TlvReader): { point: Uint8Array; scope: ListScope } {
  const fields = value.enter(TAG.sequence, 'IssuingDistributionPoint');
  const point = readPoint(fields);
  const user = readFlag(fields, 1, 'onlyContainsUserCerts');
  const ca = readFlag(fields, 2, 'onlyContainsCACerts');
  refuse(
    fields.optional(contextTag(3, false), 'onlySomeReasons') !== undefined,
    'ERR_CRL_REASON_LIMITED',
    'The list names certificates for some reasons only',
  );
  refuse(
    readFlag(fields, 4, 'indirectCRL'),
    'ERR_CRL_INDIRECT',
    'The list is an indirect one: it also speaks for other issuers',
  );
  refuse(
    readFlag(fields, 5, 'onlyContainsAttributeCerts'),
    'ERR_CRL_ATTRIBUTE_CERTS',
    'The list is about attribute certificates only',
  );
  fields.finish();
  refuse(
    user && ca,
    'ERR_CRL_SCOPE',
    'The list claims to be for user certificates only and for CA certificates only',
  );
  return { point, scope: user ? 'user' : ca ? 'ca' : 'both' };
}

/** distributionPoint: fullName with exactly one name, a URI of visible ASCII. */
function readPoint(fields: TlvReader): Uint8Array {
  // DistributionPointName is a CHOICE, so its tag is explicit
  const outer = fields.optional(contextTag(0, true), 'distributionPoint');
  if (outer === undefined) {
    throw new ZkcxError(
      'ERR_CRL_POINT_MISSING',
      'issuingDistributionPoint names no distribution point',
    );
  }
  const choice = inside(outer);
  const fullName = choice.any('distributionPoint');
  choice.finish();
  const names = inside(fullName);
  const isFullName = fullName.tag === contextTag(0, true);
  const uri = isFullName ? names.optional(contextTag(6, false), 'URI') : undefined;
  const bytes = uri?.content;
  if (!bytes?.length || !names.done || bytes.some((byte) => byte < 0x21 || byte > 0x7e)) {
    throw new ZkcxError(
      'ERR_CRL_POINT',
      'issuingDistributionPoint must have a full name of exactly one URI',
    );
  }
  return bytes.slice();
}

/** BOOLEAN DEFAULT FALSE under an implicit tag: absent or TRUE (X.690 11.5). */
function readFlag(fields: TlvReader, number: number, what: string): boolean {
  const element = fields.optional(contextTag(number, false), what);
  if (element === undefined) return false;
  if (!decodeBoolean(element.content, what)) {
    throw new ZkcxError('ERR_DER_DEFAULT', `${what} encodes its default value FALSE`);
  }
  return true;
}

/** SGP.22: totalPartialCrlNumber and partialCrlNumber, both or neither; parts count from 1. */
function partOf(number?: bigint, total?: bigint): RevocationList['part'] {
  if (number === undefined && total === undefined) return undefined;
  if (number === undefined || total === undefined || number < 1n || number > total) {
    throw new ZkcxError(
      'ERR_CRL_PARTIAL',
      'A partial list must say which part it is, from 1, and of how many',
    );
  }
  if (total > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new ZkcxError('ERR_CRL_PARTIAL', 'The list claims to have more parts than there can be');
  }
  return { number: Number(number), total: Number(total) };
}

function refuse(refused: boolean, code: ErrorCode, message: string): void {
  if (refused) throw new ZkcxError(code, message);
}

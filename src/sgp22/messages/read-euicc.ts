/** What a card says of itself (GetEUICCInfo, GetEuiccConfiguredAddresses, GetEID): each field for itself. */
import { inside, type Tlv } from '../../asn1/tlv.ts';
import { TAG as DER } from '../../asn1/index.ts';
import { badValue } from '../codec/codec.ts';
import {
  answered,
  partOf,
  problemOf,
  type Readable,
  readEntries,
  readFields,
} from '../codec/lenient.ts';
import type { Unreadable } from '../codec/lenient.ts';
import {
  CONFIGURED_ADDRESSES,
  EuiccConfiguredAddressesResponse,
  GetEuiccDataResponse,
} from './euicc-data.ts';
import { EUICC_INFO2, EuiccInfo1, EuiccInfo2 } from './euicc-info.ts';
import { eidValue, keyIdentifier } from './identifiers.ts';

/** An answer with the bytes that it was read from, and the fields that are there and cannot be read. */
interface FromCard {
  readonly der: Uint8Array;
  readonly unreadable: readonly Pick<Unreadable, 'field' | 'problem'>[];
}

export type ReadEuiccInfo1 = EuiccInfo1 & FromCard;
export type ReadEuiccInfo2 = Readable<typeof EUICC_INFO2> & FromCard;
export type ReadConfiguredAddresses = Readable<typeof CONFIGURED_ADDRESSES> & FromCard;

/**
 * EUICCInfo1, for a server as it is. A version that cannot be read is empty; of a list of CIs the identifiers that
 * can be read are there. Throws ERR_DER_*.
 */
export function readEuiccInfo1(bytes: Uint8Array): ReadEuiccInfo1 {
  const answer = answered(bytes, EuiccInfo1.name, EuiccInfo1.tag);
  const { svn, unreadable } = fromCard(answer, { svn: EUICC_INFO2.svn });
  return {
    svn: svn ?? '',
    euiccCiPKIdListForVerification: identifiersIn(
      answer,
      EUICC_INFO2.euiccCiPKIdListForVerification.tag,
    ),
    euiccCiPKIdListForSigning: identifiersIn(answer, EUICC_INFO2.euiccCiPKIdListForSigning.tag),
    der: answer.der,
    unreadable,
  };
}

/** Throws ERR_DER_* if it is no EUICCInfo2 at all. */
export function readEuiccInfo2(bytes: Uint8Array): ReadEuiccInfo2 {
  return fromCard(answered(bytes, EuiccInfo2.name, EuiccInfo2.tag), EUICC_INFO2);
}

/** The EUICCInfo2 inside of EuiccSigned1. Throws ERR_DER_*; ERR_RSP_VALUE if there is none. */
export function readSignedEuiccInfo2(euiccSigned1: Uint8Array): ReadEuiccInfo2 {
  const info = partOf(answered(euiccSigned1, 'euiccSigned1', DER.sequence), EuiccInfo2.tag);
  if (info === undefined) throw badValue('euiccSigned1', 'has no EUICCInfo2');
  return fromCard(info, EUICC_INFO2);
}

/** Throws ERR_DER_* if it is none at all. */
export function readConfiguredAddresses(bytes: Uint8Array): ReadConfiguredAddresses {
  const { name, tag } = EuiccConfiguredAddressesResponse;
  return fromCard(answered(bytes, name, tag), CONFIGURED_ADDRESSES);
}

/**
 * The 32 digits of the EID. Cards give them as 16 bytes; some as text of 32 digits, and some without the element of the
 * function around it. Throws ERR_DER_*, ERR_RSP_VALUE.
 */
export function readEid(bytes: Uint8Array): string {
  const first = answered(bytes, 'the EID');
  const element =
    first.tag === eidValue.tag
      ? first
      : inside(answered(bytes, GetEuiccDataResponse.name, GetEuiccDataResponse.tag)).element(
          eidValue.tag,
          'the EID',
        );
  if (element.content.length !== 32) return eidValue.read(element);
  const text = new TextDecoder('latin1').decode(element.content);
  if (!/^\d{32}$/.test(text)) throw badValue('the EID', 'has characters that are not digits');
  return text;
}

function fromCard<C extends Parameters<typeof readFields>[1]>(answer: Tlv, codecs: C) {
  const { fields, unreadable } = readFields(answer, codecs);
  const problems = unreadable.map(({ field, problem }) => ({ field, problem }));
  return { ...fields, der: answer.der, unreadable: problems };
}

/** The identifiers of one list that can be read. */
function identifiersIn(answer: Tlv, tag: number): readonly Uint8Array[] {
  const found: Uint8Array[] = [];
  readEntries(
    answer,
    'a field',
    (field) => {
      if (field.tag !== tag) return;
      readEntries(
        field,
        'a CI key identifier',
        (one) => {
          problemOf(() => {
            if (one.tag === keyIdentifier.tag) found.push(keyIdentifier.read(one));
          });
        },
        () => {},
      );
    },
    () => {},
  );
  return found;
}

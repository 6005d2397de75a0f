/** An order for one device whose server does not know which: the hash that it gets in place of the EID. */
import { Field } from 'o1js';
import { z } from 'zod';
import { bytes, checked, checkedRandom } from '../arguments.ts';
import { bytesToBigint } from '../bytes.ts';
import { orderOf } from '../circuits/session.ts';
import { ZkcxError } from '../errors.ts';
import { type RandomBytes, systemRandom } from '../random.ts';
import { serverIdentity } from './scope.ts';

/** Bytes of the salt of a blind order. */
export const ORDER_SALT_BYTES = 16;

/** A fresh salt, one an order: who knows it can try EIDs against the order. */
export function orderSalt(random: RandomBytes = systemRandom): Uint8Array {
  return checkedRandom(random, 'the random of orderSalt')(ORDER_SALT_BYTES);
}

/**
 * The order of a salt and an EID at a server, see `orderOf`.
 *
 * @param serverOid dotted
 * @param salt 16 bytes
 * @param eid 32 digits
 * @throws ERR_SESSION_VALUE
 */
export function blindOrderOf(serverOid: string, salt: Uint8Array, eid: string): bigint {
  checked(salt, bytes, 'the salt of blindOrderOf');
  checked(eid, z.string(), 'the EID of blindOrderOf');
  if (salt.length !== ORDER_SALT_BYTES || !/^[0-9]{32}$/.test(eid)) {
    throw new ZkcxError(
      'ERR_SESSION_VALUE',
      `a blind order has a salt of ${ORDER_SALT_BYTES} bytes and an EID of 32 digits`,
    );
  }
  return orderOf(
    serverIdentity(serverOid),
    Field(bytesToBigint(salt)),
    Field(BigInt(eid)),
  ).toBigInt();
}

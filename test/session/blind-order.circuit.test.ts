import { expect, test } from '@jest/globals';
import { Field, Poseidon } from 'o1js';
import { blindOrderOf, orderSalt } from '../../src/session/blind-order.ts';
import { serverIdentity } from '../../src/session/scope.ts';
import { codeOf, errorOf } from '../support/arguments.ts';

const OID = '2.999.10';
const EID = '89049032123451234512345678901235';
const SALT = Uint8Array.from({ length: 16 }, (_, i) => 0xff - i);

test('a blind order is the hash of server, salt and EID', () => {
  const salt = Field(0xfffefdfcfbfaf9f8f7f6f5f4f3f2f1f0n);
  const expected = Poseidon.hashWithPrefix('zkcx-order-1', [
    serverIdentity(OID),
    salt,
    Field(BigInt(EID)),
  ]);
  expect(blindOrderOf(OID, SALT, EID)).toBe(expected.toBigInt());
});

test('it is another one at another server, with another salt, for another EID', () => {
  const other = SALT.with(15, 0);
  const orders = [
    blindOrderOf(OID, SALT, EID),
    blindOrderOf('2.999.11', SALT, EID),
    blindOrderOf(OID, other, EID),
    blindOrderOf(OID, SALT, '89049032123451234512345678901236'),
  ];
  expect(new Set(orders).size).toBe(orders.length);
});

test('salts are 16 fresh bytes from the source that is given', () => {
  expect(orderSalt((length) => new Uint8Array(length).fill(7))).toEqual(new Uint8Array(16).fill(7));
  expect(orderSalt()).not.toEqual(orderSalt());
});

test.each([
  ['a salt of 15 bytes', OID, SALT.slice(1), EID],
  ['a salt of 17 bytes', OID, new Uint8Array(17), EID],
  ['an EID of 31 digits', OID, SALT, EID.slice(1)],
  ['an EID with a letter', OID, SALT, `${EID.slice(1)}A`],
  ['no OID', 'smdp.example.com', SALT, EID],
  ['an OID above 30 bytes', `2.999.${'1.'.repeat(40)}1`, SALT, EID],
])('%s is ERR_SESSION_VALUE', async (_, oid, salt, eid) => {
  expect(codeOf(await errorOf(() => blindOrderOf(oid, salt, eid)))).toBe('ERR_SESSION_VALUE');
});

test.each([
  ['a salt that is text', OID, 'ff'.repeat(16), EID],
  ['an EID that is a number', OID, SALT, BigInt(EID)],
])('%s is ERR_ARGUMENT', async (_, oid, salt, eid) => {
  const call = () => blindOrderOf(oid, salt as Uint8Array, eid as string);
  expect(codeOf(await errorOf(call))).toBe('ERR_ARGUMENT');
});

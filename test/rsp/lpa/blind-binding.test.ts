import { describe, expect, test } from '@jest/globals';
import { formatBlindBinding, parseBlindBinding } from '../../../src/rsp/lpa/index.ts';
import { codeOf, errorOf } from '../../support/arguments.ts';

const SALT = '000102030405060708090a0b0c0d0e0f';
const ORDER = '1234567890123456789012345678901234567890';
const TEXT = `zkcx-order:1:${SALT}:${ORDER}`;
/** Order of the field that orders are in. */
const FIELD = 0x40000000000000000000000000000000224698fc094cf91b992d30ed00000001n;

describe('the binding of a blind order', () => {
  test('is one line, read back as it was written', () => {
    const binding = { salt: Uint8Array.from({ length: 16 }, (_, i) => i), order: BigInt(ORDER) };
    expect(formatBlindBinding(binding)).toBe(TEXT);
    expect(parseBlindBinding(TEXT)).toEqual(binding);
    expect(parseBlindBinding(` \t${TEXT}\r\n`)).toEqual(binding);
    const largest = { ...binding, order: FIELD - 1n };
    expect(parseBlindBinding(formatBlindBinding(largest))).toEqual(largest);
  });

  test.each([
    ['nothing', ''],
    ['an activation code', 'LPA:1$smdp.example.com$TOKEN'],
    ['another version', TEXT.replace(':1:', ':2:')],
    ['another prefix', TEXT.replace('zkcx-order', 'ZKCX-ORDER')],
    ['a salt of 15 bytes', TEXT.replace(SALT, SALT.slice(2))],
    ['a salt of 17 bytes', TEXT.replace(SALT, `${SALT}10`)],
    ['a salt in capitals', TEXT.replace(SALT, SALT.toUpperCase())],
    ['no order', `zkcx-order:1:${SALT}:`],
    ['order 0, which is none', `zkcx-order:1:${SALT}:0`],
    ['an order with zeros before it', TEXT.replace(ORDER, `0${ORDER}`)],
    ['an order in hexadecimal', TEXT.replace(ORDER, 'ff')],
    ['an order above the field', TEXT.replace(ORDER, String(FIELD))],
    ['an order of 78 digits', TEXT.replace(ORDER, '1'.repeat(78))],
    ['something after it', `${TEXT}:`],
    ['a second line', `${TEXT}\n${TEXT}`],
    ['blanks inside', TEXT.replace(':1:', ': 1:')],
  ])('%s is ERR_RSP_BINDING', async (_, text) => {
    const error = (await errorOf(() => parseBlindBinding(text))) as Error;
    expect(codeOf(error)).toBe('ERR_RSP_BINDING');
    // salts are for the user alone
    expect(error.message).not.toContain(SALT.slice(2));
  });

  test.each([
    ['a salt of 15 bytes', { salt: new Uint8Array(15), order: 1n }],
    ['order 0', { salt: new Uint8Array(16), order: 0n }],
    ['an order above the field', { salt: new Uint8Array(16), order: FIELD }],
  ])('%s is not written', async (_, binding) => {
    expect(codeOf(await errorOf(() => formatBlindBinding(binding)))).toBe('ERR_ARGUMENT');
  });
});

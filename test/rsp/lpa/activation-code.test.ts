import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { ZkcxError } from '../../../src/errors.ts';
import { formatActivationCode, parseActivationCode } from '../../../src/rsp/lpa/index.ts';

describe('activation codes', () => {
  test.each([
    ['LPA:1$smdp.example.com$TOKEN-1', { matchingId: 'TOKEN-1' }],
    ['lpa:1$smdp.example.com$TOKEN-1', { matchingId: 'TOKEN-1' }],
    ['1$smdp.example.com$TOKEN-1', { matchingId: 'TOKEN-1' }],
    [' \tLPA:1$smdp.example.com$TOKEN-1\r\n', { matchingId: 'TOKEN-1' }],
    [
      'https://esimsetup.apple.com/esim_qrcode_provisioning?carddata=LPA:1$smdp.example.com$T',
      { matchingId: 'T' },
    ],
    [
      'https://esimsetup.android.com/esim_qrcode_provisioning?carddata=lpa%3A1%24smdp.example.com%24T%24%241',
      { matchingId: 'T', confirmationCodeRequired: true },
    ],
    [
      'intent://esim_qrcode_provisioning?carddata=LPA%3A1%24smdp.example.com%24T#Intent;scheme=https;end',
      { matchingId: 'T' },
    ],
    ['https://a.example/?x=1&CardData=LPA:1$smdp.example.com$T&y=2', { matchingId: 'T' }],
    ['https://a.example/?carddata=LPA%253A1%2524smdp.example.com%2524T', { matchingId: 'T' }],
    ['https://a.example/?carddata=1$smdp.example.com$T%0A', { matchingId: 'T' }],
    ['LPA%3A1%24smdp.example.com%24T', { matchingId: 'T' }],
    ['LPA:1$smdp.example.com$T\n', { matchingId: 'T' }],
    ['\ufeff\u200bLPA:1$smdp.example.com$T\u00a0\u202c', { matchingId: 'T' }],
    ['LPA: 1$ smdp.example.com $ T ', { matchingId: 'T' }],
    ['LPA:1$smdp.example.com$T$', { matchingId: 'T' }],
    ['LPA:1$smdp.example.com$T$$', { matchingId: 'T' }],
    ['LPA:1$smdp.example.com$T$$0', { matchingId: 'T' }],
    ['LPA:1$smdp.example.com$T$$1$', { matchingId: 'T', confirmationCodeRequired: true }],
    ['LPA:1$smdp.example.com$T$2.999$0$', { matchingId: 'T', oid: '2.999' }],
    ['LPA:1$smdp.example.com$T$2.999$', { matchingId: 'T', oid: '2.999' }],
    ['LPA:1$smdp.example.com$$$', {}],
    ['LPA:1$SMDP.EXAMPLE.COM$T', { address: 'SMDP.EXAMPLE.COM', matchingId: 'T' }],
    ['LPA:1$xn--bcher-kva.example$T', { address: 'xn--bcher-kva.example', matchingId: 'T' }],
    ['LPA:1$smdp.example.com$', {}],
    ['LPA:1$smdp.example.com:8443$', { address: 'smdp.example.com:8443' }],
    ['LPA:1$zkcx-dp.example.com$', { address: 'zkcx-dp.example.com' }],
    ['LPA:1$zkcx$', { address: 'zkcx' }],
    ['LPA:1$smdp.example.com$AC_NO.CC', { matchingId: 'AC_NO.CC' }],
    ['LPA:1$localhost$a', { address: 'localhost', matchingId: 'a' }],
    ['LPA:1$127.0.0.1:1$a', { address: '127.0.0.1:1', matchingId: 'a' }],
    ['LPA:1$smdp.example.com$T$1.3.6.1.4.1.31746', { matchingId: 'T', oid: '1.3.6.1.4.1.31746' }],
    ['LPA:1$smdp.example.com$T$2.999', { matchingId: 'T', oid: '2.999' }],
    [
      'LPA:1$smdp.example.com$T$1.3.6.1$1',
      { matchingId: 'T', oid: '1.3.6.1', confirmationCodeRequired: true },
    ],
    ['LPA:1$smdp.example.com$T$$1', { matchingId: 'T', confirmationCodeRequired: true }],
    ['LPA:1$smdp.example.com$$$1', { confirmationCodeRequired: true }],
  ])('%s', (text, fields) => {
    expect(parseActivationCode(text)).toEqual({
      address: 'smdp.example.com',
      matchingId: '',
      confirmationCodeRequired: false,
      ...fields,
    });
  });

  test.each([
    ['', 'format'],
    ['LPA:', 'format'],
    ['LPA:2$smdp.example.com$T', 'format'],
    ['LPA:LPA:1$smdp.example.com$T', 'format'],
    ['smdp.example.com', 'format'],
    ['LPA%3A1%2', 'format'],
    ['LPA%ZZ', 'format'],
    ['intent://esim_qrcode_provisioning#Intent;end', 'format'],
    ['https://esimsetup.apple.com/esim_qrcode_provisioning', 'format'],
    ['https://a.example?carddata=LPA:1$smdp.example.com$T&carddata=LPA:1$b.example$T', 'format'],
    ['https://a.example?carddata=https://b.example?carddata=LPA:1$smdp.example.com$T', 'format'],
    ['http://a.example?carddata=LPA:1$smdp.example.com$T', 'format'],
    [`https://a.example?carddata=LPA:1$smdp.example.com$T&${'x'.repeat(2_048)}`, 'length'],
    [' '.repeat(5_000_000), 'length'],
    ['LPA:1$smdp.example.com', 'fields'],
    ['LPA:1$smdp.example.com$T$$1$2', 'fields'],
    ['LPA:1$$T', 'address'],
    ['LPA:1$smdp.example.com/x$T', 'address'],
    ['LPA:1$user@smdp.example.com$T', 'address'],
    ['LPA:1$-a.example.com$T', 'address'],
    ['LPA:1$zkcx!smdp.example.com$T', 'address'],
    ['LPA:1$zkcx.example.com$T', 'address'],
    ['LPA:1$ZkCX.smdp.example.com:8443$T', 'address'],
    ['https://a.example?carddata=LPA:1$zkcx!smdp.example.com$T', 'address'],
    ['LPA:1$a..example.com$T', 'address'],
    ['LPA:1$smdp.example.com:0$T', 'address'],
    ['LPA:1$smdp.example.com:65536$T', 'address'],
    [`LPA:1$${'a'.repeat(64)}.com$T`, 'address'],
    ['LPA:1$smdp.example.com$T T', 'matchingId'],
    ['LPA:1$smdp.example.com$T\u0000', 'matchingId'],
    ['LPA:1$smdp.example.com$T$1', 'oid'],
    ['LPA:1$smdp.example.com$T$1.', 'oid'],
    ['LPA:1$smdp.example.com$T$3.1', 'oid'],
    ['LPA:1$smdp.example.com$T$1.02', 'oid'],
    ['LPA:1$smdp.example.com$T$1.99.1', 'oid'],
    ['LPA:1$smdp.example.com$T$$2', 'confirmationCode'],
    ['LPA:1$smdp.example.com$T$$1234', 'confirmationCode'],
    ['LPA:1$b\u00fccher.example$T', 'address'],
    ['LPA:1$https://smdp.example.com$T', 'address'],
    [`LPA:1$smdp.example.com$${'T'.repeat(300)}`, 'length'],
  ])('%j is refused for its %s', (text, reason) => {
    expect(() => parseActivationCode(text)).toThrow(
      expect.objectContaining({ code: 'ERR_RSP_ACTIVATION_CODE', reason }),
    );
  });

  test('are read as they are written', () => {
    const digits = fc.integer({ min: 0, max: 99_999 });
    fc.assert(
      fc.property(
        fc.domain().filter((name) => /^(?!zkcx\.)[a-z0-9.-]{1,80}$/i.test(name)),
        fc.stringMatching(/^[0-9A-Za-z_.-]{0,60}$/),
        fc.option(fc.array(digits, { minLength: 1, maxLength: 6 }), { nil: undefined }),
        fc.boolean(),
        (address, matchingId, arcs, confirmationCodeRequired) => {
          const oid = arcs && ['2', ...arcs].join('.');
          const code = { address, matchingId, confirmationCodeRequired, ...(oid ? { oid } : {}) };
          expect(parseActivationCode(formatActivationCode(code))).toEqual(code);
        },
      ),
    );
  });

  test('of any text are read or refused by name', () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^LPA:1\$[a-z.$:0-9]{0,40}$/));
    fc.assert(
      fc.property(text, (anything) => {
        try {
          parseActivationCode(anything);
        } catch (error) {
          expect((error as ZkcxError).code).toBe('ERR_RSP_ACTIVATION_CODE');
        }
      }),
    );
  });
});

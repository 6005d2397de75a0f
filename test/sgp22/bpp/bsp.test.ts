/** The channel of a package by itself. */
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Bsp, deriveSessionKeys, MAX_ENCRYPTED, MAX_MAC_ONLY } from '../../../src/sgp22/bpp/bsp.ts';
import { MAX_SEGMENT } from '../../../src/sgp22/bpp/index.ts';
import { onlyTlv } from '../../../src/asn1/tlv.ts';
import { EID, HEX } from '../../rsp/recorded.ts';
import { flip } from './download.ts';

describe('the channel', () => {
  const keys = deriveSessionKeys(new Uint8Array(32).fill(9), HEX('a1'), EID);

  test('derives three different keys of 16 bytes from secret, hostId and EID', () => {
    const all = [
      keys,
      deriveSessionKeys(new Uint8Array(32).fill(8), HEX('a1'), EID),
      deriveSessionKeys(new Uint8Array(32).fill(9), HEX('a2'), EID),
      deriveSessionKeys(new Uint8Array(32).fill(9), HEX('a1'), flip(EID, 0)),
    ].flatMap(({ initialMacChaining, encryption, mac }) => [initialMacChaining, encryption, mac]);
    expect(all.every(({ length }) => length === 16)).toBe(true);
    expect(new Set(all.map((key) => Buffer.from(key).toString('hex'))).size).toBe(all.length);
  });

  test('takes what it gives, in any mixture', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), fc.uint8Array({ maxLength: 100 })), { maxLength: 6 }),
        (parts) => {
          const [here, there] = [new Bsp(keys), new Bsp(keys)];
          return parts.every(([encrypted, data]) => {
            const segment = encrypted ? here.encrypt(0x86, data) : here.authenticate(0x88, data);
            const element = onlyTlv(segment, encrypted ? 0x86 : 0x88, 'a segment');
            const opened = encrypted ? there.decrypt(element) : there.verify(element);
            return Buffer.compare(opened, data) === 0;
          });
        },
      ),
    );
  });

  test('refuses authentic segments that are not whole blocks or not padded', () => {
    const broken = (data: Uint8Array) => {
      const segment = new Bsp(keys).authenticate(0x86, data);
      return () => new Bsp(keys).decrypt(onlyTlv(segment, 0x86, 'a segment'));
    };
    for (const data of [new Uint8Array(), new Uint8Array(15), new Uint8Array(16)]) {
      expect(broken(data)).toThrow(
        expect.objectContaining({ errorReason: 'scp03tStructureError' }),
      );
    }
  });

  test('keeps to the size of a segment', () => {
    expect(new Bsp(keys).encrypt(0x86, new Uint8Array(MAX_ENCRYPTED)).length).toBeLessThanOrEqual(
      MAX_SEGMENT,
    );
    expect(new Bsp(keys).authenticate(0x88, new Uint8Array(MAX_MAC_ONLY))).toHaveLength(
      MAX_SEGMENT,
    );
    expect(() => new Bsp(keys).encrypt(0x86, new Uint8Array(MAX_ENCRYPTED + 1))).toThrow(
      RangeError,
    );
    expect(() => new Bsp(keys).authenticate(0x88, new Uint8Array(MAX_MAC_ONLY + 1))).toThrow(
      RangeError,
    );
  });
});

import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { listBytes, parseRevocationList } from '../../src/asn1/index.ts';
import type { RevocationList } from '../../src/asn1/index.ts';
import { bytesEqual } from '../../src/bytes.ts';
import { ZkcxError } from '../../src/errors.ts';
import {
  buildList,
  ciList,
  EUM_REVOKED,
  FIXTURE_LISTS,
  flag,
  issuingDistributionPoint,
  LIST_OID,
  listEntry,
  madeUpSerials,
  numberExtension,
  POINTS,
  reasonCode,
  setListExtension,
  sgp26List,
} from '../support/crl/index.ts';
import { bytes, fixture, int, seq, tlv } from './der.ts';

const text = (content: Uint8Array) => Buffer.from(content).toString('latin1');
const serialsOf = (list: RevocationList) => list.entries.map(({ serialNumber }) => serialNumber);

describe('fixtures', () => {
  test.each([...FIXTURE_LISTS, EUM_REVOKED])(
    '$path is what its recipe builds',
    ({ path, recipe }) => {
      expect(buildList(recipe)).toEqual(fixture(path));
    },
  );

  test.each([...FIXTURE_LISTS, EUM_REVOKED])(
    '$path: the values of its recipe',
    ({ path, recipe }) => {
      const list = parseRevocationList(fixture(path));
      expect(serialsOf(list)).toEqual(recipe.serials);
      expect(text(list.point)).toBe(recipe.point);
      expect(list.scope).toBe(recipe.scope ?? 'both');
      expect(list.crlNumber).toBe(recipe.number);
      expect([list.thisUpdate, list.nextUpdate]).toEqual([recipe.thisUpdate, recipe.nextUpdate]);
      expect(list.issuer.der).toEqual(recipe.signer.name);
      expect(list.authorityKeyIdentifier).toEqual(recipe.signer.keyIdentifier);
      expect(list.part).toBeUndefined();
    },
  );

  test.each(FIXTURE_LISTS)('$path: the values of @peculiar/x509', ({ path }) => {
    const list = parseRevocationList(fixture(path));
    const other = new x509.X509Crl(fixture(path));
    expect(list.thisUpdate).toBe(BigInt(other.thisUpdate.getTime() / 1000));
    expect(list.nextUpdate).toBe(BigInt(other.nextUpdate!.getTime() / 1000));
    expect(serialsOf(list)).toEqual(
      other.entries.map(({ serialNumber }) => BigInt(`0x${serialNumber}`)),
    );
    expect(list.entries.map(({ revocationDate }) => revocationDate)).toEqual(
      other.entries.map(({ revocationDate }) => BigInt(revocationDate.getTime() / 1000)),
    );
    expect(list.extensions.map(({ oid, critical }) => [oid, critical])).toEqual(
      other.extensions.map(({ type, critical }) => [type, critical]),
    );
  });
});

describe('variations that must pass', () => {
  const parse = (...args: Parameters<typeof ciList>) => parseRevocationList(ciList(...args));

  test('1,000 entries, in the order of the list', () => {
    const serials = madeUpSerials(1000);
    const list = parse('A', { serials });
    expect(serialsOf(list)).toEqual(serials);
    expect(spansHold(list)).toBe(true);
    expect(serialsOf(parse('A', { serials: serials.toReversed() }))).toEqual(serials.toReversed());
  });

  test('serial numbers of 1 and 20 bytes, and zero', () => {
    const serials = [0n, 127n, 128n, (1n << 159n) - 1n];
    expect(serialsOf(parse('B', { serials }))).toEqual(serials);
  });

  test('each reason, the GSMA expiration date, extensions that nobody knows', () => {
    const reasons = [0, 1, 2, 3, 4, 5, 6, 9, 10];
    const list = parse('B', {}, (draft) => {
      draft.entries = reasons.map((reason) =>
        listEntry(BigInt(reason), reasonCode(reason), numberExtension('1.2.3', 4n)),
      );
    });
    expect(list.entries.map(({ reason }) => reason)).toEqual(reasons);
    expect(list.entries.map(({ expirationDate }) => expirationDate)).toEqual(
      reasons.map(() => 2208988800n),
    );
  });

  test('entries without extensions, either kind of time', () => {
    const list = parse('B', {}, (draft) => {
      const times = [tlv(0x17, '260101000000Z'), tlv(0x18, '20260101000000Z')];
      draft.entries = times.map((time, i) => seq(int(i + 1), time));
    });
    expect(list.entries.map(({ revocationDate }) => revocationDate)).toEqual([
      1767225600n,
      1767225600n,
    ]);
    expect(list.entries[0]).not.toHaveProperty('reason');
  });

  test('scopes and parts', () => {
    expect(parse('B', { scope: 'ca' }).scope).toBe('ca');
    expect(parse('B', { scope: 'user' }).scope).toBe('user');
    expect(parse('B').scope).toBe('both');
    expect(parse('B', { part: { number: 2, total: 3 } }).part).toEqual({ number: 2, total: 3 });
  });

  test('crlNumber of 20 bytes, extensions in any order and unknown ones', () => {
    const number = (1n << 159n) - 1n;
    const list = parse('B', { number }, (draft) => {
      draft.extensions.push(numberExtension('2.5.29.46', 1n));
      draft.extensions.reverse();
    });
    expect(list.crlNumber).toBe(number);
    expect(list.extensions).toHaveLength(4);
    expect(spansHold(list)).toBe(true);
  });

  test('a URI of any length', () => {
    const uri = `http://ci.test.example.com/${'a'.repeat(300)}`;
    const list = parse('B', {}, (draft) =>
      setListExtension(
        draft,
        issuingDistributionPoint(uri, flag(2)),
        LIST_OID.issuingDistributionPoint,
      ),
    );
    expect(text(list.point)).toBe(uri);
  });

  test('PEM, text and bytes, and DER', () => {
    const der = ciList('A', { serials: madeUpSerials(3) });
    const lines =
      Buffer.from(der)
        .toString('base64')
        .match(/.{1,64}/g) ?? [];
    const pem = ['-----BEGIN X509 CRL-----', ...lines, '-----END X509 CRL-----', ''].join('\n');
    for (const input of [der, pem, bytes(pem), pem.replaceAll('\n', '\r\n')]) {
      expect(listBytes(input)).toEqual(der);
    }
  });

  test('the input is copied', () => {
    const input = Buffer.from(ciList('A', { serials: [7n] }));
    const list = parseRevocationList(input);
    const before = list.tbs.slice();
    input.fill(0);
    expect(list.tbs).toEqual(before);
    expect(list.der.subarray(4, 4 + before.length)).toEqual(before);
    expect(POINTS.A).toBe(text(list.point));
  });
});

/** Spans hold what the values say, and together they are the whole TBS. */
function spansHold(list: RevocationList): boolean {
  const { tbs, spans, entries, extensions } = list;
  const { entries: all, extensions: tail } = spans;
  const at = ({ start, end }: { start: number; end: number }) => tbs.subarray(start, end);
  // what stands between nextUpdate and extensions is revokedCertificates around the entries
  const field = at({ start: spans.nextUpdate.end, end: tail.start });
  return (
    bytesEqual(at(spans.issuer), list.issuer.der) &&
    bytesEqual(field, entries.length === 0 ? bytes() : tlv(0x30, at(all))) &&
    entries.every(({ span }, i) => span.start === (entries[i - 1]?.span.end ?? all.start)) &&
    (entries.at(-1)?.span.end ?? all.start) === all.end &&
    entries.every(({ span, serialNumber }) => {
      const serial = int(serialNumber);
      return bytesEqual(at(span).subarray(2, 2 + serial.length), serial);
    }) &&
    tail.end === tbs.length &&
    bytesEqual(at(tail), tlv(0xa0, seq(...extensions.map(({ span }) => at(span)))))
  );
}

describe('damaged lists', () => {
  const good = ciList('B', { serials: madeUpSerials(4), scope: 'ca', number: 300n });

  /** Refused with a code, or read exactly: never a crash, never bytes that no value stands for. */
  function refusedOrExact(input: Uint8Array): boolean {
    try {
      return spansHold(parseRevocationList(input));
    } catch (error) {
      if (!(error instanceof ZkcxError)) throw error;
      return /^ERR_(DER|CERT|CRL|PROFILE)_/.test(error.code);
    }
  }

  test('every byte, changed in each bit', () => {
    for (let i = 0; i < good.length; i++) {
      for (let bit = 0; bit < 8; bit++) {
        const damaged = good.slice();
        damaged[i]! ^= 1 << bit;
        if (!refusedOrExact(damaged)) throw Error(`byte ${i}, bit ${bit}`);
      }
    }
  });

  test('every length that it could be cut to', () => {
    for (let length = 0; length < good.length; length++) {
      expect(() => parseRevocationList(good.slice(0, length))).toThrow(ZkcxError);
    }
  });

  test('bytes put in, taken out and exchanged anywhere', () => {
    const change = fc.record({
      at: fc.nat(good.length - 1),
      remove: fc.nat(4),
      insert: fc.uint8Array({ maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const damaged = changes.reduce(
          (input, { at, remove, insert }) =>
            bytes(input.slice(0, at), insert, input.slice(at + remove)),
          good,
        );
        return refusedOrExact(damaged);
      }),
      { numRuns: 1000 },
    );
  });

  test('bytes that were never a list', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (input) => refusedOrExact(input)),
      { numRuns: 500 },
    );
  });

  test('the undamaged list parses', () => {
    expect(spansHold(parseRevocationList(good))).toBe(true);
    expect(parseRevocationList(buildList(sgp26List('A'))).entries).toEqual([]);
  });
});

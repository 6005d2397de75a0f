import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { assert, integer, nat, property } from 'fast-check';
import { OID, parseCertificate } from '../../src/asn1/index.ts';
import { anchorFromCertificate, checkChain, isSignedBy } from '../../src/pki/index.ts';
import { ISSUES, ROLE_NAMES, ROLES } from '../../src/roles.ts';
import {
  build,
  caseOf,
  checkCase,
  faults,
  forbiddenPairs,
  make,
  NOW,
  recipeOf,
  sgp26Device,
  splitCertificate,
  variations,
  verdict,
} from '../support/certificates/index.ts';
import { resign } from '../support/certificates/draft.ts';
import { KEYS } from '../support/certificates/keys.ts';
import { codeOf } from './code-of.ts';

const VARIATIONS = variations();
const FAULTS = faults();

describe('variations that real certificates have', () => {
  it.each(VARIATIONS)('$name', (row) => {
    expect(verdict(row)).toBe('valid');
  });

  it('are what a circuit gets, byte for byte', () => {
    for (const { chain } of VARIATIONS) {
      for (const der of chain) {
        const { tbs, signature } = parseCertificate(der);
        expect(splitCertificate(der)).toEqual({ tbs, ...signature });
      }
    }
  });
});

describe('fault table', () => {
  it.each(FAULTS)('$name: $code', (row) => {
    expect(verdict(row)).toBe(row.code);
  });

  it('has a name a row and a row a code', () => {
    expect(new Set(FAULTS.map(({ name }) => name)).size).toBe(FAULTS.length);
    const source = readFileSync(new URL('../../src/errors.ts', import.meta.url), 'utf8');
    // sizes (ERR_PROFILE_*) and the anchor have tests of their own
    const codes = new Set(source.match(/ERR_CHAIN_[A-Z_]+/g));
    codes.delete('ERR_CHAIN_ANCHOR');
    const covered = new Set<string>(FAULTS.map(({ code }) => code));
    expect([...codes].filter((code) => !covered.has(code))).toEqual([]);
  });

  it('leaves the signature right where the fault is elsewhere', () => {
    // so nothing but the named rule refuses the row
    for (const { name, chain, anchor, link, scope, code } of FAULTS) {
      if (scope !== 'chain' || code === 'ERR_CHAIN_LENGTH') continue;
      if (['leaf first', 'issuer left out', 'leaf twice'].includes(name)) continue;
      const certificates = chain.map((der) => parseCertificate(der));
      const issuer = link === 0 ? anchor.publicKey : certificates[link - 1]!.publicKey;
      expect([name, isSignedBy(certificates[link]!, issuer)]).toEqual([name, true]);
    }
  });

  it('gives a circuit TBS, r and s of every row whose outside is whole', () => {
    for (const { chain, scope } of FAULTS) {
      if (scope !== 'outer') for (const der of chain) splitCertificate(der);
    }
  });
});

describe('role table', () => {
  it('refuses every other pair', () => {
    const rows = forbiddenPairs();
    const allowed = ROLE_NAMES.flatMap((role) => ISSUES[role]).length;
    expect(rows).toHaveLength(ROLE_NAMES.length ** 2 - allowed);
    for (const row of rows) expect([row.name, verdict(row)]).toEqual([row.name, row.code]);
  });

  it('accepts every pair below the CI that it lists', () => {
    for (const parent of ROLE_NAMES) {
      for (const child of ISSUES[parent]) {
        const way = parent === 'ci' ? [child] : [parent, child];
        const recipes = way.map((role) =>
          recipeOf(role, ROLES[role].arcs.join('.'), ROLES[role].kind),
        );
        const { leaf } = checkCase(caseOf(`${parent} issues ${child}`, make(...recipes)));
        expect(leaf.role).toBe(child);
      }
    }
  });
});

describe('time', () => {
  it('is asked for', () => {
    const { ci, certificates } = build(sgp26Device());
    const anchor = anchorFromCertificate(parseCertificate(ci));
    const input = { anchor, certificates: certificates.map((der) => parseCertificate(der)) };
    // a caller without types
    const ask = (when: object) => checkChain({ ...input, ...when } as never);
    expect(codeOf(() => ask({}))).toBe('ERR_CHAIN_WINDOW');
    expect(codeOf(() => ask({ at: NOW }))).toBe('none');
    const window = { from: NOW, until: NOW };
    expect(codeOf(() => ask({ window }))).toBe('none');
    expect(codeOf(() => ask({ window, at: 0n }))).toBe('ERR_CHAIN_NOT_YET_VALID');
  });
});

describe('random damage', () => {
  const row = VARIATIONS.find(({ name }) => name === 'SGP.26 eUICC')!;
  const mask = integer({ min: 1, max: 255 });

  it('one changed byte anywhere is refused, with a code', () => {
    assert(
      property(nat(), mask, nat({ max: 1 }), (at, bits, link) => {
        const chain = row.chain.map((der) => der.slice());
        const der = chain[link]!;
        der[at % der.length]! ^= bits;
        expect(verdict({ ...row, chain })).not.toBe('valid');
      }),
      { numRuns: 300 },
    );
  });

  it('one changed byte under a new signature passes only where a value is free', () => {
    const [eum, euicc] = row.chain as [Uint8Array, Uint8Array];
    const { tbs, spans, extensions } = parseCertificate(euicc);
    const keyIdentifier = extensions.find(({ oid }) => oid === OID.subjectKeyIdentifier)!;
    const { serialNumber, notBefore, notAfter, subject } = spans;
    const free = [serialNumber, notBefore, notAfter, subject, keyIdentifier.valueSpan];
    assert(
      property(nat({ max: tbs.length - 1 }), mask, (at, bits) => {
        const damaged = tbs.slice();
        damaged[at]! ^= bits;
        const chain = [eum, resign(euicc, damaged, KEYS.eum)];
        const inFree = free.some(
          ({ start, end }) => at + spans.tbs.start >= start && at + spans.tbs.start < end,
        );
        if (verdict({ ...row, chain }) === 'valid') expect([at, inFree]).toEqual([at, true]);
      }),
      { numRuns: 300 },
    );
  });
});

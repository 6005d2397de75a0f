/** On one side of each bound plain checks and the circuits take a list, on the other neither does. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parseRevocationList } from '../../../src/asn1/index.ts';
import type { RevocationList } from '../../../src/asn1/index.ts';
import { concatBytes } from '../../../src/bytes.ts';
import { readEntry } from '../../../src/circuits/gadgets/crl/entry.ts';
import { readListHeader } from '../../../src/circuits/gadgets/crl/header.ts';
import { readListExtensions } from '../../../src/circuits/gadgets/crl/list-extensions.ts';
import { monthTable } from '../../../src/circuits/gadgets/certificate/times.ts';
import { existsOne } from '../../../src/circuits/kimchi/gates.ts';
import { ZkcxError } from '../../../src/errors.ts';
import {
  CRL_BLOCKS,
  CRL_LENGTH_BITS,
  CRL_MAX_ENTRY,
  CRL_STEP_ENTRIES,
  SERIALS_HEIGHT,
} from '../../../src/params.ts';
import { checkCrlProfile } from '../../../src/pki/index.ts';
import { crlSteps } from '../../../src/witness/crl.ts';
import { TrustSet } from '../../../src/witness/trust.ts';
import { listBounds } from '../../support/bounds/lists.ts';
import { children, integer, readLoose, sequence } from '../../support/certificates/der.ts';
import { utcTime } from '../../support/certificates/der.ts';
import { attribute, extension, name, OID } from '../../support/certificates/fields.ts';
import { ANCHOR, buildList, sgp26List } from '../../support/crl/index.ts';
import type { ListChange, ListRecipe } from '../../support/crl/index.ts';
import { type CrlInput, unhashed } from '../crl/crl-circuit.ts';
import { crlJudge } from '../crl/crl-judge.ts';
import { MemoryCircuit } from '../memory-circuit.ts';

/** Code of what the plain checks say of a list, or `valid`. */
function verdict(der: Uint8Array): string {
  try {
    checkCrlProfile(parseRevocationList(der));
    return 'valid';
  } catch (error) {
    if (error instanceof ZkcxError) return error.code;
    throw error;
  }
}

const HEADER_BYTES = 64 * CRL_BLOCKS.start;
const ENTRY_BYTES = 256;
const REST_BYTES = 64 * (2 + CRL_BLOCKS.finish);

describe('parts of a list', () => {
  let restLength = 0;
  const header = new MemoryCircuit(HEADER_BYTES, readListHeader);
  const entry = new MemoryCircuit(ENTRY_BYTES, (walk) =>
    readEntry(walk, monthTable(walk.context), walk.memory.atConstant(0)),
  );
  const rest = new MemoryCircuit(REST_BYTES, (walk) => {
    const end = existsOne(() => BigInt(restLength));
    readListExtensions(walk, walk.memory.atConstant(0), end);
  });

  /** What the circuits read of a TBSCertList: its header, each entry, what follows. */
  function partsOf(der: Uint8Array) {
    const tbs = children(readLoose(der).content)[0]!;
    const fields = children(readLoose(tbs).content);
    const last = fields.at(-1)!;
    const list = fields.at(-2)!;
    return { tbs, entries: list[0] === 0x30 ? children(readLoose(list).content) : [], last };
  }

  async function provable(der: Uint8Array): Promise<boolean> {
    const { tbs, entries, last } = partsOf(der);
    if (!(await header.accepts(tbs.subarray(0, HEADER_BYTES)))) return false;
    for (const one of entries) if (!(await entry.accepts(one))) return false;
    restLength = last.length;
    return rest.accepts(last);
  }

  beforeAll(async () => {
    const { tbs, entries, last } = partsOf(buildList(sgp26List('B', { serials: [1n] })));
    restLength = last.length;
    await header.build(tbs.subarray(0, HEADER_BYTES));
    await entry.build(entries[0]!);
    await rest.build(last);
  }, 60_000);

  test.each(listBounds().map((bound) => [bound.name, bound] as const))('%s', async (_, bound) => {
    const [near, far] = [bound.build(bound.near), bound.build(bound.far)];
    expect([verdict(near), await provable(near)]).toEqual(['valid', true]);
    expect([verdict(far), await provable(far)]).toEqual([bound.code, false]);
  });

  test('bytes of a list: what its header can say', async () => {
    const most = 2 ** CRL_LENGTH_BITS - 1;
    const near = listOf(most);
    expect(readLoose(near.tbs).content.length).toBe(most);
    expect([codeOf(near), await header.accepts(near.tbs.slice(0, HEADER_BYTES))]).toEqual([
      'valid',
      true,
    ]);
    const far = listOf(most + 1);
    expect([codeOf(far), await header.accepts(far.tbs.slice(0, HEADER_BYTES))]).toEqual([
      'ERR_PROFILE_CRL_LENGTH',
      false,
    ]);
    // so that many serial numbers fit into no list
    expect((2 ** SERIALS_HEIGHT - 1) * 20).toBeGreaterThan(2 ** CRL_LENGTH_BITS);
  }, 60_000);
});

const codeOf = (list: RevocationList) => {
  try {
    checkCrlProfile(list);
    return 'valid';
  } catch (error) {
    return (error as ZkcxError).code;
  }
};

/** A list of exactly this much content: a short one, with the length of its entries made true to it. */
function listOf(content: number): RevocationList {
  const short = parseRevocationList(buildList(sgp26List('B', { serials: [1n] })));
  const fields = children(readLoose(short.tbs).content);
  const [last, before] = [fields.at(-1)!, concatBytes(...fields.slice(0, -2))];
  const header = (length: number) => [24, 16, 8, 0].map((shift) => (length >> shift) & 0xff);
  const length = (size: number) =>
    size < 2 ** 24 ? [0x83, ...header(size).slice(1)] : [0x84, ...header(size)];
  const entriesLength = content - before.length - last.length - 5;
  const entries = new Uint8Array(entriesLength);
  const tbs = concatBytes(
    Uint8Array.of(0x30, ...length(content)),
    before,
    Uint8Array.of(0x30, ...length(entriesLength)),
    entries,
    last,
  );
  const start = tbs.length - last.length;
  return { ...short, tbs, spans: { ...short.spans, extensions: { start, end: tbs.length } } };
}

describe('whole lists', () => {
  const trust = new TrustSet([ANCHOR]);
  const judge = crlJudge(unhashed);
  const parsed = (parts: Partial<ListRecipe>, change?: ListChange) =>
    parseRevocationList(buildList(sgp26List('B', parts), change));

  /** Whether all proofs of a list can be made. */
  async function provable(list: RevocationList): Promise<boolean> {
    let steps;
    try {
      steps = crlSteps(list, { issuer: { anchor: ANCHOR, trust }, kind: 'user' });
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
    for (const { method, witness } of steps) {
      if (!(await judge({ method, witness } as CrlInput))) return false;
    }
    return true;
  }

  // the judge's first inputs must be honest ones
  beforeAll(async () => {
    expect(await provable(parsed({ serials: [1n] }))).toBe(true);
  }, 120_000);

  const padding =
    (size: number): ListChange =>
    (draft) =>
      void draft.extensions.push(extension('2.999.1', new Uint8Array(size)));

  /** The largest unknown extension that plain checks take beside these entries. */
  function largest(parts: Partial<ListRecipe>, change: ListChange = () => {}): number {
    const fits = (size: number) =>
      codeOf(
        parsed(parts, (draft) => {
          change(draft);
          padding(size)(draft);
        }),
      ) === 'valid';
    const found = Array.from({ length: 500 }, (_, i) => i).findLast(fits);
    if (found === undefined) throw Error('no extension fits');
    return found;
  }

  const serials = (count: number) => Array.from({ length: count }, (_, i) => BigInt(i + 1));
  test.each([0, 1, 2, 5, CRL_STEP_ENTRIES, CRL_STEP_ENTRIES + 1])(
    'bytes of crlExtensions behind %i entries',
    async (count) => {
      const parts = { serials: serials(count) };
      const size = largest(parts);
      expect(await provable(parsed(parts, padding(size)))).toBe(true);
      const far = parsed(parts, padding(size + 1));
      expect([codeOf(far), await provable(far)]).toEqual(['ERR_PROFILE_CRL_EXTENSIONS', false]);
    },
    120_000,
  );

  test('extensions that need a part of the proof without entries', async () => {
    const date = utcTime('251224120000Z');
    const entry = (size: number) =>
      sequence(integer(5n), date, sequence(extension('1.2.3', new Uint8Array(size))));
    const before: ListChange = (draft) => {
      for (let i = 0; i < 6; i++) {
        const one = entry(CRL_MAX_ENTRY - entry(0).length - (i === 5 ? 60 : 0));
        draft.entries.push(one.with(4, i + 1));
      }
    };
    const size = largest({}, before);
    const both: ListChange = (draft) => {
      before(draft);
      padding(size)(draft);
    };
    const list = parsed({}, both);
    const steps = crlSteps(list, { issuer: { anchor: ANCHOR, trust }, kind: 'user' });
    const entries = steps.flatMap((step) =>
      step.method === 'step' ? [Number(step.witness.entries.toBigInt())] : [],
    );
    expect(entries).toContain(0);
    expect(await provable(list)).toBe(true);
  }, 120_000);

  test('bytes of a short list', async () => {
    const signer = { ...sgp26List('B').signer, keyIdentifier: Uint8Array.of(7) };
    const list = (size: number) =>
      parsed({ signer, point: 'a:b' }, (draft) => {
        draft.issuer = name(attribute(OID.commonName, 'x'.repeat(size)));
      });
    const codes = Array.from({ length: 100 }, (_, i) => codeOf(list(i + 1)));
    expect(new Set(codes)).toEqual(new Set(['valid', 'ERR_PROFILE_CRL_LENGTH']));
    const far = codes.findIndex((code, i) => code !== 'valid' && codes[i + 1] === 'valid');
    const anchor = { ...ANCHOR, subjectKeyIdentifier: Uint8Array.of(7) };
    const issuer = { anchor, trust: new TrustSet([anchor]) };
    const taken = async (size: number) => {
      try {
        for (const { method, witness } of crlSteps(list(size), { issuer, kind: 'user' })) {
          if (!(await judge({ method, witness } as CrlInput))) return false;
        }
        return true;
      } catch {
        return false;
      }
    };
    expect(await taken(far + 2)).toBe(true);
    expect(await taken(far + 1)).toBe(false);
  }, 120_000);
});

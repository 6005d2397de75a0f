/**
 * The methods of `crl` from one part to the next: inputs that are not the next part of a list. Hash and
 * signature are left out here, see verdicts.program.test.ts and the tests of their gadgets.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { parseRevocationList } from '../../../src/asn1/index.ts';
import { LIST_KIND, Opening } from '../../../src/circuits/claims.ts';
import {
  FinishWitness,
  ListStart,
  StartCaWitness,
  StartCiWitness,
  StepWitness,
} from '../../../src/circuits/crl.program.ts';
import { CrlState } from '../../../src/circuits/crl.ts';
import { CRL_STEP_ENTRIES, CRL_TAIL_BYTES } from '../../../src/params.ts';
import { chainSteps } from '../../../src/witness/chain.ts';
import { crlSteps } from '../../../src/witness/crl.ts';
import { TrustSet } from '../../../src/witness/trust.ts';
import {
  ANCHOR,
  buildList,
  CHAIN,
  EUM_SIGNER,
  madeUpSerials,
  sgp26List,
} from '../../support/crl/index.ts';
import { chainClaim, type CrlInput, unhashed } from './crl-circuit.ts';
import { crlJudge } from './crl-judge.ts';

const judge = crlJudge(unhashed);
const trust = new TrustSet([ANCHOR]);

/** Inputs for a list of more entries than one step takes. No claims: they would need the hash. */
function partsOf(scope?: 'ca' | 'user') {
  const serials = madeUpSerials(CRL_STEP_ENTRIES + 3);
  const recipe = { ...sgp26List('B', { serials }), ...(scope && { scope }) };
  const list = parseRevocationList(buildList(recipe));
  const steps = crlSteps(list, { issuer: { anchor: ANCHOR, trust }, kind: scope ?? 'user' });
  return steps.map(({ method, witness }): CrlInput => ({ method, witness }) as CrlInput);
}
const [start, first, second, end] = partsOf() as [CrlInput, CrlInput, CrlInput, CrlInput];

/** The first input that a judge sees must be an honest one. */
const begin = (input: CrlInput) =>
  beforeAll(async () => expect(await judge(input)).toBe(true), 300_000);

describe('startCi', () => {
  begin(start);
  const honest = start.witness as StartCiWitness;
  const changed = (change: Partial<StartCiWitness>): CrlInput => ({
    method: 'startCi',
    witness: new StartCiWitness({ ...honest, ...change }),
  });
  const blocks = (count: number) =>
    changed({ list: new ListStart({ ...honest.list, blocks: Field(count) }) });
  const early = { ...honest.ci, notAfter: Field(1_700_000_000) };
  const late = { ...honest.ci, notBefore: Field(2_000_000_000) };

  test.each<[string, CrlInput]>([
    ['fewer blocks than the header has', blocks(1)],
    ['no blocks', blocks(0)],
    ['half a block', changed({ list: { ...honest.list, blocks: Field(2).inv().add(3) } })],
    ['a CI that was over at thisUpdate', changed({ ci: early })],
    ['a CI that was not yet valid', changed({ ci: late })],
    ['a bit of the path that is none', changed({ right: honest.right.with(0, Field(2)) })],
  ])('refuses %s', async (_, input) => {
    expect(await judge(input)).toBe(false);
  });
});

describe('step', () => {
  begin(first);
  const honest = first.witness as StepWitness;
  const changed = (change: Partial<StepWitness>): CrlInput => ({
    method: 'step',
    witness: new StepWitness({ ...honest, ...change }),
  });
  const state = (change: Partial<CrlState>) =>
    changed({ state: new CrlState({ ...honest.state, ...change }) });
  const byte = (index: number) =>
    changed({ bytes: honest.bytes.with(index, honest.bytes[index]!.add(1)) });

  test('takes the rest of the list', async () => expect(await judge(second)).toBe(true));

  const { position, blocks } = honest.state;
  const beforeTail = blocks.mul(64).sub(CRL_TAIL_BYTES + 1);
  const entry = CrlState.hash(honest.state);
  test.each<[string, CrlInput]>([
    ['a state that is not the earlier one', { ...changed({}), earlier: Field(1) }],
    ['a state that skips an entry', { ...state({ position: position.add(57) }), earlier: entry }],
    ['a state without the entries so far', { ...state({ count: Field(5) }), earlier: entry }],
    ['a position inside an entry', state({ position: position.add(1) })],
    ['a position before the tail', state({ position: beforeTail })],
    ['a tail that differs from the first byte', byte(0)],
    ['a tail that differs from the last byte', byte(CRL_TAIL_BYTES - 1)],
    ['entries that end behind what is hashed', changed({ blocks: Field(1) })],
    ['more blocks than a step has', changed({ blocks: Field(12) })],
    // 10 1/2 of 11: all that is read lies in them, so that only the range check refuses
    ['half a block', changed({ blocks: honest.blocks.sub(Field(2).inv()) })],
    ['a number of entries beyond the slots', changed({ entries: Field(CRL_STEP_ENTRIES + 1) })],
    ['a repeated serial number', state({ serials: (second.witness as StepWitness).state.serials })],
    [
      'the insertions in another order',
      changed({ inserts: honest.inserts.toSpliced(0, 2, honest.inserts[1]!, honest.inserts[0]!) }),
    ],
  ])('refuses %s', async (_, input) => {
    expect(await judge(input)).toBe(false);
  });
});

describe('finish', () => {
  begin(end);
  const honest = end.witness as FinishWitness;
  const changed = (change: Partial<FinishWitness>): CrlInput => ({
    method: 'finish',
    witness: new FinishWitness({ ...honest, ...change }),
  });
  const state = (change: Partial<CrlState>) =>
    changed({ state: new CrlState({ ...honest.state, ...change }) });
  const last = honest.bytes.findLastIndex((value) => value.toBigInt() !== 0n);

  test.each(['ca', 'user'] as const)('takes a list about both as one about %s', async (kind) => {
    expect(await judge(changed({ listKind: Field(LIST_KIND[kind]) }))).toBe(true);
  });

  test.each([
    ['ca', 'user'],
    ['user', 'ca'],
  ] as const)('a list about %s is none about %s', async (scope, other) => {
    const [, , , input] = partsOf(scope) as [CrlInput, CrlInput, CrlInput, CrlInput];
    const witness = input.witness as FinishWitness;
    const claimed = (kind: 'ca' | 'user'): CrlInput => ({
      method: 'finish',
      witness: new FinishWitness({ ...witness, listKind: Field(LIST_KIND[kind]) }),
    });
    expect(await judge(claimed(scope))).toBe(true);
    expect(await judge(claimed(other))).toBe(false);
  });

  const { entriesEnd, total, subjectKeyIdentifier, position } = honest.state;
  const key = { ...subjectKeyIdentifier, value: subjectKeyIdentifier.value.add(1) };
  test.each<[string, CrlInput]>([
    ['another state than the earlier one', { ...changed({}), earlier: Field(1) }],
    ['entries that were not read', state({ entriesEnd: entriesEnd.add(57) })],
    ['a position that is not where the entries end', state({ position: position.sub(1) })],
    [
      'extensions that begin elsewhere',
      state({ entriesEnd: entriesEnd.add(2), position: position.add(2) }),
    ],
    ['a list that is shorter', state({ total: total.sub(1) })],
    ['a list that is longer', state({ total: total.add(1) })],
    [
      'a list that ended in the blocks before',
      state({ total: honest.state.blocks.mul(64).sub(8) }),
    ],
    ['a list of another key identifier', state({ subjectKeyIdentifier: key })],
    ['a kind that is none', changed({ listKind: Field(2) })],
    ['another length in the padding', changed({ bytes: honest.bytes.with(last, Field(7)) })],
    [
      'something behind the padding',
      changed({ bytes: honest.bytes.with(honest.bytes.length - 1, Field(1)) }),
    ],
    ['a tail that differs', changed({ bytes: honest.bytes.with(3, honest.bytes[3]!.add(1)) })],
  ])('refuses %s', async (_, input) => {
    expect(await judge(input)).toBe(false);
  });
});

describe('startCa', () => {
  const recipe = { ...sgp26List('A', { serials: [5n] }), signer: EUM_SIGNER };
  const list = parseRevocationList(buildList(recipe));
  const window = { from: list.thisUpdate, until: list.thisUpdate };
  const random = (length: number) => new Uint8Array(length).fill(7);
  const links = CHAIN.links.slice(0, 2);
  const steps = chainSteps({ ...CHAIN, links }, { trust, window, random });
  const { opening, claim } = steps.at(-1)!;
  const [{ witness }] = crlSteps(list, { issuer: { opening, claim }, kind: 'user' }) as [CrlInput];
  const variant = (issuer: Opening): CrlInput => ({
    method: 'startCa',
    witness: new StartCaWitness({ ...(witness as StartCaWitness), issuer }),
    chain: chainClaim(issuer, trust.root),
  });
  const other = (change: Partial<Opening>) => variant(new Opening({ ...opening, ...change }));

  test('takes the list of the last link', async () => {
    expect(await judge(variant(opening))).toBe(true);
  }, 60_000);

  test.each<[string, CrlInput]>([
    ['an issuer without cRLSign', other({ cRLSign: Field(0) })],
    ['an issuer that is no CA', other({ cA: Field(0) })],
    ['an issuer of another name', other({ subjectName: Field(1) })],
    ['an issuer whose chain was over', other({ validUntil: Field(list.thisUpdate - 1n) })],
    ['an issuer whose chain began later', other({ validFrom: Field(list.thisUpdate + 1n) })],
    [
      'an opening of another claim',
      { ...variant(opening), chain: chainClaim(steps[0]!.opening, trust.root) },
    ],
  ])('refuses %s', async (_, input) => {
    expect(await judge(input)).toBe(false);
  });
});

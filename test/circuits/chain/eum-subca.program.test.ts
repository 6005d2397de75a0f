/** The EUM SubCA of SGP.22 v3 in chains of three and four links: what is taken, what is not, what revokes it. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { parseRevocationList } from '../../../src/asn1/index.ts';
import { ExtendWitness } from '../../../src/circuits/chain.program.ts';
import { ChainClaim, LIST_KIND, Opening } from '../../../src/circuits/claims.ts';
import { checkList } from '../../../src/pki/index.ts';
import { ROLES } from '../../../src/roles.ts';
import { handlesOf } from '../../../src/witness/chain.ts';
import { listEntry } from '../../../src/witness/revocation.ts';
import { RevocationMap } from '../../../src/witness/revocation-map.ts';
import {
  v3DeviceEumBelowSubCa,
  v3DeviceEumBelowTwoSubCas,
  v3DeviceEumSubCa,
  v3DeviceFourLinks,
} from '../../support/certificates/chains.ts';
import { caseOf, checkCase, NOW } from '../../support/certificates/index.ts';
import { buildList, sgp26List } from '../../support/crl/index.ts';
import { signerOf } from '../../support/crl/list.ts';
import { codeOf } from '../../pki/code-of.ts';
import { type LinkInput, stepsOf } from './chain-circuit.ts';
import { linkJudge, type LinkJudge } from './link-judge.ts';

let accepts: LinkJudge;
beforeAll(async () => {
  accepts = await linkJudge();
}, 120_000);

const four = caseOf('CI, CI SubCA, EUM, EUM SubCA, eUICC', v3DeviceFourLinks());

test.each([
  caseOf('CI, EUM, EUM SubCA, eUICC', v3DeviceEumSubCa()),
  four,
  caseOf('CI, EUM SubCA, EUM, eUICC', v3DeviceEumBelowSubCa()),
  caseOf('CI, CI SubCA, EUM SubCA, EUM, eUICC', v3DeviceEumBelowTwoSubCas()),
])('$name', async (row) => {
  const { leaf, links } = checkCase(row);
  expect(leaf.role).toBe('euicc');
  const steps = stepsOf(row);
  for (const step of steps) expect(await accepts(step)).toBe(true);
  expect(steps.at(-1)!.opening.links.toBigInt()).toBe(BigInt(links.length));
});

/** The step of one link, with what stands above it changed, and a proof that claims just that. */
function below(index: number, change: (earlier: Opening) => Partial<Opening>): LinkInput {
  const step = stepsOf(four)[index]!;
  if (step.method !== 'extend') throw Error('the first link has nothing above it');
  const { earlier } = step.witness;
  const other = new Opening({ ...earlier, ...change(earlier) });
  return { method: 'extend', witness: new ExtendWitness({ ...step.witness, earlier: other }) };
}

const role = (name: keyof typeof ROLES) => () => ({ role: Field(ROLES[name].number) });
const [SUBCA, LEAF] = [2, 3];

describe('with a proof of what stands above', () => {
  test('takes both links as they are', async () => {
    for (const index of [SUBCA, LEAF]) expect(await accepts(below(index, () => ({})))).toBe(true);
  });

  test.each<[string, number, (earlier: Opening) => Partial<Opening>]>([
    ['an EUM SubCA below an EUM SubCA', SUBCA, role('eum-subca')],
    ['an EUM SubCA below a v2 EUM', SUBCA, role('eum-v2')],
    ['an EUM SubCA below a DP SubCA', SUBCA, role('dp-subca')],
    ['an eUICC below a CI SubCA', LEAF, role('ci-subca')],
    ['an eUICC below a v2 EUM', LEAF, role('eum-v2')],
    ['an EUM SubCA where no CA may follow', SUBCA, () => ({ pathLen: Field(0) })],
    [
      'an EUM SubCA below one that may not sign certificates',
      SUBCA,
      () => ({ keyCertSign: Field(0) }),
    ],
    ['a fifth link', LEAF, () => ({ links: Field(4) })],
    [
      'an EUM SubCA that reaches beyond its EUM',
      SUBCA,
      ({ constraints: { count, bases } }) => ({
        constraints: {
          count,
          bases: bases.with(0, {
            ...bases[0]!,
            iin: { length: Field(8), value: bases[0]!.iin.value.add(1) },
          }),
        },
      }),
    ],
    [
      'an eUICC outside the constraints of its EUM SubCA',
      LEAF,
      ({ constraints: { bases } }) => ({
        constraints: { count: Field(1), bases: bases.with(1, bases[2]!) },
      }),
    ],
  ])('refuses %s', async (_, index, change) => {
    expect(await accepts(below(index, change))).toBe(false);
  });

  test('refuses an opening that the proof did not claim', async () => {
    const { claim } = stepsOf(four)[SUBCA]!;
    const input = below(LEAF, ({ constraints }) => ({
      constraints: { ...constraints, count: Field(1) },
    }));
    expect(await accepts({ ...input, earlierClaim: new ChainClaim(claim) } as LinkInput)).toBe(
      false,
    );
  });
});

describe('revocation', () => {
  const chain = checkCase(four);
  const [, eum] = chain.links;
  const handle = handlesOf(chain)[SUBCA]!;
  const list = (scope: 'ca' | 'user', serials: bigint[]) => {
    const signer = signerOf(v3DeviceFourLinks()[2]!);
    const recipe = sgp26List('B', { signer, scope, serials });
    return listEntry(
      checkList({ list: parseRevocationList(buildList(recipe)), issuer: eum!, at: NOW }),
    );
  };
  const witness = (map: RevocationMap) => () => map.witness(handle, handle.serialNumber, NOW);
  const mapOf = (scope: 'ca' | 'user', serials: bigint[]) => {
    const map = new RevocationMap();
    map.set({ issuer: handle.issuer, listKind: LIST_KIND[scope] }, list(scope, serials));
    return map;
  };

  test('an EUM SubCA stands in the list about CAs of its EUM', () => {
    expect(handlesOf(chain).map(({ listKind }) => listKind)).toEqual([
      LIST_KIND.ca,
      LIST_KIND.ca,
      LIST_KIND.ca,
      LIST_KIND.user,
    ]);
    expect(codeOf(witness(mapOf('ca', [1n])))).toBe('none');
    expect(codeOf(witness(mapOf('ca', [handle.serialNumber])))).toBe('ERR_REVOCATION_REVOKED');
    // a list about end entities says nothing of it
    expect(codeOf(witness(mapOf('user', [1n])))).toBe('ERR_REVOCATION_ISSUER_MISSING');
  });
});

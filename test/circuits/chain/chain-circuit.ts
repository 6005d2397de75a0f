/** The methods of `chain` as circuits for the judge: all of a link, with or without its signature. */
import { Field, Provable } from 'o1js';
import {
  anchor,
  AnchorWitness,
  extend,
  ExtendWitness,
} from '../../../src/circuits/chain.program.ts';
import { ChainClaim, Opening } from '../../../src/circuits/claims.ts';
import type { CircuitContext } from '../../../src/circuits/kimchi/context.ts';
import type { AssertSigned } from '../../../src/circuits/link.ts';
import { parseCertificate } from '../../../src/asn1/index.ts';
import { bytesToHex } from '../../../src/bytes.ts';
import { checkChain } from '../../../src/pki/index.ts';
import type { Window } from '../../../src/pki/index.ts';
import { chainSteps, linkWitness, type ChainStep } from '../../../src/witness/chain.ts';
import { ciLeaf, TrustSet } from '../../../src/witness/trust.ts';
import { type Case, splitCertificate } from '../../support/certificates/index.ts';

/** What a run of the circuit takes: the witness, and the claim that has to come out. */
export type LinkInput =
  | { method: 'anchor'; witness: AnchorWitness; claim?: ChainClaim }
  | {
      method: 'extend';
      witness: ExtendWitness;
      claim?: ChainClaim;
      /** What the earlier proof claims, where it is not what the opening in the witness commits to. */
      earlierClaim?: ChainClaim;
    };

/** Leaves the signature out: hash and ECDSA have tests of their own, and nine tenths of the rows. */
export const unsigned: AssertSigned = () => {};

/**
 * The circuit of one method over whatever `input` returns at the time it runs. A claim in the input
 * must be the circuit's; without one, any is right.
 */
export function linkCircuit(
  method: LinkInput['method'],
  input: () => LinkInput,
  signed?: AssertSigned,
): (context: CircuitContext) => void {
  return (context) => {
    let claim: ChainClaim;
    if (method === 'anchor') {
      const witness = Provable.witness(AnchorWitness, () => input().witness as AnchorWitness);
      claim = anchor(context, witness, signed);
    } else {
      const witness = Provable.witness(ExtendWitness, () => input().witness as ExtendWitness);
      const earlier = Provable.witness(ChainClaim, () => {
        const { witness: given, claim: planned, earlierClaim } = extendInput(input());
        return earlierClaim ?? claimOf(given.earlier, planned?.trustRoot);
      });
      // `extend` reads the earlier window from the opening, which the commitment binds
      standInGates(context, [earlier.trustRoot, earlier.commitment]);
      claim = extend(context, earlier, witness, signed);
    }
    const expected = Provable.witness(ChainClaim, () => input().claim ?? constantsOf(claim));
    standInGates(context, ChainClaim.toFields(expected));
    ChainClaim.toFields(claim).forEach((field, i) => {
      field.assertEquals(ChainClaim.toFields(expected)[i]!);
    });
  };
}

/** Equality is wiring: a value that stands in no cell would equal anything. */
export function standInGates(context: CircuitContext, fields: readonly Field[]): void {
  for (const field of fields) context.product(field, context.constant(1n));
}

function extendInput(input: LinkInput): LinkInput & { method: 'extend' } {
  if (input.method !== 'extend') throw Error('the input of another method');
  return input;
}

/** The claim that an opening stands behind, under any trust root. */
function claimOf(opening: Opening, trustRoot = Field(0)): ChainClaim {
  const { validFrom, validUntil } = opening;
  const commitment = Opening.commitment(opening);
  return new ChainClaim({ trustRoot, validFrom, validUntil, commitment });
}

function constantsOf(claim: ChainClaim): ChainClaim {
  const constants = ChainClaim.toFields(claim).map((field) => field.toConstant());
  return ChainClaim.fromFields(constants);
}

/** For blinds: runs of one circuit are compared. */
const sameBytes = (length: number) => new Uint8Array(length).fill(7);

const knownSteps = new Map<string, ChainStep[]>();

/**
 * Steps of a chain that holds, with blinds that do not change between runs. Most chains of a test have
 * the same certificates on top, so they are remembered.
 */
export function stepsOf({ anchor, chain, at, window }: Case): ChainStep[] {
  const claimed = window ?? { from: at!, until: at! };
  const { publicKey, subjectKeyIdentifier, ...rest } = anchor;
  const id = [
    publicKey.x,
    bytesToHex(subjectKeyIdentifier),
    ...Object.values(rest),
    claimed.from,
    claimed.until,
    ...chain.map(bytesToHex),
  ].join();
  let steps = knownSteps.get(id);
  if (steps === undefined) {
    const certificates = chain.map((der) => parseCertificate(der));
    const checked = checkChain({ anchor, certificates, window: claimed });
    const trust = new TrustSet([anchor]);
    steps = chainSteps(checked, { trust, window: claimed, random: sameBytes });
    knownSteps.set(id, steps);
  }
  return steps;
}

/**
 * The input for link `index` of a chain, whatever is wrong with it: only the certificates above have
 * to hold. Throws RangeError where the TBS does not fit into the circuit's buffer.
 */
export function inputAt(
  row: Case,
  index: number,
  { tbs, r, s } = splitCertificate(row.chain[index]!),
): LinkInput {
  const window: Window = row.window ?? { from: row.at!, until: row.at! };
  const link = linkWitness(
    { tbs, signature: { r, s } },
    { validFrom: Field(window.from), validUntil: Field(window.until), blind: Field(1) },
  );
  if (index === 0) {
    const path = new TrustSet([row.anchor]).path(row.anchor);
    const witness = new AnchorWitness({ link, ci: ciLeaf(row.anchor), ...path });
    return { method: 'anchor', witness };
  }
  const above = stepsOf({ ...row, chain: row.chain.slice(0, index) });
  const witness = new ExtendWitness({ link, earlier: above.at(-1)!.opening });
  return { method: 'extend', witness };
}

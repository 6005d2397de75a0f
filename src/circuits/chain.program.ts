/**
 * Program `chain`: certificates -> credential.
 *
 * Public input   mode, the constant MODE.chain.
 * Public output  ChainClaim: trustRoot, validFrom, validUntil, commitment.
 * Private        anchor: the first certificate below a CI, its signature, the CI's leaf and path;
 *                extend: the next certificate, its signature, the opening of the earlier claim.
 * Proves         that someone knows a chain of 1 to MAX_LINKS certificates from a CI under trustRoot,
 *                each valid throughout the window and issued by the one before (signature, names,
 *                key identifiers, roles, usage, path length, issuing constraints), and that the
 *                commitment opens to what the last of them says and to a handle of each.
 * Does not prove that none is revoked, that anyone holds the last key, or that the trust root is one
 *                that the verifier accepts: those are the presentation's and the verifier's.
 * Rows, domain   test/pins; both methods within 2^16.
 */
import { Field, Provable, SelfProof, Struct, ZkProgram } from 'o1js';
import { MAX_LINKS, MODE, TRUST_HEIGHT } from '../params.ts';
import { ISSUES, ROLE_NAMES, ROLES } from '../roles.ts';
import { ChainClaim, CiLeaf, Opening } from './claims.ts';
import { merkleRoot } from './gadgets/merkle.ts';
import { oneOf } from './gadgets/one-of.ts';
import { type Bit, type CircuitContext, withContext } from './kimchi/context.ts';
import { assertLink, assertOrdered, assertWithin, LinkWitness, roleBit } from './link.ts';
import type { AssertSigned, Issuer, Subject } from './link.ts';

export class AnchorWitness extends Struct({
  link: LinkWitness,
  ci: CiLeaf,
  /** Merkle path of the CI leaf under the trust root, see `MerklePath`. */
  siblings: Provable.Array(Field, TRUST_HEIGHT),
  right: Provable.Array(Field, TRUST_HEIGHT),
}) {}

export class ExtendWitness extends Struct({
  link: LinkWitness,
  /** Opening of the earlier proof's commitment. */
  earlier: Opening,
}) {}

export const chainProgram = ZkProgram({
  name: 'zkcx-chain',
  publicInput: Field,
  publicOutput: ChainClaim,
  methods: {
    anchor: {
      privateInputs: [AnchorWitness],
      async method(mode: Field, witness: AnchorWitness) {
        return {
          publicOutput: await withContext((context) => {
            mode.assertEquals(MODE.chain);
            return anchor(context, witness);
          }),
        };
      },
    },
    extend: {
      privateInputs: [SelfProof, ExtendWitness],
      async method(mode: Field, proof: SelfProof<Field, ChainClaim>, witness: ExtendWitness) {
        return {
          publicOutput: await withContext((context) => {
            mode.assertEquals(MODE.chain);
            proof.verify();
            proof.publicInput.assertEquals(MODE.chain);
            return extend(context, proof.publicOutput, witness);
          }),
        };
      },
    },
  },
});

export class ChainProof extends ZkProgram.Proof(chainProgram) {}

/** The first link: the issuer is a leaf of the trust tree. */
export function anchor(
  context: CircuitContext,
  { link, ci, siblings, right }: AnchorWitness,
  signed?: AssertSigned,
): ChainClaim {
  const ciLeaf = CiLeaf.hash(ci);
  const trustRoot = merkleRoot(context, ciLeaf, { siblings, right });
  assertWithin(context, link, ci.notBefore, ci.notAfter);
  const issuer: Issuer = {
    key: ci.key,
    subjectKeyIdentifier: ci.subjectKeyIdentifier,
    pathLen: ci.pathLen,
    mayIssue: (bits) => ciMayIssue(context, ci.roles, bits),
  };
  const { handle, ...rest } = assertLink(context, link, issuer, signed);
  const unused = context.constant(0n);
  const handles = Array.from({ length: MAX_LINKS }, (_, i) => (i === 0 ? handle : unused));
  return claim(link, trustRoot, ciLeaf, context.constant(1n), handles, rest);
}

/** Every further link: the issuer is the last certificate of an earlier claim. */
export function extend(
  context: CircuitContext,
  earlierClaim: ChainClaim,
  { link, earlier }: ExtendWitness,
  signed?: AssertSigned,
): ChainClaim {
  Opening.commitment(earlier).assertEquals(earlierClaim.commitment);
  // Only a CA that may sign certificates issues (its role says the same; RFC 5280, 6.1.4 (k), (n)).
  earlier.cA.assertEquals(1);
  earlier.keyCertSign.assertEquals(1);
  // The window only narrows; the claim shows the same one that the commitment holds.
  assertOrdered(context, earlier.validFrom, link.validFrom);
  assertOrdered(context, link.validUntil, earlier.validUntil);
  const issuer: Issuer = {
    key: earlier.key,
    subjectName: earlier.subjectName,
    subjectKeyIdentifier: earlier.subjectKeyIdentifier,
    pathLen: earlier.pathLen,
    constraints: earlier.constraints,
    mayIssue: issuedBy(context, earlier.role),
  };
  const { handle, ...rest } = assertLink(context, link, issuer, signed);
  const handles = appendHandle(context, earlier, handle);
  const links = context.add(earlier.links, 1n);
  return claim(link, earlierClaim.trustRoot, earlier.ciLeaf, links, handles, rest);
}

function claim(
  { validFrom, validUntil, blind }: LinkWitness,
  trustRoot: Field,
  ciLeaf: Field,
  links: Field,
  handles: Field[],
  subject: Omit<Subject, 'handle'>,
): ChainClaim {
  const commitment = Opening.commitment({
    blind,
    ciLeaf,
    validFrom,
    validUntil,
    links,
    handles,
    ...subject,
  });
  return new ChainClaim({ trustRoot, validFrom, validUntil, commitment });
}

/** A CI may issue a role that the table gives to CIs and its leaf names: sum of the chosen bits. */
function ciMayIssue(context: CircuitContext, mask: Field, roleBits: readonly Bit[]): Field {
  const maskBits = ROLE_NAMES.map((role) =>
    context.bit(() => ((mask.toBigInt() >> BigInt(ROLES[role].number)) & 1n) === 1n),
  );
  context.assertLinear([
    ...ROLE_NAMES.map((role, i) => [1n << BigInt(ROLES[role].number), maskBits[i]!] as const),
    [-1n, mask] as const,
  ]);
  return context.sum(
    ISSUES.ci.map((child) => context.product(roleBit(maskBits, child), roleBit(roleBits, child))),
  );
}

/** The pinned parent x child table for a committed parent role. */
function issuedBy(context: CircuitContext, parentRole: Field): Issuer['mayIssue'] {
  const parents = ROLE_NAMES.filter((role) => role !== 'ci' && ISSUES[role].length > 0);
  const numbers = parents.map((role) => BigInt(ROLES[role].number));
  const parentBits = oneOf(context, parentRole, numbers);
  return (roleBits) =>
    context.sum(
      parents.map((role, i) => {
        const child = context.sum(ISSUES[role].map((issued) => roleBit(roleBits, issued)));
        return context.product(parentBits[i]!, child);
      }),
    );
}

/** The handles with one more in slot `links`; refuses a chain that is full. */
function appendHandle(context: CircuitContext, earlier: Opening, handle: Field): Field[] {
  const slots = Array.from({ length: MAX_LINKS - 1 }, (_, i) => BigInt(i + 1));
  const here = oneOf(context, earlier.links, slots);
  const [first, ...others] = earlier.handles as [Field, ...Field[]];
  // slots beyond `links` are 0 by induction, so adding is setting
  const added = others.map((old, i) => context.add(old, context.product(here[i]!, handle)));
  return [first, ...added];
}

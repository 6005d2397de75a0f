/**
 * Plain program `registryPresentation`: a published credential -> what a peer is shown of it.
 *
 * Public input   PresentationRequest: mode (MODE.registryPresentation), trustRoot, revocationRoot,
 *                registryRoot, time, role; then PresentationClaim, as of `presentation`.
 * Private        the opening of a published commitment and its leaf's path; the rest as in
 *                `presentation`.
 * Proves         what `presentation` proves, of a credential whose leaf, commitment and window, is in
 *                the tree under registryRoot. It verifies no proof, and nothing verifies it inside of a
 *                circuit, so it is plain and takes a small part of the time.
 * Does not prove what `presentation` does not; nor that leaves under registryRoot were published with
 *                a chain proof: the verifier takes the root from the registry, which sees to it.
 * Rows, domain   test/pins; within 2^13.
 */
import { Field, Provable, Struct } from 'o1js';
import { MODE, REGISTRY_HEIGHT } from '../params.ts';
import { Opening } from './claims.ts';
import { merkleRoot } from './gadgets/merkle.ts';
import type { CircuitContext } from './kimchi/context.ts';
import { plainProgram } from './plain-program.ts';
import { present, PresentationWitness } from './presentation.ts';
import { credentialLeaf, PresentationClaim, PresentationRequest } from './session.ts';

/** Path of a credential's leaf under the registry root, see `MerklePath`. */
export class RegistryPath extends Struct({
  siblings: Provable.Array(Field, REGISTRY_HEIGHT),
  right: Provable.Array(Field, REGISTRY_HEIGHT),
}) {}

/** What a registry presentation says: all of it is public. */
export class PublishedPresentation extends Struct({
  request: PresentationRequest,
  claim: PresentationClaim,
}) {}

export const registryPresentationProgram = plainProgram({
  name: 'registryPresentation',
  publicInput: PublishedPresentation,
  privateInputs: [RegistryPath, PresentationWitness],
  method(
    context,
    { request, claim }: PublishedPresentation,
    path: RegistryPath,
    witness: PresentationWitness,
  ) {
    const made = PresentationClaim.toFields(presentPublished(context, request, path, witness));
    PresentationClaim.toFields(claim).forEach((field, i) => field.assertEquals(made[i]!));
  },
});

/** The claim of a credential whose leaf is under the registry root. */
export function presentPublished(
  context: CircuitContext,
  request: PresentationRequest,
  path: RegistryPath,
  witness: PresentationWitness,
): PresentationClaim {
  request.mode.assertEquals(MODE.registryPresentation);
  const { opening } = witness.credential;
  const { validFrom, validUntil } = opening;
  const leaf = credentialLeaf(Opening.commitment(opening), validFrom, validUntil);
  merkleRoot(context, leaf, path).assertEquals(request.registryRoot);
  return present(context, request, witness);
}

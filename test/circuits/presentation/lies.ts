/** Lying provers: an honest input with parts that the plain checks would not have let through. */
import { Field } from 'o1js';
import type { Opening } from '../../../src/circuits/claims.ts';
import type { CredentialWitness } from '../../../src/circuits/credential.ts';
import { domainHash } from '../../../src/circuits/hash.ts';
import {
  type HandleWitness,
  mapKey,
  mapLeaf,
  RevocationEntry,
} from '../../../src/circuits/revocation.ts';
import type { CertifyRequest, PresentationRequest } from '../../../src/circuits/session.ts';
import { NOW } from '../../support/certificates/index.ts';
import { leafOf } from '../../../src/witness/presentation.ts';
import type { RevocationMap } from '../../../src/witness/revocation-map.ts';
import type { TestCredential } from './credentials.ts';
import type { Input, SessionInput } from './presentation-circuit.ts';

/** Another credential witness, its claim whatever follows from it. */
export function withCredential<I extends Input>(input: I, change: Partial<CredentialWitness>): I {
  const rest = { ...input, claim: undefined };
  if (rest.program === 'certify') return { ...rest, witness: { ...rest.witness, ...change } };
  const { witness } = rest as SessionInput;
  return { ...rest, witness: { ...witness, credential: { ...witness.credential, ...change } } };
}

export function credentialIn(input: Input): CredentialWitness {
  return input.program === 'certify' ? input.witness : input.witness.credential;
}

/** Another opening; the chain proof's commitment, or the registry's root, follows it. */
export function withOpening<I extends Input>(input: I, change: Partial<Opening>): I {
  const opening = { ...credentialIn(input).opening, ...change };
  const changed = withCredential(input, { opening });
  if (changed.program !== 'registryPresentation') return changed;
  return withRequest(changed, { registryRoot: rootOf(leafOf(opening), changed.path!) });
}

export function withRequest<I extends Input>(
  input: I,
  change: Partial<PresentationRequest & CertifyRequest>,
): I {
  return { ...input, request: { ...input.request, ...change }, claim: undefined };
}

/** Another witness in one slot of the handles. */
export function withHandle<I extends Input>(
  input: I,
  slot: number,
  change: Partial<HandleWitness>,
): I {
  const { handles } = credentialIn(input);
  return withCredential(input, {
    handles: handles.map((handle, i) => (i === slot ? { ...handle, ...change } : handle)),
  });
}

/**
 * The input under a map in which one link is revoked, or otherwise not to be shown: `forged` stands
 * for it, and all other slots hold what is right.
 */
export function underMap<I extends Input>(
  input: I,
  { handles }: TestCredential,
  map: RevocationMap,
  link: number,
  forged: HandleWitness,
): I {
  const shown = handles.map((handle, i) =>
    i === link ? forged : map.witness(handle, handle.serialNumber, NOW),
  );
  const filler = map.witness(handles.find((_, i) => i !== link) ?? handles[0]!, 424_242n, NOW);
  const slots = credentialIn(input).handles.map((_, i) => shown[i] ?? filler);
  return withRequest(withCredential(input, { handles: slots }), { revocationRoot: map.root });
}

/** The root that the circuit's formula gives, for sides that need not be bits. */
export function rootOf(
  leaf: Field,
  { siblings, right }: { siblings: readonly Field[]; right: readonly Field[] },
): Field {
  return siblings.reduce((node, sibling, level) => {
    const moved = sibling.sub(node).mul(right[level]!);
    return domainHash('node', [node.add(moved), sibling.sub(moved)]);
  }, leaf);
}

/** The map's root that a handle's path leads to. */
export function mapRootOf(handle: HandleWitness): Field {
  const { issuer, listKind, nextKey, entry, mapSiblings: siblings, mapRight: right } = handle;
  const leaf = mapLeaf(mapKey(issuer, listKind), nextKey, RevocationEntry.hash(entry));
  return rootOf(leaf, { siblings, right });
}

/** Level 2 of a path from the other side, or from a side that is none. */
export const swapped = (right: readonly Field[]) =>
  right.map((bit, level) => (level === 2 ? Field(1).sub(bit) : bit));
export const noBit = (right: readonly Field[]) =>
  right.map((bit, level) => (level === 2 ? Field(2) : bit));

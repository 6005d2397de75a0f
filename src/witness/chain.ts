/**
 * A checked chain as inputs of the program `chain`: one step a certificate, issuer first. Each step
 * after the first needs the proof of the one before.
 */
import { Field } from 'o1js';
import { encodeOid } from '../asn1/oid.ts';
import { bytesToBigint } from '../bytes.ts';
import { AnchorWitness, ExtendWitness } from '../circuits/chain.program.ts';
import {
  ChainClaim,
  CiLeaf,
  handleHash,
  issuerId,
  LIST_KIND,
  oidIdentity,
  Opening,
} from '../circuits/claims.ts';
import { nameHash } from '../circuits/gadgets/certificate/name-hash.ts';
import { LinkWitness } from '../circuits/link.ts';
import { MAX_LINKS } from '../params.ts';
import type { CheckedChain, Identity, Window } from '../pki/index.ts';
import type { RandomBytes } from '../random.ts';
import { ROLES } from '../roles.ts';
import { constraints, octets, organisation, paddedTbs } from './encode.ts';
import { publicKey, signature } from './encode.ts';
import type { MapPlace } from './revocation-map.ts';
import { ciLeaf, type TrustSet } from './trust.ts';

/** One proof to make. */
export type ChainStep = {
  /** What the proof will claim. */
  readonly claim: ChainClaim;
  /** What its commitment hides: the holder's secret. */
  readonly opening: Opening;
} & (
  | { readonly method: 'anchor'; readonly witness: AnchorWitness }
  | { readonly method: 'extend'; readonly witness: ExtendWitness }
);

/**
 * The steps that prove a chain for a window.
 *
 * @param chain checked by `checkChain` for this very window, each certificate by `checkProfile`
 * @param trust has the chain's anchor, else ERR_TRUST_UNKNOWN
 */
export function chainSteps(
  chain: CheckedChain,
  { trust, window, random }: { trust: TrustSet; window: Window; random: RandomBytes },
): ChainStep[] {
  const steps: ChainStep[] = [];
  for (const index of chain.links.keys()) {
    const earlier = steps.at(-1)?.opening;
    steps.push(chainStep(chain, index, { trust, window, blind: freshBlind(random), earlier }));
  }
  return steps;
}

/**
 * The step of one link. The window may be narrower than that of the step before, never wider.
 *
 * @param blind fresh, see `freshBlind`
 * @param earlier opening of the step before; none for the first link
 */
export function chainStep(
  chain: CheckedChain,
  index: number,
  {
    trust,
    window,
    blind,
    earlier,
  }: { trust: TrustSet; window: Window; blind: Field; earlier?: Opening },
): ChainStep {
  const leaf = ciLeaf(chain.anchor);
  const opening = openingOf(chain, index, CiLeaf.hash(leaf), window, blind, earlier);
  const claim = new ChainClaim({
    trustRoot: trust.root,
    validFrom: opening.validFrom,
    validUntil: opening.validUntil,
    commitment: Opening.commitment(opening),
  });
  const { tbs, signature } = chain.links[index]!.certificate;
  const link = linkWitness({ tbs, signature }, opening);
  if (earlier === undefined) {
    const witness = new AnchorWitness({ link, ci: leaf, ...trust.path(chain.anchor) });
    return { method: 'anchor', witness, opening, claim };
  }
  return { method: 'extend', witness: new ExtendWitness({ link, earlier }), opening, claim };
}

/** A TBS and its signature as the circuit takes them; the bytes need not be a certificate. */
export function linkWitness(
  signed: { tbs: Uint8Array; signature: { r: bigint; s: bigint } },
  claimed: Pick<Opening, 'validFrom' | 'validUntil' | 'blind'>,
): LinkWitness {
  const { validFrom, validUntil, blind } = claimed;
  return new LinkWitness({
    tbs: paddedTbs(signed.tbs),
    signature: signature(signed.signature),
    validFrom,
    validUntil,
    blind,
  });
}

function openingOf(
  chain: CheckedChain,
  index: number,
  leafHash: Field,
  window: Window,
  blind: Field,
  earlier: Opening | undefined,
): Opening {
  const link = chain.links[index]!;
  const { certificate, role } = link;
  const ownHandle = hashOfHandle(handlesOf(chain)[index]!);
  const handles = Array.from({ length: MAX_LINKS }, (_, i) => {
    if (i < index) return earlier!.handles[i]!;
    return i === index ? ownHandle : Field(0);
  });
  return new Opening({
    blind,
    ciLeaf: leafHash,
    validFrom: Field(window.from),
    validUntil: Field(window.until),
    links: Field(index + 1),
    handles,
    key: publicKey(certificate.publicKey),
    subjectName: nameHash(certificate.subject.der),
    subjectKeyIdentifier: octets(certificate.subjectKeyIdentifier!),
    role: Field(ROLES[role].number),
    cA: Field(link.cA ? 1 : 0),
    pathLen: Field(link.pathLen),
    keyCertSign: Field(link.keyCertSign ? 1 : 0),
    cRLSign: Field(link.cRLSign ? 1 : 0),
    // a leaf stands under its issuer's constraints and has none of its own
    constraints: constraints(constraintsInForce(chain, index)),
    organisation: organisation(link.organisation),
    identity: identityOf(link.identity),
  });
}

function constraintsInForce({ links }: CheckedChain, index: number) {
  const link = links[index]!;
  return link.cA ? link.constraints : (links[index - 1]?.constraints ?? []);
}

/** What revocation lists call a certificate. An opening holds no more than its hash. */
export interface RevocationHandle extends MapPlace {
  readonly serialNumber: bigint;
}

/** The handle of each link, first link first. */
export function handlesOf({ links }: CheckedChain): RevocationHandle[] {
  return links.map(({ handle }) => ({
    issuer: issuerId(publicKey(handle.issuer)),
    listKind: LIST_KIND[handle.kind],
    serialNumber: handle.serialNumber,
  }));
}

/** As it stands in an opening. */
export function hashOfHandle({ issuer, listKind, serialNumber }: RevocationHandle): Field {
  return handleHash(issuer, Field(listKind), Field(serialNumber));
}

function identityOf(identity: Identity | undefined): Field {
  if (identity === undefined) return Field(0);
  if (identity.kind === 'eid') return Field(BigInt(identity.digits));
  return oidIdentity(octets(encodeOid(identity.oid)));
}

/** 248 unpredictable bits. */
export function freshBlind(random: RandomBytes): Field {
  return Field(bytesToBigint(random(31)));
}

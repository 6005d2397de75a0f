/** The proofs of fixtures/linking, see its README: of one device, for the tests of what two proofs have in common. */
import { readFileSync } from 'node:fs';
import {
  checkPlainEnvelope,
  parseEnvelope,
  type PlainEnvelope,
  type ProofEnvelope,
} from '../../../src/prover/envelope.ts';

export const LINKING_PROOFS = [
  // over the chain proof of euicc-1
  'refresh-1',
  'refresh-2',
  // over a refresh of its own each
  'presentation-1',
  'presentation-2',
  // over the refresh of presentation-1: what must not be
  'presentation-1-again',
] as const;

export type LinkingProof = (typeof LINKING_PROOFS)[number];

/** Plain proofs: possessions of one key, and presentations of one credential from the registry. */
export type PlainLinkingProof =
  'possession-1' | 'possession-2' | 'registry-presentation-1' | 'registry-presentation-2';

export function linkingUrl(name: LinkingProof | PlainLinkingProof): URL {
  return new URL(`../../../fixtures/linking/${name}.json`, import.meta.url);
}

export const linkingProof = (name: LinkingProof): ProofEnvelope =>
  parseEnvelope(readFileSync(linkingUrl(name), 'utf8'));

export const plainLinkingProof = (name: PlainLinkingProof): PlainEnvelope =>
  checkPlainEnvelope(JSON.parse(readFileSync(linkingUrl(name), 'utf8')));

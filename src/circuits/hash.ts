import { type Field, Poseidon } from 'o1js';
import { MAX_BASES, MAX_LINKS } from '../params.ts';

/**
 * Every use of Poseidon: its domain (with a version) and its fixed number of inputs. Poseidon pads
 * with zeros, so a hash means something only for one length; and one domain per use keeps leaves,
 * nodes and commitments from passing for each other.
 */
const DOMAIN = {
  /** Length and chunks of a DER Name. */
  name: { prefix: 'zkcx-name-1', inputs: 8 },
  /** A subject key: what identifies an issuer. */
  issuer: { prefix: 'zkcx-issuer-1', inputs: 3 },
  /** Issuer id, list kind, serial number: what a revocation entry is about. */
  handle: { prefix: 'zkcx-handle-1', inputs: 3 },
  /** An accepted CI. */
  ciLeaf: { prefix: 'zkcx-ci-leaf-1', inputs: 9 },
  /** Inner node of every Merkle tree. */
  node: { prefix: 'zkcx-node-1', inputs: 2 },
  /** Issuing constraints: count and bases. */
  constraints: { prefix: 'zkcx-constraints1', inputs: 1 + 6 * MAX_BASES },
  /** The hiding commitment of a credential. */
  commitment: { prefix: 'zkcx-commitment-1', inputs: 23 + MAX_LINKS },
} as const;

export type Domain = keyof typeof DOMAIN;

/**
 * Poseidon under a domain. `fields` must have the domain's number of inputs. 12 rows for every two
 * inputs; outside circuits a plain computation.
 */
export function domainHash(domain: Domain, fields: Field[]): Field {
  const { prefix, inputs } = DOMAIN[domain];
  if (fields.length !== inputs) {
    throw Error(`${domain}: ${fields.length} inputs, the domain has ${inputs}`);
  }
  return Poseidon.hashWithPrefix(prefix, fields);
}

import { Field, Poseidon } from 'o1js';
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
  /** Commitment and window: a published credential. */
  credential: { prefix: 'zkcx-credential-1', inputs: 3 },
  /** Issuer id, list kind: where the revocation map holds an entry. */
  mapKey: { prefix: 'zkcx-map-key-1', inputs: 2 },
  /** Leaf of the revocation map: key, next key, entry. */
  mapLeaf: { prefix: 'zkcx-map-leaf-1', inputs: 3 },
  /** What the map says of an issuer's list: `RevocationEntry`. */
  entry: { prefix: 'zkcx-entry-1', inputs: 6 },
  /** Leaf of the tree of a list's serial numbers: key, next key. */
  serialLeaf: { prefix: 'zkcx-serial-1', inputs: 2 },
  /** Length and chunks of a distribution point's URI. */
  point: { prefix: 'zkcx-point-1', inputs: 8 },
  /** State of a list that is read in steps. */
  crlState: { prefix: 'zkcx-crl-state-1', inputs: 27 },
  /** Session commitments, each with a blind first; see session.ts. */
  sessionKey: { prefix: 'zkcx-s-key-1', inputs: 4 },
  sessionIdentity: { prefix: 'zkcx-s-identity-1', inputs: 2 },
  sessionIssuer: { prefix: 'zkcx-s-issuer-1', inputs: 6 },
  /** Identity of an authenticated server, purpose with its length: what a pseudonym is for. */
  scope: { prefix: 'zkcx-scope-1', inputs: 3 },
  /** The same for an identifier, which is not to be mistaken for a pseudonym. */
  identifierScope: { prefix: 'zkcx-id-scope-1', inputs: 3 },
  /** Halves of the 32 bytes that a session is named by. */
  session: { prefix: 'zkcx-session-1', inputs: 2 },
  /** Subject key, identity, scope. */
  pseudonym: { prefix: 'zkcx-pseudonym-1', inputs: 5 },
  /** User secret, subject key, identity, identifier scope. */
  identifier: { prefix: 'zkcx-identifier-1', inputs: 6 },
  /** Identity of a server, salt, identity of the device that an order is for. */
  order: { prefix: 'zkcx-order-1', inputs: 3 },
  /** Account, purpose, action and sender of an act in a contract: what a device signs there. */
  act: { prefix: 'zkcx-act-1', inputs: 7 },
  /** Account and purpose: what a pseudonym in a contract is for. */
  contractScope: { prefix: 'zkcx-act-scope-1', inputs: 4 },
  /** See `possessionHash`. */
  possession: { prefix: 'zkcx-possession-2', inputs: 10 },
  /** Mina key of the registry's admin: x, parity of y. */
  registryAdmin: { prefix: 'zkcx-reg-admin-1', inputs: 2 },
  /** Kind, subject, detail of an action that the registry's admin proposes, and hash of those behind it. */
  registryAction: { prefix: 'zkcx-reg-action-2', inputs: 4 },
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
  return Poseidon.update(stateOf(prefix), fields)[0];
}

/** States of the sponge after a prefix: half of the work of a hash of two inputs. */
const states = new Map<string, ReturnType<typeof Poseidon.initialState>>();

/** `Poseidon.hashWithPrefix` computes it anew in each call. The prefix is ASCII, little-endian. */
function stateOf(prefix: string): ReturnType<typeof Poseidon.initialState> {
  const known = states.get(prefix);
  if (known !== undefined) return known;
  const packed = [...prefix].reduceRight(
    (sum, char) => 256n * sum + BigInt(char.charCodeAt(0)),
    0n,
  );
  const state = Poseidon.update(Poseidon.initialState(), [Field(packed)]);
  states.set(prefix, state);
  return state;
}

/**
 * Proofs of zkCX as a contract takes them: side-loaded, so that the contract compiles without the programs. What is
 * side-loaded is verified by a key that the prover may choose; here the hash of the key is a constant of the circuit,
 * the one that the package pins, and Pickles proves that the key in use has this hash.
 */
import { DynamicProof, FeatureFlags, Field, VerificationKey, Void } from 'o1js';
import { checked, instanceOf } from '../arguments.ts';
import { AggregateClaim } from '../circuits/aggregate.ts';
import { ChainClaim } from '../circuits/claims.ts';
import { PossessionRequest, PresentationClaim, PresentationRequest } from '../circuits/session.ts';
import { MODE } from '../params.ts';
import { pinnedKey } from '../prover/keys.ts';
import * as form from './arguments.ts';

/** Gates of every program of zkCX: all of them read runtime tables. */
const TABLES = { ...FeatureFlags.allNone, rangeCheck0: true, lookup: true, runtimeTables: true };
/** Of a program that verifies ECDSA too. */
const ECDSA = { ...TABLES, rangeCheck1: true, foreignFieldMul: true };

/** Features of the programs whose proofs a contract can verify, as Pickles has to know them to side-load a proof. */
export const FEATURE_FLAGS = {
  refresh: TABLES,
  aggregate: TABLES,
  presentation: TABLES,
  possession: ECDSA,
} as const satisfies Readonly<Record<string, FeatureFlags>>;

/** Programs whose proofs a contract can verify. */
export type ContractProgram = keyof typeof FEATURE_FLAGS;

/** A certificate chain, in the form that its holder gives away: made by `shareCredential`. */
export class RefreshProof extends DynamicProof<Field, ChainClaim> {
  static override publicInputType = Field;
  static override publicOutputType = ChainClaim;
  static override maxProofsVerified = 1 as const;
  static override featureFlags = FEATURE_FLAGS.refresh;
}

/** Many chains in one proof: made by `aggregateChains`. */
export class AggregateProof extends DynamicProof<Field, AggregateClaim> {
  static override publicInputType = Field;
  static override publicOutputType = AggregateClaim;
  static override maxProofsVerified = 1 as const;
  static override featureFlags = FEATURE_FLAGS.aggregate;
}

/** A credential counts. A bearer value, which means something with a `PossessionProof` only: see `assertActed`. */
export class PresentationProof extends DynamicProof<PresentationRequest, PresentationClaim> {
  static override publicInputType = PresentationRequest;
  static override publicOutputType = PresentationClaim;
  static override maxProofsVerified = 1 as const;
  static override featureFlags = FEATURE_FLAGS.presentation;
}

/** The key of a presentation signed an act: made by `proveAct`. */
export class PossessionProof extends DynamicProof<PossessionRequest, void> {
  static override publicInputType = PossessionRequest;
  static override publicOutputType = Void;
  static override maxProofsVerified = 0 as const;
  static override featureFlags = FEATURE_FLAGS.possession;
}

const keys = new Map<ContractProgram, VerificationKey>();

/**
 * The pinned verification key of a program: a constant in circuits.
 *
 * @throws ERR_ARGUMENT, ERR_PROOF_KEY (the package is damaged)
 */
export function pinnedVerificationKey(program: ContractProgram): VerificationKey {
  checked(program, form.program, 'pinnedVerificationKey');
  const known = keys.get(program);
  if (known !== undefined) return known;
  const { data, hash } = pinnedKey(program);
  const key = new VerificationKey({ data, hash: Field(hash) });
  keys.set(program, key);
  return key;
}

/**
 * In a circuit: the proof holds, under the pinned key. Returns its claim. Does not say that its trust root is a good
 * one, that the chain is valid now, or that nothing is revoked; nor who holds the key.
 */
export function assertRefresh(proof: RefreshProof): ChainClaim {
  checked(proof, instanceOf(RefreshProof), 'assertRefresh');
  proof.publicInput.assertEquals(MODE.refresh, 'a refresh of a credential');
  proof.verify(pinnedVerificationKey('refresh'));
  return proof.publicOutput;
}

/** The same of many chains. Returns the claim: their Merkle root, how many they are, and when the first one ends. */
export function assertAggregate(proof: AggregateProof): AggregateClaim {
  checked(proof, instanceOf(AggregateProof), 'assertAggregate');
  proof.publicInput.assertEquals(MODE.aggregate, 'an aggregate of credentials');
  proof.verify(pinnedVerificationKey('aggregate'));
  return proof.publicOutput;
}

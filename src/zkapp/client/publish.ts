/** Publications: a chain proof, an aggregate, a list. Checked in plain before anything is proven. */
import { Field } from 'o1js';
import { AggregateClaim } from '../../circuits/aggregate.ts';
import { AggregateProof } from '../../circuits/aggregate.program.ts';
import { ChainProof } from '../../circuits/chain.program.ts';
import { ChainClaim } from '../../circuits/claims.ts';
import { CrlClaim } from '../../circuits/crl.ts';
import { RevocationEntry } from '../../circuits/revocation.ts';
import { credentialLeaf } from '../../circuits/session.ts';
import { ZkcxError } from '../../errors.ts';
import type { ProofEnvelope } from '../../prover/envelope.ts';
import type { ProgramName } from '../../prover/programs.ts';
import { pinnedKeyOf, verifyChain } from '../../prover/verify.ts';
import { verifyAggregate } from '../../prover/verify-aggregate.ts';
import { verifyCrl } from '../../prover/verify-crl.ts';
import type { RevocationMap } from '../../witness/revocation-map.ts';
import {
  CrlProof,
  listArguments,
  periodOf,
  publishAggregateArguments,
  publishArguments,
} from '../contract/index.ts';
import type { Inclusion } from './chain.ts';
import { sendCall, type Sender, slotsFromNow } from './send.ts';
import type { SyncedRegistry } from './sync.ts';

/** Where a publication came to stand. */
export interface PublishedAt extends Inclusion {
  /** Place of its first leaf. */
  readonly place: number;
}

/**
 * Publish a chain proof. Throws the codes of `verifyChain` and `publishArguments`, and those of
 * `sendCall`.
 */
export async function publishChain(
  sender: Sender,
  { address, state, tree }: SyncedRegistry,
  envelope: ProofEnvelope,
): Promise<PublishedAt> {
  const { chain } = sender;
  const slots = await slotsFromNow(chain);
  const claim = claimOf('chain', envelope, ChainClaim);
  const planned = publishArguments({ state, tree, claim, slots });
  const at = periodOf(state, slots).from;
  if (chain.proofs) await verifyChain(envelope, { trustRoot: state.trustRoot, at });
  const proof = await ChainProof.fromJSON(envelope.proof);
  const inclusion = await sendCall(sender, address, (registry) =>
    registry.publish(proof, planned.path, planned.slots),
  );
  const { commitment, validFrom, validUntil } = claim;
  return { ...inclusion, place: tree.append(credentialLeaf(commitment, validFrom, validUntil)) };
}

/** Publish an aggregate. Throws the codes of `verifyAggregate`, `publishAggregateArguments`, `sendCall`. */
export async function publishAggregate(
  sender: Sender,
  { address, state, tree }: SyncedRegistry,
  envelope: ProofEnvelope,
): Promise<PublishedAt> {
  const { chain } = sender;
  const slots = await slotsFromNow(chain);
  const claim = claimOf('aggregate', envelope, AggregateClaim);
  const planned = publishAggregateArguments({ state, tree, claim, slots });
  const at = periodOf(state, slots).from;
  if (chain.proofs) await verifyAggregate(envelope, { trustRoot: state.trustRoot, at });
  const proof = await AggregateProof.fromJSON(envelope.proof);
  const inclusion = await sendCall(sender, address, (registry) =>
    registry.publishAggregate(proof, planned.path, planned.slots),
  );
  return { ...inclusion, place: tree.appendSubtree(claim.root, Number(claim.height.toBigInt())) };
}

/**
 * Put a list into the registry's map, by its proof. Throws ERR_PROOF_STATEMENT (the proof is of none of
 * the lists), the codes of `verifyCrl`, `listArguments` and `sendCall`.
 *
 * @param lists the map with the new list, as whoever sends it computed it
 */
export async function updateRevocation(
  sender: Sender,
  { address, state, history }: SyncedRegistry,
  envelope: ProofEnvelope,
  lists: RevocationMap,
): Promise<Inclusion> {
  const { chain } = sender;
  const slots = await slotsFromNow(chain);
  const claim = claimOf('crl', envelope, CrlClaim);
  const key = claim.mapKey.toBigInt();
  const after = lists.hashed.get(key);
  if (after === undefined || RevocationEntry.hash(after).toBigInt() !== claim.entry.toBigInt()) {
    throw new ZkcxError('ERR_PROOF_STATEMENT', 'the proof is of none of the lists in the map');
  }
  const planned = listArguments({ state, map: history.map, key, claim, after, slots });
  if (chain.proofs) await verifyCrl(envelope, { trustRoot: state.trustRoot });
  const proof = await CrlProof.fromJSON(envelope.proof);
  return sendCall(sender, address, (registry) =>
    registry.updateRevocation(proof, planned.update, planned.slots),
  );
}

/** The claim of an envelope of the right program; whether it is proven, is checked after that. */
function claimOf<Claim>(
  program: ProgramName,
  envelope: ProofEnvelope,
  type: { fromFields(fields: Field[]): Claim },
): Claim {
  pinnedKeyOf(program, envelope);
  return type.fromFields(envelope.proof.publicOutput.map((value) => Field(value)));
}

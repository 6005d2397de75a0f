/** Publications: a refresh, an aggregate, a list. Checked in plain before anything is proven. */
import { Field } from 'o1js';
import { AggregateClaim } from '../../circuits/aggregate.ts';
import { AggregateProof } from '../../circuits/aggregate.program.ts';
import { RefreshProof } from '../../circuits/refresh.program.ts';
import { ChainClaim } from '../../circuits/claims.ts';
import { CrlClaim } from '../../circuits/crl.ts';
import { RevocationEntry } from '../../circuits/revocation.ts';
import { credentialLeaf } from '../../circuits/session.ts';
import { checked } from '../../arguments.ts';
import { ZkcxError } from '../../errors.ts';
import type { ProofEnvelope } from '../../prover/envelope.ts';
import type { ProgramName } from '../../prover/program-shapes.ts';
import { pinnedKeyOf, verifyRefresh } from '../../prover/verify.ts';
import { verifyAggregate } from '../../prover/verify-aggregate.ts';
import { verifyCrl } from '../../prover/verify-crl.ts';
import type { RevocationMap } from '../../witness/revocation-map.ts';
import {
  CrlProof,
  listArguments,
  periodOf,
  type ProofRegistry,
  publishAggregateArguments,
  publishArguments,
  type Slots,
} from '../contract/index.ts';
import * as argument from './arguments.ts';
import type { Inclusion } from './chain.ts';
import { findList, findPublication, type FoundPublication } from './reading/publications.ts';
import { naming, sendCall, type Sender, slotsFromNow } from './send.ts';
import type { SyncedRegistry } from './sync.ts';

/** Where a publication came to stand. */
export interface PublishedAt extends Inclusion {
  /** Place of its first leaf. */
  readonly place: number;
}

/**
 * Publish a refresh, as `shareCredential` makes it; one that is published already is not paid for again. Throws the
 * codes of `verifyRefresh` and `publishArguments`, and those of `sendCall`.
 */
export async function publishRefresh(
  sender: Sender,
  synced: SyncedRegistry,
  envelope: ProofEnvelope,
): Promise<PublishedAt> {
  checkArguments('publishRefresh', sender, synced, envelope);
  const { state, tree } = synced;
  const claim = claimOf('refresh', envelope, ChainClaim);
  const leaf = credentialLeaf(claim.commitment, claim.validFrom, claim.validUntil);
  const proof = await decoded(() => RefreshProof.fromJSON(envelope.proof));
  return publishOnce(sender, synced, leaf, {
    plan: (slots) => publishArguments({ state, tree, claim, slots }),
    verify: (at) => verifyRefresh(envelope, { trustRoot: state.trustRoot, at }),
    call: (registry, { path, slots }) => registry.publish(proof, path, slots),
    append: () => tree.append(leaf),
  });
}

/** Publish an aggregate. Throws the codes of `verifyAggregate`, `publishAggregateArguments`, `sendCall`. */
export async function publishAggregate(
  sender: Sender,
  synced: SyncedRegistry,
  envelope: ProofEnvelope,
): Promise<PublishedAt> {
  checkArguments('publishAggregate', sender, synced, envelope);
  const { state, tree } = synced;
  const claim = claimOf('aggregate', envelope, AggregateClaim);
  const proof = await decoded(() => AggregateProof.fromJSON(envelope.proof));
  return publishOnce(sender, synced, claim.root, {
    plan: (slots) => publishAggregateArguments({ state, tree, claim, slots }),
    verify: (at) => verifyAggregate(envelope, { trustRoot: state.trustRoot, at }),
    call: (registry, { path, slots }) => registry.publishAggregate(proof, path, slots),
    append: () => tree.appendSubtree(claim.root, Number(claim.height.toBigInt())),
  });
}

interface Publishing<Planned> {
  readonly plan: (slots: Slots) => Planned;
  readonly verify: (at: bigint) => Promise<unknown>;
  readonly call: (registry: ProofRegistry, planned: Planned) => Promise<void>;
  /** In the tree that was synced. Returns the place. */
  readonly append: () => number;
}

/** Anybody may have published it, in a command of his own, before or meanwhile: then nothing more is paid. */
async function publishOnce<Planned>(
  sender: Sender,
  synced: SyncedRegistry,
  value: Field,
  { plan, verify, call, append }: Publishing<Planned>,
): Promise<PublishedAt> {
  const { chain } = sender;
  const { address, state } = synced;
  let found: FoundPublication | undefined;
  let planned: Planned | undefined;
  const inclusion = await sendCall(sender, address, (registry) => call(registry, planned!), {
    purpose: `publish ${value.toString()} in ${address}`,
    effect: async () => {
      found = await findPublication(chain, synced, value.toBigInt());
      return found;
    },
    prepare: async () => {
      const slots = await slotsFromNow(chain);
      planned = plan(slots);
      if (chain.proofs) await verify(periodOf(state, slots).from);
    },
  });
  const { transaction, height } = inclusion;
  if (found === undefined && planned === undefined) {
    // sent by an earlier run
    found = await naming(transaction, () => findPublication(chain, synced, value.toBigInt()));
  }
  return { transaction, height, place: found?.place ?? append() };
}

/**
 * Put a list into the registry's map, by its proof. Throws ERR_PROOF_STATEMENT (the proof is of none of
 * the lists), the codes of `verifyCrl`, `listArguments` and `sendCall`.
 *
 * @param lists the map with the new list, as whoever sends it computed it
 */
export async function updateRevocation(
  sender: Sender,
  synced: SyncedRegistry,
  envelope: ProofEnvelope,
  lists: RevocationMap,
): Promise<Inclusion> {
  checkArguments('updateRevocation', sender, synced, envelope);
  checked(lists, argument.revocationMap, 'updateRevocation, lists');
  const { address, state, history } = synced;
  const { chain } = sender;
  const claim = claimOf('crl', envelope, CrlClaim);
  const key = claim.mapKey.toBigInt();
  const after = lists.hashed.get(key);
  if (after === undefined || RevocationEntry.hash(after).toBigInt() !== claim.entry.toBigInt()) {
    throw new ZkcxError('ERR_PROOF_STATEMENT', 'the proof is of none of the lists in the map');
  }
  const proof = await decoded(() => CrlProof.fromJSON(envelope.proof));
  let planned: ReturnType<typeof listArguments> | undefined;
  return sendCall(
    sender,
    address,
    (registry) => registry.updateRevocation(proof, planned!.update, planned!.slots),
    {
      purpose: `list ${claim.mapKey.toString()} ${claim.entry.toString()} in ${address}`,
      effect: () => findList(chain, synced, claim),
      prepare: async () => {
        const slots = await slotsFromNow(chain);
        planned = listArguments({ state, map: history.map, key, claim, after, slots });
        if (chain.proofs) await verifyCrl(envelope, { trustRoot: state.trustRoot });
      },
    },
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

function checkArguments(
  name: string,
  sender: Sender,
  synced: SyncedRegistry,
  proof: ProofEnvelope,
) {
  checked(sender, argument.sender, `${name}, sender`);
  checked(synced, argument.synced, `${name}, synced`);
  checked(proof, argument.envelope, `${name}, envelope`);
}

async function decoded<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw new ZkcxError('ERR_PROOF_FORMAT', 'the proof of the envelope cannot be decoded', {
      cause,
    });
  }
}

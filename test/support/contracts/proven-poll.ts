/**
 * A poll on a chain in this process that checks proofs, for contracts/poll.proof.test.ts: votes are proven where the
 * contract is compiled. Arguments and results are JSON.
 */
import { Bool, Field, PublicKey } from 'o1js';
import { DevicePoll, Voters } from '../../../examples/device-poll.ts';
import { PossessionProof, PresentationProof } from '../../../src/contracts/index.ts';
import { prepareCompiling } from '../../../src/prover/compile.ts';
import type { JsonProof } from '../../../src/prover/envelope.ts';
import { guardVerification } from '../../../src/prover/guard.ts';
import { indexCache } from '../../../src/prover/pinned-circuits.ts';
import { countOf, createPoll, type PollWorld, SLOTS } from './poll.ts';

let world: PollWorld;

/** Compile the contract, which needs no program of zkCX for it, and deploy a poll. */
export async function deploy() {
  await prepareCompiling();
  await DevicePoll.compile({ cache: indexCache({}) });
  await guardVerification();
  world = await createPoll(true);
  const { poll, voter, stranger } = world;
  return [poll, voter, stranger].map(({ address }) => address.toBase58());
}

export interface JsonVote {
  readonly presentation: JsonProof;
  readonly possession: JsonProof;
  readonly pseudonym: string;
}

/** Prove a yes and send it. Returns how the poll stands. */
export async function vote({ presentation, possession, pseudonym }: JsonVote, from: string) {
  const payer = [world.voter, world.stranger].find(({ address }) =>
    address.equals(PublicKey.fromBase58(from)).toBoolean(),
  )!;
  const proofs = [
    await PresentationProof.fromJSON(presentation),
    await PossessionProof.fromJSON(possession),
  ] as const;
  await world.send(payer, () =>
    world.poll.vote(...proofs, Field(pseudonym), Bool(true), new Voters(), SLOTS),
  );
  return state();
}

export function state() {
  const { yes, no } = countOf(world.poll);
  return { yes: Number(yes), no: Number(no) };
}

/**
 * A contract that takes zkCX, with real proofs from end to end: the poll of the examples on a chain that checks proofs.
 * A device votes with a presentation and a possession that were proven for it; proofs that do not prove what is
 * claimed are not even proven again. Which claims the contract refuses is in poll.program.test.ts.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Bool, PublicKey } from 'o1js';
import { DevicePoll, voteOf } from '../../examples/device-poll.ts';
import { signAsEuicc } from '../../examples/test-pki.ts';
import { proveAct } from '../../src/contracts/index.ts';
import type { JsonProof } from '../../src/prover/envelope.ts';
import { provePresentation } from '../../src/prover/present.ts';
import { Prover } from '../../src/prover/prover.ts';
import type { Prepared } from '../../src/session/prepared.ts';
import { provenCredential, provenRefresh } from '../support/credentials.ts';
import { agreeTo, planOf, preparedOf } from '../support/contracts/poll.ts';
import type { JsonVote } from '../support/contracts/proven-poll.ts';
import { inProvingProcess, SHARED } from '../support/proving/index.ts';

const chain = inProvingProcess(new URL('../support/contracts/proven-poll.ts', import.meta.url));
const prover = new Prover(SHARED);
const YES = Bool(true);

let poll: DevicePoll;
let voter: string;
let stranger: string;
let prepared: Prepared;
let vote: JsonVote;

beforeAll(async () => {
  const [address, ...senders] = (await chain('deploy')) as string[];
  poll = new DevicePoll(PublicKey.fromBase58(address!));
  [voter, stranger] = senders as [string, string];
  // a fixture that was given away in the place of a refresh of its own
  const plan = planOf(await provenCredential('euicc-1'));
  prepared = preparedOf(plan, await provePresentation(plan, provenRefresh('euicc-1'), prover));
  const act = voteOf(poll, PublicKey.fromBase58(voter), YES);
  const shown = await proveAct({ prepared, act, sign: signAsEuicc }, prover);
  vote = {
    presentation: shown.presentation.toJSON(),
    possession: shown.possession.toJSON(),
    pseudonym: shown.pseudonym.toString(),
  };
});

afterAll(() => prover.close());

test('a possession that claims an act of another sender does not prove it', async () => {
  // what the contract asks for, with the proof of something else
  const act = voteOf(poll, PublicKey.fromBase58(stranger), YES);
  const { request } = await agreeTo({ ...prepared }, act);
  const publicInput = [request.mode, request.statement].map(String);
  const possession: JsonProof = { ...vote.possession, publicInput };
  await expect(chain('vote', { ...vote, possession }, stranger)).rejects.toThrow();
  expect(await chain('state')).toEqual({ yes: 0, no: 0 });
});

test('a possession under the key of another program does not prove it', async () => {
  const { proof } = vote.presentation;
  const possession: JsonProof = { ...vote.possession, proof, maxProofsVerified: 1 };
  await expect(chain('vote', { ...vote, possession }, voter)).rejects.toThrow();
});

test('a device votes', async () => {
  expect(await chain('vote', vote, voter)).toEqual({ yes: 1, no: 0 });
});

test('a device votes no second time with the same proofs', async () => {
  await expect(chain('vote', vote, voter)).rejects.toThrow();
  expect(await chain('state')).toEqual({ yes: 1, no: 0 });
});

/**
 * What the proving process gets: every input crosses as JSON and arrives as it was planned, and a proof
 * of anything else than the plan is not passed on.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Field } from 'o1js';
import {
  CertifiedClaim,
  CertifyRequest,
  MessageRequest,
  PossessionRequest,
  PresentationClaim,
  PresentationRequest,
} from '../../src/circuits/session.ts';
import { PROGRAMS, type ProgramName } from '../../src/prover/programs.ts';
import type { ProofJob, Prover } from '../../src/prover/prover.ts';
import {
  proveCertify,
  proveMessage,
  provePossession,
  provePresentation,
} from '../../src/prover/present.ts';
import { proveRegistryPresentation } from '../../src/prover/present.ts';
import type { AnswerPlan } from '../../src/session/answer.ts';
import { planAnswer } from '../../src/session/answer.ts';
import { checkRequest } from '../../src/session/holder.ts';
import { CLIENT_OFFER } from '../../src/session/offers.ts';
import { planCertify, planPossession } from '../../src/session/statements.ts';
import { encodeTlv } from '../../src/asn1/tlv.ts';
import { concatBytes } from '../../src/bytes.ts';
import { leafOf } from '../../src/witness/presentation.ts';
import { RegistryTree } from '../../src/witness/registry-tree.ts';
import { encodeOid } from '../../src/asn1/oid.ts';
import {
  ANCHORS,
  credentialOf,
  MAP,
  NOW,
  PEER,
  POLICY,
  rootsOf,
  SERVER_OID,
  sign,
  TRUST,
  verifiers,
} from './world.ts';

const made = verifiers();
afterAll(() => made.close());

const credential = credentialOf();
const registry = new RegistryTree([leafOf(credential.opening)]);
let plain: AnswerPlan;
let long: AnswerPlan;
let published: AnswerPlan;

beforeAll(async () => {
  const roots = () => ({ ...rootsOf(MAP), registryRoot: registry.root.toBigInt() });
  const plan = async (mode: 'presentation' | 'registryPresentation', hidden?: Uint8Array) => {
    const { serverOffer } = (await made.make({ mode, roots })).challenge({
      clientOffer: CLIENT_OFFER,
      purpose: 'download',
    });
    const request = { peer: PEER, clientOffer: CLIENT_OFFER, serverOffer, credential };
    const accepted = await checkRequest(request, { ...POLICY, registry, minimumPublished: 1 });
    return planAnswer({ accepted, credential, anchors: ANCHORS, sign, hidden });
  };
  plain = await plan('presentation');
  long = await plan('presentation', new Uint8Array(400));
  published = await plan('registryPresentation');
});

interface JsonType {
  fromJSON(json: unknown): unknown;
  toFields(value: unknown): Field[];
}

/** A prover that keeps its job and answers with public values of the test's choosing. */
function recorder(answer: (input: string[]) => string[]) {
  const jobs: ProofJob[] = [];
  const prover = {
    prove: async (job: ProofJob) => {
      jobs.push(job);
      const program = await PROGRAMS[job.program as ProgramName]();
      const input = fieldsOf(program.publicInputType, job.publicInput);
      const output = answer(input).slice(input.length);
      return { publicInput: answer(input).slice(0, input.length), publicOutput: output };
    },
  };
  return { jobs, prover: prover as unknown as Prover };
}

/** As the proving process reads it. */
const fieldsOf = (type: unknown, json: unknown) => {
  const { fromJSON, toFields } = type as JsonType;
  const crossed: unknown = JSON.parse(JSON.stringify(json));
  return toFields.call(type, fromJSON.call(type, crossed)).map(String);
};

const cancellation = () =>
  encodeTlv(
    0x30,
    concatBytes(
      encodeTlv(0x80, plain.session.transcript.transactionId),
      encodeTlv(0x81, encodeOid(SERVER_OID)),
      Uint8Array.of(0x82, 1, 0),
    ),
  );
const possession = () =>
  planPossession({
    session: plain.session,
    kind: 'cancelSession',
    message: cancellation(),
    context: { serverOid: SERVER_OID },
    sign,
  });
const certified = () =>
  planCertify({ credential, anchors: ANCHORS, trust: TRUST, map: MAP, time: NOW });

/** Public values of a presentation, input first. */
const presented = ({ presentation: { plan } }: AnswerPlan) => [
  ...PresentationRequest.toFields(plan.request),
  ...PresentationClaim.toFields(plan.claim),
];

type Prove = (prover: Prover) => Promise<unknown>;
/** Program, how it is asked for, planned public values, private inputs (a chain proof left out). */
const jobs: [ProgramName, Prove, () => Promise<Field[]>, () => Promise<object[]>][] = [
  [
    'presentation',
    (prover) => provePresentation(plain.presentation.plan, credential.proof, prover),
    async () => presented(plain),
    async () => [plain.presentation.plan.witness],
  ],
  [
    'registryPresentation',
    (prover) => proveRegistryPresentation(published.presentation.plan as never, prover),
    async () => presented(published),
    async () => [
      (published.presentation.plan as unknown as { path: object }).path,
      published.presentation.plan.witness,
    ],
  ],
  [
    'message5',
    (prover) => proveMessage(plain.message!, prover),
    async () => MessageRequest.toFields(plain.message!.request),
    async () => [plain.message!.witness],
  ],
  [
    'message10',
    (prover) => proveMessage(long.message!, prover),
    async () => MessageRequest.toFields(long.message!.request),
    async () => [long.message!.witness],
  ],
  [
    'possession',
    async (prover) => provePossession(await possession(), prover),
    async () => PossessionRequest.toFields((await possession()).request),
    async () => [(await possession()).witness],
  ],
  [
    'certify',
    (prover) => proveCertify(certified(), credential.proof, prover),
    async () => [
      ...CertifyRequest.toFields(certified().request),
      ...CertifiedClaim.toFields(certified().claim),
    ],
    async () => [certified().witness],
  ],
];

describe.each(jobs)('%s', (program, prove, values, witnesses) => {
  test('gets its inputs as they were planned', async () => {
    const planned = (await values()).map(String);
    const { jobs, prover } = recorder(() => planned);
    const made: unknown = await prove(prover).catch((error: unknown) => error);
    const [job] = jobs;
    expect(job).toMatchObject({ program, method: 'prove' });
    const { publicInputType, privateInputTypes } = await PROGRAMS[program]();
    const input = fieldsOf(publicInputType, job!.publicInput);
    expect(input).toEqual(planned.slice(0, input.length));
    const types = (privateInputTypes as Readonly<Record<string, readonly unknown[]>>).prove!;
    expect(job!.privateInputs).toHaveLength(types.length);
    const expected = await witnesses();
    const first = types.length - expected.length;
    if (first > 0) expect(job!.privateInputs[0]).toBe(credential.proof.proof);
    for (const [i, witness] of expected.entries()) {
      const crossed = fieldsOf(types[first + i], job!.privateInputs[first + i]);
      expect(crossed).toEqual((types[first + i] as JsonType).toFields(witness).map(String));
    }
    expect(made).toMatchObject({ program });
  });

  test('is not passed on when it claims something else', async () => {
    const planned = (await values()).map(String);
    for (const i of [0, planned.length - 1]) {
      const { prover } = recorder(() => planned.with(i, '12345'));
      await expect(prove(prover)).rejects.toMatchObject({ code: 'ERR_PROVER_FAILED' });
    }
  });
});

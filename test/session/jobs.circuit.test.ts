/**
 * What the proving process gets: every input crosses as JSON and arrives as it was planned, and a proof
 * of anything else than the plan is not passed on.
 */
import { describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { ChainClaim } from '../../src/circuits/claims.ts';
import {
  CertifiedClaim,
  CertifyRequest,
  PossessionRequest,
  PresentationClaim,
  PresentationRequest,
} from '../../src/circuits/session.ts';
import { MODE } from '../../src/params.ts';
import type { PlainName, ProgramName } from '../../src/prover/program-shapes.ts';
import { PLAIN_PROGRAMS, PROGRAMS } from '../../src/prover/programs.ts';
import type { ProofJob, Prover } from '../../src/prover/prover.ts';
import { proveCertify, provePossession, provePresentation } from '../../src/prover/present.ts';
import { proveRegistryPresentation } from '../../src/prover/present.ts';
import { type Openable, proveRefresh } from '../../src/prover/refresh.ts';
import { planPossession } from '../../src/session/answer.ts';
import { publicValues } from '../../src/prover/verify.ts';
import { chainOf } from '../../src/session/credential-chain.ts';
import { termsAhead } from '../../src/session/holder.ts';
import { planCertify } from '../../src/session/statements.ts';
import { handlesOf } from '../../src/witness/chain.ts';
import {
  leafOf,
  type PresentationPlan,
  presentationWitness,
  registryPresentationWitness,
} from '../../src/witness/presentation.ts';
import { refreshWitness } from '../../src/witness/refresh.ts';
import { RegistryTree } from '../../src/witness/registry-tree.ts';
import { unproven } from '../support/envelope.ts';
import { prepared } from './bundles.ts';
import {
  ANCHOR,
  ANCHORS,
  countingBytes,
  credentialOf,
  MAP,
  NOW,
  POLICY,
  sign,
  TRUST,
} from './world.ts';

const credential = credentialOf();
const { opening } = credential;
const registry = new RegistryTree([leafOf(opening)]);
const shared = {
  opening,
  handles: handlesOf(chainOf(credential, ANCHORS).chain),
  anchor: ANCHOR,
  trust: TRUST,
  map: MAP,
  time: NOW,
  role: 'euicc-v2' as const,
};
const plain = presentationWitness({ ...shared, random: countingBytes() });
const published = registryPresentationWitness({ ...shared, registry, random: countingBytes() });
const presented = await prepared(termsAhead(credential, POLICY));

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
      const program = await { ...PROGRAMS, ...PLAIN_PROGRAMS }[
        job.program as ProgramName | PlainName
      ]();
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

const message = Uint8Array.of(1, 2, 3);
const possession = () =>
  planPossession({
    prepared: presented,
    session: 5n,
    message,
    signature: sign(message),
    identifier: { scope: 7n, secret: 8n },
    order: { serverOid: '2.999.1', salt: new Uint8Array(16).fill(9) },
  });
const certified = () =>
  planCertify({ credential, anchors: ANCHORS, trust: TRUST, map: MAP, time: NOW });

/** Public values of a presentation, input first. */
const valuesOf = ({ request, claim }: PresentationPlan) => [
  ...PresentationRequest.toFields(request),
  ...PresentationClaim.toFields(claim),
];

/** The same blind each time. */
const planRefresh = ({ proof, opening }: Openable) => {
  const [, ...values] = publicValues(proof).map((value) => Field(value));
  return refreshWitness(ChainClaim.fromFields(values) as ChainClaim, opening, countingBytes());
};
const first = (() => {
  const { claim, opening } = planRefresh(credential);
  const values = ChainClaim.toFields(claim);
  return { proof: unproven('refresh', [MODE.refresh], values), opening };
})();
const refreshed = (of: Openable) => [
  Field(MODE.refresh),
  ...ChainClaim.toFields(planRefresh(of).claim),
];

type Prove = (prover: Prover) => Promise<unknown>;
/** Program and method, how it is asked for, planned public values, private inputs, the proof before them. */
const jobs: [ProgramName | PlainName, string, Prove, () => Field[], () => object[], Openable][] = [
  [
    'refresh',
    'ofChain',
    (prover) => proveRefresh(credential, prover, { random: countingBytes() }),
    () => refreshed(credential),
    () => [planRefresh(credential).witness],
    credential,
  ],
  [
    'refresh',
    'ofRefresh',
    (prover) => proveRefresh(first, prover, { random: countingBytes() }),
    () => refreshed(first),
    () => [planRefresh(first).witness],
    first,
  ],
  [
    'presentation',
    'prove',
    (prover) => provePresentation(plain, first.proof, prover),
    () => valuesOf(plain),
    () => [plain.witness],
    first,
  ],
  [
    'registryPresentation',
    'prove',
    (prover) => proveRegistryPresentation(published, prover),
    () => valuesOf(published),
    () => [published.path, published.witness],
    credential,
  ],
  [
    'sessionPossession',
    'prove',
    (prover) => provePossession(possession(), prover),
    () => PossessionRequest.toFields(possession().request),
    () => [possession().witness],
    credential,
  ],
  [
    'certify',
    'prove',
    (prover) => proveCertify(certified(), credential.proof, prover),
    () => [
      ...CertifyRequest.toFields(certified().request),
      ...CertifiedClaim.toFields(certified().claim),
    ],
    () => [certified().witness],
    credential,
  ],
];

describe.each(jobs)('%s.%s', (program, method, prove, values, witnesses, inner) => {
  test('gets its inputs as they were planned', async () => {
    const planned = values().map(String);
    const { jobs, prover } = recorder(() => planned);
    const made: unknown = await prove(prover).catch((error: unknown) => error);
    const [job] = jobs;
    expect(job).toMatchObject({ program, method });
    const { publicInputType, privateInputTypes } = await { ...PROGRAMS, ...PLAIN_PROGRAMS }[
      program
    ]();
    const input = fieldsOf(publicInputType, job!.publicInput);
    expect(input).toEqual(planned.slice(0, input.length));
    const types = (privateInputTypes as Readonly<Record<string, readonly unknown[]>>)[method]!;
    expect(job!.privateInputs).toHaveLength(types.length);
    const expected = witnesses();
    const proofs = types.length - expected.length;
    if (proofs > 0) expect(job!.privateInputs[0]).toEqual(inner.proof.proof);
    for (const [i, witness] of expected.entries()) {
      const crossed = fieldsOf(types[proofs + i], job!.privateInputs[proofs + i]);
      expect(crossed).toEqual((types[proofs + i] as JsonType).toFields(witness).map(String));
    }
    // a refresh comes with its opening
    const { proof } = made as { proof: object };
    expect('program' in proof ? proof : made).toMatchObject({ program });
  });

  test('is not passed on when it claims something else', async () => {
    const planned = values().map(String);
    for (const i of [0, planned.length - 1]) {
      const { prover } = recorder(() => planned.with(i, '12345'));
      await expect(prove(prover)).rejects.toMatchObject({ code: 'ERR_PROVER_FAILED' });
    }
  });
});

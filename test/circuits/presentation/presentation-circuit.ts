/**
 * The three programs as circuits for the judge. A claim that stands in gates takes the place of a
 * verified proof, and the public values stand in gates, as those of a program do.
 */
import { Field, Provable } from 'o1js';
import { certify } from '../../../src/circuits/certify.program.ts';
import { Opening } from '../../../src/circuits/claims.ts';
import { type ChainStatement, CredentialWitness } from '../../../src/circuits/credential.ts';
import type { CircuitContext } from '../../../src/circuits/kimchi/context.ts';
import { presentRefreshed } from '../../../src/circuits/presentation.program.ts';
import { PresentationWitness } from '../../../src/circuits/presentation.ts';
import {
  presentPublished,
  RegistryPath,
} from '../../../src/circuits/registry-presentation.plain.ts';
import {
  CertifiedClaim,
  CertifyRequest,
  PresentationClaim,
  PresentationRequest,
} from '../../../src/circuits/session.ts';
import { MODE } from '../../../src/params.ts';
import {
  certifyWitness,
  leafOf,
  type PresentationInput,
  presentationWitness,
  registryPresentationWitness,
} from '../../../src/witness/presentation.ts';
import { RegistryTree } from '../../../src/witness/registry-tree.ts';
import { capture, type Captured, evaluate, witnessOf } from '../../support/kimchi/index.ts';
import { standInGates } from '../chain/chain-circuit.ts';

/** Public values of the proof that a program verifies. */
interface Inside {
  readonly mode: Field;
  readonly commitment: Field;
}

/** Inputs of a run. Without a claim, any that comes out is right. */
export interface SessionInput {
  readonly program: 'presentation' | 'registryPresentation';
  readonly request: PresentationRequest;
  readonly witness: PresentationWitness;
  readonly claim?: PresentationClaim;
  /** Of `presentation`; default: one of what the opening in the witness commits to. */
  readonly inside?: Inside;
  /** Of `registryPresentation`. */
  readonly path?: RegistryPath;
}

export interface CertifyInput {
  readonly program: 'certify';
  readonly request: CertifyRequest;
  readonly witness: CredentialWitness;
  readonly claim?: CertifiedClaim;
  readonly inside?: Inside;
}

export type Input = SessionInput | CertifyInput;
export type Program = Input['program'];
export const PROGRAM_LIST: readonly Program[] = ['presentation', 'registryPresentation', 'certify'];

/** What the proof inside a program has to be. */
export const INSIDE = { presentation: MODE.refresh, certify: MODE.chain } as const;

/** The honest input of a program. In the registry, other leaves stand beside the credential's. */
export function inputOf(program: Program, session: PresentationInput): Input {
  if (program === 'certify') return { program, ...certifyWitness(session) };
  if (program === 'presentation') return { program, ...presentationWitness(session) };
  return { program, ...registryPresentationWitness({ ...session, registry: registryOf(session) }) };
}

/** The credential's leaf third of four. */
export function registryOf({ opening }: Pick<PresentationInput, 'opening'>): RegistryTree {
  return new RegistryTree([Field(1), Field(2), leafOf(opening), Field(3)]);
}

/** The circuit of one program over whatever `input` returns at the time it runs. */
export function programCircuit(
  program: Program,
  input: () => Input,
): (context: CircuitContext) => void {
  return (context) => {
    if (program === 'certify') certifyCircuit(context, () => input() as CertifyInput);
    else sessionCircuit(context, program, () => input() as SessionInput);
  };
}

function certifyCircuit(context: CircuitContext, input: () => CertifyInput): void {
  const request = Provable.witness(CertifyRequest, () => input().request);
  standInGates(context, CertifyRequest.toFields(request));
  const chain = statement(context, () => insideOf(input(), input().witness.opening));
  const witness = Provable.witness(CredentialWitness, () => input().witness);
  const claim = CertifiedClaim.toFields(certify(context, request, chain, witness));
  assertPublic(context, claim, () => fieldsOf(CertifiedClaim, input().claim));
}

function sessionCircuit(
  context: CircuitContext,
  program: SessionInput['program'],
  input: () => SessionInput,
): void {
  const request = Provable.witness(PresentationRequest, () => input().request);
  standInGates(context, PresentationRequest.toFields(request));
  const witness = Provable.witness(PresentationWitness, () => input().witness);
  let claim: PresentationClaim;
  if (program === 'presentation') {
    const opening = () => input().witness.credential.opening;
    const refreshed = statement(context, () => insideOf(input(), opening()));
    claim = presentRefreshed(context, request, refreshed, witness);
  } else {
    const path = Provable.witness(RegistryPath, () => input().path!);
    claim = presentPublished(context, request, path, witness);
  }
  const fields = PresentationClaim.toFields(claim);
  assertPublic(context, fields, () => fieldsOf(PresentationClaim, input().claim));
}

function fieldsOf<T>(type: { toFields(value: T): Field[] }, claim: T | undefined) {
  return claim === undefined ? undefined : type.toFields(claim);
}

function insideOf(input: Input, opening: Opening): Inside {
  if (input.inside !== undefined) return input.inside;
  const kind = input.program === 'certify' ? INSIDE.certify : INSIDE.presentation;
  return { mode: Field(kind), commitment: Opening.commitment(opening) };
}

function statement(context: CircuitContext, given: () => Inside): ChainStatement {
  const mode = Provable.witness(Field, () => given().mode);
  const commitment = Provable.witness(Field, () => given().commitment);
  standInGates(context, [mode, commitment]);
  return { mode, claim: { commitment } };
}

/** The public output is the claim's, where there is one. */
function assertPublic(
  context: CircuitContext,
  output: Field[],
  claim: () => Field[] | undefined,
): void {
  output.forEach((field, i) => {
    const shown = Provable.witness(Field, () => claim()?.[i] ?? field.toConstant());
    standInGates(context, [shown]);
    field.assertEquals(shown);
  });
}

/** Whether kimchi would take what a program makes of an input. */
export type Judge = (input: Input) => Promise<boolean>;

/** Captures each program when it is first asked for, on an input that holds. */
export function presentationJudge(honest: (program: Program) => Input): Judge {
  const known = new Map<Program, { circuit: (c: CircuitContext) => void; captured: Captured }>();
  let current: Input;
  return async (input) => {
    let program = known.get(input.program);
    if (program === undefined) {
      current = honest(input.program);
      const circuit = programCircuit(input.program, () => current);
      program = { circuit, captured: await capture(circuit) };
      known.set(input.program, program);
    }
    current = input;
    const witness = await witnessOf(program.captured, program.circuit, { unchecked: true });
    return evaluate(program.captured, witness).length === 0;
  };
}

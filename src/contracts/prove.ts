/** The holder's side: a device agrees to an act in a contract. */
import { Field } from 'o1js';
import { checked } from '../arguments.ts';
import { PossessionRequest } from '../circuits/session.ts';
import { PossessionWitness } from '../circuits/possession.ts';
import { ZkcxError } from '../errors.ts';
import * as form from '../prover/arguments.ts';
import { proveAsPlanned } from '../prover/present.ts';
import type { JobOptions, Prover } from '../prover/prover.ts';
import type { SignMessage } from '../session/answer.ts';
import type { Prepared } from '../session/prepared.ts';
import { useOnce } from '../session/single-use.ts';
import { type PossessionPlan, possessionWitness } from '../witness/possession.ts';
import { actHash, actMessage, type ContractAct, contractScope } from './act.ts';
import * as argument from './arguments.ts';
import { PossessionProof, PresentationProof } from './side-loaded.ts';
import type { ShownDevice } from './device.ts';

export interface ActInput {
  /** Of `preparePresentation`, under the roots that the contract accepts; for this act alone. */
  readonly prepared: Prepared;
  readonly act: ContractAct;
  /** Signs `actMessage`. */
  readonly sign: SignMessage;
}

/**
 * Sign an act and plan its possession.
 *
 * @throws ERR_ARGUMENT; ERR_SESSION_VALUE (a presentation from a registry: contracts verify none),
 *   ERR_POSSESSION_SIGNATURE, ERR_SESSION_REPEATED (the presentation was used for something else)
 */
export async function planAct(input: ActInput): Promise<PossessionPlan> {
  checked(input, argument.actInput, 'planAct');
  const { prepared, act, sign } = input;
  if (prepared.presentation.program !== 'presentation') {
    throw new ZkcxError(
      'ERR_SESSION_VALUE',
      'a contract verifies presentations of refreshed credentials: prepare one in mode presentation',
    );
  }
  const session = actHash(act).toBigInt();
  const message = actMessage(act);
  const plan = possessionWitness(
    {
      session,
      message,
      signature: await sign(message),
      openings: prepared.openings,
      scope: contractScope(act).toBigInt(),
    },
    'possession',
  );
  useOnce(prepared, 'presentation', session);
  return plan;
}

/** The same, proven: arguments for the contract's method. Throws the codes of `planAct`, ERR_PROVER_*. */
export async function proveAct(
  input: ActInput,
  prover: Prover,
  options: JobOptions = {},
): Promise<ShownDevice> {
  checked(prover, form.prover, 'the prover of proveAct');
  checked(options, form.jobOptions, 'the options of proveAct');
  const { request, witness, values } = await planAct(input);
  const { proof } = await proveAsPlanned(prover, options, {
    program: 'possession',
    publicInput: PossessionRequest.toJSON(request),
    privateInputs: [PossessionWitness.toJSON(witness)],
    values: PossessionRequest.toFields(request),
  });
  const { presentation } = input.prepared;
  return {
    presentation: await PresentationProof.fromJSON(presentation.proof as never),
    possession: await PossessionProof.fromJSON(proof as never),
    pseudonym: Field(values.pseudonym),
  };
}

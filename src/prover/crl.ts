/** A signed revocation list -> proof of its entry: check, plan, prove part by part, each part kept. */
import { z } from 'zod';
import * as argument from '../arguments.ts';
import * as pki from '../pki/arguments.ts';
import * as form from './arguments.ts';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Certificate, RevocationList } from '../asn1/index.ts';
import { bytesEqual } from '../bytes.ts';
import { type LIST_KIND, Opening } from '../circuits/claims.ts';
import {
  FinishWitness,
  StartCaWitness,
  StartCiWitness,
  StepWitness,
} from '../circuits/crl.program.ts';
import { CrlClaim } from '../circuits/crl.ts';
import { ZkcxError } from '../errors.ts';
import { MODE } from '../params.ts';
import {
  type CheckedChain,
  checkChain,
  checkCrlProfile,
  checkList,
  checkProfile,
  type TrustAnchor,
} from '../pki/index.ts';
import { chainSteps } from '../witness/chain.ts';
import { type CrlIssuer, type CrlStep, crlSteps } from '../witness/crl.ts';
import { TrustSet } from '../witness/trust.ts';
import { anchorOf } from './anchors.ts';
import { proveSteps } from './chain.ts';
import { readIssuer, readPart, writeIssuer, writePart } from './crl-parts.ts';
import type { JsonProof, ProofEnvelope } from './envelope.ts';
import { makeFolder } from '../files.ts';
import { systemRandom } from '../random.ts';
import { systemClock } from '../time.ts';
import { pinnedKey } from './keys.ts';
import { type JobOptions, Prover, type ProverOptions } from './prover.ts';
import { verifyCrl } from './verify-crl.ts';

export type ListKind = keyof typeof LIST_KIND;

export interface CrlInput {
  /** The accepted CIs. */
  readonly anchors: readonly TrustAnchor[];
  /** From below the CI down to the list's issuer; none when the CI itself signed. */
  readonly certificates: readonly Certificate[];
  readonly list: RevocationList;
  /** Which entry of the map the proof is for; needed for a list that names no kind. */
  readonly kind?: ListKind;
  /** Unix seconds at which the list must be fresh. Default: now. */
  readonly at?: bigint;
}

export interface ProveCrlOptions extends JobOptions, ProverOptions {
  /**
   * Folder, made where it is missing, for the proofs of parts: called again with the same input, the
   * work goes on after the last one. May be deleted once the proof is there. Private.
   */
  readonly work: string;
  /** Called before each part, and after the last: parts that are done, and how many there are. */
  readonly onPart?: (done: number, total: number) => void;
  /** A prover to use and leave running; else one is started and ended with these options. */
  readonly prover?: Prover;
}

const crlInput = z.strictObject({
  ...form.chainInput.shape,
  list: pki.list,
  kind: z.enum(['ca', 'user']).optional(),
});

const crlOptions = z.looseObject({
  ...form.proveOptions.shape,
  work: argument.path,
  onPart: argument.callback.optional(),
});

/**
 * Prove the entry that a list fills: one proof for its header, one for every eleven entries or fewer, one
 * for its end. Before any proving the list is checked in plain TypeScript: throws the ERR_CRL_*,
 * ERR_CHAIN_*, ERR_PROFILE_* and ERR_TRUST_* codes of those checks, ERR_REVOCATION_KIND when `kind`
 * does not fit the list, then the ERR_PROVER_* codes.
 */
export async function proveCrl(input: CrlInput, options: ProveCrlOptions): Promise<ProofEnvelope> {
  argument.checked(input, crlInput, 'proveCrl');
  argument.checked(options, crlOptions, 'the options of proveCrl');
  const trust = new TrustSet(input.anchors);
  const kind = kindOf(input);
  const checked = checkInput(input);
  const folder = await workFolder(input, trust, kind, options.work);
  const prover = options.prover ?? new Prover(options);
  try {
    const { issuer, chainProof } = await issuerOf(checked, trust, folder, prover, options);
    const steps = crlSteps(input.list, { issuer, kind });
    const proof = await proveParts(steps, { chainProof, folder, prover, options });
    const envelope = envelopeOf(proof);
    // nothing leaves that this package would not accept itself
    await verifyCrl(envelope, { trustRoot: trust.root.toBigInt() });
    return envelope;
  } finally {
    if (options.prover === undefined) prover.close();
  }
}

/** The kind that the list names, or the one asked for where it names none. */
function kindOf({ list: { scope }, kind }: CrlInput): ListKind {
  if (scope === 'both' ? kind === undefined : kind !== undefined && kind !== scope) {
    throw new ZkcxError(
      'ERR_REVOCATION_KIND',
      scope === 'both'
        ? 'the list is about certificates of both kinds: say whose entry to prove, ca or user'
        : `the list is about ${scope} certificates only`,
    );
  }
  return scope === 'both' ? kind! : scope;
}

type CheckedInput =
  { readonly anchor: TrustAnchor } | { readonly chain: CheckedChain; readonly thisUpdate: bigint };

/** Everything short of proving. The issuer must have been valid when it made the list. */
function checkInput({ anchors, certificates, list, at = systemClock() }: CrlInput): CheckedInput {
  checkCrlProfile(list);
  const { thisUpdate } = list;
  if (certificates.length === 0) {
    const anchor = signingAnchor(anchors, list);
    checkList({ list, issuer: anchor, at });
    if (thisUpdate < anchor.notBefore || thisUpdate > anchor.notAfter) {
      throw new ZkcxError('ERR_CHAIN_ANCHOR', 'the CI was not valid when it made the list');
    }
    return { anchor };
  }
  certificates.forEach(checkProfile);
  const anchor = anchorOf(anchors, certificates);
  const window = { from: thisUpdate, until: thisUpdate };
  const chain = checkChain({ anchor, certificates, window });
  checkList({ list, issuer: chain.links.at(-1)!, at });
  return { chain, thisUpdate };
}

function signingAnchor(
  anchors: readonly TrustAnchor[],
  { authorityKeyIdentifier }: RevocationList,
): TrustAnchor {
  const found = anchors.find(({ subjectKeyIdentifier }) =>
    bytesEqual(subjectKeyIdentifier, authorityKeyIdentifier),
  );
  if (found === undefined) {
    throw new ZkcxError(
      'ERR_CRL_SIGNER',
      'no CI of the set signed the list: give the chain of its issuer, or the right CI',
    );
  }
  return found;
}

/** The issuer as the circuits authenticate it, with the proof of its chain where it has one. */
async function issuerOf(
  checked: CheckedInput,
  trust: TrustSet,
  folder: string,
  prover: Prover,
  options: JobOptions,
): Promise<{ issuer: CrlIssuer; chainProof?: JsonProof }> {
  if ('anchor' in checked) return { issuer: { anchor: checked.anchor, trust } };
  const { chain, thisUpdate } = checked;
  const window = { from: thisUpdate, until: thisUpdate };
  const steps = chainSteps(chain, { trust, window, random: systemRandom });
  const kept = await readIssuer(folder);
  const opening = kept?.opening ?? steps.at(-1)!.opening;
  const chainProof = kept?.proof ?? (await proveSteps(steps, prover, options));
  if (kept === undefined) await writeIssuer(folder, { proof: chainProof, opening });
  const claim = { ...steps.at(-1)!.claim, commitment: Opening.commitment(opening) };
  return { issuer: { claim, opening }, chainProof };
}

interface PartsContext {
  readonly chainProof?: JsonProof;
  readonly folder: string;
  readonly prover: Prover;
  readonly options: ProveCrlOptions;
}

async function proveParts(
  steps: readonly CrlStep[],
  { chainProof, folder, prover, options }: PartsContext,
): Promise<JsonProof> {
  const { done, proof: last } = await lastKept(steps, folder);
  let proof = last ?? chainProof;
  for (const [i, step] of steps.entries()) {
    if (i < done) continue;
    options.onPart?.(i, steps.length);
    const witness = witnessJson(step);
    proof = await prover.prove(
      {
        program: 'crl',
        method: step.method,
        publicInput: String(modeOf(step)),
        privateInputs: step.method === 'startCi' ? [witness] : [proof, witness],
      },
      options,
    );
    if (!claims(proof, step)) {
      throw new ZkcxError('ERR_PROVER_FAILED', 'the proof claims something else than was planned');
    }
    await writePart(folder, i, proof);
  }
  options.onPart?.(steps.length, steps.length);
  return proof!;
}

/** The last part of an earlier run that is whole, says what is planned, and verifies. */
async function lastKept(
  steps: readonly CrlStep[],
  folder: string,
): Promise<{ done: number; proof?: JsonProof }> {
  for (let i = steps.length - 1; i >= 0; i--) {
    const proof = await readPart(folder, i, pinnedKey('crl'));
    if (proof !== undefined && claims(proof, steps[i]!)) return { done: i + 1, proof };
  }
  return { done: 0 };
}

function claims({ publicInput, publicOutput }: JsonProof, step: CrlStep): boolean {
  const planned = [modeOf(step), ...CrlClaim.toFields(step.claim)].map(String);
  return planned.join() === [...publicInput, ...publicOutput].join();
}

const modeOf = ({ method }: CrlStep): number => (method === 'finish' ? MODE.crl : MODE.crlPart);

function witnessJson(step: CrlStep): unknown {
  switch (step.method) {
    case 'startCi':
      return StartCiWitness.toJSON(step.witness);
    case 'startCa':
      return StartCaWitness.toJSON(step.witness);
    case 'step':
      return StepWitness.toJSON(step.witness);
    case 'finish':
      return FinishWitness.toJSON(step.witness);
  }
}

function envelopeOf(proof: JsonProof): ProofEnvelope {
  return {
    format: 'zkcx-proof',
    version: 1,
    program: 'crl',
    verificationKeyHash: pinnedKey('crl').hash,
    proof,
  };
}

/** A folder of its own for every input and version of the circuits. */
async function workFolder(
  { list, certificates }: CrlInput,
  trust: TrustSet,
  kind: ListKind,
  work: string,
): Promise<string> {
  const hash = createHash('sha256');
  for (const text of [
    pinnedKey('crl').hash,
    pinnedKey('chain').hash,
    trust.root.toString(),
    kind,
  ]) {
    hash.update(`${text}\n`);
  }
  for (const der of [list.der, ...certificates.map((certificate) => certificate.der)]) {
    hash.update(createHash('sha256').update(der).digest());
  }
  const folder = join(work, hash.digest('hex').slice(0, 32));
  await makeFolder(folder);
  return folder;
}

/** Proof -> claim. The only way to accept a proof: every check, in one function, compiling nothing. */
import { z } from 'zod';
import { checked, roots, time } from '../arguments.ts';
import { ZkcxError } from '../errors.ts';
import { MODE } from '../params.ts';
import { systemClock } from '../time.ts';
import { type AnyEnvelope, checkEnvelope } from './envelope.ts';
import { isValid } from './guard.ts';
import { pinnedKey, type VerificationKey } from './keys.ts';
import {
  isPlain,
  PLAIN_INPUTS,
  type PlainName,
  PROOF_SHAPES,
  type ProgramName,
} from './program-shapes.ts';

export interface VerifyChainOptions {
  /** Root of the CIs that are accepted, or several such roots; see `TrustSet`. */
  readonly trustRoot: bigint | readonly bigint[];
  /** Unix seconds at which the chain must be valid; default: now. */
  readonly at?: bigint;
}

/** What a verified proof of `chain` or `refresh` says: its public output. */
export interface VerifiedChain {
  readonly trustRoot: bigint;
  /** Unix seconds; every certificate of the chain is valid in all of [validFrom, validUntil]. */
  readonly validFrom: bigint;
  readonly validUntil: bigint;
  /** Hiding commitment to all the rest. */
  readonly commitment: bigint;
}

const verifyOptions = z.strictObject({ trustRoot: roots, at: time.optional() });

/**
 * Verify a chain proof from anywhere: an envelope, or JSON that may be one. Returns the claim, or
 * throws: ERR_PROOF_FORMAT and ERR_PROOF_VERSION (not an envelope), ERR_PROOF_PROGRAM (of another
 * program), ERR_PROOF_KEY (made for other circuits), ERR_PROOF_MODE, ERR_PROOF_TRUST_ROOT,
 * ERR_PROOF_WINDOW (not valid at `at`), ERR_PROOF_INVALID; ERR_ARGUMENT for options of another form. Throws
 * ERR_PROVER_BACKEND where nothing can be verified, see guard.ts.
 *
 * A chain proof shows that someone knows such a chain. It shows neither that nothing in it is revoked
 * nor that whoever sent it holds the key: that takes a presentation.
 */
export function verifyChain(proof: unknown, options: VerifyChainOptions): Promise<VerifiedChain> {
  return verifyClaim('chain', proof, options, 'the options of verifyChain');
}

/**
 * Verify a refresh: the proof of the same statement that a holder gives away, to publish it. The same
 * checks and codes as `verifyChain`; a chain proof is ERR_PROOF_PROGRAM here.
 */
export function verifyRefresh(proof: unknown, options: VerifyChainOptions): Promise<VerifiedChain> {
  return verifyClaim('refresh', proof, options, 'the options of verifyRefresh');
}

async function verifyClaim(
  program: 'chain' | 'refresh',
  proof: unknown,
  options: VerifyChainOptions,
  what: string,
): Promise<VerifiedChain> {
  checked(options, verifyOptions, what);
  const { trustRoot, at = systemClock() } = options;
  const envelope = checkEnvelope(proof);
  const key = pinnedKeyOf(program, envelope);
  const [mode, ...output] = publicValues(envelope);
  const [root, validFrom, validUntil, commitment] = output as [bigint, bigint, bigint, bigint];
  assertMode(mode, MODE[program]);
  assertTrusted(root, typeof trustRoot === 'bigint' ? [trustRoot] : trustRoot);
  assertWindow(validFrom, validUntil, at);
  await assertProof(envelope, key);
  return { trustRoot: root, validFrom, validUntil, commitment };
}

/** Public input, then public output. */
export function publicValues({ proof }: AnyEnvelope): bigint[] {
  const output = 'publicOutput' in proof ? proof.publicOutput : [];
  return [...proof.publicInput, ...output].map(BigInt);
}

/** The pinned key, once the envelope says that it is for this key and has the program's shape. */
export function pinnedKeyOf(
  program: ProgramName | PlainName,
  envelope: AnyEnvelope,
): VerificationKey {
  if (envelope.program !== program) {
    throw new ZkcxError(
      'ERR_PROOF_PROGRAM',
      program === 'refresh' && envelope.program === 'chain'
        ? 'a chain proof stays with its holder: make a proof to give away with `zkcx credential share`'
        : `a ${program} proof is needed, this is another kind`,
    );
  }
  if (!hasShape(program, envelope)) {
    throw new ZkcxError('ERR_PROOF_FORMAT', `this does not have the shape of a ${program} proof`);
  }
  const key = pinnedKey(program);
  if (envelope.verificationKeyHash !== key.hash) {
    throw new ZkcxError(
      'ERR_PROOF_KEY',
      'the proof was made for other circuits than this package pins: use the same version',
    );
  }
  return key;
}

function hasShape(program: ProgramName | PlainName, { version, proof }: AnyEnvelope): boolean {
  if (isPlain(program)) return version === 2 && proof.publicInput.length === PLAIN_INPUTS[program];
  const { publicInput, publicOutput, maxProofsVerified } = PROOF_SHAPES[program];
  return (
    version === 1 &&
    proof.publicInput.length === publicInput &&
    proof.publicOutput.length === publicOutput &&
    proof.maxProofsVerified === maxProofsVerified
  );
}

export function assertMode(mode: bigint | undefined, expected: number): void {
  if (mode !== BigInt(expected)) {
    throw new ZkcxError('ERR_PROOF_MODE', 'the proof is of another kind (its mode differs)');
  }
}

function assertTrusted(root: bigint, accepted: readonly bigint[]): void {
  if (!accepted.includes(root)) {
    throw new ZkcxError(
      'ERR_PROOF_TRUST_ROOT',
      'the chain ends at a set of CIs that is not accepted here',
    );
  }
}

function assertWindow(validFrom: bigint, validUntil: bigint, at: bigint): void {
  if (!(validFrom <= at && at <= validUntil)) {
    throw new ZkcxError('ERR_PROOF_WINDOW', 'the chain is not proven to be valid at this time');
  }
}

/** The proof itself, last of all checks. Throws ERR_PROOF_INVALID, and ERR_PROVER_BACKEND of `isValid`. */
export async function assertProof({ proof }: AnyEnvelope, key: VerificationKey): Promise<void> {
  if (!(await isValid(proof, key))) {
    throw new ZkcxError('ERR_PROOF_INVALID', 'the proof is not valid');
  }
}

/** `assertProof`, here or in another process. */
export type AssertProof = typeof assertProof;

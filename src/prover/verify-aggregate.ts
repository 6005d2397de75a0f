/** Proof of an aggregate -> its claim. Every check, compiling nothing. */
import { z } from 'zod';
import { checked, roots, time } from '../arguments.ts';
import { ZkcxError } from '../errors.ts';
import { MODE } from '../params.ts';
import { systemClock } from '../time.ts';
import { checkEnvelope } from './envelope.ts';
import { assertMode, assertProof, pinnedKeyOf, publicValues } from './verify.ts';

export interface VerifyAggregateOptions {
  /** Root of the CIs that are accepted, or several such roots; see `TrustSet`. */
  readonly trustRoot: bigint | readonly bigint[];
  /** Unix seconds at which no member may be over; default: now. */
  readonly at?: bigint;
}

/** What a verified proof says: the public output of `aggregate`. */
export interface VerifiedAggregate {
  /** Root of the CIs under which all members were proven. */
  readonly trustRoot: bigint;
  /** Merkle root of the members' `credentialLeaf`s, empty ones (0) behind them. */
  readonly root: bigint;
  /** Levels of the tree, 1 to AGGREGATE_HEIGHT. */
  readonly height: bigint;
  /** Members, at most 2^height. */
  readonly count: bigint;
  /** Unix seconds: the earliest end of the members' windows. */
  readonly validUntil: bigint;
}

const verifyOptions = z.strictObject({ trustRoot: roots, at: time.optional() });

/**
 * Verify the proof of an aggregate: an envelope, or JSON that may be one. Returns the claim, or throws:
 * ERR_PROOF_FORMAT, ERR_PROOF_VERSION, ERR_PROOF_PROGRAM, ERR_PROOF_KEY, ERR_PROOF_MODE,
 * ERR_PROOF_TRUST_ROOT, ERR_PROOF_WINDOW (a member's window is over at `at`), ERR_PROOF_INVALID.
 *
 * Shows as much of each member as its refresh does. When a member's window begins stands in its leaf
 * only, and nothing says that the members differ.
 */
export async function verifyAggregate(
  proof: unknown,
  options: VerifyAggregateOptions,
): Promise<VerifiedAggregate> {
  checked(options, verifyOptions, 'the options of verifyAggregate');
  const { trustRoot, at = systemClock() } = options;
  const envelope = checkEnvelope(proof);
  const key = pinnedKeyOf('aggregate', envelope);
  const [mode, ...output] = publicValues(envelope);
  const [claimed, root, height, count, validUntil] = output as [
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  assertMode(mode, MODE.aggregate);
  const accepted = typeof trustRoot === 'bigint' ? [trustRoot] : trustRoot;
  if (!accepted.includes(claimed)) {
    throw new ZkcxError(
      'ERR_PROOF_TRUST_ROOT',
      'the members were proven under a set of CIs that is not accepted here',
    );
  }
  if (at > validUntil) {
    throw new ZkcxError('ERR_PROOF_WINDOW', 'the window of a member of this aggregate is over');
  }
  await assertProof(envelope, key);
  return { trustRoot: claimed, root, height, count, validUntil };
}

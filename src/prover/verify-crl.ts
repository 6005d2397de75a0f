/** Proof of a revocation list -> its entry. Every check, compiling nothing. */
import { z } from 'zod';
import { checked, roots } from '../arguments.ts';
import { ZkcxError } from '../errors.ts';
import { MODE } from '../params.ts';
import { checkEnvelope } from './envelope.ts';
import { assertMode, assertProof, pinnedKeyOf, publicValues } from './verify.ts';

export interface VerifyCrlOptions {
  /** Root of the CIs that are accepted, or several such roots; see `TrustSet`. */
  readonly trustRoot: bigint | readonly bigint[];
}

/** What a verified proof says: the public output of `crl`. */
export interface VerifiedCrl {
  readonly trustRoot: bigint;
  /** Place in the revocation map: issuer and list kind. */
  readonly mapKey: bigint;
  /** Hash of the entry that the list fills there. */
  readonly entry: bigint;
  /** How many serial numbers it revokes. */
  readonly count: bigint;
}

const verifyOptions = z.strictObject({ trustRoot: roots });

/**
 * Verify the proof of a list: an envelope, or JSON that may be one. Returns the claim, or throws:
 * ERR_PROOF_FORMAT, ERR_PROOF_VERSION, ERR_PROOF_PROGRAM, ERR_PROOF_KEY, ERR_PROOF_MODE (also for a
 * list that is not read to its end), ERR_PROOF_TRUST_ROOT, ERR_PROOF_INVALID.
 *
 * The entry is that of a list that the issuer signed at some time. Whether it is the newest one, fresh,
 * and of the distribution point that is configured: who knows the entry's content compares.
 */
export async function verifyCrl(proof: unknown, options: VerifyCrlOptions): Promise<VerifiedCrl> {
  const { trustRoot } = checked(options, verifyOptions, 'the options of verifyCrl');
  const envelope = checkEnvelope(proof);
  const key = pinnedKeyOf('crl', envelope);
  const [mode, ...output] = publicValues(envelope);
  const [root, mapKey, entry, count] = output as [bigint, bigint, bigint, bigint];
  assertMode(mode, MODE.crl);
  const accepted = typeof trustRoot === 'bigint' ? [trustRoot] : trustRoot;
  if (!accepted.includes(root)) {
    throw new ZkcxError(
      'ERR_PROOF_TRUST_ROOT',
      "the list's issuer stands under a set of CIs that is not accepted here",
    );
  }
  await assertProof(envelope, key);
  return { trustRoot: root, mapKey, entry, count };
}

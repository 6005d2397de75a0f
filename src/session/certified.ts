/** A static statement of a party that is known anyway -> its key and identity. */
import { checked } from '../arguments.ts';
import * as argument from './expectations.ts';
import { Field } from 'o1js';
import { CertifiedClaim, CertifyRequest } from '../circuits/session.ts';
import { ZkcxError } from '../errors.ts';
import { MODE } from '../params.ts';
import type { Identity, PublicKey } from '../pki/index.ts';
import {
  type AssertProof,
  assertMode,
  assertProof,
  pinnedKeyOf,
  publicValues,
} from '../prover/verify.ts';
import { type Role, ROLES } from '../roles.ts';
import { systemClock } from '../time.ts';
import { checkCertifiedBundle } from './envelopes.ts';
import { fromLimbs } from '../witness/encode.ts';
import { DEFAULT_TOLERANCE } from './events.ts';
import { identityFromField } from './identity.ts';

/** A `MapHistory`, as far as it is needed here. */
export interface MapRecord {
  /** Whether this is the root of the current map, or of an earlier one that no later one contradicts. */
  isUnspoiled(root: bigint): boolean;
}

export interface CertifiedExpectation {
  readonly trustRoot: bigint;
  /** Root of the newest map that the verifier computed itself. */
  readonly mapRoot: bigint;
  /** Its earlier maps, under which a statement counts as long as no later one contradicts them; default: none does. */
  readonly history?: MapRecord;
  readonly role: Role;
  /** Seconds that the statement may be old; default 24 hours. */
  readonly maximumAge?: bigint;
  /** Seconds that the statement may lie ahead of this clock; default 300. */
  readonly tolerance?: bigint;
  /** Unix seconds; default: the clock. */
  readonly now?: bigint;
  /** Where proofs are verified; default: here. */
  readonly assertProof?: AssertProof;
}

/** What a verified statement says. Frozen. That someone holds the key it does not say. */
export interface VerifiedCertified {
  readonly key: PublicKey;
  readonly identity: Identity;
  readonly role: Role;
  readonly trustRoot: bigint;
  readonly revocationRoot: bigint;
  /** Unix seconds for which nothing of the chain was revoked. */
  readonly time: bigint;
  readonly validFrom: bigint;
  readonly validUntil: bigint;
}

const DEFAULT_MAXIMUM_AGE = 86_400n;

/**
 * Verify a static statement from anywhere. It is no session: whoever relies on the key has it sign a
 * challenge of its own afterwards.
 *
 * @param envelope JSON that may be a certified bundle
 * @throws ERR_PROOF_* with the code of what is wrong
 */
export async function verifyCertified(
  envelope: unknown,
  expectation: CertifiedExpectation,
): Promise<VerifiedCertified> {
  checked(expectation, argument.certifiedExpectation, 'the expectation of verifyCertified');
  const { trustRoot, role, now = systemClock(), tolerance = DEFAULT_TOLERANCE } = expectation;
  const maximumAge = expectation.maximumAge ?? DEFAULT_MAXIMUM_AGE;
  const { proof } = checkCertifiedBundle(envelope);
  const verificationKey = pinnedKeyOf('certify', proof);
  const values = publicValues(proof).map((value) => Field(value));
  const inputs = CertifyRequest.sizeInFields();
  const request = CertifyRequest.fromFields(values.slice(0, inputs));
  const claim = CertifiedClaim.fromFields(values.slice(inputs));

  assertMode(request.mode.toBigInt(), MODE.certify);
  refuseUnless(request.trustRoot.toBigInt() === trustRoot, 'ERR_PROOF_TRUST_ROOT', 'set of CIs');
  const isRole = request.role.toBigInt() === BigInt(ROLES[role].number);
  refuseUnless(isRole, 'ERR_PROOF_ROLE', 'role');
  const revocationRoot = request.revocationRoot.toBigInt();
  const { mapRoot, history } = expectation;
  const counts = revocationRoot === mapRoot || history?.isUnspoiled(revocationRoot) === true;
  refuseUnless(counts, 'ERR_PROOF_REVOCATION_ROOT', 'revocation map');
  const time = request.time.toBigInt();
  if (!(time >= now - maximumAge && time <= now + tolerance)) {
    throw new ZkcxError(
      'ERR_PROOF_TIME',
      'the statement is too old, or from the future: ask again',
    );
  }
  const [validFrom, validUntil] = [claim.validFrom.toBigInt(), claim.validUntil.toBigInt()];
  if (!(now + tolerance >= validFrom && now <= validUntil)) {
    throw new ZkcxError('ERR_PROOF_WINDOW', 'the certificates are not valid now');
  }
  // limbs below 2^88 and canonical coordinates: the circuit proves them
  const key = { x: fromLimbs(claim.key.x), y: fromLimbs(claim.key.y) };
  const identity = identityFromField(role, claim.identity.toBigInt());

  await (expectation.assertProof ?? assertProof)(proof, verificationKey);
  return Object.freeze({
    key: Object.freeze(key),
    identity,
    role,
    trustRoot,
    revocationRoot,
    time,
    validFrom,
    validUntil,
  });
}

function refuseUnless(
  holds: boolean,
  code: ConstructorParameters<typeof ZkcxError>[0],
  what: string,
): void {
  if (!holds)
    throw new ZkcxError(code, `the statement is for another ${what} than is accepted here`);
}

/**
 * Presentation and possession -> what is now known. The only way to accept them: every check in one
 * function, all public inputs recomputed, compiling nothing. Stateless: that a challenge is used once is
 * `SessionVerifier`'s to see to.
 */
import { checked } from '../arguments.ts';
import * as argument from './expectations.ts';
import { Field } from 'o1js';
import { PossessionRequest, PresentationClaim, PresentationRequest } from '../circuits/session.ts';
import { ZkcxError } from '../errors.ts';
import { MODE } from '../params.ts';
import {
  type AssertProof,
  assertMode,
  assertProof,
  pinnedKeyOf,
  publicValues,
} from '../prover/verify.ts';
import { type Role, ROLES } from '../roles.ts';
import { systemClock } from '../time.ts';
import { possessionRequest } from '../witness/statement.ts';
import { type AcceptedRoots, assertRoots } from './accepted-roots.ts';
import { checkPresentationBundle, type PresentationBundle } from './envelopes.ts';
import { assertEventTime } from './events.ts';
import { checkRequestTerms, offeredRoots, type RequestTerms } from './offers.ts';
import { checkOpenings, type Disclosed, type Disclosure } from './openings.ts';
import { identifierScopeOf, scopeOf } from './scope.ts';

/** What the verifier asked for and accepts, by its own knowledge and never by the envelope's. */
export interface PresentationExpectation {
  /** What the offer of this session said. */
  readonly offered: RequestTerms;
  /** Roots that count at this moment: a root must be offered and still count. */
  readonly accepted: AcceptedRoots;
  /** Dotted; the verifier's own. */
  readonly serverOid: string;
  /** See `sessionId`. */
  readonly session: bigint;
  /** What the leaf key had to sign. */
  readonly message: Uint8Array;
  /** What must be opened; default nothing. */
  readonly disclosures?: readonly Disclosure[];
  /** Unix seconds; default: the clock. */
  readonly now?: bigint;
  /** Seconds that two clocks may differ; default 300. */
  readonly tolerance?: bigint;
  /** Verifies the proofs themselves; default: this process does, which it blocks for seconds. */
  readonly assertProof?: AssertProof;
}

/** What a verified presentation says. Frozen; nothing in it needs to be checked again. */
export interface VerifiedPresentation extends Disclosed {
  readonly role: Role;
  /** Unix seconds: the event for which nothing of the credential's chain was revoked. */
  readonly time: bigint;
  readonly trustRoot: bigint;
  readonly revocationRoot: bigint;
  readonly registryRoot?: bigint;
  /** Names this session. */
  readonly session: bigint;
  /** Commitments, for openings that come later in the session. */
  readonly sessionKey: bigint;
  readonly sessionIdentity: bigint;
  /** What the pseudonym is for, and it: the same for one certificate and scope. */
  readonly scope?: bigint;
  readonly pseudonym?: bigint;
  /** The same of the identifier, of which a device can have many. Never both. */
  readonly identifierScope?: bigint;
  readonly identifier?: bigint;
  /** The order that is for this device, see `orderOf`; whoever looks for orders compares it with theirs. */
  readonly order?: bigint;
}

/**
 * Verify a presentation with its possession from anywhere. Checks in this order, the dear ones last: form,
 * pinned keys, modes, roots, role, time, exactly one of pseudonym and identifier, the statement of possession
 * made from the verifier's own knowledge, openings, the proof of possession, the proof of presentation.
 *
 * @param bundle JSON that may be a presentation bundle
 * @throws ERR_PROOF_* with the code of what is wrong; ERR_SESSION_VALUE and ERR_ARGUMENT for an expectation of
 *   another form
 */
export async function verifyPresentation(
  bundle: unknown,
  expectation: PresentationExpectation,
): Promise<VerifiedPresentation> {
  checked(expectation, argument.presentationExpectation, 'the expectation of verifyPresentation');
  const { offered, session, disclosures = [], now = systemClock(), tolerance } = expectation;
  checkRequestTerms(offered);
  const { mode, role } = offered;
  const { presentation, possession, openings, ...told } = checkPresentationBundle(bundle);
  const presentationKey = pinnedKeyOf(mode, presentation);
  const possessionKey = pinnedKeyOf('sessionPossession', possession);
  const { request, claim } = presentationOf(publicValues(presentation));
  const [possessionMode, statement] = publicValues(possession);
  assertMode(request.mode.toBigInt(), MODE[mode]);
  assertMode(possessionMode, MODE.sessionPossession);

  const roots = {
    trustRoot: request.trustRoot.toBigInt(),
    revocationRoot: request.revocationRoot.toBigInt(),
    registryRoot: request.registryRoot.toBigInt(),
  };
  const facts = assertRoots(roots, offeredRoots(offered), expectation.accepted);
  if (request.role.toBigInt() !== BigInt(ROLES[role].number)) {
    throw new ZkcxError('ERR_PROOF_ROLE', 'the presentation is for another role than was offered');
  }
  const time = request.time.toBigInt();
  assertEventTime(time, { facts, now, maxAge: BigInt(offered.maxAge), tolerance });

  const sealed = sealedValues(told, expectation);
  const [sessionKey, sessionIdentity] = [
    claim.sessionKey.toBigInt(),
    claim.sessionIdentity.toBigInt(),
  ];
  assertStatement(statement, { ...expectation, sessionKey, sessionIdentity, ...sealed });
  const disclosed = checkOpenings(openings, claim, { role, asked: disclosures });

  const verify = expectation.assertProof ?? assertProof;
  // together, since a batch costs little more than one proof; none is still being verified after this
  const verdicts = await Promise.allSettled([
    verify(possession, possessionKey),
    verify(presentation, presentationKey),
  ]);
  for (const verdict of verdicts) if (verdict.status === 'rejected') throw verdict.reason;
  return Object.freeze({
    role,
    time,
    ...roots,
    registryRoot: mode === 'presentation' ? undefined : roots.registryRoot,
    session,
    sessionKey,
    sessionIdentity,
    ...sealed,
    ...disclosed,
  });
}

function presentationOf(values: readonly bigint[]) {
  const fields = values.map((value) => Field(value));
  const inputs = PresentationRequest.sizeInFields();
  return {
    request: PresentationRequest.fromFields(fields.slice(0, inputs)) as PresentationRequest,
    claim: PresentationClaim.fromFields(fields.slice(inputs)) as PresentationClaim,
  };
}

type SealedValues = Pick<
  VerifiedPresentation,
  'scope' | 'pseudonym' | 'identifierScope' | 'identifier' | 'order'
>;

/**
 * Pseudonym, identifier and order that were told, with scopes of the verifier's own. Together an identifier
 * would be as easy to recompute as the pseudonym beside it, so there is one of them, if any was asked for.
 */
function sealedValues(
  { pseudonym, identifier, order }: Pick<PresentationBundle, 'pseudonym' | 'identifier' | 'order'>,
  { offered: { purpose, identifierPurpose }, serverOid }: PresentationExpectation,
): SealedValues {
  const isAsked = purpose !== undefined || identifierPurpose !== undefined;
  const told = [pseudonym, identifier].filter((value) => value !== undefined);
  if (told.length !== (isAsked ? 1 : 0)) {
    throw refuseScope(
      isAsked
        ? 'exactly one of pseudonym and identifier is needed'
        : 'neither pseudonym nor identifier was asked for',
    );
  }
  if (pseudonym !== undefined && purpose === undefined) {
    throw refuseScope('an identifier was asked for, not a pseudonym');
  }
  if (identifier !== undefined && identifierPurpose === undefined) {
    throw refuseScope('a pseudonym was asked for, not an identifier');
  }
  return {
    ...(pseudonym !== undefined && {
      scope: scopeOf(serverOid, purpose!),
      pseudonym: BigInt(pseudonym),
    }),
    ...(identifier !== undefined && {
      identifierScope: identifierScopeOf(serverOid, identifierPurpose!),
      identifier: BigInt(identifier),
    }),
    ...(order !== undefined && { order: BigInt(order) }),
  };
}

const refuseScope = (problem: string) => new ZkcxError('ERR_PROOF_SCOPE', problem);

function assertStatement(
  statement: bigint | undefined,
  known: Pick<PresentationExpectation, 'session' | 'message'> &
    Pick<VerifiedPresentation, 'sessionKey' | 'sessionIdentity'> &
    SealedValues,
): void {
  const { session, message, sessionKey, sessionIdentity } = known;
  const expected = possessionRequest({
    session,
    message,
    sessionKey,
    sessionIdentity,
    scope: known.scope ?? 0n,
    pseudonym: known.pseudonym ?? 0n,
    identifierScope: known.identifierScope ?? 0n,
    identifier: known.identifier ?? 0n,
    order: known.order ?? 0n,
  });
  const [, hash] = PossessionRequest.toFields(expected);
  if (statement !== hash!.toBigInt()) {
    throw new ZkcxError(
      'ERR_PROOF_STATEMENT',
      'the possession is of another presentation, session, message, scope or order than this one',
    );
  }
}

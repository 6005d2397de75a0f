/**
 * Presentation -> what is now known. The only way to accept one: every check in one function, all
 * public inputs recomputed, compiling nothing. Stateless: that a challenge is used once is
 * `SessionVerifier`'s to see to.
 */
import { checked } from '../arguments.ts';
import * as argument from './arguments.ts';
import { Field } from 'o1js';
import {
  commitMessage,
  MessageRequest,
  PresentationClaim,
  PresentationRequest,
} from '../circuits/session.ts';
import { ZkcxError } from '../errors.ts';
import { MODE } from '../params.ts';
import type { ProofEnvelope } from '../prover/envelope.ts';
import type { VerificationKey } from '../prover/keys.ts';
import {
  type AssertProof,
  assertMode,
  assertProof,
  pinnedKeyOf,
  publicValues,
} from '../prover/verify.ts';
import { type Role, ROLES } from '../roles.ts';
import { systemClock } from '../time.ts';
import { digestOf, messageRequest } from '../witness/message.ts';
import { checkPresentationBundle, type PresentationBundle } from './envelopes.ts';
import { DEFAULT_TOLERANCE } from './events.ts';
import { checkOpenings, type Disclosed, type Disclosure } from './openings.ts';
import { messagePrefix, sessionId, sessionMessage, type SignedTranscript } from './transcript.ts';

/** Seconds. */
export const DEFAULT_MAP_AGE = 86_400n;

/** What the verifier asked for, by its own knowledge and never by the envelope's. */
export interface PresentationTerms {
  readonly mode: 'presentation' | 'registryPresentation';
  readonly trustRoot: bigint;
  readonly revocationRoot: bigint;
  /** Root of the published credentials; only and always with mode `registryPresentation`. */
  readonly registryRoot?: bigint;
  /** Unix seconds, as in the request. */
  readonly time: bigint;
  readonly role: Role;
  /** `scopeOf` this server and a purpose; undefined: no pseudonym. */
  readonly scope?: bigint;
}

export interface PresentationExpectation {
  readonly terms: PresentationTerms;
  /** The negotiation that the challenge binds. */
  readonly transcript: SignedTranscript;
  /** What must be opened; default nothing. */
  readonly disclosures?: readonly Disclosure[];
  /** Unix seconds at which revocationRoot was last seen to be that of the newest lists. */
  readonly mapRootAt: bigint;
  /** Seconds that the map root may be old; default a day. */
  readonly maximumMapAge?: bigint;
  /** Seconds between the request's time and now, either way; default 300. */
  readonly tolerance?: bigint;
  /** Unix seconds; default: the clock. */
  readonly now?: bigint;
  /** Verifies the proofs themselves; default: this process does, which it blocks for seconds. */
  readonly assertProof?: AssertProof;
}

/** What a verified presentation says. Frozen; nothing in it needs to be checked again. */
export interface VerifiedPresentation extends Disclosed {
  readonly role: Role;
  readonly time: bigint;
  readonly trustRoot: bigint;
  readonly revocationRoot: bigint;
  readonly registryRoot?: bigint;
  readonly scope?: bigint;
  /** The same for one certificate and scope; only with a scope. */
  readonly pseudonym?: bigint;
  /** Names this session in `possession`. */
  readonly session: bigint;
  /** Commitment to the leaf key, for `possession`. */
  readonly sessionKey: bigint;
  /** The other commitments, for openings that come later in the session. */
  readonly sessionMessage: bigint;
  readonly sessionIdentity: bigint;
  readonly transcript: SignedTranscript;
  /** Bytes of the signed message that are not in the transcript. */
  readonly hiddenLength: number;
  /** These bytes, if they were opened. */
  readonly hidden?: Uint8Array;
}

/**
 * Verify a presentation from anywhere. Checks in this order, the dear ones last: form, pinned keys,
 * public input (mode, roots, time, role, scope), age of the map root, openings, the message under this
 * transcript, the proofs.
 *
 * @param envelope JSON that may be a presentation bundle
 * @throws ERR_PROOF_* with the code of what is wrong
 */
export async function verifyPresentation(
  envelope: unknown,
  expectation: PresentationExpectation,
): Promise<VerifiedPresentation> {
  checked(expectation, argument.presentationExpectation, 'the expectation of verifyPresentation');
  const { terms, transcript, disclosures = [] } = expectation;
  const bundle = checkPresentationBundle(envelope);
  const key = pinnedKeyOf(terms.mode, bundle.presentation);
  const values = publicValues(bundle.presentation).map((value) => Field(value));
  const inputs = PresentationRequest.sizeInFields();
  const claim = PresentationClaim.fromFields(values.slice(inputs)) as PresentationClaim;
  assertTerms(PresentationRequest.fromFields(values.slice(0, inputs)), terms);
  assertTimes(terms.time, expectation);
  const pseudonym = pseudonymIn(claim, terms.scope);
  const disclosed = checkOpenings(bundle.openings, claim, { role: terms.role, asked: disclosures });
  const message = checkMessage(bundle.message, claim, transcript, disclosures);

  const verify = expectation.assertProof ?? assertProof;
  await verify(bundle.presentation, key);
  if (message.proof !== undefined) await verify(message.proof.envelope, message.proof.key);
  const { trustRoot, revocationRoot, registryRoot, time, role, scope } = terms;
  return Object.freeze({
    role,
    time,
    trustRoot,
    revocationRoot,
    registryRoot,
    scope,
    pseudonym,
    session: sessionId(transcript).toBigInt(),
    sessionKey: claim.sessionKey.toBigInt(),
    sessionMessage: claim.sessionMessage.toBigInt(),
    sessionIdentity: claim.sessionIdentity.toBigInt(),
    transcript,
    hiddenLength: message.hiddenLength,
    hidden: message.hidden,
    ...disclosed,
  });
}

/** Every field of the public input is the verifier's own. */
function assertTerms(request: PresentationRequest, terms: PresentationTerms): void {
  const isRegistry = terms.mode === 'registryPresentation';
  if (isRegistry !== (terms.registryRoot !== undefined)) {
    throw RangeError('a registryRoot belongs to registryPresentation, and only to it');
  }
  assertMode(request.mode.toBigInt(), MODE[terms.mode]);
  assertField(request.trustRoot, terms.trustRoot, 'ERR_PROOF_TRUST_ROOT', 'set of CIs');
  assertField(
    request.revocationRoot,
    terms.revocationRoot,
    'ERR_PROOF_REVOCATION_ROOT',
    'revocation map',
  );
  assertField(
    request.registryRoot,
    terms.registryRoot ?? 0n,
    'ERR_PROOF_REGISTRY_ROOT',
    'registry of credentials',
  );
  assertField(request.time, terms.time, 'ERR_PROOF_TIME', 'time');
  assertField(request.role, BigInt(ROLES[terms.role].number), 'ERR_PROOF_ROLE', 'role');
  assertField(request.scope, terms.scope ?? 0n, 'ERR_PROOF_SCOPE', 'scope');
}

function assertField(
  found: Field,
  expected: bigint,
  code: ConstructorParameters<typeof ZkcxError>[0],
  what: string,
): void {
  if (found.toBigInt() !== expected) {
    throw new ZkcxError(code, `the presentation is for another ${what} than was asked for`);
  }
}

function assertTimes(time: bigint, expectation: PresentationExpectation): void {
  const { now = systemClock(), tolerance = DEFAULT_TOLERANCE, mapRootAt } = expectation;
  if (!(time <= now + tolerance && time >= now - tolerance)) {
    throw new ZkcxError('ERR_PROOF_TIME', 'the presentation is not for the present: ask again');
  }
  assertMapAge(mapRootAt, expectation.maximumMapAge ?? DEFAULT_MAP_AGE, now, tolerance);
}

/** The map root was the newest one not longer ago than this. Throws ERR_PROOF_MAP_AGE. */
export function assertMapAge(at: bigint, age: bigint, now: bigint, tolerance: bigint): void {
  // so that what is no time fails
  if (!(at >= now - age && at <= now + tolerance)) {
    throw new ZkcxError(
      'ERR_PROOF_MAP_AGE',
      'the revocation map is too old to rely on: fetch the present lists',
    );
  }
}

function pseudonymIn({ pseudonym }: PresentationClaim, scope?: bigint): bigint | undefined {
  const value = pseudonym.toBigInt();
  // the circuit gives 0 without a scope, and a hash with one
  if ((value !== 0n) !== (scope !== undefined)) {
    throw new ZkcxError('ERR_PROOF_SCOPE', 'the pseudonym does not go with the scope');
  }
  return scope === undefined ? undefined : value;
}

interface CheckedMessage {
  readonly hiddenLength: number;
  readonly hidden?: Uint8Array;
  readonly proof?: { readonly envelope: ProofEnvelope; readonly key: VerificationKey };
}

/** The commitment `sessionMessage` is to this session's message: by a proof's terms, or opened. */
function checkMessage(
  message: PresentationBundle['message'],
  { sessionMessage: committed }: PresentationClaim,
  transcript: SignedTranscript,
  asked: readonly Disclosure[],
): CheckedMessage {
  if (message.kind === 'opening') {
    const hidden = new Uint8Array(Buffer.from(message.hidden, 'base64'));
    const digest = digestOf(sessionMessage(transcript, hidden));
    const opened = commitMessage(Field(message.blind), digest.limbs);
    if (opened.toBigInt() !== committed.toBigInt()) throw otherMessage();
    return { hiddenLength: hidden.length, hidden };
  }
  if (asked.includes('message')) {
    throw new ZkcxError('ERR_PROOF_OPENING', 'the opening of message is missing');
  }
  const { hiddenLength, proof } = message;
  const prefix = messagePrefix(transcript, hiddenLength);
  const length = prefix.length + hiddenLength;
  const { program, request } = messageRequest({ sessionMessage: committed, prefix, length });
  const key = pinnedKeyOf(program, proof);
  const expected = MessageRequest.toFields(request).map((field) => field.toBigInt());
  const [mode, ...rest] = publicValues(proof);
  assertMode(mode, MODE[program]);
  if (rest.some((value, i) => value !== expected[i + 1])) throw otherMessage();
  return { hiddenLength, proof: { envelope: proof, key } };
}

const otherMessage = () =>
  new ZkcxError('ERR_PROOF_MESSAGE', 'the signed message is not the one that opens this session');

/**
 * Profile download and installation in zkCX (docs/protocol/zkcx-mode.md), driven by the LPA. Nothing here leads back
 * to a classic session: what the server does not want in this mode is not done.
 */
import { checked, checkedClock, checkedRandom } from '../../../arguments.ts';
import { bytesEqual } from '../../../bytes.ts';
import { ZkcxError } from '../../../errors.ts';
import type { Credential } from '../../../prover/credential.ts';
import { planPossession, presentationBundle } from '../../../session/answer.ts';
import type { Peer } from '../../../session/holder.ts';
import type { Presented } from '../../../session/presenter.ts';
import { sessionId } from '../../../session/transcript.ts';
import { assertGoesOn, cancelReasonOf, Ended, InstallationFailure } from '../../lpa/endings.ts';
import type { Downloaded } from '../../lpa/index.ts';
import { transactionIdText } from '../../../sgp22/messages/identifiers.ts';
import { signatureParts } from '../../../sgp22/messages/signature.ts';
import { RspRefusal } from '../../../sgp22/status-codes.ts';
import { systemClock } from '../../../time.ts';
import * as argument from './arguments.ts';
import { type Ahead, begunAhead } from './ahead.ts';
import {
  type CredentialWanted,
  currentCredential,
  newCredential,
  type Stored,
  storedCredential,
} from './credential.ts';
import { type Initiated, initiate } from './initiate.ts';
import { installProfile } from './installation.ts';
import type { Options, Proven, ZkcxDownloadOptions } from './options.ts';
import type { DeviceProofs } from './proofs.ts';
import { DeviceSession } from './session.ts';
import { sweepSessions } from './sweep.ts';
import { acceptedTerms, agreedToTell, type Told } from './terms.ts';
import { type Witness, witnessOf } from './witness.ts';

/**
 * Download a profile and install it. A server or a request that the device does not take gets silence,
 * whatever the reason; a user who stops or declines, a failure once the presentation is there, and the
 * installation are told to it, sealed.
 *
 * @throws as `downloadProfile`; for the device's own eyes ERR_RSP_ZKCX_*, ERR_HOLDER_*, ERR_REVOCATION_*,
 * ERR_CHAIN_*, ERR_CREDENTIAL_*, ERR_PROVER_*
 */
export async function downloadZkcx(given: ZkcxDownloadOptions): Promise<Downloaded> {
  checked(given, argument.downloadOptions, 'downloadZkcx');
  const now = checkedClock(given.policy.now ?? systemClock, 'the clock of downloadZkcx');
  const options: Options = {
    ...given,
    policy: { ...given.policy, now },
    random: checkedRandom(given.random, 'the random of downloadZkcx'),
    proofs: observed(given),
    consentToOrder: askedOnce(given.consentToOrder),
  };
  const { es10, sessions } = options;
  await sweepSessions(es10, sessions);
  const eid = await es10.eid();
  const ahead = begunAhead(options, eid);
  try {
    return await download(options, eid, ahead);
  } catch (error) {
    throw isStoppedProof(error, options.signal)
      ? new Ended('postponed', 'the download was stopped')
      : error;
  } finally {
    ahead.stop();
    await ahead.settled;
  }
}

async function download(options: Options, eid: string, ahead: Ahead): Promise<Downloaded> {
  const { server, onEvent, signal } = options;
  onEvent?.({ type: 'authenticating', address: server.address });
  const first = await begin(options, eid);
  if (first.stored !== undefined) return inSession(options, first, first.stored, ahead);
  await newCredential(first.wanted, await certificatesOf(options, first), options);
  assertGoesOn(signal);
  // anew: the session that the certificates came in is over, and nothing of it was sent
  const next = await begin(options, eid);
  if (next.stored !== undefined) return inSession(options, next, next.stored, ahead);
  throw new ZkcxError(
    'ERR_RSP_ZKCX_SERVER',
    'the server chose one CI and then another: there may be a credential at the next try',
  );
}

/** A session with an authentic server, whose request the device is willing to answer. */
interface Begun {
  readonly initiated: Initiated;
  readonly session: DeviceSession;
  readonly wanted: CredentialWanted;
  /** Undefined: the eUICC has to be asked for its certificates. */
  readonly stored: Stored | undefined;
  readonly told: Told;
}

/** Everything that is decided before the eUICC signs or a credential is built; renewals included. */
async function begin(options: Options, eid: string): Promise<Begun> {
  const { policy } = options;
  const initiated = await initiate(options);
  const session = await DeviceSession.open(initiated, options);
  const wanted = {
    store: options.credentials,
    eid,
    ciKeyIdentifier: initiated.answer.euiccCiPKIdToBeUsed,
    anchors: policy.trustSets.flat(),
    at: policy.now(),
    signal: options.signal,
  };
  try {
    const stored = await storedCredential(wanted);
    const accepted = acceptedTerms(options, initiated, stored?.credential);
    const told = await agreedToTell(options, accepted, initiated, eid);
    return { initiated, session, wanted, stored, told };
  } catch (error) {
    await conclude(options, session, error);
    throw error;
  }
}

/**
 * The first use under a CI: the eUICC gives its certificates out in AuthenticateServer and nowhere else.
 * Nothing of its answer is sent; the session ends in silence.
 */
async function certificatesOf(
  options: Options,
  { session }: Begun,
): Promise<Witness['certificates']> {
  try {
    return (await witnessIn(session, options)).certificates;
  } finally {
    await session.leave();
  }
}

/** What the eUICC signs for a session. Where it fails half way its session still waits in the eUICC. */
async function witnessIn(session: DeviceSession, { es10 }: Options): Promise<Witness> {
  session.waiting = session.transactionId;
  const witness = await witnessOf(es10, session.initiated);
  if (session.isDeviceMode) session.waiting = undefined;
  return witness;
}

async function inSession(
  options: Options,
  { initiated, session, wanted, told }: Begun,
  stored: Stored,
  ahead: Ahead,
): Promise<Downloaded> {
  const { policy, proofs, onEvent, signal } = options;
  let taken: Presented | undefined;
  try {
    assertGoesOn(signal);
    const credential = await currentCredential(stored, wanted, proofs);
    const witness = await witnessIn(session, options);
    assertOwn(credential, witness);
    // by the clock of now: a renewal takes minutes
    const accepted = acceptedTerms(options, initiated, credential);
    const anchors = policy.trustSets.flat();
    await ahead.settled;
    const pools = await options.pools?.(stored.name, credential);
    taken = await proofs.presentation({ accepted, credential, anchors, pools }, signal);
    const { prepared } = taken;
    const plan = planPossession({
      prepared,
      session: sessionId(initiated.transcript.session),
      message: witness.message,
      signature: signatureParts(witness.signature),
      ...told,
    });
    const possession = await proofs.possession(plan, signal);
    assertGoesOn(signal);
    const presentation = presentationBundle(prepared, possession, plan.values);
    const certificate = witness.certificates.euiccCertificate;
    session.presented = { openings: prepared.openings, certificate };
    const request = await presentedBy(options, witness, presentation);
    // the server may have it, whether or not its answer comes
    session.stage = 'presented';
    const answer = await session.exchange('authenticateClient', request);
    const transactionId = transactionIdText(session.transactionId);
    onEvent?.({ type: 'authenticated', transactionId });
    const challenge = request.kind === 'cancellation' ? request.euiccChallenge : undefined;
    return await installProfile(options, session, answer, challenge);
  } catch (error) {
    await conclude(options, session, error);
    throw error;
  } finally {
    // used, however the session ended
    await taken?.done();
  }
}

/** AuthenticateClient. In `zkcx-device` with a challenge for the session that the eUICC signs after consent. */
async function presentedBy(
  { es10, matchingId }: Options,
  { made, eligibility }: Witness,
  presentation: ReturnType<typeof presentationBundle>,
) {
  const shared = {
    presentation,
    matchingId: matchingId === '' ? undefined : matchingId,
    eligibility,
  };
  return made.kind === 'sessionKey'
    ? { ...made, ...shared }
    : { ...made, ...shared, euiccChallenge: await es10.euiccChallenge() };
}

function assertOwn({ certificates }: Credential, witness: Witness): void {
  if (bytesEqual(certificates.at(-1)!.der, witness.certificates.euiccCertificate)) return;
  throw new ZkcxError('ERR_HOLDER_KEY', "the credential is not of the eUICC's certificate");
}

/** Tell the server of the end, if it is one that it should hear of. */
async function conclude(
  { onEvent, signal }: ZkcxDownloadOptions,
  session: DeviceSession,
  error: unknown,
): Promise<void> {
  // a refusal ends the session at the server, an installation result at the eUICC
  if (error instanceof RspRefusal || error instanceof InstallationFailure) return;
  const byUser = error instanceof Ended || signal?.aborted === true;
  if (session.stage === 'open' && !byUser) return session.leave();
  const reason = isStoppedProof(error, signal) ? 'postponed' : cancelReasonOf(error);
  const failure = await session.cancel(reason);
  onEvent?.({ type: 'cancelled', reason, failure });
}

/** A proof that ended because the user did; Ctrl-C may reach the proving process first. */
const isStoppedProof = (error: unknown, signal: AbortSignal | undefined) =>
  signal?.aborted === true && error instanceof ZkcxError && error.code.startsWith('ERR_PROVER_');

/** The order is the same in each session of a download, and so is the answer. */
function askedOnce(ask: ZkcxDownloadOptions['consentToOrder']) {
  let answer: Promise<boolean> | undefined;
  return ask && ((peer: Peer) => (answer ??= ask(peer)));
}

/** The proofs, and events around those that are made. */
function observed({ proofs, onEvent }: ZkcxDownloadOptions): DeviceProofs {
  async function around<T>(what: Proven, work: () => Promise<T>): Promise<T> {
    onEvent?.({ type: 'proving', what });
    const started = performance.now();
    const result = await work();
    onEvent?.({ type: 'proven', what, seconds: (performance.now() - started) / 1000 });
    return result;
  }
  return {
    chain: (input, signal) => around('credential', () => proofs.chain(input, signal)),
    renewed: (old, input, signal) => around('credential', () => proofs.renewed(old, input, signal)),
    presentation: (wanted, signal) =>
      around('presentation', () => proofs.presentation(wanted, signal)),
    ahead: (wanted, signal) => proofs.ahead(wanted, signal),
    possession: (plan, signal) => around('possession', () => proofs.possession(plan, signal)),
    verifyCertified: proofs.verifyCertified,
  };
}

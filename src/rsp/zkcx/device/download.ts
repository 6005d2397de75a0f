/**
 * Profile download and installation in zkCX (docs/protocol/zkcx-mode.md), driven by the LPA. Nothing here leads back
 * to a classic session: what the server does not want in this mode is not done.
 */
import { checked, checkedClock, checkedRandom } from '../../../arguments.ts';
import { ZkcxError } from '../../../errors.ts';
import type { Credential } from '../../../prover/credential.ts';
import { assertGoesOn, cancelReasonOf, Ended, InstallationFailure } from '../../lpa/endings.ts';
import type { Downloaded } from '../../lpa/index.ts';
import { transactionIdText } from '../../../sgp22/messages/identifiers.ts';
import { RspRefusal } from '../../../sgp22/status-codes.ts';
import { systemClock } from '../../../time.ts';
import * as argument from '../arguments.ts';
import { type CredentialWanted, newCredential, storedCredential } from './credential.ts';
import { type Initiated, initiate } from './initiate.ts';
import { installProfile } from './installation.ts';
import type { Options, Proven, ZkcxDownloadOptions } from './options.ts';
import {
  acceptedTerms,
  authenticateServer,
  eligibilityOf,
  planPresentation,
} from './presentation.ts';
import type { DeviceProofs } from './proofs.ts';
import { DeviceSession } from './session.ts';

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
  };
  const { server, onEvent } = options;
  try {
    onEvent?.({ type: 'authenticating', address: server.address });
    const first = await begin(options);
    const stored = await storedCredential(first.wanted, options.proofs);
    if (stored !== undefined) return await inSession(options, first.initiated, stored);
    const certificates = await certificatesOf(options, first.initiated);
    await newCredential(first.wanted, certificates, options);
    assertGoesOn(options.signal);
    // anew: the session that the certificates came in is over, and nothing of it was sent
    const { initiated, wanted } = await begin(options);
    const credential = await storedCredential(wanted, options.proofs);
    if (credential !== undefined) return await inSession(options, initiated, credential);
  } catch (error) {
    throw isStoppedProof(error, options.signal)
      ? new Ended('postponed', 'the download was stopped')
      : error;
  }
  throw new ZkcxError(
    'ERR_RSP_ZKCX_SERVER',
    'the server chose one CI and then another: there may be a credential at the next try',
  );
}

/** A session with an authentic server, and what a credential for it has to be. */
async function begin(
  options: Options,
): Promise<{ readonly initiated: Initiated; readonly wanted: CredentialWanted }> {
  const { es10, policy } = options;
  const eid = await es10.eid();
  const initiated = await initiate(options);
  const wanted = {
    store: options.credentials,
    eid,
    ciKeyIdentifier: initiated.answer.euiccCiPKIdToBeUsed,
    anchors: policy.trustSets.flat(),
    at: policy.now(),
    signal: options.signal,
  };
  return { initiated, wanted };
}

/**
 * The first use under a CI: the eUICC gives its certificates out in AuthenticateServer and nowhere else.
 * Nothing of its answer is sent; the session ends as one that was put off.
 */
async function certificatesOf(options: Options, initiated: Initiated) {
  const session = await DeviceSession.open(initiated, options);
  const response = await authenticateServer(options.es10, initiated, options.device);
  await session.cancel('postponed');
  return response;
}

async function inSession(
  options: Options,
  initiated: Initiated,
  credential: Credential,
): Promise<Downloaded> {
  const { es10, policy, random, proofs, matchingId, onEvent, signal } = options;
  const session = await DeviceSession.open(initiated, options);
  try {
    const input = { initiated, credential, policy, random };
    const accepted = acceptedTerms(input);
    assertGoesOn(signal);
    const response = await authenticateServer(es10, initiated, options.device);
    const plan = await planPresentation(input, accepted, response);
    // the eUICC's session waits in its memory, the server's for ten minutes
    const presentation = await proofs.answer(plan, signal);
    assertGoesOn(signal);
    const { openings } = plan.presentation.plan;
    const { euiccSignature1 } = response;
    session.presented = { holder: plan.session, openings, euiccSignature1 };
    // the server may have it, whether or not its answer comes
    session.stage = 'presented';
    const answer = await session.exchange('authenticateClient', {
      presentation,
      matchingId: matchingId === '' ? undefined : matchingId,
      eligibility: eligibilityOf(response),
    });
    const transactionId = transactionIdText(session.transactionId);
    onEvent?.({ type: 'authenticated', transactionId });
    return await installProfile(options, session, answer);
  } catch (error) {
    await conclude(options, session, error);
    throw error;
  }
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
    answer: (plan, signal) => around('presentation', () => proofs.answer(plan, signal)),
    possession: (plan) => around('possession', () => proofs.possession(plan)),
    verifyCertified: proofs.verifyCertified,
  };
}

/** Profile download and installation (SGP.22 3.1.3), driven by the LPA. */
import { ZkcxError } from '../../errors.ts';
import { AUTHENTICATE_ERROR } from '../messages/authenticateServer.ts';
import { CANCEL_SESSION_REASON } from '../messages/cancelSession.ts';
import type { DeviceInfo } from '../messages/ctxParams.ts';
import { transactionIdText } from '../messages/identifiers.ts';
import { BPP_COMMAND, INSTALLATION_ERROR } from '../messages/installationResult.ts';
import type { decodeStoreMetadata } from '../messages/metadata.ts';
import { DOWNLOAD_ERROR, hashCcOf, hashConfirmationCode } from '../messages/prepareDownload.ts';
import type { ConfirmationCodeForm } from '../messages/prepareDownload.ts';
import { RspRefusal } from '../messages/statusCodes.ts';
import { nameOf } from '../messages/values.ts';
import type { Es10, Progress } from './es10.ts';
import type { Es9p } from './es9p.ts';
import { sendNotifications } from './notifications.ts';
import type { SentNotification } from './notifications.ts';
import {
  checkAuthenticateClient,
  checkInitiateAuthentication,
  checkPackageMetadata,
  checkTransaction,
} from './server-checks.ts';

export type ProfileMetadata = ReturnType<typeof decodeStoreMetadata>;

/** What the user says to a profile. */
export type Consent = 'accept' | 'reject' | 'postpone';

export type DownloadEvent =
  | { readonly type: 'authenticating'; readonly address: string }
  | { readonly type: 'authenticated'; readonly transactionId: string }
  | { readonly type: 'downloading' }
  | { readonly type: 'installing'; readonly done: number; readonly total: number }
  /** The server was told that the download has ended; or it was not, and why. */
  | { readonly type: 'cancelled'; readonly reason: string; readonly failure?: string };

export interface DownloadOptions {
  readonly es10: Es10;
  /** The SM-DP+ of the activation code. */
  readonly server: Es9p;
  /** The server at the address of a notification. */
  readonly notificationServer: (address: string) => Es9p;
  /** Token of the activation code; empty: any order for this eUICC. */
  readonly matchingId: string;
  /** OID of the activation code: the server must have this one. */
  readonly oid?: string;
  readonly device: DeviceInfo;
  /** Asked with the metadata, before anything of the profile is fetched. */
  readonly consent: (metadata: ProfileMetadata) => Promise<Consent>;
  /** Asked if the server wants a code; undefined: the user has none. */
  readonly confirmationCode: () => Promise<string | undefined>;
  readonly confirmationCodeForm?: ConfirmationCodeForm;
  readonly onEvent?: (event: DownloadEvent) => void;
  /** Stops the download at the next step, and tells the server; an installation goes on to its end. */
  readonly signal?: AbortSignal;
}

export interface Downloaded {
  readonly metadata: ProfileMetadata;
  /** AID of the ISD-P. */
  readonly isdpAid: Uint8Array;
  /**
   * How telling the server went; undefined if the card failed at that. What was not sent is in the
   * eUICC's queue.
   */
  readonly notification: SentNotification | undefined;
}

type CancelReason = keyof typeof CANCEL_SESSION_REASON;

/** A failure for which the server is told a certain reason. */
class Ended extends ZkcxError {
  readonly cancelReason: CancelReason;

  constructor(cancelReason: CancelReason, message: string) {
    super('ERR_RSP_CANCELLED', message, { reason: cancelReason });
    this.cancelReason = cancelReason;
  }
}

/**
 * Download a profile and install it. Whatever goes wrong once the eUICC has authenticated the server,
 * the server is told: by ES9+.CancelSession, or by the installation result.
 *
 * @throws ERR_RSP_CANCELLED if the user declines or stops it, RspRefusal if the server does, ERR_RSP_DOWNLOAD if
 * LPA or eUICC refuse what the server sent (reason: the check or the eUICC's code), and the errors of
 * card and server
 */
export async function downloadProfile(options: DownloadOptions): Promise<Downloaded> {
  const { es10, server, onEvent } = options;
  onEvent?.({ type: 'authenticating', address: server.address });
  const transactionId = await authenticate(options);
  try {
    return await install(options, transactionId);
  } catch (error) {
    // a refusal ends the session at the server, an installation result at the eUICC
    if (!(error instanceof RspRefusal) && !(error instanceof InstallationFailure)) {
      const reason = cancelReasonOf(error);
      const failure = await cancel(es10, server, transactionId.id, reason);
      onEvent?.({ type: 'cancelled', reason, failure });
    }
    throw error;
  }
}

interface Authenticated {
  readonly id: Uint8Array;
  readonly authenticateServerResponse: Awaited<ReturnType<Es10['authenticateServer']>>;
}

/** Common mutual authentication up to the eUICC's answer. */
async function authenticate(options: DownloadOptions): Promise<Authenticated> {
  const { es10, server, matchingId, oid, device } = options;
  const info1 = await es10.euiccInfo1();
  const challenge = await es10.euiccChallenge();
  const answer = await server.call('initiateAuthentication', {
    euiccChallenge: challenge,
    euiccInfo1: info1,
    smdpAddress: server.address,
  });
  checkInitiateAuthentication(answer, { address: server.address, challenge, info1, oid });
  const response = await es10.authenticateServer({
    ...answer,
    ctxParams1: { matchingId, deviceInfo: device },
  });
  const { transactionId } = answer;
  if (response.result === 'error') {
    // the server learns it from the eUICC's own answer; what it says to that is no news
    await server
      .call('authenticateClient', { transactionId, authenticateServerResponse: response })
      .catch(() => {});
    const code = nameOf<string>(AUTHENTICATE_ERROR, response.authenticateErrorCode);
    throw refusedByEuicc('the server', code ?? String(response.authenticateErrorCode));
  }
  return { id: transactionId, authenticateServerResponse: response };
}

async function install(
  options: DownloadOptions,
  { id: transactionId, authenticateServerResponse }: Authenticated,
): Promise<Downloaded> {
  const { es10, server, onEvent, confirmationCodeForm } = options;
  const goOn = () => {
    if (options.signal?.aborted) throw new Ended('postponed', 'the download was stopped');
  };
  const client = await server.call('authenticateClient', {
    transactionId,
    authenticateServerResponse,
  });
  const { signed, metadata } = checkAuthenticateClient(client, transactionId);
  onEvent?.({ type: 'authenticated', transactionId: transactionIdText(transactionId) });

  goOn();
  const consent = await options.consent(metadata);
  if (consent === 'reject') throw new Ended('endUserRejection', 'the profile was rejected');
  if (consent === 'postpone') throw new Ended('postponed', 'the download was put off');
  let hashCc: Uint8Array | undefined;
  if (signed.ccRequiredFlag) {
    const code = await options.confirmationCode();
    if (code === undefined) throw new Ended('endUserRejection', 'no confirmation code was given');
    hashCc = hashCcOf(hashConfirmationCode(code, confirmationCodeForm), transactionId);
  }

  goOn();
  const prepared = await es10.prepareDownload({ ...client, hashCc });
  if (prepared.result === 'error') {
    const code = nameOf<string>(DOWNLOAD_ERROR, prepared.downloadErrorCode);
    throw refusedByEuicc('the download', code ?? String(prepared.downloadErrorCode));
  }
  onEvent?.({ type: 'downloading' });
  goOn();
  const bound = await server.call('getBoundProfilePackage', {
    transactionId,
    prepareDownloadResponse: prepared,
  });
  checkTransaction(bound.transactionId, transactionId);
  checkPackageMetadata(bound.boundProfilePackage, client.profileMetadata);

  goOn();
  const progress: Progress = (done, total) => onEvent?.({ type: 'installing', done, total });
  const result = await es10.loadBoundProfilePackage(bound.boundProfilePackage, progress);
  const { notificationMetadata, finalResult } = result.data;
  const notification = await tellResult(options, notificationMetadata.seqNumber);
  if (finalResult.result === 'error') throw new InstallationFailure(finalResult);
  return { metadata, isdpAid: finalResult.aid, notification };
}

/** The installation stands, whether or not the server can be told of it now. */
async function tellResult(
  { es10, notificationServer }: DownloadOptions,
  seqNumber: number,
): Promise<SentNotification | undefined> {
  try {
    const all = { server: notificationServer, seqNumbers: [seqNumber] };
    return (await sendNotifications(es10, all))[0];
  } catch (error) {
    if (!(error instanceof ZkcxError)) throw error;
    return undefined;
  }
}

/** The eUICC refused the package; the installation result says so to the server. */
class InstallationFailure extends ZkcxError {
  constructor(failure: { readonly bppCommandId: number; readonly errorReason: number }) {
    const command = nameOf<string>(BPP_COMMAND, failure.bppCommandId) ?? failure.bppCommandId;
    const reason = nameOf<string>(INSTALLATION_ERROR, failure.errorReason);
    super(
      'ERR_RSP_DOWNLOAD',
      `the eUICC refused the profile at ${command}: ${reason ?? failure.errorReason}`,
      { reason: reason ?? String(failure.errorReason) },
    );
  }
}

function cancelReasonOf(error: unknown): CancelReason {
  if (error instanceof Ended) return error.cancelReason;
  if (!(error instanceof ZkcxError)) return 'undefinedReason';
  if (error.reason === 'metadataMismatch') return 'metadataMismatch';
  if (error.code === 'ERR_RSP_APDU') return 'loadBppExecutionError';
  // the order stays, the user may try again
  return error.code === 'ERR_RSP_SERVER' ? 'timeout' : 'undefinedReason';
}

/** Tell the server that the download has ended. Returns why it could not be told. */
async function cancel(
  es10: Es10,
  server: Es9p,
  transactionId: Uint8Array,
  reason: CancelReason,
): Promise<string | undefined> {
  try {
    const response = await es10.cancelSession({
      transactionId,
      reason: CANCEL_SESSION_REASON[reason],
    });
    if (response.result === 'error') return `the eUICC answered ${response.error}`;
    await server.call('cancelSession', { transactionId, cancelSessionResponse: response });
    return undefined;
  } catch (error) {
    if (!(error instanceof ZkcxError)) throw error;
    return error.message;
  }
}

function refusedByEuicc(what: string, reason: string): ZkcxError {
  return new ZkcxError('ERR_RSP_DOWNLOAD', `the eUICC refused ${what}: ${reason}`, { reason });
}

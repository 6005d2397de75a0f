/** Profile download and installation (SGP.22 3.1.3), driven by the LPA. */
import { checked } from '../../arguments.ts';
import { AUTHENTICATE_ERROR } from '../../sgp22/messages/authenticate-server.ts';
import { CANCEL_SESSION_REASON } from '../../sgp22/messages/cancel-session.ts';
import type { DeviceInfo } from '../../sgp22/messages/ctx-params.ts';
import { transactionIdText } from '../../sgp22/messages/identifiers.ts';
import type { StoreMetadataRequest } from '../../sgp22/messages/metadata.ts';
import {
  type ConfirmationCodeForm,
  DOWNLOAD_ERROR,
} from '../../sgp22/messages/prepare-download.ts';
import { RspRefusal } from '../../sgp22/status-codes.ts';
import * as argument from './arguments.ts';
import {
  askedHashCc,
  assertConsent,
  assertGoesOn,
  cancelReasonOf,
  endOf,
  failureOf,
  InstallationFailure,
  refusedByEuicc,
  tellResult,
} from './endings.ts';
import type { CancelReason, Consent } from './endings.ts';
import type { Es10, Progress } from './es10.ts';
import type { Es9p } from './es9p.ts';
import { initiateAuthentication } from './initiate.ts';
import type { SentNotification } from './notifications.ts';
import { checkPolicyRules } from './policy-rules.ts';
import {
  assertSmdp,
  checkAuthenticateClient,
  checkPackageMetadata,
  checkTransaction,
} from './server-checks.ts';

export type ProfileMetadata = ReturnType<typeof StoreMetadataRequest.decode>;

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

/**
 * Download a profile and install it. Whatever goes wrong once the eUICC has authenticated the server,
 * the server is told: by ES9+.CancelSession, or by the installation result.
 *
 * @throws ERR_RSP_CANCELLED if the user declines or stops it, RspRefusal if the server does, ERR_RSP_DOWNLOAD if
 * LPA or eUICC refuse what the server sent (reason: the check or the eUICC's code), and the errors of
 * card and server
 */
export async function downloadProfile(options: DownloadOptions): Promise<Downloaded> {
  checked(options, argument.downloadOptions, 'downloadProfile');
  const { es10, server, onEvent } = options;
  onEvent?.({ type: 'authenticating', address: server.address });
  const transactionId = await authenticate(options);
  try {
    return await install(options, transactionId);
  } catch (thrown) {
    const error = endOf(thrown, options.signal);
    // a refusal ends the session at the server, an installation result at the eUICC
    if (!(error instanceof RspRefusal) && !(error instanceof InstallationFailure)) {
      const reason = cancelReasonOf(error);
      const failure = await failureOf(() => cancel(es10, server, transactionId.id, reason));
      await failureOf(async () => void onEvent?.({ type: 'cancelled', reason, failure }));
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
  const answer = await initiateAuthentication(es10, server, oid);
  assertSmdp(answer.serverCertificate);
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
    throw refusedByEuicc('the server', AUTHENTICATE_ERROR, response.authenticateErrorCode);
  }
  return { id: transactionId, authenticateServerResponse: response };
}

async function install(
  options: DownloadOptions,
  { id: transactionId, authenticateServerResponse }: Authenticated,
): Promise<Downloaded> {
  const { es10, server, onEvent, confirmationCodeForm } = options;
  const goOn = () => assertGoesOn(options.signal);
  const client = await server.call('authenticateClient', {
    transactionId,
    authenticateServerResponse,
  });
  const { signed, metadata } = checkAuthenticateClient(client, transactionId);
  onEvent?.({ type: 'authenticated', transactionId: transactionIdText(transactionId) });

  goOn();
  await checkPolicyRules(es10, metadata);
  assertConsent(await options.consent(metadata));
  const hashCc = signed.ccRequiredFlag
    ? await askedHashCc(transactionId, options.confirmationCode, confirmationCodeForm)
    : undefined;

  goOn();
  const prepared = await es10.prepareDownload({ ...client, hashCc });
  if (prepared.result === 'error') {
    throw refusedByEuicc('the download', DOWNLOAD_ERROR, prepared.downloadErrorCode);
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
  const { notificationMetadata, finalResult } = result.profileInstallationResultData;
  const { seqNumber } = notificationMetadata;
  const notification = await tellResult(es10, seqNumber, { server: options.notificationServer });
  if (finalResult.result === 'error') throw new InstallationFailure(finalResult);
  return { metadata, isdpAid: finalResult.aid, notification };
}

/** Tell the server that the download has ended. Returns why the eUICC does not let it be told. */
async function cancel(
  es10: Es10,
  server: Es9p,
  transactionId: Uint8Array,
  reason: CancelReason,
): Promise<string | undefined> {
  const response = await es10.cancelSession({
    transactionId,
    reason: CANCEL_SESSION_REASON[reason],
  });
  if (response.result === 'error') return `the eUICC answered ${response.error}`;
  await server.call('cancelSession', { transactionId, cancelSessionResponse: response });
  return undefined;
}

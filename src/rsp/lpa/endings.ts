/** How downloads end, and how their endings are put for user and server: the same in every mode. */
import { checked } from '../../arguments.ts';
import { ZkcxError } from '../../errors.ts';
import type { CANCEL_SESSION_REASON } from '../../sgp22/messages/cancel-session.ts';
import { BPP_COMMAND, INSTALLATION_ERROR } from '../../sgp22/messages/installation-result.ts';
import {
  type ConfirmationCodeForm,
  hashCcOf,
  hashConfirmationCode,
} from '../../sgp22/messages/prepare-download.ts';
import { nameOf } from '../../sgp22/codec/primitives.ts';
import { RspRefusal } from '../../sgp22/status-codes.ts';
import { statusWords } from '../../sgp22/status-words.ts';
import * as argument from './arguments.ts';
import type { Es10 } from './es10.ts';
import { sendNotifications } from './notifications.ts';
import type { SendOptions, SentNotification } from './notifications.ts';

/**
 * Reasons that servers are told. Reason 127 is not among them: what an eUICC signs with it is taken as proof
 * in a zkCX session, so a classic LPA never asks its eUICC for that (docs/protocol/zkcx-mode.md).
 */
export type CancelReason = Exclude<keyof typeof CANCEL_SESSION_REASON, 'undefinedReason'>;

/** What the user says to a profile. */
export type Consent = 'accept' | 'reject' | 'postpone';

/** A failure for which the server is told a certain reason. */
export class Ended extends ZkcxError {
  readonly cancelReason: CancelReason;

  constructor(cancelReason: CancelReason, message: string) {
    super('ERR_RSP_CANCELLED', message, { reason: cancelReason });
    this.cancelReason = cancelReason;
  }
}

/** The eUICC refused the package; the installation result says so to the server. */
export class InstallationFailure extends ZkcxError {
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

/** An error code of the eUICC, by its name in a table of codes. */
export function refusedByEuicc(
  what: string,
  table: Readonly<Record<string, number>>,
  code: number,
): ZkcxError {
  const reason = nameOf(table, code) ?? String(code);
  return new ZkcxError('ERR_RSP_DOWNLOAD', `the eUICC refused ${what}: ${reason}`, { reason });
}

/** Throws `Ended` once the user has stopped the download. */
export function assertGoesOn(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new Ended('postponed', 'the download was stopped');
}

/** Throws `Ended` unless the user has accepted; ERR_ARGUMENT for what is no answer, such as `false`. */
export function assertConsent(consent: Consent): void {
  checked(consent, argument.consent, 'what `consent` answers');
  if (consent === 'reject') throw new Ended('endUserRejection', 'the profile was rejected');
  if (consent === 'postpone') throw new Ended('postponed', 'the download was put off');
}

/** hashCc of the code that the user gives. Throws `Ended` if there is none. */
export async function askedHashCc(
  transactionId: Uint8Array,
  ask: () => Promise<string | undefined>,
  form: ConfirmationCodeForm | undefined,
): Promise<Uint8Array> {
  const code = checked(await ask(), argument.confirmationCode, 'what `confirmationCode` answers');
  if (code === undefined) throw new Ended('endUserRejection', 'no confirmation code was given');
  return hashCcOf(hashConfirmationCode(code, form), transactionId);
}

/** What a server is told about an error that ended a download. */
export function cancelReasonOf(error: unknown): CancelReason {
  if (error instanceof Ended) return error.cancelReason;
  if (error instanceof ZkcxError) {
    const { code, reason } = error;
    if (
      code === 'ERR_RSP_DOWNLOAD' &&
      (reason === 'metadataMismatch' || reason === 'pprNotAllowed')
    ) {
      return reason;
    }
    // it could not be reached: the order stays, the user may try again
    if (code === 'ERR_RSP_SERVER' || code === 'ERR_RSP_TLS') return 'timeout';
  }
  return 'loadBppExecutionError';
}

/** The error that ends a download: a request that ended because the user stopped it is the user's doing. */
export function endOf(error: unknown, signal: AbortSignal | undefined): unknown {
  const isStopped =
    signal?.aborted === true && error instanceof ZkcxError && error.code === 'ERR_RSP_SERVER';
  return isStopped ? new Ended('postponed', 'the download was stopped') : error;
}

/**
 * Do what is left to do after a download has ended. Why it ended is known, and matters more than what fails now.
 *
 * @returns what failed, in words
 */
export async function failureOf(
  work: () => Promise<string | undefined>,
): Promise<string | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RspRefusal) return `${error.message} (${statusWords(error.reason ?? '')})`;
    return error instanceof ZkcxError ? error.message : 'an unexpected error';
  }
}

/** Send one result. The installation stands, whether or not the server can be told of it now. */
export async function tellResult(
  es10: Es10,
  seqNumber: number,
  options: SendOptions,
): Promise<SentNotification | undefined> {
  let sent: SentNotification | undefined;
  await failureOf(async () => {
    [sent] = await sendNotifications(es10, { ...options, seqNumbers: [seqNumber] });
    return undefined;
  });
  return sent;
}

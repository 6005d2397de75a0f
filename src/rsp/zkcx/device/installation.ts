/** From the server's answer to the presentation to a profile on the eUICC. */
import { ZkcxError } from '../../../errors.ts';
import {
  askedHashCc,
  assertConsent,
  assertGoesOn,
  Ended,
  InstallationFailure,
  refusedByEuicc,
  tellResult,
} from '../../lpa/endings.ts';
import type { Downloaded } from '../../lpa/index.ts';
import { checkPolicyRules } from '../../lpa/policy-rules.ts';
import { checkPackageMetadata, checkTransaction } from '../../lpa/server-checks.ts';
import { StoreMetadataRequest } from '../../../sgp22/messages/metadata.ts';
import { DOWNLOAD_ERROR, SmdpSigned2 } from '../../../sgp22/messages/prepare-download.ts';
import type { ZkcxAnswer } from '../messages.ts';
import { discloseDevice, discloseIdentity } from '../openings.ts';
import { zkcxDelivery } from './notifications.ts';
import type { Options } from './options.ts';
import { agreedSession, type Challenged, challenged } from './second-session.ts';
import type { DeviceSession } from './session.ts';

type Offered = ZkcxAnswer<'authenticateClient'>;
type Signed2 = ZkcxAnswer<'zkcxDisclose'>;

/**
 * Consent, what the eUICC signs for it or openings where the mode or the order asks for them, PrepareDownload, package,
 * installation.
 *
 * @param offered what the order is for
 * @param challenge of the eUICC, for the second session of `zkcx-device`
 * @throws as `downloadZkcx`
 */
export async function installProfile(
  options: Options,
  session: DeviceSession,
  offered: Offered,
  challenge: Uint8Array | undefined,
): Promise<Downloaded> {
  const { es10, sessions, othersAllowed, signal, onEvent } = options;
  const { initiated, transactionId } = session;
  const { offer, peer, transcript } = initiated;
  const metadata = StoreMetadataRequest.decode(offered.profileMetadata);
  // checked before the user is asked: a wrong answer is no question
  const goOn = continuation(options, session, offered, challenge);
  assertGoesOn(signal);
  await checkPolicyRules(es10, metadata);
  const tells = session.isDeviceMode ? (['eid', 'key'] as const) : [];
  assertConsent(await options.consent({ metadata, peer, tells }));
  assertGoesOn(signal);
  const { signed2, installation } = await goOn();

  const { ccRequiredFlag } = checkSigned2(signed2, installation);
  const hashCc = ccRequiredFlag
    ? await askedHashCc(installation, options.confirmationCode, options.confirmationCodeForm)
    : undefined;
  assertGoesOn(signal);
  const smdpCertificate = initiated.certificates.pb;
  const prepared = await es10.prepareDownload({ ...signed2, smdpCertificate, hashCc });
  if (prepared.result === 'error') {
    throw refusedByEuicc('the download', DOWNLOAD_ERROR, prepared.downloadErrorCode);
  }
  onEvent?.({ type: 'downloading' });
  assertGoesOn(signal);
  const bound = await session.exchange('getBoundProfilePackage', {
    prepareDownloadResponse: prepared,
  });
  const { boundProfilePackage, notificationKey } = bound;
  checkPackageMetadata(boundProfilePackage, offered.profileMetadata);
  assertGoesOn(signal);
  // before the eUICC has the profile: there is no notification about it that does not know where to go
  await sessions.keep({
    mode: offer.rspMode,
    state: 'installing',
    iccid: metadata.iccid,
    eid: await es10.eid(),
    at: options.policy.now(),
    serverAddress: transcript.serverAddress,
    transactionId,
    installation,
    session: transcript.session,
    notificationKey,
  });
  const result = await es10.loadBoundProfilePackage(boundProfilePackage, (done, total) =>
    onEvent?.({ type: 'installing', done, total }),
  );
  session.waiting = undefined;
  const { notificationMetadata, finalResult } = result.profileInstallationResultData;
  if (finalResult.result === 'success') await sessions.confirm({ transactionId });
  const notification = await tellResult(es10, notificationMetadata.seqNumber, {
    server: options.notificationServer,
    delivery: zkcxDelivery({ sessions, othersAllowed }),
  });
  if (finalResult.result === 'error') throw new InstallationFailure(finalResult);
  return { metadata, isdpAid: finalResult.aid, notification };
}

/** What the eUICC downloads with. */
interface Signed2Of {
  readonly signed2: Signed2;
  /** transactionId in the eUICC. */
  readonly installation: Uint8Array;
}

/**
 * How smdpSigned2 is got once the user agrees; what the server said so far is checked at once. Throws
 * ERR_RSP_ZKCX_MESSAGE for an answer of the other mode, and as `challenged`.
 */
function continuation(
  options: Options,
  session: DeviceSession,
  offered: Offered,
  challenge: Uint8Array | undefined,
): () => Promise<Signed2Of> {
  if (challenge !== undefined) {
    if (offered.next !== 'challenge') throw refuse('the server went on without a disclosure');
    const first = challenged(session, { counter: 0, euiccChallenge: challenge }, offered);
    return () => disclosed(options, session, first);
  }
  if (offered.next === 'challenge') throw refuse('the server wants a disclosure that is not due');
  return async () => ({
    signed2: offered.next === 'prepare' ? offered : await identified(options, session),
    installation: session.transactionId,
  });
}

/** `zkcx-device`: the eUICC signs for this order, and the server learns who it is. */
async function disclosed(
  { es10, matchingId }: Options,
  session: DeviceSession,
  first: Challenged,
): Promise<Signed2Of> {
  const { second, response } = await agreedSession(es10, session, first, matchingId);
  // from here on the server may know the eUICC, whether or not its answer comes
  session.stage = 'disclosed';
  const disclosure = discloseDevice(session.presented!.openings, response);
  const signed2 = await session.exchange('zkcxDisclose', disclosure);
  return { signed2, installation: second.transactionId };
}

/** `zkcx`: the server says that the order is for one EID. */
async function identified({ consentToEid }: Options, session: DeviceSession): Promise<Signed2> {
  // an answer in words is not a yes
  if ((await consentToEid?.(session.initiated.peer)) !== true) {
    throw new Ended('endUserRejection', 'the order is for one EID, which the user does not tell');
  }
  return session.exchange('zkcxDisclose', discloseIdentity(session.presented!.openings));
}

/** Of this session, and for a new one-time key: one that comes again would link two sessions. */
function checkSigned2({ smdpSigned2 }: Signed2, transactionId: Uint8Array) {
  const signed = SmdpSigned2.decode(smdpSigned2);
  checkTransaction(signed.transactionId, transactionId);
  if (signed.bppEuiccOtpk !== undefined) {
    throw refuse('the server asks for a one-time key of an earlier session');
  }
  return signed;
}

const refuse = (problem: string) => new ZkcxError('ERR_RSP_ZKCX_MESSAGE', problem);

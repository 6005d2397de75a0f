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
import { checkPackageMetadata, checkTransaction } from '../../lpa/server-checks.ts';
import { StoreMetadataRequest } from '../../../sgp22/messages/metadata.ts';
import {
  DOWNLOAD_ERROR,
  type PrepareDownloadResponseOk,
  SmdpSigned2,
} from '../../../sgp22/messages/prepare-download.ts';
import { euiccSignature2Input } from '../../../sgp22/messages/signature.ts';
import type { Received } from '../../../sgp22/codec/codec.ts';
import type { ZkcxAnswer } from '../messages.ts';
import { discloseDevice, discloseIdentity } from '../openings.ts';
import { zkcxDelivery } from './notifications.ts';
import type { Options } from './options.ts';
import { type DeviceSession, signatureParts } from './session.ts';

type Offered = ZkcxAnswer<'authenticateClient'>;
type Signed2 = ZkcxAnswer<'zkcxDisclose'>;

/**
 * Consent, openings where the mode or the order asks for them, PrepareDownload, package, installation.
 *
 * @param offered what the order is for
 * @throws as `downloadZkcx`
 */
export async function installProfile(
  options: Options,
  session: DeviceSession,
  offered: Offered,
): Promise<Downloaded> {
  const { es10, sessions, proofs, othersAllowed, signal, onEvent } = options;
  const { transactionId } = session;
  const metadata = StoreMetadataRequest.decode(offered.profileMetadata);
  assertGoesOn(signal);
  const { peer } = session.initiated;
  const tells = session.isDeviceMode ? (['eid', 'key'] as const) : [];
  assertConsent(await options.consent({ metadata, peer, tells }));
  assertGoesOn(signal);
  const signed2 = await signed2Of(options, session, offered);

  const { ccRequiredFlag } = checkSigned2(signed2, transactionId);
  const hashCc = ccRequiredFlag
    ? await askedHashCc(transactionId, options.confirmationCode, options.confirmationCodeForm)
    : undefined;
  assertGoesOn(signal);
  const smdpCertificate = session.initiated.certificates.pb;
  const prepared = await es10.prepareDownload({ ...signed2, smdpCertificate, hashCc });
  if (prepared.result === 'error') {
    throw refusedByEuicc('the download', DOWNLOAD_ERROR, prepared.downloadErrorCode);
  }
  const request = await packageRequest(session, signed2, prepared);
  onEvent?.({ type: 'downloading' });
  assertGoesOn(signal);
  const bound = await session.exchange('getBoundProfilePackage', request);
  const { boundProfilePackage, notificationKey } = bound;
  checkPackageMetadata(boundProfilePackage, offered.profileMetadata);
  assertGoesOn(signal);
  // before the eUICC has the profile: there is no notification about it that does not know where to go
  await sessions.keep({
    mode: session.initiated.offer.rspMode,
    iccid: metadata.iccid,
    at: options.policy.now(),
    serverOid: peer.serverOid,
    transcript: session.initiated.transcript,
    sessionHash: session.initiated.transcript.form.session,
    notificationKey,
    holder: session.presented!.holder,
  });
  const result = await es10.loadBoundProfilePackage(boundProfilePackage, (done, total) =>
    onEvent?.({ type: 'installing', done, total }),
  );
  const { notificationMetadata, finalResult } = result.profileInstallationResultData;
  const notification = await tellResult(es10, notificationMetadata.seqNumber, {
    server: options.notificationServer,
    delivery: zkcxDelivery({ sessions, proofs, othersAllowed }),
  });
  if (finalResult.result === 'error') throw new InstallationFailure(finalResult);
  return { metadata, isdpAid: finalResult.aid, notification };
}

/** smdpSigned2 and its signature: at once, or for the openings that the user agreed to. */
async function signed2Of(
  { consentToEid }: Options,
  session: DeviceSession,
  offered: Offered,
): Promise<Signed2> {
  const { openings, euiccSignature1 } = session.presented!;
  if (session.isDeviceMode) {
    if (offered.next !== 'disclose') throw refuse('the server went on without a disclosure');
    // from here on the server may know the eUICC, whether or not its answer comes
    session.stage = 'disclosed';
    return session.exchange('zkcxDisclose', discloseDevice(openings, euiccSignature1));
  }
  if (offered.next === 'prepare') return offered;
  // an answer in words is not a yes
  if ((await consentToEid?.(session.initiated.peer)) !== true) {
    throw new Ended('endUserRejection', 'the order is for one EID, which the user does not tell');
  }
  return session.exchange('zkcxDisclose', discloseIdentity(openings));
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

/** The eUICC's answer as it is, or a proof in the place of its signature. */
async function packageRequest(
  session: DeviceSession,
  { smdpSignature2 }: Signed2,
  prepared: Received<PrepareDownloadResponseOk>,
) {
  if (session.isDeviceMode) {
    return { kind: 'signature' as const, prepareDownloadResponse: prepared };
  }
  const { euiccSigned2, euiccSignature2 } = prepared;
  const possession = await session.possession({
    kind: 'prepareDownload',
    message: euiccSignature2Input(euiccSigned2, smdpSignature2),
    context: { serverOid: session.initiated.peer.serverOid, serverSignature: smdpSignature2 },
    sign: () => signatureParts(euiccSignature2),
  });
  return { kind: 'possession' as const, euiccSigned2, possession };
}

const refuse = (problem: string) => new ZkcxError('ERR_RSP_ZKCX_MESSAGE', problem);

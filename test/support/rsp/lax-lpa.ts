/**
 * A classic LPA as some are: it may compare no addresses, and cancels for reason 127 whatever failed. Everything else
 * is as SGP.22 3.1.3 has it.
 */
import type { Es10, Es9p } from '../../../src/rsp/lpa/index.ts';
import { ServerSigned1 } from '../../../src/sgp22/messages/authenticate-server.ts';
import { CANCEL_SESSION_REASON } from '../../../src/sgp22/messages/cancel-session.ts';
import { StoreMetadataRequest } from '../../../src/sgp22/messages/metadata.ts';

export interface LaxOptions {
  readonly es10: Es10;
  readonly server: Es9p;
  readonly matchingId: string;
  readonly comparesAddress: boolean;
}

const DEVICE = { tac: Uint8Array.of(0x35, 0x29, 0x06, 0x11), deviceCapabilities: {} };

/** Download and install what comes. Returns its name. */
export async function laxDownload({
  es10,
  server,
  matchingId,
  comparesAddress,
}: LaxOptions): Promise<string | undefined> {
  const answer = await server.call('initiateAuthentication', {
    euiccInfo1: await es10.euiccInfo1(),
    euiccChallenge: await es10.euiccChallenge(),
    smdpAddress: server.address,
  });
  const { serverAddress } = ServerSigned1.decode(answer.serverSigned1);
  if (comparesAddress && serverAddress !== server.address) throw Error('another address');
  const { transactionId } = answer;
  const authenticateServerResponse = await es10.authenticateServer({
    ...answer,
    ctxParams1: { matchingId, deviceInfo: DEVICE },
  });
  try {
    const client = await server.call('authenticateClient', {
      transactionId,
      authenticateServerResponse,
    });
    const { profileName } = StoreMetadataRequest.decode(client.profileMetadata);
    const prepareDownloadResponse = await es10.prepareDownload({ ...client, hashCc: undefined });
    const { boundProfilePackage } = await server.call('getBoundProfilePackage', {
      transactionId,
      prepareDownloadResponse,
    });
    await es10.loadBoundProfilePackage(boundProfilePackage);
    return profileName;
  } catch (error) {
    const reason = CANCEL_SESSION_REASON.undefinedReason;
    const cancelSessionResponse = await es10.cancelSession({ transactionId, reason });
    await server.call('cancelSession', { transactionId, cancelSessionResponse }).catch(() => {});
    throw error;
  }
}

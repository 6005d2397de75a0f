/** The two sides of an SM-DS, by raw JSON over HTTPS. */
import { AuthenticateServerResponse } from '../../../src/sgp22/messages/authenticate-server.ts';
import { EuiccInfo1 } from '../../../src/sgp22/messages/euicc-info.ts';
import { authenticateServer, eidOf, sgp26Euicc, type SoftEuicc } from './soft-euicc.ts';
import { postJson, SMDP_TLS, SMDS_ADDRESS, type TestSmds } from './smds.ts';

const EID = eidOf(sgp26Euicc());

export const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const bytesOf = (text: unknown) => new Uint8Array(Buffer.from(text as string, 'base64'));

export const event = (eventId: string, changes: object = {}) => ({
  eid: EID,
  rspServerAddress: 'smdp.example.com',
  eventId,
  forwardingIndicator: false,
  ...changes,
});

export const register = (smds: Pick<TestSmds, 'es12'>, body: object, tls: object = SMDP_TLS()) =>
  postJson(smds.es12, '/gsma/rsp2/es12/registerEvent', body, tls);
export const remove = (smds: Pick<TestSmds, 'es12'>, body: object, tls: object = SMDP_TLS()) =>
  postJson(smds.es12, '/gsma/rsp2/es12/deleteEvent', body, tls);

export const initiate = (smds: Pick<TestSmds, 'es11'>, device: SoftEuicc, changes: object = {}) =>
  postJson(smds.es11, '/gsma/rsp2/es9plus/initiateAuthentication', {
    euiccChallenge: base64(new Uint8Array(16).fill(7)),
    euiccInfo1: base64(EuiccInfo1.encode(device.info)),
    smdpAddress: SMDS_ADDRESS as string,
    ...changes,
  });

/** What an eUICC answers, in the second message. */
export function authenticate(
  smds: Pick<TestSmds, 'es11'>,
  device: SoftEuicc,
  { body }: Awaited<ReturnType<typeof initiate>>,
  options: Parameters<typeof authenticateServer>[2] = {},
) {
  const response = authenticateServer(device, bytesOf(body['serverSigned1']), options);
  return postJson(smds.es11, '/gsma/rsp2/es9plus/authenticateClient', {
    transactionId: body['transactionId'],
    authenticateServerResponse: base64(AuthenticateServerResponse.encode(response)),
  });
}

export async function discover(
  smds: Pick<TestSmds, 'es11'>,
  device: SoftEuicc,
  matchingId?: string,
) {
  return authenticate(smds, device, await initiate(smds, device), { matchingId });
}

export const idsIn = ({ body }: { body: Record<string, unknown> }) =>
  (body['eventEntries'] as { eventId: string }[]).map(({ eventId }) => eventId);

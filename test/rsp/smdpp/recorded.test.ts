/** What foreign LPAs and eUICCs sent to a foreign server (fixtures/rsp), sent to this one. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  AuthenticateServerResponse,
  ServerSigned1,
} from '../../../src/sgp22/messages/authenticate-server.ts';
import { decodeAnswer, ES9P } from '../../../src/sgp22/messages/es9p.ts';
import { StoreMetadataRequest } from '../../../src/sgp22/messages/metadata.ts';
import { es9pApp } from '../../../src/rsp/smdpp/app.ts';
import { SmdpServer } from '../../../src/rsp/smdpp/server.ts';
import { fixture } from '../../support/certificates/index.ts';
import { refusalOf } from '../../support/rsp/refusal.ts';
import { TestSmdp } from '../../support/rsp/smdpp.ts';

interface Recorded {
  readonly dir?: string;
  readonly json?: Readonly<Record<string, string>>;
}

const recorded = (
  JSON.parse(
    readFileSync(new URL('../../../fixtures/rsp/recorded-downloads.json', import.meta.url), 'utf8'),
  ) as Recorded[]
).flatMap(({ dir, json }) => (json === undefined ? [] : [{ dir, json }]));

/** Requests of the sessions, each with what the foreign server chose. */
const sessions = recorded.flatMap(({ dir, json: request }, start) => {
  if (dir !== 'lpa->smdp' || request.euiccInfo1 === undefined) return [];
  const { json: answer } = recorded[start + 1]!;
  const bytes = new Uint8Array(Buffer.from(answer.serverSigned1!, 'base64'));
  const rest = recorded.slice(start + 2);
  const next = rest.findIndex(({ json }) => json.euiccInfo1 !== undefined);
  const own = rest.slice(0, next < 0 ? undefined : next).filter((line) => line.dir === dir);
  const find = (field: string) => own.find(({ json }) => json[field] !== undefined)?.json;
  return [
    {
      request,
      chosen: ServerSigned1.decode(bytes),
      serverSigned1: bytes,
      authenticateClient: find('authenticateServerResponse')!,
      cancelSession: find('cancelSessionResponse'),
    },
  ];
});

/**
 * The recorded eUICC has the certificate of SGP.26 v1.0 and sends the EUM's of v1.5 beside it, where
 * the EUM has another country. With the EUM certificate of its own time the names chain.
 */
function withItsEum(request: Readonly<Record<string, string>>) {
  const bytes = new Uint8Array(Buffer.from(request.authenticateServerResponse!, 'base64'));
  const response = AuthenticateServerResponse.decode(bytes);
  if (response.result !== 'ok') throw Error('an error was recorded');
  const eumCertificate = fixture('sgp26-2017/CERT_EUM_ECDSA_NIST_2017.der');
  const changed = AuthenticateServerResponse.encode({ ...response, eumCertificate });
  return { ...request, authenticateServerResponse: Buffer.from(changed).toString('base64') };
}

const MATCHING_ID = 'TS48v3_SAIP2.1_BERTLV';

let smdp: TestSmdp;
let iccid: string;
beforeAll(async () => {
  smdp = await TestSmdp.open();
  ({ iccid } = await smdp.order({ matchingId: MATCHING_ID }));
});
afterAll(() => smdp.close());

/** The server as it is, but with the random bytes that the foreign one had. */
async function replaying(index: number) {
  const { chosen } = sessions[index]!;
  const bytes = [chosen.transactionId, chosen.serverChallenge];
  const { context } = smdp.server;
  const server = await SmdpServer.open({
    ...context,
    settings: { ...context.settings, address: chosen.serverAddress },
    random: (size) => {
      const next = bytes.shift();
      if (next?.length !== size) throw Error('not what the foreign server drew');
      return next;
    },
  });
  const app = es9pApp(server);
  return async (path: string, body: object): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' };
    const response = await app.request(path, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(200);
    return response.json();
  };
}

describe('recorded sessions', () => {
  test('there are four', () => {
    expect(sessions).toHaveLength(4);
    expect(sessions.filter(({ cancelSession }) => cancelSession !== undefined)).toHaveLength(1);
  });

  test.each([0, 1])('session %i: what the server signs, and the offer', async (index) => {
    const { request, serverSigned1, authenticateClient } = sessions[index]!;
    const post = await replaying(index);
    const { initiateAuthentication: first, authenticateClient: second } = ES9P;
    const initiated = decodeAnswer(first.answer, await post(first.path, request));
    expect(initiated.serverSigned1).toEqual(serverSigned1);
    const chained = withItsEum(authenticateClient);
    const offer = decodeAnswer(second.answer, await post(second.path, chained));
    expect(StoreMetadataRequest.decode(offer.profileMetadata).iccid).toBe(iccid);
  });

  test('8.1.3/6.1 as they were: the name of the EUM is not that of the issuer', async () => {
    const { request, authenticateClient } = sessions[0]!;
    const post = await replaying(0);
    await post(ES9P.initiateAuthentication.path, request);
    const { path, answer } = ES9P.authenticateClient;
    const sent = post(path, authenticateClient).then((json) => decodeAnswer(answer, json));
    expect(await refusalOf(sent)).toBe('8.1.3/6.1');
  });

  test('the one that was refused is refused here too, and cancelled', async () => {
    const index = sessions.findIndex(({ cancelSession }) => cancelSession !== undefined);
    const { request, authenticateClient, cancelSession } = sessions[index]!;
    const post = await replaying(index);
    const { initiateAuthentication, authenticateClient: second, cancelSession: third } = ES9P;
    await post(initiateAuthentication.path, request);
    const send = async (f: typeof second | typeof third, body: object) =>
      refusalOf(post(f.path, body).then((json) => decodeAnswer(f.answer, json)));
    expect(await send(second, withItsEum(authenticateClient))).toBe('8.2.6/3.8');
    expect(await send(third, cancelSession!)).toBe('accepted');
    expect(await send(third, cancelSession!)).toBe('8.10.1/3.9');
  });
});

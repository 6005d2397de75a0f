/** Changes of what a server answers to InitiateAuthentication, with its keys and without; and the silence after them. */
import { expect, jest } from '@jest/globals';
import type { ServerOffer, ZkcxMode } from '../../../src/rsp/zkcx/negotiation.ts';
import { negotiated } from '../../../src/rsp/zkcx/transcript.ts';
import { ServerSigned1 } from '../../../src/sgp22/messages/authenticate-server.ts';
import { transactionIdText } from '../../../src/sgp22/messages/identifiers.ts';
import { sign, Signature } from '../../../src/sgp22/messages/signature.ts';
import { KEYS } from '../../support/certificates/keys.ts';
import {
  base64,
  bytesOf,
  type DeviceWorld,
  failureOf,
  type Json,
  type Meddler,
} from './device-world.ts';
import { edited } from './negotiated.ts';

/** The offer with members changed, each in its place. */
export const edit = (answer: Json, change: object) => base64(edited(bytesOf(answer.zkcx), change));
export const offerOf = (answer: Json) =>
  JSON.parse(new TextDecoder().decode(bytesOf(answer.zkcx))) as ServerOffer;
export const written = (offer: object) => base64(new TextEncoder().encode(JSON.stringify(offer)));

/** On the way: other members, and no key to sign with. */
export const onTheWay = (change: (answer: Json) => Json): Meddler => {
  return (name, answer) =>
    name === 'initiateAuthentication' ? { ...answer, ...change(answer) } : answer;
};

/** Members of a reply in which the server signs this. */
export function signedBy(
  secret: Uint8Array,
  signed: Parameters<typeof ServerSigned1.encode>[0],
): Json {
  const serverSigned1 = ServerSigned1.encode(signed);
  const serverSignature1 = Signature.encode(sign(secret, serverSigned1));
  return {
    transactionId: transactionIdText(signed.transactionId),
    serverSigned1: base64(serverSigned1),
    serverSignature1: base64(serverSignature1),
  };
}

/** What servers with CERT.DPauth do, once they have heard the device of a test. */
export function serverIn(world: () => DeviceWorld) {
  const clientOffer = () => bytesOf((JSON.parse(world().traffic.at(-2)!) as Json).zkcx);
  /** Another offer, signed for. */
  const signedAnew = (answer: Json, zkcx: string): Json => {
    const signed = ServerSigned1.decode(bytesOf(answer.serverSigned1));
    const halves = negotiated({ clientOffer: clientOffer(), serverOffer: bytesOf(zkcx) });
    return { zkcx, ...signedBy(KEYS.dpAuth.secret, { ...signed, ...halves }) };
  };
  /** It asks for something else. */
  const asServer = (change: (offer: ServerOffer) => object, members: Json = {}): Meddler =>
    onTheWay((answer) => {
      const zkcx = edit(answer, change(offerOf(answer)));
      return { ...members, ...signedAnew(answer, zkcx) };
    });
  return { signedAnew, asServer };
}

/** Nothing followed InitiateAuthentication. Returns what watches whether the eUICC signed. */
export async function silence(
  world: DeviceWorld,
  matchingId: string,
  code: string,
  options: Parameters<DeviceWorld['download']>[2],
  mode: ZkcxMode = 'zkcx-device',
  made: readonly string[] = [],
) {
  const authenticate = jest.spyOn(world.card, 'authenticateServer');
  expect(await failureOf(world.download(mode, matchingId, options))).toBe(code);
  expect(world.asked).toEqual(['initiateAuthentication']);
  expect(world.made).toEqual(made);
  return authenticate;
}

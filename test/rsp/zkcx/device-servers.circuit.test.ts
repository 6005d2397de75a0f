/** Which server a device takes for which: by its certificates, its statements, and its address. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '../../../src/bytes.ts';
import { es9pClient } from '../../../src/rsp/lpa/index.ts';
import { verifyCertified } from '../../../src/session/certified.ts';
import { sign, Signature } from '../../../src/sgp22/messages/signature.ts';
import { build, sgp26Server } from '../../support/certificates/chains.ts';
import { registeredId, setExtension } from '../../support/certificates/fields.ts';
import { KEYS } from '../../support/certificates/keys.ts';
import { DP_AUTH, EUICC, MAP, mapWith, NOW, POLICY, SOURCES } from '../../session/world.ts';
import { onTheWay, serverIn, silence } from './device-meddlers.ts';
import {
  base64,
  bytesOf,
  CERT,
  DeviceWorld,
  failureOf,
  statement,
  unprovenDevice,
} from './device-world.ts';

let world: DeviceWorld;
let matchingId: string;
beforeEach(async () => {
  world = await DeviceWorld.open();
  ({ matchingId } = await world.order());
});
afterEach(async () => {
  jest.restoreAllMocks();
  await world.close();
});

const { asServer } = serverIn(() => world);
type Silent = Parameters<typeof silence> extends [unknown, unknown, ...infer R] ? R : never;
const expectSilence = (...args: Silent) => silence(world, matchingId, ...args);

const hashOf = (bytes: Uint8Array) => bytesToHex(sha256(bytes));

/** Under the same CI, of another server. */
const PB_OF_OTHER = build(sgp26Server('dpPb'), {
  1: (draft) => setExtension(draft, registeredId('2.999.11')),
}).certificates[0]!;

describe('which server it is', () => {
  const plain = () => world.es9p(undefined, { plain: true });

  test.each([196, 253])('is none of zkCX with an address of %i characters', async (length) => {
    const first = length % 2 === 0 ? 'aa' : 'a';
    const address = first + '.a'.repeat(Math.floor((length - 1) / 2));
    expect(address).toHaveLength(length);
    const fetch = jest.fn(world.fetch());
    const server = es9pClient(address, { fetch });
    expect(await failureOf(world.download('zkcx-device', matchingId, { server }))).toBe(
      'ERR_SESSION_VALUE',
    );
    expect(fetch).not.toHaveBeenCalled();
  });

  test('is known by the activation code', async () => {
    const other = { oid: '2.999.11' };
    await expectSilence('ERR_RSP_ZKCX_SERVER', other);
  });

  test('is not known without TLS and OID: any CERT.DPauth can sign for any address', async () => {
    await expectSilence('ERR_RSP_ZKCX_SERVER', { server: plain() });
  });

  test('is known without TLS by the OID', async () => {
    await world.download('zkcx-device', matchingId, { server: plain(), oid: '2.999.10' });
    expect(await world.card.profiles()).toHaveLength(1);
  });

  test('its certificates are looked up in the maps of the device, whatever map is asked for', async () => {
    const newer = mapWith({ user: [DP_AUTH.serialNumber] });
    const policy = { ...POLICY, maps: [...POLICY.maps, newer] };
    await expectSilence('ERR_REVOCATION_REVOKED', { policy });
  });

  test('is not one whose lists are not there', async () => {
    const few = mapWith({}, SOURCES.slice(0, 1));
    await expectSilence('ERR_REVOCATION_ISSUER_MISSING', { policy: { ...POLICY, maps: [few] } });
  });

  test.each<[string, Uint8Array, Uint8Array]>([
    ['CERT.DPpb of another OID', CERT.auth, PB_OF_OTHER],
    ['CERT.DPauth in the place of CERT.DPpb', CERT.auth, CERT.auth],
    ['CERT.DPpb in the place of CERT.DPauth', CERT.pb, CERT.pb],
    ['a device in the place of CERT.DPpb', CERT.auth, EUICC.der],
  ])('%s', async (_, auth, pb) => {
    const meddle = asServer(() => ({ server: { auth: hashOf(auth), pb: hashOf(pb) } }), {
      serverCertificate: base64(auth),
      zkcxServer: { pb: base64(pb) },
    });
    const answer = world.download('zkcx-device', matchingId, { meddle });
    expect(await failureOf(answer)).toBe('ERR_RSP_ZKCX_SERVER');
    expect(world.asked).toEqual(['initiateAuthentication']);
  });
});

describe('statements of a server', () => {
  beforeEach(async () => {
    await world.close();
    world = await DeviceWorld.open({ firmware: 'zkcx' });
    ({ matchingId } = await world.order());
  });
  const say = (auth: Uint8Array, pb: Uint8Array) => (world.server.statements = { auth, pb });

  test('of another OID than the activation code has', async () => {
    await expectSilence('ERR_RSP_ZKCX_SERVER', { oid: '2.999.11' }, 'zkcx');
  });

  test('about one certificate twice', async () => {
    say(statement(CERT.auth), statement(CERT.auth));
    await expectSilence('ERR_PROOF_ROLE', {}, 'zkcx');
  });

  test('of two servers', async () => {
    say(statement(CERT.auth), statement(PB_OF_OTHER));
    await expectSilence('ERR_RSP_ZKCX_SERVER', {}, 'zkcx');
  });

  test('over age', async () => {
    say(statement(CERT.auth, NOW - 86_460n), statement(CERT.pb));
    await expectSilence('ERR_PROOF_TIME', {}, 'zkcx');
  });

  test('of a map that the device does not know', async () => {
    const other = mapWith({ user: [5n] });
    say(statement(CERT.auth, NOW, other), statement(CERT.pb));
    await expectSilence('ERR_PROOF_REVOCATION_ROOT', {}, 'zkcx');
  });

  test('that are none', async () => {
    say(new TextEncoder().encode('{}'), statement(CERT.pb));
    await expectSilence('ERR_PROOF_FORMAT', {}, 'zkcx');
  });

  test('with a key that is not the one that signs', async () => {
    const meddle = onTheWay((answer) => {
      const signature = sign(KEYS.euicc.secret, bytesOf(answer.serverSigned1));
      return { serverSignature1: base64(Signature.encode(signature)) };
    });
    await expectSilence('ERR_RSP_ZKCX_SERVER', { meddle }, 'zkcx');
  });

  test('whose proof does not hold', async () => {
    const proofs = { ...unprovenDevice(world.made), verifyCertified };
    await expectSilence('ERR_PROOF_INVALID', { proofs }, 'zkcx');
  });

  test('of a map that the device gets to know when it fetches lists anew', async () => {
    const other = mapWith({ user: [5n] });
    say(statement(CERT.auth, NOW, other), statement(CERT.pb, NOW, other));
    const newerMaps = jest.fn(async () => [other, MAP]);
    await world.download('zkcx', matchingId, { newerMaps });
    expect(newerMaps).toHaveBeenCalled();
    expect(await world.card.profiles()).toHaveLength(1);
  });

  test('of an earlier map that no later one contradicts', async () => {
    const other = mapWith({ user: [5n] });
    say(statement(CERT.auth, NOW, other), statement(CERT.pb));
    const history = { isUnspoiled: (root: bigint) => root === other.root.toBigInt() };
    await world.download('zkcx', matchingId, { history });
    expect(await world.card.profiles()).toHaveLength(1);
  });
});

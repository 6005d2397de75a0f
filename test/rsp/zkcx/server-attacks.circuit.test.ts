/** What the SM-DP+ refuses in zkCX, and with which code: tampered messages and messages out of place. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ZkcxError } from '../../../src/errors.ts';
import { AuthenticateServerResponse } from '../../../src/sgp22/messages/authenticate-server.ts';
import { encodeJson, ES9P } from '../../../src/sgp22/messages/es9p.ts';
import { EuiccInfo1 } from '../../../src/sgp22/messages/euicc-info.ts';
import { ClientChannel } from '../../../src/rsp/zkcx/channel.ts';
import { newHpkeKeyPair } from '../../../src/rsp/zkcx/hpke.ts';
import { writeClientOffer, ZKCX_INITIATE } from '../../../src/rsp/zkcx/negotiation.ts';
import { bundleOf, withValue } from '../../session/bundles.ts';
import { countingBytes, mapWith, NOW } from '../../session/world.ts';
import { refusalOf } from '../../support/rsp/refusal.ts';
import { ADDRESS } from '../../support/rsp/smdpp.ts';
import { authenticateServer, initiateRequest, sgp26Euicc } from '../../support/rsp/soft-euicc.ts';
import {
  authenticated,
  begin,
  device,
  otherDevice,
  outer,
  type Visit,
  ZkcxSmdp,
} from './server-device.ts';

let server: ZkcxSmdp;
beforeAll(async () => {
  server = await ZkcxSmdp.open();
});
afterAll(() => server.close());
beforeEach(() => {
  server.refusals.splice(0);
  server.isValid = () => true;
  server.full = undefined;
  server.smdp.time = NOW;
});

const one = device();
const two = otherDevice();
const order = async () => (await server.smdp.order()).matchingId;
/** InitiateAuthentication that offers `zkcx-device`. */
function initiated(to: ZkcxSmdp): Promise<Response> {
  const { euiccInfo1, ...request } = initiateRequest(one.euicc, ADDRESS);
  const body = encodeJson(ZKCX_INITIATE.request, {
    ...request,
    euiccInfo1: { ...euiccInfo1, der: EuiccInfo1.encode(euiccInfo1) },
    zkcx: writeClientOffer(['zkcx-device']),
  });
  return to.post(ZKCX_INITIATE.path, body);
}
describe('a presentation', () => {
  const sent = async (
    change: (visit: Visit, bundle: ReturnType<typeof bundleOf>) => object | Promise<object>,
  ) => {
    const visit = await begin(server, one, 'zkcx');
    const own = visit.presentation(await order());
    const presentation = (await change(visit, own.presentation)) as typeof own.presentation;
    const refusal = await refusalOf(visit.call('authenticateClient', { ...own, presentation }));
    return [refusal, ...server.refusals, visit.record?.state];
  };

  test.each([
    ['a false proof', 'ERR_PROOF_INVALID', () => (server.isValid = () => false)],
    ['an offer over its time', 'ERR_SESSION_EXPIRED', () => (server.smdp.time = NOW + 600n)],
  ])('with %s ends the session', async (_, code, prepare) => {
    const visit = await begin(server, one, 'zkcx');
    const matchingId = await order();
    prepare();
    expect(await refusalOf(visit.authenticate(matchingId))).toBe('8.1/6.1');
    expect(server.refusals).toEqual([code]);
    expect(visit.record).toBeUndefined();
    expect(await refusalOf(visit.authenticate(matchingId))).toBe('8.10.1/3.9');
  });

  test.each([
    ['of another session of the device', 'ERR_PROOF_MESSAGE', one],
    ['of another device', 'ERR_PROOF_MESSAGE', two],
  ])('%s, spliced in, is refused', async (_, code, victim) => {
    const theirs = await begin(server, victim, 'zkcx');
    const bundle = bundleOf(theirs.parts.plan);
    expect(await sent(() => bundle)).toEqual(['8.1/6.1', code, undefined]);
  });

  test('to another server is refused there, sealed or spliced in', async () => {
    const elsewhere = await ZkcxSmdp.open();
    try {
      const theirs = await begin(elsewhere, one, 'zkcx');
      const name = 'authenticateClient';
      const sealed = await theirs.seal(name, theirs.presentation(await order()));
      const { id } = await begin(server, one, 'zkcx');
      for (const to of [theirs.id, id]) {
        const body = { transactionId: to, zkcx: Buffer.from(sealed).toString('base64') };
        expect(await outer(server.post(ES9P[name].path, body))).toBe('8.10.1/3.9');
      }
      const outcome = await sent(() => bundleOf(theirs.parts.plan));
      expect(outcome).toEqual(['8.1/6.1', 'ERR_PROOF_MESSAGE', undefined]);
    } finally {
      await elsewhere.close();
    }
  });

  test('with a message proof of another session is refused', async () => {
    const theirs = bundleOf((await begin(server, one, 'zkcx')).parts.plan);
    const outcome = await sent((_, bundle) => ({ ...bundle, message: theirs.message }));
    expect(outcome).toEqual(['8.1/6.1', 'ERR_PROOF_MESSAGE', undefined]);
  });

  test.each([
    [1, 'trust root', 'ERR_PROOF_TRUST_ROOT'],
    [2, 'revocation map', 'ERR_PROOF_REVOCATION_ROOT'],
    [4, 'time', 'ERR_PROOF_TIME'],
    [5, 'role', 'ERR_PROOF_ROLE'],
    [6, 'scope', 'ERR_PROOF_SCOPE'],
  ])(
    'for another public input (%i: %s) is refused before its proof is looked at',
    async (i, _, code) => {
      server.isValid = () => {
        throw Error('no proof was to be verified');
      };
      const outcome = await sent((_visit, bundle) => ({
        ...bundle,
        presentation: withValue(bundle.presentation, i, 4n),
      }));
      expect(outcome).toEqual(['8.1/6.1', code, undefined]);
    },
  );

  test.each([
    ['a CI was removed', { trustRoot: 5n }],
    ['a list was replaced', { revocationRoot: mapWith({ user: [7n] }).root.toBigInt() }],
  ])('is refused once %s', async (_, change) => {
    const { roots } = server;
    const outcome = await sent((_visit, bundle) => {
      server.roots = { ...roots, ...change };
      return bundle;
    });
    server.roots = roots;
    expect(outcome).toEqual(['8.1/6.1', 'ERR_SESSION_ROOTS', undefined]);
  });

  test('in a moment in which the lists cannot be read is no fault of the device', async () => {
    const visit = await begin(server, one, 'zkcx');
    const { roots } = server;
    const name = 'authenticateClient';
    const sealed = await visit.seal(name, visit.presentation(await order()));
    server.roots = { ...roots, mapRootAt: NOW - 90_000n };
    expect((await visit.send(name, sealed)).status).toBe(503);
    server.roots = roots;
    expect((await visit.open(name, await visit.send(name, sealed))).next).toBe('prepare');
  });

  test('is not asked for while the lists are too old', async () => {
    const { roots } = server;
    server.roots = { ...roots, mapRootAt: NOW - 90_000n };
    expect((await initiated(server)).status).toBe(503);
    server.roots = roots;
  });
});

describe('the channel', () => {
  test('takes no message twice, in another session, cut off, or under another key', async () => {
    const visit = await begin(server, one, 'zkcx');
    const other = await begin(server, one, 'zkcx');
    const name = 'authenticateClient';
    const sealed = await visit.seal(name, visit.presentation(await order()));
    expect(await outer(visit.send(name, sealed, other.id))).toBe('8.10.1/3.9');
    expect(await outer(visit.send(name, sealed, '00'.repeat(16)))).toBe('8.10.1/3.9');
    expect(await outer(visit.send(name, sealed.slice(0, -1)))).toBe('8.10.1/3.9');
    expect(await outer(visit.send('zkcxDisclose', sealed))).toBe('8.10.1/3.9');
    const { publicKey } = await newHpkeKeyPair(countingBytes(5));
    const swapped = await ClientChannel.open(publicKey, visit.parts.transcript);
    expect(await outer(visit.send(name, await swapped.seal(name, sealed)))).toBe('8.10.1/3.9');
    // none of that spoils the session
    expect((await visit.open(name, await visit.send(name, sealed))).next).toBe('prepare');
    expect(await outer(visit.send(name, sealed))).toBe('8.10.1/3.9');
  });

  test('takes one message of a kind', async () => {
    const { visit, smdpSignature2 } = await authenticated(server, one);
    expect(await refusalOf(visit.authenticate(await order()))).toBe('8.10.1/3.9');
    await visit.fetch(smdpSignature2);
    expect(await refusalOf(visit.fetch(smdpSignature2))).toBe('8.10.1/3.9');
  });

  test.each([
    ['an unknown member', { zkcx: '', transactionId: '00', more: 1 }, 'HTTP 400'],
    ['no base64', { zkcx: '*', transactionId: '00' }, 'HTTP 400'],
    ['700 kB', { zkcx: 'A'.repeat(933_336), transactionId: '00' }, 'HTTP 413'],
    ['a seal of 601 kB', { zkcx: 'A'.repeat(801_336), transactionId: '00' }, 'HTTP 400'],
  ])('refuses %s', async (_, body, outcome) => {
    expect(await outer(server.post(ES9P.authenticateClient.path, body))).toBe(outcome);
  });

  test('says that there is no room before it opens a message, which can come again', async () => {
    const visit = await begin(server, one, 'zkcx');
    const name = 'authenticateClient';
    const sealed = await visit.seal(name, visit.presentation(await order()));
    server.full = 'newcomer';
    const response = await visit.send(name, sealed);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '60']);
    // who is in goes on
    const { full } = server;
    server.full = undefined;
    const { visit: inside, smdpSignature2 } = await authenticated(server, one);
    server.full = full;
    await inside.fetch(smdpSignature2);
    server.full = undefined;
    expect((await visit.open(name, await visit.send(name, sealed))).next).toBe('prepare');
  });
});

describe('a proof that the server could not verify', () => {
  const trouble = () => {
    throw new ZkcxError('ERR_RSP_VERIFIER', 'no process');
  };

  test('is no false one: the same messages can come again, and take their course', async () => {
    const visit = await begin(server, one, 'zkcx');
    const first = await visit.seal('authenticateClient', visit.presentation(await order()));
    server.isValid = trouble;
    const response = await visit.send('authenticateClient', first);
    expect(response.status).toBe(503);
    expect(await response.text()).not.toContain('no process');
    server.isValid = () => true;
    const answer = await visit.open(
      'authenticateClient',
      await visit.send('authenticateClient', first),
    );
    if (answer.next !== 'prepare') throw Error('nothing is to be disclosed');
    // answered, it is over
    expect(await outer(visit.send('authenticateClient', first))).toBe('8.10.1/3.9');

    server.isValid = trouble;
    const name = 'getBoundProfilePackage';
    const second = await visit.seal(name, await visit.fetching(answer.smdpSignature2));
    expect((await visit.send(name, second)).status).toBe(503);
    server.isValid = () => true;
    const { boundProfilePackage } = await visit.open(name, await visit.send(name, second));
    expect(boundProfilePackage.length).toBeGreaterThan(0);
    expect(await outer(visit.send(name, second))).toBe('8.10.1/3.9');
    expect(server.refusals).toEqual([]);
  });

  test('takes the place of no other one', async () => {
    const visit = await begin(server, one, 'zkcx');
    const name = 'authenticateClient';
    const sealed = await visit.seal(name, visit.presentation(await order()));
    server.isValid = trouble;
    await visit.send(name, sealed);
    server.isValid = () => false;
    const retried = visit.send(name, sealed).then((sent) => visit.open(name, sent));
    expect(await refusalOf(retried)).toBe('8.1/6.1');
    expect(server.refusals).toEqual(['ERR_PROOF_INVALID']);
    expect(await outer(visit.send(name, sealed))).toBe('8.10.1/3.9');
  });
});

describe('sessions', () => {
  test('are bounded; those that lead nowhere any more make room for others', async () => {
    const small = await ZkcxSmdp.open();
    for (let i = 0; i < 100; i++) await opened(small);
    expect((await initiated(small)).status).toBe(503);
    small.smdp.time = NOW + 599n;
    expect((await initiated(small)).status).toBe(503);
    small.smdp.time = NOW + 600n;
    await opened(small);
    await small.close();
  });

  async function opened(to: ZkcxSmdp): Promise<void> {
    expect((await initiated(to)).status).toBe(200);
  }
});

test('a store of what happens once that fails is the trouble of the server', async () => {
  const broken = await ZkcxSmdp.open();
  const { matchingId } = await broken.smdp.order({ oncePerDevice: true });
  const visit = await begin(broken, one, 'zkcx');
  const name = 'authenticateClient';
  const sealed = await visit.seal(name, visit.presentation(matchingId));
  await broken.once.close();
  const response = await visit.send(name, sealed);
  expect(response.status).toBe(503);
  expect(await response.text()).not.toContain('store fails');
  await broken.close();
});

describe('modes do not mix', () => {
  test('a classic message is of no session of zkCX, nor the reverse', async () => {
    const visit = await begin(server, one, 'zkcx-device');
    const { transactionId, serverSigned1 } = visit.parts.transcript;
    const response = AuthenticateServerResponse.encode(
      authenticateServer(one.euicc, serverSigned1, { matchingId: await order() }),
    );
    const classic = server.smdp.server.authenticateClient({
      transactionId,
      authenticateServerResponse: AuthenticateServerResponse.decode(response),
    });
    expect(await refusalOf(classic)).toBe('8.10.1/3.9');
    const { transactionId: id } = await server.smdp.initiate(sgp26Euicc());
    const sealed = await visit.seal('cancelSession', { kind: 'reason', reason: 0 });
    const hex = Buffer.from(id).toString('hex').toUpperCase();
    expect(await outer(visit.send('cancelSession', sealed, hex))).toBe('8.10.1/3.9');
  });

  test('a client without a mode of this server gets a classic answer, for it to refuse', async () => {
    const { statements } = server;
    server.statements = undefined;
    await expect(begin(server, one, 'zkcx')).rejects.toMatchObject({
      code: 'ERR_RSP_ZKCX_DOWNGRADE',
    });
    expect((await begin(server, one, 'zkcx-device')).parts.offer.rspMode).toBe('zkcx-device');
    server.statements = statements;
  });
});

/** Sessions of zkCX at the SM-DP+: how they are addressed, how many there are, and when they end. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ZkcxError } from '../../../src/errors.ts';
import { AuthenticateServerResponse } from '../../../src/sgp22/messages/authenticate-server.ts';
import { ES9P } from '../../../src/sgp22/messages/es9p.ts';
import { ClientChannel } from '../../../src/rsp/zkcx/channel.ts';
import { newHpkeKeyPair } from '../../../src/rsp/zkcx/hpke.ts';
import { ZKCX_INITIATE } from '../../../src/rsp/zkcx/negotiation.ts';
import { placeOf } from '../../../src/rsp/network-address.ts';
import { countingBytes, NOW } from '../../session/world.ts';
import { refusalOf } from '../../support/rsp/refusal.ts';
import { authenticateServer, sgp26Euicc } from '../../support/rsp/soft-euicc.ts';
import { ACCEPTED } from './negotiated.ts';
import { authenticated, begin, device, initiating, outer } from './server-device.ts';
import { ZkcxSmdp } from './zkcx-smdp.ts';

let server: ZkcxSmdp;
beforeAll(async () => {
  server = await ZkcxSmdp.open();
});
afterAll(() => server.close());
beforeEach(() => {
  server.refusals.splice(0);
  server.isValid = () => true;
  server.accepted = () => ACCEPTED;
  server.isFull = false;
  server.smdp.time = NOW;
});

const one = device();
const order = async () => (await server.smdp.order()).matchingId;
const name = 'authenticateClient';

/** InitiateAuthentication that offers `zkcx-device`; its HTTP status. */
async function initiated(to: ZkcxSmdp, remoteAddress?: string): Promise<number> {
  const { body } = initiating(one.euicc, ['zkcx-device']);
  return (await to.post(ZKCX_INITIATE.path, body, remoteAddress)).status;
}

describe('the channel', () => {
  test('takes no message twice, in another session, cut off, or under another key', async () => {
    const visit = await begin(server, one, 'zkcx');
    const other = await begin(server, one, 'zkcx');
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

  test('takes one presentation', async () => {
    const { visit } = await authenticated(server, one, 'zkcx');
    expect(await refusalOf(visit.authenticate(await order()))).toBe('8.10.1/3.9');
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
    const sealed = await visit.seal(name, visit.presentation(await order()));
    const { visit: inside, smdpSignature2 } = await authenticated(server, one, 'zkcx');
    server.isFull = true;
    const response = await visit.send(name, sealed);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '60']);
    // who is in goes on
    await inside.fetch(smdpSignature2);
    server.isFull = false;
    expect((await visit.open(name, await visit.send(name, sealed))).next).toBe('prepare');
  });
});

describe('a proof that the server could not verify', () => {
  const trouble = () => {
    throw new ZkcxError('ERR_RSP_VERIFIER', 'no process');
  };

  test('is no false one: the same message can come again, and takes its course', async () => {
    const visit = await begin(server, one, 'zkcx');
    const sealed = await visit.seal(name, visit.presentation(await order()));
    server.isValid = trouble;
    const response = await visit.send(name, sealed);
    expect(response.status).toBe(503);
    expect(await response.text()).not.toContain('no process');
    server.isValid = () => true;
    const answer = await visit.open(name, await visit.send(name, sealed));
    if (answer.next !== 'prepare') throw Error('nothing is to be disclosed');
    // answered, it is over
    expect(await outer(visit.send(name, sealed))).toBe('8.10.1/3.9');
    await visit.fetch(answer.smdpSignature2);
    expect(server.refusals).toEqual([]);
  });

  test('takes the place of no other one', async () => {
    const visit = await begin(server, one, 'zkcx');
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

describe('a session', () => {
  test('lives ten minutes, whatever has happened in it', async () => {
    const early = await begin(server, one, 'zkcx');
    const late = await begin(server, one, 'zkcx');
    const { visit, smdpSignature2 } = await authenticated(server, one, 'zkcx-device');
    const matchingId = await order();
    server.smdp.time = NOW + 599n;
    await early.authenticate(matchingId);
    server.smdp.time = NOW + 600n;
    expect(await refusalOf(late.authenticate(matchingId))).toBe('8.10.1/3.9');
    expect(await refusalOf(visit.fetch(smdpSignature2))).toBe('8.10.1/3.9');
  });

  test('is unknown after a restart of the server, and its order is free', async () => {
    const { iccid, matchingId } = await server.smdp.order();
    const { visit, smdpSignature2 } = await authenticated(server, one, 'zkcx', matchingId);
    await server.restart();
    expect(await refusalOf(visit.fetch(smdpSignature2))).toBe('8.10.1/3.9');
    const again = await authenticated(server, one, 'zkcx', matchingId);
    await again.visit.fetch(again.smdpSignature2);
    expect((await server.smdp.storedOrder(iccid))?.state).toBe('downloaded');
  });

  test('makes room for another one from its own network address first', async () => {
    const small = await ZkcxSmdp.open({}, { count: 4, perAddress: 2 });
    const at = (remoteAddress: string) => begin(small, one, 'zkcx', { remoteAddress });
    const matchingId = async () => (await small.smdp.order()).matchingId;
    try {
      const [first, second] = [await at('192.0.2.1'), await at('192.0.2.1')];
      const other = await at('2001:db8::1');
      // the oldest of this address goes, not that of another
      const third = await at('192.0.2.1');
      expect(await refusalOf(first.authenticate(await matchingId()))).toBe('8.10.1/3.9');
      await second.authenticate(await matchingId());
      // one place is left; then who has none takes one of the address that has two, but not the one with a presentation
      await at('192.0.2.9');
      await at('192.0.2.77');
      expect(await refusalOf(third.authenticate(await matchingId()))).toBe('8.10.1/3.9');
      // now everybody has one
      expect(await initiated(small, '192.0.2.78')).toBe(503);
      expect(await initiated(small, '192.0.2.9')).toBe(200);
      await other.authenticate(await matchingId());
      // classic sessions have places of their own
      await small.smdp.initiate(sgp26Euicc());
      small.smdp.time = NOW + 600n;
      expect(await initiated(small, '192.0.2.77')).toBe(200);
    } finally {
      await small.close();
    }
  });

  test('cannot be crowded out from one address, nor from a few', async () => {
    const small = await ZkcxSmdp.open({}, { count: 8, perAddress: 3 });
    const flood = async () => {
      for (let i = 0; i < 20; i++) await initiated(small, `192.0.2.${1 + (i % 4)}`);
    };
    try {
      await flood();
      const honest = await begin(small, one, 'zkcx', { remoteAddress: '198.51.100.1' });
      await flood();
      const { matchingId } = await small.smdp.order();
      const answer = await honest.authenticate(matchingId);
      if (answer.next !== 'prepare') throw Error('nothing is to be disclosed');
      await flood();
      await honest.fetch(answer.smdpSignature2);
    } finally {
      await small.close();
    }
  });

  test('stays while its proofs are verified, whoever comes meanwhile', async () => {
    const small = await ZkcxSmdp.open({}, { count: 2, perAddress: 2 });
    try {
      const { matchingId } = await small.smdp.order();
      const visit = await begin(small, one, 'zkcx', { remoteAddress: '192.0.2.1' });
      await begin(small, one, 'zkcx', { remoteAddress: '192.0.2.1' });
      const answers: number[] = [];
      let guests: Promise<void> | undefined;
      const arrive = async () => {
        for (const host of [1, 2]) answers.push(await initiated(small, `198.51.100.${host}`));
      };
      small.isValid = async () => {
        await (guests ??= arrive());
        return true;
      };
      expect((await visit.authenticate(matchingId)).next).toBe('prepare');
      expect(answers).toEqual([200, 503]);
    } finally {
      await small.close();
    }
  });

  test('that had to make room leaves its order to others', async () => {
    const small = await ZkcxSmdp.open({}, { count: 4, perAddress: 1 });
    try {
      await small.smdp.order({ matchingId: '', anyDevice: true });
      const holder = await begin(small, one, 'zkcx', { remoteAddress: '192.0.2.1' });
      expect((await holder.authenticate()).next).toBe('prepare');
      expect(await refusalOf(small.smdp.authenticate(sgp26Euicc()))).toBe('8.1.1/3.8');
      expect(await initiated(small, '192.0.2.1')).toBe(200);
      expect(await refusalOf(small.smdp.authenticate(sgp26Euicc()))).toBe('accepted');
    } finally {
      await small.close();
    }
  });

  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['2001:0DB8:0:0:ffff::1', '2001:db8:0:0'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['', ''],
  ])('from %s has its place with %s', (address, place) => {
    expect(placeOf(address)).toBe(place);
  });
});

test('nothing is asked of a device while the lists cannot be relied on', async () => {
  server.accepted = () => {
    throw new ZkcxError('ERR_REVOCATION_FORMAT', 'no map');
  };
  expect(await initiated(server)).toBe(503);
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

/** The sealed channel: each message opens once, in its place, in its session, as its kind. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { concatBytes } from '../../../src/bytes.ts';
import {
  ClientChannel,
  MAX_SEALED,
  openNotification,
  sealNotification,
  ServerChannel,
} from '../../../src/rsp/zkcx/channel.ts';
import { newHpkeKeyPair } from '../../../src/rsp/zkcx/hpke.ts';
import { countingBytes } from '../../session/world.ts';
import { hex, negotiate, type Negotiated } from './negotiated.ts';

let session: Negotiated;
let client: ClientChannel;
let server: ServerChannel;

async function ends(of: Negotiated) {
  const clientEnd = await ClientChannel.open(of.key.publicKey, of.transcript);
  return { client: clientEnd, server: new ServerChannel(of.key, of.transcript) };
}

beforeEach(async () => {
  session = await negotiate();
  ({ client, server } = await ends(session));
});

const body = (text: string) => new TextEncoder().encode(text);
const flipped = (bytes: Uint8Array, i: number) => {
  const copy = bytes.slice();
  copy[(i + copy.length) % copy.length]! ^= 1;
  return copy;
};
const refused = (work: Promise<unknown>, code: string) =>
  expect(work).rejects.toMatchObject({ code });

describe('an honest session', () => {
  test('opens what was sealed, both ways, message after message', async () => {
    for (const [kind, size] of [
      ['authenticateClient', 70_000],
      ['zkcxDisclose', 0],
      ['getBoundProfilePackage', 1020],
      ['cancelSession', 1021],
    ] as const) {
      const question = countingBytes(size + 1)(size);
      const answer = countingBytes(size + 2)(2 * size);
      expect(await server.open(kind, await client.seal(kind, question))).toEqual(question);
      expect(await client.openAnswer(await server.sealAnswer(answer))).toEqual(answer);
    }
  });

  test('hides lengths up to the kilobyte', async () => {
    const sizes = new Set<number>();
    for (const size of [0, 1, 500, 1020]) {
      const ends2 = await ends(session);
      const sealed = await ends2.client.seal('cancelSession', new Uint8Array(size));
      await ends2.server.open('cancelSession', sealed);
      sizes.add(sealed.length + (await ends2.server.sealAnswer(new Uint8Array(size))).length);
    }
    expect(sizes.size).toBe(1);
  });

  test('never has the same bytes twice for one body', async () => {
    const again = await ends(session);
    const sealed = [client, again.client].map((end) => end.seal('cancelSession', body('0')));
    const [one, two] = await Promise.all(sealed);
    expect(hex(one!)).not.toBe(hex(two!));
    const next = await client.seal('cancelSession', body('0'));
    expect(hex(next)).not.toContain(hex(one!.slice(67, 90)));
  });
});

describe('the server refuses', () => {
  test('a message that was answered before', async () => {
    const sealed = await client.seal('authenticateClient', body('a'));
    await server.open('authenticateClient', sealed);
    await server.sealAnswer(body('answer'));
    await refused(server.open('authenticateClient', sealed), 'ERR_RSP_ZKCX_ORDER');
  });

  test('what is not just the message that it could not answer, which it opens again', async () => {
    const sealed = await client.seal('authenticateClient', body('a'));
    await server.open('authenticateClient', sealed);
    const { client: other } = await ends(session);
    const alike = await other.seal('authenticateClient', body('a'));
    for (const wrong of [flipped(sealed, -1), flipped(sealed, 40), alike]) {
      await refused(server.open('authenticateClient', wrong), 'ERR_RSP_ZKCX_ORDER');
    }
    await refused(server.open('cancelSession', sealed), 'ERR_RSP_ZKCX_ORDER');
    expect(await server.open('authenticateClient', sealed)).toEqual(body('a'));
    expect(await client.openAnswer(await server.sealAnswer(body('b')))).toEqual(body('b'));
  });

  test('the same message twice at once', async () => {
    const sealed = await client.seal('authenticateClient', body('a'));
    const both = await Promise.allSettled([
      server.open('authenticateClient', sealed),
      server.open('authenticateClient', sealed),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  test('a later message before an earlier one', async () => {
    const first = await client.seal('authenticateClient', body('a'));
    const second = await client.seal('zkcxDisclose', body('b'));
    await refused(server.open('zkcxDisclose', second), 'ERR_RSP_ZKCX_ORDER');
    await server.open('authenticateClient', first);
    expect(await server.open('zkcxDisclose', second)).toEqual(body('b'));
  });

  test('a message of another kind, also when its kind is rewritten', async () => {
    const sealed = await client.seal('cancelSession', body('a'));
    await refused(server.open('zkcxDisclose', sealed), 'ERR_RSP_ZKCX_ORDER');
    const rewritten = sealed.slice();
    rewritten[0] = 2;
    await refused(server.open('zkcxDisclose', rewritten), 'ERR_RSP_ZKCX_SEALED');
  });

  test('a replayed message under the next number', async () => {
    const first = await client.seal('cancelSession', body('a'));
    await server.open('cancelSession', first);
    const replayed = concatBytes(Uint8Array.of(first[0]!, 1), first.slice(67));
    await refused(server.open('cancelSession', replayed), 'ERR_RSP_ZKCX_SEALED');
  });

  test('a message of another session, to the same key or to another', async () => {
    const other = await negotiate();
    const sealed = await (await ends(other)).client.seal('authenticateClient', body('a'));
    await refused(server.open('authenticateClient', sealed), 'ERR_RSP_ZKCX_SEALED');
    // the key of this session under the transcript of the other: somebody swapped the key in the offer
    const swapped = await ClientChannel.open(session.key.publicKey, other.transcript);
    const wrong = await swapped.seal('authenticateClient', body('a'));
    await refused(server.open('authenticateClient', wrong), 'ERR_RSP_ZKCX_SEALED');
  });

  test('the second message of another client, whose first one it did not open', async () => {
    const { client: stranger } = await ends(session);
    await stranger.seal('authenticateClient', body('x'));
    const second = await stranger.seal('zkcxDisclose', body('y'));
    await server.open('authenticateClient', await client.seal('authenticateClient', body('a')));
    await refused(server.open('zkcxDisclose', second), 'ERR_RSP_ZKCX_SEALED');
    const own = await client.seal('zkcxDisclose', body('b'));
    expect(await server.open('zkcxDisclose', own)).toEqual(body('b'));
  });

  test.each([0, 1, 2, 3, 40, 67, 500, -17, -1])('a message with byte %d changed', async (at) => {
    const sealed = await client.seal('authenticateClient', body('a'));
    const wrong = server.open('authenticateClient', flipped(sealed, at));
    await expect(wrong).rejects.toMatchObject({
      code: expect.stringMatching(/ERR_RSP_ZKCX_(SEALED|ORDER)/),
    });
    // and it still takes the right one
    expect(await server.open('authenticateClient', sealed)).toEqual(body('a'));
  });

  test.each([0, 1, 2, 66, 67, 82, 83, -1])('a message cut off at %d', async (at) => {
    const sealed = await client.seal('authenticateClient', body('a'));
    const cut = server.open('authenticateClient', sealed.slice(0, at));
    await refused(cut, 'ERR_RSP_ZKCX_SEALED');
  });

  test('a message with bytes after it, or too large', async () => {
    const sealed = await client.seal('authenticateClient', body('a'));
    const longer = concatBytes(sealed, new Uint8Array(16));
    await refused(server.open('authenticateClient', longer), 'ERR_RSP_ZKCX_SEALED');
    const huge = new Uint8Array(MAX_SEALED + 1);
    huge.set(sealed);
    await refused(server.open('authenticateClient', huge), 'ERR_RSP_ZKCX_SEALED');
  });

  test('to answer twice, or to answer nothing', async () => {
    await refused(server.sealAnswer(body('a')), 'ERR_RSP_ZKCX_ORDER');
    await server.open('cancelSession', await client.seal('cancelSession', body('a')));
    await server.sealAnswer(body('a'));
    await refused(server.sealAnswer(body('b')), 'ERR_RSP_ZKCX_ORDER');
  });
});

describe('the client refuses', () => {
  const question = async (kind: 'authenticateClient' | 'cancelSession') => {
    await server.open(kind, await client.seal(kind, body('?')));
    return server.sealAnswer(body('answer'));
  };

  test('an answer to another message', async () => {
    const first = await question('authenticateClient');
    expect(await client.openAnswer(first)).toEqual(body('answer'));
    await question('cancelSession');
    await refused(client.openAnswer(first), 'ERR_RSP_ZKCX_SEALED');
  });

  test('an answer to the same message of another session', async () => {
    const other = await ends(await negotiate());
    await other.server.open('cancelSession', await other.client.seal('cancelSession', body('?')));
    const foreign = await other.server.sealAnswer(body('answer'));
    const own = await question('cancelSession');
    await refused(client.openAnswer(foreign), 'ERR_RSP_ZKCX_SEALED');
    expect(await client.openAnswer(own)).toEqual(body('answer'));
    await refused(client.openAnswer(own), 'ERR_RSP_ZKCX_ORDER');
  });

  test.each([0, 5, -17, -1])('an answer with byte %d changed', async (at) => {
    const answer = await question('cancelSession');
    await refused(client.openAnswer(flipped(answer, at)), 'ERR_RSP_ZKCX_SEALED');
  });

  test('an answer that is cut off', async () => {
    const answer = await question('cancelSession');
    for (const end of [0, 15, 16, -1]) {
      await refused(client.openAnswer(answer.slice(0, end)), 'ERR_RSP_ZKCX_SEALED');
    }
  });

  test.each([
    ['is not on the curve', new Uint8Array(65).fill(4)],
    ['is too short', new Uint8Array(33).fill(2)],
  ])('a one-time key that %s', async (_, key) => {
    await refused(ClientChannel.open(key, session.transcript), 'ERR_RSP_ZKCX_SEALED');
  });
});

describe('a notification', () => {
  test('is sealed to the key that came with the package, in its session', async () => {
    const key = await newHpkeKeyPair(countingBytes(5));
    const own = session.transcript.session;
    const sealed = await sealNotification(key.publicKey, own, body('installed'));
    expect(await openNotification(key, own, sealed)).toEqual(body('installed'));
    const other = (await negotiate()).transcript.session;
    await refused(openNotification(key, other, sealed), 'ERR_RSP_ZKCX_SEALED');
    await refused(openNotification(session.key, own, sealed), 'ERR_RSP_ZKCX_SEALED');
    for (const at of [0, 1, 2, 80, -1]) {
      const changed = openNotification(key, own, flipped(sealed, at));
      await expect(changed).rejects.toMatchObject({
        code: expect.stringMatching(/ERR_RSP_ZKCX_(SEALED|ORDER)/),
      });
    }
    await refused(openNotification(key, own, sealed.slice(0, 70)), 'ERR_RSP_ZKCX_SEALED');
  });

  test('is no message of the channel, and the reverse', async () => {
    const own = session.transcript.session;
    const sealed = await sealNotification(session.key.publicKey, own, body('x'));
    await refused(server.open('handleNotification', sealed), 'ERR_RSP_ZKCX_SEALED');
    const message = await client.seal('handleNotification', body('x'));
    await refused(openNotification(session.key, own, message), 'ERR_RSP_ZKCX_SEALED');
  });
});

test('one-time keys differ', async () => {
  const random = countingBytes(9);
  const [one, two] = [await newHpkeKeyPair(random), await newHpkeKeyPair(random)];
  expect(hex(one.publicKey)).not.toBe(hex(two.publicKey));
  expect(one.publicKey).toHaveLength(65);
  expect(one.secretKey).toHaveLength(32);
});

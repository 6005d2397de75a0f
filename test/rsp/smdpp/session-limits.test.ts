/** How many sessions there are, and who makes room for whom: anyone on the network can begin one. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { bytesToHex } from '../../../src/bytes.ts';
import { EuiccInfo1 } from '../../../src/sgp22/messages/euicc-info.ts';
import type { Session } from '../../../src/rsp/smdpp/session.ts';
import { SessionTable } from '../../../src/rsp/smdpp/sessions.ts';
import type { SmdpSettings } from '../../../src/rsp/smdpp/settings.ts';
import { refusalOf } from '../../support/rsp/refusal.ts';
import {
  authenticateServer,
  cancelSession,
  initiateRequest,
  sgp26Euicc,
} from '../../support/rsp/soft-euicc.ts';
import { ADDRESS, TestSmdp } from '../../support/rsp/smdpp.ts';

let smdp: TestSmdp;
afterEach(() => smdp.close());

const euicc = sgp26Euicc();

const open = async (settings: Partial<SmdpSettings>) => {
  smdp = await TestSmdp.open(settings);
};

/** InitiateAuthentication from an address. */
function begin(peer = '') {
  const { euiccInfo1, ...rest } = initiateRequest(euicc, ADDRESS, {});
  const request = { ...rest, euiccInfo1: EuiccInfo1.decode(EuiccInfo1.encode(euiccInfo1)) };
  return smdp.server.initiateAuthentication(request, peer);
}

type Begun = Awaited<ReturnType<typeof begin>>;

function authenticate({ transactionId, serverSigned1 }: Begun, matchingId?: string) {
  const response = authenticateServer(euicc, serverSigned1, { matchingId });
  const authenticateServerResponse = { ...response, der: new Uint8Array() };
  return smdp.server.authenticateClient({ transactionId, authenticateServerResponse });
}

/** The device ends its session for later. */
function cancel({ transactionId }: { readonly transactionId: Uint8Array }) {
  const { cancelSessionResponse } = cancelSession(euicc, transactionId, 1);
  const response = { ...cancelSessionResponse, der: new Uint8Array() };
  return smdp.server.cancelSession({ transactionId, cancelSessionResponse: response });
}

async function storedSessions(): Promise<string[]> {
  const ids: string[] = [];
  for await (const { transactionId } of smdp.server.context.store.sessions()) {
    ids.push(transactionId);
  }
  return ids.sort();
}

describe('sessions that were only begun', () => {
  test('live two minutes, the others half an hour', async () => {
    await open({});
    const { matchingId } = await smdp.order();
    const answer = await smdp.authenticate(euicc, matchingId);
    const [early, late] = [await begin(), await begin()];
    smdp.time += 119n;
    expect(await refusalOf(authenticate(early, 'ANY'))).toBe('8.2.6/3.8');
    smdp.time += 1n;
    expect(await refusalOf(authenticate(late, 'ANY'))).toBe('8.10.1/3.9');
    smdp.time += 1_679n;
    expect(await refusalOf(smdp.bind(euicc, answer))).toBe('accepted');
    smdp.time += 1n;
    await begin();
    expect(smdp.server.context.sessions.size).toBe(1);
    expect(await storedSessions()).toHaveLength(1);
  });

  test('make room, the oldest first; those of devices never do', async () => {
    await open({ maxBegunSessions: 3 });
    const { matchingId } = await smdp.order();
    const answer = await smdp.authenticate(euicc, matchingId);
    const refused = await begin();
    expect(await refusalOf(authenticate(refused, 'ANY'))).toBe('8.2.6/3.8');
    const begun: Begun[] = [];
    for (let i = 0; i < 10; i++) begun.push(await begin(`192.0.2.${i}`));
    expect(smdp.server.context.sessions.size).toBe(5);
    expect(await refusalOf(authenticate(begun[6]!, 'ANY'))).toBe('8.10.1/3.9');
    expect(await refusalOf(authenticate(begun[7]!, 'ANY'))).toBe('8.2.6/3.8');
    expect(await refusalOf(smdp.bind(euicc, answer))).toBe('accepted');
    // the one that was refused can still cancel
    expect(await refusalOf(cancel(refused))).toBe('accepted');
  });

  test.each([
    ['an IPv4 address', '192.0.2.1', '::ffff:192.0.2.1'],
    ['a /64 network of IPv6', '2001:db8::1', '2001:db8::ffff:1'],
  ])('from %s make room for one another and for nobody else', async (_, address, other) => {
    await open({ maxBegunSessionsPerAddress: 2 });
    const honest = await begin('198.51.100.1');
    const first = await begin(address);
    for (let i = 0; i < 20; i++) await begin(i % 2 === 0 ? address : other);
    expect(smdp.server.context.sessions.size).toBe(3);
    expect(await refusalOf(authenticate(first, 'ANY'))).toBe('8.10.1/3.9');
    expect(await refusalOf(authenticate(honest, 'ANY'))).toBe('8.2.6/3.8');
  });

  test('have no limit for each address where that is switched off', async () => {
    await open({ maxBegunSessionsPerAddress: 0, maxBegunSessions: 5 });
    for (let i = 0; i < 10; i++) await begin('192.0.2.1');
    expect(smdp.server.context.sessions.size).toBe(5);
  });

  test('keep to the rules after a restart, and leave the store', async () => {
    await open({ maxBegunSessions: 5 });
    const { matchingId } = await smdp.order();
    const answer = await smdp.authenticate(euicc, matchingId);
    const begun: Begun[] = [];
    for (let i = 0; i < 5; i++) {
      smdp.time += 1n;
      begun.push(await begin('192.0.2.1'));
    }
    smdp.change({ maxBegunSessions: 2 });
    await smdp.restart();
    expect(smdp.server.context.sessions.size).toBe(3);
    const newcomer = await begin('192.0.2.1');
    const kept = [answer, begun[4]!, newcomer].map(({ transactionId }) =>
      bytesToHex(transactionId),
    );
    expect(await storedSessions()).toEqual(kept.sort());
    smdp.time += 120n;
    await smdp.restart();
    expect(await refusalOf(authenticate(begun[4]!, 'ANY'))).toBe('8.10.1/3.9');
    expect(await refusalOf(smdp.bind(euicc, answer))).toBe('accepted');
  });

  test('do not come back when they had to go while they were looked at', async () => {
    await open({ maxBegunSessions: 2 });
    const { context } = smdp.server;
    const { transactionId } = await begin();
    const session = context.sessions.get(bytesToHex(transactionId))!;
    await begin();
    await begin();
    context.sessions.set({ ...session, state: 'refused' });
    expect(context.sessions.size).toBe(2);
    expect(context.sessions.get(session.transactionId)).toBeUndefined();
  });
});

describe('sessions of devices', () => {
  test('are bounded, however many authenticate at the same time', async () => {
    await open({ maxSessions: 3 });
    const orders = await Promise.all(Array.from({ length: 8 }, () => smdp.order()));
    const begun = await Promise.all(Array.from({ length: 8 }, () => begin()));
    const outcomes = await Promise.allSettled(
      begun.map((session, i) => authenticate(session, orders[i]!.matchingId)),
    );
    const accepted = outcomes.filter(({ status }) => status === 'fulfilled');
    expect(accepted).toHaveLength(3);
    const others = outcomes.filter(({ status }) => status === 'rejected');
    for (const outcome of others) {
      expect(outcome).toMatchObject({ reason: { code: 'ERR_RSP_BUSY' } });
    }
    // who had to wait may ask again in the same session
    const i = outcomes.findIndex(({ status }) => status === 'rejected');
    const j = outcomes.findIndex(({ status }) => status === 'fulfilled');
    await cancel(begun[j]!);
    expect(await refusalOf(authenticate(begun[i]!, orders[i]!.matchingId))).toBe('accepted');
  });

  test('that can only be cancelled make room for those that are under way', async () => {
    await open({ maxSessions: 2 });
    const { matchingId } = await smdp.order();
    const answer = await smdp.authenticate(euicc, matchingId);
    // any genuine device can be refused as often as it likes
    for (let i = 0; i < 5; i++) {
      expect(await refusalOf(smdp.authenticate(euicc, 'ANY'))).toBe('8.2.6/3.8');
    }
    expect(smdp.server.context.sessions.size).toBe(2);
    expect(await refusalOf(smdp.bind(euicc, answer))).toBe('accepted');
  });

  test('that failed to authenticate leave at once', async () => {
    await open({});
    for (let i = 0; i < 4; i++) {
      const broken = sgp26Euicc({ eumCertificate: Uint8Array.of(0x30, 0) });
      expect(await refusalOf(smdp.authenticate(broken, 'ANY'))).toBe('8.1.2/6.1');
    }
    expect(smdp.server.context.sessions.size).toBe(0);
    expect(await storedSessions()).toEqual([]);
  });
});

test('a flood of 10,000 begun sessions takes no time that grows with their number', async () => {
  await open({});
  const limits = { lifetime: 60, begunLifetime: 60, count: 1, begun: 5_000, begunPerAddress: 10 };
  const table = new SessionTable(limits, () => 1n);
  const started = performance.now();
  for (let i = 0; i < 10_000; i++) {
    const session = { transactionId: String(i), createdAt: 1, state: 'initiated' } as Session;
    table.begin(session, String(i % 2_000));
    table.sweep();
  }
  expect(table.size).toBe(5_000);
  expect(performance.now() - started).toBeLessThan(5_000);
});

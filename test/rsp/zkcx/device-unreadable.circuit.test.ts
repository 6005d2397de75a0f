/** A notification that the LPA cannot read may be about a zkCX profile: it tells no other server, and nothing is forgotten. */
import { expect, test } from '@jest/globals';
import type { Es10, Es9p } from '../../../src/rsp/lpa/index.ts';
import { sweepSessions, zkcxDelivery } from '../../../src/rsp/zkcx/device/index.ts';

const UNREADABLE = { kind: 'unreadable', der: Uint8Array.of(0x30, 0), problem: 'empty' } as const;

const sessions = {
  find: () => Promise.reject(Error('there is nothing to find')),
  confirm: async () => {},
  forget: async () => {},
};

test('it stays, unless other servers are allowed', async () => {
  const deliver = zkcxDelivery({ sessions });
  await expect(deliver(UNREADABLE, {} as Es9p)).rejects.toMatchObject({
    code: 'ERR_HOLDER_CONSENT',
  });
  const toOthers = zkcxDelivery({ sessions, othersAllowed: true });
  expect(await toOthers(UNREADABLE, {} as Es9p)).toBeUndefined();
});

test('kept sessions stay while it is there, or a profile that cannot be told', async () => {
  const swept: unknown[] = [];
  const ICCID = '8949000000000000017';
  const card = (pending: unknown, profiles: object[] = [{ iccid: ICCID }]) =>
    ({
      eid: async () => '89049032123451234512345678901235',
      profiles: async () => profiles,
      listNotifications: async () => [{ seqNumber: 1 }],
      retrieveNotification: async () => pending,
    }) as unknown as Es10;
  const kept = { sweep: async (content: unknown) => void swept.push(content) };
  await sweepSessions(card(UNREADABLE), kept);
  await sweepSessions(card(undefined, [{ iccid: ICCID }, {}]), kept);
  expect(swept).toEqual([]);
  await sweepSessions(card(undefined), kept);
  expect(swept).toMatchObject([{ iccids: [ICCID] }]);
});

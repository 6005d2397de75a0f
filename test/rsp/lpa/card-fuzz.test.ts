/** Answers of a card with any bytes changed: nothing but typed errors, and in bounded time. */
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { ZkcxError } from '../../../src/errors.ts';
import { cardInterface, openIsdr } from '../../../src/rsp/apdu/index.ts';
import type { Card } from '../../../src/rsp/apdu/index.ts';
import { es10, es9pClient, sendNotifications } from '../../../src/rsp/lpa/index.ts';
import type { Es10 } from '../../../src/rsp/lpa/index.ts';
import type { CardQuirk } from '../../../src/rsp/euicc/index.ts';
import type { EuiccStore } from '../../../src/rsp/euicc/index.ts';
import { memoryStore } from '../../../src/rsp/euicc/index.ts';
import { testEuicc } from '../../support/rsp/emulator.ts';
import { iccidOf, storedProfile, storeProfiles } from '../../support/rsp/stored-profiles.ts';

/** A change of an answer: where, and what it becomes. */
const mutation = fc.record({
  /** Of the answers, the first ones open the channel. */
  at: fc.nat({ max: 40 }),
  place: fc.nat({ max: 300 }),
  kind: fc.constantFrom('flip', 'cut', 'insert', 'repeat', 'empty', 'status') as fc.Arbitrary<
    'flip' | 'cut' | 'insert' | 'repeat' | 'empty' | 'status'
  >,
  bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
});
type Mutation = typeof mutation extends fc.Arbitrary<infer M> ? M : never;

const STATUS = [0x61, 0x6c, 0x62, 0x63, 0x90, 0x91, 0x6a, 0x68, 0x67];

function mutated(answer: Uint8Array, { place, kind, bytes }: Mutation): Uint8Array {
  const at = answer.length === 0 ? 0 : place % answer.length;
  switch (kind) {
    case 'flip':
      return answer.map((byte, i) => (i === at ? byte ^ (bytes[0]! || 1) : byte));
    case 'cut':
      return answer.slice(0, at);
    case 'insert':
      return Uint8Array.of(...answer.subarray(0, at), ...bytes, ...answer.subarray(at));
    case 'repeat':
      return Uint8Array.of(...answer.subarray(0, at), ...answer);
    case 'empty':
      return new Uint8Array();
    case 'status':
      return Uint8Array.of(...answer.slice(0, -2), STATUS[place % STATUS.length]!, bytes[0]!);
  }
}

let stored: Awaited<ReturnType<EuiccStore['load']>>;
beforeAll(async () => {
  const store = await storeProfiles([0, 1, 2, 3].map((i) => storedProfile(i)));
  const { card } = await testEuicc({ store });
  const lpa = es10(await openIsdr(cardInterface(card)));
  await lpa.enableProfile({ iccid: iccidOf(0) });
  await lpa.enableProfile({ iccid: iccidOf(1) });
  stored = await store.load();
});

async function meddled(mutations: readonly Mutation[], quirks: CardQuirk[]): Promise<Es10> {
  const store = memoryStore();
  await store.commit(stored);
  const { card } = await testEuicc({ store, quirks });
  let number = 0;
  const liar: Card = {
    reset: () => card.reset(),
    async transmit(command) {
      const answer = await card.transmit(command);
      const now = number++;
      return mutations.filter(({ at }) => at === now).reduce(mutated, answer);
    },
  };
  const basicChannel = quirks.includes('no-channels');
  return es10(await openIsdr(cardInterface(liar), { basicChannel }));
}

const server = (address: string) =>
  es9pClient(address, { fetch: async () => new Response(null, { status: 204 }) });

/** What a user does with a card; each step for itself. */
const STEPS: readonly ((lpa: Es10) => Promise<unknown>)[] = [
  (lpa) => lpa.eid(),
  (lpa) => lpa.euiccInfo1(),
  (lpa) => lpa.euiccInfo2(),
  (lpa) => lpa.configuredAddresses(),
  (lpa) => lpa.euiccChallenge(),
  (lpa) => lpa.profiles(),
  (lpa) => lpa.unreadableNotifications(),
  (lpa) => sendNotifications(lpa, { server, attempts: 1 }),
  (lpa) => lpa.enableProfile({ iccid: iccidOf(2) }),
  (lpa) => lpa.disableProfile({ iccid: iccidOf(2) }),
  (lpa) => lpa.setNickname(iccidOf(2), 'mine'),
  (lpa) => lpa.deleteProfile({ iccid: iccidOf(3) }),
  (lpa) => lpa.cancelSession({ transactionId: Uint8Array.of(1), reason: 0 }),
  (lpa) => lpa.loadBoundProfilePackage(Uint8Array.of(0xbf, 0x36, 0)),
];

/** Throws whatever is no ZkcxError. */
async function typed(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ZkcxError) return undefined;
    throw error;
  }
}

describe('whatever a card answers', () => {
  test.each<[string, CardQuirk[]]>([
    ['by GET RESPONSE', []],
    ['at once', ['direct', 'odd-profiles', 'odd-notifications']],
    ['after warnings', ['warnings', 'proactive']],
    ['to Le alone', ['needs-le', 'no-channels']],
  ])('%s, errors have codes and the end comes', async (_, quirks) => {
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 6 }), async (mutations) => {
        const lpa = await typed(() => meddled(mutations, quirks));
        if (lpa === undefined) return;
        const began = performance.now();
        for (const step of STEPS) await typed(() => step(lpa as Es10));
        expect(performance.now() - began).toBeLessThan(10_000);
      }),
      { numRuns: 60 },
    );
  });

  test('of any bytes at all', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 60 }), { minLength: 1 }),
        async (list) => {
          let number = 0;
          const liar: Card = {
            reset: async () => {},
            transmit: async () => list[number++ % list.length]!,
          };
          for (const basicChannel of [false, true]) {
            const opened = await typed(() => openIsdr(cardInterface(liar), { basicChannel }));
            if (opened === undefined) continue;
            const lpa = es10(opened as Awaited<ReturnType<typeof openIsdr>>);
            for (const step of STEPS) await typed(() => step(lpa));
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  test('lists of any elements have entries, or none', async () => {
    const element = fc.letrec((tie) => ({
      any: fc.oneof(
        fc.uint8Array({ maxLength: 20 }),
        fc
          .tuple(
            fc.constantFrom(
              'a0',
              'e3',
              'bf2f',
              '30',
              'bf37',
              '5a',
              '4f',
              '9f70',
              '91',
              '95',
              '80',
              '81',
            ),
            fc.array(tie('any') as fc.Arbitrary<Uint8Array>, { maxLength: 3 }),
          )
          .map(([tag, parts]) => {
            const content = Buffer.concat(parts);
            const length =
              content.length < 128
                ? [content.length]
                : [0x82, content.length >> 8, content.length & 255];
            return Uint8Array.from([...Buffer.from(tag, 'hex'), ...length, ...content]);
          }),
      ),
    })).any as fc.Arbitrary<Uint8Array>;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('bf2d', 'bf28', 'bf2b'),
        fc.array(element, { maxLength: 5 }),
        async (tag, parts) => {
          const content = Buffer.concat([...parts]);
          const header = [
            ...Buffer.from(tag, 'hex'),
            0x82,
            (content.length + 4) >> 8,
            (content.length + 4) & 255,
          ];
          const list = [0xa0, 0x82, content.length >> 8, content.length & 255];
          const response = Uint8Array.from([...header, ...list, ...content]);
          const lpa = es10({ request: async () => response, close: async () => {} });
          for (const step of STEPS.slice(5, 8)) await typed(() => step(lpa));
        },
      ),
      { numRuns: 200 },
    );
  });
});

/** Whole downloads to cards of the field: whatever their status words, the server is told of success. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { cardInterface, openIsdr } from '../../../src/rsp/apdu/index.ts';
import type { Card } from '../../../src/rsp/apdu/index.ts';
import type { CardQuirk } from '../../../src/rsp/euicc/index.ts';
import { downloadProfile, es10, es9pClient } from '../../../src/rsp/lpa/index.ts';
import type { Fetch } from '../../../src/rsp/lpa/index.ts';
import { es9pApp } from '../../../src/rsp/smdpp/app.ts';
import { SERVER, testEuicc } from '../../support/rsp/emulator.ts';
import { TestSmdp } from '../../support/rsp/smdpp.ts';

let smdp: TestSmdp;
let asked: string[];
beforeEach(async () => {
  smdp = await TestSmdp.open();
  asked = [];
});
afterEach(() => smdp.close());

async function download(card: Card) {
  const app = es9pApp(smdp.server);
  const fetch: Fetch = async (url, init) => {
    asked.push(url.slice(url.lastIndexOf('/') + 1));
    return app.request(url, init);
  };
  const { iccid, matchingId } = await smdp.order();
  const lpa = es10(await openIsdr(cardInterface(card)));
  const done = await downloadProfile({
    es10: lpa,
    server: es9pClient(SERVER, { fetch }),
    notificationServer: (address) => es9pClient(address, { fetch }),
    matchingId: matchingId!,
    device: { tac: Uint8Array.of(1, 2, 3, 4), deviceCapabilities: {} },
    consent: async () => 'accept',
    confirmationCode: async () => undefined,
  });
  expect(done.notification?.failure).toBeUndefined();
  expect((await smdp.storedOrder(iccid))?.state).toBe('installed');
  await lpa.enableProfile({ isdpAid: done.isdpAid });
  return (await lpa.profiles()).map(({ profileState }) => profileState);
}

const INSTALLED = [
  'initiateAuthentication',
  'authenticateClient',
  'getBoundProfilePackage',
  'handleNotification',
];

test.each([
  ['proactive'],
  ['direct'],
  ['exact-le'],
  ['needs-le'],
  ['warnings'],
  ['iso-get-response'],
  ['high-channels'],
  ['odd-notifications'],
] satisfies [CardQuirk][])('to a card that is %s', async (quirk) => {
  const { card } = await testEuicc({ quirks: [quirk] });
  expect(await download(card)).toEqual(['enabled']);
  expect(asked).toEqual(INSTALLED);
});

test('to a card that takes small commands and gives small answers', async () => {
  const { card } = await testEuicc({ maxData: 120, responseSize: 16, quirks: ['proactive'] });
  expect(await download(card)).toEqual(['enabled']);
});

test('each segment may be answered with 91xx, and with 61xx before that', async () => {
  const { card } = await testEuicc();
  let segments = 0;
  const busy: Card = {
    reset: () => card.reset(),
    async transmit(command) {
      const answer = await card.transmit(command);
      const isDone = answer.length === 2 && answer[0] === 0x90;
      if (command[1] !== 0xe2 || !isDone) return answer;
      segments++;
      return Uint8Array.of(0x91, 1 + (segments % 200));
    },
  };
  expect(await download(busy)).toEqual(['enabled']);
  expect(segments).toBeGreaterThan(5);
  expect(asked).not.toContain('cancelSession');
});

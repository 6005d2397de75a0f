/**
 * The scan behind the seal: what the server itself is told. In `zkcx` nothing that identifies the device, ever; in
 * `zkcx-device` nothing before consent. Complete, declined, stopped and refused sessions alike.
 */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ClientChannel } from '../../../src/rsp/zkcx/channel.ts';
import type { ZkcxDownloadOptions } from '../../../src/rsp/zkcx/device/index.ts';
import { newHpkeKeyPair, senderContext } from '../../../src/rsp/zkcx/hpke.ts';
import type { ZkcxMode } from '../../../src/rsp/zkcx/negotiation.ts';
import { countedRandom } from '../../support/rsp/emulator.ts';
import { findLeaks, type Recorded, type Secret } from '../../../scripts/demo-zkcx/leak-scan.ts';
import {
  description,
  KNOWN,
  orderSecrets,
  overheard,
  signatureSecret,
  text,
} from './device-secrets.ts';
import { DeviceWorld, failureOf } from './device-world.ts';

/** What the server opens, and what the device opens of its answers, message by message. */
let opened: Recorded[];

beforeEach(async () => {
  opened = [];
  const { publicKey } = await newHpkeKeyPair(countedRandom('spied'));
  const context = await senderContext(publicKey, new Uint8Array());
  // below channel and notifications: whatever is sealed goes through here
  const prototype = Object.getPrototypeOf(context) as typeof context;
  const { seal } = prototype;
  jest.spyOn(prototype, 'seal').mockImplementation(function (this: typeof context, data, aad) {
    record(`sealed ${opened.length}`, new Uint8Array(data as ArrayBuffer));
    return seal.call(this, data, aad);
  });
  const { openAnswer } = ClientChannel.prototype;
  jest.spyOn(ClientChannel.prototype, 'openAnswer').mockImplementation(async function (
    this: ClientChannel,
    answer,
  ) {
    const body = await openAnswer.call(this, answer);
    record(`answer ${opened.length}`, body);
    return body;
  });
});
afterEach(() => {
  jest.restoreAllMocks();
});

/** A body, and what stands in base64 in it, and in that again. */
function record(label: string, body: Uint8Array): void {
  const plain = Buffer.from(body).toString('latin1');
  opened.push({ label, body: plain });
  for (const [inner] of plain.matchAll(/[A-Za-z0-9+/]{24,}={0,2}/g)) {
    // digits are field elements
    if (!/^[0-9]+$/.test(inner)) record(`${label}, inside`, Buffer.from(inner, 'base64'));
  }
}

type Course = Partial<ZkcxDownloadOptions> & { readonly wrongCode?: boolean };

/** One session, of which an observer finds nothing; what the server could be told of the device in it. */
async function session(mode: ZkcxMode, course: (world: DeviceWorld) => Course) {
  const world = await DeviceWorld.open({ firmware: mode === 'zkcx' ? 'zkcx' : 'classic' });
  const { wrongCode = false, ...changes } = course(world);
  try {
    const { matchingId, iccid } = await world.order();
    const told = await description(world.card);
    const signatures: Uint8Array[] = [];
    const es10 = overheard(world.card, signatures);
    const ended = await failureOf(
      world.download(mode, wrongCode ? 'NO-SUCH-ORDER' : matchingId, { es10, ...changes }),
    );
    expect(signatures.length).toBeGreaterThan(0);
    expect(opened.length).toBeGreaterThan(0);
    // in `zkcx` all but the first are by a key that is of this session only
    const own = mode === 'zkcx' ? signatures.slice(0, 1) : signatures;
    const secrets = [...KNOWN, told, signatureSecret(own)];
    // pseudonym and commitments: only the server may know which session this is
    const shown = opened.flatMap(({ body }) => [
      ...body.matchAll(/"(?:publicOutput":\[|pseudonym":)"(\d+)"/g),
    ]);
    const names = shown.map(([, value]) => text(value!));
    expect(names.length).toBeGreaterThan(1);
    const forServer: Secret[] = [
      { name: 'pseudonym and commitments', values: names },
      ...orderSecrets(matchingId, iccid),
    ];
    const traffic = world.traffic.map((body, i) => ({ label: String(i), body }));
    expect(findLeaks(traffic, [...secrets, ...forServer])).toEqual([]);
    return { ended, secrets, signatures };
  } finally {
    await world.close();
  }
}

const aborted = () => {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    consent: async () => {
      controller.abort();
      return 'accept' as const;
    },
  };
};

/** The user takes longer than the server keeps a session. */
const late = ({ server: { smdp } }: DeviceWorld): Course => ({
  consent: async () => {
    smdp.time += 86_400n;
    return 'accept';
  },
});

const COURSES: [string, (world: DeviceWorld) => Course, string][] = [
  ['declined', () => ({ consent: async () => 'reject' }), 'ERR_RSP_CANCELLED endUserRejection'],
  ['put off', () => ({ consent: async () => 'postpone' }), 'ERR_RSP_CANCELLED postponed'],
  ['stopped', aborted, 'ERR_RSP_CANCELLED postponed'],
  ['refused by the server', () => ({ wrongCode: true }), 'ERR_RSP_REFUSED 8.2.6/3.8'],
];

describe('in zkcx the server is told nothing of the device', () => {
  const complete: (typeof COURSES)[number] = ['complete', () => ({}), ''];
  test.each([
    complete,
    ['timed out', late, 'ERR_RSP_REFUSED 8.10.1/3.9'],
    ...COURSES,
  ] as typeof COURSES)('%s', async (_, course, end) => {
    const { ended, secrets } = await session('zkcx', course);
    expect(ended).toBe(end);
    expect(findLeaks(opened, secrets)).toEqual([]);
  });
});

describe('in zkcx-device the server is told nothing before consent', () => {
  test.each(COURSES)('%s', async (_, course, end) => {
    const { ended, secrets } = await session('zkcx-device', course);
    expect(ended).toBe(end);
    expect(findLeaks(opened, secrets)).toEqual([]);
  });

  test('complete: all that was said until then; after it the scan finds EID, key and signature', async () => {
    let before = 0;
    const consent = async () => {
      before = opened.length;
      return 'accept' as const;
    };
    const { ended, secrets, signatures } = await session('zkcx-device', () => ({ consent }));
    expect(ended).toBe('');
    // of AuthenticateServer and CancelSession: nobody sees them, consent or not
    expect(findLeaks(opened, [signatureSecret(signatures.slice(0, 2))])).toEqual([]);
    expect(before).toBeGreaterThan(0);
    expect(findLeaks(opened.slice(0, before), secrets)).toEqual([]);
    const after = new Set(findLeaks(opened.slice(before), secrets).map(({ secret }) => secret));
    for (const name of ['EID', 'key of the eUICC, x', 'signatures of the eUICC', 'euiccInfo2'])
      expect(after).toContain(name);
    for (const name of ['TAC', 'IMEI']) expect(after).not.toContain(name);
  });
});

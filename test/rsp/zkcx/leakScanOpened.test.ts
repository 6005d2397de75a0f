/**
 * The scan behind the seal: what the server itself is told. In `zkcx` nothing that identifies the device, ever; in
 * `zkcx-device` nothing before consent. Complete, declined, stopped and refused sessions alike.
 */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { bigintToBytes, bytesToHex } from '../../../src/bytes.ts';
import type { Es10 } from '../../../src/rsp/lpa/index.ts';
import { ClientChannel } from '../../../src/rsp/zkcx/channel.ts';
import type { ZkcxDownloadOptions } from '../../../src/rsp/zkcx/device/index.ts';
import { encodeIccid } from '../../../src/rsp/messages/identifiers.ts';
import { newHpkeKeyPair, senderContext } from '../../../src/rsp/zkcx/hpke.ts';
import type { ZkcxMode } from '../../../src/rsp/zkcx/negotiation.ts';
import { EID, EUICC, EUM } from '../../session/world.ts';
import { countedRandom } from '../../support/rsp/emulator.ts';
import { findLeaks, type Recorded, type Secret } from '../../support/rsp/leakScan.ts';
import { DeviceWorld } from './deviceWorld.ts';

const text = (value: string) => new TextEncoder().encode(value);
const { x, y } = EUICC.publicKey;
/** As limbs in decimal: how openings write a coordinate. */
const limbsOf = (value: bigint) =>
  [0n, 88n, 176n].map((shift) => text(String((value >> shift) & ((1n << 88n) - 1n))));

const KNOWN: Secret[] = [
  { name: 'EID', values: [text(EID), Uint8Array.from(Buffer.from(EID, 'hex'))] },
  { name: 'IIN', values: [text(EID.slice(0, 8))] },
  {
    name: 'key of the eUICC',
    values: [x, y].flatMap((v) => [bigintToBytes(v, 32), ...limbsOf(v)]),
  },
  { name: 'serial of the eUICC', values: [bigintToBytes(EUICC.serialNumber, 9)] },
  { name: 'serial of the EUM', values: [bigintToBytes(EUM.serialNumber, 9)] },
  { name: 'SKI of the eUICC', values: [EUICC.subjectKeyIdentifier!] },
  { name: 'SKI of the EUM', values: [EUM.subjectKeyIdentifier!] },
  { name: 'manufacturer', values: [text('RSP Test EUM')] },
  { name: 'IMEI', values: [new Uint8Array(8).fill(0x77)] },
  // with tag and length, as in DeviceInfo: four bytes alone stand anywhere
  { name: 'TAC', values: [Uint8Array.of(0x80, 4, 0x35, 0x29, 6, 0x11)] },
];

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

/** The eUICC with an ear at it: every signature that it gives to the LPA. */
function overheard(card: Es10, signatures: Uint8Array[]): Es10 {
  const collect = (value: unknown, name: string): void => {
    if (value instanceof Uint8Array) {
      if (/signature/i.test(name) && value.length === 64) signatures.push(value);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) collect(inner, key);
    }
  };
  return new Proxy(card, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        const result: unknown = await (member as (...args: unknown[]) => unknown)(...args);
        collect(result, String(name));
        return result;
      };
    },
  });
}

type Course = Partial<ZkcxDownloadOptions> & { readonly wrongCode?: boolean };

/** One session, of which an observer finds nothing; what the server could be told of the device in it. */
async function session(mode: ZkcxMode, course: Course) {
  const { wrongCode = false, ...changes } = course;
  const world = await DeviceWorld.open({ firmware: mode === 'zkcx' ? 'zkcx' : 'classic' });
  try {
    const { matchingId, iccid } = await world.order();
    const signatures: Uint8Array[] = [];
    const es10 = overheard(world.card, signatures);
    const ended = await world
      .download(mode, wrongCode ? 'NO-SUCH-ORDER' : matchingId, { es10, ...changes })
      .then(() => 'installed')
      .catch(() => 'ended early');
    const { der } = (await world.card.euiccInfo2()) as unknown as { der: Uint8Array };
    // halves: a signature may be written as r and s
    const halves = signatures.flatMap((value) => [value.subarray(0, 32), value.subarray(32)]);
    const secrets = [
      ...KNOWN,
      { name: 'euiccInfo2', values: [der] },
      {
        name: 'signatures of the eUICC',
        values: halves.flatMap((half) => [half, ...limbsOf(BigInt(`0x${bytesToHex(half)}`))]),
      },
    ];
    // pseudonym and commitments: only the server may know which session this is
    const shown = opened.flatMap(({ body }) => [...body.matchAll(/"publicOutput":\["(\d+)"/g)]);
    const forServer: Secret[] = [
      { name: 'pseudonym', values: shown.map(([, value]) => text(value!)) },
      { name: 'MatchingID', values: [text(matchingId)] },
      { name: 'ICCID', values: [text(iccid), encodeIccid(iccid).slice(2)] },
    ];
    expect(forServer[0]!.values.length).toBeGreaterThan(0);
    const traffic = world.traffic.map((body, i) => ({ label: String(i), body }));
    expect(findLeaks(traffic, [...secrets, ...forServer])).toEqual([]);
    return { ended, signatures, secrets };
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

const COURSES: [string, () => Course, string][] = [
  ['declined', () => ({ consent: async () => 'reject' }), 'ended early'],
  ['put off', () => ({ consent: async () => 'postpone' }), 'ended early'],
  ['stopped', aborted, 'ended early'],
  ['refused by the server', () => ({ wrongCode: true }), 'ended early'],
];

describe('in zkcx the server is told nothing of the device', () => {
  test.each([['complete', () => ({}), 'installed'], ...COURSES] as typeof COURSES)(
    '%s',
    async (_, course, end) => {
      const { ended, signatures, secrets } = await session('zkcx', course());
      expect(ended).toBe(end);
      expect(signatures.length).toBeGreaterThan(0);
      expect(opened.length).toBeGreaterThan(0);
      expect(findLeaks(opened, secrets)).toEqual([]);
    },
  );
});

describe('in zkcx-device the server is told nothing before consent', () => {
  test.each(COURSES)('%s', async (_, course, end) => {
    const { ended, signatures, secrets } = await session('zkcx-device', course());
    expect(ended).toBe(end);
    expect(signatures.length).toBeGreaterThan(0);
    expect(opened.length).toBeGreaterThan(0);
    expect(findLeaks(opened, secrets)).toEqual([]);
  });

  test('complete: all that was said until then; after it the scan finds EID, key and signature', async () => {
    let before = 0;
    const consent = async () => {
      before = opened.length;
      return 'accept' as const;
    };
    const { ended, secrets } = await session('zkcx-device', { consent });
    expect(ended).toBe('installed');
    expect(before).toBeGreaterThan(0);
    expect(findLeaks(opened.slice(0, before), secrets)).toEqual([]);
    const after = new Set(findLeaks(opened.slice(before), secrets).map(({ secret }) => secret));
    for (const name of ['EID', 'key of the eUICC', 'signatures of the eUICC'])
      expect(after).toContain(name);
  });
});

/** Downloads in zkCX as the device leads them: what it does, asks, tells and keeps. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { ZkcxError } from '../../../src/errors.ts';
import type { ZkcxQuestion } from '../../../src/rsp/zkcx/device/index.ts';
import { publishedOpening } from '../../../src/prover/credential.ts';
import { leafOf } from '../../../src/witness/presentation.ts';
import { RegistryTree } from '../../../src/witness/registry-tree.ts';
import { install } from '../../support/rsp/emulator.ts';
import { testPackage } from '../../support/rsp/smdpp.ts';
import { credentialOf, DP_AUTH, EID, EUICC, EUM, POLICY } from '../../session/world.ts';
import { ACCEPTED } from './negotiated.ts';
import { DeviceWorld, failureOf, unprovenDevice } from './device-world.ts';

let world: DeviceWorld;
afterEach(() => world.close());

const DEVICE_FLOW = [
  'initiateAuthentication',
  'authenticateClient',
  'zkcxDisclose',
  'getBoundProfilePackage',
  'handleNotification',
];

/** In hexadecimal and base64: the certificates of the eUICC would be seen in the traffic. */
function expectNothingOfDevice(traffic: readonly string[]): void {
  for (const secret of [EUICC.der, EUM.der, Buffer.from(EID, 'hex')]) {
    const forms = [
      Buffer.from(secret).toString('hex'),
      Buffer.from(secret.subarray(0, 12)).toString('base64'),
    ];
    for (const form of forms) {
      expect(traffic.some((text) => text.toLowerCase().includes(form.toLowerCase()))).toBe(false);
    }
  }
}

describe("zkcx-device with today's firmware", () => {
  test('installs what was ordered, and tells the EID with consent only', async () => {
    world = await DeviceWorld.open();
    const { iccid, matchingId } = await world.order();
    let question: ZkcxQuestion | undefined;
    const done = await world.download('zkcx-device', matchingId, {
      consent: async (asked) => {
        question = asked;
        expect(world.asked).toEqual(['initiateAuthentication', 'authenticateClient']);
        return 'accept';
      },
    });
    expect(question?.metadata).toMatchObject({ iccid, profileName: 'Plan' });
    expect(question?.tells).toEqual(['eid', 'key']);
    expect(question?.peer.serverOid).toBe('2.999.10');
    expect(await world.euicc.profilePackage(done.isdpAid)).toEqual(testPackage(iccid));
    expect(world.asked).toEqual(DEVICE_FLOW);
    expect(world.made).toEqual(['presentation', 'possession']);
    expect(done.notification?.failure).toBeUndefined();
    expect(await world.card.listNotifications()).toEqual([]);
    expect(await world.state(iccid)).toBe('installed');
    expectNothingOfDevice(world.traffic);
  });

  test('with a confirmation code', async () => {
    world = await DeviceWorld.open();
    const { matchingId } = await world.order({ confirmationCode: '1234' });
    await world.download('zkcx-device', matchingId, { confirmationCode: async () => '1234' });
    expect(await world.card.profiles()).toHaveLength(1);
  });

  test('keeps the session with the profile, for its owner alone', async () => {
    world = await DeviceWorld.open();
    const { matchingId } = await world.order();
    await world.download('zkcx-device', matchingId);
    const [file] = world.keptFiles();
    expect(file?.mode).toBe(0o600);
    expect(file?.text).not.toContain(EID);
  });

  test('says what it is proving, and how long it took', async () => {
    world = await DeviceWorld.open();
    const { matchingId } = await world.order();
    await world.download('zkcx-device', matchingId);
    expect(world.events).toContainEqual({ type: 'proving', what: 'presentation' });
    expect(world.events.find(({ type }) => type === 'proven')).toMatchObject({
      what: 'presentation',
      seconds: expect.any(Number),
    });
  });

  test.each([
    ['reject', 'endUserRejection'],
    ['postpone', 'postponed'],
  ] as const)('%s: the server hears a reason and learns nothing', async (consent, reason) => {
    world = await DeviceWorld.open();
    const { iccid, matchingId } = await world.order();
    const answer = world.download('zkcx-device', matchingId, { consent: async () => consent });
    expect(await failureOf(answer)).toBe(`ERR_RSP_CANCELLED ${reason}`);
    // the server takes a bare reason only from a device that it does not know
    expect(world.events.at(-1)).toEqual({ type: 'cancelled', reason, failure: undefined });
    expect(world.asked.at(-1)).toBe('cancelSession');
    expect(world.asked).not.toContain('zkcxDisclose');
    expect(await world.state(iccid)).toBe(consent === 'reject' ? 'error' : 'released');
  });

  test('a code that the user does not have: cancelled as classic, sealed', async () => {
    world = await DeviceWorld.open();
    const { matchingId } = await world.order({ confirmationCode: '1234' });
    const answer = world.download('zkcx-device', matchingId);
    expect(await failureOf(answer)).toBe('ERR_RSP_CANCELLED endUserRejection');
    expect(world.asked.slice(-2)).toEqual(['zkcxDisclose', 'cancelSession']);
    expect(world.events.at(-1)).toMatchObject({ type: 'cancelled', failure: undefined });
  });

  test('a refusal of the server is one, and no classic session follows it', async () => {
    world = await DeviceWorld.open();
    const answer = world.download('zkcx-device', 'UNKNOWN-TOKEN');
    expect(await failureOf(answer)).toBe('ERR_RSP_REFUSED 8.2.6/3.8');
    expect(world.asked).toEqual(['initiateAuthentication', 'authenticateClient']);
  });
});

describe('zkcx with changed firmware', () => {
  test('installs what was ordered, and tells nothing', async () => {
    world = await DeviceWorld.open({ firmware: 'zkcx' });
    const { iccid, matchingId } = await world.order();
    let tells: ZkcxQuestion['tells'] | undefined;
    const done = await world.download('zkcx', matchingId, {
      consent: async (asked) => {
        ({ tells } = asked);
        return 'accept';
      },
    });
    expect(tells).toEqual([]);
    expect(await world.euicc.profilePackage(done.isdpAid)).toEqual(testPackage(iccid));
    expect(world.asked).toEqual(DEVICE_FLOW.filter((name) => name !== 'zkcxDisclose'));
    expect(world.made).toEqual(['presentation', 'possession']);
    expect(done.notification?.failure).toBeUndefined();
    expect(await world.state(iccid)).toBe('installed');
    expectNothingOfDevice(world.traffic);
  });

  test('an order for one EID asks for it, with a consent of its own', async () => {
    world = await DeviceWorld.open({ firmware: 'zkcx' });
    const { iccid, matchingId } = await world.order({ eid: EID });
    const done = await world.download('zkcx', matchingId, { consentToEid: async () => true });
    expect(world.asked).toEqual(DEVICE_FLOW);
    expect(await world.euicc.profilePackage(done.isdpAid)).toEqual(testPackage(iccid));
  });

  const none: unknown[] = [undefined, async () => 'no']; // only true is a yes
  test.each(none)(
    'without that consent the EID stays here, and the session key says so',
    async (ask) => {
      world = await DeviceWorld.open({ firmware: 'zkcx' });
      const { iccid, matchingId } = await world.order({ eid: EID });
      const answer = world.download('zkcx', matchingId, { consentToEid: ask as never });
      expect(await failureOf(answer)).toBe('ERR_RSP_CANCELLED endUserRejection');
      expect(world.asked).not.toContain('zkcxDisclose');
      expect(world.made).toEqual(['presentation', 'possession']);
      expect(world.events.at(-1)).toMatchObject({ type: 'cancelled', failure: undefined });
      // whose it is was not shown, so it stays there
      expect(await world.state(iccid)).toBe('released');
    },
  );

  test("needs it: today's firmware has nothing to say to a server without certificates", async () => {
    world = await DeviceWorld.open();
    const { matchingId } = await world.order();
    expect(await failureOf(world.download('zkcx', matchingId))).toBe('ERR_RSP_CARD');
    expect(world.asked).toEqual(['initiateAuthentication']);
  });
});

describe('the first use under a CI', () => {
  test.each([
    ['zkcx-device', 'classic'],
    ['zkcx', 'zkcx'],
  ] as const)('%s: certificates come from the eUICC and go nowhere', async (mode, firmware) => {
    world = await DeviceWorld.open({ firmware, firstUse: true });
    const { matchingId } = await world.order();
    await world.download(mode, matchingId);
    expect(world.made.slice(0, 2)).toEqual(['chain', 'presentation']);
    // the session that the certificates came in ends in silence
    expect(world.asked.slice(0, 3)).toEqual([
      'initiateAuthentication',
      'initiateAuthentication',
      'authenticateClient',
    ]);
    expectNothingOfDevice(world.traffic);
    const [kept] = await (await world.credentials()).list(POLICY.now!());
    expect(kept).toMatchObject({ role: 'euicc-v2', state: 'current' });
    expect(kept?.name).toMatch(/^euicc-[0-9a-f]{16}$/);
  });

  test('a credential of another eUICC or CI is none', async () => {
    world = await DeviceWorld.open({ firstUse: true });
    await (await world.credentials()).add('server', credentialOf([DP_AUTH]));
    const { matchingId } = await world.order();
    await world.download('zkcx-device', matchingId);
    expect(world.made).toEqual(['chain', 'presentation', 'possession']);
  });
});

describe('the registry', () => {
  const published = Field(77);
  const credential = { ...credentialOf(), published };
  const registry = new RegistryTree([
    ...Array.from({ length: 63 }, (_, i) => Field(i + 1)),
    leafOf(publishedOpening(credential)!),
  ]);
  const accepting = async (...registryRoots: bigint[]) => {
    world = await DeviceWorld.open({ firstUse: true });
    await (await world.credentials()).add('euicc', credential);
    world.server.accepted = () => ({ ...ACCEPTED, registryRoots });
    return (await world.order()).matchingId;
  };

  test('serves where the server asks for it and the device knows it', async () => {
    const matchingId = await accepting(registry.root.toBigInt());
    await world.download('zkcx-device', matchingId, { policy: { ...POLICY, registry } });
    expect(await world.card.profiles()).toHaveLength(1);
  });

  test('is not believed otherwise', async () => {
    const matchingId = await accepting(5n);
    const answer = world.download('zkcx-device', matchingId, { policy: { ...POLICY, registry } });
    expect(await failureOf(answer)).toBe('ERR_HOLDER_REGISTRY');
    expect(world.asked).toEqual(['initiateAuthentication']);
  });
});

describe('stopping', () => {
  test.each(['ERR_PROVER_CANCELLED', 'ERR_PROVER_CRASHED'] as const)(
    'while it proves (%s): the server hears of it',
    async (code) => {
      world = await DeviceWorld.open();
      const { matchingId } = await world.order();
      const abort = new AbortController();
      const answer = world.download('zkcx-device', matchingId, {
        signal: abort.signal,
        proofs: {
          ...unprovenDevice([]),
          possession: async (_, signal) => {
            abort.abort();
            if (signal?.aborted) throw new ZkcxError(code, 'proving was stopped');
            throw Error('the proof was not told');
          },
        },
      });
      expect(await failureOf(answer)).toBe('ERR_RSP_CANCELLED postponed');
      expect(world.asked).toEqual(['initiateAuthentication', 'cancelSession']);
      expect(world.events.at(-1)).toMatchObject({ reason: 'postponed', failure: undefined });
    },
  );

  test('a prover that fails by itself is no stop, and the server is told nothing', async () => {
    world = await DeviceWorld.open();
    const { matchingId } = await world.order();
    const answer = world.download('zkcx-device', matchingId, {
      proofs: {
        ...unprovenDevice([]),
        possession: () => Promise.reject(new ZkcxError('ERR_PROVER_CRASHED', 'it ended')),
      },
    });
    expect(await failureOf(answer)).toBe('ERR_PROVER_CRASHED');
    expect(world.asked).toEqual(['initiateAuthentication']);
  });

  test('at the consent screen', async () => {
    world = await DeviceWorld.open();
    const { iccid, matchingId } = await world.order();
    const abort = new AbortController();
    const answer = world.download('zkcx-device', matchingId, {
      signal: abort.signal,
      consent: async () => {
        abort.abort();
        return 'accept';
      },
    });
    expect(await failureOf(answer)).toBe('ERR_RSP_CANCELLED postponed');
    expect(world.asked).not.toContain('zkcxDisclose');
    expect(await world.state(iccid)).toBe('released');
  });
});

describe('when something fails', () => {
  test.each(['authenticateClient', 'zkcxDisclose'])(
    'the answer to %s is lost: the server hears of the end',
    async (lost) => {
      world = await DeviceWorld.open();
      const { iccid, matchingId } = await world.order();
      const answer = world.download('zkcx-device', matchingId, {
        meddle: (name, json) => {
          if (name === lost) throw new ZkcxError('ERR_RSP_SERVER', 'no answer came');
          return json;
        },
      });
      expect(await failureOf(answer)).toBe('ERR_RSP_SERVER');
      expect(world.events.at(-1)).toEqual({
        type: 'cancelled',
        reason: 'timeout',
        failure: undefined,
      });
      expect(await world.state(iccid)).toBe('released');
    },
  );

  test('a server without room is asked again, in the same bytes', async () => {
    world = await DeviceWorld.open();
    const { matchingId } = await world.order();
    let refusals = 2;
    const full = { get: () => refusals-- > 0 };
    Object.defineProperty(world.server, 'isFull', full);
    await world.download('zkcx-device', matchingId, { busyDelay: 1 });
    expect(world.asked.filter((name) => name === 'authenticateClient')).toHaveLength(3);
    const bodies = world.traffic.filter((_, i) => world.asked[i / 2] === 'authenticateClient');
    expect(new Set(bodies).size).toBe(1);
  });

  test('but not for ever', async () => {
    world = await DeviceWorld.open();
    const { matchingId } = await world.order();
    world.server.isFull = true;
    const answer = world.download('zkcx-device', matchingId, { busyDelay: 1 });
    expect(await failureOf(answer)).toBe('ERR_RSP_SERVER 503');
    expect(world.asked.filter((name) => name === 'authenticateClient')).toHaveLength(6);
    const patient = { busyDelay: 60_000, signal: AbortSignal.timeout(2_000) };
    const stopped = world.download('zkcx-device', matchingId, patient);
    expect(await failureOf(stopped)).toBe('ERR_RSP_CANCELLED postponed');
  });

  test.each([
    ['zkcx-device', 'classic'],
    ['zkcx', 'zkcx'],
  ] as const)('%s: a package that the eUICC refuses is told sealed', async (mode, firmware) => {
    world = await DeviceWorld.open({ firmware });
    const { iccid, matchingId } = await world.order();
    // the result cannot name the profile: it fails at the metadata
    await install(world.card, { iccid });
    const answer = world.download(mode, matchingId);
    expect(await failureOf(answer)).toBe(
      'ERR_RSP_DOWNLOAD installFailedDueToIccidAlreadyExistsOnEuicc',
    );
    expect(world.asked.at(-1)).toBe('handleNotification');
    const told = JSON.parse(world.traffic.at(-2)!) as object;
    expect(Object.keys(told)).toEqual(['transactionId', 'zkcx']);
    expect(await world.state(iccid)).toBe('error');
  });
});

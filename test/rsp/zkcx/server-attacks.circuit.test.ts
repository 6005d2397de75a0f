/** What the SM-DP+ refuses in zkCX before it knows a device, and with which code. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ZkcxError } from '../../../src/errors.ts';
import { trustFacts } from '../../../src/session/accepted-roots.ts';
import { mapFacts } from '../../../src/session/map-facts.ts';
import { serverIdentity } from '../../../src/session/scope.ts';
import { cancelWitness } from '../../../src/rsp/zkcx/transcript.ts';
import type { ZkcxRequest } from '../../../src/rsp/zkcx/messages.ts';
import { sessionKeyMessage } from '../../../src/sgp22/messages/zkcx-firmware.ts';
import { withValue } from '../../session/bundles.ts';
import { ANCHORS, mapWith, NOW, SERVER_OID, sign } from '../../session/world.ts';
import { madeUpKey } from '../../support/certificates/keys.ts';
import { publicValues } from '../../../src/prover/verify.ts';
import { unprovenPlain } from '../../support/envelope.ts';
import { refusalOf } from '../../support/rsp/refusal.ts';
import { ES9P } from '../../../src/sgp22/messages/es9p.ts';
import { ACCEPTED } from './negotiated.ts';
import { begin, device, otherDevice, outer, type Visit } from './server-device.ts';
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
  server.smdp.time = NOW;
});

const one = device();
const two = otherDevice();
const order = async () => (await server.smdp.order()).matchingId;
const NO_PROOF = () => {
  throw Error('no proof was to be verified');
};

type Request = ZkcxRequest<'authenticateClient'>;
type Cancellation = Extract<Request, { kind: 'cancellation' }>;

/** Code of the refusal and the reason behind it; that the session is over by then is checked too. */
async function refused(visit: Visit, request: Request): Promise<string[]> {
  server.refusals.splice(0);
  const outcome = await refusalOf(visit.present(request));
  const reasons = [...server.refusals];
  const cancel = visit.call('cancelSession', { kind: 'reason', reason: 1 });
  expect(await refusalOf(cancel)).toBe('8.10.1/3.9');
  return [outcome, ...reasons];
}

const withBundle = async (visit: Visit, bundle: Request['presentation']) =>
  visit.presentation(await order(), {}, bundle);

describe.each(['zkcx', 'zkcx-device'] as const)('a presentation in %s', (mode) => {
  test('with a false proof ends the session, whichever of the two it is', async () => {
    for (const wrong of ['sessionPossession', 'presentation']) {
      server.isValid = ({ program }) => program !== wrong;
      const visit = await begin(server, one, mode);
      const request = visit.presentation(await order());
      expect(await refused(visit, request)).toEqual(['8.1/6.1', 'ERR_PROOF_INVALID']);
    }
  });

  test.each([
    ['another session of the device', one],
    ['another device', two],
  ])('of %s, spliced in, is refused before its proofs are looked at', async (_, victim) => {
    server.isValid = NO_PROOF;
    const theirs = await begin(server, victim, mode);
    const visit = await begin(server, one, mode);
    const request = await withBundle(visit, theirs.bundle());
    expect(await refused(visit, request)).toEqual(['8.1/6.1', 'ERR_PROOF_STATEMENT']);
  });

  test('to another server is refused there, sealed or spliced in', async () => {
    const elsewhere = await ZkcxSmdp.open();
    try {
      const theirs = await begin(elsewhere, one, mode);
      const name = 'authenticateClient';
      const sealed = await theirs.seal(name, theirs.presentation(await order()));
      const visit = await begin(server, one, mode);
      for (const to of [theirs.id, visit.id]) {
        const body = { transactionId: to, zkcx: Buffer.from(sealed).toString('base64') };
        expect(await outer(server.post(ES9P[name].path, body))).toBe('8.10.1/3.9');
      }
      const request = await withBundle(visit, theirs.bundle());
      expect(await refused(visit, request)).toEqual(['8.1/6.1', 'ERR_PROOF_STATEMENT']);
    } finally {
      await elsewhere.close();
    }
  });

  test('with the possession of another one is refused', async () => {
    server.isValid = NO_PROOF;
    const visit = await begin(server, one, mode);
    const others = [(await begin(server, one, mode)).parts, (await begin(server, two, mode)).parts];
    const { prepared } = visit.parts;
    const signed = { message: visit.witness() };
    const { openings } = others[0]!.prepared;
    const theirs = [
      // another presentation of the device, its key with this one's identity and the reverse, another device
      visit.possession({ openings }),
      visit.possession({ openings: { ...prepared.openings, key: openings.key } }),
      visit.possession({ openings: { ...prepared.openings, identity: openings.identity } }),
      visit.possession({
        openings: others[1]!.prepared.openings,
        signature: sign(signed.message, two.euicc.key.secret),
      }),
    ];
    for (const plan of theirs) {
      const again = await begin(server, one, mode);
      const request = await withBundle(again, visit.bundle(plan));
      expect(await refused(again, request)).toEqual(['8.1/6.1', 'ERR_PROOF_STATEMENT']);
    }
    // the very same, of just this presentation, is refused by its session alone
    const own = visit.presentation(await order());
    server.isValid = () => true;
    expect((await visit.present(own)).next).toBe(mode === 'zkcx' ? 'prepare' : 'challenge');
  });

  test('for another session id, scope or pseudonym is refused', async () => {
    server.isValid = NO_PROOF;
    const changes: ((visit: Visit) => Request['presentation'])[] = [
      (visit) => visit.bundle(visit.possession({ session: 5n })),
      (visit) => visit.bundle(visit.possession({ scope: visit.parts.accepted.scope! + 1n })),
      (visit) => ({ ...visit.bundle(), pseudonym: '5' }),
      (visit) => ({ ...visit.bundle(), order: '5' }),
    ];
    for (const change of changes) {
      const visit = await begin(server, one, mode);
      const request = await withBundle(visit, change(visit));
      expect(await refused(visit, request)).toEqual(['8.1/6.1', 'ERR_PROOF_STATEMENT']);
    }
  });

  test('without its pseudonym, or with an identifier beside it or in its place, is refused', async () => {
    server.isValid = NO_PROOF;
    const identifier = { scope: 7n, secret: 8n };
    const changes: ((visit: Visit) => Request['presentation'])[] = [
      (visit) => visit.bundle(visit.possession({ scope: undefined })),
      (visit) => visit.bundle(visit.possession({ scope: undefined, identifier })),
      (visit) => visit.bundle(visit.possession({ identifier })),
    ];
    for (const change of changes) {
      const visit = await begin(server, one, mode);
      const request = await withBundle(visit, change(visit));
      const [code, reason] = await refused(visit, request);
      expect([code, reason?.startsWith('ERR_PROOF_')]).toEqual(['8.1/6.1', true]);
    }
  });

  test('with a proof of another program is refused', async () => {
    server.isValid = NO_PROOF;
    const visit = await begin(server, one, mode);
    const bundle = visit.bundle();
    const wrong = [
      { ...bundle, possession: { ...bundle.possession, program: 'registryPresentation' } },
      {
        ...bundle,
        presentation: unprovenPlain('registryPresentation', publicValues(bundle.presentation)),
      },
      { ...bundle, presentation: bundle.possession },
    ];
    for (const presentation of wrong) {
      const again = await begin(server, one, mode);
      const request = await withBundle(again, presentation);
      expect(await refused(again, request)).toEqual(['8.1/6.1', 'ERR_PROOF_PROGRAM']);
    }
  });

  test.each([
    [0, 'mode', 'ERR_PROOF_MODE'],
    [1, 'trust root', 'ERR_PROOF_TRUST_ROOT'],
    [2, 'revocation map', 'ERR_PROOF_REVOCATION_ROOT'],
    [3, 'registry', 'ERR_PROOF_REGISTRY_ROOT'],
    [4, 'time', 'ERR_PROOF_TIME'],
    [5, 'role', 'ERR_PROOF_ROLE'],
    [6, 'key', 'ERR_PROOF_STATEMENT'],
    [7, 'identity', 'ERR_PROOF_STATEMENT'],
  ])(
    'for another public value (%i: %s) is refused before its proofs are looked at',
    async (i, _, code) => {
      server.isValid = NO_PROOF;
      const visit = await begin(server, one, mode);
      const bundle = visit.bundle();
      const presentation = withValue(bundle.presentation, i, 5n);
      const request = await withBundle(visit, { ...bundle, presentation });
      expect(await refused(visit, request)).toEqual(['8.1/6.1', code]);
    },
  );

  test.each([
    ['two days ago', -172_800n, false],
    ['tomorrow', 86_400n, false],
    ['no event', -1n, false],
    ['the event before', -21_600n, true],
  ])('for %s counts if that is an event of the last day', async (_, seconds, counts) => {
    const visit = await begin(server, one, mode);
    const bundle = visit.bundle();
    const time = visit.parts.accepted.time + seconds;
    const presentation = withValue(bundle.presentation, 4, time);
    const request = await withBundle(visit, { ...bundle, presentation });
    if (counts) expect((await visit.present(request)).next).not.toBe('identity');
    else expect(await refused(visit, request)).toEqual(['8.1/6.1', 'ERR_PROOF_TIME']);
  });

  test('is refused once a CI was removed or a list names another serial number', async () => {
    const others = [
      { ...ACCEPTED, trustSets: [trustFacts(ANCHORS.slice(0, 1))] },
      { ...ACCEPTED, maps: [mapFacts(mapWith({ user: [7n] }))] },
    ];
    const codes = ['ERR_PROOF_TRUST_ROOT', 'ERR_PROOF_REVOCATION_ROOT'];
    for (const [i, accepted] of others.entries()) {
      server.accepted = () => ACCEPTED;
      const visit = await begin(server, one, mode);
      const request = visit.presentation(await order());
      server.accepted = () => accepted;
      expect(await refused(visit, request)).toEqual(['8.1/6.1', codes[i]]);
    }
  });

  test('under a map that another one has superseded still counts while the server says so', async () => {
    const visit = await begin(server, one, mode);
    const newer = mapFacts(mapWith({ user: [7n] }));
    server.accepted = () => ({ ...ACCEPTED, maps: [newer, ...ACCEPTED.maps] });
    expect((await visit.authenticate(await order())).next).not.toBe('identity');
  });

  test('in a moment in which the lists cannot be read is no fault of the device', async () => {
    const visit = await begin(server, one, mode);
    const name = 'authenticateClient';
    const sealed = await visit.seal(name, visit.presentation(await order()));
    server.accepted = () => {
      throw new ZkcxError('ERR_FILE_READ', 'no file');
    };
    expect((await visit.send(name, sealed)).status).toBe(503);
  });
});

describe('the message that the eUICC signed in zkcx-device', () => {
  const presented = async (
    change: (
      visit: Visit,
      request: Cancellation,
    ) => Partial<Cancellation> | Promise<Partial<Cancellation>>,
  ) => {
    const visit = await begin(server, one, 'zkcx-device');
    const request = visit.presentation(await order()) as Cancellation;
    return refused(visit, { ...request, ...(await change(visit, request)) });
  };
  const statement = ['8.1/6.1', 'ERR_PROOF_STATEMENT'];
  const signing = (message: (visit: Visit) => Uint8Array) =>
    presented((visit) => ({
      presentation: visit.bundle(visit.possession({ message: message(visit) })),
    }));

  test('names this transaction, this server, this reason, and nothing else', async () => {
    server.isValid = NO_PROOF;
    const other = await begin(server, one, 'zkcx-device');
    expect(await signing(() => other.witness())).toEqual(statement);
    const { transcript } = other.parts;
    expect(await signing(() => cancelWitness(transcript, '2.999.11', 'undefinedReason'))).toEqual(
      statement,
    );
    expect(await signing((visit) => visit.witness('postponed'))).toEqual(statement);
    const trailing = (message: Uint8Array) => {
      const longer = Uint8Array.of(...message, 0x83, 0);
      longer[1]! += 2;
      return longer;
    };
    expect(await signing((visit) => trailing(visit.witness()))).toEqual(statement);
  });

  test('has a reason that was offered', async () => {
    const outcome = await presented((visit) => ({
      cancelReason: 'postponed',
      presentation: visit.bundle(visit.possession({ message: visit.witness('postponed') })),
    }));
    expect(outcome).toEqual(['8.1/6.1', 'ERR_RSP_ZKCX_MESSAGE']);
    const lenient = await ZkcxSmdp.open({ cancelReasons: ['undefinedReason', 'postponed'] });
    try {
      const { matchingId } = await lenient.smdp.order();
      const visit = await begin(lenient, one, 'zkcx-device');
      const plan = visit.possession({ message: visit.witness('postponed') });
      const request = visit.presentation(matchingId, {}, visit.bundle(plan)) as Cancellation;
      expect((await visit.present({ ...request, cancelReason: 'postponed' })).next).toBe(
        'challenge',
      );
    } finally {
      await lenient.close();
    }
  });

  test('does not come with a challenge that was in the session before', async () => {
    // that of InitiateAuthentication
    const euiccChallenge = new Uint8Array(16).fill(7);
    expect(await presented(() => ({ euiccChallenge }))).toEqual([
      '8.1/6.1',
      'ERR_RSP_ZKCX_TRANSCRIPT',
    ]);
  });
});

describe('the message that the eUICC signed in zkcx', () => {
  const key = madeUpKey('another session key');

  test('names the session key that is used, in this session', async () => {
    server.isValid = NO_PROOF;
    const visit = await begin(server, one, 'zkcx');
    const request = visit.presentation(await order());
    const sessionPublicKey = key.publicKey;
    expect(await refused(visit, { ...request, sessionPublicKey } as Request)).toEqual([
      '8.1/6.1',
      'ERR_PROOF_STATEMENT',
    ]);
    const other = await begin(server, one, 'zkcx');
    const again = await begin(server, one, 'zkcx');
    const { transactionId } = other.parts.transcript;
    const message = sessionKeyMessage({
      transactionId,
      smdpOid: SERVER_OID,
      sessionKey: again.sessionKey.publicKey,
    });
    const spliced = await withBundle(again, again.bundle(again.possession({ message })));
    expect(await refused(again, spliced)).toEqual(['8.1/6.1', 'ERR_PROOF_STATEMENT']);
  });

  test('is not the one of zkcx-device, nor the reverse', async () => {
    const visit = await begin(server, one, 'zkcx');
    const theirs = await begin(server, one, 'zkcx-device');
    const [matchingId, another] = [await order(), await order()];
    const kind = ['8.1/6.1', 'ERR_RSP_ZKCX_MESSAGE'];
    expect(await refused(visit, theirs.presentation(matchingId))).toEqual(kind);
    expect(await refused(theirs, visit.presentation(another))).toEqual(kind);
  });

  test('is refused with a key that is off the curve', async () => {
    const visit = await begin(server, one, 'zkcx');
    const request = visit.presentation(await order());
    const x = key.publicKey.x + 1n;
    const sessionPublicKey = { ...key.publicKey, x };
    expect(await refusalOf(visit.present({ ...request, sessionPublicKey } as Request))).toBe(
      '8.10.1/3.9',
    );
    expect(server.refusals).toEqual(['ERR_RSP_VALUE']);
  });
});

test('a blind order at another server, of another salt or EID, is another order', async () => {
  const visit = await begin(server, one, 'zkcx');
  const own = { server: serverIdentity(SERVER_OID).toBigInt(), salt: 5n };
  const orders = [own, { ...own, server: 6n }, { ...own, salt: 6n }].map(
    (one) => visit.possession({ order: one }).values.order,
  );
  const theirs = (await begin(server, two, 'zkcx')).possession({ order: own }).values.order;
  expect(new Set([...orders, theirs]).size).toBe(4);
  // a value that was not proven is none
  const plan = visit.possession({ order: own });
  const bundle = { ...visit.bundle(plan), order: String(orders[1]) };
  const request = await withBundle(visit, bundle);
  expect(await refused(visit, request)).toEqual(['8.1/6.1', 'ERR_PROOF_STATEMENT']);
});

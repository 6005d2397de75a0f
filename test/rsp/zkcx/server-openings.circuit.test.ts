/** What the SM-DP+ refuses in zkCX once it has a presentation: openings, second sessions. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { encodeTlv } from '../../../src/asn1/tlv.ts';
import { bytesToHex } from '../../../src/bytes.ts';
import {
  AuthenticateServerResponse,
  EuiccSigned1,
} from '../../../src/sgp22/messages/authenticate-server.ts';
import { CancelSessionResponse } from '../../../src/sgp22/messages/cancel-session.ts';
import { CtxParams1 } from '../../../src/sgp22/messages/ctx-params.ts';
import { PrepareDownloadResponse } from '../../../src/sgp22/messages/prepare-download.ts';
import { sign } from '../../../src/sgp22/messages/signature.ts';
import { cancelOrder } from '../../../src/rsp/smdpp/es2p/orders.ts';
import { MAX_CHALLENGES, secondSession } from '../../../src/rsp/zkcx/transcript.ts';
import { discloseDevice, discloseIdentity } from '../../../src/rsp/zkcx/openings.ts';
import { madeUpKey } from '../../support/certificates/keys.ts';
import { refusalOf } from '../../support/rsp/refusal.ts';
import {
  authenticateServer,
  cancelSession,
  eidOf,
  prepareDownload,
} from '../../support/rsp/soft-euicc.ts';
import { authenticated, begin, device, outer, type Visit } from './server-device.ts';
import { ZkcxSmdp } from './zkcx-smdp.ts';

let server: ZkcxSmdp;
beforeAll(async () => {
  server = await ZkcxSmdp.open();
});
afterAll(() => server.close());
beforeEach(() => {
  server.refusals.splice(0);
});

const one = device();
const order = async () => (await server.smdp.order()).matchingId!;
const stateOf = async (iccid: string) => (await server.smdp.storedOrder(iccid))?.state;

/** A session of `zkcx-device` that waits for its user. */
async function waiting(given?: string, owner = one) {
  const matchingId = given ?? (await order());
  const visit = await begin(server, owner, 'zkcx-device');
  await visit.authenticate(matchingId);
  return { visit, matchingId };
}

type Disclosure = ReturnType<Visit['disclosure']>;

describe('openings', () => {
  const refused = async (change: (visit: Visit, matchingId: string) => Disclosure) => {
    server.refusals.splice(0);
    const { visit, matchingId } = await waiting();
    const outcome = await refusalOf(visit.call('zkcxDisclose', change(visit, matchingId)));
    const [reason] = server.refusals;
    // and no second try is taken
    const again = visit.call('zkcxDisclose', visit.disclosure(matchingId));
    expect(await refusalOf(again)).toBe('8.10.1/3.9');
    return [outcome, reason];
  };
  const opening = ['8.1/6.1', 'ERR_PROOF_OPENING'];
  const transcript = ['8.1/6.1', 'ERR_RSP_ZKCX_TRANSCRIPT'];
  const signature = ['8.1/6.1', 'ERR_RSP_SIGNATURE'];

  test('of another session, or of another EID, are refused', async () => {
    const theirs = (await waiting()).visit.disclosure();
    expect(await refused(() => theirs)).toEqual(opening);
    for (const name of ['identity', 'key'] as const) {
      const mixed = await refused((visit, id) => ({
        ...visit.disclosure(id),
        [name]: theirs[name],
      }));
      expect(mixed).toEqual(opening);
    }
    const lie = (visit: Visit, id: string): Disclosure => {
      const own = visit.disclosure(id);
      return {
        ...own,
        identity: { ...own.identity, identity: '89049032123451234512345678901299' },
      };
    };
    expect(await refused(lie)).toEqual(opening);
    const key = bytesToHex(madeUpKey('another').point);
    const swapped = (visit: Visit, id: string): Disclosure => {
      const own = visit.disclosure(id);
      return { ...own, key: { ...own.key, x: key.slice(2, 66), y: key.slice(66) } };
    };
    expect(await refused(swapped)).toEqual(opening);
  });

  test('with a signature of another key, or over other bytes, are refused', async () => {
    const signer = madeUpKey('another');
    expect(await refused((visit, id) => visit.disclosure(id, { signer }))).toEqual(signature);
    const over = (visit: Visit, id: string) => {
      const { euiccSigned1 } = visit.consent('OTHER');
      return { ...visit.disclosure(id), euiccSigned1 };
    };
    expect(await refused(over)).toEqual(signature);
  });

  test.each([
    ['the session that was presented', (visit: Visit) => visit.parts.transcript.serverSigned1],
    [
      'another counter',
      (visit: Visit) =>
        secondSession(visit.parts.transcript, {
          counter: 1,
          euiccChallenge: new Uint8Array(16).fill(0x80),
        }).serverSigned1,
    ],
    [
      'another challenge',
      (visit: Visit) =>
        secondSession(visit.parts.transcript, { counter: 0, euiccChallenge: new Uint8Array(16) })
          .serverSigned1,
    ],
  ])('with what the eUICC signed for %s are refused', async (_, serverSigned1) => {
    const outcome = await refused((visit, matchingId) =>
      discloseDevice(
        visit.parts.prepared.openings,
        authenticateServer(one.euicc, serverSigned1(visit), { matchingId }),
      ),
    );
    expect(outcome).toEqual(transcript);
  });

  test('with a transactionId, address or serverChallenge of another session are refused', async () => {
    const { visit: other } = await waiting();
    const { transactionId, serverChallenge } = other.second!;
    const changes = [
      { transactionId },
      { serverChallenge },
      { serverAddress: 'smdpp.example.com' },
      { serverAddress: 'ZKCX!smdpp.example.com' },
    ];
    for (const change of changes) {
      const outcome = await refused((visit, matchingId) =>
        visit.disclosure(matchingId, { change }),
      );
      expect(outcome).toEqual(transcript);
    }
  });

  test('for another order, or for none, than AuthenticateClient named are refused', async () => {
    const another = await order();
    expect(await refused((visit) => visit.disclosure(another))).toEqual(transcript);
    expect(await refused((visit) => visit.disclosure())).toEqual(transcript);
    expect(await refused((visit) => visit.disclosure(''))).toEqual(transcript);
    // and an order where there was none
    await server.smdp.order({ matchingId: '', anyDevice: true });
    const visit = await begin(server, one, 'zkcx-device');
    await visit.authenticate();
    server.refusals.splice(0);
    const call = visit.call('zkcxDisclose', visit.disclosure(another));
    expect([await refusalOf(call), server.refusals[0]]).toEqual(transcript);
  });

  test('come too late where the order was cancelled and its profile ordered again', async () => {
    const { iccid, matchingId } = await server.smdp.order();
    const { visit } = await waiting(matchingId);
    const { context } = server.smdp.server;
    await cancelOrder(context, { iccid, finalProfileStatusIndicator: 'Available' });
    // under the same names
    await server.smdp.order({ iccid, matchingId });
    const answer = visit.call('zkcxDisclose', visit.disclosure(matchingId));
    // withdrawn, the order has ended its sessions
    expect(await refusalOf(answer)).toBe('8.10.1/3.9');
    expect(await stateOf(iccid)).toBe('released');
  });

  test('come too late where the order has expired, or was shown too often meanwhile', async () => {
    const late = await server.smdp.order({ expiresAt: Number(server.smdp.time) + 60 });
    const expiring = await waiting(late.matchingId);
    server.smdp.time += 60n;
    const expired = expiring.visit.call('zkcxDisclose', expiring.visit.disclosure(late.matchingId));
    expect(await refusalOf(expired)).toBe('8.8.5/4.10');
    server.smdp.time -= 60n;
    // an order that is bound to an EID counts its attempts when the EID is known
    const { iccid, matchingId } = await server.smdp.order({ eid: eidOf(one.euicc) });
    const outcomes: string[] = [];
    const visits = await Promise.all(Array.from({ length: 11 }, () => waiting(matchingId)));
    for (const { visit } of visits) {
      const disclosed = visit.call('zkcxDisclose', visit.disclosure(matchingId));
      outcomes.push(await refusalOf(disclosed));
    }
    expect(outcomes).toEqual([...Array(10).fill('accepted'), '8.8.5/6.4']);
    expect((await server.smdp.storedOrder(iccid))?.attempts).toBe(10);
  });

  test('with a second matchingId, or anything else behind what is known, are refused', async () => {
    const deviceInfo = { tac: Uint8Array.of(1, 2, 3, 4), deviceCapabilities: {} };
    const inner = (matchingId: string, ...more: Uint8Array[]) => {
      const content = contentOf(CtxParams1.encode({ matchingId, deviceInfo }));
      return encodeTlv(0xa0, content, ...more);
    };
    const behind = (element: Uint8Array) =>
      refused((visit, matchingId) =>
        visit.disclosure(matchingId, {
          change: { ctxParams1: { der: inner(matchingId, element) } },
        }),
      );
    const again = encodeTlv(0x80, new TextEncoder().encode('OTHER'));
    expect(await behind(again)).toEqual(['8.1/6.1', 'ERR_DER_TAG']);
    expect(await behind(encodeTlv(0x85))).toEqual(transcript);
    const trailing = await refused((visit, matchingId) => {
      const { euiccSigned1 } = visit.consent(matchingId);
      const longer = encodeTlv(0x30, contentOf(euiccSigned1), encodeTlv(0x85));
      expect(EuiccSigned1.decode(longer).transactionId).toEqual(visit.signedId);
      return {
        ...visit.disclosure(matchingId),
        euiccSigned1: longer,
        euiccSignature1: sign(one.euicc.key.secret, longer),
      };
    });
    expect(trailing).toEqual(transcript);
  });

  test('are not taken before the presentation, nor those of the other mode', async () => {
    const early = await begin(server, one, 'zkcx-device');
    expect(await refusalOf(early.call('zkcxDisclose', early.disclosure()))).toBe('8.10.1/3.9');
    const { visit } = await waiting();
    const identity = discloseIdentity(visit.parts.prepared.openings);
    expect(await refusalOf(visit.call('zkcxDisclose', identity))).toBe('8.10.1/3.9');
    const { iccid, matchingId } = await server.smdp.order({
      eid: '89049032123451234512345678901235',
    });
    const changed = await begin(server, one, 'zkcx');
    await changed.authenticate(matchingId);
    expect(await refusalOf(changed.call('zkcxDisclose', changed.disclosure(matchingId)))).toBe(
      '8.10.1/3.9',
    );
    expect(await stateOf(iccid)).toBe('released');
  });

  test('are of no use after a restart of the server: the session is unknown then', async () => {
    const { visit, matchingId } = await waiting();
    const sealed = await visit.seal('zkcxDisclose', visit.disclosure(matchingId));
    await server.restart();
    expect(await outer(visit.send('zkcxDisclose', sealed))).toBe('8.10.1/3.9');
    await authenticated(server, one, 'zkcx-device', matchingId);
  });

  /** Content of an element with a tag of one byte, and with a length of one or two. */
  function contentOf(element: Uint8Array) {
    const first = element[1]!;
    return element.subarray(first < 0x80 ? 2 : 2 + (first & 0x7f));
  }
});

describe('zkcxChallenge', () => {
  test('is answered so often and not more, each time with another session', async () => {
    const { visit, matchingId } = await waiting();
    const ids = [bytesToHex(visit.second!.transactionId)];
    for (let i = 0; i < MAX_CHALLENGES; i++) {
      await visit.again();
      ids.push(bytesToHex(visit.second!.transactionId));
    }
    expect(new Set(ids).size).toBe(1 + MAX_CHALLENGES);
    expect(await refusalOf(visit.again())).toBe('8.1/6.1');
    expect(server.refusals).toEqual(['ERR_RSP_ZKCX_ORDER']);
    const { smdpSignature2 } = await visit.call('zkcxDisclose', visit.disclosure(matchingId));
    await visit.fetch(smdpSignature2);
  });

  test('voids the session before it', async () => {
    const { visit, matchingId } = await waiting();
    const before = visit.disclosure(matchingId);
    await visit.again();
    expect(await refusalOf(visit.call('zkcxDisclose', before))).toBe('8.1/6.1');
    expect(server.refusals).toEqual(['ERR_RSP_ZKCX_TRANSCRIPT']);
  });

  test('is refused with a challenge that was there before', async () => {
    const { visit } = await waiting();
    for (const byte of [7, 0x80]) {
      server.refusals.splice(0);
      const call = visit.again(new Uint8Array(16).fill(byte));
      expect(await refusalOf(call)).toBe('8.1/6.1');
      expect(server.refusals).toEqual(['ERR_RSP_ZKCX_TRANSCRIPT']);
    }
    await visit.again();
  });

  test('is refused before the presentation, after the consent, and in zkcx', async () => {
    const early = await begin(server, one, 'zkcx-device');
    expect(await refusalOf(early.again())).toBe('8.10.1/3.9');
    const late = await authenticated(server, one, 'zkcx-device');
    expect(await refusalOf(late.visit.again())).toBe('8.10.1/3.9');
    const changed = await authenticated(server, one, 'zkcx');
    expect(await refusalOf(changed.visit.again())).toBe('8.10.1/3.9');
  });
});

describe('the second session', () => {
  test('cannot be addressed from outside of the first, by any function', async () => {
    const { visit, smdpSignature2 } = await authenticated(server, one, 'zkcx-device');
    const { server: classic } = server.smdp;
    const transactionId = visit.signedId;
    const calls = [
      classic.authenticateClient({
        transactionId,
        authenticateServerResponse: AuthenticateServerResponse.decode(
          AuthenticateServerResponse.encode(visit.consent()),
        ),
      }),
      classic.getBoundProfilePackage({
        transactionId,
        prepareDownloadResponse: PrepareDownloadResponse.decode(
          PrepareDownloadResponse.encode(
            prepareDownload(one.euicc, { transactionId, smdpSignature2 }),
          ),
        ),
      }),
      classic.cancelSession({
        transactionId,
        cancelSessionResponse: CancelSessionResponse.decode(
          CancelSessionResponse.encode(
            cancelSession(one.euicc, transactionId, 0).cancelSessionResponse,
          ),
        ),
      }),
    ];
    for (const call of calls) expect(await refusalOf(call)).toBe('8.10.1/3.9');
    const sealed = await visit.seal('cancelSession', visit.cancellation(0));
    const id = bytesToHex(transactionId);
    expect(await outer(visit.send('cancelSession', sealed, id))).toBe('8.10.1/3.9');
    await visit.open('cancelSession', await visit.send('cancelSession', sealed));
  });
});

/** Offers of zkCX over RSP: strict, bound to the challenge to the last byte, never left out silently. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { concatBytes } from '../../../src/bytes.ts';
import { ServerSigned1 } from '../../../src/sgp22/messages/authenticate-server.ts';
import {
  chooseMode,
  offeredTerms,
  parseClientOffer,
  parseServerOffer,
  requireOffer,
  serverDocuments,
  writeClientOffer,
} from '../../../src/rsp/zkcx/negotiation.ts';
import {
  checkedSecond,
  checkedTranscript,
  MAX_CHALLENGES,
  negotiated,
  negotiationHash,
  rspTranscript,
  secondSession,
  zkcxAddress,
} from '../../../src/rsp/zkcx/transcript.ts';
import { checkTerms } from '../../../src/session/holder.ts';
import { credentialOf, NOW, POLICY, SERVER_OID } from '../../session/world.ts';
import {
  ACCEPTED,
  ADDRESS,
  CI_ID,
  codeOf,
  DOCUMENTS,
  edited,
  EUICC_CHALLENGE,
  hex,
  negotiate,
  type Negotiated,
  termsWith,
} from './negotiated.ts';

let session: Negotiated;
beforeAll(async () => {
  session = await negotiate();
});

const bytes = (text: string) => new TextEncoder().encode(text);

describe('the offer of a client', () => {
  const offer = writeClientOffer(['zkcx', 'zkcx-device']);

  test('is the same for all installations', () => {
    expect(writeClientOffer(['zkcx', 'zkcx-device'])).toEqual(offer);
    expect(parseClientOffer(offer).modes).toEqual(['zkcx', 'zkcx-device']);
  });

  test.each([
    ['a member that is not known', { name: 'phone' }],
    ['no mode', { modes: [] }],
    ['a mode twice', { modes: ['zkcx', 'zkcx'] }],
    ['the mode classic', { modes: ['classic'] }],
    ['no version', { versions: [] }],
    ['no kind of proof', { proofs: undefined }],
    ['another format', { format: 'zkcx-offer' }],
  ])('with %s is refused', (_, change) => {
    expect(codeOf(() => parseClientOffer(edited(offer, change)))).toBe('ERR_RSP_ZKCX_OFFER');
  });

  test.each([
    ['not JSON', bytes('zkcx')],
    ['not UTF-8', Uint8Array.of(0xff)],
    ['followed by a space', concatBytes(offer, bytes(' '))],
    ['too large', new Uint8Array(5000).fill(0x20)],
  ])('that is %s is refused', (_, wrong) => {
    expect(codeOf(() => parseClientOffer(wrong))).toBe('ERR_RSP_ZKCX_OFFER');
  });

  test('is answered in its first mode that the server has, or in none', () => {
    const parsed = parseClientOffer(offer);
    expect(chooseMode(parsed, ['zkcx-device', 'zkcx'])).toBe('zkcx');
    expect(chooseMode(parsed, ['zkcx-device'])).toBe('zkcx-device');
    expect(chooseMode(parsed, [])).toBeUndefined();
    expect(chooseMode({ ...parsed, versions: [1] }, ['zkcx'])).toBeUndefined();
  });
});

describe('the offer of a server', () => {
  test('says what is asked for', async () => {
    const terms = termsWith({ purpose: 'download', now: NOW + 59n, maxAge: 30_000n });
    const { negotiation, key } = await negotiate({ terms });
    const offer = parseServerOffer(negotiation.serverOffer);
    expect(offer.time % 60).toBe(0);
    expect(offer.hpkeKey).toBe(hex(key.publicKey));
    expect(offer.trustRoots).toEqual(ACCEPTED.trustSets.map(({ root }) => String(root)));
    expect(offer.revocationRoots).toEqual(ACCEPTED.maps.map(({ root }) => String(root)));
    expect(offer.cancelReasons).toEqual(['undefinedReason']);
    expect(offeredTerms(offer)).toEqual(JSON.parse(JSON.stringify(terms)));
    // and is what a holder's policy decides on
    const peer = { serverOid: SERVER_OID };
    const accepted = checkTerms(offeredTerms(offer), peer, credentialOf(), POLICY);
    expect(accepted.role).toBe('euicc-v2');
  });

  test('does not hold the transactionId, which follows from it', async () => {
    const { negotiation, transcript } = session;
    const text = new TextDecoder().decode(negotiation.serverOffer);
    expect(text).not.toContain(hex(transcript.transactionId));
  });

  test('is new for each session', async () => {
    const offers = [session, await negotiate()].map(({ negotiation }) =>
      parseServerOffer(negotiation.serverOffer),
    );
    expect(offers[0]!.nonce).not.toBe(offers[1]!.nonce);
    expect(offers[0]!.hpkeKey).not.toBe(offers[1]!.hpkeKey);
  });

  const roots = (count: number) => Array.from({ length: count }, (_, i) => String(i + 1));
  test.each([
    ['a member that is not known', { scope: '5' }],
    ['a transactionId', { transactionId: '00'.repeat(16) }],
    ['disclosures', { disclosures: ['identity'] }],
    ['a time between minutes', { time: 61 }],
    ['registry roots without their mode', { registryRoots: ['5'] }],
    ['the mode without registry roots', { mode: 'registryPresentation' }],
    ['a root that is no field element', { trustRoots: ['-1'] }],
    ['no trust root', { trustRoots: [] }],
    ['a trust root twice', { trustRoots: ['5', '5'] }],
    ['5 trust roots', { trustRoots: roots(5) }],
    ['no revocation root', { revocationRoots: [] }],
    ['a revocation root twice', { revocationRoots: ['5', '6', '5'] }],
    ['17 revocation roots', { revocationRoots: roots(17) }],
    ['11 registry roots', { mode: 'registryPresentation', registryRoots: roots(11) }],
    ['the root 0', { revocationRoots: ['0'] }],
    ['an age below 8 hours', { maxAge: 28_799 }],
    ['an age above a week', { maxAge: 604_801 }],
    ['no reason to cancel', { cancelReasons: [] }],
    ['a reason twice', { cancelReasons: ['postponed', 'postponed'] }],
    ['a reason that is none of zkCX', { cancelReasons: ['endUserRejection'] }],
    ['a compressed key', { hpkeKey: `02${'11'.repeat(32)}` }],
    ['a short nonce', { nonce: '00' }],
    ['one document', { server: { auth: '00'.repeat(32) } }],
    ['the mode classic', { rspMode: 'classic' }],
    ['a role that is none', { role: 'phone' }],
    ['another version', { version: 1 }],
  ])('with %s is refused', (_, change) => {
    const wrong = edited(session.negotiation.serverOffer, change);
    expect(codeOf(() => parseServerOffer(wrong))).toBe('ERR_RSP_ZKCX_OFFER');
  });

  test('with as many roots as there may be is read', () => {
    const most = {
      mode: 'registryPresentation',
      trustRoots: roots(4),
      revocationRoots: roots(16),
      registryRoots: roots(10),
    };
    const offer = parseServerOffer(edited(session.negotiation.serverOffer, most));
    expect(offer).toMatchObject(most);
  });

  test('with a member twice is refused', () => {
    const text = new TextDecoder().decode(session.negotiation.serverOffer);
    const twice = bytes(text.replace('"role":', '"role":"dp-auth-v2","role":'));
    expect(codeOf(() => parseServerOffer(twice))).toBe('ERR_RSP_ZKCX_OFFER');
  });
});

describe('the reply to an offer', () => {
  const reply = (change: object = {}) => ({
    transactionId: session.transcript.transactionId,
    serverSigned1: session.transcript.serverSigned1,
    serverSignature1: new Uint8Array(64),
    euiccCiPKIdToBeUsed: CI_ID,
    serverCertificate: DOCUMENTS.auth,
    zkcx: session.negotiation.serverOffer as Uint8Array | undefined,
    zkcxServer: { pb: DOCUMENTS.pb } as { auth?: Uint8Array; pb: Uint8Array } | undefined,
    ...change,
  });
  const accept = (change: object = {}, sent = session.negotiation.clientOffer) => {
    const { offer, answer } = requireOffer(reply(change), sent);
    return serverDocuments(offer, answer);
  };

  test('brings the documents that the offer has the hashes of', () => {
    expect(accept()).toEqual(DOCUMENTS);
  });

  test.each([
    ['has no offer', { zkcx: undefined }],
    ['has no documents', { zkcxServer: undefined }],
  ])('that %s is no classic session: the client refuses', (_, change) => {
    expect(codeOf(() => accept(change))).toBe('ERR_RSP_ZKCX_DOWNGRADE');
  });

  test('in a mode or with a proof that was not offered is refused', async () => {
    const onlyFull = writeClientOffer(['zkcx']);
    expect(codeOf(() => accept({}, onlyFull))).toBe('ERR_RSP_ZKCX_DOWNGRADE');
    const onlyRegistry = edited(session.negotiation.clientOffer, {
      proofs: ['registryPresentation'],
    });
    expect(codeOf(() => accept({}, onlyRegistry))).toBe('ERR_RSP_ZKCX_DOWNGRADE');
  });

  test.each([
    ['another CERT.DPauth', { serverCertificate: DOCUMENTS.pb }],
    ['another CERT.DPpb', { zkcxServer: { pb: DOCUMENTS.auth } }],
    ['an authentication document too many', { zkcxServer: DOCUMENTS }],
    ['another CI for the eUICC', { euiccCiPKIdToBeUsed: new Uint8Array(20) }],
  ])('with %s is refused', (_, change) => {
    expect(codeOf(() => accept(change))).toBe('ERR_RSP_ZKCX_TRANSCRIPT');
  });

  test('in the mode zkcx has both documents beside it', async () => {
    const { negotiation } = await negotiate({ rspMode: 'zkcx' });
    const zkcx = negotiation.serverOffer;
    expect(accept({ zkcx, zkcxServer: DOCUMENTS })).toEqual(DOCUMENTS);
    expect(codeOf(() => accept({ zkcx }))).toBe('ERR_RSP_ZKCX_TRANSCRIPT');
  });
});

describe('a session', () => {
  const answer = (of: Negotiated) => of.transcript;
  const accepted = (change: object = {}, known: object = {}) => {
    const negotiation = { ...session.negotiation, ...change };
    return checkedTranscript(negotiation, { ...session.known, ...known }, answer(session));
  };
  const code = (...args: Parameters<typeof accepted>) => codeOf(() => accepted(...args));

  test('is named by the two halves of what was negotiated', () => {
    const { negotiation, transcript } = session;
    const { transactionId, serverChallenge } = negotiated(negotiation);
    expect(hex(concatBytes(transactionId, serverChallenge))).toBe(
      hex(negotiationHash(negotiation)),
    );
    expect(accepted()).toEqual(transcript);
    expect(transcript).toMatchObject({ transactionId, serverChallenge });
  });

  test.each([
    ['a swapped one-time key', { hpkeKey: `04${'22'.repeat(64)}` }],
    ['another trust root', { trustRoots: ['5'] }],
    ['one more map', { revocationRoots: [...ACCEPTED.maps.map(({ root }) => String(root)), '5'] }],
    ['another age', { maxAge: 28_800 }],
    ['another mode', { rspMode: 'zkcx' }],
    ['another role', { role: 'euicc' }],
    ['a purpose', { purpose: 'statistics' }],
    ['another reason to cancel', { cancelReasons: ['postponed'] }],
    ['another nonce', { nonce: '00'.repeat(32) }],
    ['other documents', { server: { auth: '00'.repeat(32), pb: '00'.repeat(32) } }],
  ])('is another with %s', (_, change) => {
    const { negotiation, transcript } = session;
    const serverOffer = edited(negotiation.serverOffer, change);
    const other = negotiated({ ...negotiation, serverOffer });
    expect(hex(other.transactionId)).not.toBe(hex(transcript.transactionId));
    expect(hex(other.serverChallenge)).not.toBe(hex(transcript.serverChallenge));
    expect(code({ serverOffer })).toBe('ERR_RSP_ZKCX_TRANSCRIPT');
  });

  test('is another when the client offered something else', () => {
    expect(code({ clientOffer: writeClientOffer(['zkcx-device']) })).toBe(
      'ERR_RSP_ZKCX_TRANSCRIPT',
    );
  });

  test('is refused for another address or challenge than the LPA knows', () => {
    expect(code({}, { serverAddress: 'dp.example.org' })).toBe('ERR_RSP_ZKCX_TRANSCRIPT');
    expect(code({}, { euiccChallenge: new Uint8Array(16) })).toBe('ERR_RSP_ZKCX_TRANSCRIPT');
    expect(code({}, { serverAddress: 'DP.example.com' })).toBe('ERR_SESSION_VALUE');
  });

  test('is refused under another transactionId, and with anything else signed', () => {
    const { negotiation, known, transcript } = session;
    const longer = concatBytes(transcript.serverSigned1, Uint8Array.of(0x85, 0x00));
    longer[1]! += 2;
    const { transactionId, serverChallenge } = transcript;
    const signed = { transactionId, serverChallenge, euiccChallenge: EUICC_CHALLENGE };
    const plain = ServerSigned1.encode({ ...signed, serverAddress: ADDRESS });
    for (const wrong of [
      { ...transcript, transactionId: new Uint8Array(16) },
      { ...transcript, serverSigned1: longer },
      // by which a classic LPA could take it for a session of its own
      { ...transcript, serverSigned1: plain },
    ]) {
      expect(codeOf(() => checkedTranscript(negotiation, known, wrong))).toBe(
        'ERR_RSP_ZKCX_TRANSCRIPT',
      );
    }
  });

  test('is signed for an address that is no host name, and knows the plain one', () => {
    const { serverAddress, serverSigned1 } = session.transcript;
    expect(serverAddress).toBe(ADDRESS);
    expect(ServerSigned1.decode(serverSigned1).serverAddress).toBe(`zkcx!${ADDRESS}`);
  });

  test.each([195, 196, 253])(
    'is none for an address of %d characters if that is too long',
    (length) => {
      const label = 'a'.repeat(60);
      const address = [label, label, label, 'a'.repeat(length - 183)].join('.').slice(0, length);
      const expected = length > 195 ? 'ERR_SESSION_VALUE' : undefined;
      expect([address.length, codeOf(() => zkcxAddress(address))]).toEqual([length, expected]);
    },
  );

  test('has a name of its own, even where T and what the server signed are the same', () => {
    const { negotiation, known, transcript } = session;
    expect(hex(rspTranscript(negotiation, known).session)).toBe(hex(transcript.session));
    const serverOffer = edited(negotiation.serverOffer, { nonce: '11'.repeat(32) });
    const other = rspTranscript({ ...negotiation, serverOffer }, known);
    expect(hex(other.session)).not.toBe(hex(transcript.session));
    const challenged = rspTranscript(negotiation, { ...known, euiccChallenge: new Uint8Array(16) });
    expect(hex(challenged.session)).not.toBe(hex(transcript.session));
    expect(hex(challenged.transactionId)).toBe(hex(transcript.transactionId));
  });
});

describe('a second session', () => {
  const euiccChallenge = new Uint8Array(16).fill(9);
  const made = { counter: 0, euiccChallenge };

  test('is another for each session, counter and challenge', async () => {
    const { transcript } = session;
    const other = (await negotiate()).transcript;
    const all = [
      secondSession(transcript, made),
      secondSession(transcript, { ...made, counter: 1 }),
      secondSession(transcript, { ...made, euiccChallenge: new Uint8Array(16) }),
      secondSession(other, made),
    ];
    for (const name of ['transactionId', 'serverChallenge'] as const) {
      expect(all.every((one) => one[name].length === 16)).toBe(true);
      expect(new Set(all.map((one) => hex(one[name]))).size).toBe(4);
    }
    const { serverSigned1, ...halves } = all[0]!;
    const serverAddress = `zkcx!${ADDRESS}`;
    expect(ServerSigned1.decode(serverSigned1)).toMatchObject({
      ...halves,
      euiccChallenge,
      serverAddress,
    });
  });

  test('is refused by the LPA unless the server signed just it', () => {
    const { transcript } = session;
    const { serverSigned1 } = secondSession(transcript, made);
    expect(checkedSecond(transcript, made, serverSigned1).serverSigned1).toEqual(serverSigned1);
    for (const change of [{ counter: 1 }, { euiccChallenge: new Uint8Array(16) }]) {
      const wrong = () => checkedSecond(transcript, { ...made, ...change }, serverSigned1);
      expect(codeOf(wrong)).toBe('ERR_RSP_ZKCX_TRANSCRIPT');
    }
    const first = () => checkedSecond(transcript, made, transcript.serverSigned1);
    expect(codeOf(first)).toBe('ERR_RSP_ZKCX_TRANSCRIPT');
  });

  test.each([-1, 0.5, NaN, MAX_CHALLENGES + 1, 256])('has no counter %d', (counter) => {
    expect(codeOf(() => secondSession(session.transcript, { ...made, counter }))).toBe(
      'ERR_RSP_ZKCX_TRANSCRIPT',
    );
  });
});

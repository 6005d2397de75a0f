/** Offers of zkCX over RSP: strict, bound to the challenge to the last byte, never left out silently. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { concatBytes } from '../../../src/bytes.ts';
import { encodeTlv } from '../../../src/asn1/tlv.ts';
import {
  EuiccSigned1,
  EuiccSigned1Beginning,
} from '../../../src/sgp22/messages/authenticate-server.ts';
import {
  zkcxKdfValue,
  zkcxSmdpSignature2Input,
} from '../../../src/sgp22/messages/zkcx-firmware.ts';
import { smdpSignature2Input } from '../../../src/sgp22/messages/signature.ts';
import {
  chooseMode,
  parseClientOffer,
  parseServerOffer,
  requestTerms,
  requireOffer,
  serverDocuments,
  writeClientOffer,
} from '../../../src/rsp/zkcx/negotiation.ts';
import {
  hiddenPart,
  rspTranscript,
  zkcxServerChallenge,
} from '../../../src/rsp/zkcx/transcript.ts';
import { checkTerms } from '../../../src/session/holder.ts';
import { termsOf } from '../../../src/session/offers.ts';
import {
  bindTranscript,
  messagePrefix,
  sessionId,
  sessionMessage,
} from '../../../src/session/transcript.ts';
import { credentialOf, MAP, NOW, POLICY, rootsOf, SERVER_OID } from '../../session/world.ts';
import {
  ADDRESS,
  CI_ID,
  codeOf,
  DOCUMENTS,
  edited,
  hex,
  negotiate,
  type Negotiated,
  signedFor,
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
    expect(chooseMode({ ...parsed, versions: [2] }, ['zkcx'])).toBeUndefined();
  });
});

describe('the offer of a server', () => {
  test('says what is asked for', async () => {
    const { negotiation, key } = await negotiate({ purpose: 'download', now: NOW + 59n });
    const offer = parseServerOffer(negotiation.serverOffer);
    expect(offer.time % 60).toBe(0);
    expect(offer.hpkeKey).toBe(hex(key.publicKey));
    const { scope, ...terms } = termsOf(requestTerms(offer), SERVER_OID);
    const { trustRoot, revocationRoot } = rootsOf(MAP);
    expect(terms).toMatchObject({ trustRoot, revocationRoot, role: 'euicc-v2' });
    expect(scope).not.toBe(0n);
  });

  test('is new for each session', async () => {
    const offers = [session, await negotiate()].map(({ negotiation }) =>
      parseServerOffer(negotiation.serverOffer),
    );
    expect(offers[0]!.nonce).not.toBe(offers[1]!.nonce);
    expect(offers[0]!.hpkeKey).not.toBe(offers[1]!.hpkeKey);
  });

  test.each([
    ['a member that is not known', { scope: '5' }],
    ['disclosures', { disclosures: ['identity'] }],
    ['a time between minutes', { time: 61 }],
    ['a registry root without its mode', { registryRoot: '5' }],
    ['the mode without a registry root', { mode: 'registryPresentation' }],
    ['a root that is no field element', { trustRoot: '-1' }],
    ['a compressed key', { hpkeKey: `02${'11'.repeat(32)}` }],
    ['a short nonce', { nonce: '00' }],
    ['one document', { server: { auth: '00'.repeat(32) } }],
    ['the mode classic', { rspMode: 'classic' }],
    ['a role that is none', { role: 'phone' }],
  ])('with %s is refused', (_, change) => {
    const wrong = edited(session.negotiation.serverOffer, change);
    expect(codeOf(() => parseServerOffer(wrong))).toBe('ERR_RSP_ZKCX_OFFER');
  });

  test('with a member twice is refused', () => {
    const text = new TextDecoder().decode(session.negotiation.serverOffer);
    const twice = bytes(text.replace('"role":', '"role":"dp-auth-v2","role":'));
    expect(codeOf(() => parseServerOffer(twice))).toBe('ERR_RSP_ZKCX_OFFER');
  });
});

describe('the reply to an offer', () => {
  const reply = (change: object = {}) => ({
    transactionId: session.negotiation.transactionId,
    serverSigned1: session.serverSigned1,
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

describe('the challenge', () => {
  test.each([
    ['a swapped one-time key', { hpkeKey: `04${'22'.repeat(64)}` }],
    ['a wider request', { trustRoot: '5' }],
    ['another mode', { rspMode: 'zkcx' }],
    ['another role', { role: 'euicc' }],
    ['a purpose', { purpose: 'statistics' }],
    ['another nonce', { nonce: '00'.repeat(32) }],
    ['other documents', { server: { auth: '00'.repeat(32), pb: '00'.repeat(32) } }],
  ])('is another with %s, and the transcript is refused', (_, change) => {
    const { negotiation, serverSigned1, known } = session;
    const changed = { ...negotiation, serverOffer: edited(negotiation.serverOffer, change) };
    expect(hex(zkcxServerChallenge(changed))).not.toBe(hex(zkcxServerChallenge(negotiation)));
    expect(codeOf(() => rspTranscript(changed, serverSigned1, known))).toBe(
      'ERR_RSP_ZKCX_TRANSCRIPT',
    );
  });

  test('is another when the client offered something else, or the transaction is another', () => {
    const { negotiation, serverSigned1, known } = session;
    for (const change of [
      { clientOffer: writeClientOffer(['zkcx-device']) },
      { transactionId: new Uint8Array(16) },
    ]) {
      const changed = { ...negotiation, ...change };
      expect(codeOf(() => rspTranscript(changed, serverSigned1, known))).toBe(
        'ERR_RSP_ZKCX_TRANSCRIPT',
      );
    }
  });

  test('is not made for a transactionId of another size', () => {
    const wrong = { ...session.negotiation, transactionId: new Uint8Array(15) };
    expect(codeOf(() => zkcxServerChallenge(wrong))).toBe('ERR_RSP_ZKCX_TRANSCRIPT');
  });
});

describe('the transcript', () => {
  test.each([
    ['another address', { serverAddress: 'dp.example.org' }],
    ["another eUICC's challenge", { euiccChallenge: new Uint8Array(16) }],
  ])('is refused with %s than the LPA knows', (_, change) => {
    const { negotiation, serverSigned1, known } = session;
    expect(codeOf(() => rspTranscript(negotiation, serverSigned1, { ...known, ...change }))).toBe(
      'ERR_RSP_ZKCX_TRANSCRIPT',
    );
  });

  test('is refused when an unknown element follows what the server signed', () => {
    const { negotiation, serverSigned1, known } = session;
    const longer = concatBytes(serverSigned1, Uint8Array.of(0x85, 0x00));
    longer[1]! += 2;
    expect(codeOf(() => rspTranscript(negotiation, longer, known))).toBe('ERR_RSP_ZKCX_TRANSCRIPT');
  });

  test.each([1, 10, 60, 127, 128, 155, 200, 400, 500])(
    'begins a EuiccSigned1 with %d hidden bytes as the eUICC writes it',
    (length) => {
      const { transcript } = session;
      const hidden = new Uint8Array(length).fill(7);
      const signed = encodeTlv(0x30, EuiccSigned1Beginning.encode(transcript), hidden);
      expect(sessionMessage(transcript, hidden)).toEqual(signed);
      expect(hiddenPart(transcript, signed)).toEqual(hidden);
    },
  );

  test('is not that of another EuiccSigned1', async () => {
    const { transcript } = session;
    const signed = sessionMessage(transcript, new Uint8Array(40));
    const other = (await negotiate()).transcript;
    const changed = (change: (copy: Uint8Array) => void) => {
      const copy = signed.slice();
      change(copy);
      return copy;
    };
    for (const wrong of [
      sessionMessage(other, new Uint8Array(40)),
      signed.slice(0, -1),
      concatBytes(signed, Uint8Array.of(0)),
      messagePrefix(transcript, 0),
      changed((copy) => (copy[1]! ^= 1)),
      changed((copy) => (copy[8]! ^= 1)),
      new Uint8Array(),
    ]) {
      expect(codeOf(() => hiddenPart(transcript, wrong))).toBe('ERR_RSP_ZKCX_TRANSCRIPT');
    }
  });

  test('cannot be mistaken for that of a session outside RSP', () => {
    const { transcript, negotiation } = session;
    const outside = bindTranscript({ ...negotiation, serverAddress: ADDRESS });
    expect(sessionId(outside).toBigInt()).not.toBe(sessionId(transcript).toBigInt());
    expect(hex(messagePrefix(transcript, 9))).not.toBe(hex(messagePrefix(outside, 9)));
    expect(codeOf(() => EuiccSigned1.decode(sessionMessage(outside, new Uint8Array(9))))).toBe(
      'ERR_DER_TAG',
    );
  });

  test('names another session for every change, the server signature of which is the same', () => {
    const { negotiation, serverSigned1, known, transcript } = session;
    const again = rspTranscript(negotiation, serverSigned1, known);
    expect(hex(again.form.session)).toBe(hex(transcript.form.session));
    const changed = {
      ...negotiation,
      serverOffer: edited(negotiation.serverOffer, { nonce: '11'.repeat(32) }),
    };
    const other = rspTranscript(changed, signedFor(changed), known);
    expect(hex(other.form.session)).not.toBe(hex(transcript.form.session));
  });

  test('hides at most what a message program takes', () => {
    expect(codeOf(() => messagePrefix(session.transcript, 501))).toBe('ERR_SESSION_VALUE');
  });
});

test("the holder's policy decides on a server's offer as on any request", () => {
  const peer = { serverOid: SERVER_OID };
  const credential = credentialOf();
  const terms = requestTerms(parseServerOffer(session.negotiation.serverOffer));
  const accepted = checkTerms(terms, peer, credential, POLICY);
  expect(accepted.trust.root.toBigInt()).toBe(rootsOf(MAP).trustRoot);
  const refusals = [
    [{ trustRoot: '5' }, 'ERR_HOLDER_TRUST_SET'],
    [{ revocationRoot: '5' }, 'ERR_HOLDER_MAP'],
    [{ registryRoot: '5' }, 'ERR_HOLDER_REGISTRY'],
    [{ time: Number(NOW) + 400 }, 'ERR_HOLDER_CLOCK'],
    [{ role: 'euicc' }, 'ERR_HOLDER_ROLE'],
  ] as const;
  for (const [change, code] of refusals) {
    expect(codeOf(() => checkTerms({ ...terms, ...change }, peer, credential, POLICY))).toBe(code);
  }
});

describe('zkCX-aware firmware', () => {
  const signed2 = Uint8Array.of(0x30, 0x03, 0x80, 0x01, 0x07);

  test('has smdpSignature2 cover the negotiation, and not what the eUICC signed', () => {
    const input = zkcxSmdpSignature2Input(signed2, session.serverSigned1);
    expect(input).toHaveLength(signed2.length + 34);
    expect(hex(input.subarray(0, signed2.length))).toBe(hex(signed2));
    expect(hex(zkcxSmdpSignature2Input(signed2, signed2))).not.toBe(hex(input));
    // the two never have the same bytes: an OCTET STRING follows in one, 5F37 in the other
    const classic = smdpSignature2Input(signed2, new Uint8Array(64));
    expect(classic[signed2.length]).not.toBe(input[signed2.length]);
  });

  test('has a value of 16 bytes for each session and one-time key in the place of the EID', () => {
    const otpk = new Uint8Array(65).fill(4);
    const values = [
      zkcxKdfValue(session.serverSigned1, otpk),
      zkcxKdfValue(session.serverSigned1, new Uint8Array(65).fill(5)),
      zkcxKdfValue(signed2, otpk),
    ];
    expect(values.every(({ length }) => length === 16)).toBe(true);
    expect(new Set(values.map(hex)).size).toBe(3);
  });
});

/** What is sealed: strict in every form, and openings that fit one presentation only. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { concatBytes } from '../../../src/bytes.ts';
import { encodeTlv } from '../../../src/asn1/tlv.ts';
import { PrepareDownloadResponse } from '../../../src/sgp22/messages/prepare-download.ts';
import { RspRefusal, STATUS } from '../../../src/sgp22/status-codes.ts';
import {
  decodeZkcxAnswer,
  decodeZkcxRequest,
  encodeZkcxAnswer,
  encodeZkcxRefusal,
  encodeZkcxRequest,
  MEMORY_STEPS,
  memoryStep,
  SEALED_ANSWER,
  SEALED_REQUEST,
  type ZkcxFunction,
  type ZkcxRequest,
} from '../../../src/rsp/zkcx/messages.ts';
import { parseServerOffer, requestTerms } from '../../../src/rsp/zkcx/negotiation.ts';
import {
  checkDeviceDisclosure,
  checkIdentityDisclosure,
  discloseDevice,
  discloseIdentity,
} from '../../../src/rsp/zkcx/openings.ts';
import { type AnswerPlan, planAnswer } from '../../../src/session/answer.ts';
import { checkTerms } from '../../../src/session/holder.ts';
import { termsOf } from '../../../src/session/offers.ts';
import { sessionMessage } from '../../../src/session/transcript.ts';
import { type VerifiedPresentation, verifyPresentation } from '../../../src/session/verifier.ts';
import { bundleOf } from '../../session/bundles.ts';
import { unproven } from '../../support/envelope.ts';
import { ANCHORS, credentialOf, EID, NOW, POLICY, SERVER_OID, sign } from '../../session/world.ts';
import { codeOf, negotiate, type Negotiated } from './negotiated.ts';

const HIDDEN = new Uint8Array(180).fill(0x5a);
const credential = credentialOf();

/** A presentation over the EuiccSigned1 of a session, right up to its proofs. */
async function presented(session: Negotiated) {
  const offer = parseServerOffer(session.negotiation.serverOffer);
  const peer = { serverOid: SERVER_OID };
  const terms = checkTerms(requestTerms(offer), peer, credential, POLICY);
  const accepted = { ...terms, transcript: session.transcript, request: { disclosures: [] } };
  const plan = await planAnswer({ accepted, credential, anchors: ANCHORS, sign, hidden: HIDDEN });
  const expectation = {
    terms: termsOf(requestTerms(offer), SERVER_OID),
    transcript: session.transcript,
    mapRootAt: NOW,
    now: NOW,
  };
  return { plan, bundle: bundleOf(plan), expectation };
}

/** What a server keeps of it once the proofs are verified. */
function verifiedOf({ presentation, session }: AnswerPlan): VerifiedPresentation {
  const { claim } = presentation.plan;
  return {
    role: 'euicc-v2',
    sessionKey: claim.sessionKey.toBigInt(),
    sessionMessage: claim.sessionMessage.toBigInt(),
    sessionIdentity: claim.sessionIdentity.toBigInt(),
    session: session.session,
    transcript: session.transcript,
  } as VerifiedPresentation;
}

let session: Negotiated;
let other: Negotiated;
let own: Awaited<ReturnType<typeof presented>>;
let foreign: typeof own;

beforeAll(async () => {
  session = await negotiate({ purpose: 'download' });
  other = await negotiate({ purpose: 'download' });
  own = await presented(session);
  foreign = await presented(other);
});

const rawSignature = (message: Uint8Array) => {
  const { r, s } = sign(message);
  const hex = (value: bigint) => value.toString(16).padStart(64, '0');
  return new Uint8Array(Buffer.from(hex(r) + hex(s), 'hex'));
};

describe('a presentation over EuiccSigned1', () => {
  const fails = (work: Promise<unknown>, code: string) =>
    expect(work).rejects.toMatchObject({ code });

  test('is refused for its proof alone, with the program that the size needs', async () => {
    expect(own.bundle.message).toMatchObject({ kind: 'proof', hiddenLength: HIDDEN.length });
    await fails(verifyPresentation(own.bundle, own.expectation), 'ERR_PROOF_INVALID');
  });

  test('is none for another session, neither of this protocol nor of the one outside RSP', async () => {
    const { transcript } = other;
    const elsewhere = verifyPresentation(own.bundle, { ...own.expectation, transcript });
    await fails(elsewhere, 'ERR_PROOF_MESSAGE');
    const { form: _form, ...outside } = session.transcript;
    const asSession = { ...own.expectation, transcript: outside };
    await fails(verifyPresentation(own.bundle, asSession), 'ERR_PROOF_MESSAGE');
  });

  test('says how much it hides: another length is another message', async () => {
    const message = { ...own.bundle.message, hiddenLength: HIDDEN.length - 1 };
    const changed = { ...own.bundle, message } as typeof own.bundle;
    await fails(verifyPresentation(changed, own.expectation), 'ERR_PROOF_MESSAGE');
  });
});

describe('openings after consent', () => {
  const signature = () => rawSignature(sessionMessage(session.transcript, HIDDEN));
  const device = () => discloseDevice(own.plan.presentation.plan.openings, signature());
  const theirs = () => discloseDevice(foreign.plan.presentation.plan.openings, signature());

  test('tell EID and key of the presentation that they open', () => {
    const { eid, key } = checkDeviceDisclosure(device(), verifiedOf(own.plan));
    expect(eid).toBe(EID);
    expect(key.x).not.toBe(0n);
    const alone = discloseIdentity(own.plan.presentation.plan.openings);
    expect(checkIdentityDisclosure(alone, verifiedOf(own.plan))).toBe(EID);
  });

  test.each(['identity', 'key', 'message'] as const)(
    'of %s from another session are refused',
    (name) => {
      const mixed = { ...device(), [name]: theirs()[name] };
      expect(codeOf(() => checkDeviceDisclosure(mixed, verifiedOf(own.plan)))).toBe(
        'ERR_PROOF_OPENING',
      );
    },
  );

  test('with another EID are refused', () => {
    const identity = { ...device().identity, identity: '89049032000000000000000000000000' };
    const wrong = { ...device(), identity };
    expect(codeOf(() => checkDeviceDisclosure(wrong, verifiedOf(own.plan)))).toBe(
      'ERR_PROOF_OPENING',
    );
    const alone = { kind: 'identity', identity } as const;
    expect(codeOf(() => checkIdentityDisclosure(alone, verifiedOf(own.plan)))).toBe(
      'ERR_PROOF_OPENING',
    );
  });

  test('with a signature over something else, or none, are refused', () => {
    const another = rawSignature(sessionMessage(other.transcript, HIDDEN));
    for (const euiccSignature1 of [another, new Uint8Array(64), new Uint8Array(64).fill(0xff)]) {
      const wrong = { ...device(), euiccSignature1 };
      expect(codeOf(() => checkDeviceDisclosure(wrong, verifiedOf(own.plan)))).toBe(
        'ERR_RSP_SIGNATURE',
      );
    }
  });
});

const possession = unproven('possession', [], []);
const ELEMENT = encodeTlv(0x30, Uint8Array.of(1));
const eligibility = {
  svn: '2.4.0',
  profileVersion: '2.3.1',
  testProfileSupport: true,
  forbiddenProfilePolicyRules: [],
  freeMemory: MEMORY_STEPS[3]!,
};
const prepared = () => {
  const response = {
    result: 'ok',
    euiccSigned2: ELEMENT,
    euiccSignature2: new Uint8Array(64).fill(9),
  } as const;
  return { ...response, der: PrepareDownloadResponse.encode(response) };
};

/** One request of every form. */
const requests = (): [ZkcxFunction, ZkcxRequest<ZkcxFunction>][] => [
  ['authenticateClient', { presentation: own.bundle, matchingId: 'A1-B2', eligibility }],
  ['authenticateClient', { presentation: own.bundle, eligibility }],
  ['zkcxDisclose', discloseDevice(own.plan.presentation.plan.openings, new Uint8Array(64))],
  ['zkcxDisclose', discloseIdentity(own.plan.presentation.plan.openings)],
  ['getBoundProfilePackage', { kind: 'signature', prepareDownloadResponse: prepared() }],
  ['getBoundProfilePackage', { kind: 'possession', euiccSigned2: ELEMENT, possession }],
  ['cancelSession', { kind: 'reason', reason: 1 }],
  ['cancelSession', { kind: 'possession', euiccCancelSessionSigned: ELEMENT, possession }],
  [
    'handleNotification',
    { kind: 'possession', message: 'notification', signed: ELEMENT, possession },
  ],
];

const json = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes)) as object;
const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

describe('a request', () => {
  test('of every form reads back', () => {
    for (const [name, request] of requests()) {
      const encoded = encodeZkcxRequest(name, request);
      expect(decodeZkcxRequest(name, encoded)).toEqual(request);
    }
  });

  test('of any form with an unknown member, or one member less, is refused', () => {
    for (const [name, request] of requests()) {
      const whole = json(encodeZkcxRequest(name, request));
      const longer = bytes({ ...whole, more: 1 });
      expect(codeOf(() => decodeZkcxRequest(name, longer))).toBe('ERR_RSP_ZKCX_MESSAGE');
      for (const member of Object.keys(whole)) {
        if (member === 'matchingId') continue;
        const shorter = bytes({ ...whole, [member]: undefined });
        const code = member === 'presentation' ? 'ERR_PROOF_FORMAT' : 'ERR_RSP_ZKCX_MESSAGE';
        expect([member, codeOf(() => decodeZkcxRequest(name, shorter))]).toEqual([member, code]);
      }
    }
  });

  test('of one function is none of another', () => {
    const names = [...new Set(requests().map(([name]) => name))];
    for (const [name, request] of requests()) {
      const encoded = encodeZkcxRequest(name, request);
      for (const wrong of names.filter((candidate) => candidate !== name)) {
        // a possession of a cancellation is none of a notification, and so on
        expect(codeOf(() => decodeZkcxRequest(wrong, encoded))).toBeDefined();
      }
    }
  });

  test.each([
    ['not JSON', new TextEncoder().encode('{"kind":"reason","reason":1')],
    ['not UTF-8', Uint8Array.of(0xff, 0xfe)],
    ['nothing', new Uint8Array()],
    ['a number', bytes(1)],
    ['too large', new Uint8Array(8_000_001)],
  ])('that is %s is refused', (_, wrong) => {
    expect(codeOf(() => decodeZkcxRequest('cancelSession', wrong))).toBe('ERR_RSP_ZKCX_MESSAGE');
  });

  test.each([
    ['an unknown reason', { kind: 'reason', reason: 9 }],
    ['a reason that is no number', { kind: 'reason', reason: '1' }],
    ['a form that is none', { kind: 'word', reason: 1 }],
  ])('to cancel with %s is refused', (_, wrong) => {
    expect(codeOf(() => decodeZkcxRequest('cancelSession', bytes(wrong)))).toBe(
      'ERR_RSP_ZKCX_MESSAGE',
    );
  });

  test.each([
    ['a MatchingID with a space', { matchingId: 'A 1' }],
    ['an empty MatchingID', { matchingId: '' }],
    ['a MatchingID over its length', { matchingId: 'A'.repeat(256) }],
    ['exact memory', { eligibility: { ...eligibility, freeMemory: 12_345 } }],
    ['more of the eUICC than is asked', { eligibility: { ...eligibility, eid: EID } }],
    ['a version that is none', { eligibility: { ...eligibility, svn: 'two' } }],
  ])('to authenticate with %s is refused', (_, change) => {
    const whole = json(encodeZkcxRequest(...(requests()[0] as ['authenticateClient', never])));
    const wrong = bytes({ ...whole, ...change });
    expect(codeOf(() => decodeZkcxRequest('authenticateClient', wrong))).toBe(
      'ERR_RSP_ZKCX_MESSAGE',
    );
  });

  test('with bytes after an element is refused', () => {
    const longer = concatBytes(ELEMENT, Uint8Array.of(0));
    const name = 'getBoundProfilePackage';
    const request = { kind: 'possession', euiccSigned2: ELEMENT, possession } as const;
    const written = new TextDecoder().decode(encodeZkcxRequest(name, request));
    const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
    const changed = written.replace(base64(ELEMENT), base64(longer));
    expect(changed).not.toBe(written);
    const encoded = new TextEncoder().encode(changed);
    expect(codeOf(() => decodeZkcxRequest(name, encoded))).toBe('ERR_DER_TRAILING');
    expect(codeOf(() => encodeZkcxRequest(name, { ...request, euiccSigned2: longer }))).toBe(
      'ERR_DER_TRAILING',
    );
  });
});

describe('an answer', () => {
  const metadata = encodeTlv(0xbf25, Uint8Array.of(0x5a, 0x00));
  const signed2 = { smdpSigned2: ELEMENT, smdpSignature2: new Uint8Array(64).fill(3) };

  test('of every form reads back', () => {
    const disclose = { next: 'disclose', profileMetadata: metadata } as const;
    const prepare = { next: 'prepare', profileMetadata: metadata, ...signed2 } as const;
    for (const answer of [disclose, prepare]) {
      const encoded = encodeZkcxAnswer('authenticateClient', answer);
      expect(decodeZkcxAnswer('authenticateClient', encoded)).toEqual(answer);
    }
    const encoded = encodeZkcxAnswer('zkcxDisclose', signed2);
    expect(decodeZkcxAnswer('zkcxDisclose', encoded)).toEqual(signed2);
    const bound = {
      boundProfilePackage: encodeTlv(0xbf36),
      notificationKey: new Uint8Array(65).fill(4),
    };
    const name = 'getBoundProfilePackage';
    expect(decodeZkcxAnswer(name, encodeZkcxAnswer(name, bound))).toEqual(bound);
    expect(decodeZkcxAnswer('cancelSession', encodeZkcxAnswer('cancelSession', {}))).toEqual({});
  });

  test('that refuses is the status of SGP.22, and no answer', () => {
    const status = STATUS.authenticateClient.eidMismatch;
    const encoded = encodeZkcxRefusal(status);
    for (const name of ['authenticateClient', 'zkcxDisclose', 'cancelSession'] as const) {
      let thrown: unknown;
      try {
        decodeZkcxAnswer(name, encoded);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBeInstanceOf(RspRefusal);
      expect((thrown as RspRefusal).status).toEqual(status);
    }
  });

  test('that is an answer and a refusal, or has more, is refused', () => {
    const answer = json(encodeZkcxAnswer('zkcxDisclose', signed2));
    const refusal = json(encodeZkcxRefusal(STATUS.authenticateClient.eidMismatch));
    for (const wrong of [{ ...answer, ...refusal }, { ...answer, more: 1 }, {}, { refusal: 1 }]) {
      expect(codeOf(() => decodeZkcxAnswer('zkcxDisclose', bytes(wrong)))).toBe(
        'ERR_RSP_ZKCX_MESSAGE',
      );
    }
  });
});

describe('outside of the seal', () => {
  const message = { transactionId: 'AB'.repeat(16), zkcx: 'AAAA' };

  test('there is a transactionId and the sealed bytes, nothing else', () => {
    expect(SEALED_REQUEST.safeParse(message).success).toBe(true);
    expect(SEALED_REQUEST.safeParse({ ...message, matchingId: 'A1' }).success).toBe(false);
    expect(SEALED_REQUEST.safeParse({ ...message, zkcx: 'A' }).success).toBe(false);
    expect(SEALED_REQUEST.safeParse({ zkcx: 'AAAA' }).success).toBe(false);
    const large = Buffer.alloc(600_001).toString('base64');
    expect(SEALED_REQUEST.safeParse({ ...message, zkcx: large }).success).toBe(false);
    expect(SEALED_ANSWER.safeParse({ header: {}, ...message }).success).toBe(true);
  });
});

test('free memory is told in steps', () => {
  expect(memoryStep(0)).toBe(0);
  expect(memoryStep(300 * 1024)).toBe(256 * 1024);
  expect(memoryStep(256 * 1024 - 1)).toBe(128 * 1024);
  expect(memoryStep(10 ** 9)).toBe(MEMORY_STEPS.at(-1));
  expect(memoryStep(-1)).toBe(0);
});

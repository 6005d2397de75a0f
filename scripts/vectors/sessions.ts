/** What two parties of a session compute, each for itself. */
import { Field } from 'o1js';
import {
  bindTranscript,
  blindOrderOf,
  CLIENT_OFFER,
  identifierScopeOf,
  parseCertificate,
  scopeOf,
  sessionId,
  sessionMessage,
} from '../../src/index.ts';
import { bytesToBigint } from '../../src/bytes.ts';
import {
  commitIdentity,
  commitIssuer,
  commitKey,
  identifierOf,
  pseudonymOf,
} from '../../src/circuits/session.ts';
import { issuerId } from '../../src/circuits/claims.ts';
import { MODE } from '../../src/params.ts';
import { publicKey, organisation } from '../../src/witness/encode.ts';
import { possessionRequest } from '../../src/witness/statement.ts';
import { negotiated, rspTranscript } from '../../src/rsp/zkcx/transcript.ts';
import { writeClientOffer, writeServerOffer } from '../../src/rsp/zkcx/negotiation.ts';
import { newServerRequest, requestTerms } from '../../src/session/offers.ts';
import { rootsOf, testMap } from '../../examples/test-pki.ts';
import { AT, counting, EUICC, EUM, hex } from './inputs.ts';

const EID = '89049032123451234512345678901235';
const OID = '2.999.10';
const ADDRESS = 'smdp.example.com';
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

const terms = {
  accepted: rootsOf(testMap(AT)),
  role: 'euicc-v2',
  purpose: 'download',
  now: AT,
} as const;

export function sessions() {
  const { publicKey: key } = parseCertificate(EUICC);
  const { publicKey: issuer } = parseCertificate(EUM);
  const request = new TextEncoder().encode(
    JSON.stringify(newServerRequest({ ...terms, random: (size) => counting(1, size) })),
  );
  const transactionId = counting(1, 16);
  const transcript = bindTranscript({
    transactionId,
    serverAddress: ADDRESS,
    clientOffer: CLIENT_OFFER,
    serverOffer: request,
  });
  const message = sessionMessage(transcript);
  const blinds = { key: 11n, identity: 12n, issuer: 13n };
  const [secret, salt, folded] = [
    bytesToBigint(counting(32, 31)),
    counting(64, 16),
    new TextEncoder().encode('rsp test eum'),
  ];
  const [point, identity] = [publicKey(key), Field(BigInt(EID))];
  const sessionKey = commitKey(Field(blinds.key), point).toString();
  const sessionIdentity = commitIdentity(Field(blinds.identity), identity).toString();
  const sessionIssuer = commitIssuer(
    Field(blinds.issuer),
    organisation(folded),
    issuerId(publicKey(issuer)),
  ).toString();
  const session = sessionId(transcript.serverChallenge);
  const scope = scopeOf(OID, 'download');
  const identifierScope = identifierScopeOf(OID, 'loyalty');
  const pseudonym = pseudonymOf(point, identity, Field(scope)).toString();
  const identifier = identifierOf(
    Field(secret),
    point,
    identity,
    Field(identifierScope),
  ).toString();
  const order = blindOrderOf(OID, salt, EID);
  const common = {
    session,
    message,
    sessionKey: BigInt(sessionKey),
    sessionIdentity: BigInt(sessionIdentity),
  };
  const statements = [
    { scope: String(scope), pseudonym, identifierScope: '0', identifier: '0', order: '0' },
    {
      scope: '0',
      pseudonym: '0',
      identifierScope: String(identifierScope),
      identifier,
      order: String(order),
    },
  ].map((told) => {
    const values = Object.fromEntries(
      Object.entries(told).map(([name, value]) => [name, BigInt(value)]),
    ) as Record<keyof typeof told, bigint>;
    const { statement } = possessionRequest({ ...common, ...values });
    return { ...told, mode: String(MODE.sessionPossession), statement: statement.toString() };
  });
  return {
    transactionId: hex(transactionId),
    serverAddress: ADDRESS,
    clientOffer: text(CLIENT_OFFER),
    serverOffer: text(request),
    serverChallenge: hex(transcript.serverChallenge),
    /** What the leaf key signs. */
    message: hex(message),
    session: String(session),
    serverOid: OID,
    purpose: 'download',
    identifierPurpose: 'loyalty',
    x: key.x.toString(16).padStart(64, '0'),
    y: key.y.toString(16).padStart(64, '0'),
    eid: EID,
    issuer: {
      x: issuer.x.toString(16).padStart(64, '0'),
      y: issuer.y.toString(16).padStart(64, '0'),
    },
    organisation: text(folded),
    blinds: { key: '11', identity: '12', issuer: '13' },
    secret: String(secret),
    salt: hex(salt),
    sessionKey,
    sessionIdentity,
    sessionIssuer,
    statements,
  };
}

export function rspSessions() {
  const clientOffer = writeClientOffer(['zkcx-device']);
  const serverOffer = writeServerOffer({
    rspMode: 'zkcx-device',
    terms: requestTerms(terms),
    hpkeKey: Uint8Array.of(4, ...counting(0, 64)),
    euiccCiPKIdToBeUsed: counting(160, 20),
    documents: { auth: counting(1, 8), pb: counting(2, 8) },
    cancelReasons: ['undefinedReason'],
    random: (size) => counting(1, size),
  });
  const negotiation = { clientOffer, serverOffer };
  const euiccChallenge = counting(16, 16);
  const { transactionId, serverChallenge } = negotiated(negotiation);
  const { serverSigned1, session } = rspTranscript(negotiation, {
    serverAddress: ADDRESS,
    euiccChallenge,
  });
  return {
    serverAddress: ADDRESS,
    clientOffer: text(clientOffer),
    serverOffer: text(serverOffer),
    euiccChallenge: hex(euiccChallenge),
    transactionId: hex(transactionId),
    serverChallenge: hex(serverChallenge),
    serverSigned1: hex(serverSigned1),
    session: hex(session),
    sessionId: String(sessionId(session)),
  };
}

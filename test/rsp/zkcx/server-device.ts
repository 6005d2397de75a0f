/**
 * Both ends of zkCX over HTTP in one process: the server with its processes replaced, and devices whose
 * messages can be made wrong. Public values, openings, signatures and seals are real; proofs are not.
 */
import { parseCertificate } from '../../../src/asn1/index.ts';
import { bytesToHex } from '../../../src/bytes.ts';
import { ZkcxError } from '../../../src/errors.ts';
import type { Credential } from '../../../src/prover/credential.ts';
import type { ProofEnvelope } from '../../../src/prover/envelope.ts';
import { CancelSessionResponse } from '../../../src/sgp22/messages/cancel-session.ts';
import { decodeAnswer, encodeJson } from '../../../src/sgp22/messages/es9p.ts';
import { EuiccInfo1 } from '../../../src/sgp22/messages/euicc-info.ts';
import { hexToBytes, transactionIdText } from '../../../src/sgp22/messages/identifiers.ts';
import { EuiccSigned2 } from '../../../src/sgp22/messages/prepare-download.ts';
import { euiccSignature2Input } from '../../../src/sgp22/messages/signature.ts';
import { es9pApp } from '../../../src/rsp/smdpp/app.ts';
import { ClientChannel, type SealedKind } from '../../../src/rsp/zkcx/channel.ts';
import {
  decodeZkcxAnswer,
  type Eligibility,
  encodeZkcxRequest,
  SEALED_ANSWER,
  ZKCX,
  type ZkcxAnswer,
  type ZkcxRequest,
} from '../../../src/rsp/zkcx/messages.ts';
import { discloseDevice } from '../../../src/rsp/zkcx/openings.ts';
import {
  requestTerms,
  requireOffer,
  type ServerDocuments,
  writeClientOffer,
  ZKCX_INITIATE,
  type ZkcxMode,
} from '../../../src/rsp/zkcx/negotiation.ts';
import { OnceStore } from '../../../src/session/once-store.ts';
import { planAnswer } from '../../../src/session/answer.ts';
import { checkTerms } from '../../../src/session/holder.ts';
import type { MessageKind } from '../../../src/session/messages.ts';
import { planPossession } from '../../../src/session/statements.ts';
import { zkcxFunctions } from '../../../src/rsp/zkcx/server/functions.ts';
import type { ServerRoots } from '../../../src/rsp/zkcx/server/roots.ts';
import { ZkcxSessions } from '../../../src/rsp/zkcx/server/sessions.ts';
import type { Standing } from '../../../src/rsp/zkcx/server/verifiers.ts';
import { hiddenPart, rspTranscript } from '../../../src/rsp/zkcx/transcript.ts';
import { join } from 'node:path';
import { refusalOf } from '../../support/rsp/refusal.ts';
import { ADDRESS, TestSmdp } from '../../support/rsp/smdpp.ts';
import {
  authenticateServer,
  cancelSession,
  initiateRequest,
  oneTimeKey,
  otherEuicc,
  sgp26Euicc,
  type SoftEuicc,
} from '../../support/rsp/soft-euicc.ts';
import { bundleOf, possessionOf } from '../../session/bundles.ts';
import {
  ANCHORS,
  credentialOf,
  MAP,
  POLICY,
  rootsOf,
  SERVER_OID,
  sign,
  TRUST,
} from '../../session/world.ts';

/** What stands for the `certify` envelopes: nobody reads them here. */
const STATEMENTS: ServerDocuments = { auth: Uint8Array.of(1), pb: Uint8Array.of(2) };

export class ZkcxSmdp {
  /** The proofs that are valid. */
  isValid: (proof: ProofEnvelope) => boolean = () => true;
  /** No place is left for these. */
  full: Standing | undefined;
  roots: ServerRoots = { ...rootsOf(MAP), anchors: ANCHORS, trust: TRUST, map: MAP };
  statements: ServerDocuments | undefined = STATEMENTS;
  /** Codes behind sealed refusals. */
  readonly refusals: string[] = [];
  readonly smdp: TestSmdp;
  readonly once: OnceStore;
  readonly #app: ReturnType<typeof es9pApp>;

  private constructor(smdp: TestSmdp, once: OnceStore) {
    this.smdp = smdp;
    this.once = once;
    const context = {
      smdp: smdp.server.context,
      sessions: new ZkcxSessions(smdp.server.context, { limit: 100, lifetime: 600n }),
      verifiers: { reserve: (standing: Standing) => this.#reserve(standing) },
      roots: () => Promise.resolve(this.roots),
      statements: () => this.statements,
      once,
      lifetime: 600n,
      maximumMapAge: 86_400n,
    };
    const functions = zkcxFunctions(context, (_, code) => this.refusals.push(code));
    const extension = { functions, maxBody: 900_000, close: () => Promise.resolve() };
    this.#app = es9pApp(smdp.server, {}, extension);
  }

  static async open(): Promise<ZkcxSmdp> {
    const smdp = await TestSmdp.open();
    return new ZkcxSmdp(smdp, await OnceStore.open(join(smdp.folder, 'once')));
  }

  async close(): Promise<void> {
    await this.once.close();
    await this.smdp.close();
  }

  post(path: string, body: object): Promise<Response> {
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    return Promise.resolve(this.#app.request(path, init));
  }

  #reserve(standing: Standing) {
    if (standing === this.full) throw new ZkcxError('ERR_RSP_BUSY', 'no place');
    return {
      assertProof: async (proof: ProofEnvelope) => {
        if (!this.isValid(proof)) throw new ZkcxError('ERR_PROOF_INVALID', 'false');
      },
      release: () => undefined,
    };
  }
}

export interface Device {
  readonly euicc: SoftEuicc;
  readonly credential: Credential;
}

export const device = (): Device => ({ euicc: sgp26Euicc(), credential: credentialOf() });

export function otherDevice(eid = '89049032123451234512345678901236'): Device {
  const euicc = otherEuicc(eid);
  const certificates = [euicc.eumCertificate, euicc.euiccCertificate].map((der) =>
    parseCertificate(der),
  );
  return { euicc, credential: credentialOf(certificates) };
}

const ELIGIBILITY: Eligibility = {
  svn: '2.4.0',
  profileVersion: '2.3.1',
  testProfileSupport: true,
  forbiddenProfilePolicyRules: [],
  freeMemory: 256 * 1024,
};

/** One session of a device. */
export async function begin(server: ZkcxSmdp, { euicc, credential }: Device, mode: ZkcxMode) {
  const clientOffer = writeClientOffer([mode]);
  const { euiccInfo1, ...request } = initiateRequest(euicc, ADDRESS);
  const response = await server.post(
    ZKCX_INITIATE.path,
    encodeJson(ZKCX_INITIATE.request, {
      ...request,
      euiccInfo1: { ...euiccInfo1, der: EuiccInfo1.encode(euiccInfo1) },
      zkcx: clientOffer,
    }),
  );
  const reply = decodeAnswer(ZKCX_INITIATE.anyAnswer, await response.json());
  const { offer, answer } = requireOffer(reply, clientOffer);
  const { transactionId, serverSigned1 } = answer;
  const negotiation = { transactionId, clientOffer, serverOffer: answer.zkcx };
  const transcript = rspTranscript(negotiation, serverSigned1, {
    serverAddress: ADDRESS,
    euiccChallenge: request.euiccChallenge,
  });
  const authenticated = authenticateServer(euicc, serverSigned1);
  const plan = await planAnswer({
    accepted: {
      ...checkTerms(requestTerms(offer), { serverOid: SERVER_OID }, credential, POLICY),
      transcript,
      request: { disclosures: [] },
    },
    credential,
    anchors: ANCHORS,
    sign: (message) => sign(message, euicc.key.secret),
    hidden: hiddenPart(transcript, authenticated.euiccSigned1),
  });
  const channel = await ClientChannel.open(hexToBytes(offer.hpkeKey, 'key'), transcript);
  return new Visit({ server, euicc, plan, channel, transcript, offer, authenticated });
}

interface Parts {
  readonly server: ZkcxSmdp;
  readonly euicc: SoftEuicc;
  readonly plan: Awaited<ReturnType<typeof planAnswer>>;
  readonly channel: ClientChannel;
  readonly transcript: ReturnType<typeof rspTranscript>;
  readonly offer: ReturnType<typeof requireOffer>['offer'];
  readonly authenticated: ReturnType<typeof authenticateServer>;
}

export class Visit {
  readonly parts: Parts;

  constructor(parts: Parts) {
    this.parts = parts;
  }

  get id(): string {
    return transactionIdText(this.parts.transcript.transactionId);
  }

  seal<F extends SealedKind>(name: F, request: ZkcxRequest<F>): Promise<Uint8Array> {
    return this.parts.channel.seal(name, encodeZkcxRequest(name, request));
  }

  /** Bytes as they are, to the path of a function. */
  send(name: SealedKind, sealed: Uint8Array, transactionId = this.id): Promise<Response> {
    const zkcx = Buffer.from(sealed).toString('base64');
    return this.parts.server.post(ZKCX[name].path, { transactionId, zkcx });
  }

  async open<F extends SealedKind>(name: F, response: Response): Promise<ZkcxAnswer<F>> {
    const { zkcx } = decodeAnswer(SEALED_ANSWER, await response.json());
    return decodeZkcxAnswer(name, await this.parts.channel.openAnswer(zkcx));
  }

  async call<F extends SealedKind>(name: F, request: ZkcxRequest<F>): Promise<ZkcxAnswer<F>> {
    return this.open(name, await this.send(name, await this.seal(name, request)));
  }

  presentation(matchingId?: string, eligibility: Partial<Eligibility> = {}) {
    return {
      presentation: bundleOf(this.parts.plan),
      matchingId,
      eligibility: { ...ELIGIBILITY, ...eligibility },
    };
  }

  authenticate(...args: Parameters<Visit['presentation']>) {
    return this.call('authenticateClient', this.presentation(...args));
  }

  /** A proof in form that the key of this session signed something. */
  async possession(
    kind: MessageKind,
    message: Uint8Array,
    context: { readonly serverSignature?: Uint8Array; readonly iccid?: Uint8Array } = {},
  ): Promise<ProofEnvelope> {
    const { plan, euicc } = this.parts;
    const { request } = await planPossession({
      session: plan.session,
      kind,
      message,
      context: { serverOid: SERVER_OID, ...context },
      sign: (signed) => sign(signed, euicc.key.secret),
    });
    return possessionOf(request);
  }

  /** euiccSigned2 and what is signed with it. */
  prepared(smdpSignature2: Uint8Array, key = oneTimeKey()) {
    const { transactionId } = this.parts.transcript;
    const euiccSigned2 = EuiccSigned2.encode({ transactionId, euiccOtpk: key.point });
    return { euiccSigned2, message: euiccSignature2Input(euiccSigned2, smdpSignature2) };
  }

  /** What GetBoundProfilePackage of `zkcx` takes. */
  async fetching(smdpSignature2: Uint8Array, key = oneTimeKey()) {
    const { euiccSigned2, message } = this.prepared(smdpSignature2, key);
    const context = { serverSignature: smdpSignature2 };
    const possession = await this.possession('prepareDownload', message, context);
    return { kind: 'possession' as const, euiccSigned2, possession };
  }

  async fetch(...args: Parameters<Visit['fetching']>) {
    return this.call('getBoundProfilePackage', await this.fetching(...args));
  }

  /** A cancellation as the eUICC signs it. */
  cancellation(reason: number) {
    const { euicc, transcript } = this.parts;
    const { cancelSessionResponse } = cancelSession(euicc, transcript.transactionId, reason);
    const der = CancelSessionResponse.encode(cancelSessionResponse);
    return { ...cancelSessionResponse, der };
  }

  get record() {
    const { server, transcript, offer } = this.parts;
    const { sessions } = server.smdp.server.context;
    return sessions.get(bytesToHex(transcript.transactionId), offer.rspMode);
  }
}

/** "8.10.1/3.9" of an answer outside of the seal; "sealed" of one inside. */
export async function outer(response: Promise<Response>): Promise<string> {
  const { status, ...answer } = {
    status: (await response).status,
    json: await (await response).json(),
  };
  if (status !== 200) return `HTTP ${status}`;
  const refusal = await refusalOf(
    Promise.resolve().then(() => decodeAnswer(SEALED_ANSWER, answer.json)),
  );
  return refusal === 'accepted' ? 'sealed' : refusal;
}

/** The openings of a device that consents. */
export function disclosure({ parts: { plan, authenticated } }: Visit) {
  return discloseDevice(plan.presentation.plan.openings, authenticated.euiccSignature1);
}

/** A session of `zkcx` up to smdpSignature2. */
export async function authenticated(server: ZkcxSmdp, owner: Device, matchingId?: string) {
  const visit = await begin(server, owner, 'zkcx');
  const answer = await visit.authenticate(matchingId ?? (await server.smdp.order()).matchingId);
  if (answer.next !== 'prepare') throw Error('nothing is to be disclosed');
  return { visit, smdpSignature2: answer.smdpSignature2 };
}

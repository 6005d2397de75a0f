/**
 * Both ends of zkCX over HTTP in one process: the server with its processes replaced, and devices whose
 * messages can be made wrong. Public values, openings, signatures and seals are real; proofs are not.
 */
import { parseCertificate } from '../../../src/asn1/index.ts';
import type { Credential } from '../../../src/prover/credential.ts';
import { presentationBundle } from '../../../src/session/answer.ts';
import type { PresentationBundle } from '../../../src/session/envelopes.ts';
import { type AcceptedTerms, checkTerms, type HolderPolicy } from '../../../src/session/holder.ts';
import type { Prepared } from '../../../src/session/prepared.ts';
import { sessionId } from '../../../src/session/transcript.ts';
import type { AuthenticateResponseOk } from '../../../src/sgp22/messages/authenticate-server.ts';
import { CancelSessionResponse } from '../../../src/sgp22/messages/cancel-session.ts';
import { decodeAnswer, encodeJson } from '../../../src/sgp22/messages/es9p.ts';
import { EuiccInfo1 } from '../../../src/sgp22/messages/euicc-info.ts';
import { hexToBytes, transactionIdText } from '../../../src/sgp22/messages/identifiers.ts';
import { PrepareDownloadResponse } from '../../../src/sgp22/messages/prepare-download.ts';
import { isSignature } from '../../../src/sgp22/messages/signature.ts';
import { sessionKeyMessage } from '../../../src/sgp22/messages/zkcx-firmware.ts';
import {
  type PossessionInput,
  type PossessionPlan,
  possessionWitness,
} from '../../../src/witness/possession.ts';
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
  offeredTerms,
  requireOffer,
  type ServerOffer,
  type WitnessReason,
  writeClientOffer,
  ZKCX_INITIATE,
  type ZkcxMode,
} from '../../../src/rsp/zkcx/negotiation.ts';
import {
  cancelWitness,
  checkedSecond,
  checkedTranscript,
  type RspTranscript,
  type SecondSession,
} from '../../../src/rsp/zkcx/transcript.ts';
import { madeUpKey, type TestKey } from '../../support/certificates/keys.ts';
import { refusalOf } from '../../support/rsp/refusal.ts';
import { ADDRESS } from '../../support/rsp/smdpp.ts';
import {
  authenticateServer,
  cancelSession,
  initiateRequest,
  oneTimeKey,
  otherEuicc,
  prepareDownload,
  sgp26Euicc,
  type SoftEuicc,
} from '../../support/rsp/soft-euicc.ts';
import { possessionOf, prepared as preparedFor } from '../../session/bundles.ts';
import { credentialOf, POLICY, SERVER_OID, sign } from '../../session/world.ts';
import type { ZkcxSmdp } from './zkcx-smdp.ts';

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

/** InitiateAuthentication as it is sent. */
export function initiating(euicc: SoftEuicc, modes: readonly ZkcxMode[]) {
  const clientOffer = writeClientOffer(modes);
  const { euiccInfo1, ...request } = initiateRequest(euicc, ADDRESS);
  const body = encodeJson(ZKCX_INITIATE.request, {
    ...request,
    euiccInfo1: { ...euiccInfo1, der: EuiccInfo1.encode(euiccInfo1) },
    zkcx: clientOffer,
  });
  return { clientOffer, body, euiccChallenge: request.euiccChallenge };
}

/** What a device has ready when it begins. */
export type Ready = Pick<Parts, 'accepted' | 'prepared'>;

interface Beginning {
  readonly remoteAddress?: string;
  /** Prepared for an earlier session; default: prepared for this one, as its policy says. */
  readonly ready?: Ready;
  readonly policy?: HolderPolicy;
}

/** One session of a device. */
export async function begin(
  server: ZkcxSmdp,
  { euicc, credential }: Device,
  mode: ZkcxMode,
  { remoteAddress, ready, policy = POLICY }: Beginning = {},
): Promise<Visit> {
  const { clientOffer, body, euiccChallenge } = initiating(euicc, [mode]);
  const response = await server.post(ZKCX_INITIATE.path, body, remoteAddress);
  const reply = decodeAnswer(ZKCX_INITIATE.anyAnswer, await response.json());
  const { offer, answer } = requireOffer(reply, clientOffer);
  const negotiation = { clientOffer, serverOffer: answer.zkcx };
  const known = { serverAddress: ADDRESS, euiccChallenge };
  const transcript = checkedTranscript(negotiation, known, answer);
  const channel = await ClientChannel.open(hexToBytes(offer.hpkeKey, 'key'), transcript);
  const { accepted, prepared } = ready ?? (await prepare(credential, offer, policy));
  return new Visit({ server, euicc, accepted, prepared, channel, transcript, offer });
}

async function prepare(
  credential: Credential,
  offer: ServerOffer,
  policy: HolderPolicy,
): Promise<Ready> {
  const accepted = checkTerms(offeredTerms(offer), { serverOid: SERVER_OID }, credential, policy);
  return { accepted, prepared: await preparedFor(accepted, credential) };
}

interface Parts {
  readonly server: ZkcxSmdp;
  readonly euicc: SoftEuicc;
  readonly accepted: AcceptedTerms;
  readonly prepared: Prepared;
  readonly channel: ClientChannel;
  readonly transcript: RspTranscript;
  readonly offer: ServerOffer;
}

let visits = 0;

export class Visit {
  readonly parts: Parts;
  /** Of `zkcx`: fresh in each session. */
  readonly sessionKey: TestKey = madeUpKey(`session ${visits++}`);
  /** Of `zkcx-device`, once the server has signed for it. */
  second: SecondSession | undefined;
  #challenges = 0;
  #seconds = 0;

  constructor(parts: Parts) {
    this.parts = parts;
  }

  get id(): string {
    return transactionIdText(this.parts.transcript.transactionId);
  }

  get isDevice(): boolean {
    return this.parts.offer.rspMode === 'zkcx-device';
  }

  /** What the eUICC names in all that it signs after AuthenticateClient. */
  get signedId(): Uint8Array {
    return (this.second ?? this.parts.transcript).transactionId;
  }

  /** Who signs that. */
  get signer(): TestKey {
    return this.isDevice ? this.parts.euicc.key : this.sessionKey;
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

  /** What the eUICC's own key signs in this session before anything of it is sent. */
  witness(reason: WitnessReason = 'undefinedReason'): Uint8Array {
    const { transcript } = this.parts;
    const { transactionId } = transcript;
    const sessionKey = this.sessionKey.publicKey;
    return this.isDevice
      ? cancelWitness(transcript, SERVER_OID, reason)
      : sessionKeyMessage({ transactionId, smdpOid: SERVER_OID, sessionKey });
  }

  /** Possession of this session; `change` makes it one of something else. */
  possession(change: Partial<PossessionInput> = {}): PossessionPlan {
    const { transcript, prepared, accepted, euicc } = this.parts;
    const message = change.message ?? this.witness();
    return possessionWitness({
      session: sessionId(transcript.session),
      message,
      signature: sign(message, euicc.key.secret),
      openings: prepared.openings,
      scope: accepted.scope,
      ...change,
    });
  }

  bundle(plan = this.possession(), prepared = this.parts.prepared): PresentationBundle {
    return presentationBundle(prepared, possessionOf(plan.request), plan.values);
  }

  challenge(): Uint8Array {
    return new Uint8Array(16).fill(0x80 + this.#challenges++);
  }

  presentation(
    matchingId?: string,
    eligibility: Partial<Eligibility> = {},
    presentation = this.bundle(),
  ): ZkcxRequest<'authenticateClient'> {
    const shared = {
      presentation,
      matchingId,
      eligibility: { ...ELIGIBILITY, ...eligibility },
    };
    return this.isDevice
      ? {
          kind: 'cancellation',
          ...shared,
          cancelReason: 'undefinedReason',
          euiccChallenge: this.challenge(),
        }
      : { kind: 'sessionKey', ...shared, sessionPublicKey: this.sessionKey.publicKey };
  }

  authenticate(...args: Parameters<Visit['presentation']>) {
    return this.present(this.presentation(...args));
  }

  async present(request: ZkcxRequest<'authenticateClient'>) {
    const answer = await this.call('authenticateClient', request);
    if (answer.next === 'challenge' && request.kind === 'cancellation') {
      this.#accept(request.euiccChallenge, answer);
    }
    return answer;
  }

  /** zkcxChallenge. */
  async again(euiccChallenge = this.challenge()): Promise<void> {
    this.#accept(euiccChallenge, await this.call('zkcxChallenge', { euiccChallenge }));
  }

  #accept(euiccChallenge: Uint8Array, answer: ZkcxAnswer<'zkcxChallenge'>): void {
    const made = { counter: this.#seconds++, euiccChallenge };
    this.second = checkedSecond(this.parts.transcript, made, answer.serverSigned1);
    const { auth } = this.parts.server.smdp.trust.identities[0]!;
    const { serverSignature1, serverSigned1 } = answer;
    if (!isSignature(serverSignature1, auth.certificate.publicKey, serverSigned1)) {
      throw Error('the server did not sign its second session');
    }
  }

  /** What the eUICC signs once its user agrees. */
  consent(
    matchingId?: string,
    options: Omit<NonNullable<Parameters<typeof authenticateServer>[2]>, 'matchingId'> = {},
  ): AuthenticateResponseOk {
    const { serverSigned1 } = this.second ?? this.parts.transcript;
    return authenticateServer(this.parts.euicc, serverSigned1, { matchingId, ...options });
  }

  disclosure(matchingId?: string, ...more: [Parameters<Visit['consent']>[1]?]) {
    return discloseDevice(this.parts.prepared.openings, this.consent(matchingId, ...more));
  }

  /** GetBoundProfilePackage. */
  fetch(...args: Parameters<Visit['fetching']>) {
    return this.call('getBoundProfilePackage', this.fetching(...args));
  }

  /** The same as it is sent. */
  sealFetch(...args: Parameters<Visit['fetching']>) {
    return this.seal('getBoundProfilePackage', this.fetching(...args));
  }

  /** What it asks with. */
  fetching(
    smdpSignature2: Uint8Array,
    {
      key = oneTimeKey(),
      ...options
    }: { readonly key?: TestKey } & NonNullable<Parameters<typeof prepareDownload>[2]> = {},
  ) {
    const answer = { transactionId: this.signedId, smdpSignature2 };
    const { signer } = this;
    const given = { otpk: key.point, signer, ...options };
    const response = prepareDownload(this.parts.euicc, answer, given);
    const der = PrepareDownloadResponse.encode(response);
    return { prepareDownloadResponse: PrepareDownloadResponse.decode(der) };
  }

  /** A cancellation of what the eUICC signs for now. */
  cancellation(reason: number, options: Parameters<typeof cancelSession>[3] = {}) {
    const { signer, signedId } = this;
    const given = { signer, ...options };
    const { cancelSessionResponse } = cancelSession(this.parts.euicc, signedId, reason, given);
    const der = CancelSessionResponse.encode(cancelSessionResponse);
    return { kind: 'signature' as const, cancelSessionResponse: { ...cancelSessionResponse, der } };
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

/** A session up to smdpSignature2, consent included. */
export async function authenticated(
  server: ZkcxSmdp,
  owner: Device,
  mode: ZkcxMode,
  given?: string,
) {
  const matchingId = given ?? (await server.smdp.order()).matchingId;
  const visit = await begin(server, owner, mode);
  const answer = await visit.authenticate(matchingId);
  if (answer.next === 'identity') throw Error('the EID is to be disclosed');
  const { smdpSignature2 } =
    answer.next === 'prepare'
      ? answer
      : await visit.call('zkcxDisclose', visit.disclosure(matchingId));
  return { visit, smdpSignature2, matchingId };
}

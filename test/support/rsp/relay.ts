/**
 * Somebody between a classic LPA and a server that speaks zkCX too, with an order of his own. He adds a zkCX offer,
 * keeps the answer to it from the LPA, garbles what comes next so that the LPA cancels, and waits for it to try again.
 * With what its eUICC signs he leads a `zkcx-device` session of his own, up to the profile.
 */
import { decodeAnswer, encodeJson, ES9P } from '../../../src/sgp22/messages/es9p.ts';
import type { Es9pAnswer, Es9pFunction, Es9pRequest } from '../../../src/sgp22/messages/es9p.ts';
import { hexToBytes } from '../../../src/sgp22/messages/identifiers.ts';
import { signatureParts } from '../../../src/sgp22/messages/signature.ts';
import { ClientChannel } from '../../../src/rsp/zkcx/channel.ts';
import {
  decodeZkcxAnswer,
  encodeZkcxRequest,
  SEALED_ANSWER,
  SEALED_REQUEST,
  ZKCX,
  type ZkcxAnswer,
  type ZkcxFunction,
  type ZkcxRequest,
} from '../../../src/rsp/zkcx/messages.ts';
import {
  offeredTerms,
  requireOffer,
  writeClientOffer,
  ZKCX_INITIATE,
} from '../../../src/rsp/zkcx/negotiation.ts';
import { discloseDevice } from '../../../src/rsp/zkcx/openings.ts';
import {
  cancelWitness,
  checkedSecond,
  checkedTranscript,
  type RspTranscript,
} from '../../../src/rsp/zkcx/transcript.ts';
import { planPossession, presentationBundle } from '../../../src/session/answer.ts';
import { checkTerms, type HolderPolicy } from '../../../src/session/holder.ts';
import type { Prepared } from '../../../src/session/prepared.ts';
import { sessionId } from '../../../src/session/transcript.ts';
import type { Credential } from '../../../src/prover/credential.ts';
import { possessionOf } from '../../session/bundles.ts';

type Initiated = ReturnType<typeof requireOffer>;
type Client = Pick<Es9pAnswer<'authenticateClient'>, 'profileMetadata'>;

export interface RelayOptions {
  /** URL of the server. */
  readonly server: string;
  readonly serverAddress: string;
  readonly serverOid: string;
  /** Of the order that the victim is to get. */
  readonly matchingId: string;
  readonly policy: HolderPolicy;
  /** What anyone makes of the certificates that a classic eUICC shows. */
  readonly credential: Credential;
  readonly prepare: (accepted: ReturnType<typeof checkTerms>) => Promise<Prepared>;
}

const CLIENT_OFFER = writeClientOffer(['zkcx-device']);
const DONE = { header: { functionExecutionStatus: { status: 'Executed-Success' } } };

export class Relay {
  /** Reasons of the cancellations that the LPA sent. */
  readonly reasons: number[] = [];
  readonly #options: RelayOptions;
  #first: (Initiated & { transcript: RspTranscript; channel: ClientChannel }) | undefined;
  #witness: { message: Uint8Array; signature: Uint8Array } | undefined;
  #presented: (Client & { prepared: Prepared; transactionId: Uint8Array }) | undefined;

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  /** What the LPA gets for a request of its own. */
  async answer(path: string, body: string): Promise<Response> {
    const name = path.slice(path.lastIndexOf('/') + 1) as Es9pFunction;
    const request = ES9P[name].request.parse(JSON.parse(body)) as never;
    switch (name) {
      case 'initiateAuthentication':
        return this.#witness === undefined ? this.#begin(request) : this.#present(request);
      case 'authenticateClient':
        return this.#presented === undefined ? garbled() : this.#disclose(request);
      case 'cancelSession':
        return this.#cancelled(request);
      case 'getBoundProfilePackage':
        return this.#package(request);
      case 'handleNotification':
        return new Response(null, { status: 204 });
    }
  }

  async #begin(request: Es9pRequest<'initiateAuthentication'>): Promise<Response> {
    const { server, serverAddress } = this.#options;
    const asked = encodeJson(ZKCX_INITIATE.request, { ...request, zkcx: CLIENT_OFFER });
    const reply = await post(server + ZKCX_INITIATE.path, asked);
    const initiated = requireOffer(decodeAnswer(ZKCX_INITIATE.anyAnswer, reply), CLIENT_OFFER);
    const { offer, answer } = initiated;
    const offers = { clientOffer: CLIENT_OFFER, serverOffer: answer.zkcx };
    const known = { serverAddress, euiccChallenge: request.euiccChallenge };
    const transcript = checkedTranscript(offers, known, answer);
    const channel = await ClientChannel.open(hexToBytes(offer.hpkeKey, 'key'), transcript);
    this.#first = { ...initiated, transcript, channel };
    const { zkcx: _, zkcxServer: __, ...stripped } = reply;
    return Response.json(stripped);
  }

  #cancelled({ cancelSessionResponse }: Es9pRequest<'cancelSession'>): Response {
    if (cancelSessionResponse.result === 'ok') {
      const { euiccCancelSessionSigned, euiccCancelSessionSignature } = cancelSessionResponse;
      this.reasons.push(euiccCancelSessionSigned.at(-1)!);
      const { transcript } = this.#first!;
      const wanted = cancelWitness(transcript, this.#options.serverOid, 'undefinedReason');
      if (Buffer.from(wanted).equals(euiccCancelSessionSigned)) {
        this.#witness = { message: wanted, signature: euiccCancelSessionSignature };
      }
    }
    return Response.json(DONE);
  }

  /** The second attempt of the LPA: its challenge becomes that of the second session. */
  async #present({ euiccChallenge }: Es9pRequest<'initiateAuthentication'>): Promise<Response> {
    const { policy, credential, serverOid, matchingId, prepare } = this.#options;
    const { offer, answer, transcript } = this.#first!;
    const { message, signature } = this.#witness!;
    const accepted = checkTerms(offeredTerms(offer), { serverOid }, credential, policy);
    const prepared = await prepare(accepted);
    const plan = planPossession({
      prepared,
      session: sessionId(transcript.session),
      message,
      signature: signatureParts(signature),
      scope: accepted.scope,
    });
    const found = await this.#exchange('authenticateClient', {
      kind: 'cancellation',
      presentation: presentationBundle(prepared, possessionOf(plan.request), plan.values),
      matchingId,
      eligibility: {
        svn: '2.5.0',
        profileVersion: '2.3.1',
        testProfileSupport: true,
        forbiddenProfilePolicyRules: [],
        freeMemory: 256 * 1024,
      },
      cancelReason: 'undefinedReason',
      euiccChallenge,
    });
    if (found.next !== 'challenge') throw Error('no second session');
    const { serverSigned1, serverSignature1, profileMetadata } = found;
    const { transactionId } = checkedSecond(
      transcript,
      { counter: 0, euiccChallenge },
      serverSigned1,
    );
    this.#presented = { prepared, transactionId, profileMetadata };
    const { euiccCiPKIdToBeUsed, serverCertificate } = answer;
    const reply = {
      transactionId,
      serverSigned1,
      serverSignature1,
      euiccCiPKIdToBeUsed,
      serverCertificate,
    };
    return Response.json({ ...DONE, ...encodeJson(ES9P.initiateAuthentication.answer, reply) });
  }

  async #disclose({
    authenticateServerResponse: signed,
  }: Es9pRequest<'authenticateClient'>): Promise<Response> {
    if (signed.result !== 'ok') throw Error('the eUICC refused');
    const { prepared, transactionId, profileMetadata } = this.#presented!;
    const signed2 = await this.#exchange('zkcxDisclose', discloseDevice(prepared.openings, signed));
    const smdpCertificate = this.#first!.answer.zkcxServer.pb;
    const reply = { transactionId, profileMetadata, smdpCertificate, ...signed2 };
    return Response.json({ ...DONE, ...encodeJson(ES9P.authenticateClient.answer, reply) });
  }

  async #package({
    prepareDownloadResponse,
  }: Es9pRequest<'getBoundProfilePackage'>): Promise<Response> {
    const found = await this.#exchange('getBoundProfilePackage', { prepareDownloadResponse });
    const { transactionId } = this.#presented!;
    const { boundProfilePackage } = found;
    const reply = { transactionId, boundProfilePackage };
    return Response.json({ ...DONE, ...encodeJson(ES9P.getBoundProfilePackage.answer, reply) });
  }

  async #exchange<F extends ZkcxFunction>(
    name: F,
    request: ZkcxRequest<F>,
  ): Promise<ZkcxAnswer<F>> {
    const { channel, transcript } = this.#first!;
    const { transactionId } = transcript;
    const zkcx = await channel.seal(name, encodeZkcxRequest(name, request));
    const body = encodeJson(SEALED_REQUEST, { transactionId, zkcx });
    const reply = await post(this.#options.server + ZKCX[name].path, body);
    const answer = decodeAnswer(SEALED_ANSWER, reply);
    return decodeZkcxAnswer(name, await channel.openAnswer(answer.zkcx));
  }
}

/** An answer to AuthenticateClient that no LPA can read. */
const garbled = () => Response.json({ ...DONE, transactionId: '00', profileMetadata: 'AAAA' });

async function post(url: string, body: object): Promise<Record<string, unknown>> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return (await response.json()) as Record<string, unknown>;
}

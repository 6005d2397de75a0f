/**
 * ES2+ as an operator calls it (SGP.22 5.3, 6.5.2). In: requests, typed as the SM-DP+ reads them. Out: its answers,
 * or RspRefusal with its subject and reason code.
 */
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { checked } from '../../arguments.ts';
import { ZkcxError } from '../../errors.ts';
import { decodeAnswer } from '../../sgp22/messages/es9p.ts';
import { readAnswer } from '../lpa/http-answer.ts';
import { ES2P } from '../smdpp/es2p/messages.ts';
import * as argument from './arguments.ts';
import type { Es2pClientOptions } from './options.ts';
import { post } from './post.ts';

export type { Es2pClientOptions } from './options.ts';

type Name = keyof typeof ES2P;
export type Es2pRequest<F extends Name> = Omit<z.input<(typeof ES2P)[F]['request']>, 'header'>;
export type Es2pAnswer<F extends Name> = z.output<(typeof ES2P)[F]['answer']>;

/**
 * Each function throws RspRefusal if the server refuses; ERR_RSP_SERVER if it cannot be reached, is busy (its HTTP
 * status as reason), does not answer in time or not as it should; ERR_RSP_TLS if it is not trusted; ERR_RSP_JSON for
 * an answer of another form; ERR_ARGUMENT for what is no request.
 */
export interface Es2pClient {
  /** Reserve a profile, by ICCID or any one of a type. */
  downloadOrder(request: Es2pRequest<'downloadOrder'>): Promise<Es2pAnswer<'downloadOrder'>>;
  /** Give the order its MatchingID and confirmation code, and release it if asked to. */
  confirmOrder(request: Es2pRequest<'confirmOrder'>): Promise<Es2pAnswer<'confirmOrder'>>;
  /** Withdraw an order that no device has the profile of. */
  cancelOrder(request: Es2pRequest<'cancelOrder'>): Promise<void>;
  /** Let devices have a confirmed order. */
  releaseProfile(request: Es2pRequest<'releaseProfile'>): Promise<void>;
}

const TIMEOUT = 30_000;

/**
 * @param url where the server serves ES2+: `https://HOST:PORT`, `http` on a loopback address, `unix:/PATH` for a
 *   socket
 */
export function es2pClient(url: string, options: Es2pClientOptions = {}): Es2pClient {
  checked(url, argument.serverUrl, 'the URL of es2pClient');
  checked(options, argument.clientOptions, 'the options of es2pClient');
  const { requester, timeout = TIMEOUT } = options;

  async function call<F extends Name>(name: F, request: Es2pRequest<F>): Promise<Es2pAnswer<F>> {
    const { path, answer, request: schema } = ES2P[name];
    const header = requester === undefined ? undefined : newHeader(requester);
    const body = { ...request, header };
    checked(body, schema, `the request of ${name}`);
    const late = AbortSignal.timeout(timeout);
    const signal = options.signal === undefined ? late : AbortSignal.any([late, options.signal]);
    const asked = { address: url, name };
    try {
      const response = await post(url, path, { body: JSON.stringify(body), signal, options });
      const read = await readAnswer(response, asked, signal);
      if (read.kind === 'json') return decodeAnswer(answer, read.json) as Es2pAnswer<F>;
    } catch (cause) {
      if (cause instanceof ZkcxError) throw cause;
      const why = late.aborted ? `not within ${timeout} ms` : 'the connection ended';
      throw new ZkcxError('ERR_RSP_SERVER', `${url} did not answer ${name}: ${why}`, { cause });
    }
    throw new ZkcxError('ERR_RSP_SERVER', `the answer of ${url} to ${name} is no JSON`);
  }

  return {
    downloadOrder: (request) => call('downloadOrder', request),
    confirmOrder: (request) => call('confirmOrder', request),
    cancelOrder: async (request) => void (await call('cancelOrder', request)),
    releaseProfile: async (request) => void (await call('releaseProfile', request)),
  };
}

const newHeader = (requester: string) => ({
  functionRequesterIdentifier: requester,
  functionCallIdentifier: randomUUID(),
});

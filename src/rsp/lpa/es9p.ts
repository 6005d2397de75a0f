/** ES9+ as an LPA calls it (SGP.22 5.6, 6.5.2). */
import { ZkcxError } from '../../errors.ts';
import type { z } from 'zod';
import { decodeAnswer, encodeJson, ES9P } from '../../sgp22/messages/es9p.ts';
import type { Es9pAnswer, Es9pFunction, Es9pRequest } from '../../sgp22/messages/es9p.ts';
import type { Fetch } from './tls.ts';

export interface Es9pOptions {
  readonly fetch: Fetch;
  /** Use http, which the fetch must allow; default: https. */
  readonly plain?: boolean;
  /** Milliseconds that one answer may take. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

export interface Es9p {
  readonly address: string;
  /** The address is authenticated: the fetch verifies TLS, and no plain HTTP is used. */
  readonly verifiedTls: boolean;
  /**
   * Call a function of the SM-DP+.
   *
   * @throws RspRefusal if the server refuses, ERR_RSP_SERVER if it does not answer as it should,
   * ERR_RSP_TLS if it is not trusted, ERR_RSP_JSON, ERR_RSP_VALUE, ERR_DER_* for what is in the answer
   */
  call<F extends Exclude<Es9pFunction, 'handleNotification'>>(
    name: F,
    request: Es9pRequest<F>,
  ): Promise<Es9pAnswer<F>>;
  /** ES9+.HandleNotification, which has no answer. */
  notify(request: Es9pRequest<'handleNotification'>): Promise<void>;
  /** A function beside those of ES9+, or with more members: JSON in, its answer out. Throws as `call`. */
  exchange<S extends z.ZodType>(path: string, body: object, answer: S): Promise<z.output<S>>;
  /** The same without an answer, as `notify`. */
  send(path: string, body: object): Promise<void>;
}

/** Binding and signing a profile may take a server a while. */
const TIMEOUT = 60_000;

const HEADERS = {
  'Content-Type': 'application/json',
  'User-Agent': 'gsma-rsp-lpad',
  'X-Admin-Protocol': 'gsma/rsp/v2.5.0',
};

/** The SM-DP+ at an address: FQDN, with a port if it is not that of https. */
export function es9pClient(address: string, options: Es9pOptions): Es9p {
  const scheme = options.plain ? 'http' : 'https';

  async function post(path: string, name: string, body: unknown): Promise<Response> {
    const late = AbortSignal.timeout(options.timeout ?? TIMEOUT);
    const signal = options.signal === undefined ? late : AbortSignal.any([late, options.signal]);
    try {
      return await options.fetch(`${scheme}://${address}${path}`, {
        method: 'POST',
        headers: HEADERS,
        body: JSON.stringify(body),
        // another server than the one that was asked
        redirect: 'error',
        signal,
      });
    } catch (cause) {
      if (cause instanceof ZkcxError) throw cause;
      throw serverError(`${address} did not answer ${name}`, cause);
    }
  }

  async function send(path: string, body: object): Promise<void> {
    const name = nameIn(path);
    const response = await post(path, name, body);
    if (response.status === 204) return;
    if (response.status !== 200) throw wrongStatus(address, name, response.status);
    // some servers answer with a header; it may say that they refuse
    decodeAnswer(ES9P.cancelSession.answer, await json(response, name));
  }

  return {
    address,
    verifiedTls: options.plain !== true,
    async call<F extends Exclude<Es9pFunction, 'handleNotification'>>(
      name: F,
      request: Es9pRequest<F>,
    ) {
      // the types of request and schema belong together by F, which TypeScript cannot follow
      const schema = ES9P[name].request as (typeof ES9P)['cancelSession']['request'];
      const body = encodeJson(schema, request as Es9pRequest<'cancelSession'>);
      const response = await post(ES9P[name].path, name, body);
      if (response.status !== 200) throw wrongStatus(address, name, response.status);
      return decodeAnswer(ES9P[name].answer, await json(response, name)) as Es9pAnswer<F>;
    },
    async exchange(path, body, answer) {
      const name = nameIn(path);
      const response = await post(path, name, body);
      if (response.status !== 200) throw wrongStatus(address, name, response.status);
      return decodeAnswer(answer, await json(response, name));
    },
    notify: async (request) =>
      send(ES9P.handleNotification.path, encodeJson(ES9P.handleNotification.request, request)),
    send,
  };
}

const nameIn = (path: string) => path.slice(path.lastIndexOf('/') + 1);

async function json(response: Response, name: string): Promise<unknown> {
  try {
    return JSON.parse(await response.text()) as unknown;
  } catch (cause) {
    throw serverError(`the answer to ${name} is no JSON`, cause);
  }
}

function wrongStatus(address: string, name: string, status: number): ZkcxError {
  return new ZkcxError('ERR_RSP_SERVER', `${address} answered ${name} with HTTP status ${status}`, {
    reason: String(status),
  });
}

function serverError(message: string, cause: unknown): ZkcxError {
  return new ZkcxError('ERR_RSP_SERVER', message, { cause });
}

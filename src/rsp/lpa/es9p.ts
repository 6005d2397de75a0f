/** ES9+ as an LPA calls it (SGP.22 5.6, 6.5.2). */
import { checked, jsonText } from '../../arguments.ts';
import { ZkcxError } from '../../errors.ts';
import { serverAddress } from '../arguments.ts';
import type { z } from 'zod';
import { decodeAnswer, encodeJson, ES9P } from '../../sgp22/messages/es9p.ts';
import type { Es9pAnswer, Es9pFunction, Es9pRequest } from '../../sgp22/messages/es9p.ts';
import { refusalIn, spelledTransactionId } from '../../sgp22/messages/es9p-answer.ts';
import { RspRefusal } from '../../sgp22/status-codes.ts';
import * as argument from './arguments.ts';
import { type Asked, type HttpAnswer, readAnswer, redirected } from './http-answer.ts';
import type { Fetch } from './tls.ts';

export interface Es9pOptions {
  readonly fetch: Fetch;
  /** Use http, which the fetch must allow; default: https. */
  readonly plain?: boolean;
  /** Milliseconds that one answer may take, to its last byte; default: 60,000. */
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
  /** ES9+.HandleNotification, which has no answer: any HTTP status of success is one, unless a refusal comes with it. */
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
  checked(address, serverAddress, 'the address of es9pClient');
  checked(options, argument.es9pOptions, 'the options of es9pClient');
  const scheme = options.plain ? 'http' : 'https';

  /** The server's own spelling of its transactionId: some compare it as text with what they get back. */
  let spelled: string | undefined;

  async function post(path: string, body: object): Promise<HttpAnswer> {
    checked({ path, body }, argument.message, 'a message to the server');
    const text = jsonText(inSpelling(body, spelled), 'a message to the server');
    const asked = { address, name: nameIn(path) };
    const { timeout = TIMEOUT } = options;
    const late = AbortSignal.timeout(timeout);
    const signal = options.signal === undefined ? late : AbortSignal.any([late, options.signal]);
    try {
      const response = await options.fetch(`${scheme}://${address}${path}`, {
        method: 'POST',
        headers: HEADERS,
        body: text,
        // another server than the one that was asked
        redirect: 'error',
        signal,
      });
      return await readAnswer(response, asked, signal);
    } catch (cause) {
      const isOther = cause instanceof ZkcxError && cause.code !== 'ERR_RSP_SERVER';
      if (late.aborted && !isOther) throw tooLate(asked, timeout, cause);
      throw cause instanceof ZkcxError ? cause : noAnswer(asked, cause);
    }
  }

  async function exchange<S extends z.ZodType>(
    path: string,
    body: object,
    answer: S,
  ): Promise<z.output<S>> {
    checked(answer, argument.schema, 'the answer that is expected');
    const found = await post(path, body);
    const asked = { address, name: nameIn(path) };
    if (found.kind === 'other') throw noJson(asked, found.words);
    // some functions answer with nothing but success
    const json = found.kind === 'empty' ? {} : found.json;
    if (found.kind === 'empty' && !answer.safeParse(json).success) {
      throw new ZkcxError('ERR_RSP_SERVER', `${address} answered ${asked.name} with nothing`);
    }
    const read = decodeAnswer(answer, json);
    spelled = spelledTransactionId((json as { transactionId?: unknown }).transactionId) ?? spelled;
    return read;
  }

  async function send(path: string, body: object): Promise<void> {
    const found = await post(path, body);
    if (found.kind === 'other' && found.isPage) {
      throw noJson({ address, name: nameIn(path) }, found.words);
    }
    // some servers answer with a header; it may say that they refuse
    const refusal = found.kind === 'json' ? refusalIn(found.json) : undefined;
    if (refusal !== undefined) throw new RspRefusal(refusal);
  }

  return {
    address,
    verifiedTls: options.plain !== true,
    async call<F extends Exclude<Es9pFunction, 'handleNotification'>>(
      name: F,
      request: Es9pRequest<F>,
    ) {
      checked(name, argument.es9pFunction, 'the function to call');
      const { path, answer } = ES9P[name];
      return (await exchange(path, encoded(name, request), answer)) as Es9pAnswer<F>;
    },
    exchange,
    notify: async (request) =>
      send(ES9P.handleNotification.path, encoded('handleNotification', request)),
    send,
  };
}

/** A request in JSON. */
function encoded<F extends Es9pFunction>(name: F, request: Es9pRequest<F>): object {
  // the types of request and schema belong together by F, which TypeScript cannot follow
  const schema = ES9P[name].request as (typeof ES9P)['cancelSession']['request'];
  try {
    return encodeJson(schema, request as Es9pRequest<'cancelSession'>);
  } catch (cause) {
    if (cause instanceof ZkcxError) throw cause;
    // zod's own, or that of a value of another type: neither is to be seen by callers
    throw new ZkcxError('ERR_ARGUMENT', `this is no request of ${name}`, { cause });
  }
}

const nameIn = (path: string) => path.slice(path.lastIndexOf('/') + 1);

/** A message with its transactionId as the server wrote it, if it is that one. */
function inSpelling(body: object, spelled: string | undefined): object {
  const { transactionId } = body as { transactionId?: unknown };
  const isSame =
    typeof transactionId === 'string' && transactionId.toLowerCase() === spelled?.toLowerCase();
  return isSame ? { ...body, transactionId: spelled } : body;
}

function noJson({ address, name }: Asked, words: string): ZkcxError {
  const what = words === '' ? '' : `: ${words}`;
  return new ZkcxError('ERR_RSP_SERVER', `${address} answered ${name} with no JSON${what}`);
}

function tooLate({ address, name }: Asked, timeout: number, cause: unknown): ZkcxError {
  const problem = `${address} did not answer ${name} within ${timeout / 1_000} s`;
  return new ZkcxError('ERR_RSP_SERVER', problem, { reason: 'timeout', cause });
}

function noAnswer(asked: Asked, cause: unknown): ZkcxError {
  // what the fetch of Node says of it
  if (/redirect/.test(String((cause as Error | undefined)?.cause))) return redirected(asked);
  const { address, name } = asked;
  return new ZkcxError('ERR_RSP_SERVER', `${address} did not answer ${name}`, { cause });
}

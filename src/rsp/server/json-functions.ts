/**
 * Functions over HTTP as SGP.22 6.5 binds them: POST of a JSON object, answered with HTTP 200 and
 * functionExecutionStatus, refusals included. What is no request at all gets a 4xx, what the server
 * has no room for a 503, both with the same kind of object.
 */
import { TLSSocket } from 'node:tls';
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { z } from 'zod';
import { ZkcxError } from '../../errors.ts';
import { decodeJson, encodeFailure, withSuccess } from '../../sgp22/messages/es9p.ts';
import { RspRefusal, STATUS, type StatusCode } from '../../sgp22/status-codes.ts';
import { peerChain } from '../tls-chain.ts';
import { tell, type Trace, traced } from './trace.ts';

/** An answer in JSON without its header; undefined: HTTP 204. */
type Answer = object | undefined;

/** Certificates of a client of mutual TLS, its own first; none of others. Node has checked chain and possession. */
export type ClientChain = () => readonly Uint8Array[];

export interface JsonFunction {
  /**
   * Decode a parsed body and run the function. `peer` is the network address that it came from, `client` what it
   * showed in TLS.
   */
  call(body: unknown, peer: string, client: ClientChain): Promise<Answer>;
  /** Any JSON is taken, of any version of the protocol, and answered with HTTP 204. */
  readonly takesAnything?: boolean;
}

/** One function of an interface: what a request looks like, and what happens. */
export function jsonFunction<S extends z.ZodType>(
  schema: S,
  run: (request: z.output<S>, peer: string, client: ClientChain) => Promise<Answer>,
): JsonFunction {
  return { call: async (body, peer, client) => run(decodeJson(schema, body), peer, client) };
}

/**
 * A function that answers HTTP 204 to whatever JSON comes in: who sent it would send it again until it is taken.
 * Only the server's own trouble is told.
 */
export function takingAnything(call: JsonFunction['call']): JsonFunction {
  return {
    takesAnything: true,
    async call(body, peer, client) {
      try {
        await call(body, peer, client);
      } catch (error) {
        if (!isOfPeer(error)) throw error;
        tell({ refused: codeOf(error) });
      }
      return undefined;
    },
  };
}

/** done: answered. refused: with codes. malformed: HTTP 4xx. busy: to be asked again. failed: a trouble of the server's. */
export type Outcome = 'done' | 'refused' | 'malformed' | 'busy' | 'failed';

/** The interfaces of servers. */
export type InterfaceName = 'es9p' | 'es2p' | 'es11' | 'es12' | 'administration';

/** What an operator sees of each request; never what is in it. */
export interface FunctionEvent extends Readonly<Trace> {
  readonly interface: InterfaceName;
  readonly outcome: Outcome;
  readonly http: number;
  readonly ms: number;
  /** Network address of the peer; empty on a socket. */
  readonly peer: string;
}

export interface JsonAppOptions {
  /** Bytes of a request. */
  readonly maxBody?: number;
  readonly onEvent?: (event: FunctionEvent) => void;
}

/** An application with one POST route for each function, by its path. */
export function jsonApp(
  name: InterfaceName,
  functions: Readonly<Record<string, JsonFunction>>,
  { maxBody = 131_072, onEvent = () => undefined }: JsonAppOptions = {},
): Hono {
  const app = new Hono();
  const limit = bodyLimit({
    maxSize: maxBody,
    onError: (c) => failure(c, 413, malformed(`A request has at most ${maxBody} bytes`)),
  });
  app.use(async (c, next) => {
    const started = performance.now();
    const trace: Trace = { path: '' };
    await traced(trace, next);
    const { status } = c.res;
    const ms = performance.now() - started;
    const outcome = outcomeOf(status, trace);
    onEvent({ ...trace, interface: name, outcome, http: status, ms, peer: peerOf(c) });
  });
  for (const [path, definition] of Object.entries(functions)) {
    const known: MiddlewareHandler = (_, next) => {
      tell({ path });
      return next();
    };
    app.post(path, known, limit, (c) => answer(c, definition));
    app.all(path, known, (c) => {
      c.header('Allow', 'POST');
      return failure(c, 405, malformed('Use POST'));
    });
  }
  app.notFound((c) => failure(c, 404, malformed('There is no such function')));
  // a body that is cut off or too slow ends here
  app.onError((_, c) => failure(c, 400, malformed('The request could not be read')));
  return app;
}

function outcomeOf(http: number, { refused }: Trace): Outcome {
  if (http === 503) return refused === 'ERR_RSP_BUSY' ? 'busy' : 'failed';
  if (http >= 400) return 'malformed';
  return refused === undefined ? 'done' : 'refused';
}

/** The store, the processes beside it, and what the program around the server passed to it: no fault of the peer. */
const OWN_FAILURES: readonly string[] = ['ERR_RSP_STORE', 'ERR_RSP_VERIFIER', 'ERR_ARGUMENT'];

/** The request is at fault, or there is no room for it. */
const isOfPeer = (error: unknown): error is ZkcxError =>
  error instanceof ZkcxError && !OWN_FAILURES.includes(error.code);

/**
 * X-Admin-Protocol names the highest version that the caller speaks (SGP.22 6.5.1): callers of v1 know no function
 * of v2, those of v3 know all of them. A header that is missing or garbled says nothing.
 */
function isOfVersion1(c: Context): boolean {
  const [, major] = /^gsma\/rsp\/v(\d{1,3})\./i.exec(c.req.header('x-admin-protocol') ?? '') ?? [];
  return major !== undefined && Number(major) < 2;
}

const codeOf = (error: ZkcxError): string =>
  (error instanceof RspRefusal ? error.reason : undefined) ?? error.code;

async function answer(
  c: Context,
  { call, takesAnything = false }: JsonFunction,
): Promise<Response> {
  const type = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') return failure(c, 415, malformed('Send application/json'));
  const text = await c.req.text();
  try {
    if (!takesAnything && isOfVersion1(c)) throw new RspRefusal(STATUS.common.protocolVersion);
    const result = await call(parseJson(text), peerOf(c), () => clientChain(c));
    return result === undefined ? send(c, 204) : send(c, 200, withSuccess(result));
  } catch (error) {
    if (error instanceof RspRefusal) {
      tell({ refused: error.reason });
      return failure(c, 200, { ...error.status, message: error.message });
    }
    if (isOfPeer(error)) {
      tell({ refused: error.code });
      if (error.code !== 'ERR_RSP_BUSY') return failure(c, 400, malformed(error.message));
      c.header('Retry-After', '60');
      return failure(c, 503, STATUS.common.busy);
    }
    tell({ defect: error });
    return failure(c, 503, STATUS.common.executionError);
  }
}

/** Address of the other end of the connection; empty where there is none, as in tests. */
function peerOf(c: Context): string {
  const { incoming } = (c.env ?? {}) as Partial<HttpBindings>;
  return incoming?.socket.remoteAddress ?? '';
}

function clientChain(c: Context): readonly Uint8Array[] {
  const { incoming } = (c.env ?? {}) as Partial<HttpBindings>;
  const socket = incoming?.socket;
  return socket instanceof TLSSocket ? peerChain(socket.getPeerCertificate(true)) : [];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ZkcxError('ERR_RSP_JSON', 'the body is not JSON', { cause });
  }
}

function malformed(message: string): StatusCode {
  return { ...STATUS.common.malformed, message };
}

function failure(
  c: Context,
  http: 200 | 400 | 404 | 405 | 413 | 415 | 503,
  status: StatusCode,
): Response {
  return send(c, http, encodeFailure(status));
}

function send(c: Context, http: number, body?: object): Response {
  c.header('X-Admin-Protocol', 'gsma/rsp/v2.5.0');
  c.header('Content-Type', 'application/json;charset=UTF-8');
  return body === undefined
    ? new Response(null, { status: 204, headers: { 'X-Admin-Protocol': 'gsma/rsp/v2.5.0' } })
    : c.body(JSON.stringify(body), http as 200);
}

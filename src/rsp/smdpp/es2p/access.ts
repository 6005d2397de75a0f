/**
 * Who may use ES2+. Whoever can order profiles can take them, and on a machine there are more programs than those of
 * the operator: pages in a browser reach loopback addresses too, under a name that their author makes resolve to one.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';
import { encodeFailure } from '../../../sgp22/messages/es9p.ts';
import { STATUS } from '../../../sgp22/status-codes.ts';
import { isLoopback } from '../../loopback.ts';
import type { JsonAppOptions } from '../../server/json-functions.ts';

export interface Es2pAccess {
  /** What a client has to send as `Authorization: Bearer`; undefined: it is known otherwise. */
  readonly token?: string;
  /** The server is reached as this name, or as one of this machine; undefined: under any name. */
  readonly name?: string;
}

/** The same application for those who may use it. Others get HTTP 401, or 403 for a name that is not the server's. */
export function restricted(
  app: Pick<Hono, 'fetch'>,
  { token, name }: Es2pAccess,
  { onEvent = () => undefined }: Pick<JsonAppOptions, 'onEvent'> = {},
): Pick<Hono, 'fetch'> {
  const expected = token === undefined ? undefined : digest(`Bearer ${token}`);
  return {
    fetch: (request, env, context) => {
      if (name !== undefined && !isNamed(request.headers.get('host'), name)) {
        return refuse(env, 403, 'host', 'The server is not called that');
      }
      if (expected !== undefined && !isGiven(request.headers.get('authorization'), expected)) {
        return refuse(env, 401, 'token', 'Send the token of ES2+');
      }
      return app.fetch(request, env, context);
    },
  };

  function refuse(env: unknown, http: 401 | 403, refused: string, message: string): Response {
    const peer = (env as Partial<HttpBindings> | undefined)?.incoming?.socket.remoteAddress ?? '';
    onEvent({ path: '', interface: 'es2p', outcome: 'malformed', http, refused, ms: 0, peer });
    const body = JSON.stringify(encodeFailure({ ...STATUS.common.malformed, message }));
    const headers = {
      'Content-Type': 'application/json;charset=UTF-8',
      'X-Admin-Protocol': 'gsma/rsp/v2.5.0',
      ...(http === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
    };
    return new Response(body, { status: http, headers });
  }
}

const digest = (text: string) => createHash('sha256').update(text).digest();

/** In a time that says nothing of what is expected. The name of the scheme is in any case. */
function isGiven(authorization: string | null, expected: Buffer): boolean {
  const given = (authorization ?? '').replace(/^bearer +/i, 'Bearer ');
  return timingSafeEqual(digest(given), expected);
}

function isNamed(host: string | null, name: string): boolean {
  const hostname = (text: string) => text.toLowerCase().replace(/:\d{1,5}$/, '');
  if (host === null) return false;
  return isLoopback(hostname(host)) || hostname(host) === hostname(name);
}

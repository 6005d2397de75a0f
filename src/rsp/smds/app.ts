/** The interfaces of an SM-DS over HTTP (SGP.22 6.5). */
import type { Hono } from 'hono';
import { ZkcxError } from '../../errors.ts';
import { ES11 } from '../../sgp22/messages/es11.ts';
import { deleteEvent, EVENT_PATHS, registerEvent } from '../../sgp22/messages/es12.ts';
import { encodeJson } from '../../sgp22/messages/es9p.ts';
import {
  jsonApp,
  type JsonAppOptions,
  type JsonFunction,
  jsonFunction,
} from '../server/json-functions.ts';
import type { Caller } from './caller.ts';
import type { SmdsContext } from './context.ts';
import * as es11 from './es11.ts';
import * as es12 from './es12.ts';

/** What LPAs talk to; `isDraining`: the server is about to end, and begins no session. */
export function es11App(
  context: SmdsContext,
  isDraining: () => boolean,
  options?: JsonAppOptions,
): Hono {
  const { initiateAuthentication, authenticateClient } = ES11;
  const functions = {
    [initiateAuthentication.path]: jsonFunction(
      initiateAuthentication.request,
      async (request, peer) => {
        if (isDraining()) {
          throw new ZkcxError('ERR_RSP_BUSY', 'the server is shutting down; try again later');
        }
        const answer = es11.initiateAuthentication(context, request, peer);
        return encodeJson(initiateAuthentication.answer, answer);
      },
    ),
    [authenticateClient.path]: jsonFunction(authenticateClient.request, async (request) =>
      encodeJson(authenticateClient.answer, await es11.authenticateClient(context, request)),
    ),
  };
  return jsonApp('es11', functions, options);
}

/** What servers talk to, with mutual TLS: ES12 is for SM-DP+, ES15 for other SM-DS. */
export function es12App(context: SmdsContext, options?: JsonAppOptions): Hono {
  const interfaces = [
    ['es12', 'smdp'],
    ['es15', 'smds'],
  ] as const;
  const functions = Object.fromEntries(
    interfaces.flatMap(([name, kind]) => functionsOf(context, EVENT_PATHS[name], kind)),
  );
  return jsonApp('es12', functions, options);
}

function functionsOf(
  context: SmdsContext,
  paths: (typeof EVENT_PATHS)[keyof typeof EVENT_PATHS],
  kind: Caller['kind'],
): [string, JsonFunction][] {
  return [
    [
      paths.registerEvent,
      jsonFunction(registerEvent, async (request, _, client) => {
        await es12.registerEvent(context, es12.admitted(context, client(), kind), request);
        return {};
      }),
    ],
    [
      paths.deleteEvent,
      jsonFunction(deleteEvent, async (request, _, client) => {
        await es12.deleteEvent(context, es12.admitted(context, client(), kind), request);
        return {};
      }),
    ],
  ];
}

import type { Hono } from 'hono';
import { ZkcxError } from '../../errors.ts';
import { encodeJson, ES9P } from '../../sgp22/messages/es9p.ts';
import {
  type ReceivedNotification,
  readNotification,
} from '../../sgp22/messages/received-notification.ts';
import { extended, type ZkcxExtension } from './extension.ts';
import {
  jsonApp,
  type JsonAppOptions,
  type JsonFunction,
  jsonFunction,
  takingAnything,
} from '../server/json-functions.ts';
import type { SmdpServer } from './server.ts';

/** The eUICC's notification in a body of HandleNotification, if there is one. */
function pendingNotificationIn(body: unknown): ReceivedNotification | undefined {
  const { pendingNotification: text } = Object(body) as { pendingNotification?: unknown };
  return typeof text === 'string'
    ? readNotification(new Uint8Array(Buffer.from(text, 'base64')))
    : undefined;
}

/** A server that is about to end begins no session. */
function unlessDraining(
  server: SmdpServer,
  functions: Readonly<Record<string, JsonFunction>>,
): Readonly<Record<string, JsonFunction>> {
  const { path } = ES9P.initiateAuthentication;
  const call: JsonFunction['call'] = async (body, peer, client) => {
    if (!server.isDraining) return functions[path]!.call(body, peer, client);
    throw new ZkcxError('ERR_RSP_BUSY', 'the server is shutting down; try again later');
  };
  return { ...functions, [path]: { ...functions[path], call } };
}

/** ES9+ over HTTP: what LPAs talk to (SGP.22 6.5.2); `extension` takes part in it. */
export function es9pApp(
  server: SmdpServer,
  options: JsonAppOptions = {},
  extension?: ZkcxExtension,
): Hono {
  const own: Readonly<Record<string, JsonFunction>> = {
    [ES9P.initiateAuthentication.path]: jsonFunction(
      ES9P.initiateAuthentication.request,
      async (request, peer) =>
        encodeJson(
          ES9P.initiateAuthentication.answer,
          await server.initiateAuthentication(request, peer),
        ),
    ),
    [ES9P.authenticateClient.path]: jsonFunction(ES9P.authenticateClient.request, async (request) =>
      encodeJson(ES9P.authenticateClient.answer, await server.authenticateClient(request)),
    ),
    [ES9P.getBoundProfilePackage.path]: jsonFunction(
      ES9P.getBoundProfilePackage.request,
      async (request) =>
        encodeJson(
          ES9P.getBoundProfilePackage.answer,
          await server.getBoundProfilePackage(request),
        ),
    ),
    // whether it was of use is not told: the eUICC may forget it either way
    [ES9P.handleNotification.path]: takingAnything(async (body) => {
      const pendingNotification = pendingNotificationIn(body);
      if (pendingNotification !== undefined)
        await server.handleNotification({ pendingNotification });
      return undefined;
    }),
    [ES9P.cancelSession.path]: jsonFunction(ES9P.cancelSession.request, async (request) => {
      await server.cancelSession(request);
      return {};
    }),
  };
  if (extension === undefined) return jsonApp('es9p', unlessDraining(server, own), options);
  const paths = new Set([...Object.keys(own), ...Object.keys(extension.functions)]);
  const functions = Object.fromEntries(
    Array.from(paths, (path) => [path, extended(own[path], extension.functions[path])]),
  );
  return jsonApp('es9p', unlessDraining(server, functions), {
    ...options,
    maxBody: extension.maxBody,
  });
}

/**
 * What the operator does by hand, as JSON functions: served on a socket inside the data folder
 * while the server runs, called directly while it does not. The store has one user at a time.
 */
import { request } from 'node:http';
import { join } from 'node:path';
import type { Hono } from 'hono';
import { z } from 'zod';
import { jsonText } from '../../arguments.ts';
import { ZkcxError } from '../../errors.ts';
import type { ADMINISTRATION_FUNCTIONS } from './arguments.ts';
import { cancelOrderSchema, iccid } from './es2p/messages.ts';
import { cancelOrder, releaseOrderClaim } from './es2p/orders.ts';
import { RspRefusal, STATUS, type StatusCode } from '../../sgp22/status-codes.ts';
import type { SmdpContext } from './context.ts';
import { jsonApp, type JsonAppOptions, jsonFunction } from '../server/json-functions.ts';
import { nameSchema, showDevice } from './retention/device.ts';
import { forgetDevice, forgetDeviceSchema } from './retention/forget.ts';
import { purgeOrders, purgeOrdersSchema } from './retention/purge.ts';
import { shown } from './shown-order.ts';
import { addOrder, addOrderSchema, addProfile, addProfileSchema } from './stock.ts';

const pathOf = (name: AdministrationFunction) => `/administration/${name}`;
/** A profile package in base64 and what is said about it. */
const MAX_BODY = 10_000_000;

const pageSchema = z.object({ limit: z.number().int().positive().max(10_000).default(1_000) });

/** Permissions of the folder around the socket decide who may use it. */
export const socketOf = (folder: string) => join(folder, 'administration.sock');

export function administrationApp(
  context: SmdpContext,
  { onEvent }: Pick<JsonAppOptions, 'onEvent'> = {},
): Hono {
  const { store } = context;
  const functions = {
    [pathOf('addProfile')]: jsonFunction(addProfileSchema, async (request) => ({
      profile: await addProfile(context, request),
    })),
    [pathOf('listProfiles')]: jsonFunction(pageSchema, async ({ limit }) => ({
      profiles: await take(store.profiles(), limit),
    })),
    [pathOf('addOrder')]: jsonFunction(addOrderSchema, async (request) => ({
      order: shown(await addOrder(context, request)),
      address: context.settings.address,
    })),
    [pathOf('listOrders')]: jsonFunction(pageSchema, async ({ limit }) => ({
      orders: (await take(store.orders(), limit)).map(shown),
    })),
    [pathOf('showOrder')]: jsonFunction(z.object({ iccid }), async ({ iccid }) => {
      const order = await store.latestOrder(iccid);
      if (order === undefined) throw new RspRefusal(STATUS.es2p.iccidUnknown);
      return { order: shown(order), address: context.settings.address };
    }),
    [pathOf('cancelOrder')]: jsonFunction(cancelOrderSchema, async (request) => {
      await cancelOrder(context, request);
      return {};
    }),
    [pathOf('releaseClaim')]: jsonFunction(z.object({ iccid }), async ({ iccid }) => ({
      order: shown(await releaseOrderClaim(context, iccid)),
      address: context.settings.address,
    })),
    [pathOf('purgeOrders')]: jsonFunction(purgeOrdersSchema, (request) =>
      purgeOrders(context, request),
    ),
    [pathOf('showDevice')]: jsonFunction(nameSchema, (request) => showDevice(context, request)),
    [pathOf('forgetDevice')]: jsonFunction(forgetDeviceSchema, (request) =>
      forgetDevice(context, request),
    ),
  };
  return jsonApp('administration', functions, { maxBody: MAX_BODY, onEvent });
}

export type AdministrationFunction = (typeof ADMINISTRATION_FUNCTIONS)[number];

/** Call a function of a running server; undefined when none runs on this folder. */
export async function callRunning(
  folder: string,
  name: AdministrationFunction,
  body: object,
): Promise<unknown> {
  const text = await post(
    socketOf(folder),
    pathOf(name),
    jsonText(body, 'the body of administrate'),
  );
  return text === undefined ? undefined : unwrap(text);
}

/** Call a function in this process. */
export async function callDirectly(
  context: SmdpContext,
  name: AdministrationFunction,
  body: object,
): Promise<unknown> {
  const response = await administrationApp(context).request(pathOf(name), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: jsonText(body, 'the body of administrate'),
  });
  return unwrap(await response.text());
}

const answerSchema = z.looseObject({
  header: z.object({
    functionExecutionStatus: z.object({
      status: z.string(),
      statusCodeData: z
        .object({ subjectCode: z.string(), reasonCode: z.string(), message: z.string() })
        .optional(),
    }),
  }),
});

function unwrap(text: string): unknown {
  const { header, ...rest } = parseAnswer(text);
  const { statusCodeData } = header.functionExecutionStatus;
  if (statusCodeData !== undefined) throw failureOf(statusCodeData);
  return rest;
}

/** A body of another form, and the server's own trouble, say nothing about orders. */
function failureOf(status: StatusCode): ZkcxError {
  const { malformed, busy, executionError } = STATUS.common;
  const is = ({ subjectCode, reasonCode }: StatusCode) =>
    subjectCode === status.subjectCode && reasonCode === status.reasonCode;
  if (is(malformed)) return new ZkcxError('ERR_ARGUMENT', status.message);
  if (is(busy) || is(executionError)) return new ZkcxError('ERR_RSP_STORE', status.message);
  return new RspRefusal(status);
}

/** Another program may listen on a socket of that name. */
function parseAnswer(text: string): z.output<typeof answerSchema> {
  try {
    return answerSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new ZkcxError('ERR_RSP_STORE', 'the running server answers with something else', {
      cause,
    });
  }
}

function post(socketPath: string, path: string, body: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const options = { socketPath, path, method: 'POST', headers, agent: false };
    const call = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(Buffer.concat(chunks).toString()));
      response.on('error', reject);
    });
    call.on('error', (error: NodeJS.ErrnoException) => {
      // no socket, or one that a killed server left behind
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(undefined);
      else {
        const message = `the running server does not answer: ${error.code}`;
        reject(new ZkcxError('ERR_RSP_STORE', message, { cause: error }));
      }
    });
    call.end(body);
  });
}

async function take<T>(items: AsyncIterable<T>, limit: number): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) {
    list.push(item);
    if (list.length === limit) break;
  }
  return list;
}

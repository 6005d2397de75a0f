import type { Hono } from 'hono';
import type { SmdpContext } from '../context.ts';
import { jsonApp, type JsonAppOptions, jsonFunction } from '../json-functions.ts';
import {
  cancelOrderSchema,
  confirmOrderSchema,
  downloadOrderSchema,
  releaseProfileSchema,
} from './messages.ts';
import { cancelOrder, confirmOrder, downloadOrder, releaseProfile } from './orders.ts';

export const ES2P_PREFIX = '/gsma/rsp2/es2plus';

/**
 * ES2+ over HTTP. Whoever can reach it can order and cancel: it belongs behind mutual TLS, on a
 * listener of its own.
 */
export function es2pApp(context: SmdpContext, options?: JsonAppOptions): Hono {
  const functions = {
    [`${ES2P_PREFIX}/downloadOrder`]: jsonFunction(downloadOrderSchema, (request) =>
      downloadOrder(context, request),
    ),
    [`${ES2P_PREFIX}/confirmOrder`]: jsonFunction(confirmOrderSchema, async (request) => ({
      ...(await confirmOrder(context, request)),
    })),
    [`${ES2P_PREFIX}/cancelOrder`]: jsonFunction(cancelOrderSchema, async (request) => {
      await cancelOrder(context, request);
      return {};
    }),
    [`${ES2P_PREFIX}/releaseProfile`]: jsonFunction(releaseProfileSchema, async (request) => {
      await releaseProfile(context, request);
      return {};
    }),
  };
  return jsonApp('es2p', functions, options);
}

import type { Hono } from 'hono';
import type { SmdpContext } from '../context.ts';
import { jsonApp, type JsonAppOptions, jsonFunction } from '../../server/json-functions.ts';
import { ES2P } from './messages.ts';
import { cancelOrder, confirmOrder, downloadOrder, releaseProfile } from './orders.ts';

/**
 * ES2+ over HTTP. Whoever can reach it can order and cancel: it belongs behind mutual TLS, on a
 * listener of its own.
 */
export function es2pApp(context: SmdpContext, options?: JsonAppOptions): Hono {
  const functions = {
    [ES2P.downloadOrder.path]: jsonFunction(ES2P.downloadOrder.request, (request) =>
      downloadOrder(context, request),
    ),
    [ES2P.confirmOrder.path]: jsonFunction(ES2P.confirmOrder.request, async (request) => ({
      ...(await confirmOrder(context, request)),
    })),
    [ES2P.cancelOrder.path]: jsonFunction(ES2P.cancelOrder.request, async (request) => {
      await cancelOrder(context, request);
      return {};
    }),
    [ES2P.releaseProfile.path]: jsonFunction(ES2P.releaseProfile.request, async (request) => {
      await releaseProfile(context, request);
      return {};
    }),
  };
  return jsonApp('es2p', functions, options);
}

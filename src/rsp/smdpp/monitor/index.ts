/** In: a running SM-DP+. Out: a listener that says how it is. */
import { listen, type ListenOptions } from '../../server/listen.ts';
import { openApiDocument } from '../openapi.ts';
import { monitorApp } from './app.ts';
import { metricsOf } from './metrics.ts';
import { type Readiness, readinessOf } from './readiness.ts';
import type { Watched } from './watched.ts';

/** It listens at once, and is not ready before there is something to watch. Throws ERR_RSP_LISTEN. */
export async function openMonitor(where: Pick<ListenOptions, 'host' | 'port'>) {
  let watched: Watched | undefined;
  const metrics = metricsOf(() => watched);
  let readiness: () => Promise<Readiness> = () =>
    Promise.resolve({ ready: false, checks: { start: 'the server starts' } });
  const app = monitorApp({
    metrics,
    readiness: () => readiness(),
    document: () =>
      openApiDocument({
        es2p: watched?.es2p,
        extension: watched?.zkcx?.described,
      }),
  });
  const listening = await listen(app, where, { mayBePlain: true });
  return {
    metrics,
    listening,
    watch: (given: Watched) => {
      watched = given;
      readiness = readinessOf(given);
    },
  };
}

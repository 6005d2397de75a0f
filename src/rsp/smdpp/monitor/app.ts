/** What operators and their tools ask a running server: plain HTTP, on a listener of its own. */
import { Hono } from 'hono';
import type { Metrics } from './metrics.ts';
import type { Readiness } from './readiness.ts';

export interface MonitorParts {
  readonly metrics: Metrics;
  readonly readiness: () => Promise<Readiness>;
  /** OpenAPI document of what is served. */
  readonly document: () => object;
}

export function monitorApp({ metrics, readiness, document }: MonitorParts): Hono {
  const app = new Hono();
  // that it answers is the answer
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.get('/readyz', async (c) => {
    const found = await readiness();
    return c.json(found, found.ready ? 200 : 503);
  });
  app.get('/metrics', async (c) =>
    c.body(await metrics.text(), 200, { 'Content-Type': metrics.contentType }),
  );
  app.get('/openapi.json', (c) => c.json(document()));
  app.notFound((c) => c.json({ error: 'use /healthz, /readyz, /metrics or /openapi.json' }, 404));
  app.onError((_, c) => c.json({ error: 'the server cannot tell' }, 500));
  return app;
}

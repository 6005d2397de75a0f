/**
 * Numbers for Prometheus. Labels are names of this program, of SGP.22 and of the operator's own certificates: a peer
 * chooses none, so that no peer can make their number grow.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { FunctionEvent } from '../../server/json-functions.ts';
import { shownCertificates } from './certificates.ts';
import { orderCounts } from './order-counts.ts';
import type { Watched } from './watched.ts';

/** Seconds. A session with proofs waits for them. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export interface Metrics {
  readonly contentType: string;
  request(event: FunctionEvent): void;
  reload(outcome: 'done' | 'failed'): void;
  /** In the text format of Prometheus. */
  text(): Promise<string>;
}

/** @param watched the server; undefined: it starts */
export function metricsOf(watched: () => Watched | undefined): Metrics {
  const register = new Registry();
  collectDefaultMetrics({ register });
  const registers = [register];

  const requests = new Counter({
    name: 'smdpp_requests_total',
    help: 'Requests by interface, function and outcome; the function is none where there is no such one',
    labelNames: ['interface', 'function', 'outcome'],
    registers,
  });
  const refusals = new Counter({
    name: 'smdpp_refusals_total',
    help: 'Refusals by subject and reason code of SGP.22, or by error code',
    labelNames: ['interface', 'function', 'code'],
    registers,
  });
  const durations = new Histogram({
    name: 'smdpp_request_duration_seconds',
    help: 'From the head of a request to its answer',
    labelNames: ['interface', 'function'],
    buckets: BUCKETS,
    registers,
  });
  const reloads = new Counter({
    name: 'smdpp_reloads_total',
    help: 'Times that certificates, keys and CIs were read anew, by outcome',
    labelNames: ['outcome'],
    registers,
  });

  /** A gauge of what is there when it is asked for: value by label. */
  const gauge = <L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    read: () => Iterable<readonly [Record<L, string>, number]>,
  ) =>
    new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers,
      collect() {
        this.reset();
        for (const [labels, value] of read()) this.set(labels, value);
      },
    });

  gauge('smdpp_sessions', 'Classic sessions by state', ['state'], () =>
    labelled('state', watched()?.server.context.sessions.states() ?? {}),
  );
  gauge('smdpp_zkcx_sessions', 'Sessions of zkCX by stage', ['stage'], () =>
    labelled('stage', watched()?.zkcx?.status?.().sessions ?? {}),
  );
  const orders = orderCounts(() => watched()?.server.context.store);
  gauge('smdpp_orders', 'Orders by state; counted now and then', ['state'], () =>
    labelled('state', orders()),
  );
  gauge('smdpp_connections', 'Open connections by interface', ['interface'], () =>
    Object.entries(watched()?.listening ?? {}).map(
      ([name, { connections }]) => [{ interface: name }, connections()] as const,
    ),
  );
  gauge('smdpp_verifier_waiting', 'Sessions whose proofs wait to be verified', [], () => {
    const { waiting } = watched()?.zkcx?.status?.() ?? {};
    return waiting === undefined ? [] : [[{}, waiting]];
  });
  gauge('smdpp_verifier_processes', 'Processes that verify proofs, by state', ['state'], () =>
    labelled('state', watched()?.zkcx?.status?.().processes ?? {}),
  );
  gauge(
    'smdpp_certificate_not_after_seconds',
    'When certificates end, Unix time; of: key identifier of the CI, or the interface',
    ['certificate', 'of'],
    () =>
      shownCertificates(watched()).map(
        ({ name, of, notAfter }) => [{ certificate: name, of }, Number(notAfter)] as const,
      ),
  );

  return {
    contentType: register.contentType,
    request: ({ interface: name, path, outcome, refused, ms }) => {
      const labels = { interface: name, function: path.slice(path.lastIndexOf('/') + 1) || 'none' };
      requests.inc({ ...labels, outcome });
      durations.observe(labels, ms / 1_000);
      if (refused !== undefined) refusals.inc({ ...labels, code: refused });
    },
    reload: (outcome) => reloads.inc({ outcome }),
    text: () => register.metrics(),
  };
}

const labelled = <L extends string>(label: L, values: Readonly<Record<string, number>>) =>
  Object.entries(values).map(
    ([name, value]) => [{ [label]: name } as Record<L, string>, value] as const,
  );

/** In: steps of orders. Out: ES2+ HandleDownloadProgressInfo to whoever ordered (SGP.22 5.3.5). */
import { systemRandom } from '../../../random.ts';
import type { Clock } from '../../../time.ts';
import { type Attempt, Sender, type SenderOptions } from '../../server/outbox/sender.ts';
import type { SmdpTrust } from '../identities.ts';
import type { SmdpStore } from '../store.ts';
import { type OperatorOptions, Operators } from './operators.ts';
import { ProgressOutbox } from './outbox.ts';
import { type ProgressRecord, progressRequest } from './record.ts';

export type { OperatorOptions } from './operators.ts';

/** What became of one try; for a log. Nothing in it names a device. */
export interface ProgressEvent extends Omit<Attempt, 'target'> {
  /** Sequence number. */
  readonly order: number;
  readonly point: number;
  /** Origin of the operator's address. */
  readonly operator?: string;
}

export interface ProgressOptions extends SenderOptions {
  readonly operators: readonly OperatorOptions[];
  readonly onEvent?: (event: ProgressEvent) => void;
}

/** Throws ERR_RSP_TLS for certificates that cannot be used. */
export async function openProgress(
  { operators: given, onEvent = () => undefined, ...options }: ProgressOptions,
  { store, trust, now }: { store: SmdpStore; trust: SmdpTrust; now: Clock },
) {
  const operators = new Operators(given);
  const outbox = await ProgressOutbox.open({ store, operators, now, random: systemRandom });
  // what this server is called: its OID
  const requester = trust.identities[0]?.oid ?? '';
  const targetOf = ({ operator: name }: ProgressRecord) => {
    const operator = operators.of(name);
    if (operator === undefined) return undefined;
    return {
      url: operator.url,
      send: async (record: ProgressRecord, signal: AbortSignal) => {
        const profile = await store.profile(record.iccid);
        const type = profile?.profileType ?? 'unknown';
        return operator.post(progressRequest(record, requester, type), signal);
      },
    };
  };
  const sender = new Sender<ProgressRecord>(
    {
      outbox: {
        waiting: () => store.progress(),
        remove: (key) => store.change().deleteProgress(key).commit({ durable: false }),
        laneOf: ({ order }) => order,
        targetOf,
      },
      now,
      onAttempt: ({ order, point }, { target: operator, ...attempt }) =>
        onEvent({ order, point, operator, ...attempt }),
    },
    options,
  );
  outbox.onNoted = () => sender.wake();
  return {
    outbox,
    start: () => sender.start(),
    close: async () => {
      await sender.close();
      operators.close();
    },
  };
}

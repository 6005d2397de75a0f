/** In: steps of orders. Out: ES2+ HandleDownloadProgressInfo to whoever ordered (SGP.22 5.3.5). */
import { systemRandom } from '../../../random.ts';
import type { Clock } from '../../../time.ts';
import type { SmdpTrust } from '../identities.ts';
import type { SmdpStore } from '../store.ts';
import { type OperatorOptions, Operators } from './operators.ts';
import { ProgressOutbox } from './outbox.ts';
import { ProgressSender, type SenderOptions } from './sender.ts';

export type { OperatorOptions } from './operators.ts';
export type { ProgressEvent } from './sender.ts';

export interface ProgressOptions extends Pick<
  SenderOptions,
  'retryAfter' | 'timeout' | 'maxAge' | 'maxWaiting' | 'onEvent'
> {
  readonly operators: readonly OperatorOptions[];
}

/** Throws ERR_RSP_TLS for certificates that cannot be used. */
export async function openProgress(
  { operators: given, ...options }: ProgressOptions,
  { store, trust, now }: { store: SmdpStore; trust: SmdpTrust; now: Clock },
) {
  const operators = new Operators(given);
  const outbox = await ProgressOutbox.open({ store, operators, now, random: systemRandom });
  const requester = trust.identities[0]?.oid ?? '';
  const sender = new ProgressSender({ ...options, store, operators, now, requester });
  outbox.onNoted = () => sender.wake();
  return { outbox, start: () => sender.start(), close: () => sender.close() };
}

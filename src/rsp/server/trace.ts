/**
 * What the log says of a request beside its outcome. The functions tell it as they learn it; nothing of it is
 * passed through them, and outside of a request it goes nowhere.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface Trace {
  /** Path of the function; empty where there is none. */
  path: string;
  /** TransactionID of a session that this server opened, as messages have it. Never what a peer made up. */
  transaction?: string;
  /** `sequence` of the order that the request is about. */
  order?: number;
  /** "8.2.6/3.8", or an error's code. */
  refused?: string;
  /** A defect of the server. */
  defect?: unknown;
}

const storage = new AsyncLocalStorage<Trace>();

/** Do the work of one request, which `trace` is told of. */
export const traced = <T>(trace: Trace, work: () => T): T => storage.run(trace, work);

/** Tell the log about the request under way. */
export function tell(part: Partial<Trace>): void {
  const trace = storage.getStore();
  if (trace !== undefined) Object.assign(trace, part);
}

/** @param transactionId hexadecimal, as the server keeps it */
export function tellTransaction(transactionId: string): void {
  tell({ transaction: transactionId.toUpperCase() });
}

/** What an operator is told of the way of an order: ES2+ HandleDownloadProgressInfo (SGP.22 5.3.5). */
import { z } from 'zod';
import type { StatusCode } from '../../../sgp22/status-codes.ts';
import type { Order } from '../order.ts';

/** notificationPointId. */
export const POINT = {
  /** Eligibility of the device, and attempts that are left. */
  eligibility: 1,
  /** The user refused the download, or gave too many wrong confirmation codes. */
  confirmation: 2,
  /** The bound package went out. */
  download: 3,
  /** The eUICC installed it. */
  installation: 4,
} as const;

/** As it waits in the store. */
export const progressSchema = z.object({
  /** Sequence number. */
  order: z.int(),
  iccid: z.string(),
  /** functionRequesterIdentifier of whoever ordered. */
  operator: z.string().optional(),
  eid: z.string().optional(),
  /** Unix seconds. */
  at: z.int(),
  point: z.int(),
  /** functionCallIdentifier: the same each time that it is sent. */
  call: z.string(),
  /** Left out: success. */
  refused: z
    .object({ subjectCode: z.string(), reasonCode: z.string(), message: z.string() })
    .optional(),
  /** ProfileInstallationResult in base64. */
  resultData: z.string().optional(),
});
export type ProgressRecord = z.infer<typeof progressSchema>;

export interface ProgressStep {
  readonly point: (typeof POINT)[keyof typeof POINT];
  /** Only where the operator ordered for it, or the device showed its certificate. */
  readonly eid?: string;
  readonly refused?: StatusCode;
  readonly resultData?: Uint8Array;
}

/** The part of a change of the store that this needs. */
export interface ProgressChange {
  putProgress(key: number, record: ProgressRecord, onWritten: () => void): unknown;
}

/** Where the functions about orders say what happened. None of this can fail or delay them. */
export interface Progress {
  /** Something that changes the order: told once the change is written. */
  note(change: ProgressChange, order: Order, step: ProgressStep): void;
  /** A refusal that changes nothing. The same one of the same order is told once an hour. */
  refuse(order: Order, step: ProgressStep): void;
}

/** There is nobody to tell. */
export const NO_PROGRESS: Progress = { note: () => undefined, refuse: () => undefined };

/** The body of the request. */
export function progressRequest(
  { iccid, eid, at, point, call, refused, resultData }: ProgressRecord,
  requester: string,
  profileType: string,
) {
  return {
    header: { functionRequesterIdentifier: requester, functionCallIdentifier: call },
    eid,
    iccid,
    profileType,
    timestamp: new Date(at * 1_000).toISOString().replace(/\.\d+Z$/, 'Z'),
    notificationPointId: point,
    notificationPointStatus:
      refused === undefined
        ? { status: 'Executed-Success' }
        : { status: 'Failed', statusCodeData: refused },
    resultData,
  };
}

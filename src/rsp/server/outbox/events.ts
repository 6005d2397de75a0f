/** Events that a server registers and deletes at an SM-DS: ES12 of an SM-DP+, ES15 of another SM-DS (SGP.22 5.9, 5.10). */
import { z } from 'zod';
import { bytesToHex } from '../../../bytes.ts';
import { systemRandom } from '../../../random.ts';
import { ZkcxError } from '../../../errors.ts';
import { refusalIn } from '../../../sgp22/messages/es9p-answer.ts';
import { EVENT_PATHS } from '../../../sgp22/messages/es12.ts';
import { STATUS, type StatusCode } from '../../../sgp22/status-codes.ts';
import type { Poster } from './poster.ts';
import type { Target } from './sender.ts';

/** One call as it waits in a store. */
export const eventCallSchema = z.object({
  /** Address of the SM-DS. */
  smds: z.string(),
  call: z.enum(['registerEvent', 'deleteEvent']),
  eventId: z.string(),
  eid: z.string(),
  /** Unix seconds. */
  at: z.int(),
});
export type EventCall = z.infer<typeof eventCallSchema>;

/** What one server is to another. */
export interface EventCaller {
  readonly interface: keyof typeof EVENT_PATHS;
  /** Its OID. */
  readonly requester: string;
  /** What devices call it. */
  readonly address: string;
  /** Whether the SM-DS is asked to tell the root SM-DS too. */
  readonly forwards: boolean;
}

/** An SM-DS that calls go to. A call that came twice is done: the first answer got lost. */
export function eventTarget(
  url: string,
  poster: Poster,
  { interface: name, requester, address, forwards }: EventCaller,
): Target<EventCall> {
  return {
    url: new URL(url).origin,
    send: async ({ call, eventId, eid }, signal) => {
      const header = {
        functionRequesterIdentifier: requester,
        functionCallIdentifier: bytesToHex(systemRandom(16)),
      };
      const more =
        call === 'registerEvent'
          ? { rspServerAddress: address, forwardingIndicator: forwards }
          : undefined;
      const body = { header, eid, eventId, ...more };
      const { http, text } = await poster.post(EVENT_PATHS[name][call], body, signal);
      const refusal = http >= 200 && http < 300 ? refusalOf(text) : undefined;
      return { http, refused: refusal !== undefined && !isSame(refusal, DONE[call]) };
    },
  };
}

/** An earlier call of the same event was carried out. */
const DONE = {
  registerEvent: STATUS.es12.eventIdInUse,
  deleteEvent: STATUS.es12.eventIdUnknown,
} as const;

const isSame = (a: StatusCode, b: StatusCode) =>
  a.subjectCode === b.subjectCode && a.reasonCode === b.reasonCode;

/** An answer that is none of SGP.22 says nothing: the call goes again. */
function refusalOf(text: string): StatusCode | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (cause) {
    throw new ZkcxError('ERR_RSP_SERVER', 'the SM-DS answered with no JSON', { cause });
  }
  return refusalIn(answer);
}
